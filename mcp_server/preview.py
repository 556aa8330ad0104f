"""What a send or a change would do, in words for the person who must agree to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mcp_server import budget
from mcp_server.message import BLIND, OPEN, Recipients, bodies, in_headers, parsed
from mcp_server.refusal import Refused
from mcp_server.untrusted import visible
from smtp2go_kit.addresses import address_of
from smtp2go_kit.call import Call
from smtp2go_kit.operation import Effect, Parameter
from smtp2go_kit.secret import Secret
from smtp2go_kit.shapes import is_list, is_object
from smtp2go_kit.types import Input, Reach

MOST_TEXT = 500
"""Characters of a body that are shown."""
MOST_VALUE = 300
MOST_ENTRY = 120
MOST_ENTRIES = 40
MOST_MAILBOX = 80
MOST_NAME = 30
VERBS = {
    Effect.SEND: "SEND MAIL",
    Effect.WRITE: "CHANGE THE ACCOUNT",
    Effect.DESTROY: "REMOVE OR REPLACE",
}
KEPT = "the present one is kept, unless new_password is true"
MADE = "a new one is made and written to a file of the user's"
CONTINUED = "\n  | "
"""Before further lines of a value, so that none looks like a line of ours."""


def question(call: Call, reached: Recipients, account: str, extra: Mapping[str, Any]) -> str:
    """Everything that a call would do, exactly.

    Args:
        call: The checked call.
        reached: Who would get mail.
        account: Whose account it is.
        extra: What the tool was told beside the call's own arguments.

    Raises:
        Refused: It is more than a person can look at.
    """
    operation = call.operation
    what = operation.summary.splitlines()[0].rstrip(".")
    lines = [f"{VERBS[operation.effect]}: {operation.name} ({what})", f"Account: {account}"]
    lines += [line for p in operation.parameters for line in _lines(p, call)]
    lines += [f"{name}: {_text(str(value), MOST_VALUE)}" for name, value in extra.items()]
    if operation.declared.use:
        lines.append(f"Note: {operation.declared.use}.")
    if reached.everyone:
        lines.append(f"Recipients in all: {len(reached.everyone)}")
    if reached.blind:
        lines.append(f"Blind copies to: {_addresses(reached.blind)}")
    text = "\n".join(lines)
    if budget.tokens(text) > budget.MOST // 2 - 200:
        raise Refused(
            f"{operation.name}: this is more than a person can look at before agreeing. Do it in "
            "parts: fewer recipients or headers, shorter names."
        )
    return text


def _lines(parameter: Parameter, call: Call) -> Iterator[str]:
    value, kind = call.arguments.get(parameter.name), parameter.kind
    if value is None:
        return
    if kind.reach is Reach.HEADERS:
        yield from _mime_lines(str(value))
    elif isinstance(value, Secret):
        yield f"{parameter.name}: {KEPT if kind.kept else MADE}"
    elif is_list(value):
        yield f"{parameter.name}: {_entries(parameter, value)}"
    elif address_of(str(value)):
        yield f"{parameter.name}: {_mailbox(str(value))}"
    else:
        most = MOST_TEXT if kind.input in (Input.PARAGRAPH, Input.HTML) else MOST_VALUE
        yield f"{parameter.name}: {_text(str(value), most)}"


def _mime_lines(value: str) -> Iterator[str]:
    email = parsed(value)
    for name in ("From", "Reply-To", "Subject"):
        for text in email.get_all(name, []):
            yield f"{name}: {_text(str(text), MOST_VALUE)}"
    for name in (*OPEN, *BLIND):
        if found := in_headers(email, (name,)):
            yield f"{name.title()}: {_addresses(found)}"
    for file in email.iter_attachments():
        yield f"Attachment: {_text(str(file.get_filename()), MOST_ENTRY)}"
    for kind, text in bodies(email).items():
        yield f"Text ({kind}): {_text(text, MOST_TEXT)}"


def _entries(parameter: Parameter, values: list[Any]) -> str:
    reaches = parameter.kind.reach is not Reach.NONE
    if len(values) > MOST_ENTRIES and is_object(values[0]):
        raise Refused(
            f"{parameter.name}: {len(values)} entries are more than a person can look at. Give at "
            f"most {MOST_ENTRIES}."
        )
    shown = values if reaches else values[:MOST_ENTRIES]
    rest = len(values) - len(shown)
    more = f" and {rest} more" if rest else ""
    return ", ".join(map(_mailbox if reaches else _entry, shown)) + more


def _mailbox(text: str) -> str:
    """As it is written; the bare address in full where its name is too long to look through."""
    address = address_of(text)
    if len(text) <= MOST_MAILBOX or not address:
        return _addresses((_text(text, MOST_VALUE),))
    name = text.replace(address, "").strip(" <>\"'")
    return f"{_addresses((address,))} (named {_text(name, MOST_NAME)})"


def _addresses(addresses: tuple[str, ...]) -> str:
    """Addresses in full; letters that only look like others are spelled out."""
    return ", ".join(
        visible(a) if a.isascii() else f"{visible(a)} [spelled {ascii(a)[1:-1]}]" for a in addresses
    )


def _entry(value: Any) -> str:
    if not is_object(value):
        return _text(str(value), MOST_ENTRY)
    if "fileblob" in value:
        blob = str(value["fileblob"])
        size = len(blob) * 3 // 4 - blob[-2:].count("=")
        return f"{_text(str(value.get('filename')), MOST_ENTRY)} ({size:,} bytes)"
    return ": ".join(_text(str(text), MOST_ENTRY) for text in value.values())


def _text(text: str, most: int) -> str:
    shown = visible(text[:most]).replace("\n", CONTINUED)
    return f"{shown}... ({len(text):,} characters in all)" if len(text) > most else shown
