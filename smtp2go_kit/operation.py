"""An operation: one API endpoint, declared once as a method.

The declaration's signature, docstring and effect are the only description of the endpoint
there is. The clients call it and the sandbox checks requests by it, all from this one object.
"""

from __future__ import annotations

import functools
import inspect
import re
import types
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import (
    TYPE_CHECKING,
    Any,
    Concatenate,
    Generic,
    ParamSpec,
    TypeVar,
    get_type_hints,
    overload,
)

from smtp2go_kit.secret import hide
from smtp2go_kit.types import Input, Kind, kind_of

if TYPE_CHECKING:
    from smtp2go_kit.served import Served
    from smtp2go_kit.tables import Table

P = ParamSpec("P")
R = TypeVar("R")
Rule = Callable[[Mapping[str, Any]], tuple[str, str] | None]
"""Looks at all wire arguments; gives the parameter and its problem, or None."""


class Effect(Enum):
    """What an operation does to the account."""

    READ = "read"
    WRITE = "write"
    DESTROY = "destroy"
    SEND = "send"


@dataclass(frozen=True)
class Budget:
    """How often the service lets an endpoint be called.

    Args:
        requests: Most requests in any period.
        seconds: The period's length.
    """

    requests: int
    seconds: float


@dataclass(frozen=True)
class Pages:
    """How an operation's further pages are asked for.

    Args:
        size: The parameter that bounds a page.
        most: Most records the service puts on a page.
        always: Whether to ask for the largest page when the caller sets no limit.
        caps: Whether that parameter caps all the rows a caller gets.
    """

    size: str
    most: int
    always: bool = False
    caps: bool = True


class Caller(ABC):
    """Something operations can be called on: a client."""

    @abstractmethod
    def _bind(self, operation: Endpoint) -> Callable[..., Any]:
        """Make an operation callable."""


class Blocking(Caller):
    """A caller whose calls return their result."""


class Awaiting(Caller):
    """A caller whose calls are awaited."""


C = TypeVar("C", bound=Caller, covariant=True)  # noqa: PLC0105 - short, as every group names it


class Group(Generic[C]):
    """The operations under one heading of the API, on one client."""

    def __init__(self, client: C) -> None:
        self._client = client

    @classmethod
    def _operations(cls) -> Iterator[Endpoint]:
        members: list[object] = list(vars(cls).values())
        return (member for member in members if isinstance(member, Endpoint))

    def __repr__(self) -> str:
        names = ", ".join(op.__name__ for op in self._operations())
        return f"<{type(self).__name__}: {names}>"


@dataclass(frozen=True)
class Parameter:
    """One argument of an operation, as a form or a JSON schema needs it."""

    name: str
    annotation: Any
    default: Any
    description: str

    @property
    def required(self) -> bool:
        """Whether the caller must give it."""
        return self.default is inspect.Parameter.empty

    @functools.cached_property
    def kind(self) -> Kind:
        """Its wire type, bounds and input."""
        return kind_of(self.annotation)


@dataclass(frozen=True)
class Declared:
    """What an operation's decorator says beside its signature.

    Args:
        table: The columns of its records; without one it answers with a small dict.
        pages: How its further pages are asked for.
        wrap: The field that the document nests all arguments in.
        served: How today's service takes it, where that differs.
        budget: How often the service lets it be called.
        rules: Bounds that involve more than one argument.
        use: When to call it and what to call next, for an assistant.
    """

    table: Table | None = None
    pages: Pages | None = None
    wrap: str | None = None
    served: Served | None = None
    budget: Budget | None = None
    rules: tuple[Rule, ...] = field(default=())
    use: str = ""


class Endpoint:
    """A declared endpoint: everything that is known of it."""

    def __init__(
        self, declaration: Callable[..., Any], path: str, effect: Effect, declared: Declared
    ) -> None:
        self.declaration = declaration
        self.path = path
        self.effect = effect
        self.declared = declared
        self.name = path.strip("/").replace("/", "_")
        self.__name__ = declaration.__name__
        self.__doc__ = declaration.__doc__

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self.title = f"{owner.__module__.rpartition('.')[2]}.{name}"

    @functools.cached_property
    def signature(self) -> inspect.Signature:
        """The declared signature without self, annotated as it is written."""
        declared = inspect.signature(self.declaration)
        _, *own = declared.parameters.values()
        return declared.replace(
            parameters=[p.replace(annotation=_Written(p.annotation)) for p in own],
            return_annotation=_Written(declared.return_annotation),
        )

    @property
    def __signature__(self) -> inspect.Signature:
        return self.signature

    @functools.cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The arguments, with their types resolved and their descriptions."""
        hints = _parameter_hints(self.declaration)
        described = dict(_args_section(inspect.getdoc(self.declaration) or ""))
        return tuple(
            Parameter(p.name, hints[p.name], p.default, described.get(p.name, ""))
            for p in self.signature.parameters.values()
        )

    @functools.cached_property
    def passwords(self) -> frozenset[str]:
        """The names of the arguments that are passwords."""
        return frozenset(p.name for p in self.parameters if p.kind.input is Input.PASSWORD)

    def conceal(
        self, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """A caller's arguments with each password as a secret, which no traceback shows.

        Args:
            args: Positional arguments.
            kwargs: Keyword arguments.
        """
        if not self.passwords:
            return args, dict(kwargs)
        # What has no parameter may be a password under a wrong name or in a wrong place.
        plain = {p.name: p.required for p in self.parameters if p.name not in self.passwords}
        places = [plain.get(p.name, False) for p in self.parameters]
        shown = [a if any(places[n : n + 1]) else hide(a) for n, a in enumerate(args)]
        return tuple(shown), {k: v if k in plain else hide(v) for k, v in kwargs.items()}

    @property
    def summary(self) -> str:
        """The docstring down to its Args section."""
        return (inspect.getdoc(self.declaration) or "").partition("\nArgs:")[0].strip()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.title} {self.path}>"


class Operation(Endpoint, Generic[P, R]):
    """An endpoint on its group's class; reading it from a group gives a callable."""

    @overload
    def __get__(self, group: None, owner: type[Any]) -> Operation[P, R]: ...
    @overload
    def __get__(
        self, group: Group[Awaiting], owner: type[Any]
    ) -> Callable[P, Coroutine[Any, Any, R]]: ...
    @overload
    def __get__(self, group: Group[Blocking], owner: type[Any]) -> Callable[P, R]: ...
    def __get__(self, group: Group[Caller] | None, owner: type[Any]) -> Any:
        if group is None:
            return self
        call = functools.update_wrapper(group._client._bind(self), self.declaration)
        vars(call).update(__signature__=self.signature, operation=self, client=group._client)
        return call


def operation(
    path: str,
    effect: Effect,
    *,
    table: Table | None = None,
    pages: Pages | None = None,
    wrap: str | None = None,
    served: Served | None = None,
    budget: Budget | None = None,
    rules: tuple[Rule, ...] = (),
    use: str = "",
) -> Callable[[Callable[Concatenate[Any, P], R]], Operation[P, R]]:
    """Declare the endpoint at *path*; the decorated method needs no body.

    Args:
        path: The endpoint's path below ``/v3``.
        effect: What it does to the account.
        table: See :class:`Declared`, as for all that follow.
        pages: How further pages are asked for.
        wrap: The field that the document nests all arguments in.
        served: How today's service takes it, where that differs.
        budget: How often the service lets it be called.
        rules: Bounds that involve more than one argument.
        use: When to call it and what to call next, for an assistant.
    """

    def declare(declaration: Callable[Concatenate[Any, P], R]) -> Operation[P, R]:
        declared = Declared(table, pages, wrap, served, budget, rules, use)
        return Operation(declaration, path, effect, declared)

    return declare


class _Written(str):
    """An annotation that signatures show as it is written, not quoted."""

    __slots__ = ()
    __repr__ = str.__str__


def _parameter_hints(declaration: Callable[..., Any]) -> dict[str, Any]:
    # Without the return type: it names pandas, which is imported only when a frame is made.
    bare = types.SimpleNamespace(
        __annotations__={k: v for k, v in declaration.__annotations__.items() if k != "return"}
    )
    return get_type_hints(bare, globalns=declaration.__globals__, include_extras=True)


def _args_section(doc: str) -> Iterator[tuple[str, str]]:
    _, _, section = doc.partition("\nArgs:\n")
    section = re.split(r"\n(?=\S)", section)[0]
    for entry in re.split(r"\n(?=    \S)", section):
        name, _, text = entry.strip().partition(":")
        yield name, " ".join(text.split())
