"""What is out of the ordinary and why: the detector's findings, still without words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from smtp2go_kit.triage.detection.abuse import bursts
from smtp2go_kit.triage.detection.cohort import Cohort, cohort_of
from smtp2go_kit.triage.detection.gaps import gaps
from smtp2go_kit.triage.detection.incident import Incident, of_burst, of_gap
from smtp2go_kit.triage.detection.kinds import BLOCKS, REJECTIONS
from smtp2go_kit.triage.detection.lasting import LIMITS, lasting
from smtp2go_kit.triage.detection.mail import WAITING, Bools, Mail
from smtp2go_kit.triage.detection.measures import Measure, measures_of
from smtp2go_kit.triage.detection.onset import stretch
from smtp2go_kit.triage.detection.screening import Cell, Screen, Times, places, screens
from smtp2go_kit.triage.detection.surprise import discoveries, surely, surprise
from smtp2go_kit.triage.detection.verdict import Case, judged

FALSE = 0.01
"""Share of false ones among the cells that pass (Benjamini-Hochberg)."""
SUREST = 1e-4
"""Largest p-value that passes in any case: few cells pass by chance, but every day has many."""
CERTAIN, MANY_TIMES = 1e-6, 4.0
"""P-value of a cell, and cases against the usual ones, from which whatever explains it need not be
judged again."""
LEAST, FEWEST = 3.8, 2.8
"""Fewest cases beyond the usual that matter; the fewer where most of a small cohort fails."""
MOSTLY, CLEAR = 0.7, 15.0
"""Share of a cohort, and log-likelihood, from which a few cases are enough."""
LEAST_OF = {"mailbox-full": 4.8, "slow": 5.8}
"""The same of kinds that harm less: the mailbox is emptied, the late mail arrives."""
ROOT = 0.09
"""Times the square root of a window's mail, from which a difference matters: 4 cases of 2,000
emails, 13 of 20,000."""
TIMES_USUAL = 1.5
"""Cases against the usual ones, from which a difference matters."""
PEOPLE, BY_PERSON = 3, ("slow", "rejected")
"""Fewest people whose mail is late, or held back; a mailbox of its own is its owner's matter."""
SHORT = 3
"""Windows over which greylisting is a spike; over longer ones it comes and goes by itself."""
GAIN = 8.0
"""Log-likelihood that a second cohort of the same kind must explain."""
SECOND = 2
"""Cohorts of one kind that are looked for."""
NOT_NEW = "It is not new: the time before was alike."


@dataclass(frozen=True, eq=False)
class Screened:
    """A kind of failure over one span, its tested cells, and whether any passed."""

    screen: Screen
    cells: list[Cell]

    @property
    def least(self) -> float:
        """The smallest p-value."""
        return min((cell.p for cell in self.cells), default=1.0)


@dataclass(frozen=True, eq=False)
class Detected:
    """The incidents, and what stayed undecided."""

    incidents: list[Incident]
    undecided: list[tuple[str, Cell]]


def detect(mail: Mail, times: Times) -> Detected:
    """Everything that is out of the ordinary.

    Args:
        mail: The copies.
        times: The windows.
    """
    broken = [*gaps(mail, times)]
    holes = [of_gap(mail, gap) for gap in broken]
    abused = [of_burst(mail, burst) for burst in bursts(mail, times)]
    set_apart = np.zeros(len(mail), np.bool_)
    for hole, gap in zip(holes, broken, strict=True):
        endless = (mail.state == WAITING) & (mail.kind < 0)
        set_apart |= hole.copies & (endless | gap.misleads)
    for incident in abused:
        set_apart |= incident.copies
    measures = [_without(measure, set_apart) for measure in measures_of(mail, times.now)]
    screened = [Screened(*each) for one in measures for each in screens(mail, one, times)]
    limit = min(SUREST, discoveries(np.array([c.p for s in screened for c in s.cells]), FALSE))
    changed = [s for s in screened if s.least <= limit]
    found = _explained(mail, changed, [*lasting(mail, measures, times)])
    undecided = [(s.screen.measure.kind, c) for s in screened for c in s.cells]
    incidents = sorted([*holes[:1], *abused, *found], key=lambda each: -each.harm)
    return Detected(incidents, [(kind, c) for kind, c in undecided if limit < c.p <= 0.01])


def _without(measure: Measure, set_apart: Bools) -> Measure:
    return replace(
        measure, eligible=measure.eligible & ~set_apart, failed=measure.failed & ~set_apart
    )


def _explained(mail: Mail, changed: list[Screened], lasting: list[Screen]) -> list[Incident]:
    """Cohorts that explain what passed, each failure explained once, changes first."""
    offers = [each for screened in changed for each in _incidents(mail, screened)]
    offers.sort(key=lambda each: -_weight(each))
    kept: list[Incident] = []
    for offer in (*offers, *(each for screen in lasting for each in _lasting(mail, screen))):
        if not any(_same(offer, other) for other in kept):
            kept.append(offer)
    return kept


def _weight(incident: Incident) -> float:
    assert incident.case is not None  # noqa: S101 - narrows for the type checkers
    return incident.case.cohort.gain


def _same(one: Incident, other: Incident) -> bool:
    """Whether two tell of one thing: the same failures, or one mail that is late and then lost."""
    shared = int((one.failed & other.failed).sum())
    if shared >= 0.5 * one.x:
        return True
    if one.what == other.what or (_is_block(one) and _is_block(other)):
        return shared > 0 and one.verdict.cause == other.verdict.cause
    together = int((one.copies & other.copies).sum())
    inside = together >= 0.5 * min(one.n, other.n)
    return inside and (_is_lateness(one, other) or one.verdict.cause == other.verdict.cause)


def _is_lateness(one: Incident, other: Incident) -> bool:
    """Whether mail is late in one and lost in the other, and both of the same servers."""
    if "slow" not in (one.what, other.what) or {one.what, other.what} & set(REJECTIONS):
        return False
    alike = [name for name in one.parts if set(one.parts[name]) & set(other.parts.get(name, ()))]
    return bool(alike) or not (one.parts or other.parts)


def _is_block(incident: Incident) -> bool:
    return incident.what in BLOCKS


def _incidents(mail: Mail, screened: Screened) -> Iterator[Incident]:
    screen = screened.screen
    sure = [cell for cell in screened.cells if cell.p <= CERTAIN]
    within = np.ones(len(mail), np.bool_)
    for _ in range(SECOND):
        cohort = cohort_of(mail, screen, within)
        if not _matters(mail, cohort, screen):
            return
        p = _p(mail, screen, cohort)
        if p > SUREST and not any(_explains(mail, screen, cohort, cell) for cell in sure):
            return
        yield _incident(mail, screen, cohort, p)
        within &= ~cohort.copies


def _explains(mail: Mail, screen: Screen, cohort: Cohort, cell: Cell) -> bool:
    """Whether most cases of a cell are a cohort's: then it is as sure as the cell."""
    if cohort.x < MANY_TIMES * cohort.expected:
        return False
    theirs = np.flatnonzero(cohort.copies & screen.measure.failed)
    for name, place in places(mail, cell).items():
        theirs = theirs[mail.codes[name][theirs] == place]
    return len(theirs) >= 0.5 * cell.x


def _lasting(mail: Mail, screen: Screen) -> Iterator[Incident]:
    cohort = cohort_of(mail, screen, np.ones(len(mail), np.bool_))
    if _matters(mail, cohort, screen):
        found = _incident(mail, screen, cohort, np.nan)
        verdict = replace(found.verdict, why=f"{found.verdict.why} {NOT_NEW}")
        yield replace(found, verdict=verdict)


def _matters(mail: Mail, cohort: Cohort, screen: Screen) -> bool:
    more = cohort.x >= TIMES_USUAL * cohort.expected and cohort.excess >= _least(cohort, screen)
    return cohort.gain >= GAIN and more and _is_worth_telling(mail, cohort, screen)


def _least(cohort: Cohort, screen: Screen) -> float:
    """Cases beyond the usual ones from which a cohort matters."""
    least = LEAST_OF.get(screen.measure.kind, LEAST)
    if screen.measure.kind != "complaint":
        # A complaint stands for many readers who only turn away, however large the mail is.
        least = max(least, ROOT * float(screen.recent.sum() / screen.span) ** 0.5)
    clear = cohort.x >= MOSTLY * cohort.n and cohort.gain >= CLEAR
    return min(least, FEWEST) if clear else least


def _is_worth_telling(mail: Mail, cohort: Cohort, screen: Screen) -> bool:
    """Whether a cohort is more than some kinds of failure are on good days."""
    kind = screen.measure.kind
    if kind in BY_PERSON:
        failed = cohort.copies & screen.measure.failed
        people = len(np.unique(mail.codes["recipient"][failed]))
        return people >= max(PEOPLE, _least(cohort, screen) + cohort.expected)
    if kind == "greylisting":
        return screen.span <= SHORT
    return kind != "complaint" or cohort.x >= LIMITS["complaint"][1] * cohort.n


def _p(mail: Mail, screen: Screen, cohort: Cohort) -> float:
    """How probable the cohort's failures are, with days as different as they are."""
    bins = screen.times.bins(screen.measure.at)
    daily = np.bincount(bins[cohort.copies]).astype(np.float64)
    days = daily.sum() ** 2 / max(1.0, float((daily**2).sum()))
    rho = max(screen.days.get(name, 0.0) for name in (*cohort.parts, "all"))
    x, n = np.array([float(cohort.x)]), np.array([float(cohort.n)])
    share, sure = cohort.expected / np.maximum(1, n), np.array([1 / (rho / days + 1 / 400)])
    sure = surely(screen.measure.kind, share, np.array([days]), sure)
    found: Any = surprise(x, n, share, sure)
    return float(found[0])


def _incident(mail: Mail, screen: Screen, cohort: Cohort, p: float) -> Incident:
    measure = screen.measure
    # Seen from its onset only, healthy mail of before no longer hides what fails alike.
    since, _ = _stretch(mail, screen, cohort)
    sharper = cohort_of(mail, screen, measure.at >= since)
    cohort = sharper if sharper.gain >= cohort.gain else cohort
    since, until = _stretch(mail, screen, cohort)
    copies = _looked_back(mail, screen, cohort) & (measure.at >= since)
    case = Case(mail, screen, replace(cohort, copies=copies & screen.recent))
    return Incident(
        verdict=judged(case),
        parts=dict(cohort.parts),
        what=measure.kind,
        copies=copies,
        failed=copies & measure.failed,
        expected=float(screen.chance[copies].sum()),
        since=since,
        until=until,
        p=p,
        case=Case(mail, screen, cohort),
    )


def _stretch(mail: Mail, screen: Screen, cohort: Cohort) -> tuple[int, int]:
    looked, measure = _looked_back(mail, screen, cohort), screen.measure
    found = stretch(measure.at[looked], measure.failed[looked], screen.chance[looked])
    assert found is not None  # noqa: S101 - a cohort that matters has failures
    return found


def _looked_back(mail: Mail, screen: Screen, cohort: Cohort) -> Bools:
    """All mail of the cohort of the span and as long before it; all there is of what lasts."""
    bins = screen.times.bins(screen.measure.at)
    reach = 2 * screen.span + 1 if screen.days else screen.times.count
    return screen.measure.eligible & (bins >= 0) & (bins < reach) & mail.members(cohort.parts)
