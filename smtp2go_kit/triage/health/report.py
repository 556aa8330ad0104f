"""An account's health as text for a terminal, and as a dict for JSON."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from smtp2go_kit.triage.health.copies import LEAST_DOMAIN
from smtp2go_kit.triage.health.rates import Rate
from smtp2go_kit.triage.wording import ascii_only, number, percent, plain, rows, share, span

if TYPE_CHECKING:
    from smtp2go_kit.triage.health.looking import Health

WIDTH = 100
"""Columns of the text."""
ROWS = 10
"""Most rows of a table; JSON has them all."""
RATES = {"bounce": "bounced", "spam": "marked as spam", "unsubscribe": "unsubscribed"}


def text(health: Health) -> str:
    """The report as ASCII text of at most 100 columns.

    Args:
        health: What was seen.
    """
    told = (("", _head(health)), *sections(health), ("Could not see", _items(health.unseen)))
    shown = ((title, [*lines]) for title, lines in told)
    return "\n\n".join(
        ascii_only("\n".join([*([title] if title else []), *lines]))
        for title, lines in shown
        if lines
    )


def sections(health: Health) -> Iterator[tuple[str, Iterator[str]]]:
    """What was seen, part by part: a title and lines; without lines there is nothing to tell.

    Args:
        health: What was seen.
    """
    yield "Above limits", _attention(health)
    yield "Volume", _volume(health)
    yield "Rates", _rates(health)
    yield "Recipient domains that bounce most", _domains(health.domains)
    yield "Why emails bounced", _responses(health.responses)
    yield "Why SMTP2GO rejected emails", _responses(health.rejections)
    yield "Sender domains not verified", _unverified(health.unverified)
    yield "Suppressed addresses", _suppressions(health.suppressions)
    yield "Quota", _quota(health)


def period(health: Health) -> str:
    """The window in words."""
    return f"{health.start:%Y-%m-%d %H:%M} to {health.end:%Y-%m-%d %H:%M} UTC ({span(health.days)})"


def volume_lines(health: Health) -> list[str]:
    """How much mail left and what became of it, in words."""
    volume = health.volume
    fate = (
        f"{number(volume.delivered)} delivered, {number(volume.bounced)} bounced, "
        f"{number(volume.waiting)} waiting; {number(volume.rejected)} rejected by SMTP2GO"
    )
    if not volume.emails:
        return ["no email left", fate]
    whole = (
        f"{number(volume.emails)} emails, counted once for each recipient "
        f"({number(volume.messages)} messages), to {number(volume.addresses)} addresses"
    )
    return [whole, *_days(health), fate]


def _days(health: Health) -> list[str]:
    # The first and the last day are seldom whole.
    days = health.volume.per_day
    days = days[days["day"].between(health.start, health.end - pd.Timedelta(days=1))]
    if days.empty:
        return []
    top = days.sort_values("sent", ascending=False).iloc[0]
    usual, least = int(days["sent"].median()), days["sent"].min()
    on = f"{top['day']:%Y-%m-%d}"
    line = f"a whole day (UTC): {number(usual)} in the middle, {number(least)} at least"
    return [f"{line}, {number(top['sent'])} at most ({on})"]


def _head(health: Health) -> Iterator[str]:
    where = "the sandbox, an invented account" if health.is_sandbox else health.account
    yield f"Health of {plain(where)}"
    yield period(health)


def _attention(health: Health) -> Iterator[str]:
    if not health.attention:
        yield "  Nothing."
    for place, sentence in enumerate(health.attention, 1):
        yield from _wrapped(sentence, f"{place:>3}. ", "     ")


def _items(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield from _wrapped(plain(line), "  - ", "    ")


def _wrapped(line: str, first: str, rest: str) -> list[str]:
    return textwrap.wrap(
        ascii_only(line),
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
    )


def _volume(health: Health) -> Iterator[str]:
    return (f"  {line}" for line in volume_lines(health))


def _rates(health: Health) -> Iterator[str]:
    yield f"  {'':16}{'':>18}{'rate':>10}{'95 % interval':>20}  SMTP2GO's band"
    for rate in health.rates:
        yield _rate(rate)
    if health.account_rates is not None:
        yield "  the last 30 days by SMTP2GO's own count:"
        for rate in health.account_rates:
            yield _rate(rate)


def _rate(rate: Rate) -> str:
    counted = f"{'?' if rate.count is None else number(rate.count)} of {number(rate.of)}"
    return (
        f"  {RATES[rate.name]:16}{counted:>18}{percent(rate.percent):>10}"
        f"{interval(rate):>20}  {rate.verdict}"
    )


def interval(rate: Rate) -> str:
    """A rate's interval in words."""
    return "-" if rate.interval is None else "{:.2f} to {:.2f} %".format(*rate.interval)


def _domains(domains: pd.DataFrame) -> Iterator[str]:
    for row in rows(domains.head(ROWS)):
        counted = f"{number(row.bounced)} of {number(row.sent)}"
        yield f"  {plain(row.domain, 50):50}{counted:>18}{percent(row.percent):>10}"
    yield from _left(len(domains))
    if len(domains):
        yield f"  (of domains with at least {LEAST_DOMAIN} emails)"


def _responses(table: pd.DataFrame) -> Iterator[str]:
    for row in rows(table.head(ROWS)):
        line = f"{plain(row.response)} [{where(row.domain, row.domains)}]"
        yield from _wrapped(line, f"{number(row.emails):>7}  ", " " * 9)
    yield from _left(len(table))


def where(domain: str, domains: int) -> str:
    """At which recipient domains something happened, in words."""
    return plain(domain, 60) + (f" and {domains - 1} more" if domains > 1 else "")


def _left(count: int) -> list[str]:
    return [f"  ... and {number(count - ROWS)} more"] if count > ROWS else []


def _unverified(table: pd.DataFrame | None) -> Iterator[str]:
    for row in rows(table):
        counted = f"{number(row.sent)} sent, {number(row.rejected)} rejected"
        yield f"  {plain(row.domain, 60)}: {counted}"
        for name, ok, status in (
            ("DKIM", row.dkim, row.dkim_status),
            ("return path", row.rpath, row.rpath_status),
        ):
            if not ok:
                yield from _wrapped(f"{name}: {plain(status)}", "    ", "      ")


def _suppressions(table: pd.DataFrame | None) -> Iterator[str]:
    for row in rows(table):
        newest = "" if pd.isna(row.newest) else f"  newest {row.newest:%Y-%m-%d}"
        yield f"  {plain(row.reason, 40):16}{number(row.addresses):>8}{newest}"


def _quota(health: Health) -> Iterator[str]:
    if (quota := health.quota) is not None:
        until = f", until {quota.ends:%Y-%m-%d}" if quota.ends is not None else ""
        yield f"  {share(quota.used, quota.most)} emails of the cycle used{until}"


def to_dict(health: Health) -> dict[str, Any]:
    """Everything but the events, as JSON has it: times in ISO-8601, what is unknown null.

    Args:
        health: What was seen.
    """
    volume, quota = health.volume, health.quota
    counts = ("emails", "messages", "addresses", "delivered", "bounced", "waiting", "rejected")
    return {
        "account": health.account,
        "sandbox": health.is_sandbox,
        "start": health.start.isoformat(),
        "end": health.end.isoformat(),
        "attention": health.attention,
        "volume": {name: getattr(volume, name) for name in counts}
        | {"per_day": records(volume.per_day)},
        "rates": _rate_dicts(health.rates),
        "account_rates": _rate_dicts(health.account_rates or []),
        "domains": records(health.domains),
        "responses": records(health.responses),
        "rejections": records(health.rejections),
        "unverified": records(health.unverified),
        "suppressions": records(health.suppressions),
        "quota": quota
        and {
            "used": quota.used,
            "most": quota.most,
            "percent": quota.percent,
            "ends": None if quota.ends is None else quota.ends.isoformat(),
        },
        "unseen": health.unseen,
    }


def _rate_dicts(rates: Sequence[Rate]) -> list[dict[str, Any]]:
    return [
        {
            "name": rate.name,
            "count": rate.count,
            "of": rate.of,
            "percent": rate.percent,
            "interval": rate.interval,
            "rating": rate.rating,
            "verdict": rate.verdict,
        }
        for rate in rates
    ]


def records(table: pd.DataFrame | None) -> list[dict[str, Any]] | None:
    """The rows of a table, ready for JSON; None where there is none."""
    if table is None:
        return None
    found: list[dict[str, Any]] = json.loads(table.to_json(orient="records", date_format="iso"))
    return found
