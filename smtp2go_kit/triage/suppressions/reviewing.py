"""Which suppressions to keep, which to lift, and whom to suppress by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from smtp2go_kit.client import Client
from smtp2go_kit.errors import InvalidArgument
from smtp2go_kit.triage.action import Action
from smtp2go_kit.triage.log import NEVER, is_missing
from smtp2go_kit.triage.sheet import Sheet, Shown
from smtp2go_kit.triage.sources import Source, source_of
from smtp2go_kit.triage.suppressions.suppressed import (
    BLOCKED,
    Entry,
    answered,
    entries_of,
    of_address,
)
from smtp2go_kit.triage.tracing.fate import moment
from smtp2go_kit.triage.tracing.remedies import OPT_OUTS, lift, suppress
from smtp2go_kit.triage.wording import number, plain
from smtp2go_kit.types import Moment

Verdict = Literal["keep", "lift", "suppress"]
OPERATION = "triage.suppression_review"
AGAIN = BLOCKED - pd.Timedelta(hours=12)
"""How far apart two hard bounces are, at least, if the first one's block had ended between."""
LEAST_TIMES = 2
"""Fewest hard bounces, each after a block, that show an address is dead."""
COLUMNS = (
    "address",
    "reason",
    "since",
    "verdict",
    "why",
    "category",
    "confidence",
    "evidence",
    "email_id",
    "bounces",
)
"""The columns of a review's frame."""
SHOWN: dict[Verdict, str] = {"lift": "to lift", "suppress": "to suppress", "keep": "to keep"}
KINDS = ["hard-bounced", "soft-bounced", "delivered"]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What to do about one address or domain, and by what evidence.

    Args:
        entry: The suppression; for an address that is on no list yet, what it would be.
        verdict: ``keep`` it, ``lift`` it, or ``suppress`` the address by hand.
        why: The reason in words.
        times: How often it hard-bounced because of the address, each after a block.
    """

    entry: Entry
    verdict: Verdict
    why: str
    times: int = 0

    @property
    def actions(self) -> list[Action]:
        """What to do; nothing for what is kept. All of it needs somebody's consent."""
        if self.verdict == "lift":
            return [lift(self.entry)]
        return [suppress(self.entry, self.times)] if self.verdict == "suppress" else []

    def to_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        entry = self.entry
        return {
            "address": entry.address,
            "reason": entry.reason,
            "since": None if is_missing(entry.since) else entry.since.isoformat(),
            "verdict": self.verdict,
            "why": self.why,
            "category": entry.category,
            "confidence": entry.confidence,
            "evidence": entry.evidence or entry.note,
            "email_id": entry.email_id,
            "bounces": [date.isoformat() for date in entry.bounces],
        }


@dataclass(frozen=True, eq=False, repr=False)
class SuppressionReview(Shown):
    """Which suppressions to keep and to lift, and whom to suppress; shows itself in a notebook.

    Args:
        start: First moment whose mail was looked at, UTC; missing if nothing tells.
        end: Moment looked up to, UTC, likewise.
        rows: What to lift, then what to suppress, then what to keep; each by address.
        unseen: What could not be seen, and why.
    """

    start: pd.Timestamp
    end: pd.Timestamp
    rows: tuple[Reviewed, ...]
    unseen: tuple[str, ...]

    def of(self, verdict: Verdict) -> tuple[Reviewed, ...]:
        """The rows with one verdict.

        Args:
            verdict: ``keep``, ``lift`` or ``suppress``.
        """
        return tuple(row for row in self.rows if row.verdict == verdict)

    @property
    def actions(self) -> tuple[Action, ...]:
        """What to lift and to suppress; nothing here does it."""
        return tuple(action for row in self.rows for action in row.actions)

    def to_frame(self) -> pd.DataFrame:
        """One row an address or domain and reason; ``since`` in UTC, ``bounces`` counted."""
        told = [row.to_dict() | {"bounces": len(row.entry.bounces)} for row in self.rows]
        table = pd.DataFrame(told, columns=[*COLUMNS])
        since = pd.to_datetime(table["since"], utc=True, format="ISO8601").dt.as_unit("us")
        return table.assign(since=since).astype({"bounces": "Int64", "confidence": "float64"})

    def to_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        return {
            "start": None if is_missing(self.start) else self.start.isoformat(),
            "end": None if is_missing(self.end) else self.end.isoformat(),
            "counts": {verdict: len(self.of(verdict)) for verdict in SHOWN},
            "rows": [
                row.to_dict() | {"actions": [action.to_dict() for action in row.actions]}
                for row in self.rows
            ],
            "unseen": list(self.unseen),
        }

    def _sheet(self) -> Sheet:
        counted = ", ".join(f"{number(len(self.of(v)))} {words}" for v, words in SHOWN.items())
        return Sheet(
            title=f"Suppressions, by the mail of {moment(self.start)} to {moment(self.end)}",
            lines=[
                f"{counted}." if self.rows else "Nothing is suppressed, and nothing needs to be."
            ],
            heads=("Verdict", "Reason", "Address", "Why"),
            rows=[(r.verdict, r.entry.reason or "-", r.entry.address, r.why) for r in self.rows],
            actions=self.actions,
            unseen=self.unseen,
        )


def suppression_review(
    client: Client | None = None,
    *,
    since: Moment = "30d",
    now: dt.datetime | None = None,
    suppressions: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
) -> SuppressionReview:
    """Review who gets no mail, and who should get none; changes nothing.

    Complaints and unsubscribes are always kept, and what was suppressed by hand is for whoever
    did it. A bounce is lifted only if its refusal was not about the address, or mail arrived
    since. An address is to be suppressed if it hard-bounced because of itself again after a
    7-day block ended, and got no mail between.

    Args:
        client: The account; not needed if both frames are given.
        since: First moment whose mail to look at, UTC, as for ``client.activity.search``.
        now: Moment to look up to; the client's present, or a frame's last event, if not given.
        suppressions: What ``client.suppression.view()`` returned, to use in place of asking.
        events: What ``client.activity.search()`` returned, likewise.

    Raises:
        InvalidArgument: There is neither a client nor anything else to look at.
        Smtp2GoError: The activity could not be read. Other parts that cannot are left out.
    """
    if client is None and events is None and suppressions is None:
        raise InvalidArgument(
            "client", "or events and suppressions are needed", operation=OPERATION
        )
    source = _source(client, events, since, now)
    view = source.ask("suppressions", suppressions, lambda account: account.suppression.view())
    table = pd.DataFrame() if view is None else view
    entries = entries_of(table, source.log)
    rows = [*_reviewed(entries, source.end), *_dead(entries, source.log)]
    order = list(SHOWN)
    rows.sort(key=lambda row: (order.index(row.verdict), row.entry.address, row.entry.reason))
    return SuppressionReview(source.start, source.end, tuple(rows), tuple(source.unseen))


def _source(
    client: Client | None, events: pd.DataFrame | None, since: Moment, now: dt.datetime | None
) -> Source:
    if events is None and client is not None:
        return source_of(client, since, now, OPERATION, event_types=KINDS)
    given = source_of(pd.DataFrame() if events is None else events, since, now, OPERATION)
    missing = ["events: none were given, so that no bounce has a known cause"] * (events is None)
    return Source(client, given.raw, given.log, given.start, given.end, [*given.unseen, *missing])


def _reviewed(entries: Sequence[Entry], end: pd.Timestamp) -> Iterator[Reviewed]:
    reasons: dict[str, set[str]] = {}
    for entry in entries:
        reasons.setdefault(entry.address, set()).add(entry.reason)
    for entry in entries:
        others = reasons[entry.address] - {entry.reason}
        yield _bounce(entry, others, end) if entry.reason == "bounce" else _wish(entry)


def _wish(entry: Entry) -> Reviewed:
    told = f": {plain(entry.note, 120)}" if entry.note else ""
    if entry.reason in OPT_OUTS:
        did = "complained" if entry.reason == "spam" else "unsubscribed"
        return Reviewed(entry, "keep", f"Its reader {did}{told}. Never lift this by yourself.")
    if entry.reason == "manual":
        return Reviewed(entry, "keep", f"Suppressed by hand{told}. Ask whoever did it.")
    return Reviewed(entry, "keep", f"The reason {plain(entry.reason, 40)} is SMTP2GO's{told}.")


def _bounce(entry: Entry, others: set[str], end: pd.Timestamp) -> Reviewed:
    times = _blocks(entry.bounces)
    if others:
        return Reviewed(entry, "keep", f"It is also suppressed for: {', '.join(sorted(others))}.")
    if times >= LEAST_TIMES:
        return Reviewed(entry, "suppress", _again(times, entry.bounces), times)
    if entry.delivered is not None:
        return Reviewed(entry, "lift", f"Mail arrived again on {moment(entry.delivered)}.")
    if entry.cause == "elsewhere" and not entry.bounces:
        kind = f"{entry.category}, confidence {entry.confidence:.2f}"
        return Reviewed(entry, "lift", f"The refusal was not about the address ({kind}).")
    return Reviewed(entry, "keep", f"{KEPT[entry.cause]} {_until(entry, end)}", times)


KEPT = {
    "address": "The address does not work.",
    "full": "The mailbox was full.",
    "elsewhere": "It has also bounced because of the address itself.",
    "unknown": "No refusal is known that tells why, so that nothing speaks for lifting it.",
}
"""Why a bounce is kept, by what its refusal was about."""


def _until(entry: Entry, end: pd.Timestamp) -> str:
    if is_missing(entry.since) or is_missing(end):
        return "SMTP2GO lifts it by itself 7 days after the bounce."
    if entry.ends < end:
        return f"It is still listed, though its 7 days ended on {moment(entry.ends)}."
    return f"SMTP2GO lifts it by itself about {moment(entry.ends)}."


def _dead(entries: Sequence[Entry], log: pd.DataFrame) -> Iterator[Reviewed]:
    """Addresses that are on no list now, and bounced again after each block."""
    held = {entry.address for entry in entries}
    mail = answered(log)
    hard = mail[(mail["event"] == "hard-bounced") & (mail["cause"] == "address")]
    often = hard["recipient"].value_counts()
    wanted = [str(name) for name in often[often >= LEAST_TIMES].index if name not in held]
    for address, copies in mail[mail["recipient"].isin(wanted)].groupby("recipient"):
        bounces = of_address(copies)
        if (times := _blocks(bounces)) >= LEAST_TIMES:
            entry = _unlisted(str(address), bounces, hard[hard["recipient"] == address].iloc[-1])
            yield Reviewed(entry, "suppress", _again(times, bounces), times)


def _unlisted(address: str, bounces: tuple[pd.Timestamp, ...], last: pd.Series[Any]) -> Entry:
    return Entry(
        address=address,
        reason="",
        since=NEVER,
        note="",
        cause="address",
        category=str(last["category"]),
        confidence=float(last["sure"]),
        evidence=str(last["smtp_response"]),
        email_id="" if is_missing(last["email_id"]) else str(last["email_id"]),
        bounces=bounces,
    )


def _blocks(bounces: Sequence[pd.Timestamp]) -> int:
    """How many of the bounces came after the block of the one before had ended; the first too."""
    count, last = 0, None
    for date in bounces:
        if last is None or date - last >= AGAIN:
            count, last = count + 1, date
    return count


def _again(times: int, bounces: Sequence[pd.Timestamp]) -> str:
    dates = ", ".join(f"{date:%Y-%m-%d}" for date in bounces[-5:])
    return (
        f"It hard-bounced {number(times)} times because of the address, each time after a 7-day "
        f"block had ended, and got no mail between ({dates})."
    )
