"""What a trace says: the outcome, what happened in words, and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from smtp2go_kit.triage.action import Action
from smtp2go_kit.triage.complying.sender_domains import SenderDomain
from smtp2go_kit.triage.log import is_missing
from smtp2go_kit.triage.sources import Source
from smtp2go_kit.triage.suppressions.suppressed import Entry
from smtp2go_kit.triage.tracing.fate import WORDS, Fate, Outcome, moment
from smtp2go_kit.triage.tracing.remedies import NEVER_LIFT, for_entry, remedies
from smtp2go_kit.triage.wording import number, plain

WISHES: dict[str, Outcome] = {"spam": "complained", "unsubscribe": "unsubscribed"}
"""What a suppression tells of its reader."""
BARE = {"not-found": 0.9, "suppressed": 0.9}
"""Our own measure of confidence where no email tells."""


def verdict(
    fates: Sequence[Fate],
    entries: Sequence[Entry],
    is_person: bool,
    senders: Sequence[SenderDomain],
    source: Source,
) -> dict[str, Any]:
    """The fields of a trace that say what happened and what to do.

    Args:
        fates: What became of each copy, by when it left.
        entries: The suppressions in force for its recipients.
        is_person: Whether one person's mail is asked for, and not one email.
        senders: The state of the domains that it was sent from.
        source: Where it was looked for.
    """
    if not fates:
        return _without_mail(entries, is_person, source)
    last = fates[-1] if is_person else _worst(fates)
    outcome = _now(fates, entries) if is_person else _together(fates)
    said = [last.sentence(source.end), *_others(fates, last, is_person), *map(_held, entries)]
    mine = [s for s in senders if s.name == last.sender.rpartition("@")[2]]
    todo = remedies(last, entries, mine, source.end)
    return {
        "outcome": outcome,
        "sentence": " ".join(said),
        "confidence": min(last.confidence, 0.9) if source.unseen else last.confidence,
        "actions": tuple([NEVER_LIFT] if outcome in WISHES.values() else todo),
        "response": last.response,
        "category": last.answer.category if last.answer else "",
    }


def _without_mail(entries: Sequence[Entry], is_person: bool, source: Source) -> dict[str, Any]:
    window = f"from {moment(source.start)} to {moment(source.end)}"
    what = "No email to this address was" if is_person else "No email with this id was"
    advice = Action(
        "Look for another spelling, a longer time (since=...), or a subaccount's own activity; and "
        "ask the program that sends whether it handed the email over at all."
    )
    outcome: Outcome = "suppressed" if entries else "not-found"
    said = [f"{what} found {window}.", *map(_held, entries)]
    held = [action for entry in entries for action in for_entry(entry, entries)]
    return {
        "outcome": outcome,
        "sentence": " ".join(said),
        "confidence": BARE[outcome] if source.client or entries else 0.5,
        "actions": tuple(dict.fromkeys([*held, advice])),
        "response": "",
        "category": "",
    }


def _worst(fates: Sequence[Fate]) -> Fate:
    """The copy of one email that most needs something done."""
    good = ("delivered", "unsubscribed", "complained")
    return next((f for f in fates if f.outcome not in good), fates[-1])


def _together(fates: Sequence[Fate]) -> Outcome:
    found: set[Outcome] = {fate.outcome for fate in fates}
    return fates[0].outcome if len(found) == 1 else "mixed"


def _now(fates: Sequence[Fate], entries: Sequence[Entry]) -> Outcome:
    """The person's state: what became of the last email, or what has stopped their mail since."""
    last = fates[-1]
    wish = max(fates, key=lambda fate: fate.date).outcome
    if wish in ("complained", "unsubscribed"):
        return wish
    reasons = {
        e.reason for e in entries if not is_missing(e.since) and e.since >= last.date.floor("s")
    }
    for reason, outcome in WISHES.items():
        if reason in reasons:
            return outcome
    stopped = reasons - {"bounce"} and last.outcome in ("delivered", "waiting")
    return "suppressed" if stopped else last.outcome


def _others(fates: Sequence[Fate], last: Fate, is_person: bool) -> list[str]:
    if len(fates) == 1:
        return []
    counted = Counter(fate.outcome for fate in fates).most_common()
    told = ", ".join(f"{number(count)} {WORDS[outcome]}" for outcome, count in counted)
    what = "emails to this address" if is_person else "copies of this email"
    return [f"Of {number(len(fates))} {what}, {told}."]


def _held(entry: Entry) -> str:
    note = f" ({plain(entry.note, 120)})" if entry.note else ""
    return (
        f"{plain(entry.address, 80)} has been suppressed since {moment(entry.since)}: "
        f"{plain(entry.reason, 40)}{note}."
    )
