"""What the tests share: clients of both kinds, a service that remembers, and a clock to wait by."""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import shutil
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import settings

from smtp2go_kit import AsyncClient, Client

# The first example of a property also pays for imports.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

KEY = "api-0123456789ABCDEFabcdef0123456789"


def path_of(request: httpx.Request) -> str:
    return request.url.path.removeprefix("/v3")


def body_of(request: httpx.Request) -> dict[str, Any]:
    return {k: v for k, v in json.loads(request.content).items() if k != "api_key"}


class Clock:
    """A clock that only moves when somebody sleeps by it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    async def sleep_awaited(self, seconds: float) -> None:
        self.sleep(seconds)

    @property
    def waited(self) -> float:
        return sum(self.slept)


class Service(httpx.MockTransport):
    """A service that answers by a script and remembers what it was asked.

    Args:
        script: Its answers in turn, the last one for ever: a JSON object for a 200, a status,
            a response, an error to raise, or a function of the request that gives any of these.
    """

    client: Any

    def __init__(self, *script: Any) -> None:
        super().__init__(self._respond)
        self._script = script or ({"data": {}},)
        self.clock = Clock()
        self.requests: list[httpx.Request] = []
        self.moments: list[float] = []

    def _respond(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self.moments.append(self.clock.now)
        told = self._script[min(len(self.requests), len(self._script)) - 1]
        while inspect.isroutine(told):
            told = told(request)
        if isinstance(told, BaseException):
            raise told
        if isinstance(told, httpx.Response):
            return httpx.Response(told.status_code, headers=told.headers, content=told.content)
        return httpx.Response(told) if isinstance(told, int) else httpx.Response(200, json=told)

    @property
    def sent(self) -> list[tuple[str, dict[str, Any]]]:
        """The path and the body of each request, less the key that each carries."""
        return [(path_of(request), body_of(request)) for request in self.requests]


class Awaited:
    """An AsyncClient that is used like a Client: each call is run to its end.

    Args:
        part: The client, or one of its groups.
        run: Runs a coroutine.
    """

    def __init__(self, part: Any, run: Callable[[Any], Any]) -> None:
        self._part = part
        self._run = run

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._part, name)
        if inspect.iscoroutinefunction(found):
            return lambda *args, **kwargs: self._run(found(*args, **kwargs))
        return Awaited(found, self._run) if hasattr(found, "_client") else found


@pytest.fixture(autouse=True)
def _no_key_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    os.environ["MPLBACKEND"] = "agg"
    for name in ("SMTP2GO_API_KEY", "SMTP2GO_REGION", "SMTP2GO_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


# The fixtures below keep no state, so they last for the session: Hypothesis may use them too.


@pytest.fixture(scope="session", params=[Client, AsyncClient], ids=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> type[Any]:
    """Either kind of client, in turn."""
    return request.param


@pytest.fixture(scope="session")
def opened(kind: type[Any]) -> Callable[..., Any]:
    """Wraps a client of either kind so that its calls can be made without ``await``."""

    def wrap(made: Any, run: Callable[[Any], Any] = asyncio.run) -> Any:
        return Awaited(made, run) if kind is AsyncClient else made

    return wrap


@pytest.fixture(scope="session")
def serve(kind: type[Any], opened: Callable[..., Any]) -> Callable[..., Service]:
    """Starts a scripted service and a client of it, of either kind."""

    def start(*script: Any, **options: Any) -> Service:
        service = Service(*script)
        clock = service.clock
        sleep = clock.sleep_awaited if kind is AsyncClient else clock.sleep
        arguments = {"transport": service, "clock": clock, "sleep": sleep, **options}
        service.client = opened(kind(arguments.pop("api_key", KEY), **arguments))
        return service

    return start


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium is; without it a test is skipped, and under CI it fails."""
    named = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, named)), None)
    if not found:
        tell = pytest.fail if os.environ.get("CI") else pytest.skip
        tell("Chromium is not installed (Debian: apt-get install chromium); or set $CHROMIUM")
    return found


@pytest.fixture
def client(kind: type[Any], opened: Callable[..., Any]) -> Any:
    """A client of an empty sandbox, of either kind."""
    return opened(kind.sandbox(empty=True))


def pytest_sessionstart(session: pytest.Session) -> None:
    # nbval would start a second coverage in its kernels, which the subprocess patch measures.
    session.config.option.cov_source = None
    # The notebooks' kernels inherit the environment: they must not meet a real account.
    os.environ["MPLBACKEND"] = "agg"
    for name in ("SMTP2GO_API_KEY", "SMTP2GO_BASE_URL", "SMTP2GO_REGION"):
        os.environ.pop(name, None)
