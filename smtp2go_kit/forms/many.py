"""Many calls of one operation on the screen: paste or give rows, check, confirm, look on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from smtp2go_kit.call import Call
from smtp2go_kit.forms.batch import ENDED, Batch
from smtp2go_kit.forms.confirming import title_of, warning_of
from smtp2go_kit.forms.entries import Entry, Password
from smtp2go_kit.forms.fields import Field, label_of
from smtp2go_kit.forms.letter import letter_of
from smtp2go_kit.forms.lines import Line
from smtp2go_kit.forms.markup import (
    LABEL,
    definitions,
    escaped,
    heading,
    panel,
    paragraph,
    said,
    shown,
    table,
    w,
)
from smtp2go_kit.forms.model import State, model_of
from smtp2go_kit.forms.question import letter_shown
from smtp2go_kit.forms.table import output_of
from smtp2go_kit.forms.view import Form, button, change, show
from smtp2go_kit.operation import Effect
from smtp2go_kit.secret import Secret

if TYPE_CHECKING:
    import pandas as pd

MOST_NAMED = 10
"""Rows whose names are told before a confirmation."""
MOST_BAD = 20
"""Bad rows that are shown; the others are counted."""
MOST_KINDS = 3
"""Different values of a column that are told; of more only the number."""
MOST_LETTERS = 60
"""Letters of a value that are told."""
ONCE = "Each row is done once, one after the other. You can stop in between."


def many(call: Callable[..., Any], frame: Any = None) -> Many:
    """One call for each row: all are checked first, then confirmed, then done one by one.

    Args:
        call: A call of a client's that sends or changes, such as ``client.suppression.add``.
        frame: The rows, with parameters as columns: a DataFrame or whatever makes one, or text
            as it would be pasted; rows can be pasted if not given.

    Raises:
        TypeError: That is no call of a ``Client``, or it only reads.
        InvalidArgument: The frame has other columns than the call has parameters.
    """
    model = model_of(call)
    return Many(Batch(model.operation, model.client, frame))


class SecretRows(Password):
    """Rows with passwords, which no widget keeps."""

    _kind = w.Textarea


class Many(Form):
    """Many calls of one operation.

    Args:
        batch: What it shows.
    """

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        super().__init__(batch, f"{batch.operation.title}, many at once")

    def _entry(self, asked: Field) -> Entry:
        return (SecretRows if self.batch.is_secret else Entry)(asked, self.batch.set)

    def _make_controls(self) -> None:
        super()._make_controls()
        self.go.description = "Check the rows"
        self.again.description = "Go on editing"
        self.leave = button("", "", self.batch.leave_out)
        self.rest = button("", "primary", self._rest)
        self.problems = shown(margin=f"0 0 0 {LABEL}")

    def _body(self) -> list[Any]:
        given = self.batch.given
        number = _rows(len(given.rows)) if given else ""
        told = shown(paragraph(f"Given: {number}. What is pasted takes their place."))
        return [*([told] if given else []), *super()._body(), self.problems]

    def _buttons(self) -> list[Any]:
        return [self.go, self.leave, self.rest, self.again, self.stop]

    def _rest(self) -> None:
        self.batch.go_on(self._start)

    def _draw_fields(self) -> None:
        super()._draw_fields()
        change(self.problems, "value", bad_rows(self.batch) if self.batch.errors else "")

    def _draw_controls(self) -> None:
        state = self.batch.state
        ended = state in ENDED
        left = len(self.batch.waiting) if ended else 0
        change(self.go, "disabled", state is not State.EDITING)
        change(self.leave, "description", f"Leave out the {_rows(len(self.batch.bad), 'bad')}")
        change(self.rest, "description", f"Go on with the {left:,} not tried")
        show(self.leave, shown=self.batch.may_leave_out)
        show(self.rest, shown=left > 0)
        show(self.again, shown=ended)
        show(self.stop, shown=state is State.RUNNING)

    def _question(self) -> str:
        return question(self.batch)

    def _table(self, frame: pd.DataFrame) -> dict[str, Any]:
        return output_of(frame.reset_index())


def bad_rows(batch: Batch) -> str:
    """The rows that need attention, each with its number and problem, as markup.

    Args:
        batch: The batch.
    """
    cells = [[escaped(text) for text in _problem(line)] for line in batch.bad[:MOST_BAD]]
    if not cells:
        return ""
    more = len(batch.bad) - len(cells)
    rest = paragraph(f"And {more:,} more.") if more else ""
    return table("Rows that need attention", ("Row", "Of", "Problem"), cells) + rest


def _problem(line: Line) -> tuple[str, str, str]:
    return f"{line.row.number:,}", _short(line.name), line.detail


def question(batch: Batch) -> str:
    """What would be done, in names and numbers, as markup.

    Args:
        batch: A batch that asks for confirmation.
    """
    call = batch.call
    if call is None:
        raise AssertionError("a batch asks for confirmation of calls")
    title = f"{title_of(call)} ({_rows(len(batch.waiting))})?"
    notes = "".join(said(note, "status") for note in batch.notes[:MOST_NAMED])
    why = paragraph(f"{warning_of(call)} {ONCE}" if batch.phrase else ONCE)
    first = _first(call) if batch.operation.effect is Effect.SEND else ""
    return panel(heading(title, 4), definitions(_details(batch)), first, notes, why)


def _first(call: Call) -> str:
    """The first of many emails, as its reader will see it."""
    return panel(paragraph("The first of them:"), *letter_shown(letter_of(call)))


def _details(batch: Batch) -> Iterator[tuple[str, str]]:
    waiting = batch.waiting
    if batch.operation.effect is Effect.SEND:
        yield "Recipients", f"{sum(len(line.about) for line in waiting):,}"
    named = ", ".join(line.name for line in waiting[:MOST_NAMED])
    more = len(waiting) - MOST_NAMED
    yield f"Rows ({len(waiting):,})", f"{named} and {more:,} more" if more > 0 else named
    for name in batch.rows.columns:
        if name not in batch.naming:
            yield label_of(name), _kinds([line.row.given.get(name) for line in waiting])
    left_out = ", ".join(_left_out(batch))
    if left_out:
        yield "Left out", left_out


def _kinds(values: list[Any]) -> str:
    """What a column holds: its few values with their numbers, or how many there are."""
    if any(isinstance(value, Secret) for value in values):
        return "(hidden)"
    found = Counter(_short(value) for value in values if value is not None)
    if len(found) > MOST_KINDS:
        return f"{len(found):,} different"
    return "; ".join(f"{value} ({_rows(number)})" for value, number in found.items()) or "none"


def _left_out(batch: Batch) -> Iterator[str]:
    rows = batch.rows
    before = len(batch.lines) - len(batch.waiting) - len(batch.bad)
    told = (
        (rows.blanks, "blank"),
        (rows.duplicates, "repeated"),
        (len(batch.bad), "bad"),
        (before, "done before or perhaps"),
    )
    return (f"{number:,} {kind}" for number, kind in told if number)


def _short(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] - any values
    return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}..."


def _rows(number: int, kind: str = "") -> str:
    return " ".join(filter(None, (f"{number:,}", kind, "row" if number == 1 else "rows")))
