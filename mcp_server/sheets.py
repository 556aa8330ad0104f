"""Answers of analyses: sentences and the same as data, within a number of tokens."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mcp_server import budget
from mcp_server.answers import NOTHING, Redact, cost_of, fitting
from mcp_server.masking import masked
from mcp_server.untrusted import clean, fenced
from smtp2go_kit.shapes import is_many, is_mapping

if TYPE_CHECKING:
    from mcp_types import CallToolResult

LETTERS = (500, 200, 80, 30)
"""Characters of one foreign text, tried in turn until the answer fits."""
MOST_ENTRIES = 100
AIM = 4_000
"""Tokens of an answer that was not asked for in full; by the vocabulary it is some 2,000."""


@dataclass(frozen=True)
class Ink:
    """Writes foreign text: on one line, cleaned, cut, without secrets and people's addresses.

    Args:
        redact: Masks secrets.
        shows: Whether addresses are shown.
        kept: Addresses that are shown in any case, in small letters.
        letters: Characters of a text that are kept.
    """

    redact: Redact
    shows: bool = False
    kept: frozenset[str] = frozenset()
    letters: int = LETTERS[0]

    def __call__(self, text: Any, most: int | None = None) -> str:
        """A text as it is shown.

        Args:
            text: What somebody wrote.
            most: Characters to keep, where it is not the usual number.
        """
        told = self.redact(str(text)[: 8 * LETTERS[0]])
        # Masked before it is cut, as half an address is not known for one.
        return clean(told if self.shows else masked(told, self.kept), most or self.letters)

    def value(self, value: Any) -> Any:
        """A value for JSON with every text in it as it is shown.

        Args:
            value: Plain data of a result.
        """
        if is_mapping(value):
            return {clean(str(k), 60): self.value(v) for k, v in value.items()}
        if is_many(value):
            return [self.value(entry) for entry in [*value][:MOST_ENTRIES]]
        if isinstance(value, float):
            return round(value, 5) if math.isfinite(value) else None
        return value if value is None or isinstance(value, bool | int) else self(value)

    def keeping(self, addresses: Iterable[str]) -> Ink:
        """The same, with further addresses shown.

        Args:
            addresses: The addresses.
        """
        kept = self.kept | {address.lower() for address in addresses}
        return Ink(self.redact, self.shows, kept, self.letters)

    def with_letters(self, letters: int) -> Ink:
        """The same with another length of texts.

        Args:
            letters: Characters of a text that are kept.
        """
        return Ink(self.redact, self.shows, self.kept, letters)


@dataclass(frozen=True)
class Page:
    """What is shown at one size.

    Args:
        lead: The server's own words before the foreign ones.
        lines: Lines with foreign text, written with ink.
        data: The same for a program.
        tail: The server's own words after them: what to call next.
    """

    lead: str
    lines: Sequence[str]
    data: Mapping[str, Any]
    tail: str = ""

    @property
    def text(self) -> str:
        """All of it, what is foreign between marks."""
        body = fenced("\n".join(self.lines)) if self.lines else NOTHING
        return "\n".join(part for part in (self.lead, body, self.tail) if part)


@dataclass(frozen=True)
class Sheet:
    """An answer whose parts are left out from the end, and then cut, until it fits.

    Args:
        parts: How many parts there are.
        shown: Gives the page with so many of them, written with some ink.
        most: Tokens to keep within, where one part fits at all.
    """

    parts: int
    shown: Callable[[int, Ink], Page]
    most: int = budget.MOST

    def answer(self, ink: Ink) -> CallToolResult:
        """The largest page that fits.

        Args:
            ink: What foreign text is written with.
        """
        *longer, least = (ink.with_letters(letters) for letters in LETTERS)
        for size in longer:
            write = functools.partial(self._written, size)
            made, count = fitting(self.parts, self.most, write)
            if count or (not self.parts and cost_of(*write(0)) <= self.most):
                return made
        made, _ = fitting(self.parts, self.most, functools.partial(self._written, least))
        return made

    def _written(self, ink: Ink, count: int) -> tuple[str, dict[str, Any]]:
        page = self.shown(count, ink)
        return page.text, dict(page.data)


def present(data: Mapping[str, Any]) -> dict[str, Any]:
    """Data less what says nothing: None, empty texts and lists.

    Args:
        data: Values by name.
    """
    return {k: v for k, v in data.items() if v is not None and v != "" and v not in ([], (), {})}


def minutes(moment: Any) -> str:
    """A moment to the minute, in UTC; a missing one in words.

    Args:
        moment: A pandas timestamp.
    """
    return f"{moment:%Y-%m-%dT%H:%MZ}" if moment == moment else "an unknown time"  # noqa: PLR0124 - a missing time is not itself
