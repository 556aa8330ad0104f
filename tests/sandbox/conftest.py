"""Accounts to test: empty ones with a clock to turn, and ones served by a process of their own."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, get_args

import httpx
import pytest

from smtp2go_kit import Client
from smtp2go_kit.sandbox import Contract, Sandbox

NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
SECONDS = 30
"""More than a child process takes to start or to stop, even on a busy machine."""


@dataclass
class Clock:
    """The present moment, which stands still until it is turned."""

    moment: dt.datetime = NOON

    def __call__(self) -> dt.datetime:
        return self.moment

    def turn(self, seconds: float) -> None:
        """Let time pass."""
        self.moment += dt.timedelta(seconds=seconds)


@dataclass
class Posting:
    """Plain JSON posts to a sandbox, without the toolkit's client."""

    url: str
    api_key: str
    http: httpx.Client

    def __call__(self, path: str, body: Any = None, **options: Any) -> httpx.Response:
        """What the service answers to a body; the key goes into the header."""
        options.setdefault("headers", {"X-Smtp2go-Api-Key": self.api_key})
        options.setdefault("content", json.dumps({} if body is None else body))
        return self.http.post(f"{self.url}{path}", **options)

    def data(self, path: str, body: Any = None) -> Any:
        """The data of an answer that must be good."""
        response = self(path, body)
        assert response.status_code == 200, response.text
        return response.json()["data"]

    def refusal(self, path: str, body: Any = None) -> tuple[str, str]:
        """The field that a validation error names, and its message."""
        response = self(path, body)
        data = response.json()["data"]
        assert response.status_code == 400, response.text
        assert data["error_code"] == "E_ApiResponseCodes.NON_VALIDATING_IN_PAYLOAD"
        wrong = data["field_validation_errors"]
        assert set(wrong) == {"fieldname", "message"}
        return wrong["fieldname"], wrong["message"]


def posting_to(sandbox: Sandbox) -> Posting:
    return Posting("http://sandbox/v3", sandbox.api_key, httpx.Client(transport=sandbox))


@dataclass
class Child:
    """A sandbox served by a process of its own."""

    process: subprocess.Popen[str]
    line: str
    environment: dict[str, str] = field(init=False)
    client: Client = field(init=False)

    def __post_init__(self) -> None:
        self.environment = dict(word.split("=", 1) for word in self.line.split())
        self.client = Client(self.api_key, base_url=self.url)

    @property
    def url(self) -> str:
        return self.environment["SMTP2GO_BASE_URL"]

    @property
    def api_key(self) -> str:
        return self.environment["SMTP2GO_API_KEY"]

    def stop(self) -> tuple[int, str, str]:
        """The exit code after SIGTERM, and what else was on stdout and stderr."""
        self.process.send_signal(signal.SIGTERM)
        out, err = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, out, err


def spawn(*options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "smtp2go_kit.sandbox", *options]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SMTP2GO_")}
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@contextlib.contextmanager
def serving(*options: str) -> Iterator[Child]:
    process = spawn("--port", "0", *options)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.communicate(timeout=SECONDS)[1]
        child = Child(process, line)
        with child.client:
            yield child
    finally:
        process.terminate()  # coverage is written only by a process that ends by itself
        process.communicate(timeout=SECONDS)


@pytest.fixture(params=get_args(Contract))
def contract(request: pytest.FixtureRequest) -> Contract:
    """Each contract in turn."""
    return request.param


@pytest.fixture
def clock() -> Clock:
    """Noon of an ordinary day."""
    return Clock()


@pytest.fixture
def sandbox(contract: Contract, clock: Clock) -> Sandbox:
    """An empty account."""
    return Sandbox(empty=True, contract=contract, now=clock)


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    """A client of the empty account."""
    with Client(**sandbox.connection) as made:
        yield made


@pytest.fixture
def post(sandbox: Sandbox) -> Iterator[Posting]:
    """Plain posts to the empty account."""
    made = posting_to(sandbox)
    with made.http:
        yield made


@pytest.fixture
def posting() -> Callable[[Sandbox], Posting]:
    """Plain posts to an account that the test makes."""
    return posting_to


@pytest.fixture(scope="session")
def served() -> Iterator[Callable[[Contract], Child]]:
    """One served, empty account for each contract; tests that share it must not conflict."""
    with contextlib.ExitStack() as children:
        started: dict[Contract, Child] = {}

        def child(contract: Contract) -> Child:
            if contract not in started:
                context = serving("--empty", "--contract", contract)
                started[contract] = children.enter_context(context)
            return started[contract]

        yield child


@pytest.fixture
def child(served: Callable[[Contract], Child], contract: Contract) -> Child:
    """The served account that speaks the contract."""
    return served(contract)


@pytest.fixture
def serve() -> Callable[..., contextlib.AbstractContextManager[Child]]:
    """Serves an account of the test's own: ``with serve("--empty") as child``."""
    return serving


@pytest.fixture
def run() -> Callable[..., subprocess.Popen[str]]:
    """Starts the command with exactly these options."""
    return spawn
