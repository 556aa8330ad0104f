"""Answers for a model: a compact table or a few lines, and the same as data, within a budget."""

from __future__ import annotations

import csv
import functools
import io
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mcp_server import budget
from mcp_server.schema import Schema
from mcp_server.schema import fitting as schema_fitting
from mcp_server.untrusted import UNTRUSTED, clean, fenced
from smtp2go_kit.secret import Secret
from smtp2go_kit.shapes import is_list, is_object

if TYPE_CHECKING:
    from mcp_types import CallToolResult

Row = dict[str, Any]
Redact = Callable[[str], str]
NOTHING = "Nothing matches."
WINDOW = "window"
MOST_DEPTH = 8
"""Levels of an answer that are shown."""
CELLS = (60, 20)
"""Characters of a cell where not even one row would fit, tried in turn."""
MOST_ABOUT = 400
"""Tokens of one thing that is told beside the rows."""


@dataclass(frozen=True)
class Listing:
    """Rows to show, with where they stand among all.

    Args:
        columns: The columns in order.
        rows: Cleaned values by column; missing ones left out.
        total: All matching records; a lower bound if more is unknown.
        cursor: Gives the cursor after so many of these rows, or None at the end.
        about: What else is to be told, by name.
        lead: A line of the server's own before all.
        nothing: What to say in place of no rows.
    """

    columns: Sequence[str]
    rows: Sequence[Row]
    total: int
    cursor: Callable[[int], str | None] = lambda count: None  # noqa: ARG005 - a default: the end
    about: Mapping[str, Any] = field(default_factory=dict[str, Any])
    lead: str = ""
    nothing: str = NOTHING

    def answer(self) -> CallToolResult:
        """As many of the rows as fit, as text and as data; at least one, with shorter cells."""
        made, count = fitting(
            len(self.rows), budget.MOST, functools.partial(self._shown, self.rows)
        )
        for most in CELLS:
            if count or not self.rows:
                break
            rows = [shorter(row, most) for row in self.rows]
            made, count = fitting(len(rows), budget.MOST, functools.partial(self._shown, rows))
        return made

    def _shown(self, all_rows: Sequence[Row], count: int) -> tuple[str, dict[str, Any]]:
        rows, cursor = all_rows[:count], self.cursor(count)
        facts = [f"{count} of {self.total:,}"]
        facts += [f'next: cursor="{cursor}"'] if cursor else []
        own, foreign = noted(self.about)
        table = fenced("\n".join([as_csv(self.columns, rows), *foreign])) if rows else self.nothing
        facts += own
        data: dict[str, Any] = {"rows": list(rows), "shown": count, "total": self.total}
        data |= {"cursor": cursor} if cursor else {}
        data |= {"about": dict(self.about)} if self.about else {}
        lead = [self.lead] if self.lead else []
        return "\n".join([*lead, table, ", ".join(facts)]), data


def shorter(value: Any, most: int) -> Any:
    """A cleaned value with shorter texts and lists.

    Args:
        value: A row, or a value in it.
        most: Characters of a text; as many entries of a list as a tenth of that.
    """
    if is_object(value):
        return {k: shorter(v, most) for k, v in value.items()}
    if is_list(value):
        return [shorter(entry, most) for entry in value[: most // 10]]
    return clean(value, most) if isinstance(value, str) else value


def noted(about: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """What is told beside rows, as lines: the server's own, and the service's words.

    Args:
        about: Cleaned values by name.
    """
    lines = {name: f"{name}: {_inline(value)}" for name, value in about.items()}
    own = [line for name, line in lines.items() if name == WINDOW]
    return own, [line for name, line in lines.items() if name != WINDOW]


def fitting(
    count: int, most: int, shown: Callable[[int], tuple[str, dict[str, Any]]]
) -> tuple[CallToolResult, int]:
    """The answer with the most rows that keeps within a number of tokens, and how many it has.

    Args:
        count: Rows there are.
        most: Tokens the answer may take.
        shown: Gives the text and the data with so many rows.
    """
    while True:
        text, data = shown(count)
        cost = cost_of(text, data)
        if count == 0 or cost <= most:
            return answer(text, data), count
        count = min(count - 1, count * most // cost)


def answer(text: str, data: Any, meta: Mapping[str, Any] = UNTRUSTED) -> CallToolResult:
    """A tool's result.

    Args:
        text: For the model.
        data: The same for a program.
        meta: Whether the text is to be trusted.
    """
    from mcp_types import CallToolResult, TextContent

    content = TextContent(type="text", text=text)
    return CallToolResult(content=[content], structured_content=data, _meta=dict(meta))


def told(
    values: Mapping[str, Any], redact: Redact, schema: Schema, lead: str = ""
) -> CallToolResult:
    """An answer of a few named values.

    Args:
        values: What the service answered.
        redact: Masks secrets.
        schema: What a client expects of the data.
        lead: A line of the server's own before it.
    """
    shown = cleaned(values, redact)
    lines = [f"{name}: {_inline(value)}" for name, value in shown.items() if value != []]
    while (cost := cost_of("\n".join(lines), shown)) > budget.MOST:
        kept = min(len(shown) - 1, len(shown) * budget.MOST // cost)
        shown = dict(list(shown.items())[:kept])
        lines = [*lines[:kept], "(the rest is too long to show)"]
    body = fenced("\n".join(lines)) if lines else "The service answered no details."
    return answer(f"{lead}\n{body}" if lead else body, schema_fitting(shown, schema))


def cleaned(value: Any, redact: Redact, depth: int = 0) -> Any:
    """A value of an answer, with every text in it cleaned.

    Args:
        value: What the service answered.
        redact: Masks secrets.
        depth: Levels above it.
    """
    if depth > MOST_DEPTH:
        return "(more)"
    if is_object(value):
        shown = {k: v for k, v in value.items() if v is not None and not isinstance(v, Secret)}
        return {clean(redact(str(k)), 60): cleaned(v, redact, depth + 1) for k, v in shown.items()}
    if is_list(value):
        return [cleaned(entry, redact, depth + 1) for entry in value[:100]]
    if isinstance(value, float):
        return round(value, 2) if math.isfinite(value) else None
    if value is None or isinstance(value, (bool, int)):
        return value
    return clean(redact(str(value)))


def as_csv(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """Rows as CSV with a header.

    Args:
        columns: The columns in order.
        rows: Values by column.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([[_inline(row.get(name, "")) for name in columns] for row in rows])
    return file.getvalue().rstrip("\n")


def _inline(value: Any) -> str:
    if is_object(value):
        return " ".join(f"{k}={_inline(v)}" for k, v in value.items() if v not in ("", []))
    if is_list(value):
        return "; ".join(map(_inline, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def cost_of(text: str, data: Any) -> int:
    """At least the tokens that an answer takes.

    Args:
        text: Its text.
        data: The same as data.
    """
    return budget.tokens(text) + budget.tokens(json.dumps(data, ensure_ascii=False))
