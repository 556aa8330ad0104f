"""Questions to DNS: each asked once, many at a time, all within one bound of time."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Iterable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import dns.exception
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver
from dns.rdtypes.ANY.TXT import TXT
from dns.rdtypes.nsbase import NSBase

from smtp2go_kit.triage.wording import plain

Outcome = Literal["found", "empty", "nxdomain", "servfail", "refused", "timeout"]
UNSEEN: tuple[Outcome, ...] = ("servfail", "refused", "timeout")
"""Outcomes that say nothing about whether a record is there."""
WORDS: dict[Outcome, str] = {"empty": "no such record", "timeout": "timeout"}
HOPS = 8
"""CNAMEs followed from one name, as many as BIND follows by itself."""
TRIES = 2
"""Times a server is asked within one timeout, as a UDP packet may be lost."""
LONGEST = 600
"""Characters of a record that are shown: a DKIM key of 2048 bits has some 400."""


class Row(NamedTuple):
    """One record of an answer."""

    name: str
    type: str
    ttl: int
    value: str

    @property
    def line(self) -> str:
        """The record as ``name TTL type value``."""
        value = f'"{self.value}"' if self.type == "TXT" else self.value
        return plain(f"{self.name} {self.ttl} {self.type} {value}", LONGEST)


@dataclass(frozen=True, slots=True)
class Answer:
    """What DNS said to one question, with the CNAMEs that were followed.

    Args:
        name: The name asked for, without a dot at the end.
        type: The type asked for.
        outcome: What came; ``empty`` is a name that has no record of the type.
        values: The values, TXT as its joined strings; none unless found.
        chain: The names that CNAMEs led to.
        lines: All of it as ``name TTL type value``.
    """

    name: str
    type: str
    outcome: Outcome
    values: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()

    @property
    def evidence(self) -> tuple[str, ...]:
        """The records as text; where there are none, what came instead."""
        if self.outcome == "found":
            return self.lines
        word = WORDS.get(self.outcome, self.outcome.upper())
        return (*self.lines, f"{self.chain[-1] if self.chain else self.name} {self.type} {word}")

    @property
    def is_unseen(self) -> bool:
        """Whether nothing is known of the record."""
        return self.outcome in UNSEEN

    @property
    def is_own(self) -> bool:
        """Whether the name itself has the values, not one behind a CNAME."""
        return self.outcome == "found" and not self.chain


class Lookups:
    """A resolver whose questions run in a pool, each asked once.

    Args:
        resolver: Where to ask; it is copied, never changed.
        timeout: Seconds that one question may take.
        deadline: The moment, by ``time.monotonic``, from which on nothing is asked any more.
        pool: Where questions run.
    """

    def __init__(
        self, resolver: dns.resolver.Resolver, timeout: float, deadline: float, pool: Executor
    ) -> None:
        self._resolver = copy.copy(resolver)
        self._resolver.cache = None
        self._resolver.timeout = timeout / max(TRIES, len(self._resolver.nameservers))
        self._timeout, self._deadline, self._pool = timeout, deadline, pool
        self._asked: dict[tuple[str, str], Future[Answer]] = {}
        self._lock = threading.Lock()

    def at(self, address: str) -> Lookups:
        """The same, asking only one server, at the resolver's port.

        Args:
            address: The server's IP address.
        """
        resolver = copy.copy(self._resolver)
        resolver.nameservers = [address]
        return Lookups(resolver, self._timeout, self._deadline, self._pool)

    def start(self, name: str, *types: str) -> None:
        """Ask without waiting for the answer.

        Args:
            name: The name.
            *types: The types of record.
        """
        for kind in types:
            self._ask(name, kind)

    def answer(self, name: str, kind: str) -> Answer:
        """The answer to a question.

        Args:
            name: The name.
            kind: The type of record.
        """
        return self._ask(name, kind).result()

    def answers(self, questions: Iterable[tuple[str, str]]) -> list[Answer]:
        """The answers to questions that are asked all at once.

        Args:
            questions: Names and types.
        """
        started = [self._ask(name, kind) for name, kind in questions]
        return [future.result() for future in started]

    def _ask(self, name: str, kind: str) -> Future[Answer]:
        key = name.rstrip(".").lower(), kind
        with self._lock:
            if key not in self._asked:
                self._asked[key] = self._pool.submit(self._followed, *key)
            return self._asked[key]

    def _followed(self, name: str, kind: str) -> Answer:
        chain: list[str] = []
        lines: list[str] = []
        at = name
        for _ in range(HOPS):
            outcome, came = self._once(at, kind)
            found, passed = _read(came, at, kind)
            lines += [row.line for row in (*passed, *found)]
            chain += [row.value for row in passed]
            last, at = at, chain[-1] if chain else at
            if found or at == last or outcome != "empty":
                values = tuple(row.value for row in found)
                fate: Outcome = "found" if found else outcome
                return Answer(name, kind, fate, values, tuple(chain), tuple(lines))
        return Answer(name, kind, "servfail", (), tuple(chain), tuple(lines))

    def _once(self, name: str, kind: str) -> tuple[Outcome, list[Row]]:
        left = min(self._timeout, self._deadline - time.monotonic())
        if left <= 0:
            return "timeout", []
        try:
            asked = dns.name.from_text(f"{name}.")
        except (dns.exception.DNSException, UnicodeError):
            return "nxdomain", []  # such a name cannot be published
        return self._resolved(asked, kind, left)

    def _resolved(self, asked: dns.name.Name, kind: str, left: float) -> tuple[Outcome, list[Row]]:
        try:
            answer = self._resolver.resolve(
                asked, kind, raise_on_no_answer=False, lifetime=left, search=False
            )
        except dns.resolver.NXDOMAIN as error:
            messages = _details(error).get("responses", {}).values()
            return "nxdomain", [row for message in messages for row in _rows(message)]
        except dns.exception.Timeout:
            return "timeout", []
        except dns.resolver.NoNameservers as error:
            return _failure(error), []
        except dns.exception.DNSException:
            return "servfail", []
        return "refused" if _is_referral(answer.response) else "empty", _rows(answer.response)


def _failure(error: dns.resolver.NoNameservers) -> Outcome:
    errors = _details(error).get("errors", [])
    codes = {entry[4].rcode() for entry in errors if entry[4] is not None}
    if not codes:
        return "timeout"
    return "refused" if codes == {dns.rcode.REFUSED} else "servfail"


def _details(error: Any) -> dict[str, Any]:
    found: dict[str, Any] = error.kwargs
    return found


def _is_referral(message: Any) -> bool:
    """Whether a server names others in place of an answer."""
    kinds = {rrset.rdtype for rrset in message.authority}
    return not message.answer and kinds == {dns.rdatatype.NS}


def _rows(message: Any) -> list[Row]:
    return [
        Row(_bare(rrset.name), dns.rdatatype.to_text(rrset.rdtype), rrset.ttl, _value(rdata))
        for rrset in message.answer
        for rdata in rrset
    ]


def _read(rows: list[Row], name: str, kind: str) -> tuple[list[Row], list[Row]]:
    """The records asked for, and the CNAMEs passed on the way to them."""
    passed: list[Row] = []
    while len(passed) < HOPS:
        here = [row for row in rows if row.name.lower() == name.lower()]
        if found := [row for row in here if row.type == kind]:
            return found, passed
        if not (alias := [row for row in here if row.type == "CNAME"]):
            break
        passed.append(alias[0])
        name = alias[0].value
    return [], passed


def _value(rdata: Any) -> str:
    if isinstance(rdata, TXT):
        return b"".join(rdata.strings).decode("utf-8", "backslashreplace")
    if isinstance(rdata, NSBase):
        return _bare(rdata.target)
    return str(rdata.to_text())


def _bare(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True)


def evidence(*answers: Answer) -> tuple[str, ...]:
    """What several answers said, each line once.

    Args:
        *answers: The answers.
    """
    return tuple(dict.fromkeys(line for answer in answers for line in answer.evidence))
