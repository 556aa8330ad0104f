"""What a send or a change would do, in words for the person who must agree to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mcp_server.message import Recipients, first_lines, parsed
from mcp_server.untrusted import visible
from smtp2go_kit.call import Call
from smtp2go_kit.operation import Effect, Parameter
from smtp2go_kit.secret import MASK, Secret
from smtp2go_kit.shapes import is_list, is_object
from smtp2go_kit.types import Input, Reach

MOST_TEXT = 500
"""Characters of a body that are shown."""
MOST_VALUE = 300
VERBS = {
    Effect.SEND: "SEND MAIL",
    Effect.WRITE: "CHANGE THE ACCOUNT",
    Effect.DESTROY: "REMOVE OR REPLACE",
}


def question(call: Call, reached: Recipients, account: str, extra: Mapping[str, Any]) -> str:
    """Everything that a call would do, exactly.

    Args:
        call: The checked call.
        reached: Who would get mail.
        account: Whose account it is.
        extra: What the tool was told beside the call's own arguments.
    """
    operation = call.operation
    what = operation.summary.splitlines()[0].rstrip(".")
    lines = [f"{VERBS[operation.effect]}: {operation.name} ({what})"]
    lines += [f"Account: {account}"]
    lines += [line for p in operation.parameters for line in _lines(p, call)]
    lines += [f"{name}: {value}" for name, value in extra.items()]
    if reached.everyone:
        lines.append(f"Recipients in all: {len(reached.everyone)}")
    if reached.blind:
        lines.append(f"Blind copies to: {visible(', '.join(reached.blind))}")
    return "\n".join(lines)


def _lines(parameter: Parameter, call: Call) -> Iterator[str]:
    value = call.arguments.get(parameter.name)
    if value is None:
        return
    if parameter.kind.reach is Reach.HEADERS:
        yield from _mime_lines(str(value))
    elif isinstance(value, Secret):
        yield f"{parameter.name}: {MASK}"
    elif is_list(value):
        yield f"{parameter.name}: {visible(', '.join(map(_entry, value)))}"
    else:
        most = MOST_TEXT if parameter.kind.input in (Input.PARAGRAPH, Input.HTML) else MOST_VALUE
        yield f"{parameter.name}: {_cut(str(value), most)}"


def _mime_lines(value: str) -> Iterator[str]:
    email = parsed(value)
    for name in ("From", "To", "Cc", "Bcc", "Reply-To", "Subject"):
        for text in email.get_all(name, []):
            yield f"{name}: {visible(str(text))}"
    for file in email.iter_attachments():
        yield f"Attachment: {visible(str(file.get_filename()))}"
    yield f"Text: {_cut(first_lines(email), MOST_TEXT)}"


def _entry(value: Any) -> str:
    if not is_object(value):
        return str(value)
    if "fileblob" in value:
        return f"{value.get('filename')} ({len(str(value['fileblob'])) * 3 // 4} bytes)"
    return " ".join(f"{text}" for text in value.values())


def _cut(text: str, most: int) -> str:
    shown = visible(text[:most])
    return f"{shown}... ({len(text)} characters in all)" if len(text) > most else shown
