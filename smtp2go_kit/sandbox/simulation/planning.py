"""When a simulated account sends what to whom."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.random import Generator

from smtp2go_kit.sandbox.account import DAY
from smtp2go_kit.sandbox.seeding.people import Ints, People
from smtp2go_kit.sandbox.seeding.schedule import (
    HOUR,
    Mailing,
    Send,
    Window,
    daily,
    in_order,
    weekday,
)
from smtp2go_kit.sandbox.seeding.streams import Stream
from smtp2go_kit.sandbox.simulation.profile import Flow, Profile
from smtp2go_kit.sandbox.simulation.world import World

CAMPAIGN_PER_HOUR = 15_000
# Hours ago that the last campaign began at the latest, and how often it is of the last day.
CAMPAIGN_AGE = 4
CAMPAIGN_CHANCE = 0.5
_WEEK = 7


def streams_of(profile: Profile, volume: float) -> list[Stream]:
    """The kinds of mail, with as many messages a day as their shares of the volume."""
    return [_scaled(flow, volume) for flow in profile.flows]


def plan(
    rng: Generator,
    profile: Profile,
    volume: float,
    people: People,
    window: Window,
    *,
    recent: bool,
) -> list[Send]:
    """Plan the usual mail of an account.

    Args:
        rng: Draws it.
        profile: The kind of account.
        volume: Mean messages a day.
        people: Who may get it.
        window: When.
        recent: Whether the last day must have a campaign, if the account sends any.
    """
    shift = _shift(rng, profile, window, recent=recent)
    sends: list[Send] = []
    for place, (flow, stream) in enumerate(
        zip(profile.flows, streams_of(profile, volume), strict=True)
    ):
        if flow.campaigns:
            sends += _campaigns(rng, place, flow, volume, people, window, shift)
        else:
            sends += daily(rng, place, stream, people, window)
    return sends


def mail(rng: Generator, world: World) -> Mailing:
    """The mail as planned, in order, each message from one of the account's addresses."""
    sent = in_order(world.sends, world.people, world.window, tuple(world.streams))
    # The more an account sends, the more addresses the service spreads it over.
    count = max(2, int(1.3 * np.log10(world.volume)))
    sent.ips = world.profile.ips[:count]
    weights = 1 / np.arange(2, len(sent.ips) + 2)
    sent.ip = rng.choice(len(sent.ips), len(sent), p=weights / weights.sum())
    return sent


def subscribed(rng: Generator, people: People, stream: Stream, count: int) -> Ints:
    """That many of the people who get a stream's mail, mostly the same each time."""
    who, chances = people.audiences[stream.audience]
    count = min(count, len(who))
    keys = rng.exponential(size=len(who)) / chances
    chosen: Ints = who[np.argpartition(keys, count - 1)[:count]]
    return rng.permutation(chosen)


def _scaled(flow: Flow, volume: float) -> Stream:
    mean = sum(flow.stream.weekdays) / _WEEK
    return replace(flow.stream, daily=0.0 if flow.campaigns else volume * flow.share / mean)


def _shift(rng: Generator, profile: Profile, window: Window, *, recent: bool) -> int:
    """Days by which the account's weekdays of campaigns differ from its profile's."""
    campaigns = [(day, flow.hour) for flow in profile.flows for day in flow.campaigns]
    draw, aligned = int(rng.integers(_WEEK)), rng.random() < CAMPAIGN_CHANCE
    if not campaigns or not (recent or aligned):
        return draw
    day, hour = campaigns[draw % len(campaigns)]
    latest = np.array([window.now - (hour + CAMPAIGN_AGE) * HOUR])
    return int(weekday(latest)[0]) - day


def _campaigns(
    rng: Generator,
    place: int,
    flow: Flow,
    volume: float,
    people: People,
    window: Window,
    shift: int,
) -> list[Send]:
    days, weekdays = window.midnights(), [(day + shift) % _WEEK for day in flow.campaigns]
    mean = volume * flow.share * _WEEK / len(flow.campaigns)
    sends: list[Send] = []
    for day in days[np.isin(weekday(days), weekdays)].tolist():
        who = subscribed(rng, people, flow.stream, max(1, int(mean * rng.lognormal(0.0, 0.08))))
        hours = max(0.4, len(who) / CAMPAIGN_PER_HOUR)
        ts = day + (flow.hour + rng.uniform(0, hours, len(who))) * HOUR
        number = int(day / DAY / 3.5) % len(flow.stream.subjects)
        sends.append((ts, np.full(len(who), place), who, np.full(len(who), number)))
    return sends
