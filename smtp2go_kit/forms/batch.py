"""Many calls of one operation: all rows are checked, confirmed, and each is done once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from smtp2go_kit.call import Call
from smtp2go_kit.client import Client
from smtp2go_kit.errors import InvalidArgument, NotFound, SendFailed, ValidationFailed
from smtp2go_kit.forms.failures import in_words, may_be_done
from smtp2go_kit.forms.fields import Field
from smtp2go_kit.forms.letter import COPIES
from smtp2go_kit.forms.lines import (
    Line,
    Outcome,
    about,
    answer_in_words,
    counted,
    frame_of_lines,
    mailboxes,
)
from smtp2go_kit.forms.model import Model, Start, State, directly
from smtp2go_kit.forms.rows import Row, Rows, frozen, rows_of_frame, rows_of_text, unnamed
from smtp2go_kit.forms.shape import Shape
from smtp2go_kit.operation import Effect, Endpoint
from smtp2go_kit.progress import Bar, Stopped
from smtp2go_kit.secret import MASK, Secret

REFUSALS = (ValidationFailed, NotFound, SendFailed, InvalidArgument)
"""What is wrong with one row only."""
ENDED = (State.DONE, State.FAILED, State.UNKNOWN)


class Batch(Model):
    """Many calls of one operation, from the rows of a frame or a pasted list.

    Args:
        operation: The operation.
        client: The client to call it on.
        frame: The rows: a frame or whatever makes one, or text as it would be pasted.

    Raises:
        InvalidArgument: The frame has other columns than the operation has parameters.
    """

    def __init__(self, operation: Endpoint, client: Client, frame: Any = None) -> None:
        if operation.effect is Effect.READ:
            raise TypeError(f"many() is for what sends or changes; {operation.title} only reads")
        super().__init__(operation, client)
        self.columns = self.fields
        self.given: Rows | None = None
        if frame is not None:
            try:
                self.given = self._rows(frame)
            except ValueError as wrong:
                raise InvalidArgument("frame", str(wrong), operation=operation.title) from None
        self.fields = {"rows": _rows_field(self)}
        self.values = {"rows": ""}
        self.rows = Rows()
        self.lines: list[Line] = []
        self._past: dict[Any, Line] = {}

    @property
    def is_confirmed(self) -> bool:
        """Whether a person must confirm it: always."""
        return True

    @property
    def phrase(self) -> str:
        """What must be typed to confirm; empty where nothing is sent or destroyed."""
        sends = self.operation.effect is Effect.SEND
        verb = "send" if sends else self.operation.__name__
        return f"{verb} {len(self.waiting)}" if super().is_confirmed else ""

    @property
    def is_secret(self) -> bool:
        """Whether the rows hold passwords."""
        return bool(self.operation.passwords)

    @property
    def naming(self) -> tuple[str, ...]:
        """The columns that name the rows: who gets a mail, or what is changed."""
        first = next(name for name, asked in self.columns.items() if asked.required)
        return COPIES if self.operation.effect is Effect.SEND else (first,)

    @property
    def bad(self) -> list[Line]:
        """The rows that cannot be called."""
        return [line for line in self.lines if line.call is None]

    @property
    def waiting(self) -> list[Line]:
        """The rows that were not tried yet."""
        return [n for n in self.lines if n.call is not None and n.outcome is Outcome.NOT_TRIED]

    @property
    def may_leave_out(self) -> bool:
        """Whether bad rows stand in the way of good ones."""
        blocked = self.state is State.EDITING and "rows" in self.errors
        return blocked and bool(self.bad and self.waiting)

    def set(self, name: str, entered: Any) -> None:
        """Paste other rows; none stand for the frame's. What was done is remembered.

        Args:
            name: ``rows``.
            entered: The text, or a secret that holds it.
        """
        super().set(name, entered)
        if self.state is State.UNKNOWN:
            self.rearm()

    def leave_out(self) -> None:
        """Go on without the bad rows, to the confirmation."""
        with self._lock:
            if self.may_leave_out:
                self.errors, self.call = {}, self.waiting[0].call
                self._to(State.CONFIRMING, "")
        self._changed()

    def rearm(self) -> None:
        """Ready the form for other rows; those that are or may be done stay so."""
        self._leave(ENDED, "")

    def go_on(self, start: Start = directly) -> None:
        """Do the rows that were not tried.

        Args:
            start: Runs the calls.
        """
        with self._lock:
            claimed = self.state in ENDED and bool(self.waiting)
            if claimed:
                self._claim()
        self._changed()
        if claimed:
            start(self._run)

    def _rows(self, given: Any) -> Rows:
        read = rows_of_text if isinstance(given, str) else rows_of_frame
        return read(given, self.columns)

    def _checked(self, instead: dict[str, Any]) -> Call | None:
        """The first call, if all rows are good."""
        self.message, self.lines = "", []
        pasted = self.values["rows"]
        text: str = pasted.reveal() if isinstance(pasted, Secret) else pasted
        try:
            self.rows = self._rows(text) if text.strip() else self.given or Rows()
            self._look(instead)
            wrong = self._wrong()
        except ValueError as unreadable:
            wrong = str(unreadable)
        self.errors = {"rows": wrong} if wrong else {}
        return None if wrong else self.waiting[0].call

    def _look(self, instead: dict[str, Any]) -> None:
        notes: list[str] = []
        for row in self.rows.rows:
            self.lines.append(self._line(row, instead))
            notes += self.notes
        self.notes = list(dict.fromkeys(notes))

    def _wrong(self) -> str:
        if not self.lines:
            return "no rows are given"
        if bad := len(self.bad):
            need = "needs" if bad == 1 else "need"
            return f"{bad} of {len(self.lines)} rows {need} attention; nothing was done yet."
        if not self.waiting:
            return "each of these rows is done already, or may be; none is done twice"
        return ""

    def _line(self, row: Row, instead: dict[str, Any]) -> Line:
        self.notes = []
        if row.problem and self.is_secret:
            return _hidden(row, row.problem)
        line = Line(row, about(row, self.columns), detail=row.problem)
        if row.problem:
            return line
        wrong, line.call = self._prepared({**row.given, **instead})
        line.detail = "; ".join(f"{name}: {problem}" for name, problem in wrong.items())
        if wrong and self.is_secret:
            # A row that is split in the wrong place has its password anywhere.
            return _hidden(row, line.detail)
        if line.call is not None and self.operation.effect is Effect.SEND:
            try:
                line.about = mailboxes(line.call)
            except ValueError as unreadable:
                line.call, line.detail = None, str(unreadable)
        return self._as_before(line)

    def forget(self) -> None:
        """Let rows that were done be done again: what they did was undone."""
        self._past = {k: v for k, v in self._past.items() if v.outcome is not Outcome.DONE}

    def _as_before(self, line: Line) -> Line:
        """The row with what became of it before, which may not be done again."""
        past = None if line.call is None else self._past.get(frozen(line.call.arguments))
        if past is not None:
            done = past.outcome is Outcome.DONE
            line.outcome = Outcome.BEFORE if done else past.outcome
            line.detail = past.detail
        return line

    def _run(self) -> None:
        waiting, ended = self.waiting, None
        for done, line in enumerate(waiting):
            if self.work is not None:
                self.work.update(done, len(waiting))
            ended = self._try(line)
            if ended is not None:
                break
        self._end(ended)
        if ended is not None and not isinstance(ended, Exception):
            raise ended

    def _try(self, line: Line) -> BaseException | None:
        """Do a row; gives what ends the others, too."""
        try:
            line.detail = self._done(line)
        except Stopped as stopped:
            return stopped
        except BaseException as error:  # noqa: BLE001 - _run raises it once the result is there
            effect = self.operation.effect
            line.detail = in_words(error, effect)
            if may_be_done(error, effect):
                self._note(line, Outcome.UNKNOWN)
            elif isinstance(error, REFUSALS):
                line.outcome = Outcome.REFUSED
            return None if isinstance(error, REFUSALS) else error
        self._note(line, Outcome.DONE)
        return None

    def _done(self, line: Line) -> str:
        if line.call is None:
            raise AssertionError("bad rows do not wait")
        # What is counted is rows of the batch, not those of an answer.
        quiet = Bar(self.operation.title, shown=False)
        return answer_in_words(line.call, self.client._perform(line.call, quiet, self._pause))

    def _note(self, line: Line, outcome: Outcome) -> None:
        line.outcome = outcome
        if line.call is not None:
            self._past[frozen(line.call.arguments)] = line

    def _end(self, ended: BaseException | None) -> None:
        effect = self.operation.effect
        stopped = isinstance(ended, Stopped)
        with self._lock:
            self.error = None if stopped else ended
            self.result = frame_of_lines(self.rows.columns, self.lines)
            told = f"{len(self.lines):,} rows: {counted(self.lines)}."
            if ended is None or stopped:
                self._to(State.DONE, f"Stopped. {told}" if stopped else told)
            else:
                unknown = may_be_done(ended, effect)
                told = f"{in_words(ended, effect)} {told}"
                self._to(State.UNKNOWN if unknown else State.FAILED, told)
        self._changed()


def _hidden(row: Row, problem: str) -> Line:
    """A bad row that may hold a password in any of its cells, so that none is quoted."""
    shown = replace(row, cells=dict.fromkeys(row.cells, MASK))
    return Line(shown, ("(hidden)",), detail=problem.partition(", got ")[0])


def _rows_field(batch: Batch) -> Field:
    """Where rows are pasted."""
    columns, plain = ", ".join(batch.columns), ", ".join(unnamed(batch.columns))
    told = (
        f"One row a line: {plain}. Or a table, as a spreadsheet copies it or as CSV, whose first "
        f"line names columns among {columns}. Blank and repeated rows are left out."
    )
    return Field("rows", "Rows", told, batch.given is None, Shape.PARAGRAPH)
