"""The DNS records that a sender domain needs, from what any call of ``client.domain`` returned."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from smtp2go_kit.tables import FLAG, STR, Table

if TYPE_CHECKING:
    import pandas as pd

Told = dict[str, Any]
RECORDS = Table(
    {
        "domain": STR,
        "purpose": STR,
        "type": STR,
        "host": STR,
        "value": STR,
        "found": STR,
        "verified": FLAG,
        "status": STR,
    }
)
PREFIXES = {"DKIM": "domain_dkim", "return path": "domain_rpath", "tracking": "cname"}
"""What the fields about a record begin with, by its purpose."""
TARGETS = {
    "DKIM": "dkim.smtp2go.net",
    "return path": "return.smtp2go.net",
    "tracking": "track.smtp2go.net",
}
"""Where the records lead by the API's document, whose answers do not say so themselves."""
LOST = (
    "the tracking records are missing: this frame lost its child frame 'trackers' (pd.concat and "
    "groupby drop it); call dns_records before"
)


def dns_records(domains: pd.DataFrame) -> pd.DataFrame:
    """The DNS records that must be published for sender domains, one a row.

    All are CNAMEs. The host of DKIM is the selector below ``_domainkey`` (the document's
    selector ends in it, today's service's does not), that of the return path its label, that of
    tracking the tracker's own name. A tracker that is off needs no record and has none here:
    the service looks it up and shows it unverified all the same.

    The target is what the service says it expects. By the document it says nothing; its
    examples, and live records of many domains, have ``dkim.smtp2go.net``,
    ``return.smtp2go.net`` and ``track.smtp2go.net``. An unverified record whose value equals
    the target was not found: the document's answers, and today's to ``domain.add``, repeat the
    target there.

    Sources: the API document (``/domain/*``), and answers of today's service as two users of it
    have recorded them (homebase-id/odin-core, onetimesecret).

    Args:
        domains: What ``client.domain.view()`` or another call of ``client.domain`` returned, or
            a selection of its rows.

    Returns:
        One row a record, by domain: ``domain``, ``purpose`` (``DKIM``, ``return path`` or
        ``tracking``), ``type``, ``host`` (the full name to publish), ``value`` (what it must
        be), ``found`` (what DNS has now, missing if the service did not find any or does not
        say), ``verified``, ``status`` (the service's words).
    """
    from smtp2go_kit.frames import to_frame

    trackers = _trackers(domains)
    found = (record for told in _rows(domains) for record in _records(told, trackers))
    return to_frame(found, RECORDS, {})


def _trackers(domains: pd.DataFrame) -> list[Told]:
    """The trackers that are on."""
    from smtp2go_kit.frames import child_frame

    try:
        told = _rows(child_frame(domains, "trackers"))
    except KeyError:
        if domains.get("trackers_count") is None or domains["trackers_count"].gt(0).any():
            warnings.warn(LOST, stacklevel=3)
        return []
    return [tracker for tracker in told if tracker["enabled"] is not False]


def _rows(frame: pd.DataFrame) -> list[Told]:
    rows: Any = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return list(rows)


def _records(told: Told, trackers: list[Told]) -> Iterator[Told]:
    name = told["domain_fulldomain"]
    if not name:
        return
    if selector := told["domain_dkim_selector"]:
        host = f"{selector.removesuffix('._domainkey')}._domainkey.{name}"
        yield _record("DKIM", name, host, told)
    if label := told["domain_rpath_selector"]:
        yield _record("return path", name, f"{label}.{name}", told)
    for tracker in trackers:
        if tracker["domain_fulldomain"] == name:
            host = tracker["fulldomain"] or f"{tracker['subdomain']}.{name}"
            yield _record("tracking", name, host, tracker)


def _record(purpose: str, domain: str, host: str, told: Told) -> Told:
    fields = ("expected", "value", "verified", "status")
    expected, value, verified, status = (told[f"{PREFIXES[purpose]}_{field}"] for field in fields)
    target = expected or TARGETS[purpose]
    return {
        "domain": domain,
        "purpose": purpose,
        "type": "CNAME",
        "host": host,
        "value": target,
        "found": value if value and (verified or not is_same(value, target)) else None,
        "verified": verified,
        "status": status,
    }


def is_same(name: str, other: str) -> bool:
    """Whether two names are one to DNS, which knows no case and may end them with a dot.

    Args:
        name: A name.
        other: Another.
    """
    return name.rstrip(".").lower() == other.rstrip(".").lower()
