"""How long delivery takes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator, PercentFormatter

from smtp2go_kit.plots.canvas import COLOURS, done, ink, need, no_data, start
from smtp2go_kit.triage.health.copies import KEY, addressed

TIMES = ("email_ts", "delivered_at")
COLUMNS = ("email_id", "recipient", "recipients", "event", "date")
TICKS: Mapping[int, str] = MappingProxyType(
    {
        1: "1 s or less",
        10: "10 s",
        60: "1 min",
        600: "10 min",
        3_600: "1 h",
        21_600: "6 h",
        86_400: "1 day",
        604_800: "1 week",
        2_592_000: "30 days",
    }
)
"""Seconds that are marked on the axis; events have whole seconds."""
UNITS = (("days", 172_800, 86_400), ("h", 7_200, 3_600), ("min", 120, 60), ("s", 0, 1))
"""Each unit, the seconds from which it is used, and its own seconds."""


def time_to_deliver(events: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """The share of delivered emails that had arrived after a time, with median and 90th percentile.

    The time is that of each recipient's copy, from the first ``processed`` to the first
    ``delivered``; copies without either are left out, so what still waits is not in it.

    Args:
        events: As ``client.activity.search()`` returns them, or ``client.email.search()``.
        ax: Where to draw; a figure of its own if not given.
    """
    seconds = _seconds(events)
    axes = start(ax, "Time to deliver")
    if not len(seconds):
        return no_data(axes)
    _curve(axes, seconds)
    _time_axis(axes, seconds.max())
    for share, marker, words in ((50, "o", "median"), (90, "s", "90 % within")):
        # The least time by which the share had arrived, so that it lies on the curve.
        _mark(axes, np.percentile(seconds, share, method="inverted_cdf"), share, marker, words)
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_ylabel(f"Share of {len(seconds):,} delivered")
    return done(axes)


def _seconds(events: pd.DataFrame) -> Any:
    """How long each copy took, at least a second."""
    if set(TIMES) <= set(events.columns):
        sent, arrived = (pd.to_datetime(events[name], utc=True) for name in TIMES)
    else:
        sent, arrived = _firsts(need(events, COLUMNS))
    taken = (arrived - sent).dropna().dt.total_seconds().to_numpy(float)
    return np.maximum(taken, 1)


def _firsts(events: pd.DataFrame) -> list[Any]:
    """When each copy was first processed, and first delivered."""
    known = addressed(events)
    kinds = (known[known["event"].eq(kind)] for kind in ("processed", "delivered"))
    return [rows.groupby(KEY, sort=False, dropna=False)["date"].min() for rows in kinds]


def _curve(axes: Any, seconds: Any) -> None:
    # Not axes.ecdf(compress=True): of equal times it keeps the first, and so lags behind.
    times, counts = np.unique(seconds, return_counts=True)
    shares = np.cumsum(counts) / len(seconds)
    steps = {"drawstyle": "steps-post", "color": COLOURS["delivered"], "linewidth": 2}
    axes.plot(np.insert(times, 0, times[0]), np.insert(shares, 0, 0), **steps)


def _mark(axes: Any, seconds: float, share: int, marker: str, words: str) -> None:
    height = share / 100
    axes.vlines(seconds, 0, height, color=ink(axes), linestyle=":", linewidth=1)
    axes.plot([seconds], [height], marker=marker, color=ink(axes), linestyle="none")
    text = f"{words} {_duration(seconds)}"
    # Below the curve at its right, or above it at its left: there is room on either side.
    late = seconds**2 > axes.get_xlim()[1]
    place = {"xytext": (-8, 4) if late else (8, -12), "ha": "right" if late else "left"}
    axes.annotate(text, (seconds, height), textcoords="offset points", **place)


def _duration(seconds: float) -> str:
    if seconds <= 1:
        return TICKS[1]
    unit, _, size = next(unit for unit in UNITS if seconds >= unit[1])
    return f"{seconds / size:.3g} {unit}"


def _time_axis(axes: Any, longest: float) -> None:
    axes.set_xscale("log")
    axes.set_xlim(0.8, max(1.5 * longest, 60))
    ticks = [tick for tick in TICKS if tick <= axes.get_xlim()[1]]
    axes.set_xticks(ticks, [TICKS[tick] for tick in ticks])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("Time from processed to delivered")
    axes.grid(visible=True, alpha=0.3)
