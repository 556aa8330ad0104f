"""Suppressed addresses and domains, with what the mail tells about why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd

from smtp2go_kit.triage.classifier import classify_texts
from smtp2go_kit.triage.detection.intake import _first, _times
from smtp2go_kit.triage.log import _column, is_missing
from smtp2go_kit.triage.wording import rows

Cause = Literal["address", "full", "elsewhere", "unknown"]
BLOCKED = pd.Timedelta(days=7)
"""How long SMTP2GO blocks an address after a hard bounce (support.smtp2go.com, 223087687)."""
CAUSES: Mapping[str, Cause] = MappingProxyType(
    {
        "invalid-recipient": "address",
        "inactive-mailbox": "address",
        "bad-domain": "address",
        "mailbox-full": "full",
        "reputation-block": "elsewhere",
        "spam-content": "elsewhere",
        "authentication": "elsewhere",
        "policy": "elsewhere",
        "rate-limited": "elsewhere",
        "message-too-large": "elsewhere",
        "message-format": "elsewhere",
        "relay-config": "elsewhere",
        "connection": "elsewhere",
    }
)
"""Whether a category of answer is about the address or about something else."""
LEAST = 0.6
"""Confidence of a classified answer from which on it is evidence; our own measure."""
REFUSALS = ("hard-bounced", "soft-bounced")
NAMES = {
    "complaint": "spam",
    "complain": "spam",
    "unsubscribed": "unsubscribe",
    "bounced": "bounce",
}
"""Other spellings of reasons."""


@dataclass(frozen=True)
class Entry:
    """One suppression and what the mail tells about its cause.

    Args:
        address: The address, or a domain, in small letters and without a leading ``@``.
        reason: ``bounce``, ``spam``, ``unsubscribe``, ``manual`` or another of the service's.
        since: When it was suppressed.
        note: What was noted with it: a description, or a complaint's words.
        cause: Whether the refusal behind a bounce was about the address; ``unknown`` without
            evidence, and where the reason is no bounce.
        category: What the refusal was, by the classifier; empty if unknown.
        confidence: The classifier's, 0 to 1.
        evidence: The refusal as it came; empty if unknown.
        email_id: The refused email; empty if unknown.
        bounces: When it hard-bounced because of the address, oldest first.
        delivered: When it first got mail after it was suppressed and has not bounced since;
            missing if it did not.
    """

    address: str
    reason: str
    since: pd.Timestamp
    note: str
    cause: Cause = "unknown"
    category: str = ""
    confidence: float = 0.0
    evidence: str = ""
    email_id: str = ""
    bounces: tuple[pd.Timestamp, ...] = ()
    delivered: pd.Timestamp | None = None

    @property
    def ends(self) -> pd.Timestamp:
        """When SMTP2GO lifts it by itself, if it is a bounce."""
        return self.since + BLOCKED


def entries_of(view: pd.DataFrame, log: pd.DataFrame) -> list[Entry]:
    """Every suppression, the newest first, with the evidence that a log has for it.

    Args:
        view: What ``client.suppression.view()`` returned.
        log: Events, from :func:`~smtp2go_kit.triage.log.log_of`.
    """
    table = listed(view)
    mail = answered(log[log["recipient"].isin(table["address"])])
    told = {str(name): copies for name, copies in mail.groupby("recipient", sort=False)}
    notes = classify_texts(table["note"])
    nothing = mail.iloc[:0]
    return [
        _entry(row, note, told.get(row.address, nothing))
        for row, note in zip(rows(table), rows(notes), strict=True)
    ]


def listed(view: pd.DataFrame) -> pd.DataFrame:
    """Suppressions with the columns ``address``, ``reason``, ``since`` and ``note``.

    Args:
        view: What ``client.suppression.view()`` returned, or alike.
    """
    address = _first(view, ("email_address", "address", "recipient"))
    reason = _first(view, ("reason", "suppression_type")).fillna("unknown").str.lower()
    table = pd.DataFrame(
        {
            "address": address.str.strip().str.lower().str.lstrip("@*."),
            "reason": reason.replace(NAMES),
            "since": _times(_column(view, "timestamp")),
            "note": _first(view, ("block_description", "complain", "complaint")).fillna(""),
        }
    )
    kept = table.dropna(subset=["address"]).drop_duplicates(["address", "reason"])
    order = kept.sort_values(["since", "address"], ascending=[False, True])
    return order.reset_index(drop=True)


def answered(log: pd.DataFrame) -> pd.DataFrame:
    """Deliveries and refusals of a log, the refusals with ``category``, ``confidence``, ``cause``.

    Args:
        log: Events, from :func:`~smtp2go_kit.triage.log.log_of`.
    """
    kept = log[log["event"].isin([*REFUSALS, "delivered"])].reset_index(drop=True)
    texts = kept.loc[kept["event"].isin(REFUSALS), "smtp_response"].fillna("")
    known = classify_texts(texts)[["category", "confidence"]].reindex(kept.index)
    sure = known["confidence"].astype("float64").fillna(0.0)
    cause = known["category"].map(CAUSES).where(sure >= LEAST).fillna("unknown")
    return kept.assign(category=known["category"].fillna(""), sure=sure, cause=cause)


def of_address(log: pd.DataFrame) -> tuple[pd.Timestamp, ...]:
    """When an address hard-bounced because of itself, since it last got mail; oldest first.

    Args:
        log: The address's deliveries and refusals, oldest first.
    """
    arrived = log.loc[log["event"] == "delivered", "date"]
    known = log[(log["event"] == "hard-bounced") & (log["cause"] == "address")]["date"]
    return tuple(known[known > arrived.max()] if len(arrived) else known)


def _entry(row: Any, note: Any, mail: pd.DataFrame) -> Entry:
    known = Entry(row.address, row.reason, row.since, row.note)
    if row.reason != "bounce":
        return known
    facts: dict[str, Any] = {"bounces": of_address(mail), "delivered": _delivered(mail, row.since)}
    refusal = _refusal(mail, row.since)
    # What was noted with the suppression itself is nearer than an email that bounced before it.
    if row.note and note.category != "other" and note.confidence >= LEAST:
        facts |= {"cause": CAUSES.get(note.category, "unknown"), "category": note.category}
        facts |= {"confidence": float(note.confidence), "evidence": row.note}
    elif refusal is not None:
        facts |= {"cause": refusal["cause"], "category": refusal["category"]}
        facts |= {"confidence": refusal["sure"], "evidence": _text(refusal["smtp_response"])}
        facts |= {"email_id": _text(refusal["email_id"])}
    return Entry(row.address, row.reason, row.since, row.note, **facts)


def _refusal(mail: pd.DataFrame, since: pd.Timestamp) -> Mapping[Any, Any] | None:
    """The refusal that an address was suppressed for: the last one up to then."""
    refused = mail[mail["event"].isin(REFUSALS)]
    # The list's clock and the stream's differ by seconds.
    near = (
        refused if is_missing(since) else refused[refused["date"] <= since + pd.Timedelta(hours=1)]
    )
    hard = near[near["event"] == "hard-bounced"]
    chosen = hard if len(hard) else near
    return chosen.iloc[-1].to_dict() if len(chosen) else None


def _delivered(mail: pd.DataFrame, since: pd.Timestamp) -> pd.Timestamp | None:
    arrived = mail.loc[(mail["event"] == "delivered") & (mail["date"] > since), "date"]
    refused = mail.loc[mail["event"].isin(REFUSALS), "date"]
    good = arrived[arrived > refused.max()] if len(refused) else arrived
    return good.iloc[0] if len(good) else None


def _text(value: Any) -> str:
    return "" if is_missing(value) else str(value)


def names_of(address: str) -> Iterable[str]:
    """What may stop mail to an address: itself, its domain, or one above.

    Args:
        address: In small letters.
    """
    yield address
    labels = address.rpartition("@")[2].split(".")
    yield from (".".join(labels[place:]) for place in range(len(labels) - 1))
