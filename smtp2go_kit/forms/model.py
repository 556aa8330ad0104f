"""What a form knows and does, without any widget: values, errors, state, message, result."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterable
from enum import Enum
from typing import TYPE_CHECKING, Any

from smtp2go_kit.call import Call
from smtp2go_kit.client import Client
from smtp2go_kit.errors import InvalidArgument
from smtp2go_kit.forms.checking import read
from smtp2go_kit.forms.confirming import details_of, phrase_of
from smtp2go_kit.forms.failures import SILENT, field_of, in_words, may_be_done
from smtp2go_kit.forms.fields import Field, fields_of
from smtp2go_kit.forms.letter import Letter, letter_of
from smtp2go_kit.forms.outcome import done_in_words, frame_of
from smtp2go_kit.forms.shape import Shape
from smtp2go_kit.forms.work import Work
from smtp2go_kit.operation import Effect, Endpoint
from smtp2go_kit.progress import Stopped

if TYPE_CHECKING:
    import pandas as pd

Start = Callable[[Callable[[], None]], None]
"""Runs a job, now or in a thread."""
CONFIRMED = (Effect.SEND, Effect.DESTROY)


class State(Enum):
    """Where a form stands; from ``UNKNOWN`` only a person who has looked leads on."""

    EDITING = "editing"
    CONFIRMING = "confirming"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


def directly(job: Callable[[], None]) -> None:
    """Run a job now.

    Args:
        job: The job.
    """
    job()


class Model:
    """One operation's form: what is entered is checked, confirmed, and done once.

    Args:
        operation: The operation.
        client: The client to call it on.

    Raises:
        TypeError: The client is no ``Client``.
    """

    def __init__(self, operation: Endpoint, client: Client) -> None:
        if not isinstance(client, Client):
            raise TypeError(f"forms need a Client, not an {type(client).__name__}")
        self.operation = operation
        self.client = client
        self.fields: dict[str, Field] = {f.name: f for f in fields_of(operation)}
        self.values: dict[str, Any] = {name: f.blank for name, f in self.fields.items()}
        self.errors: dict[str, str] = {}
        self.state = State.EDITING
        self.message = ""
        self.notes: list[str] = []
        self.result: pd.DataFrame | None = None
        self.error: BaseException | None = None
        self.call: Call | None = None
        self.letter: Letter | None = None
        self.details: Callable[[Call], Iterable[tuple[str, str]]] = details_of
        self.work: Work | None = None
        self.began = client._now()
        self._lock = threading.RLock()
        self._watchers: list[Callable[[], None]] = []

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.operation.title}, {self.state.value}>"

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call somebody whenever anything here changes.

        Args:
            watcher: Called without arguments, from the thread that changed it.
        """
        self._watchers.append(watcher)

    @property
    def is_confirmed(self) -> bool:
        """Whether a person must confirm it: it sends or destroys."""
        return self.operation.effect in CONFIRMED

    @property
    def phrase(self) -> str:
        """What must be typed to confirm the call at hand; empty if nothing."""
        if self.call is None or self.operation.effect is not Effect.DESTROY:
            return ""
        return phrase_of(self.call)

    def set(self, name: str, entered: Any) -> None:
        """Enter something; this readies a form that is done or failed for another call.

        Args:
            name: The field's name.
            entered: What was entered, as :meth:`Field.read` takes it.
        """
        with self._lock:
            self.values[name] = entered
            self.errors.pop(name, None)
            if self.state in (State.DONE, State.FAILED, State.CONFIRMING):
                self._to(State.EDITING, "")
        self._changed()

    def submit(self, start: Start = directly, **instead: Any) -> None:
        """Check what is entered; then ask for confirmation, or do it. Else nothing happens.

        Args:
            start: Runs the call.
            instead: Values of the client's to take in place of what is entered.
        """
        with self._lock:
            if self.state is not State.EDITING:
                return
            self.call = self._checked(instead)
            claimed = self.call is not None and not self.is_confirmed
            if claimed:
                self._claim()
            elif self.call is not None:
                self._to(State.CONFIRMING, "")
        self._changed()
        if claimed:
            start(self._run)

    def confirm(self, typed: str = "", start: Start = directly) -> None:
        """Do what was asked about, if what must be typed was typed.

        Args:
            typed: The phrase, where there is one.
            start: Runs the call.
        """
        with self._lock:
            if self.state is not State.CONFIRMING:
                return
            claimed = typed.strip() == self.phrase
            if claimed:
                self._claim()
            else:
                wanted = f"Type {self.phrase}" if self.phrase else "Type nothing"
                self.message = f"{wanted} to confirm; nothing was done yet."
        self._changed()
        if claimed:
            start(self._run)

    def cancel(self) -> None:
        """Go back to editing; nothing was done."""
        self._leave((State.CONFIRMING,), "Cancelled; nothing was done.")

    def rearm(self) -> None:
        """Ready the form for another call with what is entered."""
        self._leave((State.DONE, State.FAILED), "")

    def release(self) -> None:
        """Go on after an unknown outcome: the person has looked, and it was not done."""
        self._leave((State.UNKNOWN,), "")

    def stop(self) -> None:
        """End the work under way before its next request."""
        if self.work is not None and self.state is State.RUNNING:
            self.work.stop()

    def _leave(self, states: tuple[State, ...], message: str) -> None:
        with self._lock:
            if self.state in states:
                self._to(State.EDITING, message)
        self._changed()

    def _to(self, state: State, message: str) -> None:
        self.state, self.message = state, message

    def _changed(self) -> None:
        for watcher in self._watchers:
            watcher()

    def _checked(self, instead: dict[str, Any]) -> Call | None:
        asked = {name: field for name, field in self.fields.items() if name not in instead}
        now = self.client._now()
        given, self.errors = read(self.operation, asked, self.values, now)
        given |= instead
        if not self.errors:
            self.errors, call = self._prepared(given)
            if call is not None and self._is_readable(call):
                return call
        count = len(self.errors)
        self.message = f"{count} field{'s need' if count > 1 else ' needs'} attention."
        return None

    def _is_readable(self, call: Call) -> bool:
        """Whether who would get a mail can be told; if not, the field says so."""
        if self.operation.effect is not Effect.SEND:
            return True
        try:
            self.letter = letter_of(call)
        except ValueError as wrong:
            self.errors = {next(iter(call.arguments)): str(wrong)}
        return not self.errors

    def _prepared(self, given: dict[str, Any]) -> tuple[dict[str, str], Call | None]:
        """The call, or what is wrong with the values together."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                call = self.client._prepare(self.operation, (), given)
            except InvalidArgument as wrong:
                return {wrong.parameter: wrong.problem}, None
        self.notes = [str(warning.message) for warning in caught]
        return {}, call

    def _claim(self) -> Work:
        """Begin: whoever comes now finds the work, which can be stopped from here on."""
        self._to(State.RUNNING, "")
        self.began = self.client._now()
        self.work = Work(self.client._sleep, self._changed)
        return self.work

    def _run(self) -> None:
        try:
            frame = frame_of(self.client._perform(self._claimed, self.work, self._pause))
        except BaseException as error:
            self._failed(error)
            if not isinstance(error, Exception):
                raise
        else:
            self._succeeded(frame)

    def _pause(self, seconds: float) -> None:
        if self.work is not None:
            self.work.pause(seconds)

    @property
    def _claimed(self) -> Call:
        if self.call is None:
            raise AssertionError("a call is checked before it runs")
        return self.call

    def _succeeded(self, frame: pd.DataFrame) -> None:
        with self._lock:
            self.result, self.error = frame, None
            stopped = self.work is not None and self.work.is_stopping
            self._forget_passwords()
            told = done_in_words(self._claimed, frame, stopped=stopped)
            self._to(State.DONE if told else State.UNKNOWN, told or SILENT)
        self._changed()

    def _failed(self, error: BaseException) -> None:
        effect = self.operation.effect
        with self._lock:
            self.error = error
            if isinstance(error, Stopped):
                self._to(State.EDITING, "Stopped; nothing was done.")
            else:
                name, problem = field_of(error, self.operation)
                self.errors = {name: problem} if name in self.fields else {}
                unknown = may_be_done(error, effect)
                self._to(State.UNKNOWN if unknown else State.FAILED, in_words(error, effect))
        self._changed()

    def _forget_passwords(self) -> None:
        for name, asked in self.fields.items():
            if asked.shape is Shape.PASSWORD:
                self.values[name] = None


def model_of(call: Callable[..., Any]) -> Model:
    """What a form does, without the form.

    Args:
        call: A call of a client's, such as ``client.suppression.add``.

    Raises:
        TypeError: That is no call of a ``Client``.
    """
    told: dict[str, Any] = getattr(call, "__dict__", {})
    operation, client = told.get("operation"), told.get("client")
    if not isinstance(operation, Endpoint) or not isinstance(client, Client):
        raise TypeError(
            "a form needs a call of a Client, such as form(client.suppression.add); an "
            "AsyncClient has no forms"
        )
    return Model(operation, client)
