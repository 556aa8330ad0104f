"""Everyone the seeded account writes to: a stable pool of recipients."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from smtp2go_kit.sandbox.seeding.providers import PROVIDERS, Provider, provider_index
from smtp2go_kit.sandbox.seeding.streams import STORE, Audience

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

CONSUMERS = 2_600
SUBSCRIBERS = 1_600
COMPANY_CONTACTS = 11
# The customer most trade mail goes to, hosted at Microsoft 365.
KEY_CUSTOMER = "harbourfreight.example"
KEY_CUSTOMER_CONTACTS = 34
KEY_CUSTOMER_SHARE = 0.7
IMPORTED_DEAD = 70
IMPORTED_TYPOS = 38
IMPORTED_LIVE = 64

# Top-level domains that don't exist, so that a typo can't reach a real server.
TYPO_DOMAINS = (
    "gmail.con",
    "hotmail.comm",
    "yahoo.cmo",
    "icloud.conm",
    "outlook.coom",
    "gmail.comn",
)
_ROLES = ("accounts", "purchasing", "office")
_STAFF = ("oncall", "ops", "platform", "dana.whitlock", "ravi.tansley")
_LOCAL_PARTS = (
    "{first}.{last}", "{first}{last}", "{first:.1}{last}{n}", "{first}{n}", "{first}_{last}",
    "{last}.{first}", "{first}.{last}{n}", "{first}{last:.1}{n}",
)  # fmt: skip
_FIRST = (
    "Abigail", "Anaïs", "Andre", "Aroha", "Beatriz", "Ben", "Björn", "Caleb", "Camille", "Carys",
    "Chloé", "Dalia", "Dmitri", "Edie", "Emeka", "Esme", "Farah", "Femi", "Finn", "Gareth",
    "Giulia", "Hana", "Hugo", "Imani", "Ines", "Ivo", "Jonas", "José", "Jürgen", "Kaia",
    "Kenji", "Lena", "Liam", "Lucía", "Maeve", "Mårten", "Mei", "Mina", "Ngaire", "Noël",
    "Oona", "Otis", "Petra", "Priya", "Quinn", "Renée", "Rosa", "Ruth", "Sanjay", "Siân",
    "Tama", "Theo", "Uma", "Vera", "Wiremu", "Yusuf", "Zoë",
)  # fmt: skip
_LAST = (
    "Abernook", "Alderwick", "Ashgrove", "Bexcombe", "Birchall-Quin", "Bramhurst", "Calderfold",
    "Carrowmoor", "Coppersmythe", "Cranleith", "Dainsworth", "D'Armelle", "Dunverrick", "Elmscote",
    "Everhart-Poe", "Fairlamb", "Fenwickson", "Garsdale", "Glenmorrow", "Grübelhofer", "Hartsholme",
    "Hollinrake", "Inglethorpe", "Jardinière", "Kelverton", "Kingsfold", "Lachenmeyer", "Larkrise",
    "Lindqvistad", "Marlowick", "Mirandez-Sol", "Mossgiel", "Narrowgate", "Nethercote", "O'Dannel",
    "Okonjowu", "Oxenhope", "Pellingham", "Penhallowe", "Quillfeather", "Ravenscar", "Rosenwaldt",
    "Saltersgill", "Sandringale", "Scarthwaite", "Stillwater", "Tansleigh", "Thistlewood",
    "Tregarrick", "Underbrook", "Vasconelli", "Vossberg", "Wetherlam", "Whinfell", "Yarrowby",
)  # fmt: skip


def listed(column: Ints) -> list[int]:
    """The numbers of a column as Python has them."""
    numbers: list[int] = column.tolist()
    return numbers


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return letters.replace("'", "").replace("-", "")


PLAIN = {name: _plain(name) for name in (*_FIRST, *_LAST)}


class Person(NamedTuple):
    """One recipient: an address, a name to greet, a display name and who hosts the mailbox."""

    address: str
    first: str
    name: str
    provider: int
    domain: str


@dataclass(slots=True)
class People:
    """The pool of recipients; the other columns go by a person's place in ``persons``.

    Args:
        persons: Consumers first, then companies, staff and the imported.
        provider: Place of the provider of each in ``providers``.
        hosts: Their MX hosts, as ``name [ip]``.
        accounts: The place of the accounts contact of the same company, or -1.
        audiences: Who may receive the mail of a stream, with the chance of each.
        typos: Imported addresses whose domain doesn't exist.
        dead: Imported addresses whose mailbox doesn't exist.
        imported: All imported addresses.
        providers: Who may host a mailbox.
    """

    persons: list[Person]
    provider: Ints
    hosts: list[str]
    accounts: Ints
    audiences: dict[Audience, tuple[Ints, Floats]]
    typos: Ints
    dead: Ints
    imported: Ints
    providers: tuple[Provider, ...] = PROVIDERS


def gather(rng: Generator) -> People:
    """Invent the pool; the same generator state gives the same people."""
    taken: set[str] = set()
    consumers = [*invent_consumers(rng, taken, CONSUMERS)]
    contacts = [*_contacts(rng, taken)]
    imported = [*_typos(rng), *invent_consumers(rng, taken, IMPORTED_DEAD + IMPORTED_LIVE)]
    persons = [*consumers, *contacts, *_staff(), *imported]
    numbers = np.arange(len(persons), dtype=np.int64)
    companies, rest = np.split(numbers[CONSUMERS:], [len(contacts)])
    staff, typos, dead, _ = np.split(rest, np.cumsum([len(_STAFF), IMPORTED_TYPOS, IMPORTED_DEAD]))
    return People(
        persons,
        np.array([person.provider for person in persons], np.int64),
        [host_of(i, person, PROVIDERS) for i, person in enumerate(persons)],
        _accounts(persons),
        _audiences(rng, persons, numbers[:CONSUMERS], companies, staff),
        typos,
        dead,
        numbers[typos[0] :],
    )


def invent_consumers(
    rng: Generator,
    taken: set[str],
    count: int,
    providers: tuple[Provider, ...] = PROVIDERS,
    shares: Sequence[float] | None = None,
) -> Iterator[Person]:
    """Invent people with a mailbox at a provider for consumers."""
    if shares is None:
        shares = [provider.share for provider in providers]
    chosen: list[int] = rng.choice(len(providers), count, p=shares).tolist()
    # The power is there because the first domain of a provider is by far the most common.
    places: list[float] = (rng.random(count) ** 5).tolist()
    for provider, place, named in zip(chosen, places, invent_names(rng, count), strict=True):
        domains = providers[provider].domains
        first, last, local = named
        domain = domains[int(place * len(domains))]
        address = free_address(taken, local, domain)
        yield Person(address, first, f"{first} {last}", provider, domain)


def invent_names(rng: Generator, count: int) -> Iterator[tuple[str, str, str]]:
    """First and last names with a local part made of them."""
    firsts = listed(rng.integers(len(_FIRST), size=count))
    lasts = listed(rng.integers(len(_LAST), size=count))
    patterns = listed(rng.integers(len(_LOCAL_PARTS), size=count))
    numbers = listed(rng.integers(1, 99, count))
    for i, j, pattern, number in zip(firsts, lasts, patterns, numbers, strict=True):
        first, last = _FIRST[i], _LAST[j]
        local = _LOCAL_PARTS[pattern].format(first=PLAIN[first], last=PLAIN[last], n=number)
        yield first, last, local


def free_address(taken: set[str], local: str, domain: str) -> str:
    """An address nobody has yet."""
    address, number = f"{local}@{domain}", 1
    while address in taken:
        number += 1
        address = f"{local}{number}@{domain}"
    taken.add(address)
    return address


def _contacts(rng: Generator, taken: set[str]) -> Iterator[Person]:
    for index, provider in enumerate(PROVIDERS):
        for domain in () if provider.share else provider.domains:
            company = domain.partition(".")[0].capitalize()
            for role in _ROLES:
                yield Person(f"{role}@{domain}", company, f"{company} {role}", index, domain)
            count = KEY_CUSTOMER_CONTACTS if domain == KEY_CUSTOMER else COMPANY_CONTACTS
            for first, last, _ in invent_names(rng, count):
                address = free_address(taken, f"{PLAIN[first]}.{PLAIN[last]}", domain)
                yield Person(address, first, f"{first} {last}", index, domain)


def _staff() -> Iterator[Person]:
    workspace = provider_index("Google Workspace")
    for local in _STAFF:
        name = local.replace(".", " ").title()
        yield Person(f"{local}@{STORE}", name.partition(" ")[0], name, workspace, STORE)


def _typos(rng: Generator) -> Iterator[Person]:
    for i, (first, last, local) in enumerate(invent_names(rng, IMPORTED_TYPOS)):
        domain = TYPO_DOMAINS[i % len(TYPO_DOMAINS)]
        yield Person(f"{local}@{domain}", first, f"{first} {last}", 0, domain)


def host_of(number: int, person: Person, providers: tuple[Provider, ...]) -> str:
    """Which server takes the mail of a person, by a number that spreads them."""
    hosts = providers[person.provider].mx
    host = hosts[number % len(hosts)]
    if "{" not in host:
        return host
    return host.format(domain=person.domain, dashed=person.domain.replace(".", "-"))


def _accounts(persons: list[Person]) -> Ints:
    contacts = {
        person.domain: i for i, person in enumerate(persons) if person.address[:9] == "accounts@"
    }
    return np.array([contacts.get(person.domain, -1) for person in persons], np.int64)


def _audiences(
    rng: Generator, persons: list[Person], consumers: Ints, companies: Ints, staff: Ints
) -> dict[Audience, tuple[Ints, Floats]]:
    key = np.array([persons[i].domain == KEY_CUSTOMER for i in listed(companies)], np.bool_)
    subscribers = rng.choice(np.concatenate((consumers, companies)), SUBSCRIBERS, replace=False)
    trade = rng.gamma(0.8, size=len(companies))
    trade[key] *= KEY_CUSTOMER_SHARE / trade[key].sum()
    trade[~key] *= (1 - KEY_CUSTOMER_SHARE) / trade[~key].sum()
    weights: dict[Audience, tuple[Ints, Floats]] = {
        # A few order again and again, most only once or twice.
        "shoppers": (consumers, rng.gamma(0.7, size=len(consumers))),
        "subscribers": (subscribers, np.ones(len(subscribers))),
        "businesses": (companies, rng.gamma(0.8, size=len(companies))),
        "staff": (staff, np.array([5.0, 4.0, 2.0, 1.0, 1.0])),
        "trade": (companies, trade),
    }
    return {name: (who, weight / weight.sum()) for name, (who, weight) in weights.items()}
