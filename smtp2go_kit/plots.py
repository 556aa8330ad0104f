"""Charts of what the client returns, drawn on axes of yours or on a figure of their own.

Each returns the Axes, and a notebook shows a figure of their own below the cell. Colours are
those of Okabe and Ito, one for each outcome everywhere, always with a second cue.
"""

from __future__ import annotations

from typing import Any

import matplotlib.dates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import StrMethodFormatter

from smtp2go_kit.triage.copies import by_domain, copies

SIZE = (9.0, 3.6)
"""Inches of a figure of their own."""
COLOURS = {
    "delivered": "#009E73",
    "soft-bounced": "#E69F00",
    "hard-bounced": "#D55E00",
    "rejected": "#CC79A7",
    "spam": "#000000",
    "unsubscribed": "#56B4E9",
}
MARKERS = {
    "delivered": "o",
    "soft-bounced": "^",
    "hard-bounced": "v",
    "rejected": "s",
    "spam": "X",
    "unsubscribed": "D",
}
HATCHES = {"soft-bounced": "//", "hard-bounced": "xx"}
MOST_DOMAINS = 10
LONGEST = 36
"""Characters of a domain name on an axis."""


def events_per_day(events: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Events by UTC day and outcome, one line each; above 1 the scale is logarithmic.

    Args:
        events: As ``client.activity.search()`` returns them; the days are those of the search.
        ax: Where to draw; a figure of its own if not given.
    """
    axes = _axes(ax)
    axes.set_title("Events per day")
    daily = _daily(events)
    if not daily.to_numpy().any():
        return _no_data(axes)
    for kind in [kind for kind in COLOURS if daily[kind].any()]:
        _line(axes, daily[kind], kind)
    _day_axis(axes)
    axes.set_yscale("symlog", linthresh=1)
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.set_ylim(bottom=0)
    axes.set_ylabel("Events")
    return _with_legend(axes)


def bounces_by_domain(events: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """The bounce rates of the recipient domains that bounced most, with their counts.

    Args:
        events: As ``client.activity.search()`` returns them.
        ax: Where to draw; a figure of its own if not given.
    """
    axes = _axes(ax)
    axes.set_title("Bounce rate by recipient domain")
    worst = by_domain(copies(events)).head(MOST_DOMAINS)
    if worst.empty:
        return _no_data(axes)
    places = np.arange(len(worst))
    hard, whole = (_percent(worst[name], worst["sent"]) for name in ("hard", "bounced"))
    _bars(axes, places, hard, "hard-bounced", left=np.zeros(len(worst)))
    bars = _bars(axes, places, whole - hard, "soft-bounced", left=hard)
    counts = [f"{x:,} of {n:,}" for x, n in zip(worst["bounced"], worst["sent"], strict=True)]
    axes.bar_label(bars, labels=counts, padding=4)
    names = [_shown(name) for name in worst["domain"]]
    # A dollar sign in a name is no formula.
    axes.set_yticks(places, names, parse_math=False)
    axes.invert_yaxis()
    axes.set_xlim(0, 1.15 * whole.max())
    axes.set_xticks([tick for tick in axes.get_xticks() if tick <= min(100, 1.15 * whole.max())])
    axes.set_xlabel("Bounced, % of emails sent there")
    return _with_legend(axes)


def _axes(ax: Axes | None) -> Any:
    # Any, as matplotlib's own types leave keyword arguments unknown.
    if ax is not None:
        return ax
    # pyplot, which a notebook shows figures of; whoever draws elsewhere brings axes.
    from matplotlib import pyplot as plt

    _, own = plt.subplots(figsize=SIZE, layout="constrained")
    return own


def _with_legend(axes: Any) -> Axes:
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    drawn: Axes = axes
    return drawn


def _no_data(axes: Any) -> Axes:
    axes.text(0.5, 0.5, "no data", transform=axes.transAxes, ha="center", va="center")
    axes.set_xticks([])
    axes.set_yticks([])
    drawn: Axes = axes
    return drawn


def _daily(events: pd.DataFrame) -> pd.DataFrame:
    """Counts by day, also of the days of the search without events."""
    dated = events.loc[events["event"].isin(COLOURS) & events["date"].notna(), ["date", "event"]]
    if dated.empty:
        return pd.DataFrame(columns=list(COLOURS))
    window = events.attrs.get("window") or (dated["date"].min(), dated["date"].max())
    first, last = (pd.Timestamp(moment).floor("D") for moment in window)
    days = pd.date_range(first, last, freq="D")
    counts = pd.crosstab(dated["date"].dt.floor("D"), dated["event"])
    return counts.reindex(index=days, columns=list(COLOURS), fill_value=0)


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


def _bars(axes: Any, places: Any, widths: Any, kind: str, *, left: Any) -> Any:
    look = {"color": COLOURS[kind], "hatch": HATCHES[kind], "edgecolor": "white"}
    return axes.barh(places, widths, left=left, label=kind, **look)


def _percent(part: pd.Series[Any], whole: pd.Series[Any]) -> Any:
    return 100 * part.to_numpy(float) / whole.to_numpy(float)


def _shown(domain: str) -> str:
    """A name in characters that every font has."""
    text = domain.encode("ascii", "backslashreplace").decode()
    text = "".join(c if c.isprintable() else "?" for c in text)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
