"""The activity stream: what happened to each email."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from smtp2go_kit.operation import Budget, C, Effect, Group, Pages, operation
from smtp2go_kit.served import Served
from smtp2go_kit.tables import COUNT, STR, TIME, Child, Table
from smtp2go_kit.types import EventType, Limit, Moment, Progress

if TYPE_CHECKING:
    import pandas as pd

EVENTS = Table(
    {
        "from": STR,
        "email_id": STR,
        "date": TIME,
        "event": STR,
        "recipients": STR,
        "subject": STR,
        "username": STR,
        "reply_to": STR,
        "sender": STR,
        "to": STR,
        "cc": STR,
        "bcc": STR,
        "smtp_response": STR,
        "reason": STR,
        "error": STR,
        "email_client_fullname": STR,
        "email_client_name": STR,
        "metadata_url": STR,
        "metadata_read_secs": COUNT,
        "metadata_user_agent": STR,
        "recipient": STR,
        "host": STR,
        "outbound_ip": STR,
        "byte_size": COUNT,
        "subaccount_name": STR,
        "sender_full": STR,
        "originating_host": STR,
        "delivery_attempts_count": COUNT,
    },
    rows=("events",),
    total=("total_events",),
    children={
        "delivery_attempts": Child(
            ("email_id", "recipient", "event", "date"),
            {"smtptime": TIME, "host": STR, "smtpresponse": STR},
        )
    },
    single={"recipient": "recipients"},
    window=0,
    brief=("date", "event", "sender", "recipient", "subject", "smtp_response", "email_id"),
    groups=(
        "event",
        "recipient",
        "recipient_domain",
        "sender",
        "sender_domain",
        "username",
        "subject",
        "host",
        "smtp_response",
        "day",
        "hour",
    ),
)


class Activity(Group[C]):
    """The activity stream: what happened to each email."""

    @operation(
        "/activity/search",
        Effect.READ,
        use="For deliveries, bounces, complaints; group_by counts",
        table=EVENTS,
        pages=Pages("limit", 1000, always=True),
        budget=Budget(60, 60),
        served=Served(
            refused=frozenset({"search_usernames", "subaccount_ids"}),
            rename={"subaccount_ids": "subaccounts"},
            convert={"search_usernames": lambda name: [name]},
            takes={
                "search_usernames": list[str],
                "subaccounts": list[str],
                "search_email_id": str,
                "only_latest_by_sent": bool,
                "include_headers": bool,
                "custom_headers": list[str],
                "region": Literal["us", "eu", "au"],
            },
        ),
    )
    def search(
        self,
        *,
        subaccount_ids: list[str] | None = None,
        start_date: Moment | None = None,
        end_date: Moment | None = None,
        search: str | None = None,
        search_subject: str | None = None,
        search_sender: str | None = None,
        search_recipient: str | None = None,
        search_usernames: str | None = None,
        limit: Limit | None = None,
        continue_token: str | None = None,
        only_latest: bool | None = None,
        event_types: list[EventType] | None = None,
        progress: Progress | None = None,
    ) -> pd.DataFrame:
        """Search the activity stream: what happened to each email.

        All pages, one row an event. The service serves 1,000 events a request and 60 requests a
        minute, and keeps 5 days of activity on free plans and 30 on paid ones.

        Args:
            subaccount_ids: Ids of subaccounts to search; the whole account if not given.
            start_date: First moment to include, UTC: an ISO-8601 string, a datetime, a date,
                or a time ago such as ``"7d"`` or ``"24h"``; midnight today if not given.
            end_date: Moment to stop before, written alike; now if not given.
            search: Text to look for in every field; by today's service in the id, the subject
                and the recipients; ``text1 | text2`` means either.
            search_subject: Part of the subject.
            search_sender: Part of the sender's address.
            search_recipient: Part of a recipient's address.
            search_usernames: Part of the username.
            limit: Most events to return, 1 or more; all of them if not given.
            continue_token: Where to go on: ``frame.attrs["continue_token"]`` of the same
                search; the service forgets it after 5 minutes. A time ago moves on, so give
                ``frame.attrs["window"][0]`` in place of ``"7d"``.
            only_latest: Keep only the latest event of each email; false if not given.
            event_types: Kinds of event to keep: ``processed``, ``soft-bounced``,
                ``hard-bounced``, ``rejected``, ``spam``, ``delivered``, ``unsubscribed``,
                ``resubscribed``, ``opened``, ``clicked``; all if not given.
            progress: Show a progress bar; only where output is interactive if not given.
        """
        ...
