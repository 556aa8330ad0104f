"""One thing that is wrong with an account's mail: how much, since when, why, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from smtp2go_kit.triage.action import Action

Cause = Literal[
    "authentication",
    "ip-block",
    "domain-reputation",
    "throttling",
    "bad-list",
    "compromised-user",
    "content-block",
    "link-domain-listed",
    "recipient-outage",
    "recipient-policy",
    "greylisting",
    "mailbox-full",
    "complaint-spike",
    "suppression",
    "unverified-sender",
    "quota",
    "data-gap",
    "other",
]
"""Why mail does not arrive."""


@dataclass(frozen=True, slots=True, repr=False)
class Finding:
    """One problem.

    Args:
        cause: Why it happens, one of the words of :data:`Cause`.
        problem: What happens, in one sentence with its numbers.
        why: What makes the cause likely, in words.
        confidence: How sure the cause is, 0 to 1.
        since: When it began, UTC.
        until: The last case seen, UTC.
        seen: The end of the time that was looked at, UTC.
        cohort: The smallest part of the mail that explains it: any of ``provider``,
            ``recipient_domain``, ``sender_domain``, ``sender``, ``username``, ``subject``
            (numbers as ``#``), ``outbound_ip``, ``subaccount``; each with its value, or with a
            few values as a tuple; empty for all mail.
        what: What is counted, as ``authentication`` or ``slow``.
        x: Emails of the cohort it happened to since then, one for each recipient.
        n: Emails of the cohort that it could have happened to.
        interval: The 95 % Jeffreys interval of ``x / n``, as shares from 0 to 1.
        expected: Cases to expect among *n* on an ordinary day.
        excess: Cases beyond those.
        responses: Up to 5 answers as they came, the most frequent first: text that others wrote.
        email_ids: One email for each of *responses*.
        ruled_out: What else was looked at, and why it is not that.
        actions: What to do, the most helpful first.
        verify: How and when to see whether it is fixed.
    """

    cause: Cause
    problem: str
    why: str
    confidence: float
    since: pd.Timestamp
    until: pd.Timestamp
    seen: pd.Timestamp
    cohort: Mapping[str, str | tuple[str, ...]]
    what: str
    x: int
    n: int
    interval: tuple[float, float]
    expected: float
    excess: float
    responses: tuple[str, ...]
    email_ids: tuple[str, ...]
    ruled_out: tuple[str, ...]
    actions: tuple[Action, ...]
    verify: str

    def __repr__(self) -> str:
        return f"<Finding {self.cause} ({self.confidence:.0%}): {self.problem}>"

    def to_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        plain = ("cause", "problem", "why", "what", "x", "n", "verify")
        return {name: getattr(self, name) for name in plain} | {
            "confidence": round(self.confidence, 2),
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "seen": self.seen.isoformat(),
            "cohort": {k: v if isinstance(v, str) else list(v) for k, v in self.cohort.items()},
            "interval": [round(end, 5) for end in self.interval],
            "expected": round(self.expected, 2),
            "excess": round(self.excess, 2),
            "responses": list(self.responses),
            "email_ids": list(self.email_ids),
            "ruled_out": list(self.ruled_out),
            "actions": [action.to_dict() for action in self.actions],
        }
