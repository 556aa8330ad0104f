"""Python values written as the API's JSON values, and the bounds the API documents.

Writers raise ValueError with the problem. ``*_expected`` functions look at a wire value and
tell what it should have been, or None if it is right; the sandbox refuses by the same ones.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Any

from smtp2go_kit.secret import Secret, hide, type_name
from smtp2go_kit.shapes import is_many, is_mapping

MOST_RECIPIENTS = 100
"""Addresses in each of to, cc and bcc (API reference, /email/send)."""
RELATIVE = re.compile(r"(\d{1,6})([smhdw])")
TIMES = (
    "Use ISO 8601 in UTC such as '2026-11-01' or '2026-11-01T09:30:00', a datetime, or a time ago "
    "such as '7d', '24h', '30m'"
)
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
CLOCK = r"(?:[01]?\d|2[0-3]):[0-5]\d:[0-5]\d"
PERIOD = re.compile(rf"\d+|{CLOCK}(?::\d{{2}})?|\d+ days?(?:, {CLOCK})?")
USERNAME = re.compile(r"[A-Za-z0-9._\-@]{5,100}")
HEADER_NAME = re.compile(r"[!-9;-~]{1,127}")
RESERVED_HEADERS = frozenset({"content-type", "content-transfer-encoding", "mime-version"})
"""Headers that the service refuses as custom headers, as it builds them itself."""


def json_bytes(value: Any) -> bytes:
    """A value as JSON in UTF-8, as it is sent: passwords in clear, half an emoji as ``?``."""
    return json.dumps(value, ensure_ascii=False, default=_in_clear).encode("utf-8", "replace")


def _in_clear(value: Any) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    raise TypeError(f"a {type(value).__name__} is not JSON")


def as_list(value: Any) -> list[Any]:
    """One string or many, as a list."""
    if isinstance(value, str):
        return [value]
    if not is_many(value):
        raise TypeError(f"expected text, or a list of texts, got a {type(value).__name__}")
    return [*value]


def moment(value: Any, now: dt.datetime) -> str:
    """A moment as the API's UTC text, from a date, an ISO string or words such as ``"7d"``.

    Args:
        value: The moment; without a zone it is UTC.
        now: The moment that ``"7d"`` counts back from.
    """
    if isinstance(value, str):
        value = _parsed(value.strip(), now)
    if hasattr(value, "astype"):
        # numpy's own times; those of nanoseconds would come out as a number.
        value = value.astype("datetime64[us]").item()
    # pandas' NaT is a datetime that equals nothing, itself included.
    if not isinstance(value, dt.date) or value != value:  # noqa: PLR0124 - as said above
        raise ValueError(f"{value!r} is not a time. {TIMES}")
    if not isinstance(value, dt.datetime):
        value = dt.datetime.combine(value, dt.time.min)
    # A pandas Timestamp has nanoseconds, which its own isoformat would write.
    plain = value.replace(tzinfo=None) if value.tzinfo is None else _utc(value)
    return dt.datetime.isoformat(plain, timespec="microseconds" if plain.microsecond else "seconds")


def _utc(value: dt.datetime) -> dt.datetime:
    try:
        return value.astimezone(dt.UTC).replace(tzinfo=None)
    except OverflowError:
        raise ValueError(f"{value} is beyond the calendar in UTC") from None


def _parsed(text: str, now: dt.datetime) -> dt.datetime:
    if ago := RELATIVE.fullmatch(text):
        return _before(now.replace(microsecond=0), int(ago[1]), ago[2])
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a time. {TIMES}") from None


def _before(now: dt.datetime, count: int, unit: str) -> dt.datetime:
    try:
        return now - dt.timedelta(**{UNITS[unit]: count})
    except OverflowError:
        raise ValueError(f"'{count}{unit}' ago is before the calendar begins") from None


def moment_expected(value: str) -> str | None:
    """Wire check of a time: ISO 8601, or as in an email's Date header."""
    try:
        dt.datetime.fromisoformat(value)
    except ValueError:
        return None if _is_rfc_date(value) else "an ISO-8601 formatted datetime"
    return None


def _is_rfc_date(text: str) -> bool:
    try:
        parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return False
    return True


def recipients_expected(values: list[str]) -> str | None:
    """Wire check of recipients: 1 to 100."""
    fits = 1 <= len(values) <= MOST_RECIPIENTS
    return None if fits else f"1 to {MOST_RECIPIENTS} email addresses"


def copies_expected(values: list[str]) -> str | None:
    """Wire check of copied recipients: up to 100."""
    fits = len(values) <= MOST_RECIPIENTS
    return None if fits else f"up to {MOST_RECIPIENTS} email addresses"


def line_expected(value: str) -> str | None:
    """Wire check of text that must be there and stay on one line."""
    if not value.strip():
        return "text, and not an empty value"
    return "text without a newline" if re.search(r"[\r\n\0]", value) else None


def at_least_one_expected(value: int) -> str | None:
    """Wire check of a count."""
    return None if value >= 1 else "a whole number of at least 1"


def non_empty_expected(values: Sequence[Any]) -> str | None:
    """Wire check of a list that must name something."""
    return None if values and "" not in values else "a list of at least one value"


def password_expected(value: str) -> str | None:
    """Wire check of a password."""
    return None if value else "a password, and not an empty value"


def period_expected(value: str) -> str | None:
    """Wire check of a rate limit's period."""
    fits = PERIOD.fullmatch(value)
    return None if fits else "seconds, hh:mm:ss below 24 hours, or a number of days"


def username_expected(value: str) -> str | None:
    """Wire check of a new SMTP user's name (the service's own schema)."""
    return None if USERNAME.fullmatch(value) else "5 to 100 characters of A-Z a-z 0-9 . _ - @"


def custom_headers(value: Any) -> list[Any]:
    """Headers as the API's list, from a mapping, that list, or one entry of it."""
    if is_mapping(value):
        if {*value} == {"header", "value"}:
            return [dict(value)]
        return [{"header": name, "value": text} for name, text in value.items()]
    if not is_many(value):
        raise TypeError(
            f"a {type(value).__name__} is not a set of headers. Give a mapping such as "
            "{'Reply-To': 'a@example.com'}"
        )
    return [*value]


def headers_expected(values: Sequence[Mapping[str, Any]]) -> str | None:
    """Wire check of custom headers: RFC 5322 names, values on one line, none reserved."""
    for header in values:
        name, text = header["header"], header["value"]
        if not HEADER_NAME.fullmatch(name):
            return "header names of printable ASCII characters without colon or newline"
        if re.search(r"[\r\n\0]", text):
            return f"a value without a newline for the header {name}"
        if name.lower() in RESERVED_HEADERS:
            return f"custom headers other than {name}, which the service writes itself"
    return None


def password(value: Any) -> Secret:
    """A password that no traceback shows; its text is written only into the request."""
    hidden = hide(value)
    if isinstance(hidden, Secret):
        return hidden
    raise TypeError(f"a {type_name(value)} is not text")


def reveal(value: Any) -> Any:
    """The text of a password; any other value as it is."""
    return value.reveal() if isinstance(value, Secret) else value
