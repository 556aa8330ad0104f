"""Numbers and foreign text as words, the same in text and HTML."""

from __future__ import annotations

from typing import Any

import pandas as pd

LONGEST = 300
"""Characters of a foreign text that are shown."""


def rows(table: pd.DataFrame | None) -> list[Any]:
    """The rows of a table, with its columns as attributes; none where there is no table."""
    return [] if table is None else list(table.itertuples())


def number(value: object) -> str:
    """A count with thousands separated."""
    return f"{value:,}"


def percent(value: float | None) -> str:
    """A percentage with two digits after the point."""
    return "-" if value is None else f"{value:.2f} %"


def share(count: int, of: int) -> str:
    """A share as counts and percentage, without words around it."""
    return f"{number(count)} of {number(of)} ({percent(100 * count / of)})"


def span(days: float) -> str:
    """A time span in days, or hours where it is short."""
    for unit, size in (("day", 1.0), ("hour", 1 / 24), ("minute", 1 / 1440)):
        if days >= 2 * size or unit == "minute":
            return f"{days / size:.3g} {unit}s"
    raise AssertionError("the last unit takes any span")


def and_more(named: list[str], of: int) -> str:
    """A list of names, and how many are left out."""
    return ", ".join(named) + (f" and {of - len(named)} more" if of > len(named) else "")


def plain(text: str, longest: int = LONGEST) -> str:
    r"""A foreign text on one line that can do nothing to a terminal or to the lines around it.

    Control and direction characters are shown as their escapes, for example ``\x1b``.

    Args:
        text: The text.
        longest: Characters to keep, 4 or more.
    """
    line = " ".join(text[: 4 * longest].split())
    shown = visible(line)
    return shown if len(shown) <= longest else f"{shown[: longest - 3]}..."


def visible(text: str) -> str:
    """A text whose control and direction characters, but for newlines, are their escapes."""
    return "".join(c if c.isprintable() or c == "\n" else _escaped(c) for c in text)


def ascii_only(text: str) -> str:
    """A text in ASCII, with everything else as its escape."""
    return text.encode("ascii", "backslashreplace").decode()


def _escaped(character: str) -> str:
    return ascii_only(character) if not character.isascii() else f"\\x{ord(character):02x}"
