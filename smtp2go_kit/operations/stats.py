"""Counts and rates over the last 30 days, and the billing cycle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from smtp2go_kit.operation import C, Effect, Group, operation
from smtp2go_kit.served import Served
from smtp2go_kit.tables import COUNT, FLAG, RATE, STR, TIME, Columns, Table
from smtp2go_kit.types import GroupBy, Moment

if TYPE_CHECKING:
    import pandas as pd

CYCLE: Columns = {
    "cycle_start": TIME,
    "cycle_end": TIME,
    "cycle_used": COUNT,
    "cycle_remaining": COUNT,
    "cycle_max": COUNT,
}
BY_USER = Served(takes={"username": str})
UNSUBSCRIBES = {"unsubscribe_percent": "unsubscribes_percent"}
SUMMARY: Columns = {
    **CYCLE,
    "email_count": COUNT,
    "bounce_rejects": COUNT,
    "softbounces": COUNT,
    "hardbounces": COUNT,
    "bounce_percent": RATE,
    "spam_rejects": COUNT,
    "spam_percent": RATE,
    "unsubscribes": COUNT,
    "unsubscribes_percent": RATE,
    "spam_emails": COUNT,
    "opens": COUNT,
    "clicks": COUNT,
    "rejects": COUNT,
}
HISTORY: Columns = {
    "used": COUNT,
    "bytecount": COUNT,
    "avgsize": RATE,
    "email_address": STR,
    "username": STR,
    "lastip": STR,
    "bounces": COUNT,
    "bounce_percent": RATE,
    "rejects": COUNT,
    "reject_percent": RATE,
    "spam": COUNT,
    "spam_percent": RATE,
    "unsubscribes": COUNT,
    "unsubscribe_percent": RATE,
    "opens": COUNT,
    "open_percent": RATE,
    "clicks": COUNT,
    "domain_verified": FLAG,
    "description": STR,
    "domain": STR,
    "subaccount": STR,
}


class Stats(Group[C]):
    """Counts and rates; percentages are numbers from 0 to 100."""

    @operation(
        "/stats/email_bounces",
        Effect.READ,
        served=BY_USER,
        table=Table(
            {
                "emails": COUNT,
                "rejects": COUNT,
                "softbounces": COUNT,
                "hardbounces": COUNT,
                "bounce_percent": RATE,
            }
        ),
    )
    def email_bounces(self) -> pd.DataFrame:
        """Bounces over the last 30 days; in one row.

        ``emails`` counts all that were sent, ``rejects`` those of them that went no further,
        ``softbounces`` and ``hardbounces`` those that bounced; ``bounce_percent`` is the share
        that bounced, 0 to 100.
        """
        ...

    @operation("/stats/email_cycle", Effect.READ, table=Table(CYCLE))
    def email_cycle(self) -> pd.DataFrame:
        """The monthly cycle: emails used and left; in one row.

        ``cycle_start`` and ``cycle_end`` (UTC), and the emails ``cycle_used``,
        ``cycle_remaining`` and ``cycle_max``; each recipient counts as one email.
        """
        ...

    @operation(
        "/stats/email_history",
        Effect.READ,
        table=Table(
            HISTORY,
            rows=("history",),
            window=30,
            brief=("username", "email_address", "used", "bounces", "rejects", "spam", "opens"),
        ),
        served=Served(
            takes={
                "group_by": Literal["username", "email_address", "domain", "subaccount"],
                "subaccounts": list[str],
            }
        ),
    )
    def email_history(
        self,
        *,
        start_date: Moment | None = None,
        end_date: Moment | None = None,
        group_by: GroupBy = "username",
    ) -> pd.DataFrame:
        """Activity over a window, one row for each SMTP username or sender address.

        ``used`` counts emails, ``bytecount`` and ``avgsize`` are bytes; today's service adds
        counts of outcomes and their shares as percentages, 0 to 100.
        ``frame.attrs["count"]`` holds the emails of the whole window.

        Args:
            start_date: First moment to include, UTC: an ISO-8601 string, a datetime, a date,
                or a time ago such as ``"7d"``; 30 days ago if not given.
            end_date: Moment to stop before, written alike; now if not given.
            group_by: What a row stands for: ``username`` or ``email_address``.
        """
        ...

    @operation(
        "/stats/email_spam",
        Effect.READ,
        served=BY_USER,
        table=Table({"emails": COUNT, "rejects": COUNT, "spams": COUNT, "spam_percent": RATE}),
    )
    def email_spam(self) -> pd.DataFrame:
        """Spam complaints over the last 30 days; in one row.

        ``emails`` counts all that were sent, ``rejects`` those of them that went no further,
        ``spams`` the complaints; ``spam_percent`` is their share, 0 to 100.
        """
        ...

    @operation(
        "/stats/email_unsubs",
        Effect.READ,
        served=BY_USER,
        table=Table(
            {
                "emails": COUNT,
                "rejects": COUNT,
                "unsubscribes": COUNT,
                "unsubscribes_percent": RATE,
            },
            aliases=UNSUBSCRIBES,
        ),
    )
    def email_unsubs(self) -> pd.DataFrame:
        """Unsubscribes over the last 30 days; in one row.

        ``emails`` counts all that were sent, ``rejects`` those of them that went no further;
        ``unsubscribes_percent`` is the share of ``unsubscribes``, 0 to 100.
        """
        ...

    @operation(
        "/stats/email_summary",
        Effect.READ,
        use="The whole account at a glance",
        served=BY_USER,
        table=Table(SUMMARY, aliases=UNSUBSCRIBES),
    )
    def email_summary(self) -> pd.DataFrame:
        """The cycle, bounces, spam complaints and unsubscribes together; in one row.

        ``email_count`` counts the emails of the last 30 days; percentages are 0 to 100.
        """
        ...
