"""What a server was started with: whose account, which limits, where it keeps its files."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mcp_server.audit import AuditLog
from mcp_server.confirmation import Tokens
from mcp_server.policy import Allowance, Policy
from smtp2go_kit.call import Call

if TYPE_CHECKING:
    from dns.resolver import Resolver

    from smtp2go_kit.client import Client


@dataclass
class Setup:
    """What all tools of a server share.

    Args:
        connect: Makes the client; called when the first tool needs it.
        account: Whose account it is, in words, as confirmations and the log name it.
        policy: The user's limits.
        audit: The log of sends and changes.
        passwords: The folder for the passwords of new SMTP users.
        resolver: Where DNS is asked; the machine's own if not given.
    """

    connect: Callable[[], Client]
    account: str
    policy: Policy
    audit: AuditLog
    passwords: Path
    resolver: Resolver | None = None
    tokens: Tokens = field(default_factory=Tokens)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.allowance = Allowance(self.policy.writes_per_hour)

    @property
    def client(self) -> Client:
        """The client, made at the first use."""
        with self._lock:
            return self._client

    @functools.cached_property
    def _client(self) -> Client:
        return self.connect()

    def log(self, call: Call, decision: str, outcome: str, request_id: str | None = None) -> None:
        """Add the line of one send or change to the log.

        Args:
            call: What was asked for.
            decision: How it was confirmed, or why it was refused.
            outcome: What became of it.
            request_id: The service's id of it.
        """
        self.audit.write(call, decision, outcome, redact=self.redact, request_id=request_id)

    def redact(self, text: str) -> str:
        """A text with the API key masked.

        Args:
            text: What a model or a log will have.
        """
        # Before there is a client, nothing has met its key.
        made: Client | None = vars(self).get("_client")
        return made._session.settings.api_key.redact(text) if made else text
