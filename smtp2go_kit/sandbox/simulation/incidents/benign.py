"""What looks like trouble and is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from smtp2go_kit.sandbox.account import DAY
from smtp2go_kit.sandbox.seeding.people import Bools
from smtp2go_kit.sandbox.seeding.schedule import HOUR
from smtp2go_kit.sandbox.simulation.incidents.episode import Episode
from smtp2go_kit.sandbox.simulation.planning import CAMPAIGN_PER_HOUR, subscribed


class Dip(Episode):
    """Less mail for a while, and nothing else."""

    def usual_start(self) -> float:
        """A day ago."""
        return self.now - DAY

    def plan(self) -> None:
        """Send less."""
        ts = self.world.planned()[0]
        during = (ts >= self.start) & (ts < self.end)
        self.world.keep(~(during & (self.world.rng.random(len(ts)) < self.share(0.35, 0.9))))

    def strike(self) -> None:
        """Nothing is struck but the time."""
        self.rows = np.flatnonzero(self.during())


class Weekend(Dip):
    """Two days with little mail."""

    def usual_start(self) -> float:
        """Two days ago."""
        return self.now - 2 * DAY


class BigNewsletter(Episode):
    """A campaign larger than any before, to people who are well known."""

    def plan(self) -> None:
        """Mail every subscriber."""
        world, place = self.world, self.stream(marketing=True)
        number = world.add_subject(place, "Our yearly letter to all of you")
        stream = world.streams[place]
        usual = max(30, int(world.volume * self.share(0.8, 2.5)))
        known = np.unique(world.planned()[2])
        who = subscribed(world.rng, world.people, stream, usual)
        who = who[np.isin(who, known)]
        hours = max(0.4, len(who) / CAMPAIGN_PER_HOUR)
        ts = self.start + world.rng.uniform(0, hours, len(who)) * HOUR
        world.add_sends(place, ts, who, number)
        self.place, self.number = place, number
        self.cohort = {"username": stream.username, "subject": stream.subjects[number]}

    def strike(self) -> None:
        """Nothing is struck but the campaign's mail."""
        self.rows = np.flatnonzero(self.mine())

    def mine(self) -> Bools:
        """The campaign's mail."""
        mailing = self.world.mailing
        mine: Bools = (mailing.stream == self.place) & (mailing.subject == self.number)
        return mine


class NewSubject(BigNewsletter):
    """A template is rewritten."""

    def plan(self) -> None:
        """Send part of a stream's mail with it."""
        world, self.place = self.world, self.stream()
        self.number = world.add_subject(self.place, "An update from us, {first}")
        ts, stream, _, number = world.planned()
        mine = (stream == self.place) & (ts >= self.start) & (ts < self.end)
        number[mine & (world.rng.random(len(ts)) < self.share(0.3, 1.0))] = self.number
        self.cohort = {"username": world.streams[self.place].username}


class NewUser(BigNewsletter):
    """Another program begins to send, to people who are well known."""

    def plan(self) -> None:
        """Send some mail as a new user."""
        world, old = self.world, self.world.streams[self.stream()]
        subjects = ("Your receipt, {first}", "How was your visit?")
        stream = replace(old, username="new-crm", subjects=subjects, is_marketing=False)
        self.place, self.number = world.add_stream(stream), 0
        known = world.planned()[2]
        hours = max(1.0, (self.end - self.start) / HOUR)
        count = max(20, int(world.volume * self.share(0.1, 0.3) * hours / 24))
        ts = world.rng.uniform(self.start, self.end, count)
        world.add_sends(self.place, ts, world.rng.choice(known, count), 0)
        self.cohort = {"username": stream.username}
