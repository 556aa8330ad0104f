"""The sender domains that mail was sent from, and which of their records are verified."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from smtp2go_kit.dns_records import dns_records
from smtp2go_kit.operations.domain import DOMAINS
from smtp2go_kit.triage.action import Action
from smtp2go_kit.triage.health.parts import _owners

AUTHENTICATING = ("DKIM", "return path")
"""The purposes of the two records that authenticate mail."""


@dataclass(frozen=True, slots=True)
class SenderDomain:
    """The state of one domain that mail was sent from.

    Args:
        name: The domain as mail was sent from it.
        owner: The account's sender domain that it belongs to; empty if there is none.
        dkim: Whether DKIM is verified; None where the service does not say.
        rpath: The same of the return path.
        missing: The CNAME records that the service has not found, ready to publish.
        status: What the service says of them.
    """

    name: str
    owner: str
    dkim: bool | None
    rpath: bool | None
    missing: tuple[str, ...]
    status: str

    @property
    def is_known(self) -> bool:
        """Whether it belongs to one of the account's sender domains."""
        return bool(self.owner)

    @property
    def is_verified(self) -> bool | None:
        """Whether both records are verified; None where the service does not say."""
        if not self.is_known or self.dkim is False or self.rpath is False:
            return False
        return None if self.dkim is None or self.rpath is None else True

    @property
    def words(self) -> str:
        """The state in words."""
        if not self.is_known:
            return f"{self.name} is none of the account's sender domains"
        if self.is_verified:
            return f"{self.name} is verified (DKIM and return path)"
        pairs = (("DKIM", self.dkim), ("return path", self.rpath))
        lacking = " and ".join(name for name, ok in pairs if not ok)
        return f"{self.name} is not verified ({lacking}): {self.status or 'no reason given'}"

    @property
    def actions(self) -> list[Action]:
        """What makes it verified, in this order; nothing where it is."""
        if self.is_verified:
            return []
        if not self.is_known:
            return [_added(self.name)]
        return [*map(_published, self.missing), _verified(self.owner)]


def sender_domains(names: Iterable[Any], view: pd.DataFrame) -> list[SenderDomain]:
    """The state of each domain that mail was sent from.

    Args:
        names: The domains, in small letters.
        view: What ``client.domain.view()`` returned.
    """
    wanted = pd.Series(sorted({str(n) for n in names if pd.notna(n) and n}), dtype="str")
    # No tracking record authenticates mail, so those that a frame may have lost are no loss.
    plain = view.reindex(columns=[*DOMAINS.columns]).assign(trackers_count=0)
    records = dns_records(plain.dropna(subset=["domain_fulldomain"]))
    records = records.assign(owner=records["domain"].str.lower())
    known = list(plain["domain_fulldomain"].dropna().str.lower().unique())
    owners = _owners(wanted, known) if known else [""] * len(wanted)
    return [
        _state(name, owner, records[records["owner"] == owner])
        for name, owner in zip(wanted, owners, strict=True)
    ]


def _state(name: str, owner: str, records: pd.DataFrame) -> SenderDomain:
    lacking = records[records["verified"].eq(other=False).fillna(value=False)]
    return SenderDomain(
        name=name,
        owner=owner,
        dkim=_flag(records, "DKIM"),
        rpath=_flag(records, "return path"),
        missing=tuple(f"{host} CNAME {value}" for host, value in _pairs(lacking)),
        status="; ".join(lacking["status"].replace("", None).dropna()),
    )


def _flag(records: pd.DataFrame, purpose: str) -> bool | None:
    told = records.loc[records["purpose"] == purpose, "verified"].dropna()
    return bool(told.iloc[0]) if len(told) else None


def _pairs(records: pd.DataFrame) -> Iterable[tuple[str, str]]:
    pairs = records.loc[records["purpose"].isin(AUTHENTICATING), ["host", "value"]]
    return zip(pairs["host"].astype("str"), pairs["value"].astype("str"), strict=True)


def _published(record: str) -> Action:
    return Action(
        "Publish this record, and no other at its name.",
        who="your DNS",
        value=record,
        risk="None, if nothing else is at that name.",
    )


def _verified(domain: str) -> Action:
    return Action(
        "Then let SMTP2GO look the records up.",
        value=domain,
        call="client.domain.verify",
        needs_confirmation=True,
    )


def _added(domain: str) -> Action:
    return Action(
        "Add the domain as a sender domain and publish the records that the answer names, or send "
        "from a domain that is verified.",
        value=domain,
        call="client.domain.add",
        needs_confirmation=True,
    )
