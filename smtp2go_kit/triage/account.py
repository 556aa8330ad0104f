"""What an account tells beside its events, as far as triage needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from smtp2go_kit.client import Client
from smtp2go_kit.dns_records import dns_records
from smtp2go_kit.errors import Smtp2GoError
from smtp2go_kit.triage.wording import rows


@dataclass(frozen=True, eq=False)
class Facts:
    """What is known beside the events.

    Args:
        account: The URL that was asked; empty for a frame.
        records: DNS records that are not verified, by sender domain, as ``name CNAME value``.
        unseen: What could not be seen, and why.
    """

    account: str = ""
    records: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    unseen: tuple[str, ...] = ()


def facts_of(client: Client, events: pd.DataFrame) -> Facts:
    """What an account tells beside its events; what it does not is noted.

    Args:
        client: Whose account.
        events: Its events, which tell where they came from.
    """
    account = client._session.settings.base_url
    try:
        return Facts(account, _missing(dns_records(client.domain.view())))
    except Smtp2GoError as error:
        return Facts(account, {}, (f"sender domains: {error}",))


def _missing(records: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Records that are not verified, by domain."""
    found: dict[str, tuple[str, ...]] = {}
    for row in rows(records[records["verified"].eq(other=False).fillna(value=False)]):
        found[row.domain] = (*found.get(row.domain, ()), f"{row.host} {row.type} {row.value}")
    return found
