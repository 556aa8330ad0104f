"""Reads: the records a tool asks for, listed or counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mcp_types import CallToolResult

from mcp_server.answers import NOTHING, Listing, Redact, cleaned, told
from mcp_server.counting import Counts
from mcp_server.cursors import Place, fingerprint, place_of, window_of
from mcp_server.listing import about, columns_of, row_prints, rows_of
from mcp_server.refusal import Refused
from mcp_server.schema import is_listing, output_schema
from mcp_server.setup import Setup
from smtp2go_kit.call import Call
from smtp2go_kit.operation import Effect, Endpoint
from smtp2go_kit.progress import Progress
from smtp2go_kit.tables import Table

if TYPE_CHECKING:
    import pandas as pd

Given = Mapping[str, Any]
ROW_ARGUMENTS = ("cursor", "fields", "detail")
MOST_COUNTED = 200_000
"""Records that are counted at most: 200 requests of activity, some three minutes."""


class Reported(Progress):
    """Tells a client how far a long search has come.

    Args:
        report: Takes rows fetched and rows in all.
    """

    def __init__(self, report: Callable[[float, float], None]) -> None:
        self._report = report

    @property
    def update(self) -> Callable[[int, int], None]:
        """Takes the rows fetched so far and the rows in all."""
        return self._report

    def close(self) -> None:
        """Nothing is left open."""


def read(
    setup: Setup, operation: Endpoint, own: Given, added: Given, progress: Progress
) -> CallToolResult:
    """The answer of a reading tool.

    Args:
        setup: What the server was started with.
        operation: What to read.
        own: Its arguments.
        added: The tool's own: limit, cursor, fields, detail, group_by.
        progress: Told how far a long search has come.
    """
    table = operation.declared.table
    if table is None or not is_listing(operation):
        call = setup.client._prepare(operation, (), dict(own))
        return shown(operation, setup.client._perform(call, progress), setup.redact)
    kind = _counted if added.get("group_by") else _listed
    return kind(setup, operation, own, added, progress).answer()


def _counted(
    setup: Setup, operation: Endpoint, own: Given, added: Given, progress: Progress
) -> Counts:
    table, pages = operation.declared.table, operation.declared.pages
    assert table is not None  # noqa: S101 - narrows for the type checkers
    if beside := [name for name in ROW_ARGUMENTS if added[name] is not None]:
        raise Refused(
            f"{operation.name}: {', '.join(beside)}: these are for rows, and group_by counts. "
            "Leave them out, or group_by."
        )
    asked = {**own, pages.size: MOST_COUNTED} if pages else own
    call = setup.client._prepare(operation, (), dict(asked))
    frame = setup.client._perform(call, progress)
    groups, limit = added["group_by"], added["limit"]
    return Counts.of(frame, table, groups, limit, setup.redact, nothing_in(table, own))


def _listed(
    setup: Setup, operation: Endpoint, own: Given, added: Given, progress: Progress
) -> Listing:
    table, pages = operation.declared.table, operation.declared.pages
    assert table is not None  # noqa: S101 - narrows for the type checkers
    columns = columns_of(table, added["fields"], added["detail"] == "detailed")
    search = fingerprint(own, operation.name)
    place = place_of(added["cursor"], search)
    asked = {**own, **place.window}
    if pages and pages.caps:
        asked |= {pages.size: place.size, "continue_token": place.token}
    call = setup.client._prepare(operation, (), asked)
    frame = setup.client._perform(call, progress)
    if counts := frame.attrs.get("status_counts"):
        return _by_status(cleaned(counts, setup.redact))
    prints = row_prints(frame, table)
    start = place.start(prints)
    page = frame.iloc[start : start + added["limit"]]
    page.attrs = frame.attrs
    rows = rows_of(page, table, columns, setup.redact)
    used = [name for name in columns if added["fields"] or any(name in row for row in rows)]
    following = _following(frame, replace(place, skip=start), call, search, prints)
    told = about(frame, table, setup.redact)
    nothing = nothing_in(table, own)
    return Listing(used, rows, frame.attrs["total"], following, told, nothing=nothing)


def nothing_in(table: Table, own: Given) -> str:
    """What to say where nothing matches: a window of today only surprises.

    Args:
        table: The declared columns.
        own: The operation's arguments.
    """
    if table.window == 0 and "start_date" not in own:
        return f'{NOTHING} Only today was searched; give start_date, as "30d".'
    return NOTHING


def _following(
    frame: pd.DataFrame, place: Place, call: Call, search: str, prints: Sequence[str]
) -> Callable[[int], str | None]:
    """Gives the cursor after so many shown rows."""
    window, token = window_of(call), frame.attrs["continue_token"]

    def cursor(count: int) -> str | None:
        reached = place.skip + count
        last = prints[reached - 1] if reached else ""
        if reached < len(frame):
            return Place(place.token, reached, window, last).written(search)
        if token:
            return Place(token, 0, window).written(search)
        # The service cannot go on from here, so what was shown is fetched again with the rest.
        more = frame.attrs["truncated"] and place.token is None
        return Place(None, reached, window, last).written(search) if more else None

    return cursor


def _by_status(counts: Mapping[str, Any]) -> Listing:
    rows = [{"status": name, "count": count} for name, count in counts.items()]
    return Listing(("status", "count"), rows, len(rows))


def shown(operation: Endpoint, result: Any, redact: Redact, lead: str = "") -> CallToolResult:
    """What an operation returned, whole: a frame's few rows, or named values.

    Args:
        operation: What was called.
        result: A frame or a dict.
        redact: Masks secrets.
        lead: A line of the server's own before it.
    """
    table, schema = operation.declared.table, output_schema(operation)
    if table is None:
        return told(result, redact, schema, lead)
    columns = columns_of(table, None, detailed=not table.rows)
    rows = rows_of(result, table, columns, redact)
    if not table.rows and len(rows) == 1:
        return told(rows[0], redact, schema, lead)
    if not rows and operation.effect is not Effect.READ:
        return told({}, redact, schema, lead)
    total = result.attrs["total"]
    return Listing(columns, rows, total or len(rows), lead=lead).answer()
