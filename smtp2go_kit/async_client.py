"""The awaitable client; only the waiting differs from the blocking one."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING, Any, Self
from weakref import WeakKeyDictionary

import httpx

from smtp2go_kit.errors import NoAnswer
from smtp2go_kit.groups import Groups, Now, utc_now
from smtp2go_kit.http import build_request, failure_of, reply_of, without_frames
from smtp2go_kit.operation import Awaiting, Endpoint
from smtp2go_kit.progress import Bar
from smtp2go_kit.secret import hide
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
        api_key = hide(api_key)
        super().__init__(api_key, region, base_url, timeout, retries, budgets, clock, now)
        self._transport = transport
        self._sleep = sleep
        self._pools = WeakKeyDictionary[asyncio.AbstractEventLoop, _Pool]()

    async def aclose(self) -> None:
        """Close this loop's connections, those in use once they are free."""
        if (pool := self._pools.pop(asyncio.get_running_loop(), None)) is not None:
            pool.retired = True
            await pool.close_if_done()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def _bind(self, operation: Endpoint) -> Callable[..., Any]:
        async def call(*args: Any, **kwargs: Any) -> Any:
            from smtp2go_kit.results import result

            args, kwargs = operation.conceal(args, kwargs)
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
        with closing(self._session.pace.turn(attempt.name, attempt.budget)) as waits:
            for seconds in waits:
                await self._sleep(seconds)

    async def _post(self, attempt: Attempt) -> Reply:
        settings = self._session.settings
        request, handled = build_request(settings, attempt), sys.exception()
        try:
            async with self._leased() as http:
                return reply_of(await http.send(request))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise failure_of(error, settings) from without_frames(error, handled)
        except BaseException as error:
            without_frames(error, handled)  # also when cancelled: the frames hold the key
            raise

    @asynccontextmanager
    async def _leased(self) -> AsyncGenerator[httpx.AsyncClient]:
        loop = asyncio.get_running_loop()
        # A pool belongs to the loop it was opened in; asyncio.run() makes a new loop each time.
        if (pool := self._pools.get(loop)) is None:
            pool = self._pools[loop] = _Pool(httpx.AsyncClient(transport=self._transport))
            await anext(pool.lease)
        pool.users += 1
        try:
            yield pool.http
        finally:
            pool.users -= 1
            await pool.close_if_done()


class _Pool:
    """A loop's connections, closed when they are retired and free, or with their loop."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.users = 0
        self.retired = False
        # asyncio.run() closes generators at its end.
        self.lease = self._until_the_loop_ends()

    async def close_if_done(self) -> None:
        """Close if it is retired and free."""
        if self.retired and not self.users:
            await self.lease.aclose()

    async def _until_the_loop_ends(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            await self.http.aclose()
