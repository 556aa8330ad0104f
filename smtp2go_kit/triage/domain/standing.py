"""What the account says of a sender domain: its records, and whether they are verified."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from smtp2go_kit.dns_records import dns_records
from smtp2go_kit.errors import InvalidArgument, Smtp2GoError
from smtp2go_kit.operations.domain import DOMAINS
from smtp2go_kit.triage.wording import plain

if TYPE_CHECKING:
    import pandas as pd

    from smtp2go_kit.client import Client

Purpose = Literal["DKIM", "return path", "tracking"]
NAME = "domain_fulldomain"
NOT_GIVEN = "no client and no state were given; pass client= or state=client.domain.view()"


@dataclass(frozen=True, slots=True)
class Told:
    """What the account says of one record, which is always a CNAME.

    Args:
        purpose: What it is for.
        host: Its full name.
        target: Where it must lead.
        verified: Whether the service found it, or None where it does not say.
        status: The service's words.
    """

    purpose: Purpose
    host: str
    target: str
    verified: bool | None
    status: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What the account says of a domain.

    Args:
        domain: The domain asked about.
        sender: The sender domain that covers it, itself or a parent; empty if there is none.
        records: The records of that sender domain; a tracker that is off has none.
        unseen: Why nothing is known; empty where the account was seen.
        verified: The account's sender domains whose DKIM and return path are verified.
        tracking: Whether tracked links have a name of their own.
        certificate: The service's words on the certificate of tracked links.
        is_masters: Whether the domain comes from the master account.
    """

    domain: str
    sender: str = ""
    records: tuple[Told, ...] = ()
    unseen: str = ""
    verified: frozenset[str] = frozenset()
    tracking: Literal["on", "off", "unknown"] = "unknown"
    certificate: str = ""
    is_masters: bool = False

    @property
    def base(self) -> str:
        """The domain that the records are below."""
        return self.sender or self.domain

    def told(self, purpose: Purpose) -> list[Told]:
        """The records of a purpose.

        Args:
            purpose: The purpose.
        """
        return [record for record in self.records if record.purpose == purpose]


def standing(domain: str, client: Client | None, state: pd.DataFrame | None) -> Standing:
    """What the account says of a domain.

    Args:
        domain: The domain, in ASCII and small letters.
        client: Whom to ask where there is no state.
        state: What ``client.domain.view()`` returned.

    Raises:
        InvalidArgument: The state is another frame.
    """
    if state is None and client is None:
        return Standing(domain, unseen=NOT_GIVEN)
    try:
        return _read(domain, client.domain.view() if state is None and client else state)
    except InvalidArgument:
        raise
    except Smtp2GoError as error:
        return Standing(domain, unseen=f"the sender domains could not be read: {error}")


def covering(domain: str, names: frozenset[str]) -> str:
    """The longest of some names that is the domain or a parent of it; empty if none is.

    Args:
        domain: The domain.
        names: Names in small letters.
    """
    labels = domain.split(".")
    parents = (".".join(labels[start:]) for start in range(len(labels)))
    return next((name for name in parents if name in names), "")


def _read(domain: str, frame: pd.DataFrame | None) -> Standing:
    if frame is None or NAME not in frame.columns:
        problem = f"it has no column {NAME}; pass what client.domain.view() returned"
        raise InvalidArgument("state", problem, operation="triage.diagnose_domain")
    whole = frame.reindex(columns=list(dict.fromkeys([*frame.columns, *DOMAINS.columns])))
    names = whole[NAME].astype("str").str.lower().str.rstrip(".")
    verified = _flag(whole, "domain_dkim_verified") & _flag(whole, "domain_rpath_verified")
    sender = covering(domain, frozenset(names.dropna()))
    known = frozenset(names[verified].dropna())
    if not sender:
        return Standing(domain, verified=known)
    return _of_sender(Standing(domain, sender, verified=known), whole[names == sender])


def _of_sender(found: Standing, row: pd.DataFrame) -> Standing:
    trackers = _trackers(row)
    usable = row.assign(trackers_count=0) if trackers is None else row
    on = trackers is not None and trackers["enabled"].astype("boolean").fillna(value=True).any()
    told = () if trackers is None else tuple(trackers["ssl_status"].dropna())
    return Standing(
        found.domain,
        found.sender,
        tuple(_told(usable)),
        verified=found.verified,
        tracking="unknown" if trackers is None or trackers.empty else "on" if on else "off",
        certificate=plain(next((text for text in told if text), "")),
        is_masters=bool(_flag(row, "from_master").any()),
    )


def _flag(frame: pd.DataFrame, name: str) -> pd.Series[bool]:
    return frame[name].astype("boolean").fillna(value=False).astype("bool")


def _trackers(row: pd.DataFrame) -> pd.DataFrame | None:
    from smtp2go_kit.frames import child_frame

    try:
        return child_frame(row, "trackers")
    except KeyError:
        return None


def _told(row: pd.DataFrame) -> Iterator[Told]:
    records: Any = dns_records(row).astype("object")
    for record in records.where(records.notna(), None).to_dict("records"):
        host, target = (plain(record[part]).rstrip(".") for part in ("host", "value"))
        verified = None if record["verified"] is None else bool(record["verified"])
        status = plain(record["status"] or "")
        yield Told(record["purpose"], host.lower(), target, verified, status)
