"""Long work: how far it is, Stop, and what is kept."""

from __future__ import annotations

import asyncio
import itertools
import threading

import httpx
import pytest

from smtp2go_kit import Client
from smtp2go_kit.forms import State, form

NOW = "2026-11-24T12:00:00+00:00"


def pages(size=1000, total=25_000, at=lambda _: None):
    """A service with pages without end, which looks at each request first."""
    counter = itertools.count(1)

    def answer(_):
        number = next(counter)
        at(number)
        events = [{"event": "delivered", "email_id": f"{number}-{n}"} for n in range(size)]
        return {
            "data": {"events": events, "total_events": total, "continue_token": f"token-{number}"}
        }

    return answer


def test_stop_keeps_the_rows_that_are_here(bench, named):
    def stop(number):
        if number == 3:
            made.form.stop.click()
            shown.append(made.status)

    shown = []
    made = bench(named("activity.search"), pages(at=stop))
    made.press()
    assert (made.model.state, made.count) == (State.DONE, 3)
    assert len(made.form.result) == 3000
    assert made.form.result.attrs["truncated"] is True
    assert made.form.result.attrs["continue_token"] == "token-3"
    assert "Stopped: 3,000 rows of 25,000" in made.status
    assert "2,000 of 25,000 rows" in shown[0]
    assert "Stopping" in shown[0]
    assert 'aria-label="activity.search"' in shown[0]


def test_a_search_that_was_stopped_can_be_run_again(bench, named):
    def stop(number):
        if number in (1, 3):
            made.form.stop.click()

    made = bench(named("activity.search"), pages(at=stop))
    made.press()
    assert len(made.form.result) == 1000
    made.form.again.click()
    assert (made.model.state, made.count) == (State.DONE, 3)
    assert len(made.form.result) == 2000


def test_stop_at_the_last_page_is_just_done(bench, named):
    def answer(_):
        made.form.stop.click()
        return {"data": {"events": [{"event": "spam"}], "total_events": 1}}

    made = bench(named("activity.search"), answer)
    made.press()
    assert made.model.state is State.DONE
    assert made.form.result.attrs["truncated"] is False
    assert "1 row." in made.status
    assert "Stopped" not in made.status


def stopping(made_of, at=0.0):
    """A sleep during which somebody presses Stop."""

    def sleep(seconds):
        made = made_of()
        made.service.clock.sleep(seconds)
        if made.service.clock.waited > at:
            made.form.stop.click()

    return sleep


@pytest.mark.parametrize("title", ["activity.search", "stats.email_summary", "domain.view"])
def test_stop_ends_a_wait_for_the_rate_limit_within_a_slice(bench, named, title):
    limited = httpx.Response(429, headers={"Retry-After": "600"})
    made = bench(named(title), limited, sleep=stopping(lambda: made, at=5))
    made.press()
    assert (made.model.state, made.count) == (State.EDITING, 1)
    assert made.service.clock.waited < 5.5
    assert "Stopped; nothing was done" in made.status
    assert made.form.result is None


def test_stop_while_the_budget_is_waited_for_keeps_the_pages_so_far(bench, named):
    made = bench(named("activity.search"), pages(size=1), sleep=stopping(lambda: made))
    made.press()
    assert (made.model.state, made.count) == (State.DONE, 60)
    assert len(made.form.result) == 60
    assert made.service.clock.waited <= 0.2


def test_stop_while_a_server_error_is_waited_out_keeps_the_pages_so_far(bench, named):
    script = [pages(), pages(), 500]
    made = bench(named("activity.search"), *script, sleep=stopping(lambda: made))
    made.press()
    assert made.model.state is State.DONE
    assert len(made.form.result) == 2000
    assert made.form.result.attrs["truncated"] is True


def test_a_search_of_25_000_events_in_the_sandbox_can_be_stopped(bench, named):
    client = Client.sandbox(now=NOW)
    made = form(client.activity.search, start_date="30d")
    model = made.model

    def stop():
        if model.work is not None and model.work.done >= 2000:
            made.stop.click()

    watched = []
    model.watch(lambda: None if watched or model.work is None else stop())
    model.watch(lambda: watched.append(1) if model.work and model.work.is_stopping else None)
    made.go.click()
    assert model.state is State.DONE
    assert len(made.result) == 2000
    assert made.result.attrs["truncated"] is True
    assert made.result.attrs["total"] > 2000
    assert f"of {made.result.attrs['total']:,}" in made.status.value


def test_the_loop_of_a_kernel_goes_on_and_stop_is_heard(bench, named):
    second, go, ended = (threading.Event() for _ in range(3))

    def hold(number):
        if number == 2:
            second.set()
            assert go.wait(10)

    async def kernel():
        made.form.go.click()
        assert await asyncio.to_thread(second.wait, 10)
        for _ in range(20):
            await asyncio.sleep(0.001)
        assert made.model.state is State.RUNNING
        assert made.form.stop.layout.display is None
        assert "1,000 of 25,000 rows" in made.status
        made.form.stop.click()
        go.set()
        assert await asyncio.to_thread(ended.wait, 10)

    made = bench(named("activity.search"), pages(at=hold))
    made.model.watch(lambda: ended.set() if made.model.state is State.DONE else None)
    asyncio.run(kernel())
    assert (made.model.state, made.count) == (State.DONE, 2)
    assert len(made.form.result) == 2000


def test_stop_before_the_work_has_begun_is_heard_too(bench, named):
    jobs = []
    made = bench(named("activity.search"))
    made.model.submit(jobs.append)
    assert made.model.state is State.RUNNING
    made.form.stop.click()
    jobs[0]()
    assert made.count == 0


def test_what_sends_or_changes_has_no_stop(operation, bench):
    def answer(_):
        shown.append(made.form.stop.layout.display)
        return {"data": {"succeeded": 1}}

    shown = []
    made = bench(operation, answer)
    made.finish()
    reads = operation.effect.value == "read"
    assert shown == [None if reads else "none"]
