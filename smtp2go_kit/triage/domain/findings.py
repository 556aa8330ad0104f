"""Findings, and the check that several of them make."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from smtp2go_kit.triage.domain.diagnosis import DNS, Check, Name, Record, Status, worst
from smtp2go_kit.triage.wording import plain


class Finding(NamedTuple):
    """One thing that is to be said of a domain.

    Args:
        problem: A stable id.
        status: How bad it is; with ``ok`` it is worth knowing and does no harm.
        words: What was found, without a full stop.
        advice: What to do, as a sentence.
        who: Who has to act.
        records: The records to publish.
        impact: What it does to mail, as a sentence; the check's own where empty.
    """

    problem: str
    status: Status
    words: str = ""
    advice: str = ""
    who: str = DNS
    records: tuple[Record, ...] = ()
    impact: str = ""


def unseen(outcome: str, what: str) -> Finding:
    """The finding that something could not be looked up.

    Args:
        outcome: What came instead of an answer.
        what: What was looked for.
    """
    words = f"{what} could not be looked up: {outcome if outcome == 'timeout' else outcome.upper()}"
    advice = "Look again later; if it stays, ask your DNS provider why its servers do not answer."
    return Finding(outcome, "unknown", words, advice)


def checked(
    name: Name,
    findings: Sequence[Finding],
    fine: str,
    *,
    impact: str = "",
    evidence: Iterable[str] = (),
) -> Check:
    """A check of some findings.

    Args:
        name: Which check it is.
        findings: What was found, the most important first.
        fine: What to say where nothing was found, without a full stop.
        impact: What it does to mail where something is wrong.
        evidence: What DNS answered.
    """
    bad = [finding for finding in findings if finding.status != "ok"]
    words = [finding.words for finding in findings if finding.words]
    said = words if bad else [fine, *words]
    impacts = [finding.impact or impact for finding in bad if finding.status != "unknown"]
    return Check(
        name,
        worst(finding.status for finding in findings),
        plain(f"{'; '.join(said)}.", 1_000),
        problems=_once(finding.problem for finding in findings),
        evidence=_once(evidence),
        impact=" ".join(_once(impacts)),
        advice=plain(" ".join(_once(finding.advice for finding in findings)), 1_000),
        records=tuple(dict.fromkeys(record for f in findings for record in f.records)),
        who=" and ".join(_once(finding.who for finding in bad)),
    )


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))
