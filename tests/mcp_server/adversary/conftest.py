"""What the adversarial tests share: a service that tells what a script says and remembers all."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from smtp2go_kit import Client
from smtp2go_kit.operation import Effect, Endpoint
from smtp2go_kit.operations import all_operations

KEY = "api-0123456789ABCDEFabcdef0123456789"
DONE = {
    "request_id": "r-1",
    "data": {"succeeded": 1, "failed": 0, "failures": [], "email_id": "e-1"},
}
SAMPLES: dict[str, Any] = {
    "sender": "Me <me@mine.example>",
    "to": ["ann@allowed.example"],
    "subject": "Hello",
    "mime_email": "From: me@mine.example\nTo: ann@allowed.example\nSubject: Hello\n\nText\n",
    "allowed_senders": ["@mine.example"],
    "domain": "mine.example",
    "old_subdomain": "link",
    "new_subdomain": "go",
    "username": "a-user",
    "email_address": "ann@allowed.example",
    "reasons": ["manual"],
    "email": "ann@allowed.example",
    "fullname": "Ann Allowed",
}
"""A value for each required argument of a change."""


class Wire(httpx.MockTransport):
    """The network: answers by a script, the last answer for ever, and keeps what was sent.

    Args:
        script: JSON objects, responses, errors, or functions of the body that give one.
    """

    def __init__(self, *script: Any) -> None:
        super().__init__(self._answer)
        self._script = script or (DONE,)
        self.sent: list[tuple[str, dict[str, Any]]] = []

    def _answer(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        del body["api_key"]
        self.sent.append((request.url.path.removeprefix("/v3"), body))
        told = self._script[min(len(self.sent), len(self._script)) - 1]
        told = told(body) if callable(told) else told
        if isinstance(told, BaseException):
            raise told
        # Written in ASCII, so that half an emoji can be told too.
        is_ready = isinstance(told, httpx.Response)
        return told if is_ready else httpx.Response(200, content=json.dumps(told))


def changing() -> Iterator[Endpoint]:
    """The operations that send or change."""
    return (op for op in all_operations() if op.effect is not Effect.READ)


def arguments_of(operation: Endpoint) -> dict[str, Any]:
    """The least that a change must be given."""
    needed = (p.name for p in operation.parameters if p.required)
    return {name: SAMPLES[name] for name in needed if name in SAMPLES}


@pytest.fixture(scope="session")
def key() -> str:
    """The API key of every scripted session."""
    return KEY


@pytest.fixture(scope="session")
def samples() -> dict[str, dict[str, Any]]:
    """Arguments of each tool that sends or changes, by name."""
    return {op.name: arguments_of(op) for op in changing()}


@pytest.fixture(params=[op.name for op in changing()])
def change(request: pytest.FixtureRequest) -> str:
    """The name of each tool that sends or changes, in turn."""
    return request.param


@pytest.fixture
def scripted(start: Callable[..., Any]) -> Callable[..., Any]:
    """Opens a session whose service answers by a script: ``session, sent = scripted(...)``.

    Options go to ``start``; ``sent`` grows with each request: its path and its body less the key.
    """

    def opened(*script: Any, **options: Any) -> tuple[Any, list[tuple[str, dict[str, Any]]]]:
        wire, slept = Wire(*script), list[float]()
        client = Client(
            KEY,
            transport=wire,
            retries=0,
            budgets=False,
            sleep=slept.append,
            clock=lambda: sum(slept),
        )
        return start(client, **options), wire.sent

    return opened
