"""An account's health: everything there is to see of it, each part on its own."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import pandas as pd

from smtp2go_kit import encoding
from smtp2go_kit.client import Client
from smtp2go_kit.errors import InvalidArgument, Smtp2GoError
from smtp2go_kit.triage.detection.intake import KINDS
from smtp2go_kit.triage.health import parts
from smtp2go_kit.triage.health.copies import LEAST_DOMAIN, by_domain, copies
from smtp2go_kit.triage.health.parts import Quota, Volume
from smtp2go_kit.triage.health.rates import Rate
from smtp2go_kit.triage.responses import responses
from smtp2go_kit.types import EventType, Moment

T = TypeVar("T")
SANDBOX = "http://sandbox/"
FREE_PLAN = 1_000
"""Emails a cycle up to which a plan is a free one (SMTP2GO's own WordPress plugin)."""
FREE_DAYS = 5
"""Days of activity that the service keeps for free plans."""
RECENT = pd.Timedelta(days=7)
"""How long ago counts as recent: long enough for a domain's weekly mail."""


@dataclass(frozen=True, eq=False, repr=False)
class Health:
    """What an account's mail did, and what of it needs attention; shows itself in a notebook.

    What could not be seen is None, and ``unseen`` says why.

    Args:
        account: The URL the account was asked at.
        start: First moment looked at, UTC.
        end: Moment looked up to, UTC.
        events: The events of the window, without opens and clicks.
        volume: How much mail left.
        rates: Bounces, complaints and unsubscribes of the window.
        account_rates: The same as SMTP2GO counts them, over the last 30 days.
        domains: Recipient domains that bounced, the worst first, from 5 emails on.
        recent: The same of the window's last 7 days.
        responses: Why mail bounced: SMTP responses, the most frequent first.
        rejections: Why SMTP2GO did not let mail out, likewise.
        unverified: Sender domains whose DKIM or return path is not verified, and their mail.
        suppressions: Suppressed addresses and domains by reason.
        quota: How much of the billing cycle is used.
        unseen: What could not be seen, and why.
    """

    account: str
    start: pd.Timestamp
    end: pd.Timestamp
    events: pd.DataFrame
    volume: Volume
    rates: list[Rate]
    account_rates: list[Rate] | None
    domains: pd.DataFrame
    recent: pd.DataFrame
    responses: pd.DataFrame
    rejections: pd.DataFrame
    unverified: pd.DataFrame | None
    suppressions: pd.DataFrame | None
    quota: Quota | None
    unseen: list[str]

    @property
    def is_sandbox(self) -> bool:
        """Whether this is the sandbox's invented account."""
        return self.account.startswith(SANDBOX)

    @property
    def days(self) -> float:
        """The window's length in days."""
        return (self.end - self.start) / pd.Timedelta(days=1)

    @functools.cached_property
    def attention(self) -> list[str]:
        """What needs attention, one sentence each with its numbers."""
        from smtp2go_kit.triage.health.attention import concerns

        return concerns(self)

    def to_dict(self) -> dict[str, Any]:
        """Everything but the events, ready for JSON."""
        from smtp2go_kit.triage.health.report import to_dict

        return to_dict(self)

    def to_html(self) -> str:
        """One HTML page with two charts that needs nothing else."""
        from smtp2go_kit.triage.health.page import page

        return page(self)

    def __repr__(self) -> str:
        from smtp2go_kit.triage.health.report import text

        return text(self)

    def _repr_html_(self) -> str:
        from smtp2go_kit.triage.health.page import fragment

        return fragment(self, level=3)


def look(
    client: Client,
    *,
    since: Moment = "30d",
    now: dt.datetime | None = None,
    events: pd.DataFrame | None = None,
) -> Health:
    """Look at everything that tells how an account's mail fares; changes nothing.

    Args:
        client: Whose account.
        since: First moment to look at, UTC: an ISO-8601 string, a datetime, a date, or a time
            ago such as ``"7d"``. The service keeps 5 days of activity on free plans and 30 on
            paid ones.
        now: Moment to look up to; the client's present if not given.
        events: The activity as ``client.activity.search()`` returned it, where somebody has it
            already, so that it is not asked again; it then tells the window too.

    Raises:
        InvalidArgument: *since* is no time or still to come, or *events* tell no window.
        Smtp2GoError: The activity could not be read. Other parts that cannot are left out.
    """
    events = _asked(client, since, now) if events is None else _given(events)
    start, end = (pd.Timestamp(moment) for moment in events.attrs["window"])
    sent, unseen = copies(events), _gaps(events)
    month = _seen(unseen, "SMTP2GO's own rates", lambda: parts.account_rates(client))
    quota = _seen(unseen, "the quota", lambda: parts.quota(client))
    return Health(
        account=client._session.settings.base_url,
        start=start,
        end=end,
        events=events,
        volume=parts.volume(sent, start, end),
        rates=parts.window_rates(sent, month[0].of if month else _monthly(sent, start, end)),
        account_rates=month,
        domains=by_domain(sent, least=LEAST_DOMAIN),
        recent=by_domain(sent[sent["date"] >= end - RECENT], least=LEAST_DOMAIN),
        responses=responses(events, ("soft-bounced", "hard-bounced")),
        rejections=responses(events, ("rejected",)),
        unverified=_seen(unseen, "sender domains", lambda: parts.unverified(client, sent)),
        suppressions=_seen(unseen, "suppressions", lambda: parts.suppressions(client)),
        quota=quota,
        unseen=[*unseen, *_forgotten(quota, start, end)],
    )


def _asked(client: Client, since: Moment, now: dt.datetime | None) -> pd.DataFrame:
    kinds: list[EventType] = [*KINDS]
    begin = _start(since, now or client._now())
    return client.activity.search(start_date=begin, end_date=now, event_types=kinds)


def _given(events: pd.DataFrame) -> pd.DataFrame:
    if {"window", "truncated", "total"} - set(events.attrs):
        problem = "a frame as client.activity.search() returned it is needed: it tells its window"
        raise InvalidArgument("events", problem, operation="triage.look")
    return events


def _start(since: Moment, now: dt.datetime) -> str:
    try:
        start = encoding.moment(since, now)
    except (ValueError, OverflowError) as error:
        raise InvalidArgument("since", str(error), operation="triage.look") from None
    if start > encoding.moment(now, now):
        raise InvalidArgument("since", f"{start} is still to come", operation="triage.look")
    return start


def _monthly(sent: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> int:
    days = max(1.0, (end - start) / pd.Timedelta(days=1))
    return round(int(sent["sent"].sum()) * parts.MONTH / days)


def _seen(unseen: list[str], what: str, ask: Callable[[], T | None]) -> T | None:
    try:
        found = ask()
    except Smtp2GoError as error:
        unseen.append(f"{what}: {error}")
        return None
    if found is None:
        unseen.append(f"{what}: the answer was empty")
    return found


def _gaps(events: pd.DataFrame) -> list[str]:
    if not events.attrs["truncated"]:
        return []
    return [f"all events: {len(events):,} of {events.attrs['total']:,} came"]


def _forgotten(quota: Quota | None, start: pd.Timestamp, end: pd.Timestamp) -> list[str]:
    kept = end - pd.Timedelta(days=FREE_DAYS)
    if quota is None or quota.most > FREE_PLAN or start >= kept:
        return []
    return [f"activity before {kept:%Y-%m-%d}: free plans keep {FREE_DAYS} days"]
