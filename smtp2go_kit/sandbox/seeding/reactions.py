"""Who unsubscribes and complains, and whose mail is stopped from then on."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from smtp2go_kit.sandbox.account import DAY, Account, Reason
from smtp2go_kit.sandbox.seeding.outcomes import Outcomes
from smtp2go_kit.sandbox.seeding.people import Bools, Ints, People
from smtp2go_kit.sandbox.seeding.schedule import HOUR, Mailing
from smtp2go_kit.sandbox.seeding.streams import WELCOME
from smtp2go_kit.sandbox.seeding.views import Views
from smtp2go_kit.sandbox.verification import not_verified, on_the_list

UNSUBSCRIBES_PER_OPENING = 0.021
COMPLAINTS_PER_EMAIL = 0.0003
RESUBSCRIBED = 2
RESUBSCRIBED_AFTER = 2 * DAY
# The service lifts the block of a bounced address by itself.
BOUNCE_BLOCK = 7 * DAY

_UNSUBSCRIBE_REASONS = ("No longer interested", "Too many emails", "", "I never signed up", "")
_COMPLAINTS = (
    "I never signed up for this",
    "Marked as spam by the recipient",
    "Why did I get this spam?",
    "Unsubscribed twice already, still getting these",
)


class Block(NamedTuple):
    """A time during which a person gets no mail."""

    since: float
    until: float
    reason: Reason
    row: int


@dataclass(slots=True)
class Reactions:
    """What recipients want no more of, by row of the mailing.

    Args:
        complained: When the mail was marked as spam.
        unsubscribed: When its unsubscribe link was used.
        resubscribed: When that was taken back.
        rejected: Why the mail was not even sent.
        blocks: Times without mail, by person.
    """

    complained: dict[int, float]
    unsubscribed: dict[int, float]
    resubscribed: dict[int, float] = field(default_factory=dict[int, float])
    rejected: dict[int, str] = field(default_factory=dict[int, str])
    blocks: dict[int, list[Block]] = field(default_factory=lambda: defaultdict(list))

    def reject(self, row: int, why: str) -> None:
        """Send nothing: then nothing happens to it either."""
        self.rejected[row] = why
        for happened in (self.complained, self.unsubscribed, self.resubscribed):
            happened.pop(row, None)


def react(
    rng: Generator,
    account: Account,
    outcomes: Outcomes,
    opens: Views,
    complained: dict[int, float],
    rejected: dict[int, str],
    leaving: float = UNSUBSCRIBES_PER_OPENING,
) -> Reactions:
    """Let recipients unsubscribe, and stop later mail to those who did or complained.

    Args:
        rng: Decides who unsubscribes.
        account: Whose manual blocks hold.
        outcomes: What became of the mail.
        opens: Who read it.
        complained: When the mail of a row was marked as spam.
        rejected: Why the mail of a row is not even sent, whoever its recipient is.
        leaving: Share of openings of marketing mail that lead to its unsubscribe link.
    """
    unsubscribed = _unsubscribes(rng, outcomes.mailing, opens, leaving)
    unsubscribed = {row: ts for row, ts in unsubscribed.items() if row not in complained}
    reactions = Reactions(complained, unsubscribed)
    old = [row for row, ts in unsubscribed.items() if ts < outcomes.mailing.window.now - 10 * DAY]
    for row in old[3::20][:RESUBSCRIBED]:
        reactions.resubscribed[row] = unsubscribed[row] + RESUBSCRIBED_AFTER
    for row, why in rejected.items():
        reactions.reject(row, why)
    _block_manually(account, outcomes.mailing.people, reactions)
    _stop(outcomes, reactions)
    return reactions


def unwelcome(mailing: Mailing) -> dict[int, str]:
    """Mail of the sender that was never verified."""
    rows = np.flatnonzero(mailing.of(WELCOME)).tolist()
    return dict.fromkeys(rows, not_verified(WELCOME.sender))


def complaints(rng: Generator, outcomes: Outcomes) -> dict[int, float]:
    """When which mail was marked as spam.

    As many as the rate asks for, because so few drawn one by one would vary too much.
    """
    mailing = outcomes.mailing
    reporting = reports(mailing)
    ts = outcomes.final + rng.lognormal(np.log(5 * HOUR), 1.0, len(mailing))
    possible = outcomes.delivered & mailing.is_marketing & reporting & (ts < mailing.window.now)
    rows = np.flatnonzero(possible)
    rows = rng.permutation(rows[firsts(mailing.person[rows])])
    chosen = np.sort(rows[: round(COMPLAINTS_PER_EMAIL * len(mailing))])
    return dict(zip(chosen.tolist(), ts[chosen].tolist(), strict=True))


def _unsubscribes(
    rng: Generator, mailing: Mailing, opens: Views, leaving: float
) -> dict[int, float]:
    wanted = mailing.is_marketing[opens.row]
    wanted &= rng.random(len(opens.row)) < leaving
    ts = opens.ts + rng.uniform(10, 100, len(opens.row))
    chosen = np.flatnonzero(wanted & (ts < mailing.window.now))
    chosen = chosen[firsts(mailing.person[opens.row[chosen]])]
    return dict(zip(opens.row[chosen].tolist(), ts[chosen].tolist(), strict=True))


def reports(mailing: Mailing) -> Bools:
    """Which rows have a recipient whose provider tells senders of complaints."""
    providers = mailing.people.providers
    return np.array([provider.feedback_loop for provider in providers])[mailing.provider]


def firsts(persons: Ints) -> Ints:
    """Where each person comes first: nobody complains or unsubscribes twice."""
    return np.sort(np.unique(persons, return_index=True)[1])


def _block_manually(account: Account, people: People, reactions: Reactions) -> None:
    places = {person.address: i for i, person in enumerate(people.persons)}
    for suppressed in account.suppressions.values():
        if (place := places.get(suppressed.email_address)) is not None:
            block = Block(suppressed.ts, inf, suppressed.reason, -1)
            reactions.blocks[place].append(block)


def _stop(outcomes: Outcomes, reactions: Reactions) -> None:
    """Go through the mail to people who get blocked, in order, and reject what comes later."""
    mailing, hard = outcomes.mailing, outcomes.hard
    reacting = np.array([*reactions.complained, *reactions.unsubscribed], np.int64)
    manual = np.array([*reactions.blocks], np.int64)
    persons = np.concatenate((mailing.person[hard], mailing.person[reacting], manual))
    for row in np.flatnonzero(np.isin(mailing.person, persons)).tolist():
        blocks = reactions.blocks[int(mailing.person[row])]
        ts = mailing.ts[row]
        reason = next((block.reason for block in blocks if block.since <= ts < block.until), None)
        if reason is not None:
            reactions.reject(row, on_the_list(reason))
        elif row in reactions.complained:
            blocks.append(Block(reactions.complained[row], inf, "spam", row))
        elif row in reactions.unsubscribed:
            until = reactions.resubscribed.get(row, inf)
            blocks.append(Block(reactions.unsubscribed[row], until, "unsubscribe", row))
        elif hard[row] and row not in reactions.rejected:
            bounced = float(outcomes.final[row])
            blocks.append(Block(bounced, bounced + BOUNCE_BLOCK, "bounce", row))


def suppress(account: Account, outcomes: Outcomes, reactions: Reactions) -> None:
    """Put on the suppression list who is still blocked now."""
    mailing = outcomes.mailing
    for place, blocks in reactions.blocks.items():
        address = mailing.people.persons[place].address
        for since, until, reason, row in blocks:
            if until < mailing.window.now or reason == "manual":
                continue
            text = unsubscribe_reason(row) if reason == "unsubscribe" else ""
            complain = complaint(row) if reason == "spam" else ""
            account.suppress(address, reason, since, text=text, complain=complain)


def unsubscribe_reason(row: int) -> str:
    """What the recipient of that row gave as the reason, if anything."""
    return _UNSUBSCRIBE_REASONS[row % len(_UNSUBSCRIBE_REASONS)]


def complaint(row: int) -> str:
    """What the recipient of that row wrote to complain."""
    return _COMPLAINTS[row % len(_COMPLAINTS)]
