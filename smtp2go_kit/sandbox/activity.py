"""Answers for the activity stream."""

from __future__ import annotations

import bisect
from collections.abc import Callable
from typing import Any, TypeVar

from smtp2go_kit.operations import Activity
from smtp2go_kit.sandbox import times
from smtp2go_kit.sandbox.account import Event
from smtp2go_kit.sandbox.requests import CORRECT, Arguments, invalid
from smtp2go_kit.sandbox.service import Request, answers

MOST = 1000
DEFAULT = 100
T = TypeVar("T")


@answers(Activity.search)
def search(request: Request) -> dict[str, Any]:
    """Events of a window, newest first."""
    size = checked_limit(request.args.get("limit", DEFAULT), MOST)
    page, total, token = request.page(size, lambda: _found(request))
    events = [
        _served(event, request.args) if request.is_served else _documented(event) for event in page
    ]
    return {"total_events": total, "continue_token": token, "events": events}


def checked_limit(limit: int, most: int) -> int:
    """A page size within the service's bound.

    Args:
        limit: What was asked for.
        most: The bound.
    """
    if limit > most:
        raise invalid(
            "limit",
            f"The field 'limit' was expecting a value of at most {most} but "
            f"found '{limit}', {CORRECT}",
        )
    return limit


def in_window(records: list[T], args: Arguments, now: float, ts: Callable[[T], float]) -> list[T]:
    """The records from ``start_date`` (midnight today) until before ``end_date``, newest first.

    Args:
        records: Records in the order of their time.
        args: The request's arguments.
        now: Unix seconds.
        ts: A record's time.
    """
    given_start, given_end = args.get("start_date"), args.get("end_date")
    start = times.read(given_start) if given_start else times.midnight(now)
    first = bisect.bisect_left(records, start, key=ts)
    last = bisect.bisect_left(records, times.read(given_end), key=ts) if given_end else None
    return records[first:last][::-1]


def _found(request: Request) -> list[Event]:
    args = request.args
    events = in_window(request.account.events, args, request.account.now(), lambda e: e.ts)
    if asked := args.get("subaccount_ids") or args.get("subaccounts"):
        known = request.account.subaccounts
        names = {known[each].name for each in asked if each in known}
        events = [event for event in events if event.email.subaccount in names]
    if types := args.get("event_types"):
        events = [event for event in events if event.event in types]
    searched = SEARCHED | ({"search": _addressed} if request.is_served else {})
    for name, text_of in searched.items():
        if words := _words(args.get(name)):
            events = [e for e in events if any(word in text_of(e).lower() for word in words)]
    latest = args.get("only_latest") or args.get("only_latest_by_sent")
    return _latest(events) if latest else events


def _everything(event: Event) -> str:
    email = event.email
    return " ".join(
        (
            _addressed(event),
            email.header_from,
            email.sender,
            email.cc,
            email.reply_to,
            email.username,
            event.event,
            event.smtp_response,
            event.reason,
            event.error,
            event.client_fullname,
            event.url,
            event.user_agent,
        )
    )


def _addressed(event: Event) -> str:
    """What today's service looks through for ``search``."""
    email = event.email
    return f"{email.email_id} {email.subject} {email.to} {email.recipient} {email.bcc}"


SEARCHED: dict[str, Callable[[Event], str]] = {
    "search": _everything,
    "search_subject": lambda event: event.email.subject,
    "search_sender": lambda event: f"{event.email.sender} {event.email.header_from}",
    "search_recipient": lambda event: event.email.recipient,
    "search_email_id": lambda event: event.email.email_id,
    "search_usernames": lambda event: event.email.username,
}


def _words(given: str | list[str] | None) -> list[str]:
    """The alternatives of ``text1 | text2`` or of a list, in small letters."""
    texts = [given] if isinstance(given, str) else given or []
    return [w for text in texts for part in text.split("|") if (w := part.strip().lower())]


def _latest(events: list[Event]) -> list[Event]:
    newest = {id(event.email): event for event in reversed(events)}
    return [event for event in events if newest[id(event.email)] is event]


def _documented(event: Event) -> dict[str, Any]:
    email = event.email
    return {
        "from": email.header_from,
        "email_id": email.email_id,
        "date": times.zulu(event.ts),
        "event": event.event,
        # The document has no other field for the one recipient that an event is about.
        "recipients": email.recipient,
        "subject": email.subject,
        "username": email.username,
        "reply_to": email.reply_to or None,
        "sender": email.sender,
        "to": email.to or None,
        "cc": email.cc or None,
        "bcc": email.bcc or None,
        "smtp_response": event.smtp_response or None,
        "reason": event.reason or None,
        "error": event.error or None,
        "email_client": _without_empty(fullname=event.client_fullname, name=event.client_name),
        "metadata": _without_empty(
            url=event.url, read_secs=event.read_secs, user_agent=event.user_agent
        ),
    }


def _served(event: Event, args: Arguments) -> dict[str, Any]:
    """As today's service: more fields, lists as arrays, empty fields left out."""
    email = event.email
    tries = email.attempts or ((email.delivered_ts or email.ts, email.response),)
    attempts = [
        {"smtptime": times.zulu(ts), "host": email.host, "smtpresponse": response}
        for ts, response in tries
    ]
    known = _documented(event) | {
        "recipients": list(email.recipients or (email.recipient,)),
        "recipient": email.recipient,
        "sender_full": email.header_from,
        "host": email.host,
        "outbound_ip": email.outbound_ip,
        "byte_size": email.size,
        "subaccount_name": email.subaccount,
        "delivery_attempts": attempts if event.event == "processed" and email.response else [],
    }
    if args.get("include_headers"):
        known["headers"] = "\n".join(f"{name}: {value}" for name, value in email.headers)
    wanted = {name.lower() for name in args.get("custom_headers") or ()}
    known["custom_headers"] = {k: v for k, v in email.headers if k.lower() in wanted}
    return {name: value for name, value in known.items() if value not in (None, "", [], {})}


def _without_empty(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "")}
