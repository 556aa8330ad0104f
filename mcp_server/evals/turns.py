"""What is said between a model and whoever makes its calls, whichever API it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from mcp.types import Tool

from smtp2go_kit.secret import Secret

Message = dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """A call that a model asks for.

    Args:
        id: The model's name for it.
        tool: The tool's name.
        arguments: Its arguments, or None if they are no JSON object.
    """

    id: str
    tool: str
    arguments: dict[str, Any] | None


@dataclass(frozen=True)
class Turn:
    """What a model said.

    Args:
        message: All of it, to be sent back with the results.
        text: Its text.
        wanted: The calls it asks for.
    """

    message: Message
    text: str
    wanted: list[Wanted]


@dataclass(frozen=True)
class Done:
    """The result of a call that a model asked for.

    Args:
        wanted: The call.
        text: What the model reads.
        failed: Whether it failed.
    """

    wanted: Wanted
    text: str
    failed: bool


class Api(Protocol):
    """The form of one API's requests and answers."""

    path: str

    def headers(self, key: Secret) -> dict[str, str]:
        """What authenticates a request."""
        ...

    def body(
        self, model: str, system: str, tools: Sequence[Tool], said: list[Message]
    ) -> dict[str, Any]:
        """A request for the next turn."""
        ...

    def turn(self, answer: Mapping[str, Any]) -> Turn:
        """The turn in an answer; raises KeyError, IndexError or TypeError if there is none."""
        ...

    def results(self, done: Sequence[Done]) -> list[Message]:
        """The messages that give a model the results of its calls."""
        ...
