"""What a domain's own mail tells: unverified senders, and refusals that name authentication."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pandas as pd

from smtp2go_kit.triage.domain.standing import Standing, covering
from smtp2go_kit.triage.responses import normalised

FAILED = ("soft-bounced", "hard-bounced", "rejected")
RESPONSES = ("smtp_response", "reason", "error")
SENDERS = ("from", "sender_full", "sender")
MOST_SHOWN = 5
AUTHENTICATION = re.compile(
    # Google: 4.7.x and 5.7.x alike; 31 and 40 are one by its two pages.
    r"(?<![\d.])[45]\.7\.(?:2[3467]|3[0-2]|40)(?![\d.])"
    # Microsoft's bulk rule and DMARC; RFC 7372's own codes are among Google's.
    r"|(?<![\d.])5\.7\.5(?:15|09)(?![\d.])"
    r"|(?i:unauthenticated|\bdmarc\b|sender domain not verified|sender (?:is )?not verified)",
)


@dataclass(frozen=True, slots=True)
class Traffic:
    """A domain's mail in some events.

    Args:
        events: All events that were given.
        own: Those whose From address is at the domain or below it.
        refused: Refusals of those that name authentication, with their counts.
        unverified: The From domains that no verified sender domain covers, with their counts;
            None where the account was not seen.
        kinds: How many of the domain's own events there are of each kind.
    """

    events: int
    own: int
    refused: dict[str, int]
    unverified: dict[str, int] | None
    kinds: dict[str, int]


def read_traffic(events: pd.DataFrame, standing: Standing) -> Traffic:
    """Look at the mail of a domain.

    Args:
        events: As ``client.activity.search()`` returns them; columns may be missing.
        standing: What the account says of the domain.
    """
    domains = _domains(events)
    counts = {str(name): int(count) for name, count in domains.value_counts().items()}
    own_names = [n for n in counts if n == standing.domain or n.endswith(f".{standing.domain}")]
    own = events[domains.isin(own_names)]
    kinds = own["event"].value_counts() if "event" in own.columns else pd.Series(dtype="int64")
    unverified = None if standing.unseen else _unverified(counts, standing)
    told = {str(kind): int(count) for kind, count in kinds.items()}
    return Traffic(len(events), len(own), _refused(own), unverified, told)


def _unverified(counts: dict[str, int], standing: Standing) -> dict[str, int]:
    return {n: count for n, count in counts.items() if not covering(n, standing.verified)}


def _text(events: pd.DataFrame, names: tuple[str, ...]) -> pd.Series[Any]:
    """The first of some columns that is not empty."""
    found = pd.Series(None, index=events.index, dtype="str")
    for name in names:
        if name in events.columns:
            found = found.fillna(events[name].astype("str").replace("", None))
    return found


def _domains(events: pd.DataFrame) -> pd.Series[Any]:
    told = _text(events, SENDERS)
    # A From has few values over many events.
    of = {text: _domain(text) for text in told.dropna().unique()}
    return told.map(of).astype("str").replace("", None)


def _domain(mailbox: str) -> str:
    name = mailbox.rpartition("@")[2].strip(" >\t\"'").rstrip(".").lower()
    return name if "@" in mailbox and re.fullmatch(r"[^\s<>@]{1,253}", name) else ""


def _refused(own: pd.DataFrame) -> dict[str, int]:
    failed = own[own["event"].isin(FAILED)] if "event" in own.columns else own
    counts = _text(failed, RESPONSES).value_counts()
    found: dict[str, int] = {}
    for text, count in counts.items():
        if AUTHENTICATION.search(str(text)):
            line = normalised(str(text))
            found[line] = found.get(line, 0) + int(count)
    return found
