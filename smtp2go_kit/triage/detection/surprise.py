"""How surprising a count is, when days differ by more than chance and the past is not endless.

An empirical-Bayes beta-binomial: the share of a day varies around its mean with overdispersion
rho, and the mean is known only as well as the past allows. Ignoring the overdispersion is what
makes alarms useless as volume grows (simulated: a Poisson test gave 0.06 false alarms a quiet day
at 200 emails a day, and 0.99 at 20,000).
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from smtp2go_kit.triage.detection.mail import Floats

RHO = 0.004
"""Overdispersion of days where the past is too short to tell; as in the simulation cited above."""
RHO_MOST = 0.3
LEAST = 0.75
"""Part of the prior that is always assumed: rare kinds look calmer than they are."""
WEIGHT = 30.0
"""How much that prior counts, in the units of the estimate's denominator."""
INDIVIDUAL = ("complaint", "mailbox-full")
"""Kinds that each person meets alone: their share varies by no more than itself from day to day."""
TAIL = np.concatenate((np.geomspace(1e-14, 0.5, 80), np.linspace(0.55, 1.0, 12)))
"""Upper-tail probabilities at which the share's distribution is looked at."""


def surprise(x: Floats, n: Floats, share: Floats, concentration: Floats) -> Floats:
    """The probability of so many cases or more, if the share is as usual.

    Args:
        x: Cases.
        n: All that could have been cases.
        share: The usual share, 0 to 1.
        concentration: How sure it is: a + b of its beta distribution.
    """
    special: Any = importlib.import_module("scipy.special")
    share = np.clip(share, 1e-9, 1 - 1e-9)
    a, b = (share * concentration)[:, None], ((1 - share) * concentration)[:, None]
    shares = special.betainccinv(a, b, TAIL[None, :])
    counts, of = x[:, None], n[:, None]
    upper = special.betainc(np.maximum(counts, 1), of - counts + 1, shares)
    found = np.trapezoid(upper, TAIL, axis=1) + upper[:, 0] * TAIL[0]
    return np.where(x <= 0, 1.0, np.minimum(found, 1.0))


def surely(kind: str, share: Floats, days: Floats, concentration: Floats) -> Floats:
    """How sure a usual share is, given what is counted.

    Args:
        kind: The kind of failure.
        share: The usual share, 0 to 1.
        days: Over how many windows the mail is spread.
        concentration: How sure it would be of any kind.
    """
    if kind not in INDIVIDUAL:
        return concentration
    # Else so rare a thing would be taken to be ten times as frequent on some days.
    return np.maximum(concentration, days / np.maximum(share, 1e-9))


def overdispersion(x: Floats, n: Floats, expected: Floats, prior: float = RHO) -> float:
    """How much shares vary beyond chance, by moments, drawn to a prior where there is little.

    Args:
        x: Cases of each group.
        n: All of each group.
        expected: Cases to expect of each group.
        prior: What to assume without any data.
    """
    share = np.divide(expected, n, out=np.zeros_like(expected), where=n > 0)
    chance = expected * (1 - share)
    extra = np.sum((x - expected) ** 2 - chance)
    most = np.sum(chance * np.maximum(n - 1, 0))
    return float(np.clip((extra + prior * WEIGHT) / (most + WEIGHT), prior * LEAST, RHO_MOST))


def discoveries(p: Floats, rate: float) -> float:
    """The largest p-value that the Benjamini-Hochberg rule lets pass; 0 if none.

    Args:
        p: All p-values.
        rate: Share of false ones among those that pass, 0 to 1.
    """
    ordered = np.sort(p)
    passing = ordered[ordered <= rate * np.arange(1, len(p) + 1) / max(1, len(p))]
    return float(passing[-1]) if len(passing) else 0.0
