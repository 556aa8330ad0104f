"""What a form asks for: a field for each parameter, without any widget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin, get_type_hints

from smtp2go_kit.forms.entered import READERS, WRITERS
from smtp2go_kit.forms.shape import BLANKS, EMPTY, HINTS, NONE, Shape
from smtp2go_kit.operation import Endpoint, Parameter
from smtp2go_kit.shapes import is_list
from smtp2go_kit.types import Input, without_none

ACRONYMS = {"html": "HTML", "ip": "IP", "id": "ID", "ids": "IDs", "mime": "MIME", "ssl": "SSL"}
BY_INPUT = {
    Input.PASSWORD: Shape.PASSWORD,
    Input.MOMENT: Shape.MOMENT,
    Input.HTML: Shape.HTML,
}
BY_TYPE = {bool: Shape.FLAG, int: Shape.NUMBER}


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
        halves: Whether one half of a pair is enough.
        none: What is entered for an empty value, where that is one; else nothing.
    """

    name: str
    label: str
    help: str
    required: bool
    shape: Shape
    choices: tuple[Any, ...] = ()
    keys: tuple[str, ...] = ()
    halves: bool = False
    none: str = ""

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
        if self.none and str(entered).strip() == self.none:
            return EMPTY[self.shape]
        reader = READERS.get(self.shape)
        if reader is not None:
            return reader(self, entered)
        return entered if entered or entered is False else None

    def entered(self, value: Any) -> Any:
        """A value that the client takes, as it would be entered.

        Args:
            value: The value; None leaves the field blank.

        Raises:
            ValueError: The field cannot hold it; says why.
        """
        writer = WRITERS.get(self.shape)
        if value is None:
            return self.blank
        if (isinstance(value, str) or is_list(value)) and not value:
            return self.none or self.blank
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
        halves=shape is Shape.PAIRS and not item.__required_keys__,
        none=_none(parameter, shape),
    )


def _none(parameter: Parameter, shape: Shape) -> str:
    """What stands for an empty text or list, where such a value differs from none at all."""
    kind = parameter.kind
    if shape is Shape.LINES and parameter.required and "minItems" not in kind.bounds:
        return NONE[shape]
    is_empty = shape is Shape.LINE and kind.check is not None and kind.check("") is None
    return NONE[shape] if is_empty else ""


def _help(parameter: Parameter, shape: Shape) -> str:
    """The description; where a form takes a value in its own way, in the form's words."""
    text = parameter.description.replace("``", "")
    if shape not in HINTS:
        return text
    first, *more = text.rstrip(".").split("; ")
    most = parameter.kind.bounds.get("maxItems")
    hint = HINTS[shape] + (f", up to {most}" if most else "")
    hint += f", or {NONE[shape]} to remove every one" if _none(parameter, shape) else ""
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
