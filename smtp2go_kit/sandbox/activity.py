"""Answers for the activity stream."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from smtp2go_kit.operations import Activity
from smtp2go_kit.sandbox import times
from smtp2go_kit.sandbox.account import Event
from smtp2go_kit.sandbox.requests import CORRECT, Arguments, invalid
from smtp2go_kit.sandbox.service import Request, answers

MOST = 1000
DEFAULT = 100
T = TypeVar("T")
Keep = Callable[[Event], bool]


@answers(Activity.search)
def search(request: Request) -> dict[str, Any]:
    """Events of a window, newest first."""
    size = checked_limit(request.args.get("limit", DEFAULT), MOST)
    page, total, token = request.tokens.page(request.args, size, lambda: _found(request))
    events = [_served(event) if request.is_served else _documented(event) for event in page]
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
    if args.get("subaccount_ids") or args.get("subaccounts"):
        return []
    events = in_window(request.account.events, args, request.account.now(), lambda e: e.ts)
    for keep in _filters(args):
        events = [event for event in events if keep(event)]
    return _latest(events) if args.get("only_latest") else events


def _filters(args: Arguments) -> Iterator[Keep]:
    if types := args.get("event_types"):
        yield lambda e: e.event in types
    if text := args.get("search"):
        yield lambda e: any(w in _everything(e) for w in _words(text))
    if text := args.get("search_subject"):
        yield lambda e: any(w in e.email.subject.lower() for w in _words(text))
    if text := args.get("search_sender"):
        yield lambda e: any(
            w in f"{e.email.sender} {e.email.header_from}".lower() for w in _words(text)
        )
    if text := args.get("search_recipient"):
        yield lambda e: any(w in e.email.recipient.lower() for w in _words(text))
    if names := args.get("search_usernames"):
        wanted = [names] if isinstance(names, str) else names
        yield lambda e: any(n.lower() in e.email.username.lower() for n in wanted)


def _words(text: str) -> list[str]:
    """The alternatives of ``text1 | text2``, in small letters."""
    return [word.strip().lower() for word in text.split("|") if word.strip()]


def _everything(event: Event) -> str:
    email = event.email
    return " ".join(
        (
            email.email_id,
            email.subject,
            email.header_from,
            email.sender,
            email.to,
            email.recipient,
            email.cc,
            email.bcc,
            email.username,
            event.smtp_response,
            event.reason,
        )
    ).lower()


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


def _served(event: Event) -> dict[str, Any]:
    """As today's service: more fields, lists as arrays, empty fields left out."""
    email = event.email
    attempts = [
        {
            "smtptime": times.zulu(email.delivered_ts or email.ts),
            "host": email.host,
            "smtpresponse": email.response,
        }
    ]
    known = _documented(event) | {
        "recipients": list(email.recipients or (email.recipient,)),
        "recipient": email.recipient,
        "sender_full": email.header_from,
        "host": email.host,
        "outbound_ip": email.outbound_ip,
        "byte_size": email.size,
        "delivery_attempts": attempts if event.event == "processed" and email.response else [],
    }
    return {name: value for name, value in known.items() if value not in (None, "", [], {})}


def _without_empty(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "")}
