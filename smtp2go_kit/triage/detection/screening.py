"""Which kinds of failure are out of the ordinary: every cell and margin against its own past."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from smtp2go_kit.triage.detection.expectation import expected
from smtp2go_kit.triage.detection.mail import DIMENSIONS, Bools, Floats, Ints, Mail
from smtp2go_kit.triage.detection.measures import Measure
from smtp2go_kit.triage.detection.surprise import RHO, overdispersion, surely, surprise

SPANS = (1, 3, 7)
"""Lengths of the recent past that are looked at, in windows: a sudden fault, one some days old,
and a slow drift."""
LEAST = 3
"""Fewest cases that can be out of the ordinary."""
MOST_VALUES = 300
"""Values of a dimension, by their mail, from which its habits are learnt."""
WHOLE = "all"
"""The dimension of the margin over everything."""
AND = " and "
"""Between the names of two dimensions that are looked at together."""
PAIRS = (("provider", "outbound_ip"), ("provider", "sender_domain"), ("provider", "username"))
"""Dimensions that are looked at together: one server may refuse one sender, and neither all mail of
the one nor to the other fails often enough to be seen."""
LEAST_BETWEEN, MOST_BETWEEN = 5.0, 400.0
"""Bounds of how much what is known of all values counts for one of them, in copies."""


@dataclass(frozen=True, eq=False)
class Times:
    """The windows that time is cut into, counted back from now.

    Args:
        now: The present, Unix seconds.
        window: Seconds of a window.
        count: How many there are.
    """

    now: int
    window: int
    count: int

    def bins(self, at: Ints) -> Ints:
        """Which window each moment is in: 0 for the last one, -1 for none."""
        place = (self.now - at) // self.window
        return np.where((place >= 0) & (place < self.count), place, -1)


@dataclass(frozen=True, eq=False)
class Screen:
    """A kind of failure over one span, with what is needed to judge any cohort of it.

    Args:
        measure: The kind of failure.
        recent: The copies of the span that could have failed.
        chance: Each copy's chance on an ordinary day.
        days: How much days differ: the overdispersion by dimension.
        span: Windows looked at.
        times: The windows.
    """

    measure: Measure
    recent: Bools
    chance: Floats
    days: dict[str, float]
    span: int
    times: Times


@dataclass(frozen=True, eq=False)
class Counts:
    """All, cases and expected cases of the values (rows) of a dimension in each window."""

    dimension: str
    values: Ints
    n: Floats
    x: Floats
    e: Floats


@dataclass(frozen=True)
class Cell:
    """A cell of a dimension that was tested."""

    dimension: str
    value: int
    x: float
    n: float
    expected: float
    p: float


def screens(mail: Mail, measure: Measure, times: Times) -> Iterator[tuple[Screen, list[Cell]]]:
    """Test a kind of failure over all spans.

    Args:
        mail: The copies.
        measure: The kind of failure.
        times: The windows.
    """
    bins = times.bins(measure.at)
    spans = [each for each in SPANS if each == 1 or 2 * each <= times.count]
    recent = (bins >= 0) & (bins < spans[-1]) & measure.eligible
    if (measure.failed & recent).sum() < LEAST:
        return
    chance = expected(mail, measure, bins >= spans[-1])
    tables = [
        table
        for dimension in (WHOLE, *DIMENSIONS, *map(AND.join, PAIRS))
        if len((table := _table(mail, measure, dimension, bins, recent, chance, times)).values)
    ]
    for span in spans:
        within = (bins >= 0) & (bins < span) & measure.eligible
        screen = Screen(measure, within, chance, {}, span, times)
        yield screen, [cell for table in tables for cell in _cells(table, screen)]


def _table(
    mail: Mail,
    measure: Measure,
    dimension: str,
    bins: Ints,
    recent: Bools,
    chance: Floats,
    times: Times,
) -> Counts:
    codes = _codes(mail, dimension)
    values = _values(codes, measure, recent)
    if not len(values):
        nothing = np.zeros((0, times.count))
        return Counts(dimension, values, nothing, nothing, nothing)
    return Counts(dimension, values, *_counts(codes, values, measure, bins, chance, times.count))


def _codes(mail: Mail, dimension: str) -> Ints:
    """The value of each copy in a dimension, or in two together; -1 where it is not known."""
    if dimension == WHOLE:
        return np.zeros(len(mail), np.int64)
    first, *rest = dimension.split(AND)
    codes = mail.codes[first]
    for name in rest:
        known = (codes >= 0) & (mail.codes[name] >= 0)
        codes = np.where(known, codes * len(mail.names[name]) + mail.codes[name], -1)
    return codes


def places(mail: Mail, cell: Cell) -> dict[str, int]:
    """The place of a cell's value in each of its dimensions.

    Args:
        mail: The copies.
        cell: The cell.
    """
    value = cell.value
    found: dict[str, int] = {}
    for name in [] if cell.dimension == WHOLE else cell.dimension.split(AND)[::-1]:
        value, found[name] = divmod(value, len(mail.names[name]))
    return found


def named(mail: Mail, cell: Cell) -> dict[str, tuple[str, ...]]:
    """What the copies of a cell have in common.

    Args:
        mail: The copies.
        cell: The cell.
    """
    found = places(mail, cell).items()
    return {name: (str(mail.names[name][place]),) for name, place in found}


def _cells(table: Counts, screen: Screen) -> list[Cell]:
    n, x, e, span = table.n, table.x, table.e, screen.span
    prior = min(RHO, float(e[:, span:].sum()) / max(1.0, float(n[:, span:].sum())))
    rho = overdispersion(x[:, span:].ravel(), n[:, span:].ravel(), e[:, span:].ravel(), prior)
    screen.days[table.dimension] = rho
    between = _between(x[:, span:], n[:, span:], e[:, span:], rho)
    cases, of = x[:, :span].sum(axis=1), n[:, :span].sum(axis=1)
    share, usual = _usual(n, x, e, span, rho, between)
    days = of**2 / np.maximum((n[:, :span] ** 2).sum(axis=1), 1e-9)
    concentration = surely(screen.measure.kind, share, days, usual)
    tested = np.flatnonzero(cases >= LEAST)
    p = surprise(cases[tested], of[tested], share[tested], concentration[tested])
    return [
        Cell(
            dimension=table.dimension,
            value=int(table.values[row]),
            x=float(cases[row]),
            n=float(of[row]),
            expected=float(share[row] * of[row]),
            p=float(probability),
        )
        for row, probability in zip(tested.tolist(), p.tolist(), strict=True)
    ]


def _values(codes: Ints, measure: Measure, recent: Bools) -> Ints:
    """The values worth a look: those that fail now, and the largest, which tell the habits."""
    now = codes[recent & measure.failed]
    some = codes[measure.eligible]
    failing = np.bincount(now[now >= 0])
    whole = np.bincount(some[some >= 0])
    largest = np.argsort(whole)[::-1][:MOST_VALUES]
    return np.union1d(np.flatnonzero(failing >= LEAST), largest[whole[largest] > 0])


def _counts(
    codes: Ints, values: Ints, measure: Measure, bins: Ints, chance: Floats, count: int
) -> tuple[Floats, Floats, Floats]:
    """All, cases and expected cases, of each value (rows) in each window (columns)."""
    place = np.full(int(codes.max(initial=0)) + 2, -1)
    place[values] = np.arange(len(values))
    row = place[codes]
    kept = np.flatnonzero((row >= 0) & (bins >= 0) & measure.eligible)
    cell = row[kept] * count + bins[kept]
    shape = (len(values), count)
    n, x, e = (
        np.bincount(cell, weights, shape[0] * count).astype(np.float64).reshape(shape)
        for weights in (None, measure.failed[kept], chance[kept])
    )
    return n, x, e


def _between(x: Floats, n: Floats, e: Floats, rho: float) -> float:
    """For how many copies what is known of all values counts, judging one of them."""
    cases, of, foreseen = x.sum(axis=1), n.sum(axis=1), e.sum(axis=1)
    differ = overdispersion(cases, of, foreseen, prior=max(rho / 4, 0.001))
    return float(np.clip(1 / differ - 1, LEAST_BETWEEN, MOST_BETWEEN))


def _usual(
    n: Floats, x: Floats, e: Floats, span: int, rho: float, between: float
) -> tuple[Floats, Floats]:
    """The share to expect of each value now, and the concentration of that guess."""
    past_n, past_x = n[:, span:].sum(axis=1), x[:, span:].sum(axis=1)
    squares = (n[:, span:] ** 2).sum(axis=1)
    worth = np.divide(
        1.0, 1 / np.maximum(past_n, 1e-9) + rho * squares / np.maximum(past_n, 1e-9) ** 2
    )
    worth = np.where(past_n > 0, worth, 0.0)
    now_n = np.maximum(n[:, :span].sum(axis=1), 1e-9)
    foreseen = e[:, :span].sum(axis=1) / now_n
    own = np.divide(past_x, past_n, out=np.zeros_like(past_x), where=past_n > 0)
    share = (own * worth + foreseen * between) / (worth + between)
    days = rho * (n[:, :span] ** 2).sum(axis=1) / now_n**2
    concentration = 1 / (days + 1 / (worth + between)) - 1
    return share, np.maximum(concentration, 2.0)
