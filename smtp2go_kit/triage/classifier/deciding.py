"""One answer, classified: tokens of providers, then words, then the status, then the code."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, cast

from smtp2go_kit.triage.classifier import naming
from smtp2go_kit.triage.classifier.kinds import NOTHING, Category, Classification, Permanence
from smtp2go_kit.triage.classifier.ruleset import Rule, Rules, data
from smtp2go_kit.triage.classifier.text import Reply, masked, readings

NAMED = ("reputation-block", "rate-limited", "spam-content")
"""Classes whose texts name whose reputation they are about."""
DOMAINS = ("dkim-domain", "spf-domain", "from-domain", "url-domain")
CAUSES = {
    "dkim-domain": "domain-reputation",
    "spf-domain": "domain-reputation",
    "from-domain": "domain-reputation",
    "url-domain": "link-domain-listed",
}
"""Why mail is blocked for a reputation, by whose it is."""
SURE = 0.5
"""Confidence below which no answer is a reason to give an address up."""
UNSURE = 0.05
"""Confidence where an answer says nothing that any rule knows."""


def classify(response: str | None, *, rules: Rules | None = None) -> Classification:
    """What a server's answer means.

    Line folding, case, queue ids, addresses, IPs and hosts make no difference. A 2xx answer is
    never classified: it is ``other`` with confidence 0.

    Args:
        response: The answer, as it came; 1,500 characters of it are looked at. A missing one
            (None, NaN) is not classified either.
        rules: Rules other than the shipped ones.
    """
    if not isinstance(response, str):
        # What is missing in a column comes as None, NaN or NA, and says nothing.
        return NOTHING
    return decided(masked(response), rules or Rules.default())


@functools.lru_cache(maxsize=65_536)
def decided(text: str, rules: Rules) -> Classification:
    """What a masked answer means.

    Args:
        text: As :func:`smtp2go_kit.triage.classifier.text.masked` returns it.
        rules: The rules.
    """
    forms = list(readings(text))
    first = forms[0]
    if first.code.startswith("2") or (not first.code and first.status.startswith("2")):
        return NOTHING
    if not first.text and not first.code and not first.status:
        return NOTHING
    places = (_place(reply, rules) for reply in forms)
    best = min((place for place in places if place), key=lambda place: place[0], default=None)
    if best is None:
        return _told(first, None, "", UNSURE)
    place, reply, evidence = best
    rule = rules.rules[place]
    return _told(reply, rule, evidence, rule.confidence)


def _place(reply: Reply, rules: Rules) -> tuple[int, Reply, str] | None:
    for place, rule in enumerate(rules.rules):
        evidence = rule.evidence(reply)
        if evidence is not None:
            return place, reply, evidence
    return None


def _told(reply: Reply, rule: Rule | None, evidence: str, confidence: float) -> Classification:
    category: Category = rule.category if rule else "other"
    own: Mapping[str, str] = rule.overrides if rule else {}
    said: dict[str, Any] = {**data("categories.toml")[category], **own}
    said |= _identified(reply, category, said.get("named_identity", ""), own)
    permanence = _permanence(said["permanence"], reply)
    # What may still change is no reason to lose an address.
    early = said["action"] == "remove" and permanence == "temporary"
    if said["action"] == "remove" and confidence < SURE:
        said["action"] = "none"
    return Classification(
        category=category,
        permanence=permanence,
        fault=said["fault"],
        scope=said["scope"],
        action="wait" if early else said["action"],
        named_identity=said["named_identity"],
        blocklist=naming.blocklist(reply.lowered),
        retry_after=naming.delay(reply.lowered),
        provider_token=naming.token(reply.lowered),
        provider=said.get("provider") or naming.author(reply.lowered),
        cause=said["cause"],
        rule=rule.name if rule else "",
        evidence=evidence,
        confidence=confidence,
    )


def _identified(
    reply: Reply, category: Category, named: str, own: Mapping[str, str]
) -> dict[str, str]:
    """The identity that a text names, and the cause and scope that follow from it."""
    if not named and category in NAMED:
        named = naming.identity(reply.lowered)
    told = {"named_identity": named}
    if named in DOMAINS and category in ("reputation-block", "rate-limited"):
        told["scope"] = "domain"
    if category == "reputation-block":
        told["cause"] = CAUSES.get(named, "ip-block")
    return {**told, **{key: own[key] for key in ("cause", "scope") if key in own}}


def _permanence(said: str, reply: Reply) -> Permanence:
    if said != "coded":
        return cast("Permanence", said)
    kind = (reply.code or reply.status)[:1]
    return "temporary" if kind == "4" else "permanent" if kind == "5" else "unknown"
