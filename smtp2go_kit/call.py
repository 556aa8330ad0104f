"""A call: an operation with its arguments checked and written as the API takes them."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from smtp2go_kit import encoding
from smtp2go_kit.checks import Fault, fault
from smtp2go_kit.errors import InvalidArgument, MissingArgument
from smtp2go_kit.operation import Endpoint, Parameter
from smtp2go_kit.secret import Secret
from smtp2go_kit.shapes import is_list, is_many
from smtp2go_kit.types import Input, Kind

MEGABYTE = 1024 * 1024
MOST_EMAIL = 50 * MEGABYTE
"""Bytes of a request below /email (enforced by the service since 2026-06-11)."""
MOST_OTHER = MEGABYTE
"""Bytes of any other request (enforced by the service since 2026-06-11)."""
DOCUMENTED_EMAIL = 10 * MEGABYTE
"""Bytes of an email by the API's reference document."""
SHOWN = 80


class SizeWarning(UserWarning):
    """An email is larger than the API's document allows, though the service takes it."""


@dataclass(frozen=True)
class Call:
    """An operation's wire arguments, and what stays in the client.

    Args:
        operation: The operation called.
        arguments: Wire values by the document's names; what was not given is left out.
        local: Arguments that are never sent.
    """

    operation: Endpoint
    arguments: Mapping[str, Any] = field(repr=False)
    local: Mapping[str, Any]

    @property
    def body(self) -> dict[str, Any]:
        """The request's body by the document."""
        wrap = self.operation.declared.wrap
        return {wrap: dict(self.arguments)} if wrap else dict(self.arguments)

    def secrets(self) -> Iterator[Secret]:
        """The passwords among the arguments."""
        for parameter in self.operation.parameters:
            value = self.arguments.get(parameter.name)
            if isinstance(value, Secret):
                yield value


def prepare(
    operation: Endpoint,
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    now: dt.datetime,
) -> Call:
    """A call with every argument checked; nothing is sent.

    Args:
        operation: The operation to call.
        args: Positional arguments as the caller gave them.
        kwargs: Keyword arguments as the caller gave them.
        now: The moment that relative times count back from.
    """
    given = _bind(operation, args, kwargs)
    wire = {
        p.name: written(operation, p, given[p.name], now)
        for p in operation.parameters
        if given[p.name] is not None
    }
    local = {p.name: wire.pop(p.name, None) for p in operation.parameters if p.kind.local}
    for rule in (_window_in_order, *operation.declared.rules):
        if broken := rule(wire):
            raise InvalidArgument(*broken, operation=operation.title)
    _check_default_start(operation, wire, now)
    _check_size(operation, wire)
    return Call(operation, wire, local)


def _bind(operation: Endpoint, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    try:
        bound = operation.signature.bind(*args, **kwargs)
    except TypeError as error:
        named = [p.name for p in operation.parameters[: len(args)]] + list(kwargs)
        for parameter in operation.parameters:
            if parameter.required and parameter.name not in named:
                raise MissingArgument(
                    parameter.name, "is required", operation=operation.title
                ) from None
        raise TypeError(f"{operation.title}: {error}. {_takes(operation)}") from None
    bound.apply_defaults()
    for parameter in operation.parameters:
        if parameter.required and bound.arguments[parameter.name] is None:
            raise MissingArgument(parameter.name, "is required", operation=operation.title)
    return dict(bound.arguments)


def _takes(operation: Endpoint) -> str:
    required = ", ".join(p.name for p in operation.parameters if p.required)
    optional = ", ".join(p.name for p in operation.parameters if not p.required)
    named = f"by name: {optional}" if optional else ""
    return f"It takes {'; '.join(filter(None, (required, named))) or 'no arguments'}"


def written(operation: Endpoint, parameter: Parameter, value: Any, now: dt.datetime) -> Any:
    """One argument as it is sent.

    Args:
        operation: The operation it belongs to.
        parameter: The parameter it is for.
        value: What the caller gave, not None.
        now: The moment that relative times count back from.

    Raises:
        InvalidArgument: It is not what the parameter takes.
    """
    kind = parameter.kind
    try:
        if kind.encode is not None:
            value = kind.encode(value, now) if kind.timed else kind.encode(value)
        else:
            value = [*value] if _is_listed(kind.wire) and is_many(value) else _as_plain(value)
        wrong = fault(value, kind)
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        # An encoder's error may quote the value, so a password's is dropped.
        secret = kind.input is Input.PASSWORD
        raise InvalidArgument(
            parameter.name,
            "expected a string" if secret else str(error),
            operation=operation.title,
        ) from (None if secret else error)
    if wrong:
        problem = _problem(wrong, kind)
        raise InvalidArgument(parameter.name, problem, operation=operation.title)
    return value


def _as_plain(value: Any) -> Any:
    """A number or flag out of a frame as Python's own."""
    return value.item() if type(value).__module__ == "numpy" else value


def _is_listed(wire: Any) -> bool:
    return getattr(wire, "__origin__", None) is list


def _problem(wrong: Fault, kind: Kind) -> str:
    if kind.input is Input.PASSWORD:
        return f"expected {wrong.expected}"
    expected = "one of " + ", ".join(map(repr, wrong.allowed)) if wrong.allowed else wrong.expected
    shown = repr(wrong.found)
    if len(shown) > SHOWN:
        size = f" ({len(wrong.found)} values)" if is_list(wrong.found) else ""
        shown = f"{shown[:SHOWN]}...{size}"
    return f"expected {expected}, got {shown}" + (f". {kind.hint}" if kind.hint else "")


def _window_in_order(wire: Mapping[str, Any]) -> tuple[str, str] | None:
    start, end = wire.get("start_date"), wire.get("end_date")
    if start and end and start > end:
        return "start_date", f"{start} is after end_date {end}; swap them"
    return None


def _check_default_start(operation: Endpoint, wire: Mapping[str, Any], now: dt.datetime) -> None:
    table, end = operation.declared.table, wire.get("end_date")
    if table is None or table.window is None or end is None or "start_date" in wire:
        return
    start = encoding.moment(table.default_start(now), now)
    if end < start:
        raise InvalidArgument(
            "end_date",
            f"{end} is before the start of the window, which is {start} if not given; pass "
            "start_date too",
            operation=operation.title,
        )


def _check_size(operation: Endpoint, wire: Mapping[str, Any]) -> None:
    sizes = {name: _size(value) for name, value in wire.items()}
    total = sum(sizes.values())
    is_email = operation.path.startswith("/email/")
    most = MOST_EMAIL if is_email else MOST_OTHER
    if total > most:
        largest = max(sizes, key=lambda name: sizes[name])
        advice = "Send less, or a link instead of the file" if is_email else "Send it in parts"
        raise InvalidArgument(
            largest,
            f"the request is {total / MEGABYTE:.1f} MB as sent, base64 included, and the service "
            f"takes at most {most // MEGABYTE} MB; {largest} is {sizes[largest] / MEGABYTE:.1f} MB "
            f"of it. {advice}",
            operation=operation.title,
        )
    if is_email and total > DOCUMENTED_EMAIL:
        warnings.warn(
            f"{operation.title}: the request is {total / MEGABYTE:.1f} MB; the API's document "
            "allows 10 MB, today's service 50 MB",
            SizeWarning,
            stacklevel=5,
        )


def _size(value: Any) -> int:
    return len(encoding.json_bytes(value))
