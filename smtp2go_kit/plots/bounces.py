"""Bounce rates, by recipient domain and by mailbox provider."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from smtp2go_kit.plots.canvas import (
    done,
    ink,
    look,
    name_rows,
    need,
    no_data,
    percent,
    shown,
    start,
    with_legend,
)
from smtp2go_kit.providers import UNKNOWN, providers_of
from smtp2go_kit.triage.health.copies import addressed, by_domain, copies, domain_of
from smtp2go_kit.triage.health.rates import wilson

COLUMNS = ("email_id", "recipient", "recipients", "event", "date", "sender")
MOST = 10
"""Domains or providers that are drawn."""


def bounces_by_domain(events: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """The bounce rates of the recipient domains that bounced most, with their counts.

    Args:
        events: As ``client.activity.search()`` returns them.
        ax: Where to draw; a figure of its own if not given.
    """
    sent = copies(need(events, COLUMNS))
    worst = by_domain(sent).head(MOST)
    axes = start(ax, "Bounce rate by recipient domain")
    if worst.empty:
        return no_data(axes, "no bounces" if len(sent) else "no data")
    return _rates(axes, worst.assign(name=worst["domain"]))


def bounce_rate_by_provider(events: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """The bounce rates of the mailbox providers that got most mail, with 95 % Wilson intervals.

    Providers with little mail have a wide interval, and those beyond the first are counted
    together. A company's own domain counts for the provider or filter whose servers took its
    mail, where the events tell them (``host``); else for itself. See
    :func:`smtp2go_kit.providers.provider_of`.

    Args:
        events: As ``client.activity.search()`` returns them.
        ax: Where to draw; a figure of its own if not given.
    """
    rates = _by_provider(need(events, COLUMNS))
    axes = start(ax, "Bounce rate by mailbox provider")
    if rates.empty:
        return no_data(axes)
    pairs = zip(rates["bounced"], rates["sent"], strict=True)
    intervals = np.array([wilson(int(count), int(of)) for count, of in pairs]).T
    _rates(axes, rates, intervals)
    axes.set_xlabel("Bounced, % of emails sent there (lines: 95 % intervals)")
    return done(axes)


def _by_provider(events: pd.DataFrame) -> pd.DataFrame:
    known = addressed(events)
    owners = providers_of(domain_of(known["recipient"]), known.get("host"))
    told = copies(events)
    mail = told[told["sent"]]
    named = mail.assign(name=mail["domain"].map(owners).fillna(UNKNOWN))
    table = named.groupby("name", as_index=False)[["sent", "bounced", "hard"]].sum()
    return _pooled(table.sort_values(["sent", "name"], ascending=[False, True]))


def _pooled(table: pd.DataFrame) -> pd.DataFrame:
    """The first rows, and all others as one."""
    first, others = table.iloc[: MOST - 1], table.iloc[MOST - 1 :]
    if len(others) < 2:
        return table
    pool = others[["sent", "bounced", "hard"]].sum().to_frame().T
    return pd.concat([first, pool.assign(name=f"{len(others):,} others")], ignore_index=True)


def _rates(axes: Any, table: pd.DataFrame, intervals: Any = None) -> Axes:
    """Stacked bars of hard and soft bounces, with their counts and, if given, intervals."""
    hard, whole = (percent(table[name], table["sent"]) for name in ("hard", "bounced"))
    places, ends = np.arange(len(table)), whole if intervals is None else intervals[1]
    axes.barh(places, hard, label="hard-bounced", **look("hard-bounced"))
    soft: dict[str, Any] = {"left": hard, "label": "soft-bounced", **look("soft-bounced")}
    if intervals is not None:
        soft |= {"xerr": abs(intervals - whole), "ecolor": ink(axes), "capsize": 3}
    counts = [f"{x:,} of {n:,}" for x, n in zip(table["bounced"], table["sent"], strict=True)]
    axes.bar_label(axes.barh(places, whole - hard, **soft), labels=counts, padding=4)
    name_rows(axes, [shown(name) for name in table["name"]])
    _percent_axis(axes, 1.25 * ends.max())
    return with_legend(axes)


def _percent_axis(axes: Any, end: float) -> None:
    axes.set_xlim(0, end)
    axes.set_xticks([tick for tick in axes.get_xticks() if tick <= min(100, end)])
    axes.set_xlabel("Bounced, % of emails sent there")
