"""The parts of an account's health: from its activity, and from what else the account tells."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

import pandas as pd

from smtp2go_kit.client import Client
from smtp2go_kit.errors import Smtp2GoError
from smtp2go_kit.triage.health.copies import by_day, domain_of
from smtp2go_kit.triage.health.rates import BOUNCE, Rate, rate, spam_bands

MONTH = 30.0
"""Days over which SMTP2GO counts its rates."""


@dataclass(frozen=True, eq=False)
class Volume:
    """How much mail left.

    Args:
        emails: Emails that left, counted once for each recipient as SMTP2GO does; so are all
            that follow but *messages*.
        messages: The same, counted once whatever the number of recipients.
        addresses: Different recipients.
        delivered: Emails that arrived.
        bounced: Emails that bounced, soft or hard.
        waiting: Emails that have neither arrived nor bounced yet.
        rejected: Emails that SMTP2GO did not let out.
        per_day: One row a UTC day: ``day``, ``sent``, ``delivered``, ``bounced``, ``waiting``,
            ``rejected``.
    """

    emails: int
    messages: int
    addresses: int
    delivered: int
    bounced: int
    waiting: int
    rejected: int
    per_day: pd.DataFrame


@dataclass(frozen=True)
class Quota:
    """How much of the cycle's emails is used.

    Args:
        used: Emails used.
        most: Emails the plan has.
        ends: When the cycle ends.
    """

    used: int
    most: int
    ends: pd.Timestamp | None

    @property
    def percent(self) -> float:
        """Share used, in percent."""
        return 100 * self.used / self.most if self.most else 0.0


def volume(sent: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> Volume:
    """How much mail left in a window.

    Args:
        sent: What became of each copy, from :func:`~smtp2go_kit.triage.health.copies.copies`.
        start: The window's first moment, UTC.
        end: The moment it ends, UTC.
    """
    left = sent[sent["sent"]]
    return Volume(
        emails=len(left),
        messages=left["email_id"].nunique(),
        addresses=left["recipient"].str.lower().nunique(),
        delivered=int(sent["delivered"].sum()),
        bounced=int(sent["bounced"].sum()),
        waiting=int(sent["waiting"].sum()),
        rejected=int(sent["rejected"].sum()),
        per_day=by_day(sent, start, end),
    )


def window_rates(sent: pd.DataFrame, monthly: int) -> list[Rate]:
    """Bounces, complaints and unsubscribes of a window, of the emails sent in it.

    Args:
        sent: What became of each copy.
        monthly: Emails the account sends in 30 days, which decides the bands for complaints.
    """
    of = int(sent["sent"].sum())
    return [
        rate("bounce", int(sent["bounced"].sum()), of, BOUNCE),
        rate("spam", int(sent["spam"].sum()), of, spam_bands(monthly)),
        rate("unsubscribe", int(sent["unsubscribed"].sum()), of),
    ]


def account_rates(client: Client) -> list[Rate] | None:
    """The rates of the last 30 days as SMTP2GO itself counts them.

    Args:
        client: Whose account.
    """
    frame = client.stats.email_summary()
    if frame.empty:
        return None
    row = frame.iloc[0]
    of = _count(row["email_count"]) or 0
    spams = _count(row["spam_emails"])
    if spams is None:
        # The document's summary has the rate of complaints, but not their number.
        with contextlib.suppress(Smtp2GoError):
            spams = _count(client.stats.email_spam()["spams"].max())
    bounces = (_count(row["softbounces"]) or 0) + (_count(row["hardbounces"]) or 0)
    return [
        Rate("bounce", bounces, of, _percent(row["bounce_percent"]), BOUNCE),
        Rate("spam", spams, of, _percent(row["spam_percent"]), spam_bands(of)),
        Rate("unsubscribe", _count(row["unsubscribes"]), of, _percent(row["unsubscribes_percent"])),
    ]


def _count(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


def _percent(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def quota(client: Client) -> Quota | None:
    """How much of the billing cycle is used.

    Args:
        client: Whose account.
    """
    frame = client.stats.email_cycle()
    if frame.empty or pd.isna(frame["cycle_max"].iloc[0]):
        return None
    row = frame.iloc[0]
    ends = None if pd.isna(row["cycle_end"]) else row["cycle_end"]
    return Quota(_count(row["cycle_used"]) or 0, int(row["cycle_max"]), ends)


def unverified(client: Client, sent: pd.DataFrame) -> pd.DataFrame:
    """Sender domains that lack a verified record, and how much mail they sent.

    Args:
        client: Whose account.
        sent: What became of each copy.
    """
    found = client.domain.view()
    table = pd.DataFrame(
        {
            "domain": found["domain_fulldomain"].str.lower(),
            # Where the service does not say, nothing is claimed.
            "dkim": found["domain_dkim_verified"].fillna(value=True),
            "rpath": found["domain_rpath_verified"].fillna(value=True),
            "dkim_status": found["domain_dkim_status"].fillna(""),
            "rpath_status": found["domain_rpath_status"].fillna(""),
        }
    )
    owners = _owners(domain_of(sent["sender"].fillna("")), list(table["domain"]))
    for kind in ("sent", "rejected"):
        counted = owners[sent[kind]].value_counts()
        table[kind] = table["domain"].map(counted).fillna(0).astype("Int64")
    return table[~(table["dkim"] & table["rpath"])].reset_index(drop=True)


def _owners(domains: pd.Series[str], known: list[str]) -> pd.Series[str]:
    """For each domain the sender domain it belongs to: itself or the longest it ends in."""
    owner = {
        domain: max((k for k in known if f".{domain}".endswith(f".{k}")), key=len, default="")
        for domain in domains.unique()
    }
    return domains.map(owner).astype("str")


def suppressions(client: Client) -> pd.DataFrame:
    """Suppressed addresses and domains by reason: how many, and when the newest.

    Args:
        client: Whose account.
    """
    found = client.suppression.view()
    grouped = found.groupby(found["reason"].fillna("unknown"))
    table = grouped.agg(addresses=("email_address", "size"), newest=("timestamp", "max"))
    order = table.reset_index().sort_values(["addresses", "reason"], ascending=[False, True])
    return order.astype({"addresses": "Int64"}).reset_index(drop=True)
