"""Whether a JSON value has its declared type, and what it should have been if not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, get_args, get_origin, get_type_hints

from smtp2go_kit.encoding import reveal
from smtp2go_kit.shapes import is_list, is_object
from smtp2go_kit.types import Kind, without_none

NAMES = {str: "a string", int: "an integer", float: "a number", bool: "a boolean"}


@dataclass(frozen=True)
class Fault:
    """A wire value that is not what its declaration says.

    Args:
        expected: What it should have been, in words.
        found: The value found.
        allowed: The allowed values, where there is a list of them.
    """

    expected: str
    found: Any = field(repr=False)
    allowed: tuple[Any, ...] = ()


def fault(value: Any, kind: Kind) -> Fault | None:
    """The first fault of a wire value, by type and then by bound."""
    plain = reveal(value)
    return next(_type_faults(plain, kind.wire), None) or _bound_fault(plain, kind)


def _bound_fault(value: Any, kind: Kind) -> Fault | None:
    expected = kind.check(value) if kind.check else None
    if expected:
        return Fault(expected, value)
    if kind.each is None:
        return None
    faults = ((kind.each(entry), entry) for entry in value)
    return next((Fault(expected, entry) for expected, entry in faults if expected), None)


def _type_faults(value: Any, wire: Any) -> Iterator[Fault]:
    origin = get_origin(wire)
    if wire in NAMES:
        if not _is(value, wire):
            yield Fault(NAMES[wire], value)
    elif origin is Literal:
        allowed = get_args(wire)
        if not any(value == a and type(value) is type(a) for a in allowed):
            yield Fault(f"a value from the allowed list {list(allowed)}", value, allowed)
    elif origin is list:
        yield from _list_faults(value, get_args(wire)[0])
    elif hasattr(wire, "__required_keys__"):
        yield from _object_faults(value, wire)


def _is(value: Any, wire: Any) -> bool:
    if isinstance(value, bool):
        return wire is bool
    return isinstance(value, (int, float) if wire is float else wire)


def _list_faults(value: Any, item: Any) -> Iterator[Fault]:
    if not is_list(value):
        yield Fault("a list", value)
        return
    for entry in value:
        for wrong in _type_faults(entry, item):
            yield Fault(wrong.expected, value if wrong.allowed else wrong.found, wrong.allowed)


def _object_faults(value: Any, shape: Any) -> Iterator[Fault]:
    if not is_object(value):
        yield Fault("an object", value)
        return
    hints = {name: without_none(hint) for name, hint in get_type_hints(shape).items()}
    for name in sorted(shape.__required_keys__ - value.keys()):
        yield Fault(f"an object with the field '{name}'", value)
    for name, entry in value.items():
        if name not in hints:
            yield Fault(f"an object of the fields {', '.join(hints)}", value)
        elif entry is not None or name in shape.__required_keys__:
            yield from _type_faults(entry, hints[name])
