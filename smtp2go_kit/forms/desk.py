"""A desk: what there is under one heading, and a form for each thing to do with what is picked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from smtp2go_kit.forms.fields import label_of
from smtp2go_kit.forms.markup import TABS_STYLE, heading, shown, tabs, w
from smtp2go_kit.forms.model import State
from smtp2go_kit.forms.shape import Shape
from smtp2go_kit.forms.static import Box
from smtp2go_kit.forms.view import Form
from smtp2go_kit.secret import Secret

if TYPE_CHECKING:
    import pandas as pd

NOTHING = "(nothing picked)"
OWNER = "subaccount_id"
LOW = {"max_height": "24em", "overflow": "auto"}
"""Keeps what follows a list in sight."""


@dataclass(frozen=True)
class Pick:
    """What is picked from a list, and which forms it fills in.

    Args:
        column: The column that names a row.
        fills: The parameter that takes the name, by action.
        columns: The columns that fill further parameters, by parameter.
    """

    column: str
    fills: Mapping[str, str]
    columns: Mapping[str, str] = field(default_factory=dict[str, str])


class Desk(Box):
    """A list, a row picked from it, and the forms that act on it.

    Args:
        title: Its heading.
        listing: The form that lists what there is.
        pick: How a picked row fills the forms in.
        actions: The forms by what they do.
        parts: Further widgets, shown between the list and the forms.
    """

    def __init__(
        self,
        title: str,
        listing: Form,
        pick: Pick,
        actions: Mapping[str, Form],
        parts: Sequence[Any] = (),
    ) -> None:
        self.listing = listing
        listing.output.layout = LOW
        self.actions = dict(actions)
        self._pick = pick
        self._seen: dict[str, pd.DataFrame | None] = {}
        self._offering = False
        self.picker = w.Dropdown(
            options=[NOTHING], description="Pick one", layout={"width": "min(46em, 100%)"}
        )
        self.picker.observe(self._picked, "value")
        children = [shown(TABS_STYLE + heading(title)), listing, self.picker, *parts, self._tabs()]
        super().__init__(title, children, map(label_of, self.actions), "Actions")
        listing.model.watch(self._listed)
        for form in self.actions.values():
            form.model.watch(self._acted)

    @property
    def result(self) -> pd.DataFrame | None:
        """What the list shows."""
        return self.listing.result

    @property
    def row(self) -> pd.Series[Any] | None:
        """The row that is picked; None without one."""
        frame = self.listing.result
        if frame is None or self.picker.index in (None, 0):
            return None
        return rows_of(frame, self._pick.column, self.picker.value).iloc[0]

    def refresh(self) -> None:
        """List what there is now, all of it, and wait for it."""
        blank = dict.fromkeys(name for name in self.listing.entries if name != OWNER)
        self.listing.fill(**blank)
        self.listing.model.rearm()
        self.listing.submit()

    def _tabs(self) -> Any:
        return tabs(list(self.actions.values()), map(label_of, self.actions))

    def _listed(self) -> None:
        frame = self.listing.result
        if frame is None or frame is self._seen.get(""):
            return
        self._seen[""] = frame
        done = {n: f.model.message for n, f in self.actions.items() if f.model.state is State.DONE}
        self._offering = True
        self._offer(list(dict.fromkeys(frame[self._pick.column].dropna())))
        self._offering = False
        for name, told in done.items():
            self._fill(name)
            # Filled in anew, it is still done: a second click does not do it again.
            self.actions[name].model._to(State.DONE, told)
            self.actions[name].model._changed()

    def _offer(self, names: list[Any]) -> None:
        kept = self.picker.value
        self.picker.options = [NOTHING, *names]
        self.picker.value = kept if kept in names else NOTHING

    def _picked(self, _: object) -> None:
        if self._offering:
            return  # the same row of a new list: what is being typed stays
        for action in self._pick.fills:
            self._fill(action)

    def _fill(self, action: str) -> None:
        row, form = self.row, self.actions[action]
        if row is not None and action in self._pick.fills:
            form.fill(**self._values(form, row, self._pick.fills[action]))

    def _values(self, form: Form, row: pd.Series[Any], parameter: str) -> dict[str, Any]:
        values: dict[str, Any] = {parameter: row[self._pick.column]}
        for name, asked in form.model.fields.items():
            column = self._pick.columns.get(name, name)
            if name == parameter or column not in row.index:
                continue
            if asked.shape is Shape.PASSWORD:
                values[name] = self._password(row, column)
            else:
                values[name] = _plain(row[column], asked.choices)
        return values | self._owner(form)

    def _owner(self, form: Form) -> dict[str, Any]:
        """The subaccount that was listed: what was picked is its."""
        if not {OWNER} <= form.model.fields.keys() & self.listing.model.fields.keys():
            return {}
        listed = self.listing.model.call
        return {OWNER: listed.arguments.get(OWNER) if listed else None}

    def _password(self, row: pd.Series[Any], column: str) -> Secret | None:
        """The present password, so that it is kept if nobody types another."""
        from smtp2go_kit.frames import child_frame

        frame, name = self.listing.result, self._pick.column
        if frame is None:
            return None
        known = child_frame(rows_of(frame, name, row[name]), column)
        return next((s for s in known[column] if isinstance(s, Secret)), None)

    def _acted(self) -> None:
        """List anew after something was done."""
        for name, form in self.actions.items():
            if form.result is not None and form.result is not self._seen.get(name):
                self._seen[name] = form.result
                self.refresh()


def rows_of(frame: pd.DataFrame, column: str, name: Any) -> pd.DataFrame:
    """The rows of a list that are about one thing.

    Args:
        frame: The list.
        column: The column that names things.
        name: The name.
    """
    return frame.take([place for place, cell in enumerate(frame[column]) if cell == name])


def _plain(value: Any, choices: tuple[Any, ...]) -> Any:
    """A cell as a form takes it; None where it is missing or no choice."""
    import pandas as pd

    if value is None or value is pd.NA or value != value:  # noqa: PLR0124 - nan equals nothing
        return None
    plain = value.item() if hasattr(value, "item") else value
    return plain if not choices or plain in choices else None
