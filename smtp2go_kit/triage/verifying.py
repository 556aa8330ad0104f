"""Whether a fix worked: the same cohort's mail since then, against before and against usual."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from smtp2go_kit.errors import InvalidArgument
from smtp2go_kit.shapes import is_mapping
from smtp2go_kit.triage.detection.intake import events_of
from smtp2go_kit.triage.detection.kinds import KINDS
from smtp2go_kit.triage.detection.mail import WAITING, Bools, Mail, mail_of
from smtp2go_kit.triage.detection.measures import measures_of
from smtp2go_kit.triage.finding import Finding
from smtp2go_kit.triage.intervals import jeffreys
from smtp2go_kit.triage.sheet import Sheet, Shown
from smtp2go_kit.triage.sources import ClientOrEvents, Source, source_of
from smtp2go_kit.triage.triaging import triage
from smtp2go_kit.triage.wording import number, percent
from smtp2go_kit.triage.writing import enough, where

NAME = "verify_fix"
Status = Literal["recovered", "not yet", "can't tell yet"]
ODDS = 20.0
"""How many times likelier one explanation must be than the other: wrong in 1 of 20."""
WHOLE = ("volume", "data-gap")
"""What is told by all of the mail, not by counts of a cohort."""
SETTLED = pd.Timedelta(hours=2)
"""How long after a change such things show."""
NEEDED = ("what", "cohort", "x", "n", "expected", "seen")


@dataclass(frozen=True, eq=False, repr=False)
class Verification(Shown):
    """Whether a problem is over; shows itself in a notebook.

    Args:
        status: ``recovered``, ``not yet`` or ``can't tell yet``.
        sentence: The same in words, with its numbers.
        x: Cases since the fix.
        n: Emails since the fix that it could have happened to.
        interval: The 95 % Jeffreys interval of ``x / n``, as shares from 0 to 1.
        before: The share while it failed.
        usual: The share of ordinary days.
        needed: About how many emails more are needed to tell; 0 if it is told.
        since: First moment looked at, UTC.
    """

    status: Status
    sentence: str
    x: int
    n: int
    interval: tuple[float, float]
    before: float
    usual: float
    needed: int
    since: pd.Timestamp

    def to_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        names = ("status", "sentence", "x", "n", "before", "usual", "needed")
        return {name: getattr(self, name) for name in names} | {
            "interval": list(self.interval),
            "since": self.since.isoformat(),
        }

    def _sheet(self) -> Sheet:
        return Sheet(f"Fixed? {self.status}", [self.sentence], (), ())


def verify_fix(
    finding: Finding | Mapping[str, Any],
    client_or_events: ClientOrEvents,
    *,
    since: dt.datetime | str | None = None,
    now: dt.datetime | None = None,
) -> Verification:
    """Whether a problem that triage found is over: the same test on the mail since the fix.

    Args:
        finding: One of a report's findings, or what its ``to_dict()`` gave.
        client_or_events: Whose account, or events that reach beyond the fix.
        since: When it was fixed, UTC; the end of what was looked at if not given.
        now: Moment to look up to; the present, or a frame's last event, if not given.

    Raises:
        InvalidArgument: The finding lacks what is compared, or a time cannot be used.
        Smtp2GoError: The activity could not be read.
    """
    told = _told(finding)
    if missing := [name for name in NEEDED if name not in told]:
        raise InvalidArgument("finding", f"it lacks {', '.join(missing)}", operation=NAME)
    start = told["seen"] if since is None else since
    source = source_of(client_or_events, start, now, NAME)
    begin, end = _seconds(source.start), _seconds(source.end)
    if told["what"] in WHOLE:
        return _found_again(told, client_or_events, source)
    mail = mail_of(_since(events_of(source.raw), source.start))
    x, n = _counted(mail, told, begin, end)
    return _verified(told, x, n, source.start)


def _told(finding: object) -> dict[str, Any]:
    if isinstance(finding, Finding):
        return finding.to_dict()
    if not is_mapping(finding) or not is_mapping(finding.get("cohort", {})):
        raise InvalidArgument(
            "finding", "expected one of report.findings, or its to_dict()", operation=NAME
        )
    return {str(name): value for name, value in finding.items()}


def _since(events: pd.DataFrame, start: pd.Timestamp) -> pd.DataFrame:
    """Events from a moment on: what went before must not count for what came after."""
    return events if pd.isna(start) else events[events["date"] >= start].reset_index(drop=True)


def _found_again(
    told: Mapping[str, Any], client_or_events: ClientOrEvents, source: Source
) -> Verification:
    """What only the whole of the mail can tell is looked for once more."""
    end = None if pd.isna(source.end) else source.end.to_pydatetime()
    report = triage(client_or_events, now=end)
    goes_on = any(
        found.what == told["what"]
        and found.to_dict()["cohort"] == dict(told["cohort"])
        and (found.until > source.start or told["what"] == "data-gap")
        for found in report.findings
    )
    waited = not pd.isna(source.end) and source.end - source.start >= SETTLED
    status: Status = "not yet" if goes_on else "recovered" if waited else "can't tell yet"
    sentence = {
        "not yet": "It goes on: triage finds the same again.",
        "recovered": "It is over: triage does not find it any more.",
        "can't tell yet": f"Can't tell yet: look again {SETTLED // pd.Timedelta(hours=1)} hours "
        "after the change.",
    }[status]
    before = float(told["x"] / max(1, told["n"]))
    return Verification(status, sentence, 0, 0, (0.0, 1.0), before, 0.0, 0, source.start)


def _seconds(moment: pd.Timestamp) -> int:
    return 0 if pd.isna(moment) else int(moment.timestamp())


def _counted(mail: Mail, told: Mapping[str, Any], begin: int, end: int) -> tuple[int, int]:
    """Cases and mail of the cohort since the fix."""
    if told["what"] not in KINDS:
        raise InvalidArgument("finding", f"what: {told['what']!r} is unknown", operation=NAME)
    inside = _cohort(mail, told["cohort"])
    for measure in measures_of(mail, end):
        if measure.kind == told["what"]:
            fresh = inside & measure.eligible & (measure.at >= begin) & (measure.at <= end)
            return int((fresh & measure.failed).sum()), int(fresh.sum())
    # None failed: then all of its mail went well, but for what still waits.
    fresh = inside & (mail.state != WAITING) & (mail.sent >= begin) & (mail.sent <= end)
    return 0, int(fresh.sum())


def _cohort(mail: Mail, parts: Mapping[str, Any]) -> Bools:
    if unknown := [name for name in parts if name not in mail.codes]:
        raise InvalidArgument("finding", f"cohort: {unknown[0]!r} is unknown", operation=NAME)
    return mail.members(parts)


def _verified(told: Mapping[str, Any], x: int, n: int, since: pd.Timestamp) -> Verification:
    before = float(np.clip(told["x"] / max(1, told["n"]), 0.001, 0.98))
    usual = float(np.clip(told["expected"] / max(1, told["n"]), 1e-4, before / 1.5))
    hit, miss = np.log(before / usual), np.log((1 - before) / (1 - usual))
    odds = x * hit + (n - x) * miss
    status: Status = "can't tell yet"
    if abs(odds) >= np.log(ODDS):
        status = "not yet" if odds > 0 else "recovered"
    needed = 0 if status != "can't tell yet" else max(1, enough(before, usual) - n)
    sentence = _sentence(status, told, (x, n), (before, usual), needed)
    return Verification(status, sentence, x, n, jeffreys(x, n), before, usual, needed, since)


def _sentence(
    status: Status,
    told: Mapping[str, Any],
    counts: tuple[int, int],
    shares: tuple[float, float],
    needed: int,
) -> str:
    cohort = where({k: (v,) if isinstance(v, str) else tuple(v) for k, v in told["cohort"].items()})
    x, n = counts
    found = f"{number(x)} of {number(n)} emails {cohort or 'of the account'} since then"
    against = f"({percent(100 * shares[0])} before, {percent(100 * shares[1])} on ordinary days)"
    match status:
        case "recovered":
            return f"It is over: {found} {against}."
        case "not yet":
            return f"It goes on: {found} {against}."
        case _:
            more = f"about {number(needed)} more are needed"
            return f"Can't tell yet (n={number(n)}): {found} {against}; {more}."
