"""What becomes of each email: accepted, refused, given up or still waiting."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import get_args

import numpy as np
from numpy.random import Generator

from smtp2go_kit.sandbox.account import DAY
from smtp2go_kit.sandbox.seeding.people import Bools, Floats, Ints, People, listed
from smtp2go_kit.sandbox.seeding.provider_replies import Failure
from smtp2go_kit.sandbox.seeding.providers import PROVIDERS, Provider
from smtp2go_kit.sandbox.seeding.schedule import HOUR, MINUTE, Mailing, Window
from smtp2go_kit.sandbox.seeding.streams import NEWSLETTER
from smtp2go_kit.sandbox.seeding.trouble import refused, throttled

ACCEPTED = -1
FAILURES: tuple[Failure, ...] = get_args(Failure)
# With any other failure the address may work another day: the service calls that soft.
HARD: tuple[Failure, ...] = ("invalid-recipient", "inactive-mailbox", "bad-domain")

DEAD_SHARE = 0.022
FULL_SHARE = 0.012
FULL_DAYS = 18
# Chances per email of what goes wrong on an ordinary day, and for newsletters.
_MISHAPS: tuple[tuple[Failure, float, float], ...] = (
    ("reputation-block", 0.0007, 0.002),
    ("policy", 0.0006, 0.001),
    ("spam-content", 0.0003, 0.005),
    ("rate-limited", 0.0006, 0.001),
    ("connection", 0.02, 0.02),
)


@dataclass(slots=True)
class Outcomes:
    """What the servers of the recipients did, by row of the mailing.

    Args:
        mailing: What was sent.
        failure: Place in ``FAILURES``, or ``ACCEPTED``.
        final: When it was accepted, refused or given up; after now it still waits.
        replies: Templates of the last replies of rows that were not accepted at once.
        tries: When earlier tries were put off, and with which templates.
    """

    mailing: Mailing
    failure: Ints
    final: Floats
    replies: dict[int, str]
    tries: dict[int, list[tuple[float, str]]] = field(
        default_factory=dict[int, list[tuple[float, str]]]
    )

    @property
    def decided(self) -> Bools:
        """Which rows don't wait any more."""
        decided: Bools = self.final < self.mailing.window.now
        return decided

    @property
    def delivered(self) -> Bools:
        """Which rows were accepted."""
        accepted: Bools = self.failure == ACCEPTED
        return accepted & self.decided

    @property
    def hard(self) -> Bools:
        """Which rows failed for good."""
        forever = [FAILURES.index(failure) for failure in HARD]
        return np.isin(self.failure, forever) & self.decided


@dataclass(slots=True)
class Mailboxes:
    """How the mailboxes of the pool are: when they died, and when they were full.

    Args:
        dead_from: When mail to a person starts to bounce for good.
        failure: With which failure.
        full_from: When the mailbox is full for some days.
    """

    dead_from: Floats
    failure: Ints
    full_from: Floats


def age(rng: Generator, people: People, window: Window) -> Mailboxes:
    """Let some mailboxes die or fill up during the window."""
    count = len(people.persons)
    some = rng.random((2, count)) < [[DEAD_SHARE], [FULL_SHARE]]
    since = rng.uniform(window.start - 30 * DAY, window.now, (2, count))
    dead_from, full_from = np.where(some, since, np.inf)
    invalid, inactive, nowhere = (FAILURES.index(failure) for failure in HARD)
    failure = np.where(rng.random(count) < 0.75, invalid, inactive)
    # A broken mailbox among the few staff would drown everything else.
    staff, _ = people.audiences["staff"]
    dead_from[staff] = full_from[staff] = np.inf
    dead_from[people.imported] = np.inf
    dead_from[np.concatenate((people.typos, people.dead))] = 0.0
    failure[people.typos] = nowhere
    return Mailboxes(dead_from, failure, full_from)


def decide(rng: Generator, mailing: Mailing) -> Outcomes:
    """Decide what becomes of every email."""
    failure = _mishaps(rng, mailing)
    failure[refused(mailing)] = FAILURES.index("authentication")
    visit(failure, mailing, age(rng, mailing.people, mailing.window))
    delays = delay(rng, PROVIDERS, mailing.provider)
    outcomes = Outcomes(mailing, failure, mailing.ts + delays + throttled(rng, mailing), {})
    give_up(rng, outcomes)
    _wait(outcomes)
    return outcomes


def _mishaps(rng: Generator, mailing: Mailing) -> Ints:
    failure = np.full(len(mailing), ACCEPTED)
    newsletter = mailing.of(NEWSLETTER)
    for name, usual, campaign in _MISHAPS:
        possible = np.array([_can_happen(each, name) for each in PROVIDERS])[mailing.provider]
        struck = rng.random(len(mailing)) < np.where(newsletter, campaign, usual)
        failure[struck & possible] = FAILURES.index(name)
    return failure


def _can_happen(provider: Provider, failure: Failure) -> bool:
    """Only the slow servers of some companies are ever out of reach for most of a day."""
    if failure == "connection":
        return provider.slow > 0 and not provider.share
    return bool(provider.replies(failure))


def visit(failure: Ints, mailing: Mailing, mailboxes: Mailboxes) -> None:
    """Let full and dead mailboxes refuse their mail."""
    full_for = mailing.ts - mailboxes.full_from[mailing.person]
    failure[(full_for > 0) & (full_for < FULL_DAYS * DAY)] = FAILURES.index("mailbox-full")
    dead = mailing.ts > mailboxes.dead_from[mailing.person]
    failure[dead] = mailboxes.failure[mailing.person[dead]]


def delay(rng: Generator, providers: tuple[Provider, ...], provider: Ints) -> Floats:
    """Seconds until the server of each recipient decides."""
    usual = np.array([each.delay for each in providers])[provider]
    slow = np.array([each.slow for each in providers])[provider] > rng.random(len(provider))
    seconds = usual * rng.lognormal(0.0, 0.7, len(provider))
    return np.where(slow, rng.uniform(5 * MINUTE, 40 * MINUTE, len(provider)), seconds)


def give_up(rng: Generator, outcomes: Outcomes) -> None:
    """Choose the replies that failures lack; temporary ones fail only after hours of trying."""
    providers, provider = outcomes.mailing.people.providers, listed(outcomes.mailing.provider)
    rows = np.flatnonzero(outcomes.failure != ACCEPTED)
    draws: list[float] = rng.random(len(rows)).tolist()
    for row, draw in zip(rows.tolist(), draws, strict=True):
        if row in outcomes.replies:
            continue
        templates = providers[provider[row]].replies(FAILURES[int(outcomes.failure[row])])
        template = templates[int(draw * len(templates))]
        outcomes.replies[row] = template
        if template.startswith("4"):
            outcomes.final[row] = outcomes.mailing.ts[row] + (10 + 30 * draw) * HOUR


def _wait(outcomes: Outcomes) -> None:
    """Give what isn't decided by now a temporary reply."""
    providers, provider = outcomes.mailing.people.providers, listed(outcomes.mailing.provider)
    for row in np.flatnonzero(~outcomes.decided).tolist():
        if not outcomes.replies.get(row, "5").startswith("4"):
            outcomes.replies[row] = providers[provider[row]].replies("rate-limited")[0]
