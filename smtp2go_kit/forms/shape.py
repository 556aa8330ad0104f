"""How a field is filled in: its shape, what it holds while it is blank, and uploaded files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any


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
        mimetype: What kind it is; told by its name if not given.
    """

    name: str
    content: bytes = field(repr=False)
    mimetype: str = ""

    @property
    def size(self) -> int:
        """Its bytes as they are sent, in base64."""
        return -(-len(self.content) // 3) * 4


HINTS: Mapping[Shape, str] = {
    Shape.LINES: "one per line",
    Shape.PAIRS: "as Name: value, one per line",
    Shape.FILES: "any number of files",
    Shape.EMAIL: "one file, such as one that ends in .eml",
    Shape.MOMENT: "as 2026-11-01, 2026-11-01T09:30 or, for 7 days ago, 7d",
}
NONE = {Shape.LINE: '""', Shape.LINES: "(none)"}
EMPTY: Mapping[Shape, Any] = {Shape.LINE: "", Shape.LINES: []}
BLANKS: Mapping[Shape, Any] = {
    Shape.CHOICE: None,
    Shape.FLAG: None,
    Shape.PASSWORD: None,
    Shape.CHOICES: (),
    Shape.FILES: (),
    Shape.EMAIL: (),
}
