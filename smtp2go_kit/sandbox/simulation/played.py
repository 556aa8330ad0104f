"""What a simulation came to: fields and events, from which an account is filled."""

from __future__ import annotations

from dataclasses import dataclass

from smtp2go_kit.sandbox.account import Account
from smtp2go_kit.sandbox.seeding.emails import Written, emails_of
from smtp2go_kit.sandbox.seeding.events import (
    click_events,
    opening_events,
    reaction_events,
    sending_events,
)
from smtp2go_kit.sandbox.seeding.names import Names
from smtp2go_kit.sandbox.seeding.outcomes import Outcomes
from smtp2go_kit.sandbox.seeding.people import Ints, listed
from smtp2go_kit.sandbox.seeding.reactions import Reactions, suppress
from smtp2go_kit.sandbox.seeding.views import Views
from smtp2go_kit.sandbox.simulation.log import Log
from smtp2go_kit.sandbox.simulation.truth import Truth


@dataclass(slots=True)
class Played:
    """All that happened to an account.

    Args:
        account: Its settings; mail is added by ``fill``.
        written: Its emails.
        outcomes: What became of them.
        reactions: What recipients wanted.
        opens: Openings of mail that was really sent; clicks likewise.
        names: Fills templates.
        log: The events.
        truths: What was wrong.
        struck: For each of those, the rows of mail it struck.
    """

    account: Account
    written: Written
    outcomes: Outcomes
    reactions: Reactions
    opens: Views
    clicks: Views
    names: Names
    log: Log
    truths: tuple[Truth, ...] = ()
    struck: tuple[Ints, ...] = ()

    def fill(self) -> None:
        """Put mail, events and suppressions into the account."""
        account, mailing = self.account, self.outcomes.mailing
        account.emails = emails_of(self.written)
        events = [
            *sending_events(account.emails, self.outcomes),
            *opening_events(account.emails, self.opens, mailing),
            *click_events(account.emails, self.clicks, mailing, self.names),
            *reaction_events(account.emails, self.reactions),
        ]
        account.events = [events[place] for place in listed(self.log.order)]
        suppress(account, self.outcomes, self.reactions)
        if account.cycle_used == 0:
            account.cycle_used = sum(email.ts >= account.cycle_start for email in account.emails)
