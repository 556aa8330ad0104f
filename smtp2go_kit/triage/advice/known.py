"""What advice may name, of what is known of a problem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from smtp2go_kit.triage.wording import number


@dataclass(frozen=True)
class Known:
    """What advice may name.

    Args:
        cohort: What the failures share.
        sender_domains: Sender domains of the failures, the most frequent first.
        recipient_domains: Their recipient domains, likewise.
        outbound_ips: The IPs that they left from, likewise.
        usernames: Who sent them, likewise.
        subjects: Their subjects, likewise.
        blocklists: Blocklists that the answers name.
        retry_after: Seconds that answers ask to wait.
        addresses: How many addresses failed.
        confidence: How sure the cause is.
        clear: Whether chance is ruled out by far.
        records: DNS records that are missing, as ``name CNAME value``.
    """

    cohort: Mapping[str, str]
    sender_domains: tuple[str, ...] = ()
    recipient_domains: tuple[str, ...] = ()
    outbound_ips: tuple[str, ...] = ()
    usernames: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    blocklists: tuple[str, ...] = ()
    retry_after: int | None = None
    addresses: int = 0
    confidence: float = 0.0
    clear: bool = False
    records: tuple[str, ...] = ()

    @property
    def counted(self) -> str:
        """How many addresses failed, in words."""
        return f"{number(self.addresses)} address{'' if self.addresses == 1 else 'es'}"

    @property
    def provider(self) -> str:
        """Who refuses, in words."""
        return self.cohort.get("provider") or first_of(self.recipient_domains) or "the provider"


def first_of(names: tuple[str, ...]) -> str:
    """The most frequent of some names; empty if there is none."""
    return names[0] if names else ""
