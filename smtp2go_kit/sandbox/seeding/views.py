"""Who opens and clicks, with which program."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from smtp2go_kit.sandbox.seeding.clients import APPLE_PRIVACY, BROWSERS, CLIENTS, READ_WITH, SCANNER
from smtp2go_kit.sandbox.seeding.outcomes import Outcomes
from smtp2go_kit.sandbox.seeding.people import Bools, Floats, Ints
from smtp2go_kit.sandbox.seeding.providers import Provider
from smtp2go_kit.sandbox.seeding.schedule import HOUR, Mailing

OPENS_AGAIN = 0.22
OTHER_DEVICE = 0.15
FETCHED_BY_APPLE = 0.8
SCANNED = 0.35
SCANNED_LINKS = 2

_READ_ELSEWHERE = READ_WITH["Postfix"]


@dataclass(slots=True)
class Views:
    """Openings or clicks, in order of time.

    Args:
        row: Row of the mailing.
        ts: When.
        client: Place in ``CLIENTS``, or in ``BROWSERS`` for clicks.
        detail: Seconds read, or for clicks a number that picks the link.
    """

    row: Ints
    ts: Floats
    client: Ints
    detail: Ints

    def take(self, rows: Ints | Bools) -> Views:
        """Those rows, in that order."""
        return Views(self.row[rows], self.ts[rows], self.client[rows], self.detail[rows])

    def before(self, end: float) -> Views:
        """What happened before a time, in order."""
        kept = self.take(self.ts < end)
        return kept.take(np.argsort(kept.ts, kind="stable"))


def opened(rng: Generator, outcomes: Outcomes) -> Views:
    """Let recipients open the delivered mail that is tracked."""
    mailing, people = outcomes.mailing, outcomes.mailing.people
    own = _programs(rng, people.providers, people.provider)
    tracked = np.array([stream.opens for stream in mailing.streams])[mailing.stream]
    chance = tracked * (2 * rng.beta(2, 2, len(people.provider)))[mailing.person]
    draw = rng.random(len(mailing))
    fetched = (own[mailing.person] == CLIENTS.index(APPLE_PRIVACY)) & (tracked > 0)
    rows = np.flatnonzero(outcomes.delivered & (draw < np.where(fetched, FETCHED_BY_APPLE, chance)))
    rows = np.repeat(rows, rng.geometric(1 - OPENS_AGAIN, len(rows)))
    person = mailing.person[rows]
    other = _programs(rng, people.providers, people.provider[person])
    client = np.where(rng.random(len(rows)) < OTHER_DEVICE, other, own[person])
    delay = rng.lognormal(np.log(1.5 * HOUR), 1.6, len(rows))
    seconds = np.clip(rng.lognormal(np.log(8), 0.8, len(rows)), 1, 30).astype(np.int64)
    seconds[client == CLIENTS.index(APPLE_PRIVACY)] = 0
    return Views(rows, outcomes.final[rows] + 2 + delay, client, seconds).before(mailing.window.now)


def clicked(rng: Generator, outcomes: Outcomes, opens: Views) -> Views:
    """Let readers follow links, and the filters of some companies follow them all."""
    mailing = outcomes.mailing
    chosen = opens.take(rng.random(len(opens.row)) < _clicks(mailing)[opens.row])
    scanned = np.repeat(_scanned(rng, outcomes), SCANNED_LINKS)
    count, scans = len(chosen.row), len(scanned)
    # Everyone keeps to one browser, as the number of the person has it.
    browser = mailing.person[chosen.row] % BROWSERS.index(SCANNER)
    seconds = np.concatenate((rng.uniform(3, 90, count), rng.uniform(2, 12, scans)))
    views = Views(
        np.concatenate((chosen.row, scanned)),
        np.concatenate((chosen.ts, outcomes.final[scanned])) + seconds,
        np.concatenate((browser, np.full(scans, BROWSERS.index(SCANNER)))),
        rng.integers(100, size=count + scans),
    )
    return views.before(mailing.window.now)


def _scanned(rng: Generator, outcomes: Outcomes) -> Ints:
    providers = outcomes.mailing.people.providers
    filters = np.array([each.name in ("Mimecast", "Proofpoint") for each in providers])
    filtered = outcomes.delivered & filters[outcomes.mailing.provider]
    linked = _clicks(outcomes.mailing) > 0
    return np.flatnonzero(filtered & linked & (rng.random(len(linked)) < SCANNED))


def _clicks(mailing: Mailing) -> Floats:
    """For each row, the share of openings that lead to a click."""
    chances = [stream.clicks if stream.urls else 0.0 for stream in mailing.streams]
    return np.array(chances)[mailing.stream]


def _programs(rng: Generator, providers: tuple[Provider, ...], provider: Ints) -> Ints:
    """What somebody with a mailbox at each of these providers reads with."""
    shares = [READ_WITH.get(each.name, _READ_ELSEWHERE) for each in providers]
    bounds = np.cumsum(shares, axis=1)
    draw = rng.random((len(provider), 1))
    places: Ints = (draw > bounds[provider]).sum(axis=1)
    return np.minimum(places, len(CLIENTS) - 1)
