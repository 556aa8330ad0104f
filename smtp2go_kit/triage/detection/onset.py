"""Since when a cohort fails: the stretch of its mail that ordinary days explain least."""

from __future__ import annotations

import numpy as np

from smtp2go_kit.triage.detection.mail import Bools, Floats, Ints

ROUNDS = 4
"""Times that the failing share is learnt anew from the stretch found with the last one."""
SURE = 0.98
"""Largest and 1 - smallest share that is taken for true: no server is that constant."""
TINY = 1e-4


def stretch(at: Ints, failed: Bools, chance: Floats) -> tuple[int, int] | None:
    """First and last moment of the stretch, in Unix seconds; None where nothing failed.

    Args:
        at: When each copy of the cohort was sent.
        failed: Whether it failed.
        chance: Its chance to fail on an ordinary day.
    """
    if not failed.any():
        return None
    order = np.argsort(at, kind="stable")
    at, failed, usual = at[order], failed[order], np.clip(chance[order], TINY, 1 - TINY)
    share, first, last = float(failed.mean()), 0, len(at) - 1
    for _ in range(ROUNDS):
        # Where nearly all fail from the start, the stretch is all of it.
        share = float(np.clip(max(share, 2 * float(usual.mean())), TINY, SURE))
        first, last = _heaviest(_weights(failed, usual, share))
        share = float(failed[first : last + 1].mean())
    return int(at[first]), int(at[last])


def _weights(failed: Bools, usual: Floats, share: float) -> Floats:
    hit, miss = np.log(share / usual), np.log((1 - share) / (1 - usual))
    return np.where(failed, hit, miss)


def _heaviest(weights: Floats) -> tuple[int, int]:
    """The stretch of the largest sum (Kadane's algorithm, on running sums)."""
    sums = np.concatenate(([0.0], np.cumsum(weights)))
    lowest = np.minimum.accumulate(sums[:-1])
    last = int(np.argmax(sums[1:] - lowest))
    first = int(np.argmin(sums[: last + 1]))
    return first, last
