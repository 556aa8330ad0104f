"""What one provider got from an account, and what it made of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from smtp2go_kit.triage.classifier import classify_texts
from smtp2go_kit.triage.complying.sender_domains import SenderDomain
from smtp2go_kit.triage.health.copies import KEY, copies, domain_of
from smtp2go_kit.triage.hosting import provider
from smtp2go_kit.triage.log import NEVER, is_missing

DAY, MICROSECOND = pd.Timedelta(days=1), pd.Timedelta(microseconds=1)
RECENT = pd.Timedelta(days=7)
"""How far back refusals count: what was mended before is over."""
HONOURED = pd.Timedelta(hours=48)
"""How long after somebody unsubscribed the last newsletter may come."""
SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gov", "net", "ne", "or", "org"})
"""Names below a country's that are no domain of anybody's."""


@dataclass(frozen=True, eq=False)
class Received:
    """Mail to one provider in a window.

    Args:
        provider: Whose mailboxes.
        sent: What became of each copy, with ``from_domain``, ``text``, ``category``.
        recent: The same of the last 7 days with any of it.
        asked_out: People there who unsubscribed.
        written_after: How many of them got mail more than 48 hours later.
        peak: Most copies in any 24 hours from one primary domain.
        peak_at: When those 24 hours ended; missing without mail.
    """

    provider: str
    sent: pd.DataFrame
    recent: pd.DataFrame
    asked_out: int
    written_after: int
    peak: int
    peak_at: pd.Timestamp

    @property
    def complaints(self) -> tuple[int, int]:
        """Complaints, and the copies delivered there that they are of."""
        got = self.sent["delivered"] | self.sent["spam"]
        return int(self.sent["spam"].sum()), int(got.sum())

    def refused(self, pattern: str = "", *, category: str = "") -> tuple[int, int]:
        """Recent copies that were refused for something, and all that came to an end.

        Args:
            pattern: A regular expression that the answer matches; any if not given.
            category: The answer's category; any if not given.
        """
        ended = self.recent[self.recent["bounced"] | self.recent["delivered"]]
        refused = ended[ended["bounced"]]
        if category:
            refused = refused[refused["category"] == category]
        # Their texts are few; the patterns of other libraries know less than Python's.
        wanted = re.compile(pattern, re.IGNORECASE)
        counts = refused["text"].value_counts()
        return sum(int(n) for text, n in counts.items() if wanted.search(str(text))), len(ended)

    def domains(self, name: str) -> list[str]:
        """The domains of the senders or of the From addresses, as *name* has them."""
        return sorted(self.sent[name].dropna().unique())

    def of(self, states: Iterable[SenderDomain], name: str) -> list[SenderDomain]:
        """The states of those domains."""
        wanted = set(self.domains(name))
        return [state for state in states if state.name in wanted]


def received(log: pd.DataFrame, providers: Iterable[str], end: pd.Timestamp) -> list[Received]:
    """What each provider got.

    Args:
        log: Events, from :func:`~smtp2go_kit.triage.log.log_of`.
        providers: Whose mailboxes to look at.
        end: Moment looked up to.
    """
    known = _with_ids(log.dropna(subset=["recipient", "date"]).reset_index(drop=True))
    known = known.assign(provider=provider(known).astype("str"))
    mine = known[known["provider"].isin(names := [*providers])].reset_index(drop=True)
    table = _told(mine)
    return [
        _received(name, mine[mine["provider"].eq(name)], table[table["provider"].eq(name)], end)
        for name in names
    ]


def _with_ids(log: pd.DataFrame) -> pd.DataFrame:
    """A log in which each email has an id: without any, each end is an email of its own."""
    if not log["email_id"].isna().all():
        return log
    ends = log[log["event"] != "processed"]
    kept = (ends if len(ends) else log).reset_index(drop=True)
    return kept.assign(email_id=kept.index.astype("str"))


def _received(name: str, log: pd.DataFrame, table: pd.DataFrame, end: pd.Timestamp) -> Received:
    fresh = table[table["date"] >= end - RECENT] if not is_missing(end) else table
    left = table[table["sent"]]
    peak, peak_at = _peak(left)
    asked_out, written_after = _after_unsubscribing(log, left)
    return Received(
        provider=name,
        sent=table,
        recent=fresh if (fresh["bounced"] | fresh["delivered"]).any() else table,
        asked_out=asked_out,
        written_after=written_after,
        peak=peak,
        peak_at=peak_at,
    )


def _told(log: pd.DataFrame) -> pd.DataFrame:
    table = copies(log).reset_index(drop=True)
    keys = pd.MultiIndex.from_frame(table[KEY])
    refused = log[log["event"].isin(["soft-bounced", "hard-bounced"])]
    text = refused.groupby(KEY, dropna=False)["smtp_response"].last().reindex(keys)
    owners = log.groupby(KEY, dropna=False)[["header_from", "provider"]].first().reindex(keys)
    owners.index = table.index
    texts = pd.Series(text.to_numpy(), table.index, dtype="str").fillna("")
    answers = classify_texts(texts[table["bounced"]])
    return table.assign(
        text=texts,
        category=answers["category"].reindex(table.index).astype("str").fillna(""),
        sender_domain=domain_of(table["sender"]),
        from_domain=domain_of(owners["header_from"]),
        provider=owners["provider"],
    )


def _peak(left: pd.DataFrame) -> tuple[int, pd.Timestamp]:
    """Most copies in any 24 hours from one primary domain, and when they ended."""
    best, at = 0, NEVER
    owners = left["from_domain"].map(primary_domains(left["from_domain"].dropna().unique()))
    for _, dates in left["date"].groupby(owners.astype("str").fillna("")):
        times = np.sort(dates.astype("datetime64[us, UTC]").astype("int64").to_numpy())
        before = np.searchsorted(times, times - DAY // MICROSECOND, side="right")
        counts = np.arange(1, len(times) + 1) - before
        place = int(counts.argmax())
        if counts[place] > best:
            best = int(counts[place])
            at = pd.Timestamp(times[place], unit="us", tz="UTC")
    return best, at


def primary_domains(domains: Iterable[str]) -> Mapping[str, str]:
    """The domain that somebody registered, for each domain; without a list of public suffixes.

    Args:
        domains: In small letters.
    """
    return {domain: ".".join(domain.split(".")[-_depth(domain.split(".")) :]) for domain in domains}


def _depth(labels: list[str]) -> int:
    is_national = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in SECOND_LEVEL
    return 3 if is_national else 2


def _after_unsubscribing(log: pd.DataFrame, left: pd.DataFrame) -> tuple[int, int]:
    """People who unsubscribed for good, and how many of them got mail 48 hours later."""
    wishes = log[log["event"].isin(["unsubscribed", "resubscribed"])]
    last = wishes.drop_duplicates("recipient", keep="last")
    out = last[last["event"] == "unsubscribed"].set_index("recipient")["date"]
    mail = left[left["delivered"] & left["recipient"].isin(out.index)]
    if mail.empty:
        return len(out), 0
    late = mail["date"] - mail["recipient"].map(out) > HONOURED
    return len(out), int(mail.loc[late, "recipient"].nunique())
