"""Python values written as the API's JSON values, and the bounds the API documents.

Writers raise ValueError with the problem. ``*_expected`` functions look at a wire value and
tell what it should have been, or None if it is right; the sandbox refuses by the same ones.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from typing import Any

from smtp2go_kit.secret import Secret

MOST_RECIPIENTS = 100
"""Addresses in each of to, cc and bcc (API reference, /email/send)."""
MOST_ADDRESS = 254
"""Characters of an address (RFC 5321 4.5.3.1.3, less the angle brackets)."""
RELATIVE = re.compile(r"(\d{1,6})([smhdw])")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
PERIOD = re.compile(r"\d+|\d{1,2}:\d{2}:\d{2}(:\d{2})?|\d+ days?(, \d{1,2}:\d{2}:\d{2})?")
LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
DOMAIN = re.compile(rf"(?:{LABEL}\.)+{LABEL}\.?")
SUBDOMAIN = re.compile(rf"{LABEL}(?:\.{LABEL})*")
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


def as_list(value: str | Iterable[str]) -> list[str]:
    """One string or many, as a list."""
    return [value] if isinstance(value, str) else list(value)


def moment(value: str | dt.datetime | dt.date, now: dt.datetime) -> str:
    """A moment as the API's UTC text, from a date, an ISO string or words such as ``"7d"``.

    Args:
        value: The moment; without a zone it is UTC.
        now: The moment that ``"7d"`` counts back from.
    """
    if isinstance(value, str):
        value = _parsed(value.strip(), now)
    if not isinstance(value, dt.datetime):
        value = dt.datetime.combine(value, dt.time.min)
    if not value == value:  # noqa: PLR0124 - pandas' NaT equals nothing, itself included
        raise ValueError("is not a time (NaT)")
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
        raise ValueError(
            f"{text!r} is not a time. Use ISO 8601 in UTC such as '2026-11-01' or "
            "'2026-11-01T09:30:00', a datetime, or a time ago such as '7d', '24h', '30m'"
        ) from None


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


def mailbox_expected(value: str) -> str | None:
    """Wire check of ``a@b.c`` or ``Name <a@b.c>``."""
    address = parseaddr(value)[1] if value.isprintable() else ""
    return None if _is_address(address) else "a valid RFC-822 formatted email field"


def address_expected(value: str) -> str | None:
    """Wire check of a bare address."""
    return None if _is_address(value) else "a valid email address"


def _is_address(text: str) -> bool:
    local, at, domain = text.rpartition("@")
    return (
        bool(local and at)
        and len(text) <= MOST_ADDRESS
        and text.isprintable()
        and not re.search(r"[\s<>,;@]", local if not local.startswith('"') else "")
        and bool(SUBDOMAIN.fullmatch(domain) or re.fullmatch(r"\[[\w.:]+\]", domain))
    )


def mailboxes_expected(values: list[str]) -> str | None:
    """Wire check of recipients: 1 to 100 mailboxes."""
    return copies_expected(values) if values else f"1 to {MOST_RECIPIENTS} email addresses"


def copies_expected(values: list[str]) -> str | None:
    """Wire check of copied recipients: up to 100 mailboxes."""
    if len(values) > MOST_RECIPIENTS:
        return f"up to {MOST_RECIPIENTS} email addresses"
    return next((wrong for wrong in map(mailbox_expected, values) if wrong), None)


def domain_expected(value: str) -> str | None:
    """Wire check of a domain name."""
    fits = len(value) <= MOST_ADDRESS and DOMAIN.fullmatch(value)
    return None if fits else "a domain name such as example.com"


def subdomain_expected(value: str) -> str | None:
    """Wire check of a label below a domain, such as ``link``."""
    return None if SUBDOMAIN.fullmatch(value) else "a subdomain such as link, without the domain"


def address_or_domain_expected(value: str) -> str | None:
    """Wire check of an address, a domain or ``@domain``."""
    if "@" in value[1:]:
        return address_expected(value)
    fits = domain_expected(value.removeprefix("@")) is None
    return None if fits else "an email address, or a domain such as example.com"


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
    return None if PERIOD.fullmatch(value) else "seconds, hh:mm:ss or a number of days"


def custom_headers(value: Mapping[str, str] | Sequence[Any]) -> list[Any]:
    """Headers as the API's list, from a mapping or that list."""
    if isinstance(value, Mapping):
        return [{"header": name, "value": text} for name, text in value.items()]
    return list(value)


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


def mime(value: EmailMessage | bytes | str) -> str:
    """A MIME email as base64 text, from a message, its bytes, or that text itself."""
    if isinstance(value, str):
        return value
    content = value.as_bytes() if isinstance(value, EmailMessage) else value
    return base64.b64encode(content).decode("ascii")


def mime_expected(value: str) -> str | None:
    """Wire check of a MIME email: base64, which no header's colon is part of."""
    if value and ":" not in value:
        return None
    return "a MIME email as base64 text; give an EmailMessage or bytes to have it encoded"


def hide(value: str | Secret) -> Secret:
    """A password that no traceback shows; its text is written only into the request."""
    if isinstance(value, (str, Secret)):
        return value if isinstance(value, Secret) else Secret(value)
    raise TypeError(f"a {type(value).__name__} is not text")


def reveal(value: Any) -> Any:
    """The text of a password; any other value as it is."""
    return value.reveal() if isinstance(value, Secret) else value
