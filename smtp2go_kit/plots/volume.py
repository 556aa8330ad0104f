"""Charts that count: events by day, opens by hour, suppressions by reason."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import matplotlib.dates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from smtp2go_kit.plots.canvas import (
    COLOURS,
    MARKERS,
    done,
    look,
    name_rows,
    need,
    no_data,
    start,
    with_legend,
)

OUTCOMES = tuple(MARKERS)
SUPPRESSIONS = ("suppressions", "suppression.view")
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "manual": "manual",
        "spam": "spam",
        "bounce": "hard-bounced",
        "unsubscribe": "unsubscribed",
        "other": "other",
    }
)
"""The kinds whose look a reason for suppression has: a bounce suppresses if it was hard."""


def events_per_day(events: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Events by UTC day and outcome, one line each; above 1 the scale is logarithmic.

    Args:
        events: As ``client.activity.search()`` returns them; the days are those of the search.
        ax: Where to draw; a figure of its own if not given.
    """
    daily = _daily(need(events, ("event", "date")))
    axes = start(ax, "Events per day")
    if not daily.to_numpy().any():
        return no_data(axes)
    for kind in [kind for kind in OUTCOMES if daily[kind].any()]:
        _line(axes, daily[kind], kind)
    _day_axis(axes)
    axes.set_yscale("symlog", linthresh=1)
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.set_ylim(bottom=0)
    axes.set_ylabel("Events")
    return with_legend(axes)


def opens_by_hour(events: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Opens by UTC hour of the day, 0 to 23.

    Each time the pixel in an email was loaded is one, also by a machine: Apple's Mail Privacy
    Protection loads it around delivery, read or not, and Gmail's and others' proxies load it for
    their readers. So the hours are partly those of sending, and of no reader's own clock.

    Args:
        events: As ``client.activity.search()`` returns them.
        ax: Where to draw; a figure of its own if not given.
    """
    known = need(events, ("event", "date"))
    opened = known.loc[known["event"].eq("opened"), "date"].dropna()
    axes = start(ax, "Opens by hour of the day")
    if opened.empty:
        return no_data(axes)
    axes.bar(np.arange(24), np.bincount(opened.dt.hour, minlength=24), **look("opened"))
    axes.set_xticks(range(0, 24, 3))
    axes.set_xlim(-0.6, 23.6)
    axes.set_xlabel("Hour (UTC)")
    _count_axis(axes.yaxis)
    axes.set_ylabel("Opens (machine opens included)")
    return done(axes)


def suppressions_by_reason(suppressions: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Suppressions by their reason; reasons that the API does not define are ``other``.

    Args:
        suppressions: As ``client.suppression.view()`` returns them, one row for each reason.
        ax: Where to draw; a figure of its own if not given.
    """
    given = need(suppressions, ("reason",), SUPPRESSIONS)["reason"]
    counts = given.where(given.isin(REASONS), "other").value_counts()
    axes = start(ax, "Suppressions by reason")
    if counts.empty:
        return no_data(axes)
    for place, (reason, count) in enumerate(counts.items()):
        bars = axes.barh(place, count, **look(REASONS[str(reason)]))
        axes.bar_label(bars, labels=[f"{count:,}"], padding=4)
    name_rows(axes, [str(reason) for reason in counts.index])
    axes.margins(x=0.1)
    _count_axis(axes.xaxis)
    axes.set_xlabel("Suppressed addresses and domains")
    return done(axes)


def _daily(events: pd.DataFrame) -> pd.DataFrame:
    """Counts by day, also of the days of the search without events."""
    dated = events.loc[events["event"].isin(OUTCOMES) & events["date"].notna(), ["date", "event"]]
    if dated.empty:
        return pd.DataFrame(columns=list(OUTCOMES))
    day = dated["date"].dt.floor("D")
    counts = pd.crosstab(day, dated["event"])
    return counts.reindex(index=_days(day, events.attrs), columns=list(OUTCOMES), fill_value=0)


def _days(day: pd.Series[Any], attrs: Mapping[Any, Any]) -> pd.DatetimeIndex:
    """The days of the search, and of others whose events were joined to it."""
    window = pd.DatetimeIndex(attrs.get("window") or (), tz="UTC")
    # A search stops before its end, which may be a midnight.
    last = (window - pd.Timedelta(1, "us")).floor("D")
    return pd.date_range(min([day.min(), *window.floor("D")]), max([day.max(), *last]), freq="D")


def _line(axes: Any, counts: pd.Series[Any], kind: str) -> None:
    axes.plot(
        counts.index.to_numpy(),
        counts.to_numpy(),
        label=f"{kind} ({counts.sum():,})",
        color=COLOURS[kind],
        marker=MARKERS[kind],
        markersize=5,
        markevery=counts.to_numpy() > 0,
        linewidth=1.2,
    )


def _day_axis(axes: Any) -> None:
    dates: Any = matplotlib.dates
    locator = dates.AutoDateLocator(tz="UTC", minticks=4, maxticks=10)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator, tz="UTC"))
    axes.set_xlabel("Day (UTC)")
    axes.grid(visible=True, axis="y", alpha=0.3)


def _count_axis(axis: Any) -> None:
    axis.set_major_locator(MaxNLocator(6, integer=True, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
