"""Shares with their uncertainty, from counts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp2go_kit.triage.intervals import jeffreys, probability_above, verdict


@st.composite
def counts(draw: st.DrawFn, least: int = 0) -> tuple[int, int]:
    of = draw(st.integers(least, 100_000))
    return draw(st.integers(0, of)), of


@given(counts(least=1))
def test_an_interval_holds_the_share_it_is_of(counted: tuple[int, int]) -> None:
    count, of = counted
    low, high = jeffreys(count, of)
    assert 0 <= low <= count / of <= high <= 1


@given(counts())
def test_the_interval_of_the_others_is_its_mirror(counted: tuple[int, int]) -> None:
    count, of = counted
    low, high = jeffreys(count, of)
    assert jeffreys(of - count, of) == pytest.approx((1 - high, 1 - low), abs=1e-9)


@given(st.lists(counts(), min_size=1, max_size=20))
def test_many_at_a_time_are_the_same_as_one_by_one(counted: list[tuple[int, int]]) -> None:
    cases, of = (np.array(column) for column in zip(*counted, strict=True))
    low, high = jeffreys(cases, of)
    assert [*zip(low, high, strict=True)] == [jeffreys(*pair) for pair in counted]
    assert probability_above(cases, of, 0.1).tolist() == [
        probability_above(*pair, 0.1) for pair in counted
    ]


@given(counts(least=1), st.floats(0.001, 0.999), st.floats(0.001, 0.999))
def test_a_higher_threshold_is_less_probably_passed(
    counted: tuple[int, int], one: float, other: float
) -> None:
    low, high = sorted((one, other))
    assert probability_above(*counted, low) >= probability_above(*counted, high)


def test_nothing_counted_leaves_everything_possible() -> None:
    assert jeffreys(0, 0) == (0.0, 1.0)
    assert probability_above(0, 0, 0.5) == pytest.approx(0.5)


def test_published_intervals_are_met() -> None:
    # Brown, Cai, DasGupta 2001, table 5, whose ends for none and all are not these.
    assert jeffreys(1, 10) == pytest.approx((0.011, 0.381), abs=5e-4)
    assert jeffreys(5, 20) == pytest.approx((0.102, 0.464), abs=5e-4)


@pytest.mark.parametrize(("limit", "least"), [(0.001, 1_920), (0.003, 640), (0.02, 95)])
def test_no_complaint_shows_little_only_from_many_emails_on(limit: float, least: int) -> None:
    assert verdict(0, least, limit) == "below"
    assert verdict(0, least - 3, limit) == "undecided"


def test_a_share_well_above_a_threshold_is_told_from_few() -> None:
    assert verdict(3, 10, 0.003) == "above"
    assert verdict(1, 1_000, 0.001) == "undecided"


@pytest.mark.parametrize(("count", "of"), [(-1, 10), (11, 10), ([1, 3], [2, 2]), (0, -1)])
def test_counts_that_make_no_share_are_refused(count: Any, of: Any) -> None:
    with pytest.raises(ValueError, match="no more than all"):
        jeffreys(count, of)


def test_a_wider_level_gives_a_wider_interval() -> None:
    low, high = jeffreys(5, 100)
    wide_low, wide_high = jeffreys(5, 100, level=0.99)
    assert wide_low < low
    assert wide_high > high
