"""Charts of a triage's report: all mail, and each finding's cohort over time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib.dates
import numpy as np
import pandas as pd

from smtp2go_kit.plots import COLOURS, bounce_rate_by_provider, events_per_day
from smtp2go_kit.plots.canvas import done, ink
from smtp2go_kit.triage.detection.intake import events_of
from smtp2go_kit.triage.detection.mail import Bools, Ints, Mail, mail_of
from smtp2go_kit.triage.detection.measures import Measure, measures_of
from smtp2go_kit.triage.health.page import _blank, _image
from smtp2go_kit.triage.intervals import jeffreys
from smtp2go_kit.triage.rendering import words
from smtp2go_kit.triage.wording import number, plain

if TYPE_CHECKING:
    from smtp2go_kit.triage.finding import Finding
    from smtp2go_kit.triage.findings import Report

MOST = 3
"""Findings that get a chart."""
STEPS = (3_600, 6 * 3_600, 86_400)
"""Seconds of a chart's steps, the finest first."""
MOST_STEPS = 96
"""Steps of a chart, of which each needs its own width."""
ENOUGH = 10
"""Emails of a middling step from which on its share says something."""
BEFORE = 3
"""How many times the finding's own length is shown of the time before it."""
ROOM = 1.2
"""How much higher an axis is than what is drawn, so that the onset's date has room."""
UNITS: Mapping[int, str] = {3_600: "hour", 6 * 3_600: "6 hours", 86_400: "day"}


@dataclass(frozen=True, eq=False)
class Steps:
    """Cases and mail of a cohort over time.

    Args:
        size: Seconds of a step.
        begun: The beginning of each step that has mail, Unix seconds.
        x: Cases of each.
        n: Emails of each.
    """

    size: int
    begun: Ints
    x: Ints
    n: Ints


def charts_of_mail(report: Report) -> str:
    """Events by day, unless the account's health has them, and bounces by provider.

    Args:
        report: What was found.
    """
    events = _known(report)
    if events.empty:
        return ""
    drawn = _image(
        bounce_rate_by_provider(events, ax=_blank()),
        f"Bounce rate by mailbox provider, with 95 % intervals. {words.fate(report)}",
    )
    if report.health is not None:
        return drawn
    days = events_per_day(events, ax=_blank())
    return _image(days, f"Events by day and outcome. {words.compared(report)}") + drawn


def _known(report: Report) -> pd.DataFrame:
    """The events as charts read them; each is of a copy of its own where no id ties them."""
    events = events_of(report.events)
    own = pd.Series(events.index, events.index).astype("str")
    known = events.assign(recipients=events["recipient"], email_id=events["email_id"].fillna(own))
    known.attrs["window"] = (report.compared, report.end)
    return known


def charts_of_findings(report: Report) -> dict[int, str]:
    """The charts of the most harmful findings, by their place.

    Args:
        report: What was found.
    """
    shown = report.findings[:MOST]
    if not shown:
        return {}
    mail, end = mail_of(events_of(report.events)), int(report.end.timestamp())
    measures = {measure.kind: measure for measure in measures_of(mail, end)}
    charts = ((place, _chart(report, each, mail, measures)) for place, each in enumerate(shown))
    return {place: chart for place, chart in charts if chart}


def _chart(report: Report, finding: Finding, mail: Mail, measures: Mapping[str, Measure]) -> str:
    measure = measures.get(finding.what)
    steps = _steps(report, finding, mail.members(finding.cohort), mail, measure)
    if steps is None:
        return ""
    axes = _blank()
    if measure is None:
        _draw_counts(axes, steps)
    else:
        _draw_shares(axes, steps, finding)
    _mark(axes, finding)
    what = f"{'Emails' if measure is None else 'Share'} per {UNITS[steps.size]}"
    _time_axis(axes, f"{what}: {words.cohort(finding)}")
    return _image(done(axes), f"{what}. {finding.problem} {_peak(steps)}")


def _steps(
    report: Report, finding: Finding, inside: Bools, mail: Mail, measure: Measure | None
) -> Steps | None:
    end = int(report.end.timestamp())
    first = max(int(report.compared.timestamp()), _first(finding, end))
    at = mail.sent if measure is None else measure.at
    counted = inside & (at >= first) & (at <= end)
    if measure is not None:
        counted &= measure.eligible
    if not counted.any():
        return None
    size = _size(at[counted], end - first)
    place = at[counted] // size
    failed = np.ones(len(place)) if measure is None else measure.failed[counted]
    begin = int(place.min())
    n = np.bincount(place - begin)
    x = np.bincount(place - begin, failed).astype(np.int64)
    kept = np.flatnonzero(n)
    return Steps(size, (kept + begin) * size, x[kept], n[kept])


def _first(finding: Finding, end: int) -> int:
    since = int(finding.since.timestamp())
    return since - max(86_400, BEFORE * (end - since))


def _size(at: Ints, length: int) -> int:
    for size in STEPS:
        counts = np.unique(at // size, return_counts=True)[1]
        if length / size <= MOST_STEPS and np.median(counts) >= ENOUGH:
            return size
    return STEPS[-1]


def _draw_shares(axes: Any, steps: Steps, finding: Finding) -> None:
    low, high = jeffreys(steps.x, steps.n)
    middle, colour = 100 * steps.x / steps.n, COLOURS["hard-bounced"]
    when = _moments(steps)
    axes.vlines(when, 100 * low, 100 * high, color=colour, alpha=0.35, linewidth=2)
    axes.plot(when, middle, color=colour, marker="v", markersize=5, linestyle="none", clip_on=False)
    usual = 100 * finding.expected / max(1, finding.n)
    axes.axhline(usual, color=ink(axes), linestyle=":", linewidth=1)
    axes.annotate(
        f"usual {usual:.2g} %",
        (1.0, usual),
        xycoords=("axes fraction", "data"),
        xytext=(4, 0),
        textcoords="offset points",
        va="center",
    )
    axes.set_ylim(0, min(118, ROOM * float(100 * high.max())))
    axes.set_ylabel("% of emails (lines: 95 % intervals)")


def _draw_counts(axes: Any, steps: Steps) -> None:
    dates: Any = matplotlib.dates
    width = steps.size / 86_400
    style = {"color": COLOURS["opened"], "edgecolor": "white", "align": "edge"}
    axes.bar(dates.date2num(_moments(steps, 0)), steps.n, width, **style)
    axes.set_ylim(0, ROOM * float(steps.n.max()))
    axes.set_ylabel("Emails")


def _moments(steps: Steps, middle: float = 0.5) -> Any:
    at = pd.to_datetime(steps.begun + round(middle * steps.size), unit="s")
    return at.to_numpy()


def _mark(axes: Any, finding: Finding) -> None:
    since = finding.since.tz_convert("UTC").tz_localize(None).to_numpy()
    axes.axvline(since, color=ink(axes), linestyle="--", linewidth=1.2)
    dates: Any = matplotlib.dates
    left, right = axes.get_xlim()
    is_early = dates.date2num(since) < (left + right) / 2
    axes.annotate(
        f"since {finding.since:%Y-%m-%d %H:%M}",
        (since, 0.93),
        xycoords=("data", "axes fraction"),
        xytext=(8 if is_early else -8, 0),
        textcoords="offset points",
        ha="left" if is_early else "right",
        va="top",
    )


def _time_axis(axes: Any, title: str) -> None:
    dates: Any = matplotlib.dates
    locator = dates.AutoDateLocator(tz="UTC", minticks=4, maxticks=10)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator, tz="UTC"))
    axes.set_xlabel("Time sent (UTC)")
    axes.set_title(_title(title), parse_math=False)
    axes.grid(visible=True, axis="y", alpha=0.3)


def _title(text: str) -> str:
    # Only characters that every font has.
    return plain(text.encode("ascii", "backslashreplace").decode(), 90)


def _peak(steps: Steps) -> str:
    top = int(np.argmax(steps.x / steps.n))
    at = pd.Timestamp(int(steps.begun[top]), unit="s", tz="UTC")
    return (
        f"Highest at {at:%Y-%m-%d %H:%M} UTC: {number(int(steps.x[top]))} of "
        f"{number(int(steps.n[top]))}."
    )
