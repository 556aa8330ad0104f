"""SPF records: their syntax, and the DNS lookups they cost (RFC 7208)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from smtp2go_kit.triage.domain.lookups import Answer, Lookups

MOST_LOOKUPS = 10
"""DNS lookups that one check may cost (RFC 7208 4.6.4)."""
MOST_VOID = 2
"""Lookups without an answer that one check may make (RFC 7208 4.6.4)."""
STOP = 40
"""Lookups after which counting ends: it is long too many."""
TERM = re.compile(
    r"(?P<sign>[-+~?]?)(?P<name>[a-z][a-z0-9_.-]*)(?:(?P<mark>[:=])(?P<value>[^\s/]*))?(?P<cidr>(?:/[\d/]+)?)",
    re.IGNORECASE,
)
COSTLY = ("include", "a", "mx", "ptr", "exists", "redirect")
NEEDS_VALUE = ("include", "exists", "ip4", "ip6", "redirect")
MODIFIERS = ("redirect", "exp")
KNOWN = (*COSTLY, "all", "ip4", "ip6", "exp")


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a record.

    Args:
        sign: ``+``, ``-``, ``~`` or ``?``.
        name: The mechanism or modifier, in small letters.
        value: What follows its colon or equals sign.
        text: The term as it stands.
    """

    sign: str
    name: str
    value: str
    text: str


@dataclass(slots=True)
class Spf:
    """A domain's SPF, with everything that it includes counted.

    Args:
        domain: The domain.
        answer: Its TXT records.
        records: Those of them that are SPF.
        terms: The terms of the first.
        lookups: DNS lookups that a check costs at most.
        void: Those of them that find nothing.
        problems: What is wrong, as ids.
        lines: What DNS said to includes, and to lookups that found nothing.
    """

    domain: str
    answer: Answer
    records: tuple[str, ...]
    terms: tuple[Term, ...] = ()
    lookups: int = 0
    void: int = 0
    problems: dict[str, str] = field(default_factory=dict[str, str])
    lines: list[str] = field(default_factory=list[str])


def spf_records(answer: Answer) -> tuple[str, ...]:
    """The texts that are SPF records.

    Args:
        answer: TXT records.
    """
    return tuple(text for text in answer.values if re.match(r"v=spf1(?: |$)", text, re.IGNORECASE))


def count_spf(lookups: Lookups, domain: str) -> Spf:
    """Read a domain's SPF and count what it costs, everything that it includes with it.

    Args:
        lookups: Where to ask.
        domain: The domain.
    """
    answer = lookups.answer(domain, "TXT")
    found = Spf(domain, answer, spf_records(answer))
    if len(found.records) > 1:
        found.problems["two-records"] = f"{domain} has {len(found.records)} SPF records"
    if found.records:
        found.terms = _terms(found, found.records[0])
        level = [(domain, found.terms)]
        while level and found.lookups < STOP:
            level = [part for at, terms in level for part in _expanded(lookups, found, at, terms)]
    if found.lookups > MOST_LOOKUPS:
        found.problems["too-many-lookups"] = (
            f"SPF costs {found.lookups} DNS lookups, and receivers stop at {MOST_LOOKUPS}"
        )
    if found.void > MOST_VOID:
        found.problems["too-many-void-lookups"] = (
            f"{found.void} lookups of SPF find nothing, and receivers stop at {MOST_VOID}"
        )
    return found


def _terms(found: Spf, record: str) -> tuple[Term, ...]:
    """The terms that a check may come to: nothing after ``all``."""
    read = {text: _term(text) for text in record.split()[1:]}
    for text in (text for text, term in read.items() if term is None):
        found.problems.setdefault("syntax", f"{text!r} is no term of SPF")
    terms = [term for text in record.split()[1:] if (term := read[text])]
    ends = [place for place, term in enumerate(terms) if term.name == "all"]
    if ends:
        terms = [term for term in terms[: ends[0] + 1] if term.name != "redirect"]
        if terms[-1].sign == "+":
            found.problems["plus-all"] = "SPF ends in +all, which lets anybody send"
    if any(term.name == "ptr" for term in terms):
        found.problems["ptr"] = "SPF uses ptr"
    return tuple(terms)


def _term(text: str) -> Term | None:
    match = TERM.fullmatch(text)
    if not match:
        return None
    name, value = match["name"].lower(), match["value"] or ""
    if _is_wrong(name, match["mark"] or "", value, match["cidr"]):
        return None
    return Term(match["sign"] or "+", name, value, text)


def _is_wrong(name: str, mark: str, value: str, cidr: str) -> bool:
    if (mark == "=") != (name in MODIFIERS):
        return name in KNOWN or mark != "="
    if name not in KNOWN or (name in NEEDS_VALUE and not value) or (mark and not value):
        return True
    if name in ("ip4", "ip6"):
        return not _is_network(f"{value}{cidr}", 4 if name == "ip4" else 6)
    return (bool(cidr) and name not in ("a", "mx")) or (name == "all" and bool(mark))


def _is_network(text: str, version: int) -> bool:
    try:
        return ipaddress.ip_network(text, strict=False).version == version
    except ValueError:
        return False


def _expanded(
    lookups: Lookups, found: Spf, domain: str, terms: Iterable[Term]
) -> list[tuple[str, tuple[Term, ...]]]:
    """Count the lookups of terms; the records they include are the next to count."""
    costly = [term for term in terms if term.name in COSTLY]
    found.lookups += len(costly)
    told = [term for term in costly[:STOP] if _is_plain(term)]
    asked = [(term, term.value.rstrip(".").lower() or domain) for term in told]
    for term, name in asked:
        lookups.start(name, *_types(term))
    return [part for term, name in asked for part in _result(lookups, found, term, name)]


def _is_plain(term: Term) -> bool:
    """Whether what a term asks for is known without a message."""
    return term.name != "ptr" and "%" not in term.value


def _types(term: Term) -> tuple[str, ...]:
    if term.name in ("include", "redirect"):
        return ("TXT",)
    return ("MX",) if term.name == "mx" else ("A",) if term.name == "exists" else ("A", "AAAA")


def _result(
    lookups: Lookups, found: Spf, term: Term, name: str
) -> list[tuple[str, tuple[Term, ...]]]:
    said = [lookups.answer(name, kind) for kind in _types(term)]
    is_void = all(answer.outcome in ("empty", "nxdomain") for answer in said)
    found.void += is_void
    if term.name not in ("include", "redirect"):
        found.lines += said[0].evidence if is_void else ()
        return []
    records = spf_records(said[0])
    found.lines += said[0].evidence if not records else of_spf(said[0])
    if said[0].is_unseen:
        found.problems.setdefault(said[0].outcome, f"{name} could not be looked up")
    elif len(records) != 1:
        found.problems.setdefault("broken-include", f"{name} has {len(records)} SPF records")
    else:
        return [(name, _terms(found, records[0]))]
    return []


def of_spf(answer: Answer) -> list[str]:
    """The lines of an answer that are SPF.

    Args:
        answer: TXT records.
    """
    return [line for line in answer.lines if "v=spf1" in line.lower()]
