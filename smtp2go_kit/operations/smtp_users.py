"""The users that may send through SMTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from smtp2go_kit.operation import C, Effect, Group, operation
from smtp2go_kit.operations.rules import rate_limit_is_whole
from smtp2go_kit.secret import Secret
from smtp2go_kit.served import Served
from smtp2go_kit.tables import COUNT, FLAG, STR, Table
from smtp2go_kit.types import (
    Auditor,
    Html,
    Limit,
    Line,
    NewPassword,
    NewUsername,
    Password,
    Period,
    Text,
)

if TYPE_CHECKING:
    import pandas as pd

USERS = Table(
    {
        "username": STR,
        "email_password": STR,
        "comments": STR,
        "custom_ratelimit": FLAG,
        "custom_ratelimit_value": COUNT,
        "custom_ratelimit_period": STR,
        "description": STR,
        "feedback_enabled": FLAG,
        "feedback_domain": STR,
        "feedback_html": STR,
        "feedback_text": STR,
        "archive_enabled": FLAG,
        "open_tracking_enabled": FLAG,
        "audit_email": STR,
        "sending_allowed": FLAG,
        "status": STR,
        "ippool": STR,
        "bounce_notifications": STR,
        "default_ratelimit_value": COUNT,
        "default_ratelimit_period": STR,
    },
    rows=("results",),
    brief=("username", "description", "sending_allowed", "status", "custom_ratelimit"),
    secrets=("email_password",),
    key=("username",),
)
# The service takes the fields flat, so it misses the username in the document's user_data.
FLAT = Served(
    refused=frozenset({"user_data", "username"}),
    flat=True,
    optional=frozenset({"email_password"}),
    takes={
        "ip_pool": int,
        "click_tracking_enabled": bool,
        "bounce_notifications": str,
        "status": str,
        "subaccount_id": Line,
    },
)
OF_SUBACCOUNT = Served(takes={"subaccount_id": Line})


class SmtpUser(TypedDict, total=False):
    """An SMTP user's details; the password is shown only by ``reveal()``."""

    username: str
    email_password: Secret
    comments: str
    custom_ratelimit: bool
    custom_ratelimit_value: int
    custom_ratelimit_period: str
    description: str
    feedback_enabled: bool
    feedback_domain: str
    feedback_html: str
    feedback_text: str
    archive_enabled: bool
    open_tracking_enabled: bool
    audit_email: str


class SmtpUsersAnswer(TypedDict, total=False):
    """The user that was added, edited or removed."""

    results: list[SmtpUser]
    request_id: str


class SmtpUsers(Group[C]):
    """The users that may send through SMTP."""

    @operation("/users/smtp/view", Effect.READ, table=USERS, served=OF_SUBACCOUNT)
    def view(self, *, username: Line | None = None) -> pd.DataFrame:
        """List SMTP users; one a row, passwords are masked.

        ``child_frame(frame, "email_password")`` holds them as secrets with ``reveal()``.

        Args:
            username: Only this user.
        """
        ...

    @operation(
        "/users/smtp/add",
        Effect.WRITE,
        use="The password is generated into a file",
        wrap="user_data",
        served=FLAT,
        rules=(rate_limit_is_whole,),
    )
    def add(
        self,
        username: NewUsername,
        email_password: NewPassword,
        *,
        comments: Text | None = None,
        custom_ratelimit: bool | None = None,
        custom_ratelimit_value: Limit | None = None,
        custom_ratelimit_period: Period | None = None,
        description: str | None = None,
        feedback_enabled: bool | None = None,
        feedback_domain: str | None = None,
        feedback_html: Html | None = None,
        feedback_text: Text | None = None,
        archive_enabled: bool | None = None,
        open_tracking_enabled: bool | None = None,
        audit_email: Auditor | None = None,
    ) -> SmtpUsersAnswer:
        """Add an SMTP user.

        Args:
            username: The name the user signs in with: 5 to 100 characters of letters, digits
                and ``. _ - @``.
            email_password: The password the user signs in with.
            comments: Comments kept with the user.
            custom_ratelimit: Whether the user has a rate limit of its own; false if not given.
            custom_ratelimit_value: Most emails in each period, if custom_ratelimit is true.
            custom_ratelimit_period: Its length in seconds or days, as ``"3600"`` or
                ``"20 days"``; below a day also ``"hh:mm:ss"``.
            description: Further information about the user.
            feedback_enabled: Whether feedback text is put into each email; false if not given.
            feedback_domain: The domain of the feedback links.
            feedback_html: HTML put into HTML bodies; ``%%UNSUBSCRIBE%%`` becomes the link.
            feedback_text: Text put into plain-text bodies.
            archive_enabled: Whether the user's emails are archived; false if not given.
            open_tracking_enabled: Whether opens are tracked; false if not given.
            audit_email: An address that gets a blind copy of each email; ``""`` for none.
        """
        ...

    @operation(
        "/users/smtp/edit",
        Effect.WRITE,
        use="What is not given gets its default",
        wrap="user_data",
        served=FLAT,
        rules=(rate_limit_is_whole,),
    )
    def edit(
        self,
        username: Line,
        email_password: Password,
        *,
        comments: Text | None = None,
        custom_ratelimit: bool | None = None,
        custom_ratelimit_value: Limit | None = None,
        custom_ratelimit_period: Period | None = None,
        description: str | None = None,
        feedback_enabled: bool | None = None,
        feedback_domain: str | None = None,
        feedback_html: Html | None = None,
        feedback_text: Text | None = None,
        archive_enabled: bool | None = None,
        open_tracking_enabled: bool | None = None,
        audit_email: Auditor | None = None,
    ) -> SmtpUsersAnswer:
        """Edit an SMTP user; the service sets what is not given to its default.

        Args:
            username: The name of the user to edit.
            email_password: The password the user signs in with from now on.
            comments: Comments kept with the user.
            custom_ratelimit: Whether the user has a rate limit of its own; false if not given.
            custom_ratelimit_value: Most emails in each period, if custom_ratelimit is true.
            custom_ratelimit_period: Its length in seconds or days, as ``"3600"`` or
                ``"20 days"``; below a day also ``"hh:mm:ss"``.
            description: Further information about the user.
            feedback_enabled: Whether feedback text is put into each email; false if not given.
            feedback_domain: The domain of the feedback links.
            feedback_html: HTML put into HTML bodies; ``%%UNSUBSCRIBE%%`` becomes the link.
            feedback_text: Text put into plain-text bodies.
            archive_enabled: Whether the user's emails are archived; false if not given.
            open_tracking_enabled: Whether opens are tracked; false if not given.
            audit_email: An address that gets a blind copy of each email; ``""`` for none.
        """
        ...

    @operation("/users/smtp/remove", Effect.DESTROY, served=OF_SUBACCOUNT)
    def remove(self, username: Line) -> SmtpUsersAnswer:
        """Remove an SMTP user; whatever signs in with it can send no more.

        Args:
            username: The name of the user to remove.
        """
        ...
