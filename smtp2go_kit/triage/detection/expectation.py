"""How often each copy would fail on an ordinary day, from what was usual before."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from smtp2go_kit.triage.detection.mail import Bools, Floats, Ints, Mail
from smtp2go_kit.triage.detection.measures import Measure

USUAL: Mapping[str, float] = MappingProxyType(
    {
        "invalid": 0.01,
        "mailbox-full": 0.003,
        "unreachable": 0.003,
        "other": 0.002,
        "slow": 0.01,
        "suppression": 0.005,
        "complaint": 0.0003,
    }
)
"""Shares to expect where there is no past at all, of mail to people who asked for it; 0.1 % for
any other kind."""
RARE = 0.001
PAST = 50.0
"""Copies that the usual share counts for."""
STEPS: tuple[tuple[str, float], ...] = (
    ("provider", 200.0),
    ("recipient_domain", 60.0),
    ("sender_domain", 200.0),
    ("username", 200.0),
)
"""Dimensions that make a difference on ordinary days, and how many copies outweigh what is known
without them."""
FLOOR, MOST = 2e-4, 0.95
"""What never happened so far may happen: chances are kept between these."""


def expected(mail: Mail, measure: Measure, past: Bools) -> Floats:
    """The chance of each copy to fail, by the past of what it has in common with others.

    Args:
        mail: The copies.
        measure: The kind of failure.
        past: Which copies are the past.
    """
    known = past & measure.eligible
    failed = measure.failed[known].astype(np.float64)
    usual = USUAL.get(measure.kind, RARE)
    base = max(FLOOR, (failed.sum() + usual * PAST) / (known.sum() + PAST))
    chance = np.full(len(mail), base)
    for dimension, weight in STEPS:
        factor = _factors(mail.codes[dimension], known, failed, chance, weight * base)
        chance = np.clip(chance * factor, FLOOR, MOST)
    return chance


def _factors(codes: Ints, known: Bools, failed: Floats, chance: Floats, weight: float) -> Floats:
    """By how much each value's share differs from what is expected without it."""
    places = codes + 1  # what is not known is a value of its own
    size = int(places.max(initial=0)) + 1
    seen = np.bincount(places[known], failed, size)
    foreseen = np.bincount(places[known], chance[known], size)
    factors: Floats = (seen + weight) / (foreseen + weight)
    return factors[places]
