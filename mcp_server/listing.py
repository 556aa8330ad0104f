"""The rows of a frame, and what it tells beside them, cleaned for a model."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from mcp_server import budget
from mcp_server.answers import MOST_ABOUT, Redact, Row, cleaned
from mcp_server.refusal import Refused
from smtp2go_kit.tables import Table

if TYPE_CHECKING:
    import pandas as pd

    Frame = pd.DataFrame

STANDARD = frozenset(
    {"endpoint", "total", "truncated", "continue_token", "fetched_at", "request_id", "children"}
)
"""What every frame tells of itself, and a listing tells in its own way or not at all."""


MOST_TOLD = 6
"""Things that are told beside the rows."""


def columns_of(table: Table, fields: Sequence[str] | None, detailed: bool) -> list[str]:
    """The columns to show.

    Args:
        table: The declared columns.
        fields: Those that the model asks for.
        detailed: Whether to show all.

    Raises:
        Refused: A column is not known.
    """
    known = [name for name in (*table.columns, *table.children) if name not in table.secrets]
    if unknown := [name for name in fields or () if name not in known]:
        near = difflib.get_close_matches(unknown[0], known, 1, 0.5)
        meant = f" Did you mean {near[0]}?" if near else ""
        raise Refused(
            f"fields: {', '.join(unknown)[:200]} unknown.{meant} There are: {', '.join(known)}."
        )
    if fields:
        return list(dict.fromkeys(fields))
    return [*table.columns] if detailed else list(table.brief or table.columns)


def rows_of(frame: Frame, table: Table, columns: Sequence[str], redact: Redact) -> list[Row]:
    """The rows of a frame as cleaned values; what is missing is left out.

    Args:
        frame: The rows to show.
        table: Its declared columns.
        columns: The columns to show.
        redact: Masks secrets.
    """
    plain = [c for c in columns if c in frame.columns and c not in table.secrets]
    known = frame[plain]
    records: Any = known.astype(object).where(known.notna(), None).to_dict("records")
    nested = {name: _nested(frame, name) for name in columns if name in table.children}
    rows: list[Row] = []
    for number, record in enumerate(records):
        record |= {name: children(number) for name, children in nested.items()}
        values = {k: cleaned(_iso(v), redact) for k, v in record.items() if v is not None}
        rows.append({k: values[k] for k in columns if values.get(k) not in (None, "", [])})
    return rows


def row_prints(frame: Frame, table: Table) -> list[str]:
    """A short digest of what identifies each row, by which it is found again.

    Args:
        frame: The rows.
        table: Their declared columns.
    """
    # A row's state may change between two pages; the key of its nested records does not.
    keys = next(([*child.key] for child in table.children.values()), [*frame.columns])
    named = frame[keys].itertuples(index=False, name=None)
    texts = ("\x1f".join(map(str, row)) for row in named)
    return [hashlib.sha256(t.encode("utf-8", "replace")).hexdigest()[:8] for t in texts]


def _nested(frame: Frame, name: str) -> Callable[[int], list[Any]]:
    """The records under each row, by the row's number."""
    from smtp2go_kit.frames import child_frame

    child = child_frame(frame, name)
    keys: list[str] = frame.attrs["children"].frames[name].attrs["key"]
    flat = frame.reset_index(drop=True)

    def under(number: int) -> list[Any]:
        of_row = child
        for key in keys:
            of_row = of_row[of_row[key] == flat.loc[number, key]]
        records: Any = of_row.drop(columns=keys).astype(object).to_dict("records")
        return [{k: _iso(v) for k, v in r.items() if not _is_missing(v)} for r in records[:20]]

    return under


def _is_missing(value: Any) -> bool:
    import pandas as pd

    return pd.isna(value) is True


def _iso(value: Any) -> Any:
    """A moment as text in UTC, to the second; a number of numpy's as Python's own."""
    if hasattr(value, "isoformat"):
        return f"{value.strftime('%Y-%m-%dT%H:%M:%S')}Z"
    return value.item() if hasattr(value, "item") else value


def about(frame: Frame, table: Table, redact: Redact) -> dict[str, Any]:
    """What a frame tells beside its rows.

    Args:
        frame: What the client returned.
        table: Its declared columns.
        redact: Masks secrets.
    """
    hidden = {*STANDARD, *table.total}
    attrs = {str(k): v for k, v in frame.attrs.items()}
    told = {k: v for k, v in attrs.items() if k not in hidden and v not in (None, "")}
    if window := told.pop("window", None):
        told = {"window": f"{window[0]} to {window[1]}", **told}
    shown: dict[str, Any] = cleaned(told, redact)
    costs = {name: budget.tokens(f"{name}{value}") for name, value in shown.items()}
    kept = {name: value for name, value in shown.items() if costs[name] <= MOST_ABOUT}
    return dict(list(kept.items())[:MOST_TOLD])
