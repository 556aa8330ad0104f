"""Sending email, and searching what was sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from smtp2go_kit.answers import structure
from smtp2go_kit.operation import Budget, C, Effect, Group, Pages, operation
from smtp2go_kit.served import Arguments, Row, Served
from smtp2go_kit.shapes import is_list, is_object
from smtp2go_kit.tables import COUNT, STR, TIME, Child, Table
from smtp2go_kit.types import (
    BlindCopies,
    Copies,
    Direction,
    Files,
    HeaderFilter,
    Headers,
    Html,
    Limit,
    Line,
    Mailbox,
    Mailboxes,
    Mime,
    Moment,
    Progress,
    SortBy,
    Text,
)

if TYPE_CHECKING:
    import pandas as pd

COPY = ("email_id", "recipient")
EMAILS = Table(
    {
        "subject": STR,
        "delivered_at": TIME,
        "process_status": STR,
        "email_id": STR,
        "status": STR,
        "response": STR,
        "email_ts": TIME,
        "host": STR,
        "smtpcode": COUNT,
        "sender": STR,
        "recipient": STR,
        "username": STR,
        "headers_count": COUNT,
        "total_opens": COUNT,
        "opens_count": COUNT,
        "total_clicks": COUNT,
        "clicks_count": COUNT,
    },
    rows=("emails",),
    total=("count",),
    children={
        "headers": Child(COPY, {"key": STR, "value": STR}),
        "opens": Child(
            COPY, {"opened_at": TIME, "ip_address": STR, "user_agent": STR, "read_secs": COUNT}
        ),
        "clicks": Child(
            COPY, {"clicked_at": TIME, "ip_address": STR, "user_agent": STR, "url": STR}
        ),
    },
    counted="status_counts",
    window=0,
    brief=("email_ts", "status", "sender", "recipient", "subject", "response", "email_id"),
    groups=(
        "status",
        "recipient",
        "recipient_domain",
        "sender",
        "subject",
        "response",
        "day",
    ),
)


class ServedFile(TypedDict, total=False):
    """A file as today's service takes it: with either its content or its URL."""

    filename: str
    fileblob: str
    mimetype: str
    url: str


SCHEDULING: dict[str, Any] = {"schedule": str, "fastaccept": bool}
NEWER = SCHEDULING | {"template_id": Any, "template_data": Any, "version": Any}
FILES: dict[str, Any] = {"attachments": list[ServedFile], "inlines": list[ServedFile]}


class Sent(TypedDict, total=False):
    """What became of a message that was handed over.

    ``succeeded`` and ``failed`` count emails, and an email to many recipients is one.
    """

    succeeded: int
    failed: int
    failures: list[str]
    email_id: str
    schedule_id: str
    request_id: str


def _header_names(wanted: list[HeaderFilter]) -> list[str]:
    # The service shows the headers it is asked for, so one of any name cannot be looked for.
    if not all(entry.get("key") for entry in wanted):
        raise ValueError("today's service needs the header's name: add its key")
    return [entry["key"] for entry in wanted if "key" in entry]


def _with_headers(rows: list[Row], arguments: Arguments) -> list[Row]:
    return [
        row
        for row in rows
        if all(
            any(_is_wanted(wanted, *header) for header in _headers_of(row))
            for wanted in arguments["headers"]
        )
    ]


def _is_wanted(wanted: HeaderFilter, name: str, text: str) -> bool:
    key, value = wanted.get("key"), wanted.get("value")
    return (not key or key.lower() == name.lower()) and value in (None, text)


def _headers_of(row: Row) -> Iterator[tuple[str, str]]:
    """The headers of a row, as ``{"key", "value"}`` records, a mapping, or header lines."""
    found = structure(row.get("headers"))
    if is_object(found) and not {"key", "value"} <= found.keys():
        yield from ((name, str(text)) for name, text in found.items())
        return
    for header in found if is_list(found) else [found]:
        if is_object(header):
            yield str(header.get("key")), str(header.get("value"))
        elif isinstance(header, str):
            name, _, text = header.partition(":")
            yield name.strip(), text.strip()


def _sorted(rows: list[Row], arguments: Arguments) -> list[Row]:
    field = arguments.get("sort_by", "email_ts")
    down = arguments.get("sort_dir", "desc") == "desc"
    # The service lists the newest first, also among equals.
    return sorted(
        rows if down else rows[::-1], key=lambda row: str(row.get(field) or ""), reverse=down
    )


class Email(Group[C]):
    """Sending email, and searching what was sent."""

    @operation(
        "/email/send",
        Effect.SEND,
        use="Not for tests: it really goes out",
        served=Served(takes=NEWER | FILES, optional=frozenset({"subject"})),
    )
    def send(
        self,
        sender: Mailbox,
        to: Mailboxes,
        subject: Line,
        *,
        cc: Copies | None = None,
        bcc: BlindCopies | None = None,
        html_body: Html | None = None,
        text_body: Text | None = None,
        custom_headers: Headers | None = None,
        attachments: Files | None = None,
        inlines: Files | None = None,
    ) -> Sent:
        """Send an email.

        The whole request may have 50 MB, base64 included; above 10 MB, the limit of the API's
        document, a ``SizeWarning`` is given. A send is never repeated while its outcome is
        unknown.

        Args:
            sender: The address to send from, as ``a@example.com`` or ``Name <a@example.com>``.
            to: The recipients; one address, or a list of up to 100.
            subject: The subject, on one line, not empty.
            cc: Who gets an open copy; one address, or a list of up to 100.
            bcc: Who gets an unseen copy; one address, or a list of up to 100.
            html_body: The body as HTML.
            text_body: The body as plain text.
            custom_headers: Headers to add; as ``{"Reply-To": "b@example.com"}`` or the API's
                list of ``{"header", "value"}``; no newline, and not Content-Type,
                Content-Transfer-Encoding or MIME-Version.
            attachments: Files to attach; one or a list of paths, ``(filename, bytes)`` pairs,
                files opened with ``"rb"``, ``{"filename", "content"}``, or the API's dicts with
                base64 ``fileblob``.
            inlines: Images to show in ``html_body`` as ``cid:<filename>``; given likewise.

        Raises:
            SendFailed: The service answered 200 but did not accept the message for everyone.
            OutcomeUnknown: No clear answer arrived; the message may have been sent.
        """
        ...

    @operation("/email/mime", Effect.SEND, served=Served(takes=SCHEDULING))
    def mime(self, mime_email: Mime) -> Sent:
        """Send an email that is already built as MIME; its headers name the recipients.

        Args:
            mime_email: The email as MIME; an ``email.message.EmailMessage``, its bytes, or those
                as base64 text, at most 50 MB of it.

        Raises:
            SendFailed: The service answered 200 but did not accept the message for everyone.
            OutcomeUnknown: No clear answer arrived; the message may have been sent.
        """
        ...

    @operation(
        "/email/search",
        Effect.READ,
        use="For headers, opens and clicks by email_id; else activity_search",
        table=EMAILS,
        pages=Pages("limit", 5000),
        budget=Budget(20, 60),
        served=Served(
            refused=frozenset({"headers", "sort_by", "sort_dir"}),
            convert={"headers": _header_names},
            select={"headers": _with_headers, "sort_by": _sorted, "sort_dir": _sorted},
            takes={"headers": list[str]},
        ),
    )
    def search(
        self,
        *,
        continue_token: str | None = None,
        start_date: Moment | None = None,
        end_date: Moment | None = None,
        limit: Limit | None = None,
        email_id: list[str] | None = None,
        filter_query: str | None = None,
        username: str | None = None,
        headers: list[HeaderFilter] | None = None,
        status_counts: bool | None = None,
        opened_only: bool | None = None,
        clicked_only: bool | None = None,
        sort_by: SortBy | None = None,
        sort_dir: Direction | None = None,
        ignore_case: bool | None = None,
        progress: Progress | None = None,
    ) -> pd.DataFrame:
        """Search sent email; all pages, one row a recipient's copy.

        The service means to withdraw this endpoint and takes 20 requests a minute:
        ``activity.search`` is the better question where it can answer. The nested ``opens``,
        ``clicks`` and ``headers`` are frames of their own: ``child_frame(frame, "opens")``.

        Args:
            continue_token: Where to go on: ``frame.attrs["continue_token"]`` of the same
                search; the service forgets it after 5 minutes. A time ago moves on, so give
                ``frame.attrs["window"][0]`` in place of ``"7d"``.
            start_date: First moment to include, UTC: an ISO-8601 string, a datetime, a date,
                or a time ago such as ``"7d"``; midnight today if not given.
            end_date: Moment to stop before, written alike; now if not given.
            limit: Most emails to return, 1 or more; all of them if not given.
            email_id: Ids of the emails to return.
            filter_query: A Whoosh query such as ``recipient:gmail.com AND status:refused``;
                over sender, sent_ts, recipient, subject, delivered_ts, status, email_id,
                smtpcode, host and ``headers:'Name: exact value'``.
            username: Only emails sent by this user.
            headers: Headers an email must have; as ``[{"key": "Bcc", "value": "a@b.com"}]``.
            status_counts: Return the number of emails by status and no emails; in
                ``frame.attrs["status_counts"]``, false if not given.
            opened_only: Only emails that a recipient opened; false if not given.
            clicked_only: Only emails with a link that a recipient clicked; false if not given.
            sort_by: The time to sort by: ``email_ts`` (if not given) or ``delivered_at``.
            sort_dir: The direction to sort in: ``desc`` (if not given) or ``asc``.
            ignore_case: Take capital and small letters as equal; false if not given.
            progress: Show a progress bar; only where output is interactive if not given.
        """
        ...
