"""Addresses and domains that get no mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from smtp2go_kit.operation import C, Effect, Group, operation
from smtp2go_kit.tables import STR, TIME, Table
from smtp2go_kit.types import AddressOrDomain, Reasons, SuppressionReason

if TYPE_CHECKING:
    import pandas as pd

SUPPRESSIONS = Table(
    {
        "email_address": STR,
        "complain": STR,
        "block_description": STR,
        "reason": STR,
        "timestamp": TIME,
        "subject": STR,
    },
    rows=("suppressions", "results"),
    total=("total_results",),
    aliases={"complaint": "complain"},
)


class Suppressed(TypedDict, total=False):
    """What adding a suppression answers; ``added`` is deprecated by the service."""

    added: bool
    block_description: str
    email_address: str
    request_id: str


class Removal(TypedDict, total=False):
    """Whether one reason was lifted for one address or domain."""

    email_address: str
    reason: SuppressionReason
    removed: bool


class Removed(TypedDict, total=False):
    """What removing suppressions answers: a result for each reason."""

    suppressions: list[Removal]
    request_id: str


class Suppression(Group[C]):
    """Addresses and domains that get no mail."""

    @operation("/suppression/add", Effect.WRITE)
    def add(
        self, email_address: AddressOrDomain, *, block_description: str | None = None
    ) -> Suppressed:
        """Suppress an email address or a whole domain: it gets no more mail.

        Args:
            email_address: The address, or a domain such as ``example.com``.
            block_description: Why it is suppressed.
        """
        ...

    @operation("/suppression/remove", Effect.DESTROY)
    def remove(self, email_address: AddressOrDomain, reasons: Reasons) -> Removed:
        """Let mail through to an address or domain again.

        Lifting ``spam`` or ``unsubscribe`` writes to somebody who asked you not to.

        Args:
            email_address: The address or domain to take off the list.
            reasons: The kinds of suppression to lift, at least one of ``manual``, ``spam``,
                ``bounce`` and ``unsubscribe``.
        """
        ...

    @operation("/suppression/view", Effect.READ, table=SUPPRESSIONS)
    def view(
        self, *, email_address: AddressOrDomain | None = None, wildcard: str | None = None
    ) -> pd.DataFrame:
        """List suppressed addresses and domains, one row for each reason.

        Args:
            email_address: Only this address or domain.
            wildcard: Only addresses that contain this name, domain or part of an address.
        """
        ...
