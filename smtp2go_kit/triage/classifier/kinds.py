"""What an answer can mean: its class, whose fault it is, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Category: TypeAlias = Literal[
    "invalid-recipient",
    "inactive-mailbox",
    "mailbox-full",
    "bad-domain",
    "reputation-block",
    "spam-content",
    "authentication",
    "policy",
    "rate-limited",
    "message-too-large",
    "message-format",
    "relay-config",
    "connection",
    "other",
]
Permanence: TypeAlias = Literal["permanent", "temporary", "unknown"]
Fault: TypeAlias = Literal[
    "recipient-data",
    "sender-auth",
    "sender-reputation",
    "sender-content",
    "sender-volume",
    "receiver",
    "provider-infrastructure",
    "unknown",
]
Scope: TypeAlias = Literal["address", "domain", "ip", "content", "unknown"]
Action: TypeAlias = Literal[
    "remove",
    "wait",
    "fix-dns",
    "slow-down",
    "edit-content",
    "contact-smtp2go",
    "contact-recipient",
    "none",
]


@dataclass(frozen=True, slots=True)
class Classification:
    """What one answer means, and what in it says so.

    Args:
        category: The class, ``other`` where nothing tells.
        permanence: As meant, not as coded: ``[TSS09]`` is for good, whatever its code.
        fault: Whose doing it is.
        scope: What the refusal is about.
        action: What helps.
        named_identity: Whose reputation the text names, such as ``ip`` or ``dkim-domain``; or "".
        blocklist: The block list it names, such as ``Spamhaus DBL``; or "".
        retry_after: Seconds to wait, where the text says so.
        provider_token: A provider's own code, such as ``S3150`` or ``TSS04``; or "".
        provider: Who wrote it, as far as the text tells; or "".
        cause: The finer cause that the text itself names; "" where only the traffic can tell.
        rule: The rule that decided; "" where none did.
        evidence: What the rule matched, word for word.
        confidence: From 0 to 1.
    """

    category: Category
    permanence: Permanence
    fault: Fault
    scope: Scope
    action: Action
    named_identity: str
    blocklist: str
    retry_after: int | None
    provider_token: str
    provider: str
    cause: str
    rule: str
    evidence: str
    confidence: float


NOTHING = Classification(
    category="other",
    permanence="unknown",
    fault="unknown",
    scope="unknown",
    action="none",
    named_identity="",
    blocklist="",
    retry_after=None,
    provider_token="",
    provider="",
    cause="",
    rule="",
    evidence="",
    confidence=0.0,
)
"""What is said of an answer that is no failure, or of none at all."""
