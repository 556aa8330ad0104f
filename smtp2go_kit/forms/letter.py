"""An email about to be sent, as its reader will see it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from urllib.parse import quote

from smtp2go_kit.call import Call
from smtp2go_kit.encoding import json_bytes

COPIES = ("to", "cc", "bcc")


@dataclass(frozen=True)
class Attached:
    """A file of an email.

    Args:
        name: Its name.
        size: Its bytes.
        source: Its content as a ``data:`` URL.
    """

    name: str
    size: int
    source: str = field(repr=False)


@dataclass(frozen=True)
class Letter:
    """What an email shows and to whom.

    Args:
        sender: Whom it comes from.
        recipients: The mailboxes, by ``to``, ``cc`` and ``bcc``.
        subject: The subject.
        text: The body as plain text.
        html: The body as HTML.
        headers: Further headers, as name and value.
        files: The attachments.
        inlines: The images in the HTML.
        size: Bytes of the request that sends it.
    """

    sender: str
    recipients: dict[str, list[str]]
    subject: str
    text: str
    html: str
    headers: list[tuple[str, str]]
    files: list[Attached]
    inlines: list[Attached]
    size: int

    @property
    def count(self) -> int:
        """How many mailboxes get it."""
        return sum(map(len, self.recipients.values()))

    @property
    def shown_html(self) -> str:
        """The HTML body with its inline images in place."""
        shown = self.html
        for file in sorted(self.inlines, key=lambda file: -len(file.name)):
            names = "|".join(re.escape(name) for name in (file.name, quote(file.name)))
            wanted = re.compile(rf"cid:(?:{names})(?=[\"'\s>)]|$)", re.IGNORECASE)
            shown = wanted.sub(file.source.replace("\\", r"\\"), shown)
        return shown


def letter_of(call: Call) -> Letter:
    """The email that a call would send.

    Args:
        call: The checked call of ``email.send`` or ``email.mime``.

    Raises:
        ValueError: It is built already, and who would get it cannot be told.
    """
    told = dict(call.arguments)
    size = len(json_bytes(told))
    if "mime_email" in told:
        return _from_mime(str(told["mime_email"]), size)
    return Letter(
        told["sender"],
        {name: told.get(name, []) for name in COPIES},
        told["subject"],
        told.get("text_body", ""),
        told.get("html_body", ""),
        [(header["header"], header["value"]) for header in told.get("custom_headers", [])],
        [_attached(blob) for blob in told.get("attachments", [])],
        [_attached(blob) for blob in told.get("inlines", [])],
        size,
    )


def _attached(blob: dict[str, Any]) -> Attached:
    content = str(blob.get("fileblob", ""))
    name, kind = str(blob.get("filename", "")), str(blob.get("mimetype", ""))
    size = len(content) * 3 // 4 - content[-2:].count("=")
    return Attached(name, size, f"data:{kind};base64,{content}")


def _from_mime(mime: str, size: int) -> Letter:
    try:
        content = base64.b64decode("".join(mime.split()), validate=True)
        letter = _read(message_from_bytes(content, policy=policy.default), size)
    except Exception as error:  # the parser raises anything at malformed emails
        raise ValueError("it cannot be read as an email, so who would get it is unknown") from error
    if not letter.count:
        raise ValueError("it names nobody in To, Cc or Bcc")
    return letter


def _read(email: EmailMessage, size: int) -> Letter:
    bodies = {kind: _body(email, kind) for kind in ("plain", "html")}
    return Letter(
        _header(email, "from"),
        {name: list(_mailboxes(email, name)) for name in COPIES},
        _header(email, "subject"),
        bodies["plain"],
        bodies["html"],
        [],
        [Attached(part.get_filename() or "", _size(part), "") for part in email.iter_attachments()],
        [],
        size,
    )


def _header(email: EmailMessage, name: str) -> str:
    return str(email.get(name, ""))


def _mailboxes(email: EmailMessage, name: str) -> Iterator[str]:
    for header in email.get_all(name, []):
        if header.defects or not all(box.username and box.domain for box in header.addresses):
            raise ValueError(f"its {name} header can be read in several ways")
        yield from map(str, header.addresses)


def _size(part: EmailMessage) -> int:
    content = part.get_payload(decode=True)
    return len(content) if isinstance(content, bytes) else 0


def _body(email: EmailMessage, kind: str) -> str:
    part = email.get_body((kind,))
    try:
        return str(part.get_content()) if part is not None else ""
    except (LookupError, ValueError):
        return "(its character set cannot be read here)"
