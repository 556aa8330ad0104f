"""When the seeded account sends what to whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import floor

import numpy as np
from numpy.random import Generator

from smtp2go_kit.sandbox.account import DAY
from smtp2go_kit.sandbox.seeding.people import Bools, Floats, Ints, People
from smtp2go_kit.sandbox.seeding.streams import INVOICES, STREAMS, Stream

HOUR = 3_600.0
MINUTE = 60.0
CAMPAIGN_HOUR = 10
IMPORT_DAYS_AGO = 14
SEGMENT_LEAST, SEGMENT_MOST = 250, 340
OUTBOUND_IPS = ("203.0.113.17", "203.0.113.84")
COPIED = 0.12

# Time, stream, person and subject of some messages.
Send = tuple[Floats, Ints, Ints, Ints]


@dataclass(frozen=True, slots=True)
class Window:
    """The time that mail is made for; ``now`` is its end."""

    start: float
    now: float

    @property
    def yesterday(self) -> float:
        """Midnight (UTC) at the start of yesterday."""
        return (floor(self.now / DAY) - 1) * DAY

    def midnights(self) -> Floats:
        """The start of every day touched."""
        return np.arange(floor(self.start / DAY) * DAY, self.now, DAY, dtype=np.float64)


@dataclass(slots=True)
class Mailing:
    """What is sent, one row for each recipient of a message, in order of time.

    Args:
        people: The pool that the columns of persons go by.
        window: The time it is sent in.
        ts: When.
        stream: Place in ``streams``.
        person: The recipient.
        to: Who the To header names.
        cc: Who the Cc header names, or -1.
        subject: Which of the subjects of the stream.
        message: Number of the message; its copies share it.
        streams: The kinds of mail.
        ip: Place in ``ips`` of the address it is sent from; by turns if not given.
        ips: The addresses mail is sent from.
    """

    people: People
    window: Window
    ts: Floats
    stream: Ints
    person: Ints
    to: Ints
    cc: Ints
    subject: Ints
    message: Ints
    streams: tuple[Stream, ...] = STREAMS
    ip: Ints | None = None
    ips: tuple[str, ...] = OUTBOUND_IPS

    def __len__(self) -> int:
        return len(self.ts)

    def take(self, rows: Ints | Bools) -> Mailing:
        """Those rows, in that order."""
        columns = (self.stream, self.person, self.to, self.cc, self.subject, self.message)
        stream, person, to, cc, subject, message = (column[rows] for column in columns)
        return replace(
            self,
            ts=self.ts[rows],
            stream=stream,
            person=person,
            to=to,
            cc=cc,
            subject=subject,
            message=message,
            ip=None if self.ip is None else self.ip[rows],
        )

    @property
    def provider(self) -> Ints:
        """Place of the provider of each recipient among the providers of the people."""
        return self.people.provider[self.person]

    @property
    def outbound(self) -> Ints:
        """Place in ``ips`` of the address each is sent from."""
        return self.message % len(self.ips) if self.ip is None else self.ip

    @property
    def is_marketing(self) -> Bools:
        """Which rows people may unsubscribe from."""
        marketing: Bools = np.array([stream.is_marketing for stream in self.streams], np.bool_)
        return marketing[self.stream]

    def of(self, stream: Stream) -> Bools:
        """Which rows belong to a stream."""
        belongs: Bools = self.stream == self.streams.index(stream)
        return belongs


def schedule(rng: Generator, people: People, window: Window) -> Mailing:
    """Plan the mail of all streams."""
    sends = [
        send
        for place, stream in enumerate(STREAMS)
        for send in (daily if stream.daily else _campaigns)(rng, place, stream, people, window)
    ]
    return _with_copies(rng, in_order(sends, people, window, STREAMS))


def in_order(
    sends: Sequence[Send], people: People, window: Window, streams: tuple[Stream, ...]
) -> Mailing:
    """The mail that falls into the window, each a message of its own."""
    ts, stream, person, subject = (np.concatenate(column) for column in zip(*sends, strict=True))
    order = np.argsort(ts, kind="stable")
    order = order[(ts[order] > window.start) & (ts[order] < window.now)]
    nobody = np.full(len(ts), -1)
    mailing = Mailing(people, window, ts, stream, person, person, nobody, subject, nobody, streams)
    mailing = mailing.take(order)
    mailing.message = np.arange(len(mailing))
    return mailing


def daily(
    rng: Generator, place: int, stream: Stream, people: People, window: Window
) -> Iterator[Send]:
    """The mail of a stream that flows every day, more or less."""
    days = window.midnights()
    weekdays = np.array(stream.weekdays)[weekday(days)]
    # No two days are alike: more than Poisson noise, and a slowly growing business.
    mood = rng.gamma(25.0, 1 / 25.0, len(days)) * np.linspace(0.92, 1.08, len(days))
    day = np.repeat(days, rng.poisson(stream.daily * weekdays * mood))
    hours = np.array(stream.hours) / sum(stream.hours)
    hour = rng.choice(24, len(day), p=hours) + rng.random(len(day))
    who, chances = people.audiences[stream.audience]
    person = rng.choice(who, len(day), p=chances)
    subject = rng.integers(len(stream.subjects), size=len(day))
    yield day + hour * HOUR, np.full(len(day), place), person, subject


def _campaigns(
    rng: Generator, place: int, stream: Stream, people: People, window: Window
) -> Iterator[Send]:
    subscribers, _ = people.audiences[stream.audience]
    import_day = window.yesterday - IMPORT_DAYS_AGO * DAY
    for day in _campaign_days(window):
        count = rng.integers(SEGMENT_LEAST, SEGMENT_MOST)
        who = rng.permutation(subscribers)[:count]
        if day == import_day:
            who = np.concatenate((who, people.imported))
        elif import_day < day < import_day + 7 * DAY:
            # Most of the import was taken off the list by hand, but not all of it.
            who = np.concatenate((who, people.imported[::5]))
        ts = day + CAMPAIGN_HOUR * HOUR + rng.uniform(0, 25 * MINUTE, len(who))
        subject = np.full(len(who), int(day / DAY / 3.5) % len(stream.subjects))
        yield ts, np.full(len(who), place), rng.permutation(who), subject


def _campaign_days(window: Window) -> list[float]:
    """Each week on the weekday of yesterday, and every second week once more."""
    days = window.midnights()
    ago = np.round((window.yesterday - days) / DAY).astype(np.int64)
    return [float(day) for day in days[(ago % 7 == 0) | (ago % 14 == 11)]]


def weekday(days: Floats) -> Ints:
    """Monday is 0; the first day of Unix time was a Thursday."""
    return ((days / DAY).astype(np.int64) + 3) % 7


def _with_copies(rng: Generator, mailing: Mailing) -> Mailing:
    """Add a copy to the accounts department of the company to some invoices."""
    accounts = mailing.people.accounts[mailing.person]
    copied = mailing.of(INVOICES) & (rng.random(len(mailing)) < COPIED)
    copied &= accounts != mailing.person
    mailing.cc = np.where(copied, accounts, -1)
    rows = np.arange(len(mailing))
    rows = np.sort(np.concatenate((rows, rows[copied])), kind="stable")
    copies = np.flatnonzero(np.diff(rows, prepend=-1) == 0)
    mailing = mailing.take(rows)
    mailing.person[copies] = mailing.cc[copies]
    return mailing
