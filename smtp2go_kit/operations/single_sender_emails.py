"""Single addresses that are verified to send from, without verifying their domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtp2go_kit.operation import C, Effect, Group, operation
from smtp2go_kit.operations.subaccount import Acknowledged
from smtp2go_kit.tables import FLAG, STR, Table
from smtp2go_kit.types import EmailAddress, Invited, Line, Text

if TYPE_CHECKING:
    import pandas as pd

SENDERS = Table({"email_address": STR, "verified": FLAG}, rows=("senders",))


class SingleSenderEmails(Group[C]):
    """Single addresses that are verified to send from."""

    @operation("/single_sender_emails/add", Effect.WRITE)
    def add(
        self,
        email_address: Invited,
        *,
        subaccount_id: Line | None = None,
        message: Text | None = None,
    ) -> Acknowledged:
        """Add a single sender: the address gets a verification email, again if called again.

        Args:
            email_address: The address to send from.
            subaccount_id: The subaccount to call for, by its id.
            message: Text to put into the verification email.
        """
        ...

    @operation("/single_sender_emails/remove", Effect.DESTROY)
    def remove(
        self, email_address: EmailAddress, *, subaccount_id: Line | None = None
    ) -> Acknowledged:
        """Remove a single sender: the address can send no more.

        Args:
            email_address: The address to remove.
            subaccount_id: The subaccount to call for, by its id.
        """
        ...

    @operation("/single_sender_emails/view", Effect.READ, table=SENDERS)
    def view(
        self, *, email_address: EmailAddress | None = None, subaccount_id: Line | None = None
    ) -> pd.DataFrame:
        """List the single senders and whether each is verified.

        Args:
            email_address: Only this address.
            subaccount_id: The subaccount to call for, by its id.
        """
        ...
