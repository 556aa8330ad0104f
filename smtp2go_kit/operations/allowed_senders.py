"""The addresses and domains that are allowed to send through the account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from typing_extensions import TypedDict

from smtp2go_kit.operation import C, Effect, Group, operation
from smtp2go_kit.served import Arguments, Ask, Served
from smtp2go_kit.shapes import object_or_empty
from smtp2go_kit.tables import STR, Table
from smtp2go_kit.types import AllSenders, Line, NonEmpty, Senders

if TYPE_CHECKING:
    import pandas as pd

SENDERS = Table({"allowed_senders": STR}, rows=("allowed_senders",))


Mode = Literal["whitelist", "blacklist", "disabled"]


class AllowedSendersAnswer(TypedDict, total=False):
    """The list after a change; today's service also tells its ``mode``."""

    allowed_senders: list[str]
    mode: str
    request_id: str


def _same_subaccount(arguments: Arguments) -> dict[str, Any]:
    return {k: v for k, v in arguments.items() if k == "subaccount_id"}


def _present_mode(data: Any, arguments: Arguments) -> str:
    mode = object_or_empty(data).get("mode")
    if not mode:
        raise LookupError(
            "the service wants the list's mode but does not tell the present one, and another "
            "would switch sender domains on or off; set the list in the SMTP2GO app"
        )
    return str(mode)


class AllowedSenders(Group[C]):
    """The addresses and domains that are allowed to send through the account."""

    @operation("/allowed_senders/add", Effect.WRITE)
    def add(
        self, allowed_senders: Senders, *, subaccount_id: Line | None = None
    ) -> AllowedSendersAnswer:
        """Add senders to the allowed list.

        Args:
            allowed_senders: Email addresses or domains (``@example.com``); at least one.
            subaccount_id: The subaccount to call for, by its id.
        """
        ...

    @operation("/allowed_senders/remove", Effect.DESTROY)
    def remove(
        self, allowed_senders: NonEmpty, *, subaccount_id: Line | None = None
    ) -> AllowedSendersAnswer:
        """Remove senders from the allowed list; one that is not on it is no error.

        Args:
            allowed_senders: Email addresses or domains to take off the list; at least one.
            subaccount_id: The subaccount to call for, by its id.
        """
        ...

    @operation(
        "/allowed_senders/update",
        Effect.DESTROY,
        use="To add or take off single ones use the other tools",
        # The service requires a mode, and another one would switch sender domains off.
        served=Served(
            refused=frozenset({"mode"}),
            asks={"mode": Ask("/allowed_senders/view", _same_subaccount, _present_mode)},
            takes={"mode": Mode},
        ),
    )
    def update(
        self, allowed_senders: AllSenders, *, subaccount_id: Line | None = None
    ) -> AllowedSendersAnswer:
        """Replace the whole allowed list; whether the list is in force stays as it is.

        Args:
            allowed_senders: All email addresses or domains that may send from now on; an
                empty list removes every one.
            subaccount_id: The subaccount to call for, by its id.
        """
        ...

    @operation("/allowed_senders/view", Effect.READ, table=SENDERS)
    def view(self, *, subaccount_id: Line | None = None) -> pd.DataFrame:
        """List the allowed senders; one a row.

        ``frame.attrs["mode"]`` tells whether the list is in force, where the service says so.

        Args:
            subaccount_id: The subaccount to call for, by its id.
        """
        ...
