"""An httpx transport that answers from an account in memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import httpx

from smtp2go_kit.errors import InvalidArgument
from smtp2go_kit.sandbox import (
    activity,
    allowed_senders,
    api_keys,
    domain,
    email,
    single_sender_emails,
    smtp_users,
    stats,
    subaccount,
    suppression,
)
from smtp2go_kit.sandbox.account import Account
from smtp2go_kit.sandbox.clock import Clock, clock_of
from smtp2go_kit.sandbox.requests import Contract
from smtp2go_kit.sandbox.service import Response, Service

HANDLING = (
    activity,
    allowed_senders,
    api_keys,
    domain,
    email,
    single_sender_emails,
    smtp_users,
    stats,
    subaccount,
    suppression,
)
"""Importing them registers their handlers."""
BASE_URL = "http://sandbox/v3"


class Sandbox(httpx.MockTransport):
    """An invented account behind an httpx transport for either client.

    Args:
        seed: Which account; the same seed and hour give the same account.
        now: The account's present moment, which then stands still, or a function that gives
            it; the real one if not given.
        contract: Answer as the API's document says, or as today's service does.
        empty: Start without any mail.
        limits: Refuse too many requests with 429, as the service does.
        clock: Seconds that only go forward, by which those are counted; if not given, the
            seconds of *now* where that is a function, else this machine's.
        permissions: Paths the key may call, such as ``/email/*``.
    """

    def __init__(
        self,
        *,
        seed: int = 1,
        now: Clock = None,
        contract: Contract = "documented",
        empty: bool = False,
        limits: bool = False,
        clock: Callable[[], float] | None = None,
        permissions: Sequence[str] = ("*",),
    ) -> None:
        if contract not in ("documented", "served"):
            raise InvalidArgument(
                "contract", f"expected 'documented' or 'served', got {contract!r}"
            )
        if type(seed) is not int or seed < 0:
            raise InvalidArgument("seed", f"expected a whole number from 0, got {seed!r}")
        self._now = clock_of(now)
        self.account = Account(seed=seed, now=lambda: self._now().timestamp())
        self.account.permissions = tuple(permissions)
        self.service = Service(self.account, contract, limits, clock or self._seconds(now))
        if not empty:
            # numpy draws the account's history; an empty one does without it.
            from smtp2go_kit.sandbox.simulation import kestrel

            kestrel.play(self.account).fill()
        super().__init__(self._respond)

    @property
    def api_key(self) -> str:
        """The account's key."""
        return self.account.api_key

    @property
    def connection(self) -> dict[str, Any]:
        """The arguments with which a client reaches this account."""
        return {
            "api_key": self.api_key,
            "base_url": BASE_URL,
            "transport": self,
            "budgets": self.service.limits,
            "now": self._now,
        }

    def __repr__(self) -> str:
        return f"<Sandbox of {len(self.account.emails)} emails, {self.service.contract}>"

    def _seconds(self, now: Clock) -> Callable[[], float]:
        return self.account.now if callable(now) else time.monotonic

    def _respond(self, request: httpx.Request) -> httpx.Response:
        headers = {name.lower(): text for name, text in request.headers.items()}
        told: Response = self.service.respond(
            request.method, request.url.path, headers, request.content
        )
        return httpx.Response(told.status, headers=dict(told.headers), content=told.content)
