"""Why mail bounces: failures grouped by what the answers mean and whose servers they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from smtp2go_kit.triage.classifier import classify_events
from smtp2go_kit.triage.hosting import provider
from smtp2go_kit.triage.sources import source_of

if TYPE_CHECKING:
    from smtp2go_kit.client import Client

OPERATION = "explain_bounces"
FAILURES = ["soft-bounced", "hard-bounced", "rejected"]
KEYS = ["category", "cause", "provider"]


@dataclass(frozen=True, eq=False)
class Explained:
    """Failures by cause.

    Args:
        start: First moment looked at, UTC.
        end: Moment looked up to, UTC.
        processed: Emails that left the sender in that time.
        failures: Bounces and rejections.
        groups: One row a cause, the most frequent first.
        unseen: What could not be seen, and why.
    """

    start: pd.Timestamp
    end: pd.Timestamp
    processed: int
    failures: int
    groups: pd.DataFrame
    unseen: tuple[str, ...]


def explain(client: Client, since: str, domain: str | None, only: Mapping[str, str]) -> Explained:
    """Group the bounces and rejections of an account.

    Args:
        client: The account.
        since: First moment to look at.
        domain: Only mail to this recipient domain.
        only: What else to ask the activity stream for, by its own names.
    """
    narrow: dict[str, Any] = dict(only)
    narrow |= {} if domain is None else {"search_recipient": f"@{domain}"}
    source = source_of(client, since, None, OPERATION, event_types=FAILURES, **narrow)
    events = _of_domain(source.raw, domain)
    sent = client.activity.search(
        start_date=source.start.isoformat(), event_types=["processed"], limit=1, **narrow
    )
    groups = _grouped(events)
    processed = int(sent.attrs["total"])
    unseen = tuple(source.unseen)
    return Explained(source.start, source.end, processed, len(events), groups, unseen)


def _of_domain(events: pd.DataFrame, domain: str | None) -> pd.DataFrame:
    """Without those whose domain only begins alike."""
    if domain is None:
        return events
    ends = events["recipient"].fillna("").str.lower().str.rstrip(">")
    return events[ends.str.endswith(f"@{domain.lower()}")].reset_index(drop=True)


def _grouped(events: pd.DataFrame) -> pd.DataFrame:
    told = classify_events(events.reset_index(drop=True))
    told = told.assign(
        provider=provider(told).fillna(""),
        cause=told["cause"].fillna(""),
        category=told["category"].fillna("other"),
        answer=_answers(told),
    )
    groups = told.groupby(KEYS, sort=False, dropna=False)
    table = groups.agg(
        count=("event", "size"),
        recipients=("recipient", "nunique"),
        first=("date", "min"),
        last=("date", "max"),
        action=("action", _commonest),
        permanence=("permanence", _commonest),
        confidence=("confidence", "median"),
        example=("answer", _commonest),
        email_id=("email_id", "last"),
    ).reset_index()
    return table.sort_values(["count", *KEYS], ascending=[False] + [True] * len(KEYS))


def _answers(events: pd.DataFrame) -> pd.Series[str]:
    found = pd.Series("", index=events.index, dtype="str")
    for name in ("smtp_response", "reason", "error"):
        if name in events:
            told = events[name].fillna("")
            found = found.where(found != "", told)
    return found


def _commonest(values: pd.Series[Any]) -> Any:
    counted = values.dropna().value_counts()
    return counted.index[0] if len(counted) else ""
