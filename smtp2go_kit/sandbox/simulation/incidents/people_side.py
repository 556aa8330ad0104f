"""What is wrong with whom mail goes to, or what they think of it."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np

from smtp2go_kit.sandbox.account import DAY
from smtp2go_kit.sandbox.seeding.people import Bools, Ints
from smtp2go_kit.sandbox.seeding.schedule import HOUR
from smtp2go_kit.sandbox.seeding.streams import API_KEY, Stream
from smtp2go_kit.sandbox.simulation.crowd import add, elsewhere, strangers
from smtp2go_kit.sandbox.simulation.hosts import HOSTS, called
from smtp2go_kit.sandbox.simulation.incidents.episode import Episode

_PHISHING = (
    "Action required: your mailbox will be closed",
    "Invoice overdue - final notice",
    "You have (1) undelivered parcel",
    "Security alert: unusual sign-in",
    "Your payment could not be processed",
)


LEAST_COMPLAINTS = 9


class BadList(Episode):
    """An old or bought list is imported and mailed to in one go."""

    cause: ClassVar[str] = "bad-list"
    destructive_ok: ClassVar[bool] = True

    def plan(self) -> None:
        """Mail strangers, of whom many don't exist any more."""
        world, place = self.world, self.stream(marketing=True)
        if not world.streams[place].is_marketing:
            place = self.stream()
        subject = world.add_subject(place, "We're back, and we have something for you")
        count = max(30, int(world.volume * self.share(0.15, 0.6)))
        known = strangers(world.rng, world.profile, count)
        self.gone = world.rng.random(count) < self.share(0.18, 0.4)
        nowhere = self.gone & (world.rng.random(count) < 0.15)
        pairs = enumerate(zip(known, nowhere.tolist(), strict=True))
        persons = [elsewhere(person, i) if lost else person for i, (person, lost) in pairs]
        self.people = add(world.people, persons)
        self.nowhere = self.people[nowhere]
        hours = min(2.5, max(0.5, (self.end - self.start) / HOUR))
        ts = world.rng.uniform(self.start, self.start + hours * HOUR, count)
        self.end = min(self.end, self.start + hours * HOUR)
        self.place, self.number = place, subject
        world.add_sends(place, ts, self.people, subject)
        stream = world.streams[place]
        self.cohort = {"username": _username(self, stream), "subject": stream.subjects[subject]}

    def strike(self) -> None:
        """Nobody is there to take much of it; filters dislike the rest."""
        world, mailing = self.world, self.world.mailing
        mine = (mailing.stream == self.place) & (mailing.subject == self.number)
        away = self.people[self.gone]
        bad = mine & np.isin(mailing.person, away) & ~np.isin(mailing.person, self.nowhere)
        lost = np.flatnonzero(mine & np.isin(mailing.person, self.nowhere))
        dead = np.flatnonzero(bad)
        _bounce(self, dead, 0.75)
        world.refuse(lost, "bad-domain", HOSTS[0].replies("bad-domain"))
        self.rows = np.sort(np.concatenate((dead, lost)))
        disliked = world.some(mine & self.accepted(), 0.03)
        for host in HOSTS:
            rows = disliked[world.at(host.name)[disliked]]
            if replies := host.replies("spam-content"):
                world.refuse(rows, "spam-content", replies)

    def annoy(self) -> None:
        """Some of those who are there never asked for it."""
        mailing = self.world.mailing
        mine = (mailing.stream == self.place) & (mailing.subject == self.number)
        complain(self, mine, 0.006)


class CompromisedUser(Episode):
    """Somebody stole a password, and sends spam with it at night."""

    cause: ClassVar[str] = "compromised-user"

    def usual_start(self) -> float:
        """In the small hours of the last night."""
        midnight = self.now // DAY * DAY
        start = midnight + float(self.world.rng.integers(0, 4)) * HOUR
        return start if start < self.now - 3 * HOUR else start - DAY

    def usual_hours(self) -> float:
        """Until somebody notices, or the spammer is done."""
        return float(self.world.rng.uniform(2.5, 6))

    def plan(self) -> None:
        """Send ten times of what the user sends, to strangers, under new subjects."""
        world, old = self.world, self.world.streams[self._user()]
        stream = replace(old, subjects=_PHISHING, urls=(), headers=(), is_marketing=False)
        self.place = world.add_stream(stream)
        ts, place, _, _ = world.planned()
        usual = np.sum(place == world.streams.index(old)) / ((self.now - ts.min()) / HOUR)
        hours = max(0.5, (self.end - self.start) / HOUR)
        count = int(max(40, min(usual * 10 * hours * self.share(0.6, 1.6), world.volume * 1.5)))
        people = add(world.people, strangers(world.rng, world.profile, count))
        self.gone = people[world.rng.random(count) < self.share(0.2, 0.4)]
        when = world.rng.uniform(self.start, self.end, count)
        # A run of spam goes through its subjects one after the other.
        subject = ((when - self.start) / (self.end - self.start + 1) * 3).astype(np.int64)
        world.add_sends(self.place, when, people, subject + int(world.rng.integers(3)))
        self.cohort = {"username": _username(self, old)}

    def strike(self) -> None:
        """Much bounces or is taken for spam."""
        world, mailing = self.world, self.world.mailing
        mine = mailing.stream == self.place
        dead = np.flatnonzero(mine & np.isin(mailing.person, self.gone))
        _bounce(self, dead, 0.8)
        for host in HOSTS:
            replies = host.replies("spam-content")
            rows = world.some(mine & world.at(host.name) & self.accepted(), 0.22)
            if replies and len(rows):
                world.refuse(rows, "spam-content", replies)
        self.rows = np.flatnonzero(mine)

    def annoy(self) -> None:
        """Those who get it say that it is spam."""
        complain(self, self.world.mailing.stream == self.place, 0.01)

    def _user(self) -> int:
        world = self.world
        if self.incident.target:
            return self.stream()
        own = [
            i for i, s in enumerate(world.streams) if s.username != API_KEY and not s.is_marketing
        ]
        return own[int(world.rng.integers(len(own)))]


class ComplaintSpike(Episode):
    """The readers of one message, as far as their provider says so, call it spam."""

    cause: ClassVar[str] = "complaint-spike"
    destructive_ok: ClassVar[bool] = True

    def usual_start(self) -> float:
        """Long enough ago for people to have read it."""
        return self.now - float(self.world.rng.uniform(12, 22)) // 1 * HOUR

    def plan(self) -> None:
        """Choose the mail; where none was sent, send some."""
        world = self.world
        self.name = self.host("Yahoo") if world.rng.random() < 0.6 else self.host("Outlook.com")
        self.place = self.stream(marketing=True)
        ts, place, _, _ = world.planned()
        mine = (place == self.place) & (ts >= self.start) & (ts < self.end)
        least = max(90, int(world.volume * 0.4))
        if mine.sum() < least:
            who, chances = world.people.audiences[world.streams[self.place].audience]
            person = world.rng.choice(who, least * 2, p=chances)
            when = world.rng.uniform(self.start, self.start + 2 * HOUR, least * 2)
            number = world.add_subject(self.place, "We've added you to our daily offers")
            world.add_sends(self.place, when, person, number)
        self.favour_host(self.name, 30, self.place)
        username = _username(self, world.streams[self.place])
        self.cohort = {"provider": called(self.name), "username": username}

    def annoy(self) -> None:
        """Complain many times more than usual."""
        world = self.world
        mine = (world.mailing.stream == self.place) & self.during() & world.at(self.name)
        least = LEAST_COMPLAINTS / max(LEAST_COMPLAINTS, int(mine.sum()))
        self.rows = complain(self, mine, max(least, self.share(0.02, 0.07)))


def complain(episode: Episode, mine: Bools, share: float) -> Ints:
    """Let some of those who got mail call it spam, where their provider says so."""
    world, mailing = episode.world, episode.world.mailing
    telling = np.array([host.feedback_loop for host in HOSTS])[mailing.provider]
    ts = world.outcomes.final + world.rng.lognormal(np.log(1.5 * HOUR), 0.9, len(mailing))
    told = mine & telling & world.outcomes.delivered & (ts < world.window.now)
    rows = world.some(told, share)
    rows = rows[np.unique(mailing.person[rows], return_index=True)[1]]
    world.complained |= dict(zip(rows.tolist(), ts[rows].tolist(), strict=True))
    return np.sort(rows)


def _bounce(episode: Episode, rows: Ints, share: float) -> None:
    """Let each host say in its words that nobody is there, or nobody any more."""
    world = episode.world
    is_unknown = world.rng.random(len(rows)) < share
    for host in HOSTS:
        here = world.at(host.name)[rows]
        inactive = host.replies("inactive-mailbox")
        world.refuse(
            rows[here & is_unknown], "invalid-recipient", host.replies("invalid-recipient")
        )
        if inactive:
            world.refuse(rows[here & ~is_unknown], "inactive-mailbox", inactive)
        else:
            world.refuse(
                rows[here & ~is_unknown], "invalid-recipient", host.replies("invalid-recipient")
            )


def _username(episode: Episode, stream: Stream) -> str:
    key = episode.world.account.api_key[:16]
    return key if stream.username == API_KEY else stream.username
