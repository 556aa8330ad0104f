"""What is wrong with a simulated account: what was asked for, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that happens to an account, by the name of its kind.

    Args:
        name: One of ``INCIDENTS``.
        hours_ago: When it starts, in hours before the last full hour, at which simulations end; a
            time that suits it if not given.
        hours: How long it lasts; until now if not given, or as long as such things last.
        strength: From just there (0) to as strong as it gets (1); as it usually is if not given.
        target: What it strikes, such as a provider, a recipient domain, a sender domain or a
            username; something fitting if not given.
    """

    name: str
    hours_ago: float | None = None
    hours: float | None = None
    strength: float | None = None
    target: str = ""


@dataclass(frozen=True, slots=True)
class Truth:
    """What really happened.

    Args:
        incident: The name of its kind.
        cause: What a triage should name as the cause; nothing where all is well.
        cohort: The smallest group of mail that it struck, by dimension: ``provider``,
            ``recipient_domain``, ``sender_domain``, ``sender``, ``username``, ``subject``,
            ``outbound_ip`` or ``subaccount``.
        onset: When it began, UTC.
        end: When it ended, or the present moment.
        destructive_ok: Whether to remove or suppress recipients is right.
        copies: How many messages to one recipient it struck.
    """

    incident: str
    cause: str
    cohort: Mapping[str, str]
    onset: pd.Timestamp
    end: pd.Timestamp
    destructive_ok: bool
    copies: int
