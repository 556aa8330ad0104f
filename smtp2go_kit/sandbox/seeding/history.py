"""Fill an account with months of believable mail, the same for the same seed and time."""

from __future__ import annotations

from operator import attrgetter

from numpy.random import PCG64, Generator

from smtp2go_kit.sandbox.account import DAY, Account
from smtp2go_kit.sandbox.seeding.emails import write
from smtp2go_kit.sandbox.seeding.events import (
    click_events,
    opening_events,
    reaction_events,
    sending_events,
)
from smtp2go_kit.sandbox.seeding.names import Names
from smtp2go_kit.sandbox.seeding.outcomes import decide
from smtp2go_kit.sandbox.seeding.people import gather
from smtp2go_kit.sandbox.seeding.reactions import react, suppress
from smtp2go_kit.sandbox.seeding.schedule import HOUR, Window, schedule
from smtp2go_kit.sandbox.seeding.settings import settle
from smtp2go_kit.sandbox.seeding.views import clicked, opened


def seed(account: Account, *, days: int = 90) -> None:
    """Give an account settings, mail, events and suppressions up to the last full hour.

    Args:
        account: Filled in place.
        days: How far back its mail reaches.
    """
    # Runs within an hour agree on what happened.
    now = account.now() // HOUR * HOUR
    rng = Generator(PCG64(account.seed))
    settle(account, now)
    mailing = schedule(rng, gather(rng), Window(now - days * DAY, now))
    outcomes = decide(rng, mailing)
    opens = opened(rng, outcomes)
    clicks = clicked(rng, outcomes, opens)
    reactions = react(rng, account, outcomes, opens)
    names = Names(rng, outcomes)
    account.emails = write(rng, account, outcomes, reactions, names)
    account.events = [
        *sending_events(account.emails, outcomes),
        *opening_events(account.emails, opens, mailing),
        *click_events(account.emails, clicks, mailing, names),
        *reaction_events(account.emails, reactions),
    ]
    account.events.sort(key=attrgetter("ts"))
    suppress(account, outcomes, reactions)
    account.cycle_used = sum(email.ts >= account.cycle_start for email in account.emails)
