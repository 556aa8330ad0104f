"""Whether a request is what the API takes, and the service's own words if it is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_origin

from smtp2go_kit.checks import Fault, fault
from smtp2go_kit.operation import Effect, Endpoint
from smtp2go_kit.shapes import is_object
from smtp2go_kit.types import Kind, kind_of

Contract = Literal["documented", "served"]
Arguments = dict[str, Any]

NOT_JSON = (
    "An error occurred processing the json data you sent with the request. Please make sure the "
    "data conforms to the specification for this call (see the documentation here: "
    "https://developers.smtp2go.com/reference/introduction) and try again. Don't forget to set "
    "Content-Type to 'application/json'."
)
CORRECT = "Please correct your JSON payload and try again."
IGNORED = frozenset({"api_key"})


class Refused(Exception):
    """A request the service refuses.

    Args:
        error: The service's text.
        code: Its ``error_code``, less the prefix.
        status: The HTTP status.
        field: The bad field, where the service names one.
    """

    def __init__(
        self, error: str, *, code: str = "API_EXCEPTION", status: int = 400, field: str = ""
    ) -> None:
        super().__init__(error)
        self.error = error
        self.code = code
        self.status = status
        self.field = field


def invalid(field: str, message: str) -> Refused:
    """The refusal of one field, in the service's words."""
    return Refused(message, code="NON_VALIDATING_IN_PAYLOAD", field=field)


@dataclass(frozen=True)
class Field:
    """A field of a request's body."""

    kind: Kind
    required: bool


def fields_of(op: Endpoint, contract: Contract) -> dict[str, Field]:
    """The fields an operation takes, by the document or by today's service.

    Args:
        op: The operation.
        contract: Whose view.
    """
    fields = {p.name: Field(p.kind, p.required) for p in op.parameters if not p.kind.local}
    served = op.declared.served
    if served is None:
        return fields
    differing = {*served.convert, *served.rename.values(), *served.asks}
    newer = {name: wire for name, wire in served.takes.items() if name not in differing}
    if contract == "documented":
        widened = {name: wire for name, wire in newer.items() if _is_widened(op, name, fields)}
        return fields | {name: _like(fields.get(name), wire) for name, wire in widened.items()}
    kept = {
        served.rename.get(name, name): field
        for name, field in fields.items()
        if name not in served.drop
        and name not in served.gone
        and (name not in served.select or name in served.convert)
    }
    taken = {n: _like(kept.get(n), w, n in served.asks) for n, w in served.takes.items()}
    return {
        name: replace(field, required=field.required and name not in served.optional)
        for name, field in (kept | taken).items()
    }


def _is_widened(op: Endpoint, name: str, fields: Mapping[str, Field]) -> bool:
    """Whether also the documented contract takes a field as today's service does."""
    if name in fields:
        return get_origin(fields[name].kind.wire) is not Literal
    # Clients that nobody here wrote send what today's service knows of emails.
    return op.effect is Effect.SEND


def _like(field: Field | None, wire: Any, required: bool = False) -> Field:
    kind = kind_of(wire)
    if field is None:
        return Field(kind, required)
    check = kind.check or (field.kind.check if "ServedFile" in str(wire) else None)
    return Field(replace(kind, check=check), field.required)


def arguments_of(op: Endpoint, body: Mapping[str, Any], contract: Contract) -> Arguments:
    """A body's fields, checked; nulls, and empty texts of optional fields, count as not given.

    Args:
        op: The operation called.
        body: The JSON object sent.
        contract: Whose view of the fields.
    """
    given = _unwrapped(op, body, contract)
    fields = fields_of(op, contract)
    for name in _unknown(op, given, fields):
        raise invalid(name, f"The field '{name}' is not a field of {op.path}, {CORRECT}")
    arguments = {
        name: value
        for name, value in given.items()
        if name in fields and _is_given(value, fields[name])
    }
    for name, field in fields.items():
        if field.required and name not in arguments:
            raise invalid(name, f"The field '{name}' is required but was not found, {CORRECT}")
        if name in arguments and (wrong := fault(arguments[name], field.kind)):
            raise invalid(name, _told(name, wrong))
    for rule in op.declared.rules:
        if broken := rule(arguments):
            raise invalid(broken[0], f"The field '{broken[0]}' {broken[1]}, {CORRECT}")
    return arguments


def _is_given(value: Any, field: Field) -> bool:
    return value is not None and (field.required or value != "")


def _unwrapped(op: Endpoint, body: Mapping[str, Any], contract: Contract) -> Mapping[str, Any]:
    wrap = op.declared.wrap
    if wrap is None or contract == "served":
        return body
    inner = body.get(wrap)
    if not is_object(inner):
        raise invalid(
            wrap, f"The field '{wrap}' was expecting an object but found '{inner}', {CORRECT}"
        )
    for name in body.keys() - {wrap} - IGNORED:
        raise invalid(name, f"The field '{name}' is not a field of {op.path}, {CORRECT}")
    return inner


def _unknown(op: Endpoint, given: Mapping[str, Any], fields: Mapping[str, Field]) -> Iterator[str]:
    # The service takes unknown fields of the reports, as live use shows.
    if not op.path.startswith("/stats/"):
        yield from (
            name
            for name, value in given.items()
            if name not in fields and name not in IGNORED and value not in (None, "")
        )


def _told(name: str, wrong: Fault) -> str:
    if wrong.allowed:
        return (
            f"The field '{name}' was expecting a value from the allowed list "
            f"{list(wrong.allowed)} but instead found '{wrong.found}', {CORRECT}"
        )
    return f"The field '{name}' was expecting {wrong.expected} but found '{wrong.found}', {CORRECT}"
