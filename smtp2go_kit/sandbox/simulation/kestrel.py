"""The account that every sandbox has: 90 days of mail, with three troubles worth finding."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.random import PCG64, Generator

from smtp2go_kit.sandbox.account import DAY, Account
from smtp2go_kit.sandbox.seeding.outcomes import Outcomes, decide
from smtp2go_kit.sandbox.seeding.people import KEY_CUSTOMER, Ints, gather, listed
from smtp2go_kit.sandbox.seeding.reactions import complaints, unwelcome
from smtp2go_kit.sandbox.seeding.schedule import (
    HOUR,
    IMPORT_DAYS_AGO,
    MINUTE,
    Mailing,
    Window,
    schedule,
)
from smtp2go_kit.sandbox.seeding.settings import settle
from smtp2go_kit.sandbox.seeding.streams import NEWSLETTER, TRADE
from smtp2go_kit.sandbox.seeding.trouble import refused, throttled_at
from smtp2go_kit.sandbox.simulation.engine import finish, read
from smtp2go_kit.sandbox.simulation.played import Played
from smtp2go_kit.sandbox.simulation.truth import Truth


def play(account: Account, days: int = 90) -> Played:
    """Let the account live up to the last full hour, in which its runs agree.

    Args:
        account: An account without anything; its settings are made.
        days: How far back its mail reaches.
    """
    now = account.now() // HOUR * HOUR
    rng = Generator(PCG64(account.seed))
    settle(account, now)
    mailing = schedule(rng, gather(rng), Window(now - days * DAY, now))
    outcomes = decide(rng, mailing)
    views = read(rng, outcomes)
    played = finish(rng, account, outcomes, views, complaints(rng, outcomes), unwelcome(mailing))
    played.struck = tuple(
        rows for rows in (_imported(mailing), _refused(mailing), _waiting(outcomes))
    )
    played.truths = tuple(_truths(mailing, played.struck))
    return played


def _imported(mailing: Mailing) -> Ints:
    day = mailing.window.yesterday - IMPORT_DAYS_AGO * DAY
    first = (mailing.ts > day) & (mailing.ts < day + DAY) & mailing.of(NEWSLETTER)
    bad = np.concatenate((mailing.people.typos, mailing.people.dead))
    return np.flatnonzero(first & np.isin(mailing.person, bad))


def _refused(mailing: Mailing) -> Ints:
    return np.flatnonzero(refused(mailing))


def _waiting(outcomes: Outcomes) -> Ints:
    mailing = outcomes.mailing
    return np.flatnonzero(throttled_at(mailing) & (outcomes.final - mailing.ts > 5 * MINUTE))


def _truths(mailing: Mailing, struck: tuple[Ints, ...]) -> Iterator[Truth]:
    imported, refused_rows, waiting = struck
    [subject] = {NEWSLETTER.subjects[i] for i in listed(mailing.subject[imported])} or {""}
    known = (
        ("bad-list", "bad-list", {"username": NEWSLETTER.username, "subject": subject}, imported),
        (
            "dkim-removed",
            "authentication",
            {"recipient_domain": KEY_CUSTOMER, "sender_domain": TRADE},
            refused_rows,
        ),
        ("tss04-throttle", "throttling", {"provider": "Yahoo"}, waiting),
    )
    for name, cause, cohort, rows in known:
        first, last = (_moment(mailing, rows, place) for place in (0, -1))
        yield Truth(name, cause, cohort, first, last, cause == "bad-list", len(rows))


def _moment(mailing: Mailing, rows: Ints, place: int) -> pd.Timestamp:
    ts = float(mailing.ts[rows[place]]) if len(rows) else mailing.window.start
    return pd.Timestamp(ts, unit="s", tz="UTC").floor("s")
