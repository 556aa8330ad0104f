"""Budgets: within any minute no more requests leave than the service allows."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Coroutine
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtp2go_kit import AsyncClient

KEY = "api-0123456789ABCDEFabcdef0123456789"
BUDGETS = {"activity": (60, "events"), "email": (20, "emails")}
each = pytest.mark.parametrize("group", BUDGETS)


class Agenda:
    """Time for tasks: when all of them wait, it moves on to the next that is due."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        due = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (self.now + seconds, next(self._order), due))
        await due

    def run(self, work: list[Coroutine[Any, Any, Any]]) -> None:
        async def main() -> None:
            tasks = [asyncio.ensure_future(one) for one in work]
            while not all(task.done() for task in tasks):
                for _ in range(5):
                    await asyncio.sleep(0)
                if self._waiting:
                    moment, _, due = heapq.heappop(self._waiting)
                    self.now = max(self.now, moment)
                    if not due.done():
                        due.set_result(None)
            await asyncio.gather(*tasks)

        asyncio.run(main())


def busiest(moments: list[float], seconds: float = 60.0) -> int:
    """The most requests that left within any so many seconds."""
    return max((sum(a <= m < a + seconds for m in moments) for a in moments), default=0)


def paged(rows: str, latencies: list[float]) -> Any:
    """A service of as many pages as there are latencies, each of which takes its time."""
    taken: list[float] = []

    def answer(request: httpx.Request) -> dict[str, Any]:
        taken.append(latencies[len(taken)])
        clocks[0].now += taken[-1]
        token = None if len(taken) == len(latencies) else f"t{len(taken)}"
        return {"data": {rows: [{"email_id": "1"}], "continue_token": token}}

    clocks: list[Any] = []
    return answer, clocks


def search(serve: Any, group: str, latencies: list[float], **options: Any) -> Any:
    answer, clocks = paged(BUDGETS[group][1], latencies)
    service = serve(answer, **options)
    clocks.append(service.clock)
    frame = getattr(service.client, group).search(progress=False)
    assert len(frame) == len(latencies)
    return service


@each
@settings(max_examples=30)
@given(latencies=st.lists(st.floats(0, 20), min_size=1, max_size=150))
def test_no_minute_sees_more_requests_than_the_budget(serve, group, latencies):
    service = search(serve, group, latencies)
    assert busiest(service.moments) <= BUDGETS[group][0]


@each
def test_a_budget_is_used_in_full_before_anyone_waits(serve, group):
    most = BUDGETS[group][0]
    assert search(serve, group, [0.0] * most).clock.slept == []
    one_more = search(serve, group, [0.0] * (most + 1))
    assert 60 <= one_more.clock.waited <= 65
    ten_minutes = search(serve, group, [0.0] * (10 * most))
    assert ten_minutes.clock.waited <= 9 * 65


def test_budgets_are_kept_apart(serve):
    service = serve({"data": {}})
    for _ in range(20):
        service.client.email.search()
    service.client.activity.search()
    assert service.clock.slept == []
    service.client.email.search()
    assert service.clock.waited >= 60


def test_subaccounts_are_added_50_an_hour(serve):
    service = serve({"data": {}})
    for place in range(51):
        service.client.subaccount.add(f"a{place}@example.com", "Name")
    assert service.moments[49] == service.moments[0]
    assert service.moments[50] >= service.moments[0] + 3600


def test_a_client_may_be_told_to_keep_no_budgets(serve):
    assert search(serve, "email", [0.0] * 50, budgets=False).clock.slept == []


def many(answers: Any, tasks: int, **options: Any) -> list[float]:
    """The moments at which requests leave that many tasks of one client (50 an hour)."""
    agenda, moments = Agenda(), []

    def respond(_: httpx.Request) -> httpx.Response:
        moments.append(agenda.now)
        return answers(len(moments))

    transport = httpx.MockTransport(respond)
    client = AsyncClient(KEY, transport=transport, clock=agenda, sleep=agenda.sleep, **options)
    agenda.run([client.subaccount.add("a@example.com", "Name") for _ in range(tasks)])
    return moments


def limited_once(place: int, seconds: float) -> Any:
    def answers(now: int) -> httpx.Response:
        headers = {"Retry-After": str(seconds)}
        return (
            httpx.Response(429, headers=headers) if now == place else httpx.Response(200, json={})
        )

    return answers


def test_tasks_share_a_budget():
    moments = many(lambda _: httpx.Response(200, json={}), 170)
    assert len(moments) == 170
    assert busiest(moments, 3600) == 50
    assert moments[-1] < 1000 + 4 * 3600


def test_every_task_waits_after_a_429():
    moments = many(limited_once(3, 500), 10, budgets=False)
    assert [moment >= 1500 for moment in moments] == [False] * 3 + [True] * 8


def test_a_task_that_already_waits_for_its_turn_waits_on_after_a_429():
    moments = many(limited_once(60, 5000), 120)
    started = moments[59]
    assert not [moment for moment in moments if started < moment < started + 5000]


@pytest.mark.parametrize("seconds", [30, 3601, 5000])
@pytest.mark.parametrize("place", [1, 50, 60])
def test_a_budget_is_kept_also_after_a_429(place, seconds):
    moments = many(limited_once(place, seconds), 170)
    assert len(moments) == 171
    assert busiest(moments, 3600) <= 50


def test_a_task_that_is_cancelled_gives_its_turn_back():
    agenda, moments = Agenda(), []

    def answer(request: httpx.Request) -> httpx.Response:
        moments.append(agenda.now)
        return httpx.Response(200, json={"data": {"events": []}})

    async def impatient() -> None:
        transport = httpx.MockTransport(answer)
        client = AsyncClient(KEY, transport=transport, clock=agenda, sleep=agenda.sleep)
        calls = [asyncio.ensure_future(client.activity.search()) for _ in range(600)]
        for _ in range(20):
            await asyncio.sleep(0)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        await client.activity.search()

    agenda.run([impatient()])
    assert len(moments) < 100
    assert moments[-1] - moments[-2] <= 61
