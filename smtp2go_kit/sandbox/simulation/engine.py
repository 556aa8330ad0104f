"""Play an account: one way for the seeded account and for those with incidents."""

from __future__ import annotations

from collections.abc import Sequence

from numpy.random import PCG64, Generator

from smtp2go_kit.sandbox.account import DAY, Account
from smtp2go_kit.sandbox.seeding.emails import write
from smtp2go_kit.sandbox.seeding.names import Names
from smtp2go_kit.sandbox.seeding.outcomes import Outcomes
from smtp2go_kit.sandbox.seeding.reactions import UNSUBSCRIBES_PER_OPENING, react
from smtp2go_kit.sandbox.seeding.schedule import HOUR, Window
from smtp2go_kit.sandbox.seeding.views import Views, clicked, opened
from smtp2go_kit.sandbox.simulation import crowd, fates, planning
from smtp2go_kit.sandbox.simulation.incidents import begin
from smtp2go_kit.sandbox.simulation.log import log, viewed
from smtp2go_kit.sandbox.simulation.played import Played
from smtp2go_kit.sandbox.simulation.profile import Profile
from smtp2go_kit.sandbox.simulation.settings import settle, stop
from smtp2go_kit.sandbox.simulation.truth import Incident
from smtp2go_kit.sandbox.simulation.world import World

LEAVING = 0.006


def play(
    account: Account, profile: Profile, volume: float, days: int, incidents: Sequence[Incident]
) -> Played:
    """Let an account live up to the last full hour.

    Args:
        account: An account without anything; its settings are made.
        profile: The kind of account.
        volume: Mean messages a day.
        days: How far back its mail reaches.
        incidents: What happens to it.
    """
    world = _world(account, profile, volume, days, has_incidents=bool(incidents))
    rng = Generator(PCG64(account.seed))
    episodes = [begin(world, incident) for incident in incidents]
    for episode in episodes:
        episode.plan()
    world.mailing = planning.mail(rng, world)
    world.outcomes = fates.decide(rng, world)
    fates.put_off(rng, world)
    fates.stop(rng, world)
    for episode in episodes:
        episode.strike()
    fates.settle(rng, world)
    world.complained |= fates.complaints(rng, world)
    for episode in episodes:
        episode.annoy()
    settle(account, world)
    views = read(rng, world.outcomes)
    complained, rejected = world.complained, world.rejected
    played = finish(rng, account, world.outcomes, views, complained, rejected, LEAVING)
    stop(account, world)
    for episode in episodes:
        episode.settle()
        episode.edit(played.log)
    played.struck = tuple(episode.struck(played) for episode in episodes)
    pairs = zip(episodes, played.struck, strict=True)
    played.truths = tuple(episode.truth(len(rows)) for episode, rows in pairs)
    return played


def read(rng: Generator, outcomes: Outcomes) -> tuple[Views, Views]:
    """Let people open mail and click."""
    opens = opened(rng, outcomes)
    return opens, clicked(rng, outcomes, opens)


def finish(
    rng: Generator,
    account: Account,
    outcomes: Outcomes,
    views: tuple[Views, Views],
    complained: dict[int, float],
    rejected: dict[int, str],
    leaving: float = UNSUBSCRIBES_PER_OPENING,
) -> Played:
    """Let people leave, and write everything down.

    Args:
        rng: Decides what is still open.
        account: With its settings.
        outcomes: What became of the mail.
        views: Openings and clicks.
        complained: When mail of a row was marked as spam.
        rejected: Why mail of a row is not even sent.
        leaving: Share of openings of marketing mail that lead to its unsubscribe link.
    """
    opens, clicks = views
    reactions = react(rng, account, outcomes, opens, complained, rejected, leaving)
    names = Names(rng, outcomes)
    written = write(rng, account, outcomes, reactions, names)
    count = len(outcomes.mailing)
    opens, clicks = viewed(reactions, opens, count), viewed(reactions, clicks, count)
    events = log(outcomes, reactions, opens, clicks)
    return Played(account, written, outcomes, reactions, opens, clicks, names, events)


def _world(
    account: Account, profile: Profile, volume: float, days: int, *, has_incidents: bool
) -> World:
    now = account.now() // HOUR * HOUR
    window = Window(now - days * DAY, now)
    rng = Generator(PCG64([account.seed, 1]))
    people = crowd.gather(rng, profile, volume)
    sends = planning.plan(rng, profile, volume, people, window, recent=has_incidents)
    streams = planning.streams_of(profile, volume)
    own = Generator(PCG64([account.seed, 2]))
    return World(profile, volume, window, own, account, people, streams, sends)
