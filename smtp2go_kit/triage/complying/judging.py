"""Whether a provider's requirement is met, as far as an account's mail and domains can tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from smtp2go_kit.providers import provider_of
from smtp2go_kit.triage.action import Action
from smtp2go_kit.triage.complying.received import Received
from smtp2go_kit.triage.complying.requirements import (
    FEEDBACK,
    LOOK_AGAIN,
    VOLUME,
    Kind,
    Requirement,
)
from smtp2go_kit.triage.complying.sender_domains import SenderDomain
from smtp2go_kit.triage.domain.diagnosis import Check, Diagnosis, worst
from smtp2go_kit.triage.intervals import jeffreys, probability_above, verdict
from smtp2go_kit.triage.wording import and_more, number, plain

Result = Literal["pass", "fail", "unknown"]
REFUSED = 0.01
"""Share of mail refused for one thing from which on it is not met; our own measure."""
ENOUGH = 59
"""People of whom none got late mail, from which fewer than 5 % do, with 95 % confidence."""
NAMED = 3
"""Most domains that a row names."""
PATTERNS: Mapping[str, str] = MappingProxyType(
    {
        "reverse-dns": r"\b[45]\.7\.25\b|\bptr\b|reverse[ -]dns",
        "tls": r"\b[45]\.7\.29\b|without tls|tls (?:is )?required|must issue a starttls",
        "dmarc": r"\b4\.7\.(?:31|40)\b|\b5\.7\.(?:31|40)\b|no dmarc|dmarc record",
        "resolves": r"unresolvable|sender domain (?:must|does not) (?:exist|resolve)",
    }
)
"""How providers word a refusal for one thing; codes are those of section 2 of their own pages."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether one requirement is met.

    Args:
        result: ``pass``, ``fail`` or ``unknown``.
        number: The figure behind it, in words.
        why: Why it is unknown, or what was seen; in words.
        count: Cases; None where nothing was counted.
        of: All that could have been cases, likewise.
        actions: What to do about these domains, where that is known more exactly than the rule
            tells it.
    """

    result: Result
    number: str
    why: str = ""
    count: int | None = None
    of: int | None = None
    actions: tuple[Action, ...] = ()

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % Jeffreys interval of the share, each 0 to 1; None where nothing was counted."""
        if self.count is None or not self.of:
            return None
        return jeffreys(self.count, self.of)


@dataclass(frozen=True, eq=False)
class Facts:
    """What one provider's requirements are judged by.

    Args:
        got: The mail to the provider.
        states: The sender domains' states; None if they could not be seen.
        diagnoses: What DNS has of From domains, where it was looked up.
    """

    got: Received
    states: Sequence[SenderDomain] | None
    diagnoses: Mapping[str, Diagnosis]

    @property
    def is_bulk(self) -> bool:
        """Whether rules for bulk senders are asked for; they are where no number is named."""
        return self.got.peak >= VOLUME.get(self.got.provider, 0)

    def check(self, name: str) -> Check | None:
        """The worst of one check over the From domains used; None where none was looked up."""
        used = [self.diagnoses.get(domain) for domain in self.got.domains("from_domain")]
        found = [diagnosis[name] for diagnosis in used if diagnosis is not None]
        if len(found) < len(used) or not found:
            return None
        status = worst(check.status for check in found)
        return next(check for check in found if check.status == status)


def judge(asked: Requirement, facts: Facts) -> Judgement:
    """Whether one requirement is met.

    Args:
        asked: The requirement.
        facts: What is known of the provider.
    """
    if facts.got.sent.empty:
        return Judgement("unknown", "no mail to it was seen", "can't tell yet (n=0)", None, 0)
    return JUDGES[asked.kind](asked, facts)


def _authentication(asked: Requirement, facts: Facts) -> Judgement:
    refusals = _refusals(facts, "", "authentication")
    if refusals.result == "fail":
        return _refused(refusals, facts, "sender_domain")
    checks = [facts.check(name) for name in ("dkim", "return-path")]
    broken = [check for check in checks if check is not None and check.status == "fail"]
    if broken:
        return _counted("fail", refusals, broken[0].summary)
    return _by_state(facts, "sender_domain", refusals)


def _alignment(asked: Requirement, facts: Facts) -> Judgement:
    counted = _refusals(facts, r"\b[45]\.7\.32\b|not aligned|alignment", "")
    if counted.result == "fail":
        return _refused(counted, facts, "from_domain")
    return _by_state(facts, "from_domain", counted)


def _unverified(facts: Facts, column: str) -> list[SenderDomain]:
    used = facts.got.of(facts.states or (), column)
    # Mail from elsewhere leaves with SMTP2GO's own domains: authenticated, but not aligned.
    return [
        each
        for each in used
        if each.is_verified is False and (each.is_known or column == "from_domain")
    ]


def _refused(counted: Judgement, facts: Facts, column: str) -> Judgement:
    """Not met, as providers say; with what SMTP2GO says of the domains."""
    used = facts.got.of(facts.states or (), column)
    if used and all(state.is_verified for state in used):
        return replace(counted, actions=(LOOK_AGAIN,))
    return _with_actions(counted, _unverified(facts, column))


def _with_actions(judged: Judgement, domains: Sequence[SenderDomain]) -> Judgement:
    """With what makes the first domains verified."""
    actions = (action for domain in domains[:NAMED] for action in domain.actions)
    return replace(judged, actions=tuple(dict.fromkeys(actions)))


def _by_state(facts: Facts, column: str, counted: Judgement) -> Judgement:
    """By what SMTP2GO says of the domains that were used."""
    if facts.states is None:
        return _counted("unknown", counted, "can't be seen from here: the account's sender domains")
    used = facts.got.of(facts.states, column)
    if bad := _unverified(facts, column):
        told = _counted("fail", counted, _named([state.words for state in bad]))
        return _with_actions(told, bad)
    if not all(state.is_verified for state in used) or not used:
        return _counted("unknown", counted, "can't be seen from here: sent without own domain")
    return _counted("pass", counted, _named([state.words for state in used]))


def _dmarc(asked: Requirement, facts: Facts) -> Judgement:
    counted = _refusals(facts, PATTERNS["dmarc"], "authentication")
    if counted.result == "fail":
        return counted
    return _by_check(facts.check("dmarc"), counted)


def _by_check(check: Check | None, counted: Judgement) -> Judgement:
    if check is None:
        return _counted("unknown", counted, "can't be seen from here: DNS was not looked up")
    results: dict[str, Result] = {"ok": "pass", "warn": "pass", "fail": "fail"}
    return _counted(results.get(check.status, "unknown"), counted, check.summary)


def _of_servers(asked: Requirement, facts: Facts) -> Judgement:
    """By refusals alone, as the provider refuses mail without it."""
    counted = _refusals(facts, PATTERNS[asked.kind], "")
    return _undecided(counted) if counted.result == "unknown" else counted


def _resolves(asked: Requirement, facts: Facts) -> Judgement:
    counted = _refusals(facts, PATTERNS["resolves"], "")
    if counted.result == "fail":
        return counted
    check = facts.check("receives-mail")
    return _undecided(counted) if check is None else _by_check(check, counted)


def _complaints(asked: Requirement, facts: Facts) -> Judgement:
    name = facts.got.provider
    count, of = facts.got.complaints
    shown = f"{_share(count, of)} of the mail delivered there was marked as spam"
    above = verdict(count, of, asked.limit) if asked.limit and of else "undecided"
    # What is reported is never more than what there is, so that it can fail, but not pass.
    if above == "above":
        return Judgement("fail", shown, _told(asked.limit, count, of), count, of)
    if name not in FEEDBACK:
        why = f"can't be seen from here: {name} has no feedback loop"
        return Judgement("unknown", "no complaint rate", why)
    if above == "below":
        return Judgement("pass", shown, _told(asked.limit, count, of), count, of)
    return _undecided(Judgement("unknown", shown, "", count, of))


def _one_click(asked: Requirement, facts: Facts) -> Judgement:
    why = "can't be seen from here: the activity has neither headers nor bodies"
    return Judgement("unknown", "", why)


def _honoured(asked: Requirement, facts: Facts) -> Judgement:
    late, people = facts.got.written_after, facts.got.asked_out
    shown = f"{number(late)} of {number(people)} who unsubscribed got mail more than 48 hours later"
    if not people:
        return Judgement("unknown", shown, "can't tell yet (n=0): nobody unsubscribed", late, 0)
    if not late and people < ENOUGH:
        return Judgement("unknown", shown, f"can't tell yet (n={number(people)})", late, people)
    return Judgement("fail" if late else "pass", shown, "", late, people)


def _own_from(asked: Requirement, facts: Facts) -> Judgement:
    used = facts.got.domains("from_domain")
    theirs = [domain for domain in used if provider_of(domain) == asked.provider]
    count = int(facts.got.sent["from_domain"].isin(theirs).sum())
    shown = f"{number(count)} of {number(len(facts.got.sent))} emails"
    if not used:
        return Judgement("unknown", "", "can't be seen from here: no From address is told")
    why = _named(theirs)
    return Judgement("fail" if theirs else "pass", shown, why, count, len(facts.got.sent))


def _bulk(asked: Requirement, facts: Facts) -> Judgement:
    at = f" up to {facts.got.peak_at:%Y-%m-%d %H:%M} UTC" if facts.got.peak else ""
    shown = f"{number(facts.got.peak)} in the busiest 24 hours{at}, from one domain"
    return Judgement("unknown" if facts.is_bulk else "pass", shown)


JUDGES: Mapping[Kind, Callable[[Requirement, Facts], Judgement]] = MappingProxyType(
    {
        "bulk": _bulk,
        "authentication": _authentication,
        "alignment": _alignment,
        "dmarc": _dmarc,
        "reverse-dns": _of_servers,
        "tls": _of_servers,
        "complaints": _complaints,
        "one-click": _one_click,
        "honoured": _honoured,
        "own-from": _own_from,
        "resolves": _resolves,
    }
)


def _refusals(facts: Facts, pattern: str, category: str) -> Judgement:
    count, of = facts.got.refused(pattern, category=category)
    shown = f"{_share(count, of)} recent emails were refused for this"
    told = verdict(count, of, REFUSED)
    results: dict[str, Result] = {"above": "fail", "below": "pass"}
    return Judgement(results.get(told, "unknown"), shown, "", count, of)


def _counted(result: Result, counted: Judgement, why: str) -> Judgement:
    return Judgement(result, counted.number, why, counted.count, counted.of)


def _undecided(counted: Judgement) -> Judgement:
    return _counted("unknown", counted, f"can't tell yet (n={number(counted.of)})")


def _told(limit: float, count: int, of: int) -> str:
    """On which side of a limit the rate is, and how probable that is."""
    above = probability_above(count, of, limit)
    side = "above" if above > 0.5 else "below"
    return f"{side} {100 * limit:g} % with a probability of {max(above, 1 - above):.3f}"


def _share(count: int, of: int) -> str:
    percent = f" ({100 * count / of:.2f} %)" if of else ""
    return f"{number(count)} of {number(of)}{percent}"


def _named(words: Sequence[str]) -> str:
    return and_more([plain(word, 200) for word in words[:NAMED]], len(words))
