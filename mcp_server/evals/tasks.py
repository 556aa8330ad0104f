"""Tasks: a question, the calls that answer it, and where in their results the answer stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from smtp2go_kit.shapes import is_list, is_object

FILE = Path(__file__).with_name("tasks.json")
REFERENCE = "$"
Part = TypeVar("Part", bound="Strict")


class Strict(BaseModel):
    """A part of the eval file, in which nothing is misspelt unnoticed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Place(Strict):
    """Where a value stands in the results of calls."""

    call: int = Field(ge=1, description="Number of the call, from 1 on")
    field: str = Field(description="A field of the answer, else a column of its rows")
    where: dict[str, Any] = Field(default={}, description="Only rows with these values")
    first: bool = Field(default=False, description="Only the first of them")

    def values(self, results: Sequence[Mapping[str, Any]]) -> list[Any]:
        """The values that stand there.

        Args:
            results: The structured content of each call.
        """
        result = results[self.call - 1]
        if self.field in result:
            return [result[self.field]]
        rows = [row for row in result.get("rows", []) if self._fits(row)]
        return [row.get(self.field) for row in (rows[:1] if self.first else rows)]

    def _fits(self, row: Mapping[str, Any]) -> bool:
        return all(row.get(name) == value for name, value in self.where.items())


class Expected(Place):
    """A part of the answer: each text stands in one of the values, and there are no others."""

    says: str | list[str]

    @property
    def texts(self) -> list[str]:
        """What an answer has to contain."""
        return [self.says] if isinstance(self.says, str) else self.says


class Scripted(Strict):
    """A call; an argument may be a place in an earlier result, as ``{"$": {...}}``."""

    tool: str
    arguments: dict[str, Any] = {}


class Task(Strict):
    """A question and its exact answer.

    In all texts ``{name}`` stands for the value given by that name.
    """

    id: str
    question: str
    given: dict[str, str] = {}
    mail: list[dict[str, Any]] = Field(default=[], description="Sent before, as email_send")
    calls: list[Scripted]
    changes: list[str] = Field(default=[], description="Tools that send or change, to be used")
    answer: list[Expected]
    never: list[str] = Field(default=[], description="What only a wrong answer contains")

    def filled(self, given: Mapping[str, str] | None = None) -> Task:
        """The task with its values in place.

        Args:
            given: Other values, for another account.
        """
        return _filled(self, {**self.given, **(given or {})})


class Suite(Strict):
    """All tasks, and the account they are about."""

    seed: int
    now: str
    tasks: list[Task]


def load(path: Path = FILE) -> Suite:
    """The tasks of an eval file.

    Args:
        path: The file.
    """
    return Suite.model_validate_json(path.read_bytes())


def resolved(value: Any, results: Sequence[Mapping[str, Any]]) -> Any:
    """An argument with the places in it looked up.

    Args:
        value: The argument as scripted.
        results: The structured content of the calls so far.
    """
    if is_object(value):
        if value.keys() == {REFERENCE}:
            return Place.model_validate(value[REFERENCE]).values(results)[0]
        return {name: resolved(inner, results) for name, inner in value.items()}
    return [resolved(inner, results) for inner in value] if is_list(value) else value


def _filled(part: Part, given: Mapping[str, str]) -> Part:
    return type(part).model_validate(_replaced(part.model_dump(), given))


def _replaced(value: Any, given: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for name, text in given.items():
            value = value.replace(f"{{{name}}}", text)
        return value
    if is_object(value):
        return {name: _replaced(inner, given) for name, inner in value.items()}
    return [_replaced(inner, given) for inner in value] if is_list(value) else value
