"""Email addresses, mailboxes and domain names: which texts are one.

``*_expected`` functions look at a text and tell what it should have been, or None if it is right.
"""

from __future__ import annotations

import re

MOST_ADDRESS = 254
"""Characters of an address (RFC 5321 4.5.3.1.3, less the angle brackets)."""
MOST_MAILBOX = 998
"""Characters of a mailbox with its name: those of a header's line (RFC 5322 2.1.1)."""
LETTER = r"(?:[A-Za-z0-9]|[^\x00-\x7f\s])"
LABEL = rf"{LETTER}(?:(?:{LETTER}|[-_]){{0,61}}{LETTER})?"
DOMAIN = re.compile(rf"(?:{LABEL}\.)+{LABEL}\.?")
SUBDOMAIN = re.compile(rf"{LABEL}(?:\.{LABEL})*")
LITERAL = re.compile(r"\[[\w.:]+\]")
QUOTED = r'"(?:[^"\\]|\\.)*+"'
LOCAL = re.compile(rf'{QUOTED}|[^\s<>()\[\],;:@\\"]+')
NAMED = re.compile(rf'(?P<name>(?:{QUOTED}|[^"<>,;])*+)<(?P<address>[^<>]*)>')
COMMENT = re.compile(r"\s*\([^()]*\)$")
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")


def address_of(mailbox: str) -> str:
    """The bare address of ``Name <a@b.c>`` or ``a@b.c``; empty where there is not exactly one.

    Args:
        mailbox: The text.
    """
    if len(mailbox) > MOST_MAILBOX or CONTROL.search(mailbox):
        return ""
    text = COMMENT.sub("", mailbox.strip())
    named = NAMED.fullmatch(text)
    address = named["address"].strip() if named else text
    return address if _is_address(address) else ""


def _is_address(text: str) -> bool:
    local, _, domain = text.rpartition("@")
    return (
        len(text) <= MOST_ADDRESS
        and not CONTROL.search(text)
        and LOCAL.fullmatch(local) is not None
        and bool(SUBDOMAIN.fullmatch(domain) or LITERAL.fullmatch(domain))
    )


def mailbox_expected(value: str) -> str | None:
    """Check of one mailbox, ``a@b.c`` or ``Name <a@b.c>``."""
    return None if address_of(value) else "a valid RFC-822 formatted email field"


def address_expected(value: str) -> str | None:
    """Check of a bare address."""
    return None if _is_address(value) else "a valid email address"


def address_or_none_expected(value: str) -> str | None:
    """Check of a bare address that may be empty."""
    return address_expected(value) if value else None


def domain_expected(value: str) -> str | None:
    """Check of a domain name."""
    fits = len(value) <= MOST_ADDRESS and DOMAIN.fullmatch(value)
    return None if fits else "a domain name such as example.com"


def subdomain_expected(value: str) -> str | None:
    """Check of a label below a domain, such as ``link``."""
    return None if SUBDOMAIN.fullmatch(value) else "a subdomain such as link, without the domain"


def address_or_domain_expected(value: str) -> str | None:
    """Check of an address, a domain or ``@domain``."""
    if "@" in value[1:]:
        return address_expected(value)
    fits = domain_expected(value.removeprefix("@")) is None
    return None if fits else "an email address, or a domain such as example.com"
