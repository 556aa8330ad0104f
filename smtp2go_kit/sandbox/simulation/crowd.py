"""Everyone a simulated account writes to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.random import Generator

from smtp2go_kit.sandbox.seeding.people import (
    PLAIN,
    TYPO_DOMAINS,
    Bools,
    Floats,
    Ints,
    People,
    Person,
    free_address,
    host_of,
    invent_consumers,
    invent_names,
    listed,
)
from smtp2go_kit.sandbox.seeding.streams import Audience
from smtp2go_kit.sandbox.simulation.hosts import HOSTS, place_of
from smtp2go_kit.sandbox.simulation.profile import Profile

LEAST_CONSUMERS = 600
_HEADS = (
    "Alder", "Amber", "Basalt", "Beacon", "Birch", "Bracken", "Cedar", "Chalk", "Copper", "Coral",
    "Delta", "Drift", "Echo", "Elm", "Fern", "Flint", "Forge", "Garnet", "Glen", "Granite",
    "Harbour", "Hazel", "Heath", "Indigo", "Iron", "Juniper", "Kiln", "Lark", "Linden", "Lumen",
    "Maple", "Marsh", "Meadow", "Mill", "North", "Oak", "Onyx", "Orchard", "Pine", "Quarry",
    "Raven", "Reed", "Ridge", "Rowan", "Sable", "Slate", "Spruce", "Stone", "Tarn", "Thorn",
    "Umber", "Vale", "Verdant", "Willow", "Wren", "Yarrow",
)  # fmt: skip
_TAILS = (
    "analytics", "arts", "books", "brewing", "build", "care", "clinic", "college", "couriers",
    "dental", "design", "estates", "farm", "finance", "foods", "freight", "garage", "health",
    "homes", "hotel", "interiors", "labs", "law", "logistics", "media", "optics", "partners",
    "pharma", "plumbing", "power", "print", "roofing", "school", "software", "supply", "textiles",
    "tools", "trust", "vets", "works",
)  # fmt: skip
_ROLES = ("accounts", "info", "office", "orders")
_SYSTEMS = ("oncall", "ops", "platform", "reports", "helpdesk")


def gather(rng: Generator, profile: Profile, volume: float) -> People:
    """Invent the people; the same generator state gives the same ones."""
    taken: set[str] = set()
    people = volume * profile.reach
    count = max(LEAST_CONSUMERS, round(people * (1 - profile.business)))
    consumers = [*invent_consumers(rng, taken, count, HOSTS, _weights(profile.consumers))]
    contacts = [*_contacts(rng, taken, profile, people * profile.business)]
    persons = [*consumers, *contacts, *_staff(profile)]
    numbers = np.arange(len(persons), dtype=np.int64)
    none = numbers[:0]
    first, second = len(consumers), len(consumers) + len(contacts)
    audiences = _audiences(rng, persons, numbers[:first], numbers[first:second], profile)
    audiences["staff"] = (numbers[second:], _normal(np.ones(len(persons) - second)))
    provider = np.array([person.provider for person in persons], np.int64)
    hosts = [host_of(i, person, HOSTS) for i, person in enumerate(persons)]
    nowhere = np.full(len(persons), -1)
    return People(persons, provider, hosts, nowhere, audiences, none, none, none, HOSTS)


def add(people: People, persons: Sequence[Person]) -> Ints:
    """Add people to the pool, and tell their places."""
    first = len(people.persons)
    people.persons.extend(persons)
    added = [person.provider for person in persons]
    people.provider = np.concatenate((people.provider, np.array(added, np.int64)))
    people.hosts.extend(
        host_of(first + i, person, people.providers) for i, person in enumerate(persons)
    )
    people.accounts = np.concatenate((people.accounts, np.full(len(persons), -1)))
    return np.arange(first, first + len(persons))


def mistyped(person: Person, number: int) -> Person:
    """Somebody whose address was written down with a mistake in the local part."""
    local, _, domain = person.address.partition("@")
    place = number % len(local)
    wrong = (
        local[:place] + local[place + 1 :] if number % 2 and len(local) > 3
        else local[: place + 1] + local[place:]
    )  # fmt: skip
    return person._replace(address=f"{wrong}{number % 7 or ''}@{domain}")


def elsewhere(person: Person, number: int) -> Person:
    """Somebody whose address was written down with a domain that doesn't exist."""
    local = person.address.partition("@")[0]
    hosted = person.domain.endswith(".example")
    domain = (
        f"{person.domain[:-3]}pel" if hosted else TYPO_DOMAINS[number % len(TYPO_DOMAINS)]
    )  # fmt: skip
    return person._replace(address=f"{local}@{domain}", domain=domain)


def strangers(rng: Generator, profile: Profile, count: int) -> list[Person]:
    """People of all kinds that the account never wrote to."""
    taken: set[str] = set()
    found = invent_consumers(rng, taken, count, HOSTS, _weights(profile.consumers))
    return [p._replace(address=f"{p.address[0]}{i % 89}.{p.address}") for i, p in enumerate(found)]


def _weights(mix: Mapping[str, float]) -> list[float]:
    total = sum(mix.values())
    return [mix.get(host.name, 0.0) / total for host in HOSTS]


def _contacts(rng: Generator, taken: set[str], profile: Profile, people: float) -> Iterator[Person]:
    """People at companies; a few large companies, and many small ones."""
    count = int(np.clip(people / 14, 30, 1500))
    sizes = 1 + rng.zipf(1.8, count).clip(1, max(6, int(people / 15)))
    hosts = rng.choice(len(HOSTS), count, p=_weights(profile.companies))
    names = rng.permutation(len(_HEADS) * len(_TAILS))[:count]
    for size, host, name in zip(listed(sizes), listed(hosts), listed(names), strict=True):
        head, tail = _HEADS[name % len(_HEADS)], _TAILS[name // len(_HEADS)]
        domain = f"{head.lower()}{tail}.example"
        company = f"{head} {tail.title()}"
        for role in _ROLES[: 1 + size // 3]:
            yield Person(f"{role}@{domain}", head, f"{company} {role}", host, domain)
        for first, last, _ in invent_names(rng, size):
            address = free_address(taken, f"{PLAIN[first]}.{PLAIN[last]}", domain)
            yield Person(address, first, f"{first} {last}", host, domain)


def _staff(profile: Profile) -> Iterator[Person]:
    host, domain = place_of("Google Workspace"), profile.domains[0]
    for local in _SYSTEMS:
        yield Person(f"{local}@{domain}", local.title(), local.title(), host, domain)


def _audiences(
    rng: Generator, persons: list[Person], consumers: Ints, companies: Ints, profile: Profile
) -> dict[Audience, tuple[Ints, Floats]]:
    is_company = np.concatenate(
        (np.zeros(len(consumers), np.bool_), np.ones(len(companies), np.bool_))
    )
    everyone = np.concatenate((consumers, companies))
    mixed = _mixed(rng, is_company, profile.business)
    trade = rng.gamma(0.6, size=len(companies))
    return {
        "shoppers": (consumers, _normal(rng.gamma(0.7, size=len(consumers)))),
        "subscribers": (everyone, mixed),
        "businesses": (companies, _normal(rng.gamma(0.8, size=len(companies)))),
        "trade": (companies, _normal(trade)),
    }


def _mixed(rng: Generator, is_company: Bools, business: float) -> Floats:
    weights = rng.gamma(2.5, size=len(is_company))
    weights[is_company] *= business / weights[is_company].sum()
    weights[~is_company] *= (1 - business) / weights[~is_company].sum()
    return _normal(weights)


def _normal(weights: Floats) -> Floats:
    normal: Floats = weights / weights.sum()
    return normal
