"""Records counted by what they have in common, so that a model need not read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mcp_types import CallToolResult

from mcp_server import budget
from mcp_server.answers import Redact, Row, as_csv, cleaned, fitting, noted
from mcp_server.listing import about
from mcp_server.untrusted import fenced
from smtp2go_kit.tables import TIME, Table

if TYPE_CHECKING:
    import pandas as pd

SUFFIX = "_domain"
COUNT = "count"
NARROW = "(to see more, group by less or narrow the search)"
PERIODS = {"day": "%Y-%m-%d", "hour": "%Y-%m-%dT%H:00Z"}


@dataclass(frozen=True)
class Counts:
    """How many records there are of each kind: the largest, or by time where that is first.

    Args:
        groups: What they are counted by.
        rows: Cleaned values and the count of each shown kind.
        records: All records, to which the counts add up.
        kinds: All kinds.
        total: The records there are, where not all were counted.
        about: What else is to be told, by name.
        nothing: What to say in place of no rows.
    """

    groups: Sequence[str]
    rows: Sequence[Row]
    records: int
    kinds: int
    total: int
    about: Mapping[str, Any]
    nothing: str

    @classmethod
    def of(
        cls,
        frame: pd.DataFrame,
        table: Table,
        groups: Sequence[str],
        limit: int,
        redact: Redact,
        nothing: str,
    ) -> Counts:
        """Count all records of a frame.

        Args:
            frame: The records.
            table: Their declared columns.
            groups: What to count by.
            limit: Most kinds to show.
            redact: Masks secrets.
            nothing: What to say in place of no rows.
        """
        import pandas as pd

        keys = pd.DataFrame({name: _key(frame, table, name) for name in groups})
        sizes = keys.astype("str").fillna("").value_counts().reset_index(name=COUNT)
        order = [False] + [True] * len(groups)
        top = sizes.sort_values([COUNT, *groups], ascending=order).head(limit)
        rows = [
            {**{str(k): cleaned(v, redact) for k, v in row.items()}, COUNT: int(row[COUNT])}
            for row in top.to_dict("records")
        ]
        told = about(frame, table, redact)
        return cls(groups, rows, len(frame), len(sizes), frame.attrs["total"], told, nothing)

    def answer(self) -> CallToolResult:
        """As many kinds as fit, and how many others there are."""
        made, _ = fitting(len(self.rows), budget.MOST_COUNTED, self._shown)
        return made

    def _shown(self, count: int) -> tuple[str, dict[str, Any]]:
        rows = list(self.rows[:count])
        if self.groups[0] in PERIODS:
            rows.sort(key=lambda row: str(row[self.groups[0]]))
        facts = [f"records: {self.records:,}, groups: {self.kinds:,}"]
        about = dict(self.about)
        if others := self.kinds - len(rows):
            rest = self.records - sum(row[COUNT] for row in rows)
            facts.append(f"not shown: {others:,} groups with {rest:,} records {NARROW}")
            about["not_shown"] = {"groups": others, "records": rest}
        if self.total > self.records:
            facts.append(f"only the first {self.records:,} of {self.total:,}: narrow the dates")
        own, foreign = noted(self.about)
        facts += own
        shown = "\n".join([as_csv([*self.groups, COUNT], rows), *foreign])
        table = fenced(shown) if rows else self.nothing
        data = {"rows": rows, "shown": count, "total": self.records, "about": about}
        return f"{table}\n{', '.join(facts)}", data


def _key(frame: pd.DataFrame, table: Table, name: str) -> pd.Series[Any]:
    from smtp2go_kit.triage.health.copies import domain_of
    from smtp2go_kit.triage.responses import normalised

    if name.endswith("response"):
        # Ids and addresses make each answer unique, so they are masked.
        masked = {text: normalised(text) for text in frame[name].dropna().unique()}
        return frame[name].map(masked)
    if name in frame.columns:
        return frame[name]
    if name in PERIODS:
        shown = table.brief or tuple(table.columns)
        first = next(column for column in shown if table.columns[column] == TIME)
        periods: pd.Series[Any] = frame[first].dt.strftime(PERIODS[name])
        return periods
    return domain_of(frame[name.removesuffix(SUFFIX)])
