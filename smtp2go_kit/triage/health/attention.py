"""What of an account's health needs attention, in sentences that carry their numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from smtp2go_kit.triage.health.rates import BOUNCE, Rate, wilson
from smtp2go_kit.triage.wording import and_more, number, percent, plain, rows, share, span

if TYPE_CHECKING:
    from smtp2go_kit.triage.health.looking import Health

QUOTA = 90.0
"""Percent of the cycle's emails from which on it needs attention."""
REJECTED = 5.0
"""Percent of mail that SMTP2GO may hold back before it needs attention; our own measure."""
NAMED = 3
"""Most domains or days that a sentence names."""
LEAST_BOUNCES = 10
"""Fewest bounces of a day for it to need attention."""
WHAT = {"bounce": "bounced", "spam": "were marked as spam"}


def concerns(health: Health) -> list[str]:
    """What needs attention, one sentence each.

    Args:
        health: What was seen.
    """
    return [
        *_rates(health),
        *_senders(health),
        *_domains(health),
        *_days(health.volume.per_day),
        *_rejections(health),
        *_quota(health),
    ]


def _rates(health: Health) -> Iterator[str]:
    told: set[tuple[str, str]] = set()
    month = "in the last 30 days, by SMTP2GO's count"
    window = f"in these {span(health.days)}"
    for when, rates in ((month, health.account_rates or []), (window, health.rates)):
        for rate in rates:
            verdict = rate.name, rate.rating or ""
            if rate.rating in ("fair", "poor") and verdict not in told:
                told.add(verdict)
                yield _rate(rate, when)


def _rate(rate: Rate, when: str) -> str:
    bands = rate.bands or BOUNCE
    limit = bands.fair if rate.rating == "poor" else bands.good
    band = f"above {limit:g} % is {rate.rating} by SMTP2GO's bands"
    counted = "" if rate.count is None else f" ({number(rate.count)} of {number(rate.of)})"
    return f"{percent(rate.percent)} of emails{counted} {WHAT[rate.name]} {when}; {band}."


def _senders(health: Health) -> Iterator[str]:
    for row in rows(health.unverified):
        missing = [name for name, ok in (("DKIM", row.dkim), ("return path", row.rpath)) if not ok]
        if row.sent or row.rejected:
            yield (
                f"The sender domain {plain(row.domain)} is not verified "
                f"({' and '.join(missing)}), and sent {number(row.sent)} emails in these "
                f"{span(health.days)} ({number(row.rejected)} more were rejected)."
            )


def _domains(health: Health) -> Iterator[str]:
    bad = _bad(health.domains)
    new = _bad(health.recent)
    new = new[~new["domain"].isin(bad["domain"])]
    for table, when in ((bad, f"in these {span(health.days)}"), (new, "in the last 7 days")):
        if not table.empty:
            yield _bouncing(table, when)


def _bad(domains: pd.DataFrame) -> pd.DataFrame:
    return domains[domains["low"] > BOUNCE.fair]


def _bouncing(bad: pd.DataFrame, when: str) -> str:
    named = [
        f"{plain(row.domain, 60)} {number(row.bounced)} of {number(row.sent)}"
        for row in rows(bad.head(NAMED))
    ]
    one = len(bad) == 1
    most = bool((2 * bad["bounced"] > bad["sent"]).all())
    part = "most" if most else f"more than {BOUNCE.fair:g} %"
    return (
        f"{number(len(bad))} recipient domain{'' if one else 's'} bounced {part} of "
        f"{'its' if one else 'their'} mail {when}: {and_more(named, len(bad))}."
    )


def _days(days: pd.DataFrame) -> Iterator[str]:
    busy = days[days["bounced"] >= LEAST_BOUNCES]
    bad = [row for row in rows(busy) if wilson(row.bounced, row.sent)[0] > BOUNCE.fair]
    if bad:
        bad.sort(key=lambda row: -row.bounced)
        named = [f"{row.day:%Y-%m-%d} {share(row.bounced, row.sent)}" for row in bad[:NAMED]]
        yield (
            f"On {number(len(bad))} day{'' if len(bad) == 1 else 's'} more than "
            f"{BOUNCE.fair:g} % of emails bounced: {and_more(named, len(bad))}."
        )


def _rejections(health: Health) -> Iterator[str]:
    held = health.volume.rejected
    whole = held + health.volume.emails
    why = health.rejections
    not_verified = why[why["response"].str.contains("not verified", case=False)]
    if count := int(not_verified["emails"].sum()):
        yield (
            f"SMTP2GO rejected {number(count)} emails because their sender is not verified; they "
            "reached nobody."
        )
    if held and wilson(held, whole)[0] > REJECTED:
        yield (
            f"SMTP2GO rejected {share(held, whole)} emails, mostly for: "
            f"{plain(str(why['response'].iloc[0]), 120)}."
        )


def _quota(health: Health) -> Iterator[str]:
    quota = health.quota
    if quota is not None and quota.percent > QUOTA:
        until = f"; the cycle ends {quota.ends:%Y-%m-%d}" if quota.ends is not None else ""
        yield f"{share(quota.used, quota.most)} emails of the cycle are used{until}."
