"""Activity events of any origin on one plan: all kinds, one recipient a row, oldest first."""

from __future__ import annotations

from typing import Any

import pandas as pd

from smtp2go_kit.frames import child_frame
from smtp2go_kit.shapes import is_many, is_mapping
from smtp2go_kit.triage.detection.intake import _first, _one_recipient, _times, _words

SOURCES: dict[str, tuple[str, ...]] = {
    "email_id": ("email_id",),
    "recipient": ("recipient", "recipients", "to"),
    "sender": ("sender", "from", "sender_full"),
    "header_from": ("from", "sender_full", "sender"),
    "subject": ("subject",),
    "username": ("username",),
    "host": ("host",),
    "outbound_ip": ("outbound_ip",),
    "smtp_response": ("smtp_response", "reason", "error"),
}
"""The log's columns, and the activity's that tell them, the best first."""
RANKS = {
    name: rank
    for rank, name in enumerate(
        (
            "processed",
            "attempt",
            "delivered",
            "soft-bounced",
            "hard-bounced",
            "rejected",
            "opened",
            "clicked",
            "unsubscribed",
            "spam",
            "resubscribed",
            "suppressed",
        )
    )
}
"""What comes first among things of the same second, as the stream has whole seconds."""
ATTEMPTS = "delivery_attempts"


NEVER: Any = pd.NaT
"""A moment that nothing tells; typed as any moment."""


def is_missing(value: Any) -> bool:
    """Whether a cell or a moment tells nothing.

    Args:
        value: The cell or moment.
    """
    return pd.isna(value) is True


def log_of(frame: pd.DataFrame) -> pd.DataFrame:
    """Events with the columns ``date``, ``event`` and those of ``SOURCES``, oldest first.

    Addresses are bare and in small letters. What a frame lacks is missing; its index is not kept.

    Args:
        frame: As ``client.activity.search()`` returns them, or alike, and not changed.
    """
    told: dict[str, pd.Series[Any]] = {
        "date": _times(_column(frame, "date")),
        "event": _words(_first(frame, ("event",))),
    }
    told |= {name: _first(frame, sources) for name, sources in SOURCES.items()}
    return in_order(_one_recipient(pd.DataFrame(told)))


def in_order(log: pd.DataFrame) -> pd.DataFrame:
    """A log with its rows in the order of their time.

    Args:
        log: Rows with ``date`` and ``event``.
    """
    rank = log["event"].map(RANKS).fillna(len(RANKS))
    ordered = log.assign(rank=rank).sort_values(["date", "rank"], kind="stable")
    return ordered.drop(columns="rank").reset_index(drop=True)


def attempts_of(frame: pd.DataFrame) -> pd.DataFrame:
    """Attempts to deliver: ``date``, ``email_id``, ``recipient``, ``host``, ``smtp_response``.

    Args:
        frame: Events as the client returned them, or with a list of attempts in each row.
    """
    try:
        nested = child_frame(frame, ATTEMPTS)
    except KeyError:
        nested = _listed(frame)
    told = {
        "date": _times(_column(nested, "smtptime")),
        "email_id": _first(nested, ("email_id",)),
        "recipient": _first(nested, ("recipient",)),
        "host": _first(nested, ("host", f"{ATTEMPTS}_host")),
        "smtp_response": _first(nested, ("smtpresponse", "smtp_response")),
    }
    table = pd.DataFrame(told).assign(sender=pd.Series(pd.NA, nested.index, dtype="str"))
    return _one_recipient(table).drop(columns="sender").reset_index(drop=True)


def _listed(frame: pd.DataFrame) -> pd.DataFrame:
    """Attempts of a plain frame, whose rows hold them as lists of objects."""
    if ATTEMPTS not in frame.columns:
        return pd.DataFrame()
    owners = {"email_id": ("email_id",), "recipient": ("recipient", "recipients")}
    keys = pd.DataFrame({name: _first(frame, sources) for name, sources in owners.items()})
    rows: list[dict[Any, Any]] = [
        {**dict(attempt), "email_id": email_id, "recipient": recipient}
        for (email_id, recipient), attempts in zip(
            keys.itertuples(index=False), frame[ATTEMPTS], strict=True
        )
        if is_many(attempts)
        for attempt in attempts
        if is_mapping(attempt)
    ]
    return pd.DataFrame(rows)


def _column(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    if name in frame.columns:
        return frame[name]
    return pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us, UTC]")
