"""What an email says of itself: who gets it, its subject and its first lines."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from typing import Any

from mcp_server.refusal import Refused
from smtp2go_kit.shapes import is_list
from smtp2go_kit.types import Reach

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
            return cls(_in_headers(email, OPEN), _in_headers(email, BLIND))
        named = _bare([str(v) for v in value] if is_list(value) else [str(value)])
        return cls(named if reach is Reach.OPEN else (), named if reach is Reach.BLIND else ())


def parsed(mime: str) -> EmailMessage:
    """An email from the API's base64 text.

    Args:
        mime: The wire value of ``mime_email``.

    Raises:
        Refused: It is not base64.
    """
    try:
        content = base64.b64decode("".join(mime.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Refused(
            "mime_email: expected an email's text, header lines first, or base64 of it."
        ) from None
    return message_from_bytes(content, policy=policy.default)


def first_lines(email: EmailMessage) -> str:
    """The text that a reader sees first, as it stands in the email.

    Args:
        email: A parsed email.
    """
    body = email.get_body(("plain", "html"))
    return str(body.get_content()) if body is not None else ""


def _in_headers(email: EmailMessage, names: tuple[str, ...]) -> tuple[str, ...]:
    return _bare([str(text) for name in names for text in email.get_all(name, [])])


def _bare(written: list[str]) -> tuple[str, ...]:
    found = [address or text for text in written for _, address in getaddresses([text])]
    return tuple(address.strip() for address in found)
