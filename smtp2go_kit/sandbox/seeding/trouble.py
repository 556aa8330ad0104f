"""The troubles worth finding in the seeded account, and when they happen.

Besides the import of dead addresses, which is part of the newsletter's schedule.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from smtp2go_kit.sandbox.account import DAY
from smtp2go_kit.sandbox.seeding.people import KEY_CUSTOMER, Bools, Floats
from smtp2go_kit.sandbox.seeding.providers import provider_index
from smtp2go_kit.sandbox.seeding.schedule import HOUR, MINUTE, Mailing
from smtp2go_kit.sandbox.seeding.streams import STATEMENTS

REFUSAL_DAYS = 6
THROTTLED_SHARE = 0.65
THROTTLED_FOR = 90 * MINUTE
THROTTLED_STILL = 3
THROTTLED_HOURS = (8, 23)


def refused(mailing: Mailing) -> Bools:
    """The last days, the key customer wants authentication that the trade domain lacks."""
    theirs = np.array([person.domain == KEY_CUSTOMER for person in mailing.people.persons])
    recent = mailing.ts > mailing.window.now - REFUSAL_DAYS * DAY
    refusing: Bools = recent & mailing.of(STATEMENTS) & theirs[mailing.person]
    return refusing


def throttled_at(mailing: Mailing) -> Bools:
    """Which mail Yahoo may put off: that of yesterday."""
    first, last = (mailing.window.yesterday + hour * HOUR for hour in THROTTLED_HOURS)
    during = (mailing.ts > first) & (mailing.ts < last)
    yahoo: Bools = mailing.provider == provider_index("Yahoo")
    return during & yahoo


def throttled(rng: Generator, mailing: Mailing) -> Floats:
    """Seconds added to each email: yesterday Yahoo put off much of the mail, some until now."""
    struck = throttled_at(mailing) & (rng.random(len(mailing)) < THROTTLED_SHARE)
    seconds = np.where(struck, rng.lognormal(np.log(THROTTLED_FOR), 1.0, len(mailing)), 0.0)
    still = np.flatnonzero(struck)[-THROTTLED_STILL:]
    seconds[still] = mailing.window.now - mailing.ts[still] + HOUR
    return seconds
