"""Sender domains, and the DNS records that authenticate their mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from smtp2go_kit.operation import C, Effect, Group, operation
from smtp2go_kit.served import Served
from smtp2go_kit.tables import COUNT, FLAG, STR, Child, Table
from smtp2go_kit.types import DomainName, Line, Subdomain

if TYPE_CHECKING:
    import pandas as pd

DOMAINS = Table(
    {
        "domain_fulldomain": STR,
        "domain_subdomain": STR,
        "domain_domain": STR,
        "domain_suffix": STR,
        "domain_dkim_selector": STR,
        "domain_dkim_verified": FLAG,
        "domain_dkim_status": STR,
        "domain_dkim_value": STR,
        "domain_dkim_expected": STR,
        "domain_rpath_selector": STR,
        "domain_rpath_verified": FLAG,
        "domain_rpath_status": STR,
        "domain_rpath_value": STR,
        "domain_rpath_expected": STR,
        "domain_setup_link": STR,
        "subaccount_access_subaccounts": STR,
        "subaccount_access_future_subaccounts": FLAG,
        "from_master": FLAG,
        "trackers_count": COUNT,
    },
    rows=("domains",),
    brief=(
        "domain_fulldomain",
        "domain_dkim_selector",
        "domain_dkim_verified",
        "domain_dkim_status",
        "domain_dkim_value",
        "domain_dkim_expected",
        "domain_rpath_selector",
        "domain_rpath_verified",
        "domain_rpath_status",
        "domain_rpath_value",
        "domain_rpath_expected",
    ),
    children={
        "trackers": Child(
            ("domain_fulldomain",),
            {
                "fulldomain": STR,
                "subdomain": STR,
                "domain": STR,
                "suffix": STR,
                "cname_verified": FLAG,
                "cname_status": STR,
                "cname_value": STR,
                "cname_expected": STR,
                "enabled": FLAG,
                "ssl_status": STR,
            },
        )
    },
)


class SubaccountAccess(TypedDict, total=False):
    """Which subaccounts may send from a domain, in today's service."""

    subaccounts: list[str]
    future_subaccounts: bool


class Domain(Group[C]):
    """Sender domains; each call returns the domains it touched, one a row.

    ``child_frame(frame, "trackers")`` holds the tracking subdomains.
    """

    @operation(
        "/domain/add",
        Effect.WRITE,
        use="Then publish the records it answers and call domain_verify",
        table=DOMAINS,
        served=Served(takes={"requisition_ssl": bool, "subaccount_access": SubaccountAccess}),
    )
    def add(
        self,
        domain: DomainName,
        *,
        subaccount_id: Line | None = None,
        tracking_subdomain: Subdomain | None = None,
        returnpath_subdomain: Subdomain | None = None,
        auto_verify: bool | None = None,
    ) -> pd.DataFrame:
        """Add a sender domain that you own; its DNS records must then be published.

        Args:
            domain: The domain to send from, as ``example.com`` or ``news.example.com``.
            subaccount_id: The subaccount to call for, by its id.
            tracking_subdomain: The label that tracked links are served from; ``link`` if not
                given.
            returnpath_subdomain: The label of the return path; ``em`` and the member's number
                if not given.
            auto_verify: Look the DNS records up at once; by the document not unless true, by
                today's service unless false.
        """
        ...

    @operation("/domain/remove", Effect.DESTROY, table=DOMAINS)
    def remove(self, domain: DomainName, *, subaccount_id: Line | None = None) -> pd.DataFrame:
        """Remove a sender domain; its mail is then refused or sent unauthenticated.

        Args:
            domain: The domain to remove.
            subaccount_id: The subaccount to call for, by its id.

        Returns:
            The domains that are left, by today's service; by the document nothing.
        """
        ...

    @operation("/domain/returnpath", Effect.WRITE, table=DOMAINS)
    def returnpath(
        self,
        domain: DomainName,
        old_subdomain: Subdomain,
        new_subdomain: Subdomain,
        *,
        subaccount_id: Line | None = None,
    ) -> pd.DataFrame:
        """Rename the return-path subdomain of a sender domain; its new record is unverified.

        Args:
            domain: The sender domain.
            old_subdomain: The label used now, as ``em12345``.
            new_subdomain: The label to use from now on, as ``returns``.
            subaccount_id: The subaccount to call for, by its id.
        """
        ...

    @operation("/domain/tracking", Effect.WRITE, table=DOMAINS)
    def tracking(
        self,
        domain: DomainName,
        old_subdomain: Subdomain,
        new_subdomain: Subdomain,
        *,
        subaccount_id: Line | None = None,
    ) -> pd.DataFrame:
        """Rename the tracking subdomain of a sender domain; its new record is unverified.

        Args:
            domain: The sender domain.
            old_subdomain: The label used now, as ``link``.
            new_subdomain: The label to use from now on, as ``track``.
            subaccount_id: The subaccount to call for, by its id.
        """
        ...

    @operation("/domain/verify", Effect.WRITE, table=DOMAINS)
    def verify(
        self,
        domain: DomainName,
        *,
        subaccount_id: Line | None = None,
        requisition_ssl: bool | None = None,
    ) -> pd.DataFrame:
        """Look the DNS records of a sender domain up now, and return what was found.

        Args:
            domain: The sender domain.
            subaccount_id: The subaccount to call for, by its id.
            requisition_ssl: Also request a certificate, so that tracked links are HTTPS; false
                if not given.
        """
        ...

    @operation(
        "/domain/view",
        Effect.READ,
        use="Unverified DKIM or return path harms delivery",
        table=DOMAINS,
        served=Served(takes={"domain": DomainName}),
    )
    def view(self, *, subaccount_id: Line | None = None) -> pd.DataFrame:
        """List the sender domains with the state of their DNS records.

        Args:
            subaccount_id: The subaccount to call for, by its id.
        """
        ...
