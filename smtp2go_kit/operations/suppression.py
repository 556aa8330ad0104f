"""Addresses and domains that get no mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from smtp2go_kit.operation import C, Effect, Group, operation
from smtp2go_kit.served import Served
from smtp2go_kit.tables import STR, TIME, Table
from smtp2go_kit.types import AddressOrDomain, Line, Moment, Reasons, SuppressionReason

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
    groups=("reason", "email_address_domain", "day"),
)


OF_SUBACCOUNT = Served(takes={"subaccount_id": Line})
FILTERS: dict[str, Any] = {
    "subaccount_id": Line,
    "continue_token": str,
    "start_date": Moment,
    "end_date": Moment,
    "fuzzy": bool,
    "reason": str,
    "reasons": list[str],
    "recipient": str,
    "recipients": list[str],
    "sort": str,
    "suppression_type": str,
    "suppression_types": list[str],
}


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

    @operation("/suppression/add", Effect.WRITE, served=OF_SUBACCOUNT)
    def add(
        self, email_address: AddressOrDomain, *, block_description: str | None = None
    ) -> Suppressed:
        """Suppress an email address or a whole domain: it gets no more mail.

        Args:
            email_address: The address, or a domain such as ``example.com``.
            block_description: Why it is suppressed.
        """
        ...

    @operation(
        "/suppression/remove",
        Effect.DESTROY,
        use="Only with the recipient's consent for spam or unsubscribe",
        served=OF_SUBACCOUNT,
    )
    def remove(self, email_address: AddressOrDomain, reasons: Reasons) -> Removed:
        """Let mail through to an address or domain again.

        Lifting ``spam`` or ``unsubscribe`` writes to somebody who asked you not to.

        Args:
            email_address: The address or domain to take off the list.
            reasons: The kinds of suppression to lift, at least one of ``manual``, ``spam``,
                ``bounce`` and ``unsubscribe``.
        """
        ...

    @operation(
        "/suppression/view",
        Effect.READ,
        use="Tells why someone gets no mail",
        table=SUPPRESSIONS,
        served=Served(takes=FILTERS),
    )
    def view(
        self, *, email_address: AddressOrDomain | None = None, wildcard: str | None = None
    ) -> pd.DataFrame:
        """List suppressed addresses and domains, one row for each reason.

        Args:
            email_address: Only this address or domain.
            wildcard: Only addresses that contain this name, domain or part of an address.
        """
        ...
