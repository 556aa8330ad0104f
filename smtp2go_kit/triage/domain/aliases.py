"""The CNAMEs that a sender domain publishes: what DNS has at their names, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from smtp2go_kit.dns_records import is_same
from smtp2go_kit.triage.domain.lookups import Answer, Lookups
from smtp2go_kit.triage.domain.standing import Told

HERE = ("CNAME", "TXT", "MX", "A", "AAAA")
"""What is asked at the name of each record."""
ADDRESSES = ("A", "AAAA")
TEXT = ("TXT", "MX")
MOST_ZONES = 3
"""Zones whose name a panel may have added: the domain's own, or one above it."""


@dataclass(frozen=True, slots=True)
class Wild:
    """What DNS says to names that nobody published.

    Args:
        answers: What was said to an invented name below the domain, by type.
        deep: What was said to one below ``_domainkey``, by type.
    """

    answers: dict[str, Answer]
    deep: dict[str, Answer]

    @property
    def found(self) -> list[Answer]:
        """The answers that a wildcard record gave."""
        said = [*self.answers.values(), *self.deep.values()]
        return [answer for answer in said if answer.outcome == "found"]

    def is_source(self, answer: Answer) -> bool:
        """Whether an answer may be the wildcard's: it is the same.

        Args:
            answer: The answer.
        """
        return any(
            wild.type == answer.type and {*wild.values} == {*answer.values} for wild in self.found
        )


@dataclass(frozen=True, slots=True)
class Alias:
    """What DNS has at the name of a record.

    Args:
        told: The record.
        here: The answers at its name, by type.
        misplaced: Answers at names that are usual slips, each with the slip's id.
        target: The addresses of the record's target.
    """

    told: Told
    here: dict[str, Answer]
    misplaced: tuple[tuple[str, Answer], ...]
    target: tuple[str, ...]

    @property
    def cname(self) -> Answer:
        """The answer to the question for the record itself."""
        return self.here["CNAME"]

    @property
    def is_unseen(self) -> bool:
        """Whether DNS did not say if the record is there."""
        return self.cname.is_unseen

    @property
    def is_right(self) -> bool:
        """Whether the record is there and leads where it must, as the service checks it."""
        return self._leads(self.cname)

    @property
    def slips(self) -> list[tuple[str, Answer]]:
        """Where the record stands by a slip, each with the slip's id."""
        return [(slip, answer) for slip, answer in self.misplaced if self._leads(answer)]

    def _leads(self, answer: Answer) -> bool:
        return any(is_same(value, self.told.target) for value in answer.values)

    def own(self, *types: str) -> list[Answer]:
        """The answers of types that the name itself has, not its target.

        Args:
            *types: The types.
        """
        return [self.here[kind] for kind in types if self.here[kind].is_own]

    def beside(self, wild: Wild) -> list[Answer]:
        """What the name itself has that is no CNAME, and is not a wildcard's.

        Args:
            wild: What DNS says to names that nobody published.
        """
        return [answer for answer in self.own(*TEXT, *ADDRESSES) if not wild.is_source(answer)]


def look(lookups: Lookups, told: Told, domain: str) -> Alias:
    """Ask DNS for everything at the name of a record, and at names of usual slips.

    Args:
        lookups: Where to ask.
        told: The record.
        domain: The sender domain that it belongs to.
    """
    slips = dict(_slips(told.host, domain))
    lookups.start(told.host, *HERE)
    lookups.start(told.target, *ADDRESSES)
    misplaced = lookups.answers((name, "CNAME") for name in slips)
    addresses = lookups.answers((told.target, kind) for kind in ADDRESSES)
    return Alias(
        told,
        {kind: lookups.answer(told.host, kind) for kind in HERE},
        tuple(zip(slips.values(), misplaced, strict=True)),
        tuple(value for answer in addresses for value in answer.values),
    )


def _slips(host: str, domain: str) -> Iterator[tuple[str, str]]:
    """Names that panels make of a record's name, and the slip that makes them."""
    labels = domain.split(".")
    for start in range(min(MOST_ZONES, max(1, len(labels) - 1))):
        yield f"{host}.{'.'.join(labels[start:])}", "doubled-name"
    if "._domainkey." in host:
        yield host.replace("._domainkey.", ".domainkey."), "underscore-dropped"


def faults(alias: Alias, wild: Wild) -> tuple[str, ...]:
    """What is wrong with a record, as ids; none if it is right.

    Args:
        alias: What DNS has at its name.
        wild: What DNS says to names that nobody published.
    """
    cname = alias.cname
    if alias.is_unseen:
        return (cname.outcome,)
    if alias.is_right:
        return ("beside-cname",) if alias.beside(wild) else ()
    if cname.values and not wild.is_source(cname):
        return ("indirect",) if _passes_target(alias) else ("wrong-target",)
    return (_instead(alias, wild),)


def _passes_target(alias: Alias) -> bool:
    names = (name for kind in (*TEXT, *ADDRESSES) for name in alias.here[kind].chain)
    return any(is_same(name, alias.told.target) for name in names)


def _instead(alias: Alias, wild: Wild) -> str:
    """What there is where a CNAME should be."""
    slips = [slip for slip, answer in alias.slips if not wild.is_source(answer)]
    beside = alias.beside(wild)
    if addresses := [answer for answer in beside if answer.type in ADDRESSES]:
        found = {value for answer in addresses for value in answer.values}
        return "flattened" if found <= {*alias.target} else "proxied"
    if beside:
        return "wrong-type"
    return slips[0] if slips else "missing"
