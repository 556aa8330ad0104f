"""The smallest part of the mail that explains a failure: a scan over what copies share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from smtp2go_kit.triage.detection.mail import DIMENSIONS, Bools, Floats, Ints, Mail
from smtp2go_kit.triage.detection.screening import Screen

Parts = Mapping[str, tuple[str, ...]]
"""What the copies of a cohort have in common: dimensions and a few values of each."""
MOST_PARTS = 3
"""Dimensions that a cohort may name."""
PENALTY = 4.0
"""Log-likelihood that naming one more dimension must gain, beside what its many values cost."""
MOST_VALUES = 4
"""Values of one dimension that a cohort may name."""
SHARE = 0.04
"""Share of the cases that a value must have to be named."""
SAME = 0.95
"""Share of the best likelihood within which the simpler or more telling dimension is taken."""
BETTER = 1.02
"""Times the likelihood of the wider cohort, that a narrower one must reach at least."""
TELLING: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "authentication": ("sender_domain", "provider"),
        "unverified-sender": ("sender_domain", "sender"),
        "invalid": ("subject", "username"),
        "content-block": ("subject", "username"),
        "link-domain-listed": ("subject", "sender_domain"),
        "complaint": ("subject", "provider"),
        "ip-block": ("outbound_ip", "provider"),
        "domain-reputation": ("sender_domain", "provider"),
        "quota": ("username", "subaccount"),
        "policy": ("recipient_domain", "sender_domain"),
        "unreachable": ("recipient_domain", "provider"),
        "suppression": ("recipient_domain", "provider"),
    }
)
"""Dimensions that say most about a kind of failure, where several fit alike."""


@dataclass(frozen=True, eq=False)
class Cohort:
    """A part of the mail.

    Args:
        parts: Dimensions and their values.
        copies: Which copies of the span belong to it.
        x: Cases among them.
        expected: Cases to expect.
        gain: Log-likelihood ratio against an ordinary day.
    """

    parts: Parts
    copies: Bools
    x: int
    expected: float
    gain: float

    @property
    def n(self) -> int:
        """All copies of it."""
        return int(self.copies.sum())

    @property
    def excess(self) -> float:
        """Cases beyond what was to be expected."""
        return self.x - self.expected


def gains(x: Floats, e: Floats) -> Floats:
    """Log-likelihood ratios of more cases than expected (Kulldorff's Poisson scan statistic).

    Args:
        x: Cases.
        e: Cases to expect.
    """
    more = (x > e) & (e > 0)
    ratio = np.divide(x, e, out=np.ones_like(e), where=more)
    return np.where(more, x * np.log(ratio) - (x - e), 0.0)


def cohort_of(mail: Mail, screen: Screen, within: Bools) -> Cohort:
    """The cohort that explains most of the excess.

    Args:
        mail: The copies.
        screen: The kind of failure, and the span.
        within: Copies to look at.
    """
    copies = within & screen.recent
    best = _cohort({}, copies, screen)
    for _ in range(MOST_PARTS):
        found = _narrowed(mail, screen, best)
        if found is None:
            break
        best = found
    return best


def _cohort(parts: Parts, copies: Bools, screen: Screen) -> Cohort:
    x = int((screen.measure.failed & copies).sum())
    e = float(screen.chance[copies].sum())
    gain = float(gains(np.array([float(x)]), np.array([e]))[0])
    return Cohort(parts, copies, x, e, gain)


def _narrowed(mail: Mail, screen: Screen, whole: Cohort) -> Cohort | None:
    """The cohort narrowed by one more dimension, where that explains the failures better."""
    offers: list[tuple[float, int, str, Ints]] = []
    telling = TELLING.get(screen.measure.kind, ())
    for order, dimension in enumerate(dict.fromkeys((*telling, *DIMENSIONS))):
        if dimension in whole.parts:
            continue
        found = _best_values(mail, screen, whole, dimension)
        if found is not None:
            offers.append((found[0], order, dimension, found[1]))
    top = max((offer[0] for offer in offers), default=0.0)
    if top <= BETTER * whole.gain:
        return None
    near = [offer for offer in offers if offer[0] >= whole.gain + SAME * (top - whole.gain)]
    _, _, dimension, values = min(near, key=lambda offer: (len(offer[3]), offer[1]))
    copies = whole.copies & np.isin(mail.codes[dimension], values)
    names = tuple(str(mail.names[dimension][value]) for value in values)
    return _cohort({**whole.parts, dimension: names}, copies, screen)


def _best_values(
    mail: Mail, screen: Screen, whole: Cohort, dimension: str
) -> tuple[float, Ints] | None:
    """The few values that gain most, less what looking at many of them costs.

    In the order of cases against expected cases, the best set of values is a beginning of the
    list (Neill 2012, J. R. Stat. Soc. B 74:337).
    """
    codes = mail.codes[dimension][whole.copies]
    known = codes >= 0
    size = int(codes.max(initial=-1)) + 1
    failed, chance = screen.measure.failed[whole.copies], screen.chance[whole.copies]
    x = np.bincount(codes[known], failed[known], size).astype(np.float64)
    e = np.bincount(codes[known], chance[known], size).astype(np.float64)
    different = int((e > 0).sum())
    if different + (not known.all()) < 2:
        return None
    failing = np.flatnonzero(x >= max(2.0, SHARE * float(x.sum())))
    order = failing[np.argsort(-x[failing] / e[failing], kind="stable")][:MOST_VALUES]
    if not len(order):
        return None
    costs = PENALTY + np.log(different) * np.arange(1, len(order) + 1)
    net = gains(np.cumsum(x[order]), np.cumsum(e[order])) - costs
    best = int(np.argmax(net))
    return float(net[best]), order[: best + 1]
