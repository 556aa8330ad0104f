"""What is wrong all the time, and so is no change: shares above what anybody should bear."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

import numpy as np

from smtp2go_kit.triage.detection.expectation import RARE, USUAL
from smtp2go_kit.triage.detection.mail import Bools, Mail
from smtp2go_kit.triage.detection.measures import Measure
from smtp2go_kit.triage.detection.screening import WHOLE, Screen, Times
from smtp2go_kit.triage.intervals import probability_above

SPAN = 7
"""Windows that are looked at."""
LIMITS: Mapping[str, tuple[str, float]] = MappingProxyType(
    {
        "authentication": ("sender_domain", 0.2),
        "unverified-sender": ("sender_domain", 0.2),
        "quota": (WHOLE, 0.2),
        "block": ("provider", 0.2),
        "invalid": (WHOLE, 0.12),
        "complaint": ("provider", 0.003),
    }
)
"""Where each kind is counted, and the share that is too much: 12 % from which SMTP2GO calls
bounces poor (support article 223087727), 0.3 % from which Gmail and Yahoo refuse help (their
sender guidelines); one in five where nothing is published."""
SURE = 0.99
LEAST = 10
"""Fewest cases."""


def lasting(mail: Mail, measures: Iterable[Measure], times: Times) -> Iterator[Screen]:
    """Kinds of failure that are above their limits, with nothing but what is common as usual.

    Args:
        mail: The copies.
        measures: The kinds of failure.
        times: The windows.
    """
    for measure in measures:
        if measure.kind in LIMITS:
            bins = times.bins(measure.at)
            recent = (bins >= 0) & (bins < SPAN) & measure.eligible
            if _is_above(mail, measure, recent):
                chance = np.full(len(mail), USUAL.get(measure.kind, RARE))
                yield Screen(measure, recent, chance, {}, SPAN, times)


def _is_above(mail: Mail, measure: Measure, recent: Bools) -> bool:
    dimension, limit = LIMITS[measure.kind]
    codes = np.zeros(len(mail), np.int64) if dimension == WHOLE else mail.codes[dimension]
    known = recent & (codes >= 0)
    n = np.bincount(codes[known], minlength=1).astype(np.float64)
    x = np.bincount(codes[known], measure.failed[known], len(n)).astype(np.float64)
    enough = x >= LEAST
    return bool((probability_above(x[enough], n[enough], limit) >= SURE).any())
