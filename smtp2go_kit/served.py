"""How today's service takes an operation where that differs from the document.

Declared beside the operation. The documented form is sent first; only where the service
refuses the form itself, which changes nothing, is the served form sent instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from smtp2go_kit.errors import ApiError, InvalidArgument, ValidationFailed

Arguments = Mapping[str, Any]
Row = dict[str, Any]


@dataclass(frozen=True)
class Ask:
    """A value that only another endpoint knows.

    Args:
        path: The endpoint to ask.
        body: What to ask it, from the documented arguments.
        pick: The value, from its answer and those arguments; raises LookupError if absent.
    """

    path: str
    body: Callable[[Arguments], dict[str, Any]]
    pick: Callable[[Any, Arguments], Any]


@dataclass(frozen=True)
class Served:
    """What differs, by the document's parameter names.

    Args:
        refused: Fields whose validation error means that the form is not taken.
        path: Another path.
        flat: Whether the document's wrapping object is left out.
        rename: Parameters with another name.
        convert: Parameters with another value; raises ValueError with the problem.
        asks: Added fields, asked of another endpoint.
        drop: Parameters replaced by what is asked.
        gone: Parameters the service no longer takes, with what to do instead.
        select: Parameters applied to the rows here, as the service no longer does.
        optional: Fields the document requires and the service does not.
        takes: JSON types of the fields that differ from the document or are newer than it.
    """

    refused: frozenset[str] = frozenset()
    path: str | None = None
    flat: bool = False
    rename: Mapping[str, str] = field(default_factory=dict[str, str])
    convert: Mapping[str, Callable[[Any], Any]] = field(
        default_factory=dict[str, Callable[[Any], Any]]
    )
    asks: Mapping[str, Ask] = field(default_factory=dict[str, Ask])
    drop: frozenset[str] = frozenset()
    gone: Mapping[str, str] = field(default_factory=dict[str, str])
    select: Mapping[str, Callable[[list[Row], Arguments], list[Row]]] = field(
        default_factory=dict[str, Callable[[list[Row], Arguments], list[Row]]]
    )

    optional: frozenset[str] = frozenset()
    takes: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def explains(self, refusal: ApiError) -> bool:
        """Whether a refusal may mean that the service takes only the served form."""
        if refusal.status == 404:
            return self.path is not None
        return isinstance(refusal, ValidationFailed) and refusal.field in self.refused

    def proves(self, refusal: ApiError, wrap: str | None) -> bool:
        """Whether a refusal can only mean that: no service of the document would say it.

        Args:
            refusal: The refusal of the documented form.
            wrap: The document's object around all fields, if the operation has one.
        """
        unlike = {*self.asks, *self.rename.values(), *([wrap] if self.flat else [])}
        return refusal.status == 404 or refusal.field in unlike - {None}

    def body(self, arguments: Arguments, operation: str) -> dict[str, Any]:
        """The served form of the arguments, less what must be asked."""
        for name, instead in self.gone.items():
            if name in arguments:
                raise InvalidArgument(name, instead, operation=operation)
        return {
            self.rename.get(name, name): self._converted(name, value, operation)
            for name, value in arguments.items()
            if name not in self.drop and not (name in self.select and name not in self.convert)
        }

    def _converted(self, name: str, value: Any, operation: str) -> Any:
        try:
            return self.convert[name](value) if name in self.convert else value
        except ValueError as error:
            raise InvalidArgument(name, str(error), operation=operation) from None

    def selects(self, arguments: Arguments) -> bool:
        """Whether rows must be selected or sorted here."""
        return any(name in arguments for name in self.select)
