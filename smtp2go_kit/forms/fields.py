"""What a form asks for: a field for each parameter, without any widget."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Literal, get_args, get_origin, get_type_hints

from smtp2go_kit import attachments
from smtp2go_kit.operation import Endpoint, Parameter
from smtp2go_kit.secret import Secret
from smtp2go_kit.types import Input, without_none

ACRONYMS = {"html": "HTML", "ip": "IP", "id": "ID", "ids": "IDs", "mime": "MIME", "ssl": "SSL"}


class Shape(Enum):
    """How a field is filled in."""

    LINE = auto()
    PARAGRAPH = auto()
    HTML = auto()
    LINES = auto()
    PAIRS = auto()
    NUMBER = auto()
    CHOICE = auto()
    CHOICES = auto()
    FLAG = auto()
    MOMENT = auto()
    FILES = auto()
    EMAIL = auto()
    PASSWORD = auto()


@dataclass(frozen=True)
class Upload:
    """A file that was given to a form.

    Args:
        name: Its name.
        content: Its bytes.
    """

    name: str
    content: bytes = field(repr=False)

    @property
    def size(self) -> int:
        """Its bytes as they are sent, in base64."""
        return -(-len(self.content) // 3) * 4


@dataclass(frozen=True)
class Field:
    """One field of a form.

    Args:
        name: The parameter's name.
        label: What stands before it, in words.
        help: The parameter's description.
        required: Whether it must be filled in.
        shape: How it is filled in.
        choices: What may be chosen.
        keys: The names of a pair's two halves.
    """

    name: str
    label: str
    help: str
    required: bool
    shape: Shape
    choices: tuple[Any, ...] = ()
    keys: tuple[str, ...] = ()

    @property
    def blank(self) -> Any:
        """What it holds as long as nothing is filled in."""
        return BLANKS.get(self.shape, "")

    def read(self, entered: Any) -> Any:
        """What was entered as the value that the client takes; None if nothing was.

        Args:
            entered: Text, a choice, or files.

        Raises:
            ValueError: It cannot be read; says why.
        """
        reader = READERS.get(self.shape)
        if reader is not None:
            return reader(self, entered)
        return entered if entered or entered is False else None

    def entered(self, value: Any) -> Any:
        """A value that the client takes, as it would be entered.

        Args:
            value: The value; None leaves the field blank.
        """
        writer = WRITERS.get(self.shape)
        if value is None or value == "":
            return self.blank
        return writer(self, value) if writer is not None else value


def fields_of(operation: Endpoint) -> tuple[Field, ...]:
    """The fields that an operation's form has.

    Args:
        operation: The operation.
    """
    return tuple(_field(p) for p in operation.parameters if not p.kind.local)


def label_of(name: str) -> str:
    """A parameter's name in words.

    Args:
        name: The name, such as ``html_body``.
    """
    words = [ACRONYMS.get(word, word) for word in name.split("_")]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])


def _field(parameter: Parameter) -> Field:
    shape = _shape(parameter)
    item = _item(parameter.kind.wire)
    choices = get_args(parameter.kind.wire if shape is Shape.CHOICE else item)
    return Field(
        parameter.name,
        label_of(parameter.name),
        _help(parameter, shape),
        parameter.required,
        shape,
        choices if shape in (Shape.CHOICE, Shape.CHOICES) else (),
        tuple(get_type_hints(item)) if shape is Shape.PAIRS else (),
    )


def _help(parameter: Parameter, shape: Shape) -> str:
    """The description; where a form takes a value in its own way, in the form's words."""
    text = parameter.description.replace("``", "")
    if shape not in HINTS:
        return text
    first, *more = text.rstrip(".").split("; ")
    most = parameter.kind.bounds.get("maxItems")
    hint = HINTS[shape] + (f", up to {most}" if most else "")
    kept = [clause for clause in more if "if not given" in clause or "no newline" in clause]
    return f"{'; '.join([first.partition(': ')[0].rstrip(','), hint, *kept])}."


def _item(wire: Any) -> Any:
    """What a list holds; None where it is no list."""
    return without_none(get_args(wire)[0]) if get_origin(wire) is list else None


def _shape(parameter: Parameter) -> Shape:
    kind, item = parameter.kind, _item(parameter.kind.wire)
    if kind.input is Input.FILES:
        return Shape.FILES if item else Shape.EMAIL
    if kind.input in BY_INPUT:
        return BY_INPUT[kind.input]
    if item is not None:
        return _shape_of_list(item)
    if get_origin(kind.wire) is Literal:
        return Shape.CHOICE
    if kind.wire in BY_TYPE:
        return BY_TYPE[kind.wire]
    return Shape.PARAGRAPH if kind.input is Input.PARAGRAPH else Shape.LINE


def _shape_of_list(item: Any) -> Shape:
    if get_origin(item) is Literal:
        return Shape.CHOICES
    return Shape.PAIRS if hasattr(item, "__required_keys__") else Shape.LINES


HINTS: Mapping[Shape, str] = {
    Shape.LINES: "one per line",
    Shape.PAIRS: "as Name: value, one per line",
    Shape.FILES: "any number of files",
    Shape.EMAIL: "one file, such as one that ends in .eml",
    Shape.MOMENT: "as 2026-11-01, 2026-11-01T09:30 or, for 7 days ago, 7d",
}
BY_INPUT = {
    Input.PASSWORD: Shape.PASSWORD,
    Input.MOMENT: Shape.MOMENT,
    Input.HTML: Shape.HTML,
}
BY_TYPE = {bool: Shape.FLAG, int: Shape.NUMBER}
BLANKS: Mapping[Shape, Any] = {
    Shape.CHOICE: None,
    Shape.FLAG: None,
    Shape.PASSWORD: None,
    Shape.CHOICES: (),
    Shape.FILES: (),
    Shape.EMAIL: (),
}


def _line(_: Field, text: str) -> str | None:
    return text.strip() or None


def _paragraph(_: Field, text: str) -> str | None:
    return text if text.strip() else None


def _lines(_: Field, text: str) -> list[str] | None:
    return [line.strip() for line in text.splitlines() if line.strip()] or None


def _number(_: Field, text: str) -> int | None:
    plain = text.strip().replace(",", "")
    if not plain:
        return None
    if not plain.isdecimal():
        raise ValueError(f"expected a whole number, got {text.strip()!r}")
    return int(plain)


def _pairs(asked: Field, text: str) -> list[dict[str, str]] | None:
    pairs = [_pair(asked, line) for line in _lines(asked, text) or []]
    return pairs or None


def _pair(asked: Field, line: str) -> dict[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name.strip():
        raise ValueError(f"write each line as Name: value; {line!r} has no name and colon")
    first, second = asked.keys
    return {first: name.strip(), second: value.strip()}


def _choices(_: Field, chosen: tuple[Any, ...]) -> list[Any] | None:
    return list(chosen) or None


def _files(_: Field, uploads: tuple[Upload, ...]) -> list[dict[str, Any]] | None:
    return [{"filename": u.name, "content": u.content} for u in uploads] or None


def _email(_: Field, uploads: tuple[Upload, ...]) -> bytes | None:
    if len(uploads) > 1:
        raise ValueError(f"one email at a time, got {len(uploads)} files; remove the others")
    return uploads[0].content if uploads else None


READERS: Mapping[Shape, Callable[[Field, Any], Any]] = {
    Shape.LINE: _line,
    Shape.MOMENT: _line,
    Shape.PARAGRAPH: _paragraph,
    Shape.HTML: _paragraph,
    Shape.LINES: _lines,
    Shape.NUMBER: _number,
    Shape.PAIRS: _pairs,
    Shape.CHOICES: _choices,
    Shape.FILES: _files,
    Shape.EMAIL: _email,
}


def _as_lines(_: Field, value: Any) -> str:
    return value if isinstance(value, str) else "\n".join(map(str, value))


def _as_pairs(asked: Field, value: Any) -> str:
    if isinstance(value, Mapping) and not {*asked.keys} <= {*value}:  # pyright: ignore[reportUnknownArgumentType] - any mapping
        return "\n".join(f"{name}: {text}" for name, text in value.items())  # pyright: ignore[reportUnknownVariableType] - as above
    pairs: list[Any] = [value] if isinstance(value, Mapping) else list(value)
    return "\n".join(": ".join(str(pair.get(key, "")) for key in asked.keys) for pair in pairs)


def _as_uploads(_: Field, value: Any) -> tuple[Upload, ...]:
    if isinstance(value, Upload):
        return (value,)
    blobs = attachments.files(value)
    return tuple(Upload(b["filename"], base64.b64decode(b["fileblob"])) for b in blobs)


def _as_email(_: Field, value: Any) -> tuple[Upload, ...]:
    content = value if isinstance(value, bytes) else value.as_bytes()
    return (Upload("email.eml", content),)


WRITERS: Mapping[Shape, Callable[[Field, Any], Any]] = {
    Shape.LINE: lambda _, value: str(value),
    Shape.MOMENT: lambda _, value: str(value),
    Shape.NUMBER: lambda _, value: str(value),
    Shape.LINES: _as_lines,
    Shape.PAIRS: _as_pairs,
    Shape.CHOICES: lambda _, value: (value,) if isinstance(value, str) else tuple(value),
    Shape.FILES: _as_uploads,
    Shape.EMAIL: _as_email,
    Shape.PASSWORD: lambda _, value: value if isinstance(value, Secret) else Secret(value),
}
