"""What is counted: for each kind of failure, which copies could have met it, and which did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from smtp2go_kit.triage.detection.kinds import BLOCKS, CODES, KINDS, REJECTIONS
from smtp2go_kit.triage.detection.mail import (
    BOUNCED,
    DELIVERED,
    NEVER,
    REJECTED,
    WAITING,
    Bools,
    Floats,
    Ints,
    Mail,
)

PATIENCE = 180
"""Seconds that a delivery may take before it is slow, whatever the provider's habit."""
HABIT, KNOWN = 90, 200
"""Percentile of a provider's delivery times, from whose double on a delivery is slow, and fewest
deliveries that it is learnt from."""
PERSONAL = ("invalid", "mailbox-full", "suppression")
"""Kinds that are about the recipient, whatever is sent."""
GROUPS = {"block": BLOCKS}
"""Kinds that are also counted together, as servers word one refusal in several ways."""


@dataclass(frozen=True, eq=False)
class Measure:
    """One kind of failure over all copies.

    Args:
        kind: Its name.
        eligible: Which copies could have met it.
        failed: Which of those did.
        at: When, for each copy: Unix seconds.
    """

    kind: str
    eligible: Bools
    failed: Bools
    at: Ints


def measures_of(mail: Mail, now: int) -> Iterator[Measure]:
    """The kinds of failure that any copy met.

    Args:
        mail: The copies.
        now: The present, Unix seconds.
    """
    # What SMTP2GO held back counts too: else a quota that lets dead addresses through, or
    # suppressions that keep them out, would change what is usual.
    settled = mail.state != WAITING
    every = np.ones(len(mail), np.bool_)
    for kind in KINDS:
        failed, rejection = _failed(mail, kind), kind in REJECTIONS
        if failed.any():
            eligible = every if rejection or kind == "greylisting" else settled
            measure = Measure(kind, eligible, failed, mail.sent)
            yield _news(mail, measure) if kind in PERSONAL else measure
    complained = mail.complained != NEVER
    if complained.any():
        delivered = mail.state == DELIVERED
        yield Measure("complaint", complained | delivered, complained, mail.sent)
    slow = _slow(mail, now)
    if slow.failed.any():
        yield slow


def _failed(mail: Mail, kind: str) -> Bools:
    named: Bools = np.isin(mail.kind, [CODES[name] for name in GROUPS.get(kind, (kind,))])
    # Greylisting is over when the mail arrives, and tells by the attempts before.
    states = (REJECTED,) if kind in REJECTIONS else (BOUNCED,)
    named &= np.isin(mail.state, (WAITING, DELIVERED, BOUNCED) if kind == "greylisting" else states)
    return named


def _news(mail: Mail, measure: Measure) -> Measure:
    """Only mail to people who are not known to fail."""
    fresh = _at_risk(mail, measure.kind)
    return Measure(measure.kind, measure.eligible & fresh, measure.failed & fresh, measure.at)


def _at_risk(mail: Mail, kind: str) -> Bools:
    """Copies to people whose mail did not fail before, or was delivered since.

    A dead address fails again after each 7-day block, and is held back in between: all of that
    is known from its first failure, and is no news of the mail.
    """
    order = np.lexsort((mail.sent, mail.codes["recipient"]))
    person, place = mail.codes["recipient"][order], np.arange(len(order))
    first = np.maximum.accumulate(np.where(np.diff(person, prepend=-1) != 0, place, 0))

    def last(flag: Bools) -> Ints:
        """The place of the same person's last copy before that has the flag, or -1."""
        known = np.maximum.accumulate(np.where(flag[order], place, -1))
        known = np.concatenate(([-1], known[:-1])) if len(known) else known
        return np.where(known >= first, known, -1)

    codes = [CODES[name] for name in ("invalid", "suppression", kind)]
    failed = np.isin(mail.kind, codes) & np.isin(mail.state, (BOUNCED, REJECTED))
    fresh = np.zeros(len(mail), np.bool_)
    fresh[order] = last(failed) <= last(mail.state == DELIVERED)
    return fresh


def _slow(mail: Mail, now: int) -> Measure:
    limit = patience(mail)
    age = np.where(mail.ended == NEVER, now, mail.ended) - mail.sent
    left = mail.state != REJECTED
    slow = left & (age > limit) & ~mail.orphan
    # Mail that just left says nothing yet, unless it has arrived.
    settled = (mail.state == DELIVERED) | (mail.state == BOUNCED) | (now - mail.sent > limit)
    return Measure("slow", left & settled, slow, mail.sent)


def patience(mail: Mail) -> Floats:
    """Seconds from which on each copy is slow: by the habit of its provider.

    Args:
        mail: The copies.
    """
    took = np.where(mail.state == DELIVERED, mail.ended - mail.sent, -1)
    codes = mail.codes["provider"]
    limits = np.full(len(mail.names["provider"]) + 1, float(PATIENCE))
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(len(limits)))
    for place in range(len(limits) - 1):
        times = took[order[bounds[place] : bounds[place + 1]]]
        times = times[times >= 0]
        if len(times) >= KNOWN:
            limits[place] = max(PATIENCE, 2 * np.percentile(times, HABIT))
    return limits[codes]
