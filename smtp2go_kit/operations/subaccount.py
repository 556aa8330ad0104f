"""Accounts below the master account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from typing_extensions import TypedDict

from smtp2go_kit.encoding import as_list
from smtp2go_kit.operation import Budget, C, Effect, Group, Pages, operation
from smtp2go_kit.operations.rules import dedicated_ip_needs_volume
from smtp2go_kit.served import Arguments, Ask, Served
from smtp2go_kit.shapes import is_list, object_or_empty
from smtp2go_kit.tables import COUNT, FLAG, STR, Table
from smtp2go_kit.types import (
    Direction,
    EmailAddress,
    Invited,
    Kind,
    Limit,
    Line,
    PlanSize,
    Progress,
    SubaccountState,
)

if TYPE_CHECKING:
    import pandas as pd

SUBACCOUNTS = Table(
    {
        "name": STR,
        "id": STR,
        "email": STR,
        "plan_size": COUNT,
        "plan_used": COUNT,
        "plan_remaining": COUNT,
        "state": STR,
        "dedicated_ip": FLAG,
    },
    rows=("subaccounts",),
    total=("total_count",),
)


def _flat(terms: Any) -> list[Any]:
    return [t for term in as_list(terms) for t in (term if is_list(term) else [term])]


def _terms_expected(terms: list[Any]) -> str | None:
    return None if all(isinstance(t, str) for t in _flat(terms)) else "a list of strings"


# The document's own sample call nests the terms in a second list.
Terms = Annotated[list[str], Kind(encode=_flat)]
NestedTerms = Annotated[list[Any], Kind(check=_terms_expected)]


class SubaccountAnswer(TypedDict, total=False):
    """A subaccount as it is after the call."""

    name: str
    id: str
    email: str
    plan_size: int
    plan_used: int
    plan_remaining: int
    state: str
    request_id: str


class Acknowledged(TypedDict, total=False):
    """An answer without data; ``message`` holds the service's text, if it sent one."""

    message: str
    request_id: str


def _search_for(arguments: Arguments) -> dict[str, Any]:
    return {"search_terms": [arguments["email"]]}


def _id_of(data: Any, arguments: Arguments) -> str:
    email = str(arguments["email"])
    found: Any = data if is_list(data) else object_or_empty(data).get("subaccounts")
    for subaccount in map(object_or_empty, found if is_list(found) else [found]):
        if str(subaccount.get("email", "")).lower() == email.lower() and subaccount.get("id"):
            return str(subaccount["id"])
    raise LookupError(f"no subaccount has the address {email}")


# The service knows subaccounts by id; the document by address.
BY_ID = {"id": Ask("/subaccounts/search", _search_for, _id_of)}
ID: dict[str, Any] = {"id": str}
PLANNED: dict[str, Any] = {
    "limit": Literal[2000, 5000, 30000, 50000, PlanSize],
    "archiving": bool,
    "enforce_2fa": bool,
    "enable_sms": bool,
    "sms_limit": int,
}
CHANGED = Served(
    refused=frozenset({"id", "email"}), asks=BY_ID, drop=frozenset({"email"}), takes=ID
)


class Subaccount(Group[C]):
    """Accounts below the master account."""

    @operation(
        "/subaccount/add",
        Effect.WRITE,
        served=Served(
            refused=frozenset({"email", "subaccount_email"}),
            rename={"email": "subaccount_email"},
            optional=frozenset({"subaccount_email"}),
            takes=PLANNED | {"subaccount_email": str},
        ),
        budget=Budget(50, 3600),
        rules=(dedicated_ip_needs_volume,),
    )
    def add(
        self,
        email: Invited,
        fullname: Line,
        *,
        limit: PlanSize | None = None,
        dedicated_ip: bool | None = None,
    ) -> SubaccountAnswer:
        """Add a subaccount and invite its owner; 50 an hour at most.

        Args:
            email: The address to invite.
            fullname: The subaccount's full name.
            limit: Most emails in a billing cycle: 10000, 20000, 40000, 60000, 80000, 100000,
                250000, 500000, 1000000, 2000000, 3000000, 5000000 or 10000000.
            dedicated_ip: Give it an IP address of its own; needs a limit above 100,000;
                false if not given.
        """
        ...

    @operation(
        "/subaccount/edit",
        Effect.WRITE,
        served=Served(
            refused=frozenset({"id", "email", "new_email"}),
            asks=BY_ID,
            drop=frozenset({"email"}),
            gone={
                "new_email": "today's service cannot change a subaccount's address; leave it out"
            },
            optional=frozenset({"fullname"}),
            takes=PLANNED | ID,
        ),
        rules=(dedicated_ip_needs_volume,),
    )
    def edit(
        self,
        email: EmailAddress,
        fullname: Line,
        *,
        new_email: Invited | None = None,
        limit: PlanSize | None = None,
        dedicated_ip: bool | None = None,
    ) -> SubaccountAnswer:
        """Change a subaccount's name, address or plan.

        Args:
            email: The address it has now.
            fullname: Its full name from now on.
            new_email: Its address from now on.
            limit: Most emails in a billing cycle: 10000, 20000, 40000, 60000, 80000, 100000,
                250000, 500000, 1000000, 2000000, 3000000, 5000000 or 10000000.
            dedicated_ip: Give it an IP address of its own; needs a limit above 100,000;
                false if not given.
        """
        ...

    @operation("/subaccount/close", Effect.DESTROY, served=CHANGED)
    def close(self, email: EmailAddress) -> Acknowledged:
        """Close a subaccount: it can send no more until it is reopened.

        Args:
            email: The subaccount's address.
        """
        ...

    @operation("/subaccount/reinvite", Effect.WRITE, served=CHANGED)
    def reinvite(self, email: Invited) -> Acknowledged:
        """Send a subaccount's invitation again; the newest documents leave this call out.

        Args:
            email: The subaccount's address.
        """
        ...

    @operation("/subaccount/reopen", Effect.WRITE, served=CHANGED)
    def reopen(self, email: EmailAddress) -> Acknowledged:
        """Open a closed subaccount again.

        Args:
            email: The subaccount's address.
        """
        ...

    @operation(
        "/subaccount/search",
        Effect.READ,
        table=SUBACCOUNTS,
        pages=Pages("page_size", 500, caps=False),
        served=Served(
            path="/subaccounts/search",
            takes={
                "search_terms": NestedTerms,
                "states": Literal["all", "active", "closed", "suspended"],
            },
        ),
    )
    def search(
        self,
        *,
        fuzzy_search: bool | None = None,
        search_terms: Terms | None = None,
        states: SubaccountState | None = None,
        sort_direction: Direction | None = None,
        page_size: Limit | None = None,
        continue_token: str | None = None,
        progress: Progress | None = None,
    ) -> pd.DataFrame:
        """Search subaccounts, all pages; one row a subaccount.

        Args:
            fuzzy_search: Match parts of words (the default) or only whole ones.
            search_terms: Texts to look for in the name and the address.
            states: Only subaccounts that are ``active``, ``closed`` or ``suspended``; all if
                not given.
            sort_direction: The direction to sort names in: ``asc`` or ``desc``.
            page_size: Subaccounts to fetch with each request, 1 or more (above 500, 500); all
                are returned.
            continue_token: Where to go on: ``frame.attrs["continue_token"]`` of the same
                search.
            progress: Show a progress bar; only where output is interactive if not given.
        """
        ...
