"""Rows on their way: what each of them calls, and what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from smtp2go_kit.call import Call
from smtp2go_kit.forms.letter import letter_of
from smtp2go_kit.forms.outcome import done_in_words, frame_of
from smtp2go_kit.forms.rows import Fields, Row
from smtp2go_kit.operation import Effect
from smtp2go_kit.shapes import is_list

if TYPE_CHECKING:
    import pandas as pd


class Outcome(Enum):
    """What became of a row."""

    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NOT_TRIED = "not tried"
    LEFT_OUT = "left out"
    BEFORE = "done before"


@dataclass
class Line:
    """A row on its way.

    Args:
        row: The row.
        about: Whom or what it is about.
        call: What it calls; None if it is bad.
        outcome: What became of it.
        detail: What there is to say of that, in the service's words where it spoke.
    """

    row: Row
    about: tuple[str, ...]
    call: Call | None = None
    outcome: Outcome = Outcome.NOT_TRIED
    detail: str = ""

    @property
    def name(self) -> str:
        """Whom or what it is about, in one text."""
        return ", ".join(self.about)


def about(row: Row, fields: Fields) -> tuple[str, ...]:
    """What a row is about: what it gives for the first parameter that is required.

    Args:
        row: The row.
        fields: The parameters.
    """
    name = next(name for name, asked in fields.items() if asked.required)
    value = row.given.get(name, "")
    return tuple(map(str, value)) if is_list(value) else (str(value),)


def mailboxes(call: Call) -> tuple[str, ...]:
    """Who would get a mail.

    Args:
        call: A checked call that sends.

    Raises:
        ValueError: That cannot be told.
    """
    return tuple(box for boxes in letter_of(call).recipients.values() for box in boxes)


def answer_in_words(call: Call, answer: Any) -> str:
    """What there is to say of a call that is done; empty if it did just what was asked.

    Args:
        call: The call.
        answer: What it brought.
    """
    frame = frame_of(answer)
    if call.operation.effect is Effect.SEND:
        return done_in_words(call, frame, stopped=False)
    if not {"removed", "reason"} <= {*frame.columns}:
        return ""
    told = zip(frame["reason"], frame["removed"], strict=True)
    kept = [reason for reason, removed in told if not removed]
    return f"was not on the list as {', '.join(kept)}" if kept else ""


def frame_of_lines(columns: Iterable[str], lines: Iterable[Line]) -> pd.DataFrame:
    """What became of each row; the index tells its number.

    Args:
        columns: The parameters that were given.
        lines: The rows.
    """
    import pandas as pd

    told = {line.row.number: _told(line) for line in lines}
    names = [*columns, "outcome", "detail"]
    index = pd.Index(list(told), name="row", dtype="int64")
    return pd.DataFrame(list(told.values()), index=index, columns=names)


def _told(line: Line) -> dict[str, Any]:
    outcome = line.outcome if line.call is not None else Outcome.LEFT_OUT
    return {**line.row.cells, "outcome": outcome.value, "detail": line.detail}


def counted(lines: Iterable[Line]) -> str:
    """How many rows have which outcome.

    Args:
        lines: The rows.
    """
    return ", ".join(_counts(Counter(_told(line)["outcome"] for line in lines)))


def _counts(found: Counter[str]) -> Iterator[str]:
    for outcome in Outcome:
        if found[outcome.value]:
            yield f"{found[outcome.value]:,} {outcome.value}"
