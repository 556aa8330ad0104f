"""What becomes of a simulated account's mail on ordinary days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from smtp2go_kit.sandbox.account import DAY, Reason
from smtp2go_kit.sandbox.seeding.outcomes import (
    ACCEPTED,
    FAILURES,
    FULL_DAYS,
    Outcomes,
    delay,
    give_up,
)
from smtp2go_kit.sandbox.seeding.people import Bools, Floats, Ints, listed
from smtp2go_kit.sandbox.seeding.provider_replies import Failure
from smtp2go_kit.sandbox.seeding.reactions import firsts, reports
from smtp2go_kit.sandbox.seeding.schedule import HOUR, MINUTE
from smtp2go_kit.sandbox.simulation.crowd import add, elsewhere, mistyped
from smtp2go_kit.sandbox.simulation.hosts import GREYLISTING
from smtp2go_kit.sandbox.simulation.world import World, retries
from smtp2go_kit.sandbox.verification import on_the_list


@dataclass(frozen=True, slots=True)
class Risk:
    """How often something goes wrong, and how much that varies.

    Args:
        consumers: Chance for a message to a mailbox of a large provider.
        companies: Chance for a message to a company.
        marketing: Factor for marketing mail.
        swing: How much days differ: the standard deviation of the factor's logarithm.
    """

    consumers: float
    companies: float
    marketing: float
    swing: float


RISKS: dict[Failure, Risk] = {
    "invalid-recipient": Risk(0.0045, 0.0055, 0.7, 0.2),
    "inactive-mailbox": Risk(0.0009, 0.0011, 1.2, 0.25),
    "bad-domain": Risk(0.0004, 0.0006, 0.6, 0.3),
    "reputation-block": Risk(0.0007, 0.0016, 2.2, 0.5),
    "policy": Risk(0.0003, 0.0018, 1.3, 0.4),
    "spam-content": Risk(0.0005, 0.0012, 3.5, 0.5),
    "authentication": Risk(0.0001, 0.0004, 1.0, 0.35),
    "rate-limited": Risk(0.005, 0.004, 1.8, 0.45),
    "connection": Risk(0.0006, 0.0022, 1.0, 0.5),
}
# The large differ: factors by provider, drawn from what senders report of them.
LEANINGS: dict[tuple[str, Failure], float] = {
    ("Yahoo", "rate-limited"): 2.2,
    ("Yahoo", "inactive-mailbox"): 2.0,
    ("Gmail", "rate-limited"): 0.5,
    ("Gmail", "reputation-block"): 0.5,
    ("Gmail", "spam-content"): 1.6,
    ("Outlook.com", "reputation-block"): 2.2,
    ("Outlook.com", "invalid-recipient"): 1.3,
    ("iCloud", "policy"): 2.0,
    ("Postfix", "connection"): 2.5,
    ("Mimecast", "policy"): 2.0,
    ("Proofpoint", "reputation-block"): 1.8,
}
DEAD_SHARE = 0.012
STOPPED_SHARE = 0.012
# One in so many line breaks comes as the two characters that programs write for it.
WRITTEN_OUT = 4
FULL_SHARE = 0.015
# Most mail that is put off is taken within hours.
TAKEN_LATE = 0.88
COMPLAINTS = 0.0009
COMPLAINTS_ELSEWHERE = 0.00008
_NEWCOMERS: tuple[Failure, ...] = ("invalid-recipient", "inactive-mailbox", "bad-domain")


def decide(rng: Generator, world: World) -> Outcomes:
    """Decide what becomes of every email on ordinary days."""
    mailing = world.mailing
    failure = _mishaps(rng, world)
    _renew(rng, world, failure)
    _age(rng, world, failure)
    final = mailing.ts + delay(rng, world.people.providers, mailing.provider)
    return Outcomes(mailing, failure, final, {})


def put_off(rng: Generator, world: World) -> None:
    """Let mail wait that meets a passing trouble, most of it to be taken in the end."""
    outcomes, mailing = world.outcomes, world.mailing
    limited = np.flatnonzero(outcomes.failure == FAILURES.index("rate-limited"))
    for place, host in enumerate(world.people.providers):
        rows = limited[mailing.provider[limited] == place]
        if not len(rows):
            continue
        taken = rng.random(len(rows)) < TAKEN_LATE
        wait = np.where(
            taken, rng.lognormal(np.log(25 * MINUTE), 1.1, len(rows)),
            rng.uniform(14, 44, len(rows)) * HOUR,
        )  # fmt: skip
        replies = host.replies("rate-limited")
        world.defer(rows, "rate-limited", replies, mailing.ts[rows] + wait, taken)
    _greylist(rng, world)


def settle(rng: Generator, world: World) -> None:
    """Give every failure its reply, and what waits the tries it had."""
    outcomes, mailing = world.outcomes, world.mailing
    given = set(outcomes.replies)
    give_up(rng, outcomes)
    now = mailing.window.now
    for row, reply in outcomes.replies.items():
        if row not in given and reply.startswith("4"):
            tries = retries(float(mailing.ts[row]), float(outcomes.final[row]))
            outcomes.tries[row] = [(ts, reply) for ts in tries if ts < now]
    for row, reply in outcomes.replies.items():
        if "\n" in reply and row % WRITTEN_OUT == 0:
            outcomes.replies[row] = reply.replace("\n", "\\n")
    for row in np.flatnonzero(outcomes.final >= now).tolist():
        # Handed over just now: no server has answered yet.
        if row not in outcomes.tries:
            outcomes.replies[row] = ""


def stop(rng: Generator, world: World) -> None:
    """Some people left long ago, and programs still write to them."""
    count = len(world.people.persons)
    gone = rng.random(count) < STOPPED_SHARE
    gone[world.people.audiences["staff"][0]] = False
    reasons: tuple[Reason, ...] = ("unsubscribe", "unsubscribe", "manual", "spam")
    for place in np.flatnonzero(gone).tolist():
        world.stopped[place] = reasons[place % len(reasons)]
    for row in np.flatnonzero(gone[world.mailing.person]).tolist():
        reason = world.stopped[int(world.mailing.person[row])]
        world.rejected[row] = on_the_list(reason)


def complaints(rng: Generator, world: World) -> dict[int, float]:
    """When which mail was marked as spam."""
    mailing, outcomes = world.mailing, world.outcomes
    day = ((mailing.ts - world.window.start) / DAY).astype(np.int64)
    swing = rng.gamma(8.0, 1 / 8.0, (int(day.max()) + 1, len(mailing.streams)))
    usual = np.where(mailing.is_marketing, COMPLAINTS, COMPLAINTS_ELSEWHERE)
    chance = usual * swing[day, mailing.stream] * reports(mailing)
    ts = outcomes.final + rng.lognormal(np.log(4 * HOUR), 1.1, len(mailing))
    possible = outcomes.delivered & (ts < world.window.now)
    rows = np.flatnonzero(possible & (rng.random(len(mailing)) < chance))
    rows = rows[firsts(mailing.person[rows])]
    return dict(zip(rows.tolist(), ts[rows].tolist(), strict=True))


def _mishaps(rng: Generator, world: World) -> Ints:
    mailing, hosts = world.mailing, world.people.providers
    day = ((mailing.ts - world.window.start) / DAY).astype(np.int64)
    days, failure = int(day.max(initial=0)) + 1, np.full(len(mailing), ACCEPTED)
    is_marketing = np.array([stream.is_marketing for stream in mailing.streams], np.bool_)
    for name, risk in RISKS.items():
        base = world.profile.risk * np.array([_base(host.name, name, risk) for host in hosts])
        possible = np.array([bool(host.replies(name)) for host in hosts])
        swing = _swing(rng, risk.swing, (days, len(hosts)))
        kind = np.where(is_marketing, risk.marketing, 1.0)
        # Each campaign has its own luck with filters.
        luck = _lognormal(rng, 0.7 * risk.swing, (days, len(kind)))
        chance = (base * possible * swing)[day, mailing.provider]
        chance *= (kind * np.where(is_marketing, luck, 1.0))[day, mailing.stream]
        failure[rng.random(len(mailing)) < chance] = FAILURES.index(name)
    return failure


def _base(host: str, name: Failure, risk: Risk) -> float:
    consumers = ("Gmail", "Outlook.com", "Yahoo", "iCloud", "GMX/web.de", "Comcast", "T-Online")
    usual = risk.consumers if host in (*consumers, "Orange", "Proton") else risk.companies
    return usual * LEANINGS.get((host, name), 1.0)


def _lognormal(rng: Generator, swing: float, shape: tuple[int, ...]) -> Floats:
    return np.exp(rng.normal(-(swing**2) / 2, swing, shape))


def _swing(rng: Generator, swing: float, shape: tuple[int, int]) -> Floats:
    """Factors of days by provider: partly the same everywhere, partly lasting for days."""
    shared, own = rng.normal(size=(shape[0], 1)), rng.normal(size=shape)
    noise: NDArray[np.float64] = np.sqrt(0.3) * shared + np.sqrt(0.7) * own
    for day in range(1, shape[0]):
        noise[day] = 0.4 * noise[day - 1] + np.sqrt(1 - 0.4**2) * noise[day]
    factors: Floats = np.exp(swing * noise - swing**2 / 2)
    return factors


def _renew(rng: Generator, world: World, failure: Ints) -> None:
    """Most bad addresses are new: let such mail go to somebody with a mistyped one."""
    persons, mailing = world.people.persons, world.mailing
    rows = np.flatnonzero(np.isin(failure, [FAILURES.index(name) for name in _NEWCOMERS]))
    staff = np.isin(mailing.person[rows], world.people.audiences["staff"][0])
    failure[rows[staff]] = ACCEPTED
    rows = rows[~staff]
    nowhere = failure[rows] == FAILURES.index("bad-domain")
    whom = zip(listed(mailing.person[rows]), nowhere.tolist(), listed(rows), strict=True)
    wrong = [(elsewhere if gone else mistyped)(persons[place], row) for place, gone, row in whom]
    mailing.person[rows] = mailing.to[rows] = add(world.people, wrong)


def _age(rng: Generator, world: World, failure: Ints) -> None:
    """Let some mailboxes die or fill up during the window."""
    count, window, mailing = len(world.people.persons), world.window, world.mailing
    some = rng.random((2, count)) < [[DEAD_SHARE], [FULL_SHARE]]
    since = np.where(some, rng.uniform(window.start - 20 * DAY, window.now, (2, count)), np.inf)
    since[0, since[0] < window.start - 2 * DAY] = np.inf
    since[:, world.people.audiences["staff"][0]] = np.inf
    is_live: Bools = failure == ACCEPTED
    full_for = mailing.ts - since[1, mailing.person]
    full = is_live & (full_for > 0) & (full_for < FULL_DAYS * DAY)
    failure[full] = FAILURES.index("mailbox-full")
    dead = is_live & (mailing.ts > since[0, mailing.person])
    kinds = np.where(rng.random(count) < 0.75, *map(FAILURES.index, _NEWCOMERS[:2]))
    can_disable = [bool(host.replies("inactive-mailbox")) for host in world.people.providers]
    kinds[~np.array(can_disable)[world.people.provider]] = FAILURES.index("invalid-recipient")
    failure[dead] = kinds[mailing.person[dead]]
    can_fill = np.array([bool(host.replies("mailbox-full")) for host in world.people.providers])
    failure[(failure == FAILURES.index("mailbox-full")) & ~can_fill[mailing.provider]] = ACCEPTED


def _greylist(rng: Generator, world: World) -> None:
    """Small hosts put off what they don't know, and take it some minutes later."""
    outcomes, mailing = world.outcomes, world.mailing
    waited = outcomes.final - mailing.ts > 4.5 * MINUTE
    rows = np.flatnonzero(world.at("Postfix") & waited & (outcomes.failure == ACCEPTED))
    world.defer(rows, "rate-limited", GREYLISTING, outcomes.final[rows], np.full(len(rows), True))
