"""A form on the screen: it shows what its model holds, and tells it what somebody did."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from smtp2go_kit.forms.entries import Entry, entry_of
from smtp2go_kit.forms.fields import Field
from smtp2go_kit.forms.markup import heading, paragraph, shown, w
from smtp2go_kit.forms.model import Model, State
from smtp2go_kit.forms.question import question
from smtp2go_kit.forms.standing import standing
from smtp2go_kit.forms.static import Box
from smtp2go_kit.forms.table import output_of
from smtp2go_kit.operation import Effect

if TYPE_CHECKING:
    import pandas as pd

REQUIRED = "Fields with a star (*) must be filled in."
TICK = 0.5
"""Seconds after which the time elapsed is shown anew."""
NAMED = {
    "email.send": "Preview and send",
    "email.mime": "Preview and send",
    "domain.returnpath": "Rename the return path",
    "domain.tracking": "Rename tracking",
}
STYLES = {Effect.DESTROY: "danger"}


class Form(Box):
    """The form of one operation.

    Args:
        model: What it shows.
        title: Its heading; the operation's name if not given.
    """

    def __init__(self, model: Model, title: str = "") -> None:
        self.model = model
        self.entries = {name: self._entry(asked) for name, asked in model.fields.items()}
        self._drawing = threading.RLock()
        self._shown: pd.DataFrame | None = None
        self._make_controls()
        named = title or model.operation.title
        asks = [entry.label for entry in self.entries.values()]
        super().__init__(named, [*self._head(named), *self._body(), *self._foot()], asks)
        model.watch(self._draw)
        self._draw()

    @property
    def result(self) -> pd.DataFrame | None:
        """What the last call that succeeded brought; None before the first."""
        return self.model.result

    def fill(self, **values: Any) -> None:
        """Fill fields in.

        Args:
            values: Values as the client takes them, by parameter; None leaves one blank.
        """
        for name, value in values.items():
            if name not in self.entries:
                known = ", ".join(self.entries) or "no fields"
                raise TypeError(f"{self.title} has no field {name!r}; it has {known}")
            self.entries[name].put(self.model.fields[name].entered(value))

    def submit(self) -> None:
        """Press the form's button, and wait for what follows."""
        self.model.submit()

    def confirm(self, typed: str = "") -> None:
        """Press the final button, and wait for what follows.

        Args:
            typed: What is typed to confirm, where something must be.
        """
        self.model.confirm(typed)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.title}, {self.model.state.value}>"

    def _entry(self, asked: Field) -> Entry:
        return entry_of(asked, self.model.set)

    def _make_controls(self) -> None:
        title = self.model.operation.title
        effect = self.model.operation.effect
        name = NAMED.get(title, self._verb if effect is not Effect.DESTROY else f"{self._verb} ...")
        self.go = button(name, STYLES.get(effect, "primary"), self._go)
        self.yes = button("", "danger" if effect is Effect.DESTROY else "primary", self._yes)
        self.cancel = button("Cancel", "", self.model.cancel)
        self.again = button("", "", self._again)
        self.release = button("I have looked: it was not done", "", self.model.release)
        self.stop = button("Stop", "", self.model.stop)
        self.typed = w.Text(style={"description_width": "initial"}, layout={"width": "40em"})
        self.question = shown()
        self.status = shown()
        self.output = w.Output()
        self.confirming = w.VBox([self.question, self.typed, w.HBox([self.yes, self.cancel])])

    @property
    def _verb(self) -> str:
        return self.model.operation.__name__.replace("_", " ").capitalize()

    def _head(self, title: str) -> list[Any]:
        summary = self.model.operation.summary.replace("``", "")
        parts = [heading(title), *(paragraph(p) for p in summary.split("\n\n"))]
        if any(asked.required for asked in self.model.fields.values()):
            parts.append(paragraph(REQUIRED))
        return [shown("".join(parts))]

    def _body(self) -> list[Any]:
        return [entry.box for entry in self.entries.values()]

    def _foot(self) -> list[Any]:
        return [w.HBox(self._buttons()), self.confirming, self.status, self.output]

    def _buttons(self) -> list[Any]:
        return [self.go, self.again, self.release, self.stop]

    def _go(self) -> None:
        self.model.submit(self._start)

    def _yes(self) -> None:
        self.model.confirm(self.typed.value, self._start)

    def _again(self) -> None:
        self.model.rearm()
        if self.model.operation.effect is Effect.READ:
            self._go()

    def _start(self, job: Callable[[], None]) -> None:
        """Run a job beside a running kernel, so that Stop can be pressed; else at once."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            job()
            return
        threading.Thread(target=job, daemon=True).start()
        self._ticking = loop.create_task(self._tick())

    async def _tick(self) -> None:
        while self.model.state is State.RUNNING:
            self._draw()
            await asyncio.sleep(TICK)

    def _draw(self) -> None:
        with self._drawing:
            self._draw_fields()
            self._draw_controls()
            self._draw_question()
            change(self.status, "value", standing(self.model))
            self._draw_result()

    def _draw_fields(self) -> None:
        running = self.model.state is State.RUNNING
        entered = self.model.values  # noqa: PD011 - what is entered, no frame
        for name, entry in self.entries.items():
            entry.show_error(self.model.errors.get(name, ""))
            entry.enable(enabled=not running)
            entry.show_kept(entered.get(name))

    def _draw_controls(self) -> None:
        state, reads = self.model.state, self.model.operation.effect is Effect.READ
        change(self.go, "disabled", state is not State.EDITING)
        show(self.again, shown=state in (State.DONE, State.FAILED))
        change(self.again, "description", "Run again" if reads else "Go on editing")
        show(self.release, shown=state is State.UNKNOWN)
        show(self.stop, shown=state is State.RUNNING and reads)

    def _draw_question(self) -> None:
        asking = self.model.state is State.CONFIRMING
        show(self.confirming, shown=asking)
        if not asking:
            # What was previewed, inline images included, would be saved with the notebook.
            change(self.question, "value", "")
            change(self.typed, "value", "")
            return
        phrase = self.model.phrase
        change(self.question, "value", self._question())
        show(self.typed, shown=bool(phrase))
        # Labels are set as formulas, which dollar signs and backslashes begin.
        typed = "what is named above" if set(phrase) & set("$\\") else phrase
        change(self.typed, "description", f"Type {typed} to confirm")
        sends = self.model.operation.effect is Effect.SEND
        change(self.yes, "description", "Send now" if sends else f"Yes, {self._verb.lower()}")

    def _question(self) -> str:
        return question(self.model)

    def _draw_result(self) -> None:
        frame = self.model.result
        if self.model.state in (State.CONFIRMING, State.RUNNING):
            change(self.output, "outputs", ())
        if frame is not None and frame is not self._shown:
            self._shown = frame
            self.output.outputs = (self._table(frame),)

    def _table(self, frame: pd.DataFrame) -> dict[str, Any]:
        table = self.model.operation.declared.table
        return output_of(frame, table.brief if table else ())


def button(description: str, style: str, pressed: Callable[[], None]) -> Any:
    """A button.

    Args:
        description: What it says.
        style: ``primary``, ``danger`` or nothing: the others have too little contrast.
        pressed: What it does.
    """
    made = w.Button(description=description, button_style=style, layout={"width": "auto"})

    def clicked(_: object) -> None:
        pressed()

    made.on_click(clicked)
    return made


def change(widget: Any, name: str, value: Any) -> None:
    """Change a trait if it differs, as each change is a message to the browser.

    Args:
        widget: The widget.
        name: The trait.
        value: Its new value.
    """
    if getattr(widget, name) != value:
        setattr(widget, name, value)


def show(widget: Any, *, shown: bool) -> None:
    """Show a widget or hide it.

    Args:
        widget: The widget.
        shown: Whether it is shown.
    """
    change(widget.layout, "display", None if shown else "none")
