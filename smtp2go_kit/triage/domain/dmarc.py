"""DMARC policies: which record a domain's mail falls under, and what it asks for (RFC 9989)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from smtp2go_kit.triage.domain.keys import tags_of
from smtp2go_kit.triage.domain.lookups import Answer, Lookups

MOST_STEPS = 8
"""Names that a tree walk asks (RFC 9989 4.10)."""
POLICIES = ("none", "quarantine", "reject")
LEGACY = ("pct", "rf", "ri")
"""Tags that RFC 9989 took out; some receivers still read them."""
MEANT = re.compile(r"\W{0,5}v\s*=\s*dmarc1", re.IGNORECASE)
VALID = re.compile(r"[vV]\s*=\s*DMARC1\s*(?:;|$)")


@dataclass(slots=True)
class Dmarc:
    """The DMARC record that applies to a domain.

    Args:
        domain: The domain.
        answers: What DNS said at ``_dmarc`` of it and of its parents.
        at: The domain whose record applies; empty if there is none.
        record: The record.
        tags: Its tags.
        policy: What it asks receivers to do with this domain's mail that fails.
        problems: What is wrong, as ids, each with words.
    """

    domain: str
    answers: list[Answer]
    at: str = ""
    record: str = ""
    tags: dict[str, str] = field(default_factory=dict[str, str])
    policy: str = ""
    problems: dict[str, str] = field(default_factory=dict[str, str])

    def is_strict(self, tag: str) -> bool:
        """Whether ``aspf`` or ``adkim`` asks for the very same domain.

        Args:
            tag: The tag.
        """
        return self.tags.get(tag, "r").lower() == "s"


def find_dmarc(lookups: Lookups, domain: str) -> Dmarc:
    """Find the record that applies to a domain: its own, else its organisation's.

    Args:
        lookups: Where to ask.
        domain: The domain.
    """
    names = list(_walk(domain))
    answers = lookups.answers((f"_dmarc.{name}", "TXT") for name in names)
    found = Dmarc(domain, answers)
    valid = {
        name: records[0]
        for name, answer in zip(names, answers, strict=True)
        if len(records := _records(answer)) == 1
    }
    _own_faults(found, lookups)
    found.at = domain if domain in valid else _organisation(names, valid)
    if found.at:
        found.answers = answers[: names.index(found.at) + 1]
        _read(found, lookups, valid[found.at])
    return found


def _walk(domain: str) -> Iterator[str]:
    """The domain and its parents, of a long name only the last seven labels."""
    labels = domain.split(".")
    yield domain
    first = 1 if len(labels) <= MOST_STEPS else len(labels) - MOST_STEPS + 1
    for start in range(first, len(labels)):
        yield ".".join(labels[start:])


def _records(answer: Answer) -> list[str]:
    return [text for text in answer.values if VALID.match(text)]


def _organisation(names: list[str], valid: dict[str, str]) -> str:
    """The domain of the tree whose record applies to a domain without one of its own."""
    found = ""
    for name in names[1:]:
        if name in valid:
            kind = tags_of(valid[name]).get("psd", "u").lower()
            if kind == "y" and found:
                return found
            found = name
            if kind in ("n", "y"):
                break
    return found


def _own_faults(found: Dmarc, lookups: Lookups) -> None:
    """What is wrong at the domain's own ``_dmarc``."""
    own = found.answers[0]
    if own.is_unseen:
        found.problems[own.outcome] = f"{own.name} could not be looked up"
    elif len(_records(own)) > 1:
        found.problems["two-records"] = f"{own.name} has {len(_records(own))} DMARC records"
    elif not _records(own):
        if bad := [text for text in own.values if MEANT.match(text)]:
            found.problems["invalid"] = f'"{bad[0]}" is no DMARC record'
        found.problems |= _misplaced(found.domain, lookups)


def _misplaced(domain: str, lookups: Lookups) -> dict[str, str]:
    doubled = lookups.answer(f"_dmarc.{domain}.{domain}", "TXT")
    places = {"wrong-place": lookups.answer(domain, "TXT"), "doubled-name": doubled}
    return {
        problem: f"a DMARC record stands at {answer.name}"
        for problem, answer in places.items()
        if _records(answer)
    }


def _read(found: Dmarc, lookups: Lookups, record: str) -> None:
    found.record = record
    found.tags = tags_of(record)
    found.policy = _policy(found, lookups)
    if fault := _fault(found.tags):
        found.problems["invalid"] = fault
    if legacy := [tag for tag in LEGACY if tag in found.tags]:
        found.problems["legacy-tag"] = f"{', '.join(legacy)} is no longer a tag of DMARC"
    for uri in filter(None, found.tags.get("rua", "").split(",")):
        _report_to(found, lookups, uri)


def _policy(found: Dmarc, lookups: Lookups) -> str:
    tags, order = found.tags, ["p"]
    if found.at != found.domain:
        is_there = lookups.answer(found.domain, "SOA").outcome != "nxdomain"
        order = ["sp", "p"] if is_there else ["np", "sp", "p"]
    policy = next((tags[tag].lower() for tag in order if tag in tags), "none")
    if policy not in POLICIES:
        return "none"
    # A test asks receivers to be one step milder (RFC 9989 4.7).
    step = POLICIES.index(policy) - (tags.get("t", "n").lower() == "y")
    return POLICIES[max(0, step)]


def _fault(tags: dict[str, str]) -> str:
    if "p" not in tags:
        return "it has no p tag, which many receivers need"
    for tag in ("p", "sp", "np"):
        if tag in tags and tags[tag].lower() not in POLICIES:
            return f"{tag}={tags[tag]} is none of {', '.join(POLICIES)}"
    for tag in ("aspf", "adkim"):
        if tags.get(tag, "r").lower() not in ("r", "s"):
            return f"{tag}={tags[tag]} is neither r nor s"
    return ""


def _report_to(found: Dmarc, lookups: Lookups, uri: str) -> None:
    """Whether reports can go to an address."""
    match = re.fullmatch(r"mailto:[^@\s]+@([\w.-]+?)\.?(?:![\d]+[kmgt]?)?", uri, re.IGNORECASE)
    if not match:
        found.problems["rua-invalid"] = f"{uri} is no mailto: address"
        return
    name = match[1].lower()
    said = lookups.answers((name, kind) for kind in ("MX", "A", "AAAA"))
    if all(answer.outcome in ("empty", "nxdomain") for answer in said):
        found.problems["rua-unresolvable"] = f"{name} receives no mail"
        found.answers += said[:1]
    elif not _is_within(name, found.at) and not _is_within(found.at, name):
        grant = lookups.answer(f"{found.at}._report._dmarc.{name}", "TXT")
        found.answers.append(grant)
        if not grant.is_unseen and not any(MEANT.match(text) for text in grant.values):
            found.problems["rua-unauthorised"] = f"{grant.name} does not allow it"


def _is_within(name: str, parent: str) -> bool:
    return name == parent or name.endswith(f".{parent}")
