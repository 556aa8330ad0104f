"""A token is void once any single argument differs from what was previewed."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from mcp_server.policy import Policy
from mcp_server.schema import input_schema
from smtp2go_kit.operation import Effect
from smtp2go_kit.operations import all_operations

MIME = "From: me@mine.example\nTo: {}\nSubject: Hello\n\nText\n"
HEADER = {"header": "X-A", "value": "1"}
VALUES: dict[str, tuple[Any, Any]] = {
    "sender": ("me@mine.example", "Me <me@mine.example>"),
    "to": (["ann@a.example"], ["ann@a.example", "bob@a.example"]),
    "cc": (["cy@a.example"], ["cy@b.example"]),
    "bcc": (["dee@a.example"], []),
    "subject": ("Hello", "Hello "),
    "custom_headers": ([HEADER], [{**HEADER, "value": "2"}]),
    "mime_email": (MIME.format("ann@a.example"), MIME.format("eve@a.example")),
    "allowed_senders": (["@mine.example", "@b.example"], ["@b.example", "@mine.example"]),
    "domain": ("mine.example", "mine2.example"),
    "username": ("a-user", "b-user"),
    "custom_ratelimit_period": ("3600", "60"),
    "email": ("ann@a.example", "ann@b.example"),
    "email_address": ("ann@a.example", "bob@a.example"),
    "new_email": ("new@a.example", "new@b.example"),
    "audit_email": ("audit@a.example", ""),
    "reasons": (["manual"], ["manual", "spam"]),
    "limit": (250000, 500000),
}
"""Two values for each argument whose schema alone does not give them."""
BY_TYPE: dict[str, tuple[Any, Any]] = {
    "string": ("text", "texT"),
    "boolean": (False, True),
    "integer": (10, 11),
}
FILES = ("attachments", "inlines")


def two(name: str, schema: dict[str, Any]) -> tuple[Any, Any]:
    return VALUES[name] if name in VALUES else BY_TYPE[schema["type"]]


CASES = [
    (op.name, argument)
    for op in all_operations()
    if op.effect is not Effect.READ
    for argument in input_schema(op)["properties"]
    if argument != "confirm_token"
]


def whole(tool: str, files: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """All arguments of a tool, and another value for each."""
    operation = next(op for op in all_operations() if op.name == tool)
    schema = input_schema(operation)["properties"]
    pairs = {n: files[n] if n in FILES else two(n, s) for n, s in schema.items()}
    del pairs["confirm_token"]
    return {n: p[0] for n, p in pairs.items()}, {n: p[1] for n, p in pairs.items()}


@pytest.mark.parametrize(("tool", "argument"), CASES)
def test_a_token_is_void_after_changing_adding_or_leaving_out_one_argument(
    scripted, tmp_path, tool, argument
):
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("the same content")
    pair = ([str(tmp_path / "a.txt")], [str(tmp_path / "b.txt")])
    policy = Policy(allow_bcc=True, attach_from=(tmp_path,))
    session, sent = scripted(policy=policy)
    arguments, others = whole(tool, dict.fromkeys(FILES, pair))
    changed = {**copy.deepcopy(arguments), argument: others[argument]}
    without = {n: v for n, v in arguments.items() if n != argument}
    if argument == "new_password":
        # Not to replace it is what leaving it out means.
        without = changed
    operation = next(op for op in all_operations() if op.name == tool)
    needed = {p.name for p in operation.parameters if p.required}
    pairs = [(arguments, changed), (changed, arguments)]
    if argument not in needed and argument != "custom_ratelimit":
        pairs += [(arguments, without), (without, arguments)]
    for previewed, called in pairs:
        if previewed == called:
            continue
        token = session.token(tool, **previewed)
        refusal = session.refusal(tool, **called, confirm_token=token)
        assert "the token is void" in refusal
        assert "preview again" in refusal
        # The failed try has used the token up.
        assert "Not done" in session.refusal(tool, **previewed, confirm_token=token)
    assert sent == []


def test_a_file_that_changed_on_disk_after_the_preview_makes_the_token_void(scripted, tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("harmless")
    session, sent = scripted(policy=Policy(attach_from=(tmp_path,)))
    send = {"sender": "a@b.example", "to": ["c@d.example"], "subject": "S"}
    send["attachments"] = [str(file)]
    token = session.token("email_send", **send)
    file.write_text("harmfull")
    assert "void" in session.refusal("email_send", **send, confirm_token=token)
    assert sent == []


def test_what_is_sent_is_what_was_read_when_the_user_was_asked(scripted, mode, tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("harmless")

    def swaps(_: str) -> dict[str, Any]:
        file.write_text("harmfull")
        return {"action": "accept", "content": {"confirm": True}}

    policy = Policy(attach_from=(tmp_path,))
    session, sent = scripted(mode=mode, answers=swaps, policy=policy)
    send = {"sender": "a@b.example", "to": ["c@d.example"], "subject": "S"}
    result = session.call("email_send", **send, attachments=[str(file)])
    blobs = [body["attachments"][0]["fileblob"] for _, body in sent]
    assert result.is_error or blobs == ["aGFybWxlc3M="]
