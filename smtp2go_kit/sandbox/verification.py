"""Whether a sender may send, and the service's words for mail that it rejects."""

from __future__ import annotations

from smtp2go_kit.sandbox.account import Account

RESERVED = ("example.com", "example.net", "example.org")
RESERVED_SUFFIXES = (".example", ".test", ".invalid", ".localhost")
"""Reserved for examples (RFC 2606): senders there count as verified, so that examples run."""


def on_the_list(reason: str) -> str:
    """What the service says of a recipient that is suppressed for a reason.

    Args:
        reason: The reason, as ``bounce``.
    """
    return f"recipient is on the suppression list ({reason})"


def not_verified(sender: str) -> str:
    """What the service says of a sender that is not verified.

    Args:
        sender: The bare address.
    """
    return (
        f"550-From header sender domain not verified ({sender.rpartition('@')[2]})\n"
        "550-On your Sending > Verified Senders page\n"
        "550 verify the sender domain or email to be allowed to send."
    )


def is_verified(account: Account, sender: str) -> bool:
    """Whether mail from an address is accepted.

    Args:
        account: The sending account.
        sender: The bare address.
    """
    domain = sender.rpartition("@")[2]
    if account.senders.single.get(sender):
        return True
    known = next(
        (
            d
            for name, d in account.senders.domains.items()
            if domain == name or domain.endswith(f".{name}")
        ),
        None,
    )
    if known is not None and domain not in RESERVED:
        return known.dkim_verified and known.rpath_verified
    return domain in RESERVED or domain.endswith(RESERVED_SUFFIXES)
