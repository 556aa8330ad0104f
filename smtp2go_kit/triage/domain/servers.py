"""The name servers of a zone, each asked by itself: whether all of them say the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from smtp2go_kit.triage.domain.lookups import Answer, Lookups

MOST = 8
"""Name servers that are asked; few zones have more."""
Question = tuple[str, str]
Said = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Servers:
    """What each of a zone's name servers says.

    Args:
        zone: The zone that the domain lies in; empty where it was not found.
        listed: The answers that were looked at to find its name servers.
        addresses: The address of each server, by its name; only those that have one here.
        answers: What each server said to each question, in the questions' order.
        cached: What the resolver said to the same questions.
    """

    zone: str
    listed: tuple[Answer, ...]
    addresses: dict[str, str]
    answers: dict[str, list[Answer]]
    cached: list[Answer]

    @property
    def silent(self) -> list[str]:
        """The servers that answered nothing."""
        return self._whose(lambda said: all(answer.outcome == "timeout" for answer in said))

    @property
    def lame(self) -> list[str]:
        """The servers that answer, but not for this zone."""
        bad = ("servfail", "refused")
        return self._whose(lambda said: all(answer.outcome in bad for answer in said))

    @property
    def different(self) -> list[int]:
        """The questions, by their place, that servers answered differently."""
        good = [s for name, s in self.answers.items() if name not in {*self.silent, *self.lame}]
        places = range(len(self.cached))
        return [i for i in places if len(_told(said[i] for said in good)) > 1]

    @property
    def outdated(self) -> list[int]:
        """The questions that all servers answer alike, and the resolver otherwise."""
        good = [s for name, s in self.answers.items() if name not in {*self.silent, *self.lame}]
        places = [i for i in range(len(self.cached)) if i not in self.different and good]
        told = {i: _told((good[0][i], self.cached[i])) for i in places}
        return [i for i in places if len(told[i]) > 1]

    def _whose(self, fits: Callable[[list[Answer]], bool]) -> list[str]:
        return [name for name, said in self.answers.items() if fits(said)]


def _told(answers: Iterable[Answer]) -> set[Said]:
    """What was said, all alike; of a CNAME its target, as servers seldom know what is there."""
    return {
        tuple(sorted(value.lower() for value in answer.chain[:1] or answer.values))
        for answer in answers
        if answer.chain or not answer.is_unseen
    }


def ask_servers(lookups: Lookups, domain: str, questions: list[Question]) -> Servers:
    """Ask each name server of a domain's zone the same questions.

    The servers' addresses come from the resolver, and its port is theirs.

    Args:
        lookups: Where to ask for the servers and their addresses.
        domain: The domain.
        questions: Names and types.
    """
    zone, listed = _zone(lookups, domain)
    names = [name.lower() for name in listed[-1].values[:MOST]] if zone else []
    addresses = _addresses(lookups, names)
    asked = {name: lookups.at(address) for name, address in addresses.items()}
    for server in asked.values():
        for name, kind in questions:
            server.start(name, kind)
    answers = {name: server.answers(questions) for name, server in asked.items()}
    return Servers(zone, tuple(listed), addresses, answers, lookups.answers(questions))


def _zone(lookups: Lookups, domain: str) -> tuple[str, list[Answer]]:
    """The nearest of a domain and its parents that has name servers; no top-level domain."""
    labels = domain.split(".")
    names = [".".join(labels[start:]) for start in range(max(1, len(labels) - 1))]
    answers = lookups.answers((name, "NS") for name in names)
    for place, (name, answer) in enumerate(zip(names, answers, strict=True)):
        if answer.is_own:
            return name, answers[: place + 1]
    return "", answers


def _addresses(lookups: Lookups, names: list[str]) -> dict[str, str]:
    for name in names:
        lookups.start(name, "A", "AAAA")
    found = {
        name: (*lookups.answer(name, "A").values, *lookups.answer(name, "AAAA").values)
        for name in names
    }
    return {name: addresses[0] for name, addresses in found.items() if addresses}
