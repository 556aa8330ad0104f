"""What a call brought, as a DataFrame and in a sentence."""

from __future__ import annotations

from typing import Any

import pandas as pd

from smtp2go_kit.call import Call
from smtp2go_kit.frames import storable
from smtp2go_kit.operation import Effect
from smtp2go_kit.shapes import is_list, is_object


def frame_of(answer: Any) -> pd.DataFrame:
    """An answer as a frame: its own, one row for each record in it, or one row.

    Args:
        answer: What the client returned.
    """
    if isinstance(answer, pd.DataFrame):
        return answer
    told = {k: v for k, v in answer.items() if k != "request_id"}
    records = [v for v in told.values() if is_list(v) and v and all(map(is_object, v))]
    rows = records[0] if len(records) == 1 else [told]
    frame = pd.DataFrame([{storable(k): _cell(v) for k, v in row.items()} for row in rows])
    frame.attrs["request_id"] = answer.get("request_id")
    return frame


def _cell(value: Any) -> Any:
    """A value of one cell: lists and objects as text, and no half an emoji."""
    if is_list(value):
        return storable(", ".join(map(str, value)))
    return storable(str(value) if is_object(value) else value)


def done_in_words(call: Call, frame: pd.DataFrame, *, stopped: bool) -> str:
    """What a call did; empty where a send was answered without a word of the email.

    Args:
        call: The call.
        frame: What it brought.
        stopped: Whether it was asked to stop.
    """
    if call.operation.effect is Effect.SEND:
        return _sent(frame)
    if call.operation.effect is not Effect.READ:
        return _changed(call, frame)
    rows = f"{len(frame):,} {'row' if len(frame) == 1 else 'rows'}"
    total = frame.attrs.get("total") or len(frame)
    if counts := frame.attrs.get("status_counts"):
        return f"By status: {', '.join(f'{number} {status}' for status, number in counts.items())}."
    if stopped and frame.attrs.get("truncated"):
        of = f" of {total:,}" if total > len(frame) else ""
        return f"Stopped: {rows}{of} are here; the others were not fetched."
    if frame.attrs.get("truncated"):
        return f"{rows}; there are more than the limit let through."
    return f"{rows}."


def _changed(call: Call, frame: pd.DataFrame) -> str:
    if "removed" not in frame.columns:
        return f"Done: {call.operation.title}."
    removed = int((frame["removed"] == True).sum())  # noqa: E712 - cells may be missing
    return f"Done: {removed} removed, {len(frame) - removed} not on the list."


def _sent(frame: pd.DataFrame) -> str:
    told = frame.iloc[0].to_dict() if len(frame) else {}
    if told.get("schedule_id"):
        return f"Scheduled, with the id {told['schedule_id']}."
    if not {"succeeded", "email_id"} & told.keys():
        return ""
    named = f", with the id {told['email_id']}" if told.get("email_id") else ""
    return f"Accepted for sending{named}. Activity tells what becomes of it."
