"""The widgets of a field: what is typed, chosen or uploaded, its help, and its error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from smtp2go_kit.call import MOST_EMAIL
from smtp2go_kit.forms.fields import Field
from smtp2go_kit.forms.markup import LABEL, QUIET, escaped, paragraph, said, shown, size_in_words, w
from smtp2go_kit.forms.shape import HINTS, Shape, Upload
from smtp2go_kit.secret import Secret

Change = Callable[[str, Any], None]
ROWS = {Shape.HTML: 8, Shape.PARAGRAPH: 8, Shape.LINES: 3, Shape.PAIRS: 3}
KEPT = "kept, hidden; type to replace it"
NOT_GIVEN = "(not given)"
TICKED = {"width": "auto", "margin": "2px 1em 2px 2px"}
WIDE = {"width": "min(46em, 100%)"}


class Entry:
    """One field on the screen.

    Args:
        asked: The field.
        change: Told the field's name and what is entered.
    """

    def __init__(self, asked: Field, change: Change) -> None:
        self.field = asked
        self._change = change
        self.inputs: list[Any] = self._inputs()
        self.error = shown(margin=f"0 0 0 {LABEL}")
        self.helped = shown(paragraph(asked.help), margin=f"0 0 0 {LABEL}", max_width="46em")
        self.box = w.VBox([*self._placed(), self.helped, self.error])

    @property
    def label(self) -> str:
        """The field's label, with a star if it must be filled in."""
        return f"{self.field.label} *" if self.field.required else self.field.label

    def show_error(self, problem: str) -> None:
        """Say beside the field what is wrong with it.

        Args:
            problem: What is wrong; empty for nothing.
        """
        told = said(f"{self.field.label}: {problem}", "alert") if problem else ""
        if self.error.value != told:
            self.error.value = told

    def enable(self, *, enabled: bool) -> None:
        """Let somebody type, or not.

        Args:
            enabled: Whether they may.
        """
        for widget in self.inputs:
            if widget.disabled is enabled:
                widget.disabled = not enabled

    def show_kept(self, entered: Any) -> None:
        """Show what the model holds, where the widget does not.

        Args:
            entered: What the model holds.
        """

    def put(self, entered: Any) -> None:
        """Fill the field in.

        Args:
            entered: What :meth:`Field.entered` gives.
        """
        self.inputs[0].value = entered

    def _inputs(self) -> list[Any]:
        made = self._widget()
        made.observe(self._entered, "value")
        return [made]

    def _entered(self, change: dict[str, Any]) -> None:
        self._change(self.field.name, change["new"])

    def _widget(self) -> Any:
        shape = self.field.shape
        if shape in ROWS:
            return self._labelled(w.Textarea, placeholder=HINTS.get(shape, ""), rows=ROWS[shape])
        return self._labelled(w.Text, placeholder=HINTS.get(shape, ""))

    def _labelled(self, kind: Any, **options: Any) -> Any:
        return kind(
            description=self.label, style={"description_width": LABEL}, layout=WIDE, **options
        )

    def _placed(self) -> list[Any]:
        return self.inputs


class Choice(Entry):
    """A list to choose one from."""

    def _widget(self) -> Any:
        choices = [(_said(choice), choice) for choice in self.field.choices]
        if self.field.shape is Shape.FLAG:
            choices = [("yes", True), ("no", False)]
        made = self._labelled(w.Dropdown, options=[(NOT_GIVEN, None), *choices])
        made.index = 0
        return made

    def put(self, entered: Any) -> None:
        """Choose.

        Args:
            entered: The choice; None for none.
        """
        if entered is None:
            self.inputs[0].index = 0
        else:
            super().put(entered)


class Choices(Entry):
    """Boxes to tick."""

    def put(self, entered: Any) -> None:
        """Tick the boxes of some choices.

        Args:
            entered: The choices.
        """
        for choice, box in zip(self.field.choices, self.inputs, strict=True):
            box.value = choice in entered

    def _inputs(self) -> list[Any]:
        boxes = [
            w.Checkbox(
                description=_said(choice),
                tooltip=f"{self.label}: {_said(choice)}",
                indent=False,
                layout=TICKED,
            )
            for choice in self.field.choices
        ]
        for box in boxes:
            box.observe(self._ticked, "value")
        return boxes

    def _ticked(self, _: object) -> None:
        ticked = zip(self.field.choices, self.inputs, strict=True)
        self._change(self.field.name, tuple(choice for choice, box in ticked if box.value))

    def _placed(self) -> list[Any]:
        right = f'<div style="text-align:right;padding-right:8px">{escaped(self.label)}</div>'
        boxes = w.HBox(self.inputs, layout={"flex_flow": "row wrap", "max_width": "33em"})
        return [w.HBox([shown(right, width=LABEL), boxes])]


class Moment(Entry):
    """A time, typed or picked from a calendar."""

    def enable(self, *, enabled: bool) -> None:
        """Let somebody type and pick, or not.

        Args:
            enabled: Whether they may.
        """
        super().enable(enabled=enabled)
        self.picker.disabled = not enabled

    def _placed(self) -> list[Any]:
        self.picker = w.NaiveDatetimePicker(
            description=f"or pick {self.field.label} (UTC)", style={"description_width": "initial"}
        )
        self.picker.observe(self._picked, "value")
        return [*self.inputs, w.HBox([self.picker], layout={"margin": f"0 0 0 {LABEL}"})]

    def _picked(self, change: dict[str, Any]) -> None:
        if change["new"] is not None:
            self.put(change["new"].isoformat(timespec="minutes"))


class Password(Entry):
    """A password, which no widget keeps."""

    _kind: Any = w.Password

    def put(self, entered: Secret | None) -> None:
        """Keep a password, or forget it.

        Args:
            entered: The password.
        """
        self._change(self.field.name, entered)

    def show_kept(self, entered: Any) -> None:
        """Say whether a password is kept.

        Args:
            entered: What the model holds.
        """
        told = KEPT if entered else ""
        if self.inputs[0].placeholder != told:
            self.inputs[0].placeholder = told

    def _inputs(self) -> list[Any]:
        # Told on leaving the field, so that it can be emptied without disturbing who types.
        typed = self._labelled(self._kind, continuous_update=False)
        typed.observe(self._typed, "value")
        return [typed]

    def _typed(self, change: dict[str, Any]) -> None:
        if change["new"]:
            self.inputs[0].value = ""
            self.put(Secret(change["new"]))


class Files(Entry):
    """Files to upload, with their sizes as they are sent."""

    _uploads: tuple[Upload, ...] = ()

    def put(self, entered: tuple[Upload, ...]) -> None:
        """Take these files in place of the present ones.

        Args:
            entered: The files.
        """
        self._uploads = entered
        self._list()
        self._change(self.field.name, entered)

    def enable(self, *, enabled: bool) -> None:
        """Let somebody add and remove files, or not.

        Args:
            enabled: Whether they may.
        """
        super().enable(enabled=enabled)
        for button in self._listed.children:
            button.disabled = not enabled

    def _inputs(self) -> list[Any]:
        several = self.field.shape is Shape.FILES
        upload = w.FileUpload(description=self.label, multiple=several, layout={"width": "auto"})
        upload.observe(self._uploaded, "value")
        return [upload]

    def _uploaded(self, change: dict[str, Any]) -> None:
        if not change["new"]:
            return
        added = tuple(
            Upload(file["name"], bytes(file["content"]), file["type"]) for file in change["new"]
        )
        # The widget's own copy would be saved with the notebook.
        self.inputs[0].value = ()
        self.put((*self._uploads, *added) if self.field.shape is Shape.FILES else added)

    def _placed(self) -> list[Any]:
        self._listed = w.VBox()
        self._size = shown()
        layout = {"margin": f"0 0 0 {LABEL}", "align_items": "flex-start"}
        return [w.VBox([*self.inputs, self._listed, self._size], layout=layout)]

    def _list(self) -> None:
        self._listed.children = [self._removal(upload) for upload in self._uploads]
        whole = sum(upload.size for upload in self._uploads)
        limit = f"{size_in_words(whole)} as sent, of {size_in_words(MOST_EMAIL)} for the email"
        over = "; too much" if whole > MOST_EMAIL else ""
        told = f'<div style="{QUIET}" role="status">{escaped(limit + over)}</div>'
        self._size.value = told if self._uploads else ""

    def _removal(self, upload: Upload) -> Any:
        size = size_in_words(len(upload.content))
        button = w.Button(description=f"Remove {upload.name} ({size})", layout={"width": "auto"})

        def remove(_: object) -> None:
            self.put(tuple(kept for kept in self._uploads if kept is not upload))

        button.on_click(remove)
        return button


KINDS: dict[Shape, type[Entry]] = {
    Shape.CHOICE: Choice,
    Shape.FLAG: Choice,
    Shape.CHOICES: Choices,
    Shape.MOMENT: Moment,
    Shape.PASSWORD: Password,
    Shape.FILES: Files,
    Shape.EMAIL: Files,
}


def entry_of(asked: Field, change: Change) -> Entry:
    """The widgets of a field.

    Args:
        asked: The field.
        change: Told the field's name and what is entered.
    """
    return KINDS.get(asked.shape, Entry)(asked, change)


def _said(choice: Any) -> str:
    return f"{choice:,}" if isinstance(choice, int) else str(choice)
