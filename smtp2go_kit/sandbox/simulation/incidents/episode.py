"""What every incident has: when, how strongly, and what it struck."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

import numpy as np
import pandas as pd

from smtp2go_kit.errors import InvalidArgument
from smtp2go_kit.sandbox.account import DAY
from smtp2go_kit.sandbox.seeding.outcomes import ACCEPTED
from smtp2go_kit.sandbox.seeding.people import Bools, Ints, listed
from smtp2go_kit.sandbox.seeding.schedule import HOUR
from smtp2go_kit.sandbox.seeding.streams import Stream
from smtp2go_kit.sandbox.simulation.hosts import HOSTS, called
from smtp2go_kit.sandbox.simulation.log import Log
from smtp2go_kit.sandbox.simulation.played import Played
from smtp2go_kit.sandbox.simulation.truth import Incident, Truth
from smtp2go_kit.sandbox.simulation.world import World


class Episode:
    """An incident in a world; kinds of it override what they change.

    Args:
        world: The account it happens to.
        incident: What was asked for.
    """

    cause: ClassVar[str] = ""
    destructive_ok: ClassVar[bool] = False
    rejects: ClassVar[bool] = False

    def __init__(self, world: World, incident: Incident) -> None:
        self.world = world
        self.incident = incident
        self.now = world.window.now
        strength = incident.strength
        self.strength = float(world.rng.uniform(0.5, 1.0)) if strength is None else strength
        ago = incident.hours_ago
        self.start = self.usual_start() if ago is None else self.now - ago * HOUR
        hours = self.usual_hours() if incident.hours is None else incident.hours
        self.end = min(self.now, self.start + hours * HOUR)
        self.rows: Ints = np.zeros(0, np.int64)
        self.cohort: dict[str, str] = {}

    def usual_start(self) -> float:
        """At one of the hours of the last day in which the account sends."""
        ts = self.world.planned()[0]
        recent = np.sort(ts[(ts > self.now - DAY) & (ts < self.now - 2 * HOUR)])
        if not len(recent):
            return self.now - 12 * HOUR
        place = int(self.world.rng.uniform(0.0, 0.4) * len(recent))
        return float(recent[place] // HOUR * HOUR)

    def usual_hours(self) -> float:
        """How long it lasts: until now."""
        return np.inf

    def plan(self) -> None:
        """Change what is going to be sent."""

    def strike(self) -> None:
        """Change what becomes of the mail."""

    def annoy(self) -> None:
        """Let recipients complain."""

    def settle(self) -> None:
        """Change the settings of the account."""

    def edit(self, log: Log) -> None:
        """Change which events are told."""

    def struck(self, played: Played) -> Ints:
        """The rows it struck, less mail that was stopped for another reason."""
        rejected = np.isin(self.rows, list(played.reactions.rejected))
        stopped = np.isin(self.world.mailing.person[self.rows], list(self.world.stopped))
        return self.rows[~(stopped if self.rejects else rejected)]

    def begins(self) -> float:
        """When it could first be seen: when the first message it struck was sent."""
        ts = self.world.mailing.ts[self.rows]
        return float(ts.min()) if len(ts) else self.start

    def truth(self, copies: int) -> Truth:
        """What really happened."""
        return Truth(
            self.incident.name,
            self.cause,
            self.cohort,
            pd.Timestamp(self.begins(), unit="s", tz="UTC").floor("s"),
            pd.Timestamp(self.end, unit="s", tz="UTC").floor("s"),
            self.destructive_ok,
            copies,
        )

    def during(self) -> Bools:
        """Which rows are sent while it lasts."""
        return self.world.since(self.start, self.end)

    def share(self, least: float, most: float) -> float:
        """A share that goes with its strength."""
        return least + (most - least) * self.strength

    def accepted(self) -> Bools:
        """Which rows would be accepted without it."""
        fine: Bools = self.world.outcomes.failure == ACCEPTED
        return fine

    def host(self, *usual: str) -> str:
        """The provider it strikes: the target, or of the usual ones that with most mail."""
        if target := self.incident.target:
            wanted = target.lower()
            found = [h.name for h in HOSTS if wanted in (h.name.lower(), called(h.name).lower())]
            if not found:
                raise InvalidArgument("target", f"no mailbox provider called {target!r}")
            return found[0]
        _, _, person, _ = self.world.planned()
        counts = np.bincount(self.world.people.provider[person], minlength=len(HOSTS))
        return max(usual, key=lambda name: counts[[h.name for h in HOSTS].index(name)])

    def recipient_domain(self, *hosts: str) -> str:
        """The recipient domain it strikes: the target, or one of those that get most mail."""
        people = self.world.people
        ts, _, person, _ = self.world.planned()
        domains = np.array([known.domain for known in people.persons])
        domain = self.incident.target.lower()
        if not domain:
            usual = np.array([host.name in hosts for host in HOSTS])[people.provider[person]]
            own = np.isin(domains[person], [stream.domain for stream in self.world.streams])
            late = person[usual & ~own & (ts >= self.start)]
            chosen = late if len(late) else person[usual & ~own]
            counts = Counter(people.persons[place].domain for place in listed(chosen))
            most = max(counts.values(), default=0)
            large = sorted(name for name, count in counts.items() if count >= 0.6 * most)
            domain = large[int(self.world.rng.integers(len(large)))] if large else ""
        self.favour(np.flatnonzero(domains == domain), 12)
        return domain

    def favour(self, people: Ints, least: int, place: int | None = None) -> None:
        """Let some people get so much of the account's mail, all along, that it can strike.

        Args:
            people: Who.
            least: Messages while it lasts, as far as there are as many.
            place: The kind of mail; any if not given.
        """
        ts, stream, person, _ = self.world.planned()
        if not len(people):
            raise InvalidArgument("incidents", f"nobody gets mail for {self.incident.name!r}")
        kind = np.ones(len(ts), np.bool_) if place is None else stream == place
        late = kind & (ts >= self.start) & (ts < self.end)
        lacking = least - int(np.isin(person[late], people).sum())
        share = min(0.5, lacking / max(1, int(late.sum())))
        staff = np.isin(person, self.world.people.audiences["staff"][0])
        moved = kind & ~staff & (self.world.rng.random(len(ts)) < share)
        person[moved] = self.world.rng.choice(people, int(moved.sum()))

    def favour_host(self, name: str, least: int, place: int | None = None) -> None:
        """Let the people at a provider get so much mail."""
        host = [each.name for each in HOSTS].index(name)
        self.favour(np.flatnonzero(self.world.people.provider == host), least, place)

    def stream(self, *, marketing: bool | None = None) -> int:
        """The kind of mail it strikes: the target's, or the one with most mail since its start."""
        streams = self.world.streams
        if target := self.incident.target.lower():
            named = [i for i, stream in enumerate(streams) if target in _names(stream)]
            if not named:
                raise InvalidArgument("target", f"no sender, user or domain called {target!r}")
            return named[0]
        ts, place, _, _ = self.world.planned()
        late = np.bincount(place[(ts >= self.start) & (ts < self.end)], minlength=len(streams))
        fits = [
            i for i, stream in enumerate(streams)
            if stream.audience != "staff" and marketing in (None, stream.is_marketing)
        ]  # fmt: skip
        return max(fits or range(len(streams)), key=lambda i: late[i])

    def subject(self, place: int) -> int:
        """The most used subject of a kind of mail that is the same in every message, or -1."""
        subjects = self.world.streams[place].subjects
        plain = [i for i, subject in enumerate(subjects) if "{" not in subject]
        ts, stream, _, number = self.world.planned()
        late = number[(stream == place) & (ts >= self.start) & (ts < self.end)]
        used = np.bincount(late, minlength=len(subjects))
        best = max(plain, key=lambda i: used[i], default=-1)
        return best if best >= 0 and used[best] else -1


def _names(stream: Stream) -> tuple[str, ...]:
    return stream.username, stream.sender, stream.domain, stream.subaccount.lower()
