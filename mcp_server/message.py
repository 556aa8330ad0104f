"""What an email says of itself: who gets it, its subject and its first lines."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from email import errors, message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from typing import Any

from mcp_server.refusal import Refused
from smtp2go_kit.addresses import address_of
from smtp2go_kit.shapes import is_list
from smtp2go_kit.types import Reach

# A header line has a name and a colon, without a blank between, or goes on from the last.
HEAD_END = re.compile(rb"\r?\n\r?\n|\r\r")
ODD_HEAD = re.compile(rb"^(?![!-9;-~]+:|[ \t]+\S)", re.MULTILINE)
HARMLESS = (errors.ObsoleteHeaderDefect, errors.UndecodableBytesDefect)
UNCLEAR = "mime_email: {}, so who gets it is not certain. Write it anew, or use email_send."
OPEN = ("to", "cc", "resent-to", "resent-cc", "disposition-notification-to")
BLIND = ("bcc", "resent-bcc")


@dataclass(frozen=True)
class Recipients:
    """Bare addresses that a call makes mail go to.

    Args:
        shown: Those that every recipient sees.
        blind: Those that the others do not see.
    """

    shown: tuple[str, ...]
    blind: tuple[str, ...]

    @property
    def everyone(self) -> tuple[str, ...]:
        """All of them, once each."""
        return tuple(dict.fromkeys(self.shown + self.blind))

    def __add__(self, other: Recipients) -> Recipients:
        return Recipients(self.shown + other.shown, self.blind + other.blind)

    @classmethod
    def reached(cls, value: Any, reach: Reach) -> Recipients:
        """The addresses that an argument names.

        Args:
            value: Its wire value.
            reach: How it reaches them.
        """
        if reach is Reach.HEADERS:
            email = parsed(str(value))
            found = cls(in_headers(email, OPEN), in_headers(email, BLIND))
            if not found.everyone:
                raise Refused(UNCLEAR.format("it names no recipient"))
            return found
        if reach is Reach.NONE:
            return cls((), ())
        named = _clear([str(v) for v in value] if is_list(value) else [str(value)])
        return cls(named if reach is Reach.OPEN else (), named if reach is Reach.BLIND else ())


def parsed(mime: str) -> EmailMessage:
    """An email from the API's base64 text, if every reader finds the same recipients in it.

    Args:
        mime: The wire value of ``mime_email``.

    Raises:
        Refused: It is not base64, or not well formed.
    """
    try:
        content = base64.b64decode("".join(mime.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Refused(
            "mime_email: expected an email's text, header lines first, or base64 of it."
        ) from None
    head = HEAD_END.split(content, maxsplit=1)[0]
    if not head.strip() or ODD_HEAD.search(head):
        raise Refused(UNCLEAR.format("its header has a line that is none"))
    return _well_formed(content)


def _well_formed(content: bytes) -> EmailMessage:
    try:
        email = message_from_bytes(content, policy=policy.default)
        headers = [value for name in (*OPEN, *BLIND) for value in email.get_all(name, [])]
        faults = [*email.defects, *(fault for value in headers for fault in value.defects)]
        bodies(email)
    except Exception:  # noqa: BLE001 - the parser raises anything at malformed emails
        raise Refused(UNCLEAR.format("it cannot be read as an email")) from None
    if wrong := [fault for fault in faults if not isinstance(fault, HARMLESS)]:
        raise Refused(UNCLEAR.format(f"it is not well formed ({type(wrong[0]).__name__})"))
    return email


def bodies(email: EmailMessage) -> dict[str, str]:
    """The texts that readers may see, by kind.

    Args:
        email: A parsed email.
    """
    found = {kind: email.get_body((kind,)) for kind in ("plain", "html")}
    return {kind: str(part.get_content()) for kind, part in found.items() if part is not None}


def in_headers(email: EmailMessage, names: tuple[str, ...]) -> tuple[str, ...]:
    """The bare addresses in some headers.

    Args:
        email: A parsed email.
        names: The headers' names.
    """
    return _bare([str(text) for name in names for text in email.get_all(name, [])])


def _bare(written: list[str]) -> tuple[str, ...]:
    found = [address or text for text in written for _, address in getaddresses([text])]
    return tuple(address.strip() for address in found)


def _clear(written: list[str]) -> tuple[str, ...]:
    """Addresses that two readers agree on; where they differ, nobody knows who gets the mail."""
    for text in written:
        if _bare([text]) != (address_of(text),):
            raise Refused(
                f"{text[:200]} can be read as several addresses. Write the address alone."
            )
    return _bare(written)
