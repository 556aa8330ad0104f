"""A short report: a heading, sentences, a table and what to do, as text and as HTML.

What others wrote is made harmless here, so it comes here as it was.
"""

from __future__ import annotations

import textwrap
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from smtp2go_kit.triage.action import Action
from smtp2go_kit.triage.health.page import PART, Cell, _list, _table
from smtp2go_kit.triage.health.report import WIDTH, _wrapped
from smtp2go_kit.triage.wording import ascii_only, plain

MOST = 40
"""Most rows of a table that are shown; JSON and frames have them all."""
LONGEST = 700
"""Characters of a sentence that are shown."""
WIDEST = 30
"""Columns of a table's cell in text, but for the last, which goes below if it is too long."""
BELOW = " " * 6
MOST_ACTIONS = 10
"""Most actions that are shown."""


@dataclass(frozen=True)
class Sheet:
    """What a result shows of itself.

    Args:
        title: The heading.
        lines: Sentences below it.
        heads: The table's column names; the last column holds the longest texts.
        rows: The table's cells.
        actions: What to do, in this order.
        unseen: What could not be seen, and why.
    """

    title: str
    lines: Sequence[str]
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    actions: Sequence[Action] = ()
    unseen: Sequence[str] = ()


class Shown(ABC):
    """A result that shows itself in a terminal and in a notebook."""

    @abstractmethod
    def _sheet(self) -> Sheet: ...

    def __repr__(self) -> str:
        return text(self._sheet())

    def _repr_html_(self) -> str:
        return html(self._sheet())


def text(sheet: Sheet) -> str:
    """A sheet as ASCII text of at most 100 columns.

    Args:
        sheet: What to show.
    """
    sections = (
        ("", [*_paragraphs([sheet.title]), *_paragraphs(sheet.lines)]),
        ("", [*_lines(sheet)]),
        ("What to do", [*_items(_actions(sheet))]),
        ("Could not see", [*_items(sheet.unseen)]),
    )
    return "\n\n".join(
        "\n".join([title, *lines] if title else lines) for title, lines in sections if lines
    )


def _actions(sheet: Sheet) -> list[str]:
    shown = [str(action) for action in sheet.actions[:MOST_ACTIONS]]
    more = len(sheet.actions) - MOST_ACTIONS
    return [*shown, f"... and {more:,} more of the kind."] if more > 0 else shown


def _paragraphs(sentences: Sequence[str]) -> Iterator[str]:
    for sentence in sentences:
        yield from _wrapped(plain(sentence, LONGEST), "", "")


def _items(sentences: Sequence[str]) -> Iterator[str]:
    for place, sentence in enumerate(sentences, 1):
        yield from _wrapped(plain(sentence, 2 * LONGEST), f"{place:>3}. ", "     ")


def _lines(sheet: Sheet) -> Iterator[str]:
    shown = [[ascii_only(plain(cell)) for cell in row] for row in sheet.rows[:MOST]]
    if not shown:
        return
    table = [[*sheet.heads], *shown]
    widths = [min(WIDEST, max(map(len, column))) for column in zip(*table, strict=True)][:-1]
    for row in table:
        yield from _line(row, widths)
    if len(sheet.rows) > MOST:
        yield f"  ... and {len(sheet.rows) - MOST:,} more"


def _line(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    *cells, last = row
    # What does not fit pushes the rest to the right: nothing is left out.
    head = "  " + "".join(f"{c:<{w}}  " for c, w in zip(cells, widths, strict=True))
    if len(head) + len(last) <= WIDTH:
        return [f"{head}{last}".rstrip()]
    below = textwrap.wrap(
        last, WIDTH, initial_indent=BELOW, subsequent_indent=BELOW, break_on_hyphens=False
    )
    return [head.rstrip(), *below]


def html(sheet: Sheet) -> str:
    """A sheet as a part of a page; MathJax leaves its dollar signs alone.

    Args:
        sheet: What to show.
    """
    said = "".join(f"<p>{_safe(line, LONGEST)}</p>\n" for line in sheet.lines)
    heads: list[Cell] = [("", escape(head)) for head in sheet.heads]
    rows: list[list[Cell]] = [[("", _safe(c)) for c in row] for row in sheet.rows[:MOST]]
    more = len(sheet.rows) - MOST
    rest = f"<p>... and {more:,} more</p>\n" if more > 0 else ""
    return (
        f'<div class="mail-health tex2jax_ignore mathjax_ignore">\n<style>\n{PART}</style>\n'
        f"<h3>{_safe(sheet.title)}</h3>\n{said}{_table('', heads, rows)}{rest}"
        f"{_section('What to do', _actions(sheet))}"
        f"{_section('Could not see', sheet.unseen)}</div>"
    )


def _section(title: str, lines: Sequence[str]) -> str:
    return f"<h4>{title}</h4>\n{_list(lines, 'ol')}" if lines else ""


def _safe(foreign: str, longest: int = 300) -> str:
    return escape(plain(foreign, longest))
