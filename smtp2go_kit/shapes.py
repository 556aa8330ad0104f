"""JSON values by their shape, narrowed for the type checkers."""

from __future__ import annotations

from typing import Any, TypeGuard

Object = dict[str, Any]


def is_object(value: Any) -> TypeGuard[Object]:
    """Whether a JSON value is an object."""
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Whether a JSON value is a list."""
    return isinstance(value, list)


def object_or_empty(value: Any) -> Object:
    """A JSON object, or an empty one in place of anything else."""
    return value if is_object(value) else {}
