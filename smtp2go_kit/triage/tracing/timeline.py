"""One person's mail, or one email: what happened to it, and what to do."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from smtp2go_kit.addresses import address_of
from smtp2go_kit.client import Client
from smtp2go_kit.errors import InvalidArgument
from smtp2go_kit.triage.action import Action
from smtp2go_kit.triage.complying.sender_domains import SenderDomain, sender_domains
from smtp2go_kit.triage.health.copies import domain_of
from smtp2go_kit.triage.health.report import records
from smtp2go_kit.triage.log import attempts_of, in_order, is_missing
from smtp2go_kit.triage.sheet import MOST, Sheet, Shown
from smtp2go_kit.triage.sources import ClientOrEvents, Source, source_of
from smtp2go_kit.triage.suppressions.suppressed import Entry, entries_of, listed, names_of
from smtp2go_kit.triage.tracing.fate import Outcome, fate_of, moment
from smtp2go_kit.triage.tracing.verdict import verdict
from smtp2go_kit.triage.wording import rows
from smtp2go_kit.types import Moment

OPERATION = "triage.trace"
TIMELINE = (
    "date",
    "event",
    "email_id",
    "recipient",
    "sender",
    "subject",
    "host",
    "smtp_response",
)
"""The columns of a timeline."""
ASKED = 5
"""Most recipients of one email whose suppressions are asked for."""


@dataclass(frozen=True, eq=False, repr=False)
class Trace(Shown):
    """One person's mail, or one email, and what became of it; shows itself in a notebook.

    Args:
        asked: The recipient or the email's id.
        kind: Which of the two it is.
        start: First moment looked at, UTC; missing if nothing tells.
        end: Moment looked up to, UTC, likewise.
        timeline: Events, delivery attempts (``attempt``) and suppressions (``suppressed``) in the
            order of time.
        outcome: A stable word: of the person's last email, or of the one email.
        sentence: What happened, with times, numbers and the last answer as it came.
        confidence: How sure the outcome is, 0 to 1.
        actions: What to do next, the first first.
        response: The last answer, as it came; empty if there is none.
        category: What a refusal means, by the classifier; empty if there is none.
        emails: How many copies came to each outcome.
        suppressions: The suppressions in force: ``address``, ``reason``, ``since``, ``note``;
            None if they could not be seen.
        senders: The state of each domain that the mail was sent from; None likewise.
        unseen: What could not be seen, and why.
    """

    asked: str
    kind: Literal["recipient", "email"]
    start: pd.Timestamp
    end: pd.Timestamp
    timeline: pd.DataFrame
    outcome: Outcome
    sentence: str
    confidence: float
    actions: tuple[Action, ...]
    response: str
    category: str
    emails: dict[str, int]
    suppressions: pd.DataFrame | None
    senders: tuple[SenderDomain, ...] | None
    unseen: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """The timeline."""
        return self.timeline.copy()

    def to_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON: times in ISO-8601, what is unknown null."""
        names = ("asked", "kind", "outcome", "sentence", "confidence", "response", "category")
        return {name: getattr(self, name) for name in names} | {
            "start": None if is_missing(self.start) else self.start.isoformat(),
            "end": None if is_missing(self.end) else self.end.isoformat(),
            "emails": dict(self.emails),
            "actions": [action.to_dict() for action in self.actions],
            "timeline": records(self.timeline),
            "suppressions": records(self.suppressions),
            "senders": None if self.senders is None else [s.words for s in self.senders],
            "unseen": list(self.unseen),
        }

    def _sheet(self) -> Sheet:
        table = [
            (moment(row.date), *(_text(v) for v in (row.event, row.email_id, row.smtp_response)))
            for row in rows(self.timeline.tail(MOST))
        ]
        cut = len(self.timeline) - len(table)
        earlier = [f"{cut:,} earlier rows are in to_frame()."] if cut else []
        domains = [f"The sender domain {sender.words}." for sender in self.senders or ()]
        return Sheet(
            title=f"{self.asked}: {self.outcome} (confidence {self.confidence:.2f})",
            lines=[self.sentence, *domains, *earlier],
            heads=("Time", "What", "Email", "Answer"),
            rows=table,
            actions=self.actions,
            unseen=self.unseen,
        )


def trace(
    client_or_events: ClientOrEvents,
    recipient_or_email_id: str,
    *,
    since: Moment = "30d",
    now: dt.datetime | None = None,
    suppressions: pd.DataFrame | None = None,
    domains: pd.DataFrame | None = None,
) -> Trace:
    """Follow one person's mail, or one email; changes nothing.

    Args:
        client_or_events: The account, or events such as ``client.activity.search()`` returns.
        recipient_or_email_id: The person's address, in any case and with or without a name; or
            an email's id.
        since: First moment to look at, UTC, as for ``client.activity.search``. The service keeps
            5 days of activity on free plans and 30 on paid ones.
        now: Moment to look up to; the client's present, or a frame's last event, if not given.
        suppressions: What ``client.suppression.view()`` returned, to use in place of asking.
        domains: What ``client.domain.view()`` returned, likewise.

    Raises:
        InvalidArgument: The recipient or id is empty, or *since* is no time.
        Smtp2GoError: The activity could not be read. Other parts that cannot are left out.
    """
    asked = recipient_or_email_id.strip() if isinstance(recipient_or_email_id, str) else ""
    if not asked:
        raise InvalidArgument(
            "recipient_or_email_id", "expected an address or an email's id", operation=OPERATION
        )
    address = (address_of(asked) or asked).lower() if "@" in asked else ""
    search = {"search_recipient": address} if address else {"search": asked}
    source = source_of(client_or_events, since, now, OPERATION, **search)
    mail = _mail(source, address, asked)
    people = [address] if address else [*mail["recipient"].dropna().unique()]
    view = source.ask("suppressions", suppressions, lambda client: _suppressed(client, people))
    found = source.ask("sender domains", domains, lambda client: client.domain.view())
    return _traced(source, address or asked, bool(address), mail, people, view, found)


def _mail(source: Source, address: str, asked: str) -> pd.DataFrame:
    """The rows of the log that are about the person or the email, with delivery attempts."""
    wanted = "recipient" if address else "email_id"
    log = source.log[source.log[wanted] == (address or asked)]
    tried = attempts_of(source.raw)
    tried = tried[tried["email_id"].isin(log["email_id"])].drop_duplicates()
    if address:
        tried = tried[tried["recipient"].isna() | (tried["recipient"] == address)]
        tried = tried.assign(recipient=address)
    whole = pd.concat([log, tried.assign(event="attempt")]) if len(tried) else log
    return in_order(whole.astype({"event": "str"}))


def _suppressed(client: Client, people: Sequence[str]) -> pd.DataFrame:
    names = dict.fromkeys(name for person in people[:ASKED] for name in _asked_for(person))
    found = [client.suppression.view(email_address=name) for name in names]
    return pd.concat(found, ignore_index=True) if found else client.suppression.view().iloc[:0]


def _asked_for(person: str) -> Iterable[str]:
    yield person
    yield person.rpartition("@")[2]


def _traced(
    source: Source,
    asked: str,
    is_person: bool,
    mail: pd.DataFrame,
    people: Sequence[str],
    view: pd.DataFrame | None,
    domains: pd.DataFrame | None,
) -> Trace:
    stopping = {name for person in people for name in names_of(person)}
    entries = [] if view is None else entries_of(view, source.log)
    entries = [entry for entry in entries if entry.address in stopping]
    groups = mail.groupby(["email_id", "recipient"], sort=False, dropna=False)
    fates = [fate_of(copy) for _, copy in groups]
    used = domain_of(mail["sender"]).dropna().unique()
    senders = None if domains is None else tuple(sender_domains(used, domains))
    said = verdict(fates, entries, is_person, senders or (), source)
    return Trace(
        asked=asked,
        kind="recipient" if is_person else "email",
        start=source.start,
        end=source.end,
        timeline=_timeline(mail, entries),
        emails=dict(Counter(fate.outcome for fate in fates)),
        suppressions=None if view is None else _in_force(view, stopping),
        senders=senders,
        unseen=tuple(source.unseen),
        **said,
    )


def _in_force(view: pd.DataFrame, stopping: set[str]) -> pd.DataFrame:
    table = listed(view)
    return table[table["address"].isin(stopping)].reset_index(drop=True)


def _timeline(mail: pd.DataFrame, entries: Sequence[Entry]) -> pd.DataFrame:
    held = [
        {
            "date": entry.since,
            "event": "suppressed",
            "recipient": entry.address,
            "smtp_response": ": ".join(filter(None, (entry.reason, entry.note))),
        }
        for entry in entries
    ]
    shown = mail.reindex(columns=[*TIMELINE])
    if not held:
        return shown
    kinds = shown.dtypes.to_dict()
    return in_order(pd.concat([shown, pd.DataFrame(held, columns=[*TIMELINE]).astype(kinds)]))


def _text(value: Any) -> str:
    return "" if is_missing(value) else str(value)
