"""Activity events as the detector reads them, from the client or from any frame like them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from smtp2go_kit.errors import InvalidArgument
from smtp2go_kit.shapes import is_many

KINDS = (
    "processed",
    "delivered",
    "soft-bounced",
    "hard-bounced",
    "rejected",
    "spam",
    "unsubscribed",
)
"""The events that say what became of an email; opens and clicks do not."""
SOURCES: dict[str, tuple[str, ...]] = {
    "email_id": ("email_id",),
    "recipient": ("recipient", "recipients", "to"),
    "sender": ("sender", "from", "sender_full"),
    "username": ("username",),
    "subject": ("subject",),
    "outbound_ip": ("outbound_ip",),
    "subaccount": ("subaccount_name", "subaccount"),
    "smtp_response": ("smtp_response", "reason", "error"),
    "host": ("host",),
}
"""The detector's columns, and the activity's that tell them, the best first."""
MOSTLY = 0.8
"""Share of events that matter, from which the others are kept."""
SYNONYMS = {"softbounced": "soft-bounced", "hardbounced": "hard-bounced", "bounced": "soft-bounced"}
"""Events as other exports of the activity name them."""


def events_of(frame: pd.DataFrame) -> pd.DataFrame:
    """Events with the detector's columns, times in UTC, and a plain index.

    Args:
        frame: As ``client.activity.search()`` returns them, or alike: at least ``date``,
            ``event`` and one of ``recipient``, ``recipients`` and ``to``.

    Raises:
        InvalidArgument: A column that nothing can be told without is missing.
    """
    for names in (("date",), ("event",), SOURCES["recipient"]):
        if not any(name in frame.columns for name in names):
            raise InvalidArgument(
                "events",
                f"a column {' or '.join(names)} is needed, as client.activity.search() returns",
                operation="triage",
            )
    used = ("date", "event", *(name for names in SOURCES.values() for name in names))
    table = frame[[name for name in dict.fromkeys(used) if name in frame.columns]]
    event = _words(table["event"])
    kept = event.isin(KINDS)
    if kept.mean() < MOSTLY:
        # Others do no harm, and a copy of millions of rows is dear.
        table, event = table[kept], event[kept]
    told = {"date": _times(table["date"]), "event": event}
    told |= {name: _first(table, sources) for name, sources in SOURCES.items()}
    return _one_recipient(pd.DataFrame(told).reset_index(drop=True))


def _words(events: pd.Series[Any]) -> pd.Series[Any]:
    """The names of events as the API writes them."""
    known = events.astype("str")
    names = {name: _word(name) for name in known.dropna().unique()}
    return known if all(k == v for k, v in names.items()) else known.map(names).astype("str")


def _word(name: str) -> str:
    word = name.strip().lower().replace("_", "-").replace(" ", "-")
    return SYNONYMS.get(word.replace("-", ""), word)


def _times(dates: pd.Series[Any]) -> pd.Series[Any]:
    """Moments in UTC; what is no time is missing."""
    return _in_utc(dates).astype("datetime64[us, UTC]")


def _in_utc(dates: pd.Series[Any]) -> pd.Series[Any]:
    read: pd.Series[Any]
    if isinstance(dates.dtype, pd.DatetimeTZDtype):
        read = dates.dt.tz_convert("UTC")
    elif pd.api.types.is_datetime64_dtype(dates):
        read = dates.dt.tz_localize("UTC")
    elif pd.api.types.is_numeric_dtype(dates):
        size = 1e3 if dates.max() > 1e11 else 1.0  # milliseconds or seconds of Unix time
        read = pd.to_datetime(dates / size, unit="s", utc=True)
    else:
        read = pd.to_datetime(dates, format="ISO8601", utc=True, errors="coerce")
    return read


def _first(table: pd.DataFrame, names: tuple[str, ...]) -> pd.Series[Any]:
    """The first of some columns that tells something, row by row."""
    found = [_text(table[name]) for name in names if name in table.columns]
    if not found:
        return pd.Series(pd.NA, index=table.index, dtype="str")
    first = found[0]
    for other in found[1:]:
        if first.isna().any():
            first = first.fillna(other)
    return first


def _text(column: pd.Series[Any]) -> pd.Series[Any]:
    if column.dtype == object:
        column = column.map(_joined, na_action="ignore")
    text = column.astype("str")
    return text.mask(text == "") if (text == "").any() else text


def _joined(value: Any) -> Any:
    return ", ".join(map(str, value)) if is_many(value) else value


def _one_recipient(events: pd.DataFrame) -> pd.DataFrame:
    """One row for each recipient that an event is about, its address in small letters."""
    if events["recipient"].str.contains(",", regex=False).fillna(value=False).any():
        listed = events.assign(recipient=events["recipient"].str.split(r",\s*"))
        events = listed.explode("recipient", ignore_index=True).astype({"recipient": "str"})
    return events.assign(recipient=bare(events["recipient"]), sender=bare(events["sender"]))


def bare(addresses: pd.Series[Any]) -> pd.Series[Any]:
    """Addresses without names, in small letters, worked out once for each different one.

    Args:
        addresses: Such as ``Ann <Ann@Example.com>``.
    """
    codes, names = pd.factorize(addresses)
    plain = pd.Series(names, dtype="str").str.replace(r"^.*<([^<>]*)>.*$", r"\1", regex=True)
    plain = plain.str.strip().str.lower()
    return pd.Series(plain.array.take(codes, allow_fill=True), index=addresses.index)
