"""JSON values by their shape, narrowed for the type checkers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard

Object = dict[str, Any]


def is_object(value: Any) -> TypeGuard[Object]:
    """Whether a JSON value is an object."""
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Whether a JSON value is a list."""
    return isinstance(value, list)


def is_mapping(value: Any) -> TypeGuard[Mapping[str, Any]]:
    """Whether a caller's value maps names to values."""
    return isinstance(value, Mapping)


def is_many(value: Any) -> TypeGuard[Iterable[Any]]:
    """Whether a caller's value holds many others: a list, set, Series, but no text or mapping."""
    is_one = isinstance(value, (str, bytes, bytearray, memoryview, Mapping))
    return isinstance(value, Iterable) and not is_one


def object_or_empty(value: Any) -> Object:
    """A JSON object, or an empty one in place of anything else."""
    return value if is_object(value) else {}
