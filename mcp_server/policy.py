"""The limits a user sets on what an assistant may do, below every confirmation."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from mcp_server.message import BLIND, OPEN, Recipients
from mcp_server.refusal import Refused
from smtp2go_kit.call import Call
from smtp2go_kit.shapes import is_list, is_object

HOUR = 3600.0
OWN_HEADERS = frozenset({"from", "sender", "subject", "resent-from", *OPEN, *BLIND})
"""Headers that would stand against what was confirmed, or send mail to further addresses."""


@dataclass(frozen=True)
class Policy:
    """What the person who started the server allows.

    Args:
        allow_recipients: Addresses, or domains as ``@example.com``, that mail may go to; any
            if empty.
        max_recipients: Most recipients of one send, all kinds together.
        writes_per_hour: Most sends and changes in any 60 minutes.
        allow_bcc: Whether mail may have recipients that the others do not see.
        dry_run: Check and show every send and change, and make none.
        attach_from: Folders whose files may be attached.
    """

    allow_recipients: tuple[str, ...] = ()
    max_recipients: int = 20
    writes_per_hour: int = 100
    allow_bcc: bool = False
    dry_run: bool = False
    attach_from: tuple[Path, ...] = ()

    def check(self, call: Call) -> Recipients:
        """Who the call would write to, or Refused if it may not.

        Args:
            call: A send or a change with its arguments checked.
        """
        _check_headers(call)
        reached = recipients(call)
        if reached.blind and not self.allow_bcc:
            raise Refused(
                f"Blind copies are off, and {_named(reached.blind)} would get one. Leave it out, "
                "or ask the user to start the server with --allow-bcc."
            )
        if len(reached.everyone) > self.max_recipients:
            raise Refused(
                f"{len(reached.everyone)} recipients; this server allows {self.max_recipients} a "
                "send. Send in parts, or ask the user for a higher --max-recipients."
            )
        if strangers := [a for a in reached.everyone if not self.allows(a)]:
            raise Refused(
                f"{_named(strangers)} may not get mail from this server: its allowlist has "
                f"{', '.join(self.allow_recipients)}. Use one of those, or ask the user to add "
                "to --allow-recipients."
            )
        return reached

    def allows(self, address: str) -> bool:
        """Whether mail may go to an address."""
        allowed = {_lower(entry) for entry in self.allow_recipients}
        bare = _lower(address)
        return not allowed or bare in allowed or f"@{bare.rpartition('@')[2]}" in allowed


def recipients(call: Call) -> Recipients:
    """Everybody that a call would make mail go to, from the very arguments that are sent.

    Args:
        call: A checked call.
    """
    found = Recipients((), ())
    for parameter in call.operation.parameters:
        value = call.arguments.get(parameter.name)
        if value:
            found += Recipients.reached(value, parameter.kind.reach)
    return found


def _check_headers(call: Call) -> None:
    for parameter in call.operation.parameters:
        value = call.arguments.get(parameter.name)
        entries = value if is_list(value) else []
        for name in (str(e["header"]) for e in entries if is_object(e) and "header" in e):
            if name.strip().lower() in OWN_HEADERS:
                raise Refused(
                    f"{parameter.name}: the header {name.strip()} would change who writes to whom, "
                    "or the subject. Use the arguments sender, subject, to, cc or bcc."
                )


def _lower(address: str) -> str:
    """Small letters of ASCII alone: other capitals may become another letter of ASCII."""
    return "".join(c.lower() if c.isascii() else c for c in address)


def _named(addresses: tuple[str, ...] | list[str]) -> str:
    rest = f" and {len(addresses) - 5} more" if len(addresses) > 5 else ""
    return ", ".join(addresses[:5]) + rest


@dataclass
class Allowance:
    """Counts sends and changes against the hourly limit.

    Args:
        most: Most in any 60 minutes.
        clock: Seconds that only go forward.
    """

    most: int
    clock: Callable[[], float] = time.monotonic
    _made: deque[float] = field(default_factory=deque[float])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> None:
        """Count one, or raise Refused."""
        with self._lock:
            now = self.clock()
            while self._made and self._made[0] <= now - HOUR:
                self._made.popleft()
            if len(self._made) >= self.most:
                wait = int((self._made[0] + HOUR - now) / 60) + 1 if self._made else 60
                raise Refused(
                    f"This server made its {self.most} sends and changes of this hour. Try again "
                    f"in {wait} minutes, or ask the user for a higher --writes-per-hour."
                )
            self._made.append(now)
