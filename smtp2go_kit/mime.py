"""Emails that are already built, as the API's base64 text."""

from __future__ import annotations

import base64
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses

from smtp2go_kit.encoding import MOST_RECIPIENTS

RECIPIENTS = ("to", "cc", "bcc")


def mime(value: Message | bytes | str) -> str:
    """A MIME email as base64 text, from a message, its bytes, or that text itself.

    Args:
        value: The email, with up to 100 addresses in each of To, Cc and Bcc.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, Message):
        content, headers = value.as_bytes(), value
    elif isinstance(value, (bytes, bytearray)):
        content, headers = bytes(value), BytesHeaderParser().parsebytes(bytes(value))
    else:
        raise TypeError(
            f"a {type(value).__name__} is not an email. Give an email.message.EmailMessage, "
            "its bytes, or those as base64 text"
        )
    _check(headers)
    return base64.b64encode(content).decode("ascii")


def _check(headers: Message) -> None:
    for name in RECIPIENTS:
        written = [str(value) for value in headers.get_all(name, [])]
        count = sum("@" in address for _, address in getaddresses(written))
        if count > MOST_RECIPIENTS:
            raise ValueError(
                f"the email has {count} {name.title()} addresses; up to {MOST_RECIPIENTS} are "
                "allowed. Send several emails"
            )


def mime_expected(value: str) -> str | None:
    """Wire check of a MIME email: base64, which no header's colon is part of."""
    if value and ":" not in value:
        return None
    return "a MIME email as base64 text; give an EmailMessage or bytes to have it encoded"
