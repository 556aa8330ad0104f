"""Shares with their uncertainty, from counts: Jeffreys' prior, one or many at a time."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Shares: TypeAlias = NDArray[np.float64]
Many: TypeAlias = "Sequence[float] | NDArray[Any] | pd.Series[Any]"
Verdict = Literal["above", "below", "undecided"]
LEVEL = 0.95
"""Probability that an interval holds, and that a verdict needs."""
PRIOR = 0.5
"""Jeffreys' prior for a share is Beta(1/2, 1/2)."""


@overload
def jeffreys(x: int, n: int, *, level: float = LEVEL) -> tuple[float, float]: ...
@overload
def jeffreys(x: Many, n: Many, *, level: float = LEVEL) -> tuple[Shares, Shares]: ...
def jeffreys(x: Any, n: Any, *, level: float = LEVEL) -> tuple[Any, Any]:
    """The Jeffreys interval of shares, each 0 to 1 (Brown, Cai, DasGupta 2001, Stat. Sci. 16:101).

    It starts at 0 where none of *n* are cases, and ends at 1 where all are; without any it is
    0 to 1. Its coverage was measured at 0.95 to 0.98 for a rate of 0.1 % from n = 200 on, where
    the normal interval's is 0.18.

    Args:
        x: Cases, 0 to *n*; one number or many.
        n: All that could have been cases, 0 or more.
        level: Probability that the interval holds, above 0 and below 1.

    Raises:
        ValueError: A count is out of its bounds.
    """
    cases, of = _counts(x, n)
    tail, a, b = (1 - level) / 2, PRIOR + cases, PRIOR + of - cases
    inverse = _special().betaincinv
    low = np.where(cases == 0, 0.0, inverse(a, b, tail))
    high = np.where(cases == of, 1.0, inverse(a, b, 1 - tail))
    return (low, high) if low.ndim else (float(low), float(high))


@overload
def probability_above(x: int, n: int, threshold: float) -> float: ...
@overload
def probability_above(x: Many, n: Many, threshold: float | Many) -> Shares: ...
def probability_above(x: Any, n: Any, threshold: Any) -> Any:
    """How probable it is that the true share is above a threshold, after what was counted.

    Args:
        x: Cases, 0 to *n*; one number or many.
        n: All that could have been cases, 0 or more.
        threshold: Share, 0 to 1.

    Raises:
        ValueError: A count is out of its bounds.
    """
    cases, of = _counts(x, n)
    above = _special().betaincc(PRIOR + cases, PRIOR + of - cases, threshold)
    found = np.asarray(above, dtype=np.float64)
    return found if found.ndim else float(found)


def verdict(x: int, n: int, threshold: float, *, level: float = LEVEL) -> Verdict:
    """Whether a share is above or below a threshold, as far as the counts can tell.

    No complaint at all shows "below 0.1 %" only from 1,920 emails on, and "below 0.3 %" from 640.

    Args:
        x: Cases, 0 to *n*.
        n: All that could have been cases, 0 or more.
        threshold: Share, 0 to 1.
        level: Probability from which on it is told, 0.5 to 1.
    """
    above = probability_above(x, n, threshold)
    if above >= level:
        return "above"
    return "below" if above <= 1 - level else "undecided"


def _special() -> Any:
    # Loaded by the first interval: it takes longer than all of this package. It has no types.
    return importlib.import_module("scipy.special")


def _counts(x: Any, n: Any) -> tuple[Shares, Shares]:
    cases, of = np.broadcast_arrays(np.asarray(x, np.float64), np.asarray(n, np.float64))
    if not bool(np.all((cases >= 0) & (cases <= of))):
        raise ValueError("the cases must be 0 or more, and no more than all there are")
    return cases, of
