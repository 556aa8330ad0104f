"""Pages of records: asked for until they end or the caller has enough, without any I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from smtp2go_kit.answers import Answer, structure, whole
from smtp2go_kit.call import Call
from smtp2go_kit.exchange import Session, Steps, form
from smtp2go_kit.progress import Stopped
from smtp2go_kit.shapes import is_list, object_or_empty
from smtp2go_kit.tables import Table

MOST_EMPTY = 5
"""Pages without rows, one after the other, after which a search is over."""


@dataclass(frozen=True)
class Records:
    """The rows of all pages, and what the answers said beside them.

    Args:
        rows: The records as they came.
        beside: The other fields of the last page.
        total: All matching records by the service's count.
        truncated: Whether more records exist than were fetched.
        token: Where the next page starts, if this ended at the end of a page.
        request_id: The id of the last page.
    """

    rows: list[Any]
    beside: dict[str, Any]
    total: int
    truncated: bool
    token: str | None
    request_id: str | None


def fetch(
    session: Session, call: Call, progress: Callable[[int, int], None]
) -> Steps[Answer | Records]:
    """A call's answer: records where its operation declares them, else what came.

    Args:
        session: What the client's calls share.
        call: The call.
        progress: Told the rows fetched so far and the rows to come in all.
    """
    table = call.operation.declared.table
    if table is None or not table.rows:
        return (yield from form(session, call, {}))
    return (yield from _records(session, call, progress))


def _records(session: Session, call: Call, progress: Callable[[int, int], None]) -> Steps[Records]:
    rows: list[Any] = []
    limit, asked = _limit(call), _page_arguments(call)
    seen, empty = {asked.get("continue_token")}, 0
    fetched: Records | None = None
    while True:
        try:
            page = yield from form(session, call, asked)
        except Stopped:
            if fetched is None:
                raise
            return _cut(_selected(fetched, session, call), limit, call)
        records, beside = _split(page, call)
        rows += records
        empty = 0 if records else empty + 1
        total, token = _total(beside, call, len(rows)), beside.get("continue_token") or None
        if token in seen or empty == MOST_EMPTY:
            token = None
        progress(len(rows), total)
        fetched = Records(rows, beside, total, token is not None, token, page.request_id)
        if token is None or (limit and len(rows) >= limit and not _selects(session, call)):
            return _cut(_selected(fetched, session, call), limit, call)
        seen.add(token)
        asked = {**asked, "continue_token": token}


def _selected(fetched: Records, session: Session, call: Call) -> Records:
    """The rows less those that the service was asked to leave out, and did not."""
    served = call.operation.declared.served
    if served is None or not _selects(session, call):
        return fetched
    rows = fetched.rows
    for name, select in served.select.items():
        if name in call.arguments:
            rows = select(rows, call.arguments)
    return replace(fetched, rows=rows, total=len(rows))


def _cut(fetched: Records, limit: int | None, call: Call) -> Records:
    whole = len(fetched.rows)
    over = limit is not None and whole > limit
    table = call.operation.declared.table
    counted = table is not None and call.arguments.get(table.counted)
    # A search that ended before the service's own count has a gap.
    short = fetched.total > whole and not counted and "continue_token" not in call.arguments
    return replace(
        fetched,
        rows=fetched.rows[:limit],
        truncated=fetched.truncated or over or short,
        token=None if over else fetched.token,
    )


def _limit(call: Call) -> int | None:
    pages = call.operation.declared.pages
    return call.arguments.get(pages.size) if pages and pages.caps else None


def _page_arguments(call: Call) -> dict[str, Any]:
    pages = call.operation.declared.pages
    asked = dict(call.arguments)
    if pages and pages.size in asked:
        asked[pages.size] = min(asked[pages.size], pages.most)
    elif pages and pages.always:
        asked[pages.size] = pages.most
    return asked


def _selects(session: Session, call: Call) -> bool:
    served = call.operation.declared.served
    used = call.operation.name in session.served
    return bool(used and served and served.selects(call.arguments))


def _split(page: Answer, call: Call) -> tuple[list[Any], dict[str, Any]]:
    """The records of a page, and the other fields of its answer."""
    table, data = call.operation.declared.table, page.data
    if table is None or is_list(data):
        return (data if is_list(data) else []), dict(page.beside)
    beside = {**page.beside, **object_or_empty(data)}
    found = [structure(beside.pop(name)) for name in table.rows if name in beside]
    if not found and any(_is_column(name, table) for name in beside):
        return [beside], {}
    rows: Any = next((records for records in found if records), None) or []
    return rows if is_list(rows) else [rows], beside


def _is_column(name: str, table: Table) -> bool:
    """Whether a field is a column, or an object or a list that becomes some."""
    return any(column == name or column.startswith(f"{name}_") for column in table.columns)


def _total(beside: Mapping[str, Any], call: Call, fetched: int) -> int:
    table = call.operation.declared.table
    for name in table.total if table else ():
        if beside.get(name) is not None:
            return max(whole(beside[name]), fetched)
    return fetched
