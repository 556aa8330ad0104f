"""A simulated account in the making: what its incidents may change."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.random import Generator

from smtp2go_kit.sandbox.account import Account, Reason
from smtp2go_kit.sandbox.seeding.outcomes import FAILURES, Outcomes
from smtp2go_kit.sandbox.seeding.people import Bools, Floats, Ints, People, listed
from smtp2go_kit.sandbox.seeding.provider_replies import Failure
from smtp2go_kit.sandbox.seeding.schedule import Mailing, Send, Window
from smtp2go_kit.sandbox.seeding.streams import Stream
from smtp2go_kit.sandbox.simulation.profile import Profile


@dataclass
class World:
    """What is known of an account while it is simulated.

    Args:
        profile: The kind of account.
        volume: Mean messages a day.
        window: The time simulated.
        rng: Draws everything about the incidents.
        account: Its settings.
        people: Who gets mail.
        streams: The kinds of mail; incidents add theirs.
        sends: The mail planned so far.
        stopped: Why somebody gets no mail since before the window, by place.
        rejected: Why mail of a row is not even sent.
        complained: When mail of a row was marked as spam.
    """

    profile: Profile
    volume: float
    window: Window
    rng: Generator
    account: Account
    people: People
    streams: list[Stream]
    sends: list[Send]
    stopped: dict[int, Reason] = field(default_factory=dict[int, Reason])
    rejected: dict[int, str] = field(default_factory=dict[int, str])
    complained: dict[int, float] = field(default_factory=dict[int, float])
    mailing: Mailing = field(init=False)
    outcomes: Outcomes = field(init=False)

    def planned(self) -> Send:
        """Everything planned so far as one."""
        columns = (np.concatenate(column) for column in zip(*self.sends, strict=True))
        ts, stream, person, subject = columns
        whole: Send = (ts, stream, person, subject)
        self.sends = [whole]
        return whole

    def keep(self, kept: Bools) -> None:
        """Drop the rest of the mail planned so far."""
        ts, stream, person, subject = self.planned()
        self.sends = [(ts[kept], stream[kept], person[kept], subject[kept])]

    def add_stream(self, stream: Stream) -> int:
        """Add a kind of mail, and tell its place."""
        self.streams.append(stream)
        return len(self.streams) - 1

    def add_subject(self, place: int, subject: str) -> int:
        """Add a subject to a kind of mail, and tell its place."""
        subjects = self.streams[place].subjects
        self.streams[place] = replace(self.streams[place], subjects=(*subjects, subject))
        return len(subjects)

    def add_sends(self, place: int, ts: Floats, person: Ints, subject: Ints | int) -> None:
        """Plan mail of one kind."""
        number = np.broadcast_to(np.asarray(subject, np.int64), ts.shape)
        self.sends.append((ts, np.full(len(ts), place), person, number))

    def at(self, *names: str) -> Bools:
        """Which rows go to one of the named providers."""
        chosen = np.array([host.name in names for host in self.people.providers], np.bool_)
        return chosen[self.mailing.provider]

    def to_domain(self, domain: str) -> Bools:
        """Which rows go to a recipient domain."""
        theirs = np.array([p.domain == domain for p in self.people.persons], np.bool_)
        return theirs[self.mailing.person]

    def from_domain(self, domain: str) -> Bools:
        """Which rows come from a sender domain."""
        ours = np.array([stream.domain == domain for stream in self.streams], np.bool_)
        return ours[self.mailing.stream]

    def since(self, start: float, end: float) -> Bools:
        """Which rows are sent in a time."""
        during: Bools = (self.mailing.ts >= start) & (self.mailing.ts < end)
        return during

    def some(self, rows: Bools, share: float) -> Ints:
        """A random part of some rows."""
        return np.flatnonzero(rows & (self.rng.random(len(rows)) < share))

    def refuse(self, rows: Ints, failure: Failure, replies: tuple[str, ...]) -> None:
        """Let servers refuse mail for good, each with one of some replies."""
        outcomes = self.outcomes
        outcomes.failure[rows] = FAILURES.index(failure)
        chosen = listed(self.rng.integers(len(replies), size=len(rows)))
        quick = self.rng.lognormal(0.5, 0.6, len(rows))
        outcomes.final[rows] = self.mailing.ts[rows] + quick
        for row, number in zip(listed(rows), chosen, strict=True):
            outcomes.replies[row] = replies[number]
            outcomes.tries.pop(row, None)

    def defer(
        self, rows: Ints, failure: Failure, replies: tuple[str, ...], until: Floats, kept: Bools
    ) -> None:
        """Let servers put mail off.

        Args:
            rows: Which mail.
            failure: Why.
            replies: What the servers say at each try.
            until: When a server takes it, or the service gives up.
            kept: Whether it is taken in the end.
        """
        outcomes = self.outcomes
        outcomes.final[rows] = until
        outcomes.failure[rows] = np.where(kept, -1, FAILURES.index(failure))
        chosen = listed(self.rng.integers(len(replies), size=len(rows)))
        for row, number, is_kept in zip(listed(rows), chosen, kept.tolist(), strict=True):
            reply = replies[number]
            is_open = outcomes.final[row] >= self.window.now
            outcomes.replies.pop(row, None)
            if is_open or not is_kept:
                outcomes.replies[row] = reply
            tries = retries(float(self.mailing.ts[row]), float(outcomes.final[row]))
            outcomes.tries[row] = [(ts, reply) for ts in tries if ts < self.window.now]


_WAITS = (2.0, 300.0, 900.0, 1800.0, 3600.0, 7200.0, 10_800.0)


def retries(start: float, end: float) -> list[float]:
    """When a message is tried before the try that settles it, ever more seldom."""
    tries, ts = [start + _WAITS[0]], start + _WAITS[1]
    for wait in (*_WAITS[2:], *[14_400.0] * 12):
        if ts >= end - 1:
            break
        tries.append(ts)
        ts += wait
    return tries
