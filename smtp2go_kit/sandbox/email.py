"""Answers for sending email and searching what was sent."""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, quote
from typing import Any

from smtp2go_kit import operations
from smtp2go_kit.addresses import address_of
from smtp2go_kit.attachments import is_base64
from smtp2go_kit.encoding import MOST_RECIPIENTS
from smtp2go_kit.sandbox import times
from smtp2go_kit.sandbox.account import DAY, Email
from smtp2go_kit.sandbox.activity import checked_limit, in_window
from smtp2go_kit.sandbox.delivery import Message, accept, schedule
from smtp2go_kit.sandbox.requests import CORRECT, Refused, invalid
from smtp2go_kit.sandbox.service import Request, answers

MOST = 5000
MOST_AHEAD = 3 * DAY
Keep = Callable[[Email], bool]
PROCESS = {"rejected": "rejected", "deferred": "processing"}


@answers(operations.Email.send)
def send(request: Request) -> dict[str, Any]:
    """Take an email given in parts."""
    args = request.args
    for name in ("attachments", "inlines"):
        _check_content(name, args.get(name) or ())
    headers = tuple((h["header"], h["value"]) for h in args.get("custom_headers") or ())
    message = Message(
        header_from=args["sender"],
        to=tuple(args["to"]),
        cc=tuple(args.get("cc") or ()),
        bcc=tuple(args.get("bcc") or ()),
        subject=_subject(request),
        reply_to=next((value for name, value in headers if name.lower() == "reply-to"), ""),
        headers=headers,
        size=_size(args),
    )
    return _accepted(request, message)


def _subject(request: Request) -> str:
    subject, template = request.args.get("subject"), request.args.get("template_id")
    if template and not subject:
        return f"(template {template})"
    if subject is None and not request.is_served:
        raise invalid("subject", f"The field 'subject' is required but was not found, {CORRECT}")
    return subject or ""


def _check_content(name: str, blobs: Sequence[Mapping[str, Any]]) -> None:
    for blob in blobs:
        if ("fileblob" in blob) == bool(blob.get("url")):
            raise invalid(name, f"The field '{name}' was expecting a fileblob or a url, {CORRECT}")
        if not is_base64(blob.get("fileblob") or ""):
            raise invalid(
                name, f"The field '{name}' was expecting base64 text as fileblob, {CORRECT}"
            )


def _size(args: dict[str, Any]) -> int:
    files = [*(args.get("attachments") or ()), *(args.get("inlines") or ())]
    bodies = len(args.get("text_body") or "") + len(args.get("html_body") or "")
    return 600 + bodies + sum(len(f.get("fileblob") or "") for f in files)


@answers(operations.Email.mime)
def mime(request: Request) -> dict[str, Any]:
    """Take an email given as MIME."""
    try:
        content = base64.b64decode("".join(request.args["mime_email"].split()), validate=True)
    except (binascii.Error, ValueError):
        raise _bad_mime("was expecting base64 text") from None
    try:
        message = _parsed(content)
    except Refused:
        raise
    except Exception as error:
        # The standard library's parser raises anything at malformed headers.
        raise _bad_mime(f"could not be read as an email ({error})") from error
    return _accepted(request, message)


def _parsed(content: bytes) -> Message:
    parsed = message_from_bytes(content, policy=policy.default)
    to, cc, bcc = (_mailboxes(parsed, name) for name in ("to", "cc", "bcc"))
    if not _mailboxes(parsed, "from") or not to + cc + bcc:
        raise _bad_mime("was expecting an email with a From address and a recipient")
    if max(map(len, (to, cc, bcc))) > MOST_RECIPIENTS:
        raise _bad_mime(f"was expecting at most {MOST_RECIPIENTS} addresses a header")
    known = (
        "from",
        "to",
        "cc",
        "bcc",
        "subject",
        "content-type",
        "content-transfer-encoding",
        "mime-version",
    )
    return Message(
        header_from=next(iter(_mailboxes(parsed, "from"))),
        to=to,
        cc=cc,
        bcc=bcc,
        subject=str(parsed["subject"] or ""),
        reply_to=str(parsed["reply-to"] or ""),
        headers=tuple((k, str(v)) for k, v in parsed.items() if k.lower() not in known),
        size=len(content),
    )


def _mailboxes(message: EmailMessage, name: str) -> tuple[str, ...]:
    written = [str(value) for value in message.get_all(name, [])]
    boxes = (_mailbox(*found) for found in getaddresses(written))
    return tuple(box for box in boxes if address_of(box))


def _mailbox(who: str, address: str) -> str:
    name = f'"{quote(who)}"' if re.search(r'[",;<>]', who) else who
    return f"{name} <{address}>" if name else address


def _bad_mime(problem: str) -> Exception:
    return invalid("mime_email", f"The field 'mime_email' {problem}, {CORRECT}")


def _accepted(request: Request, message: Message) -> dict[str, Any]:
    if when := request.args.get("schedule"):
        return _scheduled(request, message, when)
    answer = accept(request.account, message)
    if request.args.get("fastaccept") and answer["email_id"]:
        return {"email_id": answer["email_id"]}
    return {name: value for name, value in answer.items() if value is not None}


def _scheduled(request: Request, message: Message, when: str) -> dict[str, Any]:
    now = request.account.now()
    try:
        due = times.read(when)
    except ValueError:
        due = now - 1
    if not now <= due <= now + MOST_AHEAD:
        raise invalid(
            "schedule",
            f"The field 'schedule' was expecting a time within 3 days, not '{when}', {CORRECT}",
        )
    schedule_id = str(uuid.UUID(int=request.account.random.getrandbits(128), version=4))
    mark = ("X-Smtp2go-Schedule-Id", schedule_id)
    schedule(request.account, replace(message, headers=(*message.headers, mark)), due)
    return {"succeeded": 1, "failed": 0, "failures": [], "schedule_id": schedule_id}


@answers(operations.Email.search)
def search(request: Request) -> dict[str, Any]:
    """Copies of emails sent in a window."""
    args = request.args
    size = checked_limit(args.get("limit", MOST), MOST)
    if args.get("status_counts"):
        found = _found(request)
        counts = Counter(email.status for email in found)
        return {"count": len(found), "emails": [], "status_counts": dict(counts)}
    page, total, token = request.page(size, lambda: _found(request))
    emails = [_email(email, request) for email in page]
    data: dict[str, Any] = {"count": len(page) if request.is_served else total, "emails": emails}
    return data | ({"continue_token": token} if token or not request.is_served else {})


def _found(request: Request) -> list[Email]:
    emails = in_window(request.account.emails, request.args, request.account.now(), lambda e: e.ts)
    for keep in _filters(request):
        emails = [email for email in emails if keep(email)]
    return _sorted(emails, request.args)


def _filters(request: Request) -> list[Keep]:
    args = request.args
    ids, name, text = args.get("email_id"), args.get("username"), args.get("filter_query")
    filters: list[Keep] = []
    if ids:
        filters.append(lambda e: e.email_id in ids)
    if name:
        filters.append(lambda e: e.username == name)
    if args.get("opened_only"):
        filters.append(lambda e: bool(e.opens))
    if args.get("clicked_only"):
        filters.append(lambda e: bool(e.clicks))
    if text:
        filters.append(_query(text, bool(args.get("ignore_case"))))
    if not request.is_served:
        filters += map(_has_header, args.get("headers") or ())
    return filters


def _query(text: str, ignore_case: bool) -> Callable[[Email], bool]:
    # whoosh takes 60 ms to import, and few searches have a query.
    from smtp2go_kit.sandbox.query import compile_query
    from smtp2go_kit.sandbox.query_syntax import QueryError

    try:
        return compile_query(text, ignore_case=ignore_case)
    except QueryError as error:
        raise invalid(
            "filter_query", f"The field 'filter_query' is not valid: {error}, {CORRECT}"
        ) from error


def _has_header(wanted: dict[str, str]) -> Callable[[Email], bool]:
    key, value = (wanted.get("key") or "").lower(), wanted.get("value")
    return lambda e: any(
        (not key or k.lower() == key) and (value is None or v == value) for k, v in _all_headers(e)
    )


def _all_headers(email: Email) -> list[tuple[str, str]]:
    shown = (("To", email.to), ("Cc", email.cc), ("Bcc", email.bcc), ("Reply-To", email.reply_to))
    custom = [(k, v) for k, v in email.headers if k.lower() != "reply-to"]
    return [*((name, value) for name, value in shown if value), *custom]


def _sorted(emails: list[Email], args: dict[str, Any]) -> list[Email]:
    by_delivery = args.get("sort_by") == "delivered_at"
    down = args.get("sort_dir", "desc") == "desc"
    if by_delivery:
        return sorted(emails, key=lambda e: e.delivered_ts or 0.0, reverse=down)
    return emails if down else emails[::-1]


def _email(email: Email, request: Request) -> dict[str, Any]:
    write = times.with_fraction if request.is_served else times.plain
    wanted = request.args.get("headers") if request.is_served else None
    headers = [
        {"key": k, "value": v} for k, v in _all_headers(email) if wanted is None or k in wanted
    ]
    return {
        "subject": email.subject,
        "delivered_at": write(email.delivered_ts) if email.delivered_ts else None,
        "process_status": PROCESS.get(email.status, "completed"),
        "email_id": email.email_id,
        "status": email.status,
        "response": email.response,
        "email_ts": write(email.ts),
        "host": email.host,
        "smtpcode": email.smtpcode,
        "sender": email.sender,
        "recipient": email.recipient,
        "username": email.username,
        "headers": headers,
        "total_opens": len(email.opens),
        "opens": [
            {
                "opened_at": write(o.ts),
                "ip_address": o.ip_address,
                "user_agent": o.user_agent,
                "read_secs": str(o.read_secs) if request.is_served else o.read_secs,
            }
            for o in email.opens
        ],
        "total_clicks": len(email.clicks),
        "clicks": [
            {
                "clicked_at": write(c.ts),
                "ip_address": c.ip_address,
                "user_agent": c.user_agent,
                "url": c.url,
            }
            for c in email.clicks
        ],
    }
