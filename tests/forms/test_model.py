"""Never twice: threads, queued clicks and any order of actions make one call for one agreement."""

from __future__ import annotations

import asyncio
import sys
import threading
import time

import httpx
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from smtp2go_kit.forms import State
from smtp2go_kit.operation import Effect

SENT = {"data": {"succeeded": 1, "failed": 0, "failures": [], "email_id": "1er"}}
ACTIONS = (
    *("fill", "edit", "other", "submit", "submit", "submit", "confirm", "confirm", "wrong"),
    *("cancel", "rearm", "again", "release", "stop", "clicks"),
)
ANSWERS = (SENT, SENT, 500, 400, httpx.ReadTimeout("slow"), {"data": {"failed": 1, "succeeded": 0}})


def together(count, act):
    """Do something in many threads at once."""
    barrier = threading.Barrier(count)

    def run():
        barrier.wait()
        act()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.fixture
def hasty():
    """Threads that take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def slow(_):
    time.sleep(0.02)
    return SENT


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("title", ["suppression.add", "stats.email_summary"])
def test_many_threads_that_submit_at_once_make_one_call(bench, named, title):
    for _ in range(5):
        made = bench(named(title), slow).fill()
        together(12, made.form.submit)
        assert (made.model.state, made.count) == (State.DONE, 1)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("title", ["email.send", "suppression.remove"])
def test_many_threads_that_confirm_at_once_make_one_call(bench, named, title):
    for _ in range(5):
        made = bench(named(title), slow).fill()
        together(8, made.form.submit)
        assert (made.model.state, made.count) == (State.CONFIRMING, 0)
        together(12, lambda made=made: made.form.confirm(made.model.phrase))
        assert (made.model.state, made.count) == (State.DONE, 1)


@pytest.mark.usefixtures("hasty")
def test_threads_that_submit_and_confirm_and_cancel_at_once_make_at_most_one_call(bench, named):
    for _ in range(8):
        made = bench(named("email.send"), slow).fill()
        acts = [made.form.submit, made.form.confirm, made.model.cancel, made.form.confirm]
        turn = iter(acts * 3)
        together(12, lambda turn=turn: next(turn)())
        assert made.count <= 1


def test_what_is_edited_while_it_runs_is_not_what_was_sent(bench, named):
    def answer(_):
        made.form.fill(subject="Another")
        made.press().agree()
        made.form.cancel.click()
        made.model.rearm()
        return SENT

    made = bench(named("email.send"), answer)
    made.finish()
    assert (made.model.state, made.count) == (State.DONE, 1)
    assert made.service.sent[0][1]["subject"] == "Your kettle"


class Person:
    """Somebody who does anything in any order, and what may be sent at each moment."""

    def __init__(self, made):
        self.made = made
        self.values = 0
        self.may_send = True

    def act(self, action):
        made, before = self.made, self.made.model.state
        sent = made.count
        name = next(iter(made.form.entries))
        {
            "fill": made.fill,
            "edit": lambda: made.model.set(name, made.model.values[name]),
            "other": lambda: made.model.set(name, made.model.fields[name].blank),
            "submit": made.form.submit,
            "clicks": lambda: made.press(3).agree(3),
            "confirm": lambda: made.form.confirm(made.model.phrase),
            "wrong": lambda: made.form.confirm("wrong"),
            "cancel": made.form.cancel.click,
            "rearm": made.model.rearm,
            "again": made.form.again.click,
            "release": made.form.release.click,
            "stop": made.form.stop.click,
        }[action]()
        if before is State.UNKNOWN:
            self.may_send = action == "release"
        elif action in ("fill", "edit", "other", "rearm", "again", "cancel"):
            self.may_send = True
        asks = made.model.is_confirmed
        leads = ("confirm", "clicks") if asks else ("submit", "clicks")
        reads = made.operation.effect is Effect.READ
        if made.count > sent:
            assert self.may_send
            assert action in leads or (reads and action == "again")
            assert before is (State.CONFIRMING if action == "confirm" else before)
            # A read is repeated after a server error; nothing else is.
            assert reads or made.count == sent + 1
            self.may_send = False


@pytest.mark.parametrize(
    "title", ["email.send", "email.mime", "suppression.remove", "suppression.add", "domain.view"]
)
@hypothesis_settings(max_examples=40)
@given(
    actions=st.lists(st.sampled_from(ACTIONS), min_size=5, max_size=40),
    answers=st.lists(st.sampled_from(ANSWERS), min_size=1, max_size=6),
)
def test_no_order_of_actions_sends_twice_for_one_agreement(bench, named, title, actions, answers):
    made = bench(named(title), *answers)
    made.fill()
    person = Person(made)
    for action in actions:
        person.act(action)


def test_a_running_form_takes_no_other_action(operation, bench):
    def answer(_):
        running.append((made.model.state, made.form.status.value))
        made.press(3).agree(3)
        made.form.again.click()
        made.form.release.click()
        made.form.cancel.click()
        return SENT

    running = []
    made = bench(operation, answer)
    made.finish()
    assert made.count == 1
    assert running[0][0] is State.RUNNING
    assert 'role="status"' in running[0][1]


def test_in_a_running_kernel_a_click_returns_at_once_and_is_done_once(bench, named):
    asked, go, ended = (threading.Event() for _ in range(3))
    names = []

    def answer(_):
        names.append(threading.current_thread())
        asked.set()
        assert go.wait(10)
        return SENT

    async def kernel():
        made.press(3).agree(3)
        assert made.model.state is State.RUNNING
        assert await asyncio.to_thread(asked.wait, 10)
        made.press(3).agree(3)
        assert made.model.state is State.RUNNING
        assert "Working" in made.status
        assert all(widget.disabled for e in made.form.entries.values() for widget in e.inputs)
        go.set()
        assert await asyncio.to_thread(ended.wait, 10)
        assert not any(widget.disabled for e in made.form.entries.values() for widget in e.inputs)

    made = bench(named("email.send"), answer).fill()
    made.model.watch(lambda: ended.set() if made.model.state is State.DONE else None)
    asyncio.run(kernel())
    assert (made.model.state, made.count) == (State.DONE, 1)
    assert names[0] is not threading.main_thread()
