"""Activity events as the detector reads them, from the client or from any frame like them."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from typing import Any, get_args

import pandas as pd

from smtp2go_kit.errors import InvalidArgument
from smtp2go_kit.shapes import is_many
from smtp2go_kit.types import EventType

KINDS: tuple[EventType, ...] = (
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
UNTIMED = "events without a time"
"""Where a frame's attrs tell how many there were."""
COMMAS = re.compile(r',(?=(?:[^"]*"[^"]*")*[^"]*$)')
MOSTLY = 0.8
"""Share of events that matter, from which the others are kept."""
SYNONYMS = {
    "softbounced": "soft-bounced",
    "hardbounced": "hard-bounced",
    "softbounce": "soft-bounced",
    "hardbounce": "hard-bounced",
    "bounced": "soft-bounced",
    "bounce": "soft-bounced",
}
"""Events as other exports of the activity name them."""


def events_of(frame: pd.DataFrame) -> pd.DataFrame:
    """Events with the detector's columns, times in UTC, and a plain index.

    Args:
        frame: As ``client.activity.search()`` returns them, or alike: at least ``date``,
            ``event`` and one of ``recipient``, ``recipients`` and ``to``.

    Raises:
        InvalidArgument: A column that nothing can be told without is missing.
    """
    if not frame.columns.is_unique:
        twice = sorted({str(name) for name in frame.columns[frame.columns.duplicated()]})
        raise InvalidArgument(
            "events", f"the column {', '.join(twice)} is there twice", operation="triage"
        )
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
    return _one_recipient(_timed(pd.DataFrame(told).reset_index(drop=True))).reset_index(drop=True)


def copies_of(frame: pd.DataFrame) -> pd.DataFrame:
    """Which recipient's copy of which email each event is about; opens and clicks as well.

    Args:
        frame: As for :func:`events_of`. The index of the result is the event's place in it.
    """
    table = frame.reset_index(drop=True)
    told = {"date": _times(table["date"]), "event": _words(table["event"])}
    told |= {name: _first(table, SOURCES[name]) for name in ("email_id", "recipient", "sender")}
    return _one_recipient(pd.DataFrame(told))


def _timed(events: pd.DataFrame) -> pd.DataFrame:
    """The events that have a time."""
    known = events["date"].notna()
    if known.all():
        return events
    if not known.any():
        raise InvalidArgument(
            "events",
            "no date can be read; give times as ISO 8601, datetimes or Unix seconds",
            operation="triage",
        )
    timed = events[known].reset_index(drop=True)
    timed.attrs[UNTIMED] = int((~known).sum())
    return timed


def _words(events: pd.Series[Any]) -> pd.Series[Any]:
    """The names of events as the API writes them."""
    known = events.astype("str")
    names = {name: _word(name) for name in known.dropna().unique()}
    return known if all(k == v for k, v in names.items()) else known.map(names).astype("str")


def is_unknown(kind: str) -> bool:
    """Whether the API has no such kind of event, however it is written.

    Args:
        kind: As an export may have it: ``Hard Bounced``, ``soft_bounce``.
    """
    return _word(kind) not in get_args(EventType)


def _word(name: str) -> str:
    plain = name.strip().lower().replace("_", "-").replace(" ", "-")
    return SYNONYMS.get(plain.replace("-", ""), plain)


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
        read = _of_numbers(dates)
    else:
        read = _of_texts(dates)
    return read


def _of_numbers(dates: pd.Series[Any]) -> pd.Series[Any]:
    """Unix time in seconds, or in what else its size says."""
    seconds = dates.astype("float64")
    size = next((10.0**power for power in (9, 6, 3) if seconds.max() > 10.0 ** (power + 8)), 1.0)
    return pd.to_datetime((seconds / size).round(6), unit="s", utc=True, errors="coerce")


def _of_texts(dates: pd.Series[Any]) -> pd.Series[Any]:
    numbers = pd.to_numeric(dates.astype("str"), errors="coerce")
    if numbers.notna().any():
        return _of_numbers(numbers.astype("float64"))
    read = pd.to_datetime(dates, format="ISO8601", utc=True, errors="coerce")
    unread = read.isna() & dates.notna()
    if unread.any():
        known = {text: _mail_date(str(text)) for text in dates[unread].unique()}
        found = [known[text] for text in dates[unread]]
        rest = pd.Series(found, dates.index[unread], dtype="datetime64[us, UTC]")
        read = read.astype("datetime64[us, UTC]").mask(unread, rest)
    return read


def _mail_date(text: str) -> Any:
    """A time as the Date header has it (RFC 5322)."""
    try:
        read = pd.Timestamp(parsedate_to_datetime(text))
    except (ValueError, TypeError):
        return pd.NaT
    return read.tz_localize("UTC") if read.tz is None else read.tz_convert("UTC")


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
    """One row for each recipient that an event is about, its address in small letters.

    The rows of one event have its index.
    """
    several = events["recipient"].str.contains(",", regex=False).fillna(value=False)
    if several.any():
        listed = events["recipient"].astype(object)
        known = {text: _mailboxes(text) for text in listed[several].unique()}
        listed[several] = listed[several].map(known)
        events = events.assign(recipient=listed).explode("recipient")
        events = events.astype({"recipient": "str"})
    return events.assign(recipient=bare(events["recipient"]), sender=bare(events["sender"]))


def _mailboxes(text: str) -> list[str]:
    """Mailboxes separated by commas; a comma may also stand in a name."""
    parts = [part.strip() for part in COMMAS.split(text)]
    return [part for part in parts if "@" in part] or parts


def bare(addresses: pd.Series[Any]) -> pd.Series[Any]:
    """Addresses without names, in small letters, worked out once for each different one.

    Args:
        addresses: Such as ``Ann <Ann@Example.com>``.
    """
    codes, names = pd.factorize(addresses)
    plain = pd.Series(names, dtype="str").str.replace(r"^.*<([^<>]*)>.*$", r"\1", regex=True)
    plain = plain.str.strip().str.lower()
    return pd.Series(plain.array.take(codes, allow_fill=True), index=addresses.index)
