"""What the tools say of themselves: committed snapshots, closed schemas, honest bounds."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mcp_server.analysis import ANALYSES
from mcp_server.policy import Policy
from smtp2go_kit.operation import Effect
from smtp2go_kit.operations import all_operations

FOLDER = Path(__file__).with_name("snapshots")
SHOWN = ("name", "title", "description", "inputSchema", "outputSchema", "annotations")
RENEW = "WRITE_TOOL_SNAPSHOTS"
HOW = f"Review it, then renew with {RENEW}=1 python -m pytest tests/mcp_server/test_schemas.py"
HINTS = {
    Effect.READ: {"readOnlyHint": True, "destructiveHint": False, "idempotentHint": True},
    Effect.WRITE: {"readOnlyHint": False, "destructiveHint": False, "idempotentHint": False},
    Effect.DESTROY: {"readOnlyHint": False, "destructiveHint": True, "idempotentHint": True},
    Effect.SEND: {"readOnlyHint": False, "destructiveHint": True, "idempotentHint": False},
}
ASKED = [analysis.name for analysis in ANALYSES]
READS = {*ASKED, *(op.name for op in all_operations() if op.effect is Effect.READ)}
ROOMY = Policy(max_recipients=300, allow_bcc=True)
LENIENT = {"to", "cc", "bcc", "search_terms", "attachments", "inlines", "custom_headers"}
"""Lists of which the toolkit also takes a single entry, and headers also as a mapping."""


@pytest.fixture
def session(start) -> Any:
    return start(policy=ROOMY)


@pytest.fixture
def tools(session) -> dict[str, dict[str, Any]]:
    return session.tools


@pytest.fixture
def right(story, questions) -> dict[str, dict[str, Any]]:
    """Right arguments of each tool."""
    return dict(story) | questions


def tried(session: Any, tool: str, arguments: dict[str, Any]) -> str:
    """What a read, or the preview of a change, is refused with; empty if it is not."""
    if tool in READS:
        result = session.call(tool, **arguments)
    else:
        result = session.call("preview", tool=tool, arguments=arguments)
    return result.content[0].text if result.is_error else ""


def properties(tools: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each argument of an operation's tool: the tool, the argument, its schema."""
    for tool, listed in tools.items():
        if tool != "preview":
            for name, schema in listed["inputSchema"]["properties"].items():
                yield tool, name, schema


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Each object schema in a schema, at any depth."""
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for part in schema.values():
            yield from objects(part)


def test_each_tool_is_as_its_reviewed_snapshot(tools):
    shown = {name: {k: tool.get(k) for k in SHOWN} for name, tool in tools.items()}
    if os.environ.get(RENEW):
        FOLDER.mkdir(exist_ok=True)
        for old in FOLDER.glob("*.json"):
            old.unlink()
        for name, tool in shown.items():
            text = json.dumps(tool, indent=2, ensure_ascii=False)
            (FOLDER / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")
    kept = {p.stem: json.loads(p.read_text(encoding="utf-8")) for p in FOLDER.glob("*.json")}
    assert sorted(kept) == sorted(shown), f"The tools are others than the snapshots. {HOW}"
    for name, tool in shown.items():
        # Compared as text, so that the order in which a model reads it counts too.
        assert json.dumps(tool) == json.dumps(kept[name]), f"{name} has changed. {HOW}"


def test_both_eras_list_the_same_tools_in_the_order_of_the_documentation(start, mode):
    first, second = start(mode=mode), start(mode=mode, sandbox={"empty": False, "seed": 7})
    assert [*first.tools] == [*ASKED, *(op.name for op in all_operations()), "preview"]
    assert json.dumps(first.tools) == json.dumps(second.tools)
    assert first.tools == start().tools


def test_names_are_plain_and_every_tool_and_argument_is_described(tools):
    for name, tool in tools.items():
        assert re.fullmatch(r"[a-z_]{1,64}", name)
        assert tool["title"]
        assert tool["description"].endswith(".")
        for argument, schema in tool["inputSchema"]["properties"].items():
            assert schema.get("description", "").strip(), f"{name}: {argument}"
            assert schema["type"], f"{name}: {argument}"


def test_every_schema_is_sound_and_closed(tools):
    for name, tool in tools.items():
        for schema in (tool["inputSchema"], tool["outputSchema"]):
            jsonschema.Draft202012Validator.check_schema(schema)
            assert schema["type"] == "object"
        for part in objects(tool["inputSchema"]):
            # What another tool takes or told.
            is_any = name in ("preview", "verify_fix") and "properties" not in part
            assert is_any or part["additionalProperties"] is False, name
            assert {*part.get("required", [])} <= {*part.get("properties", {})}


def test_the_hints_follow_from_the_effect(tools):
    for operation in all_operations():
        hints = tools[operation.name]["annotations"]
        assert hints == {"title": hints["title"], "openWorldHint": True, **HINTS[operation.effect]}
        assert hints["title"] == tools[operation.name]["title"]
    for name in ASKED:
        hints = tools[name]["annotations"]
        assert hints == {"title": hints["title"], "openWorldHint": True, **HINTS[Effect.READ]}
    preview = tools["preview"]["annotations"]
    assert preview["readOnlyHint"] is True
    assert preview["destructiveHint"] is preview["openWorldHint"] is False
    assert preview.keys() == {"title", "openWorldHint", *HINTS[Effect.READ]}


def test_a_read_only_server_has_only_tools_that_say_they_read(start):
    offered = start(read_only=True).tools
    assert {*offered} == READS
    assert all(tool["annotations"]["readOnlyHint"] for tool in offered.values())


def test_an_unknown_argument_is_refused_by_every_tool(session, tools, right):
    for tool in tools:
        if tool == "preview":
            text = session.refusal(tool, tool="email_send", arguments={}, zz=1)
            assert "exactly tool and arguments" in text
            continue
        text = session.refusal(tool, **right[tool], zz_list=["a@example.com"])
        assert f"{tool} has no argument zz_list" in text
        for name in tools[tool]["inputSchema"]["properties"]:
            assert name in text, f"{tool} does not name {name} among its arguments"
    assert not session.account.emails


def test_a_misspelt_argument_is_answered_with_the_right_name(session):
    assert "Did you mean search_recipient?" in session.refusal("activity_search", recipient="a")
    assert "Did you mean email_address?" in session.refusal("suppression_view", email_adress="a")


def test_every_missing_argument_that_is_required_is_named(session, tools, right):
    for tool, listed in tools.items():
        for name in listed["inputSchema"].get("required", []):
            if tool != "preview":
                for given in ({}, {name: None}):
                    left = {k: v for k, v in right[tool].items() if k != name} | given
                    text = tried(session, tool, left)
                    assert name in text, f"{tool} without {name}: {text}"


def outside(schema: dict[str, Any]) -> Iterator[Any]:
    """Values of an argument that are just outside its published bounds."""
    items = schema.get("items", {})
    if "minimum" in schema:
        yield from (schema["minimum"] - 1, -(10**12))
    if "maximum" in schema:
        yield from (schema["maximum"] + 1, 10**12)
    if "minItems" in schema:
        yield entries(items, schema["minItems"] - 1)
    if "maxItems" in schema:
        yield entries(items, schema["maxItems"] + 1)
    if "minLength" in schema:
        yield "a" * (schema["minLength"] - 1)
    if "maxLength" in schema:
        yield "a" * (schema["maxLength"] + 1)
    if allowed := schema.get("enum"):
        yield from wrong_choices(allowed)
    if allowed := items.get("enum"):
        yield from ([allowed[0], wrong] for wrong in wrong_choices(allowed))


def inside(schema: dict[str, Any]) -> Iterator[Any]:
    """Values of an argument that are just inside its published bounds."""
    items = schema.get("items", {})
    yield from (schema[bound] for bound in ("minimum", "maximum") if bound in schema)
    yield from (entries(items, schema[b]) for b in ("minItems", "maxItems") if b in schema)
    yield from ("a" * schema[bound] for bound in ("minLength", "maxLength") if bound in schema)
    yield from schema.get("enum", [])
    yield from ([allowed] for allowed in items.get("enum", []))


def entries(items: dict[str, Any], count: int) -> list[Any]:
    """That many different entries of a list."""
    allowed = items.get("enum")
    return (allowed * 9)[:count] if allowed else [f"a{n}@example.com" for n in range(count)]


def wrong_choices(allowed: list[Any]) -> Iterator[Any]:
    first = allowed[0]
    yield from (first + 1, float(first) + 0.5) if isinstance(first, int) else (f"{first} ", "")
    yield from (True, {"a": 1})
    if isinstance(first, str):
        yield first.upper()


def test_what_is_outside_of_a_published_bound_is_refused_by_name(session, tools, right):
    tests = 0
    for tool, name, schema in properties(tools):
        for value in outside(schema):
            assert not jsonschema.Draft202012Validator(schema).is_valid(value), (tool, name, value)
            text = tried(session, tool, {**right[tool], name: value})
            assert text.startswith(f"{tool}: {name}: "), (tool, name, value, text)
            tests += 1
    assert tests > 100


def test_what_is_inside_of_the_published_bounds_is_taken(session, tools, right):
    for tool, name, schema in properties(tools):
        for value in inside(schema):
            assert jsonschema.Draft202012Validator(schema).is_valid(value), (tool, name, value)
            text = tried(session, tool, {**right[tool], name: value})
            assert f" {name}: " not in text, (tool, name, value, text)


def wrong_types(schema: dict[str, Any], *, lenient: bool) -> Iterator[Any]:
    """Values of every JSON type that a schema does not take; null means not given."""
    known = (7, 1.5, True, {"a": 1}, [{"a": 1}], [3], [None])
    # One entry may come without its list.
    bare = () if schema.get("type") == "array" else ("some text", "[1")
    values = known if lenient else (*known, *bare, [[]])
    taken = jsonschema.Draft202012Validator(schema)
    yield from (value for value in values if not taken.is_valid(value))


def test_a_value_of_another_type_is_refused_by_name(session, tools, right):
    for tool, name, schema in properties(tools):
        if name == "confirm_token":
            continue
        for value in wrong_types(schema, lenient=name in LENIENT):
            text = tried(session, tool, {**right[tool], name: value})
            assert f"{name}: " in text, (tool, name, value, text)
            assert "the server failed" not in text, (tool, name, value, text)


def test_one_entry_may_come_without_its_list(session):
    text = session.text("activity_search", group_by="event")
    assert text == session.text("activity_search", group_by=["event"])


def test_counts_take_no_arguments_of_rows(session):
    refusal = session.refusal("activity_search", group_by=["event"], fields=["event"], cursor="x")
    assert refusal.startswith("activity_search: cursor, fields: ")


def test_a_list_may_come_as_json_text(session):
    text = session.text("activity_search", group_by='["event", "day"]')
    assert text == session.text("activity_search", group_by=["event", "day"])
    assert "group_by: " in session.refusal("activity_search", group_by='["event", "day"')
