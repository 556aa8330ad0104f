"""The cause of a cohort's failures: what the answers say, weighed with whom they concern."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from smtp2go_kit.providers import domain_owner
from smtp2go_kit.triage.detection.cohort import Cohort
from smtp2go_kit.triage.detection.kinds import BLOCKS, KINDS
from smtp2go_kit.triage.detection.mail import DELIVERED, OTHERS, Bools, Mail
from smtp2go_kit.triage.detection.reasons import NO_ENDS, OTHERS_ARRIVE, WHY
from smtp2go_kit.triage.detection.screening import Screen
from smtp2go_kit.triage.finding import Cause

MOSTLY = 0.6
"""Share from which something holds for the cohort as a whole."""
SHAPE = 0.35
"""What a telling cohort counts, against 1 for all answers naming a cause."""
STOPPED = 0.1
"""Share that arrives late, below which a provider takes nothing any more and does not slow down."""
FEW = 3
"""Recipient domains up to which failures are those recipients' own matter."""


@dataclass(frozen=True)
class Verdict:
    """A cause and how sure it is.

    Args:
        cause: The cause.
        confidence: 0 to 1.
        why: What makes it likely.
        ruled_out: What else was looked at.
    """

    cause: Cause
    confidence: float
    why: str
    ruled_out: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Case:
    """A cohort's failures, and what is needed to explain them."""

    mail: Mail
    screen: Screen
    cohort: Cohort

    @property
    def failed(self) -> Bools:
        """The copies that failed."""
        return self.cohort.copies & self.screen.measure.failed

    @property
    def answers(self) -> pd.DataFrame:
        """Their classified answers."""
        known = self.mail.answers
        return known[self.failed[known.index]]

    def share(self, column: str, *values: str) -> float:
        """The share of the answers that have one of some values."""
        found = self.answers[column]
        return float(found.isin(values).mean()) if len(found) else 0.0

    def only(self, dimension: str) -> bool:
        """Whether nearly all failures share one value of a dimension that others differ in."""
        if dimension in self.cohort.parts:
            return True
        codes = self.mail.codes[dimension]
        theirs, every = codes[self.failed], codes[self.screen.recent]
        top = np.bincount(theirs[theirs >= 0], minlength=1)
        others = int((every != int(np.argmax(top))).sum())
        return bool(top.max() >= 0.9 * max(1, len(theirs)) and others >= 0.1 * len(every))

    def count(self, dimension: str) -> int:
        """How many values of a dimension the failures have."""
        codes = self.mail.codes[dimension][self.failed]
        return len(np.unique(codes[codes >= 0]))

    @property
    def company(self) -> bool:
        """Whether all failures are at one domain that is no mailbox provider's."""
        codes = np.unique(self.mail.codes["recipient_domain"][self.failed])
        names = self.mail.names["recipient_domain"][codes[codes >= 0]]
        return len(names) == 1 and domain_owner(str(names[0])) is None

    @property
    def names_sender(self) -> bool:
        """Whether answers name a blocklist, or whose reputation it is."""
        listed = self.answers["blocklist"].fillna("") != ""
        named = self.answers["named_identity"].fillna("") != ""
        return bool((listed | named).mean() >= 0.5)

    @property
    def known(self) -> float:
        """Share of the failed recipients who got mail before the span."""
        first = self.mail.sent[self.cohort.copies].min()
        earlier = (self.mail.state == DELIVERED) & (self.mail.sent < first)
        people = self.mail.codes["recipient"]
        return float(np.isin(people[self.failed], people[earlier]).mean())


def judged(case: Case) -> Verdict:
    """The most likely cause.

    Args:
        case: The failures.
    """
    kind = case.screen.measure.kind
    found = (_block if kind in BLOCKS else JUDGES.get(kind, _named))(case)
    most = 0.97 if case.cohort.gain > 20 else 0.9
    sure = min(found.confidence, most)
    return Verdict(found.cause, sure, found.why, found.ruled_out)


def _named(case: Case) -> Verdict:
    kind = case.screen.measure.kind
    causes: dict[str, Cause] = {
        "authentication": "authentication",
        "greylisting": "greylisting",
        "mailbox-full": "mailbox-full",
        "complaint": "complaint-spike",
        "suppression": "suppression",
        "unverified-sender": "unverified-sender",
        "quota": "quota",
        "throttling": "throttling",
    }
    sure = 0.9 if kind == "complaint" else 0.6 + 0.35 * _certainty(case)
    return Verdict(causes[kind], sure, WHY[causes[kind]])


def _certainty(case: Case) -> float:
    found = case.answers["confidence"]
    return float(found.astype("float64").mean()) if len(found) else 0.5


def _block(case: Case) -> Verdict:
    """Whose reputation: the IP's, the domain's, a link's, or the content."""
    if case.company and not case.names_sender:
        return Verdict("recipient-policy", 0.6, WHY["recipient-policy"], OTHERS_ARRIVE)
    scores: dict[str, float] = dict.fromkeys(BLOCKS, 0.0)
    shares = pd.Series(case.mail.kind[case.failed]).value_counts(normalize=True)
    for code, share in shares.items():
        name = KINDS[int(str(code))]
        scores[name if name in scores else "block"] += float(share)
    vague = scores.pop("block")
    for name, holds in _shapes(case).items():
        scores[name] += (SHAPE + vague) * holds
    cause, other = sorted(scores, key=lambda name: -scores[name])[:2]
    lead = (scores[cause] - scores[other]) / max(1e-9, scores[cause])
    return Verdict(_CAUSES[cause], 0.55 + 0.4 * lead, WHY[cause], _not_those(cause, scores))


_CAUSES: Mapping[str, Cause] = MappingProxyType(
    {
        "ip-block": "ip-block",
        "domain-reputation": "domain-reputation",
        "link-domain-listed": "link-domain-listed",
        "content-block": "content-block",
    }
)


def _shapes(case: Case) -> dict[str, float]:
    """Which of the causes the cohort itself speaks for; nothing telling speaks for the IP."""
    by_ip = case.only("outbound_ip")
    by_subject = case.only("subject")
    by_sender = case.only("sender_domain") and not by_subject
    content = 1.0 if by_subject and not by_ip else 0.0
    domain = 1.0 if by_sender and not by_ip else 0.0
    ip = 1.0 if by_ip else 0.3 if not (content or domain) else 0.0
    return {"ip-block": ip, "content-block": content, "domain-reputation": domain}


def _not_those(cause: str, scores: Mapping[str, float]) -> tuple[str, ...]:
    lines = {
        "ip-block": "An IP block: other IPs fail alike, or the answers name something else",
        "domain-reputation": "The sender domain's reputation: its other mail gets through, or the "
        "answers name something else",
        "content-block": "The content: other subjects are refused alike, or the answers name "
        "something else",
    }
    return tuple(f"{text}." for name, text in lines.items() if name != cause and scores[name] < 0.3)


def _invalid(case: Case) -> Verdict:
    share = case.cohort.x / max(1, case.cohort.n)
    if case.company and case.known >= MOSTLY and share >= MOSTLY:
        why = "The recipients got mail before, and their whole domain refuses them now."
        out = ("A bad list: these recipients got mail before.",)
        return Verdict("recipient-outage", 0.7, why, out)
    strangers = 1 - case.known
    sure = 0.6 + 0.3 * strangers + 0.05 * case.only("subject")
    return Verdict("bad-list", sure, WHY["bad-list"].format(percent=100 * strangers))


def _unreachable(case: Case) -> Verdict:
    few = case.count("recipient_domain") <= FEW or case.only("provider")
    return Verdict(
        "recipient-outage", 0.9 if few else 0.6, WHY["recipient-outage"], OTHERS_ARRIVE * few
    )


def _policy(case: Case) -> Verdict:
    if case.count("recipient_domain") <= FEW:
        return Verdict("recipient-policy", 0.85, WHY["recipient-policy"], OTHERS_ARRIVE)
    if case.only("subject"):
        return Verdict("content-block", 0.55, WHY["content-block"])
    if case.only("sender_domain"):
        return Verdict("domain-reputation", 0.5, WHY["domain-reputation"])
    return Verdict("recipient-policy", 0.5, WHY["recipient-policy"])


def _other(case: Case) -> Verdict:
    if case.company and case.cohort.x >= 5:
        return Verdict("recipient-policy", 0.4, WHY["recipient-policy"], OTHERS_ARRIVE)
    return Verdict("other", 0.4, "The answers fit none of the known causes.")


def _rejected(case: Case) -> Verdict:
    """Held back without a word: by whom it concerns."""
    if case.only("sender_domain") and case.count("recipient") >= 2 * FEW:
        return Verdict("unverified-sender", 0.5, WHY["unverified-sender"])
    return Verdict("suppression", 0.5, WHY["suppression"])


def _slow(case: Case) -> Verdict:
    """Late or waiting: what servers answered to the attempts, else where and how long."""
    # Bounces of the same mail say what the attempts of late mail met.
    codes = case.mail.kind[case.cohort.copies]
    told = pd.Series(codes[codes >= 0]).map(dict(enumerate(KINDS)))
    named: dict[str, Cause] = {
        "throttling": "throttling",
        "greylisting": "greylisting",
        "unreachable": "recipient-outage",
        "mailbox-full": "mailbox-full",
    }
    known = told[told.isin(named)]
    if len(known) >= 3 and len(known) >= 0.05 * case.cohort.x:
        cause = named[str(known.mode().iloc[0])]
        return Verdict(cause, 0.85, WHY[cause], ("A gap of the data: other mail has its ends.",))
    return _slow_by_shape(case)


def _slow_by_shape(case: Case) -> Verdict:
    arrived = float((case.mail.state[case.failed] == DELIVERED).mean())
    nothing = arrived < STOPPED and case.cohort.x >= (1 - STOPPED) * case.cohort.n
    if nothing and not case.cohort.parts and case.count("provider") >= FEW:
        return Verdict("data-gap", 0.6, NO_ENDS)
    if case.company or not _is_provider(case):
        if arrived < 0.5:
            sure = 0.6 if case.company else 0.5
            return Verdict("recipient-outage", sure, WHY["recipient-outage"], OTHERS_ARRIVE)
        return Verdict("greylisting", 0.5, WHY["greylisting"])
    if nothing:
        return Verdict("recipient-outage", 0.5, WHY["recipient-outage"], OTHERS_ARRIVE)
    return Verdict("throttling", 0.7, WHY["throttling"], OTHERS_ARRIVE)


def _is_provider(case: Case) -> bool:
    """Whether the failures are one provider's; servers of many companies are not."""
    named = case.cohort.parts.get("provider", ())
    return OTHERS not in named and (bool(named) or case.only("provider"))


JUDGES: Mapping[str, Callable[[Case], Verdict]] = MappingProxyType(
    {
        "invalid": _invalid,
        "unreachable": _unreachable,
        "policy": _policy,
        "other": _other,
        "rejected": _rejected,
        "slow": _slow,
    }
)
