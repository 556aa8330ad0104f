"""Reading an answer: every spelling of the document and of the service, or the error it is."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

from smtp2go_kit.errors import (
    ApiError,
    AuthenticationFailed,
    NotFound,
    PermissionDenied,
    RateLimited,
    SendFailed,
    ServerError,
    UnexpectedAnswer,
    ValidationFailed,
)
from smtp2go_kit.shapes import Object, is_list, is_object, object_or_empty

PREFIX = "E_ApiResponseCodes."
LEAST_WAIT = 60.0
"""Seconds of the shortest time-out after a 429 (API reference, Rate Limits)."""
EPOCH = 1_000_000_000.0
"""Above this, X-Ratelimit-Reset is a Unix time and not a number of seconds."""
GENERIC = ("INVALID_IN_PAYLOAD", "API_EXCEPTION")
"""Codes whose text alone tells whether they are about the key."""
CODES: dict[str, type[ApiError]] = {
    "ENDPOINT_PERMISSION_DENIED": PermissionDenied,
    "NON_VALIDATING_IN_PAYLOAD": ValidationFailed,
    "REQ_LIMIT_EXCEEDED": RateLimited,
}
STATUSES: dict[int, type[ApiError]] = {
    401: AuthenticationFailed,
    403: PermissionDenied,
    404: NotFound,
    422: ValidationFailed,
    429: RateLimited,
}
KEY_STATUSES = (400, 401, 403)
ENVELOPE = frozenset({"request_id", "data", "email_response"})
IDS = frozenset({"email_id", "schedule_id"})
MOST_TEXT = 300
"""Characters of a plain-text body that an error repeats."""
KEY_TEXT = re.compile(r"api[ _-]?key", re.IGNORECASE)
ABSENT_TEXT = re.compile(r"not found|does not exist|no such", re.IGNORECASE)
RATE_TEXT = re.compile(r"rate.?limit|limit exceeded|too many requests", re.IGNORECASE)
GARBLED = re.compile(r'"([^"]+)"\s*:\s*("(?:[^"\\]|\\.)*"|true|false|null|-?[\d.]+)')


@dataclass(frozen=True)
class Reply:
    """What came back over HTTP.

    Args:
        status: The HTTP status.
        headers: Its headers, with names in lower case.
        content: Its body.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Answer:
    """The data of a good answer.

    Args:
        data: What the service answered, less its envelope; None if there was only an envelope.
        request_id: The id to quote to SMTP2GO's support.
        beside: The envelope's other fields, where the document has some.
    """

    data: Any = field(repr=False)
    request_id: str | None
    beside: Mapping[str, Any] = field(repr=False, default_factory=dict[str, Any])


def read(reply: Reply, operation: str, redact: Callable[[str], str]) -> Answer | ApiError:
    """The answer in a reply, or the error it reports, to be raised where no secret is at hand.

    Args:
        reply: What came back.
        operation: The operation called, for errors.
        redact: Masks secrets in the service's texts.
    """
    envelope = _json(reply)
    told = _told(envelope or {})
    refused = any(told.get(name) for name in ("error", "error_code", "field_validation_errors"))
    if envelope is None or reply.status >= 300 or refused:
        return _error(reply, envelope or {}, operation, redact)
    beside = {name: value for name, value in envelope.items() if name not in ENVELOPE}
    return Answer(_data(envelope) or beside or envelope.get("data"), _request_id(envelope), beside)


def refusal_of(answer: Answer, operation: str, redact: Callable[[str], str]) -> SendFailed | None:
    """The error if a 200 says that the message was refused, wholly or in part."""
    sent = answer.data[0] if is_list(answer.data) and answer.data else answer.data
    data = object_or_empty(sent)
    failed, succeeded = whole(data.get("failed")), whole(data.get("succeeded"))
    failures = [redact(text) for text in failures_of(data)]
    # The document's own sample has failures beside ten that succeeded and none that failed.
    nothing = "succeeded" in data and not (succeeded or data.keys() & IDS)
    if failed == 0 and not nothing and (succeeded or not failures):
        return None
    told = "; ".join(failures) or "no reason given"
    return SendFailed(
        f"{failed or 'some'} failed, {succeeded} succeeded: {told}",
        succeeded=succeeded,
        failed=failed,
        failures=failures,
        email_id=redact(str(data.get("email_id") or "")) or None,
        operation=operation,
        request_id=redact(answer.request_id or "") or None,
    )


def failures_of(data: Mapping[str, Any]) -> list[str]:
    """The reasons for failure as plain texts, also where the document nests them in text."""
    given: Any = data.get("failures") or []
    texts = given if is_list(given) else [given]
    return [re.sub(r'^"failures":\["(.*)"\]$', r"\1", str(text)) for text in texts]


def structure(value: Any) -> Any:
    """A structure that may have come as text: JSON, or the document's garbled form of it."""
    if not isinstance(value, str) or not value.strip():
        return value
    try:
        return json.loads(value)
    except ValueError:
        pairs = [(name, _garbled(text)) for name, text in GARBLED.findall(value)]
    records: list[Object] = []
    for name, entry in pairs:
        if not records or name in records[-1]:
            records.append({})
        records[-1][name] = entry
    return records or value


def _garbled(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except ValueError:
        return text.strip('"')


def wait_of(reply: Reply) -> float | None:
    """Seconds that a reply asks to wait, or None if it does not say."""
    if after := reply.headers.get("retry-after", "").strip():
        seconds = _seconds(after, reply)
        if seconds is not None:
            return seconds
    if reply.status >= 500:
        return None
    reset = _number(reply.headers.get("x-ratelimit-reset", ""))
    if reset is None or reset < EPOCH:
        return reset
    return _since(reset, reply)


def _seconds(text: str, reply: Reply) -> float | None:
    if (number := _number(text)) is not None:
        return number
    try:
        return _since(parsedate_to_datetime(text).timestamp(), reply)
    except (ValueError, OverflowError):
        return None


def _since(moment: float, reply: Reply) -> float:
    # The server's own Date where it gives one, as this machine's clock may be off.
    try:
        now = parsedate_to_datetime(reply.headers.get("date", "")).timestamp()
    except (ValueError, OverflowError):
        now = time.time()
    return max(0.0, moment - now)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def _json(reply: Reply) -> Object | None:
    try:
        envelope: Any = json.loads(reply.content)
    except (ValueError, RecursionError):
        return None
    return envelope if is_object(envelope) else None


def _told(envelope: Mapping[str, Any]) -> Object:
    """The fields of an envelope and of what it holds, whichever of them an answer uses."""
    nested = [object_or_empty(envelope.get(name)) for name in ("email_response", "data")]
    return {**envelope, **nested[0], **nested[1]}


def _data(envelope: Mapping[str, Any]) -> Any:
    data, response = envelope.get("data"), envelope.get("email_response")
    if is_object(data) and is_object(response):
        return {**response, **data}
    return data or response


def _request_id(envelope: Mapping[str, Any]) -> str | None:
    nested = object_or_empty(envelope.get("data")).get("request_id")
    found = envelope.get("request_id") or nested
    return str(found) if found else None


def _error(
    reply: Reply, envelope: Mapping[str, Any], operation: str, redact: Callable[[str], str]
) -> ApiError:
    told = _told(envelope)
    code = str(told.get("error_code") or "").removeprefix(PREFIX) or None
    field, detail = _field(told.get("field_validation_errors"))
    message = detail or _text_of(told)
    kind = _kind(reply.status, code, message, field)
    return kind(
        redact(message or _plain_text(reply) or _without_json(reply)),
        operation=operation,
        status=reply.status,
        code=redact(code or "") or None,
        request_id=redact(_request_id(envelope) or "") or None,
        field=redact(field or "") or None,
        retry_after=(wait_of(reply) or LEAST_WAIT) if kind is RateLimited else None,
    )


def _text_of(told: Mapping[str, Any]) -> str:
    for name in ("error", "message", "data"):
        if isinstance(text := told.get(name), str) and text:
            return text
    return "; ".join(failures_of(told))


def _plain_text(reply: Reply) -> str:
    """A body that is a short text for people, and no page."""
    is_plain = reply.headers.get("content-type", "").startswith("text/plain")
    text = reply.content.decode("utf-8", "replace").strip() if is_plain else ""
    return text if len(text) <= MOST_TEXT and text.isprintable() and "<" not in text else ""


def _kind(status: int, code: str | None, message: str, field: str | None) -> type[ApiError]:
    about_key = field == "api_key" or (field is None and KEY_TEXT.search(message) is not None)
    if code in CODES:
        return CODES[code]
    if about_key and (code in GENERIC or (code is None and status in KEY_STATUSES)):
        return RateLimited if RATE_TEXT.search(message) else AuthenticationFailed
    if code == "INVALID_IN_PAYLOAD" or (field is not None and status not in STATUSES):
        return ValidationFailed
    if status >= 500:
        return ServerError
    if code == "API_EXCEPTION" and ABSENT_TEXT.search(message):
        return NotFound
    silent = status < 400 and not (code or message)
    return STATUSES.get(status) or (UnexpectedAnswer if silent else ApiError)


def _field(given: Any) -> tuple[str | None, str]:
    """The first bad field and its message, from one object, a list of them or a mapping."""
    entry: Any = given[0] if is_list(given) and given else given
    if not is_object(entry) or not entry:
        return None, str(entry) if entry else ""
    if "fieldname" in entry:
        return str(entry["fieldname"]), str(entry.get("message") or "")
    name, text = next(iter(entry.items()))
    return str(name), str(text)


def _without_json(reply: Reply) -> str:
    size = len(reply.content)
    kind = reply.headers.get("content-type", "").partition(";")[0] or "of no type"
    what = "an empty body" if not size else f"a body of {size} bytes, {kind}, without an error text"
    return f"HTTP {reply.status} with {what}"


def whole(value: Any) -> int:
    """A count that may have come as text; 1 for what is there and is no number."""
    try:
        return math.ceil(float(value or 0))
    except (TypeError, ValueError, OverflowError):
        return 1
