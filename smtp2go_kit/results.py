"""What a caller gets for an answer: a typed frame of its records, or a small dict."""

from __future__ import annotations

import datetime as dt
from typing import Any

from smtp2go_kit.answers import Answer, failures_of, structure
from smtp2go_kit.call import Call
from smtp2go_kit.paging import Records
from smtp2go_kit.secret import Secret
from smtp2go_kit.shapes import is_list, is_object
from smtp2go_kit.tables import Table

PASSWORD = "email_password"  # noqa: S105 - the name of a field
HIDDEN = frozenset({"continue_token", "request_id"})


def result(call: Call, answer: Answer | Records, now: dt.datetime) -> Any:
    """The declared result of a call.

    Args:
        call: The call that was made.
        answer: What it brought.
        now: The moment, for ``frame.attrs``.
    """
    if call.operation.declared.table is None:
        return _plain(answer) if isinstance(answer, Answer) else {}
    return _frame(call, answer, now)


def _frame(call: Call, answer: Answer | Records, now: dt.datetime) -> Any:
    # pandas takes half a second to import, so it waits until a frame is wanted.
    from smtp2go_kit.frames import to_frame

    table = call.operation.declared.table
    assert table is not None  # noqa: S101 - narrows for the type checkers
    if isinstance(answer, Answer):
        one = answer.data if is_list(answer.data) else [answer.data] if answer.data else []
        answer = Records(one, {}, len(one), False, None, answer.request_id)
    attrs: dict[str, Any] = {
        "endpoint": call.operation.path,
        "window": _window(call, table, now),
        "total": answer.total,
        "truncated": answer.truncated,
        "continue_token": answer.token,
        "fetched_at": _iso(now),
        "request_id": answer.request_id,
    }
    beside = {k: _masked(k, structure(v)) for k, v in answer.beside.items() if k not in HIDDEN}
    if is_list(counts := beside.get("status_counts")):
        beside["status_counts"] = {k: v for record in counts for k, v in record.items()}
    return to_frame(answer.rows, table, {**beside, **attrs})


def _window(call: Call, table: Table, now: dt.datetime) -> tuple[str, str] | None:
    if table.window is None:
        return None
    start = call.arguments.get("start_date")
    end = call.arguments.get("end_date")
    return (
        _zulu(start) if start else _iso(table.default_start(now)),
        _zulu(end) if end else _iso(now),
    )


def _zulu(text: str) -> str:
    return f"{text}Z"


def _iso(moment: dt.datetime) -> str:
    return _zulu(moment.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec="seconds"))


def _plain(answer: Answer) -> dict[str, Any]:
    told: dict[str, Any]
    if is_object(answer.data):
        told = {k: _masked(k, v) for k, v in answer.data.items()}
        if "failures" in told:
            told["failures"] = failures_of(told)
    elif is_list(answer.data):
        told = {"results": [_masked("", entry) for entry in answer.data]}
    else:
        told = {"message": answer.data} if isinstance(answer.data, str) else {}
    if answer.request_id:
        told["request_id"] = answer.request_id
    return told


def _masked(name: str, value: Any) -> Any:
    """A value of an answer, with passwords made secrets at any depth and in any shape."""
    secret = name == PASSWORD
    if is_object(value):
        return {k: _masked(name if secret else k, v) for k, v in value.items()}
    if is_list(value):
        return [_masked(name, entry) for entry in value]
    return Secret(str(value)) if secret and value is not None else value
