"""The blocking client: how calls wait, and how requests leave."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Self

import httpx

from smtp2go_kit.errors import NoAnswer
from smtp2go_kit.groups import Groups, Now, utc_now
from smtp2go_kit.http import build_request, failure_of, reply_of, without_frames
from smtp2go_kit.operation import Blocking, Endpoint
from smtp2go_kit.progress import Bar, Progress, Stopped
from smtp2go_kit.secret import hide
from smtp2go_kit.settings import KEY, Region, has_key

if TYPE_CHECKING:
    from smtp2go_kit.answers import Answer, Reply
    from smtp2go_kit.call import Call
    from smtp2go_kit.exchange import Attempt
    from smtp2go_kit.paging import Records
    from smtp2go_kit.secret import Secret


Pause = Callable[[float], object]
"""Waits some seconds, 0 or more, before a request leaves; may raise ``Stopped`` instead."""


class Client(Groups, Blocking):
    """SMTP2GO, blocking; one client may be shared by threads.

    Args:
        api_key: The API key; else the environment variable ``SMTP2GO_API_KEY``, else the
            keyring's entry ``smtp2go``/``api_key`` where the ``keyring`` extra is installed.
        region: ``global`` (default), ``us``, ``eu`` or ``au``; else ``SMTP2GO_REGION``.
        base_url: Overrides the region's URL; else ``SMTP2GO_BASE_URL``.
        timeout: Seconds to wait for a connection and for each piece of an answer.
        retries: Most repetitions of a request where repeating is safe, 0 to 10.
        budgets: Whether to keep within the service's requests a minute.
        transport: An httpx transport to use instead of the network.
        clock: Seconds that only go forward, for waits.
        sleep: Waits that many seconds.
        now: The present moment, for relative times and ``frame.attrs``.
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
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
        now: Now = utc_now,
    ) -> None:
        api_key = hide(api_key)
        super().__init__(api_key, region, base_url, timeout, retries, budgets, clock, now)
        self._transport = transport
        self._sleep = sleep
        self._opening = threading.Lock()
        self._pool: _Pool | None = None

    def close(self) -> None:
        """Close the connections, those in use once they are free; the next call opens new ones."""
        with self._opening:
            pool, self._pool = self._pool, None
            if pool is not None:
                pool.retire()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _bind(self, operation: Endpoint) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            args, kwargs = operation.conceal(args, kwargs)
            return self._perform(self._prepare(operation, args, kwargs))

        return call

    def _perform(self, call: Call, bar: Progress | None = None, pause: Pause | None = None) -> Any:
        from smtp2go_kit.results import result

        bar = bar or Bar(call.operation.title, call.local.get("progress"))
        return result(call, self._answer(call, bar, pause or self._pause), self._now())

    def _answer(self, call: Call, bar: Progress, pause: Pause) -> Answer | Records:
        steps = self._steps(call, bar)
        try:
            attempt = next(steps)
            while True:
                try:
                    self._wait(attempt, pause)
                    reply = self._post(attempt)
                except (NoAnswer, Stopped) as ended:
                    attempt = steps.throw(ended)
                else:
                    attempt = steps.send(reply)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]  # typeshed types it Any
        finally:
            bar.close()

    def _wait(self, attempt: Attempt, pause: Pause) -> None:
        pause(attempt.after)
        with closing(self._session.pace.turn(attempt.name, attempt.budget)) as waits:
            for seconds in waits:
                pause(seconds)

    def _pause(self, seconds: float) -> None:
        if seconds > 0:
            self._sleep(seconds)

    def _post(self, attempt: Attempt) -> Reply:
        settings = self._session.settings
        request, handled = build_request(settings, attempt), sys.exception()
        try:
            with self._leased() as http:
                return reply_of(http.send(request))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise failure_of(error, settings) from without_frames(error, handled)
        except BaseException as error:
            without_frames(error, handled)  # also of Ctrl-C, whose frames hold the key
            raise

    @contextmanager
    def _leased(self) -> Generator[httpx.Client]:
        with self._opening:
            # Opened late: the TLS context alone takes 80 ms. A forked process opens its own.
            if self._pool is None or self._pool.process != os.getpid():
                self._pool = _Pool(httpx.Client(transport=self._transport))
            pool = self._pool
            pool.users += 1
        try:
            yield pool.http
        finally:
            with self._opening:
                pool.users -= 1
                pool.close_if_done()


class _Pool:
    """Connections of one process, closed when they are retired and nobody uses them."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http
        self.process = os.getpid()
        self.users = 0
        self._retired = False

    def retire(self) -> None:
        """Close as soon as nobody uses it."""
        self._retired = True
        self.close_if_done()

    def close_if_done(self) -> None:
        """Close if it is retired and free."""
        if self._retired and not self.users:
            self.http.close()


def connect(*, seed: int = 1, now: str | None = None) -> Client:
    """A client of the account whose key is set, else of the sandbox; prints which.

    Args:
        seed: Which sandbox account.
        now: The sandbox's present moment (ISO-8601), which then stands still.
    """
    if has_key():
        client = Client()
        print(f"Connected: {client!r}")  # noqa: T201 - says which account is at hand
        return client
    print(f"{KEY} is not set: this is the sandbox, an invented account.")  # noqa: T201 - as above
    return Client.sandbox(seed=seed, now=now)
