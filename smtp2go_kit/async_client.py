"""The awaitable client; only the waiting differs from the blocking one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TYPE_CHECKING, Any, Self

import httpx

from smtp2go_kit.errors import NoAnswer
from smtp2go_kit.groups import Groups, Now, utc_now
from smtp2go_kit.http import build_request, failure_of, reply_of, without_frames
from smtp2go_kit.operation import Awaiting, Endpoint
from smtp2go_kit.progress import Bar
from smtp2go_kit.settings import Region

if TYPE_CHECKING:
    from smtp2go_kit.answers import Answer, Reply
    from smtp2go_kit.call import Call
    from smtp2go_kit.exchange import Attempt
    from smtp2go_kit.paging import Records
    from smtp2go_kit.secret import Secret


class AsyncClient(Groups, Awaiting):
    """SMTP2GO, awaitable: the arguments of :class:`Client`, with awaitable transport and sleep.

    For many calls at once use threads and one :class:`Client`: httpx's async client gets
    slower the more requests are under way.
    """

    def __init__(
        self,
        api_key: str | Secret | None = None,
        *,
        region: Region | None = None,
        base_url: str | None = None,
        timeout: float = 30.0,
        retries: int = 3,
        budgets: bool = True,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        now: Now = utc_now,
    ) -> None:
        super().__init__(api_key, region, base_url, timeout, retries, budgets, clock, now)
        self._transport = transport
        self._sleep = sleep
        self._opened: httpx.AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lease: AsyncGenerator[None, None] | None = None

    async def aclose(self) -> None:
        """Close the connections; the next call opens new ones."""
        # A loop that ended has closed its connections already.
        if self._lease is not None and self._loop is asyncio.get_running_loop():
            await self._lease.aclose()
        self._opened = self._lease = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def _bind(self, operation: Endpoint) -> Callable[..., Any]:
        async def call(*args: Any, **kwargs: Any) -> Any:
            from smtp2go_kit.results import result

            prepared = self._prepare(operation, args, kwargs)
            return result(prepared, await self._answer(prepared), self._now())

        return call

    async def _answer(self, call: Call) -> Answer | Records:
        bar = Bar(call.operation.title, call.local.get("progress"))
        steps = self._steps(call, bar)
        try:
            attempt = next(steps)
            while True:
                await self._wait(attempt)
                try:
                    reply = await self._post(attempt)
                except NoAnswer as failure:
                    attempt = steps.throw(failure)
                else:
                    attempt = steps.send(reply)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]  # typeshed types it Any
        finally:
            bar.close()

    async def _wait(self, attempt: Attempt) -> None:
        if attempt.after > 0:
            await self._sleep(attempt.after)
        for seconds in self._session.pace.turn(attempt.name, attempt.budget):
            await self._sleep(seconds)

    async def _post(self, attempt: Attempt) -> Reply:
        settings = self._session.settings
        try:
            http = await self._http()
            return reply_of(await http.send(build_request(settings, attempt)))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise failure_of(error, settings) from without_frames(error)

    async def _http(self) -> httpx.AsyncClient:
        loop = asyncio.get_running_loop()
        # A pool belongs to the loop it was opened in; asyncio.run() makes a new loop each time.
        if self._opened is None or self._loop is not loop:
            self._opened, self._loop = httpx.AsyncClient(transport=self._transport), loop
            self._lease = _lease(self._opened)
            await anext(self._lease)
        return self._opened


async def _lease(opened: httpx.AsyncClient) -> AsyncGenerator[None, None]:
    """Closes the pool when closed itself, as asyncio.run() does with generators at its end."""
    try:
        yield
    finally:
        await opened.aclose()
