"""Every operation of the API, one module per heading of its documentation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from smtp2go_kit.operation import Endpoint, Group
from smtp2go_kit.operations.activity import Activity
from smtp2go_kit.operations.allowed_senders import AllowedSenders
from smtp2go_kit.operations.domain import Domain
from smtp2go_kit.operations.email import Email
from smtp2go_kit.operations.single_sender_emails import SingleSenderEmails
from smtp2go_kit.operations.smtp_users import SmtpUsers
from smtp2go_kit.operations.stats import Stats
from smtp2go_kit.operations.subaccount import Subaccount
from smtp2go_kit.operations.suppression import Suppression

__all__ = [
    "GROUPS",
    "Activity",
    "AllowedSenders",
    "Domain",
    "Email",
    "SingleSenderEmails",
    "SmtpUsers",
    "Stats",
    "Subaccount",
    "Suppression",
    "all_operations",
]

GROUPS: dict[str, type[Group[Any]]] = {
    "activity": Activity,
    "allowed_senders": AllowedSenders,
    "email": Email,
    "domain": Domain,
    "smtp_users": SmtpUsers,
    "stats": Stats,
    "suppression": Suppression,
    "subaccount": Subaccount,
    "single_sender_emails": SingleSenderEmails,
}


def all_operations() -> Iterator[Endpoint]:
    """Every declared operation, in the order of the API's documentation."""
    for group in GROUPS.values():
        yield from group._operations()
