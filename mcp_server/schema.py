"""JSON schemas of tools, derived from the declarations of operations."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from smtp2go_kit.operation import Effect, Endpoint, Parameter
from smtp2go_kit.shapes import is_list, is_object
from smtp2go_kit.tables import Dtype, Table
from smtp2go_kit.types import Input, Kind, without_none

Schema = dict[str, Any]
MOST_ROWS = 100
DEFAULT_ROWS = 20
MOST_GROUPS = 3
NAMES = {str: "string", int: "integer", float: "number", bool: "boolean"}
DTYPES: dict[Dtype, Schema] = {
    "str": {"type": "string"},
    "Int64": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "float64": {"type": "number"},
    "datetime64[us, UTC]": {"type": "string", "format": "date-time"},
}
LOST = re.compile(r"``|\(or\b[^)]*\)|^The (?=\w)")
"""What a description loses on its way into a tool, where each word costs."""


def _rows_expected(value: int) -> str | None:
    return None if 1 <= value <= MOST_ROWS else f"a number of rows from 1 to {MOST_ROWS}"


def _groups_expected(value: list[str]) -> str | None:
    fits = 1 <= len(value) <= MOST_GROUPS and len({*value}) == len(value)
    return None if fits else f"1 to {MOST_GROUPS} different groups"


Rows = Annotated[int, Kind(check=_rows_expected, bounds={"minimum": 1, "maximum": MOST_ROWS})]
LIMIT = Parameter("limit", Rows, DEFAULT_ROWS, "Rows to show")
CURSOR = Parameter("cursor", str, None, "Where the last answer ended")
FIELDS = Parameter("fields", list[str], None, "Columns to show")
DETAIL = Parameter("detail", Literal["concise", "detailed"], None, "Detailed shows all columns")
CONFIRM = Parameter("confirm_token", str, None, "From preview")
NEW_PASSWORD = Parameter("new_password", bool, None, "Replace the password by a generated one")
LISTING = (LIMIT, CURSOR, FIELDS, DETAIL)


def is_listing(operation: Endpoint) -> bool:
    """Whether an operation reads records that are shown in part."""
    table = operation.declared.table
    return operation.effect is Effect.READ and table is not None and bool(table.rows)


@functools.cache
def own_parameters(operation: Endpoint) -> tuple[Parameter, ...]:
    """The operation's own arguments that a model gives: no passwords, nothing of paging."""
    pages = operation.declared.pages
    paging = {"continue_token", pages.size} if pages else set[str]()
    return tuple(
        p
        for p in operation.parameters
        if not p.kind.local and p.name not in paging and p.kind.input is not Input.PASSWORD
    )


@functools.cache
def added_parameters(operation: Endpoint) -> tuple[Parameter, ...]:
    """The arguments that a tool has beside its operation's."""
    return tuple(_added(operation))


def _added(operation: Endpoint) -> Iterator[Parameter]:
    table = operation.declared.table
    if any(p.kind.kept for p in operation.parameters):
        yield NEW_PASSWORD
    if is_listing(operation):
        yield from LISTING
        if table and table.groups:
            yield _group_by(table)
    if operation.effect is not Effect.READ:
        yield CONFIRM


def _group_by(table: Table) -> Parameter:
    kind = Kind(
        wire=list[Literal[table.groups]],  # type: ignore[name-defined]  # made at run time
        check=_groups_expected,
        bounds={"minItems": 1, "maxItems": MOST_GROUPS},
    )
    return Parameter("group_by", Annotated[list[str], kind], None, "Count by these, not rows")


@functools.cache
def parameters(operation: Endpoint) -> tuple[Parameter, ...]:
    """All arguments of an operation's tool."""
    return own_parameters(operation) + added_parameters(operation)


def input_schema(operation: Endpoint) -> Schema:
    """The closed schema of a tool's arguments.

    Args:
        operation: The operation that the tool calls.
    """
    return closed(parameters(operation))


def closed(arguments: Iterable[Parameter]) -> Schema:
    """The schema of an object with these arguments and no others.

    Args:
        arguments: The arguments, in order.
    """
    known = [*arguments]
    properties = {p.name: _property(p) for p in known}
    required = [p.name for p in known if p.required]
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**schema, "required": required} if required else schema


def _property(parameter: Parameter) -> Schema:
    schema = {**_typed(_wire(parameter.kind)), **parameter.kind.bounds}
    return {**schema, "description": _described(parameter)}


def _described(parameter: Parameter) -> str:
    kind, text = parameter.kind, brief(parameter.description)
    if kind.input is Input.MOMENT:
        return f"{text.partition(':')[0]}; ISO 8601 or an age such as 7d"
    if "enum" in _typed(kind.wire) or "enum" in _typed(kind.wire).get("items", ()):
        return text.partition(":")[0]  # what follows would list the same words again
    return f"{text} (paths)" if _wire(kind) != kind.wire else text


def _wire(kind: Kind) -> Any:
    """What a model writes for a value: files are named by their paths."""
    is_files = kind.input is Input.FILES and get_origin(kind.wire) is list
    return list[str] if is_files else kind.wire


def _typed(wire: Any) -> Schema:
    origin = get_origin(wire)
    if wire in NAMES:
        return {"type": NAMES[wire]}
    if origin is Literal:
        allowed = get_args(wire)
        return {"type": NAMES[type(allowed[0])], "enum": list(allowed)}
    if origin is list:
        return {"type": "array", "items": _typed(get_args(wire)[0])}
    if hasattr(wire, "__required_keys__"):
        return _object(wire)
    return {"type": "object"} if wire is dict or origin is dict else {}


def _object(shape: Any) -> Schema:
    hints = {name: without_none(hint) for name, hint in get_type_hints(shape).items()}
    schema: Schema = {
        "type": "object",
        "properties": {name: _typed(hint) for name, hint in hints.items()},
        "additionalProperties": False,
    }
    required = sorted(shape.__required_keys__)
    return {**schema, "required": required} if required else schema


def brief(description: str) -> str:
    """The first clause of a description.

    Args:
        description: What the declaration's docstring says.
    """
    text = re.split(r";\s|\.\s|\.$", description)[0]
    shorter = " ".join(LOST.sub("", text).split())
    return shorter[:1].upper() + shorter[1:]


def output_schema(operation: Endpoint) -> Schema:
    """What a tool's structured content looks like.

    Args:
        operation: The operation that the tool calls.
    """
    table = operation.declared.table
    if table is None:
        return _answer_schema(operation)
    if not table.rows:
        return _columns_schema(table)
    schema = _listing_schema(table)
    # A change that is only rehearsed has no rows.
    required = ["rows", "shown", "total"] if operation.effect is Effect.READ else []
    return {**schema, "required": required} if required else schema


def _columns_schema(table: Table) -> Schema:
    shown = {n: DTYPES[dtype] for n, dtype in table.columns.items() if n not in table.secrets}
    return {"type": "object", "properties": shown}


def _listing_schema(table: Table) -> Schema:
    rows = {"type": "array", "items": _columns_schema(table)}
    return {
        "type": "object",
        "properties": {
            "rows": {**rows, "description": "Fields without a value are left out"},
            "shown": {"type": "integer"},
            "total": {"type": "integer", "description": "All matching records"},
            "cursor": {"type": "string", "description": "Give it to go on; absent at the end"},
            "about": {"type": "object", "description": "Window and what else the service told"},
        },
    }


def _answer_schema(operation: Endpoint) -> Schema:
    declared = inspect.signature(operation.declaration).return_annotation
    shape = operation.declaration.__globals__.get(str(declared))
    hints = get_type_hints(shape) if shape is not None else {}
    properties = {n: _told(hint) for n, hint in hints.items() if not _is_secret(hint)}
    return {"type": "object", "properties": properties}


def _told(hint: Any) -> Schema:
    """An answer's field; what a nested one holds is told only so far as it is declared."""
    schema = _typed(without_none(hint))
    if is_list(schema.get("required")):
        del schema["required"]
    if schema.get("type") == "array":
        item = get_args(without_none(hint))[0]
        nested = (
            {n: _told(h) for n, h in get_type_hints(item).items() if not _is_secret(h)}
            if (hasattr(item, "__required_keys__"))
            else None
        )
        return (
            {"type": "array", "items": {"type": "object", "properties": nested}}
            if nested
            else schema
        )
    return schema


def fitting(value: Any, schema: Schema) -> Any:
    """A value less what is not of its declared type, which a client would refuse whole.

    Args:
        value: Cleaned data of an answer.
        schema: What a part of it should be.
    """
    if is_object(value):
        parts = schema.get("properties", {})
        kept = {k: fitting(v, parts.get(k, {})) for k, v in value.items()}
        return {k: v for k, v in kept.items() if _fits(v, parts.get(k, {}))}
    if is_list(value):
        item = schema.get("items", {})
        return [kept for v in value if _fits(kept := fitting(v, item), item)]
    return value


def _fits(value: Any, schema: Schema) -> bool:
    types: dict[str, Any] = {
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "array": list,
        "object": dict,
    }
    wanted = schema.get("type")
    if wanted is None:
        return True
    return isinstance(value, types[wanted]) and isinstance(value, bool) is (wanted == "boolean")


def _is_secret(hint: Any) -> bool:
    return getattr(hint, "__name__", "") == "Secret"
