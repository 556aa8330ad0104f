"""Compose and send: the form of ``email.send`` laid out as people write mail."""

from __future__ import annotations

import datetime as dt
from typing import Any

from smtp2go_kit.addresses import address_of
from smtp2go_kit.forms.entries import Entry
from smtp2go_kit.forms.letter import Letter
from smtp2go_kit.forms.markup import heading, paragraph, shown, w
from smtp2go_kit.forms.model import Model, State, model_of
from smtp2go_kit.forms.view import REQUIRED, Form, button, change, show

HEAD = ("sender", "to", "cc", "bcc", "subject")
BODIES = ("text_body", "html_body")
FOOT = ("attachments", "inlines", "custom_headers")
ADVICE = (
    "Fill in both bodies: readers that show no HTML get the plain text. Preview shows what would "
    "be sent and to whom; nothing leaves before Send now."
)
EARLIER = dt.timedelta(minutes=5)
"""How long before a send the search begins that looks for it: clocks differ."""
LOOK = "Look here first whether it was sent; an event of it can take a minute to appear:"


class SendForm(Form):
    """Compose an email, preview it, try it on yourself, and send it once.

    Args:
        model: The model of ``email.send``.
    """

    def __init__(self, model: Model) -> None:
        self.test = button("Test-send to myself", "", self._press_test)
        self.activity = Form(model_of(model.client.activity.search))
        self._sought: Letter | None = None
        self.looking = w.VBox([shown(paragraph(LOOK)), self.activity])
        super().__init__(model, "Send an email")

    def submit_test(self) -> None:
        """Press the button that sends the email, as it stands, to its sender alone."""
        self.model.submit(**self._alone())

    def _press_test(self) -> None:
        self.model.submit(self._start, **self._alone())

    def _alone(self) -> dict[str, Any]:
        # Without a sender there is no recipient either, which the form refuses.
        own = address_of(str(self.model.values["sender"]).strip())
        return {"to": [own], "cc": None, "bcc": None}

    def _head(self, title: str) -> list[Any]:
        return [shown(heading(title) + paragraph(ADVICE) + paragraph(REQUIRED))]

    def _body(self) -> list[Any]:
        bodies = [_tall(self.entries[name]) for name in BODIES]
        side_by_side = w.HBox(bodies, layout={"flex_flow": "row wrap"})
        head, foot = ([self.entries[name].box for name in names] for names in (HEAD, FOOT))
        return [*head, side_by_side, *foot]

    def _buttons(self) -> list[Any]:
        return [self.go, self.test, *super()._buttons()[1:]]

    def _foot(self) -> list[Any]:
        return [*super()._foot(), self.looking]

    def _draw_controls(self) -> None:
        super()._draw_controls()
        state, letter = self.model.state, self.model.letter
        change(self.test, "disabled", state is not State.EDITING)
        if state is State.UNKNOWN and letter and letter is not self._sought:
            self._sought = letter
            began = self.model.began - EARLIER
            self.activity.output.outputs = ()
            self.activity.fill(start_date=began.isoformat(), search_subject=letter.subject)
        show(self.looking, shown=state is State.UNKNOWN)


def _tall(entry: Entry) -> Any:
    typed = entry.inputs[0]
    typed.style.description_width = "6em"
    typed.layout = {"width": "calc(100% - 8px)", "height": "15em"}
    entry.helped.layout.margin = entry.error.layout.margin = "0 0 0 6em"
    entry.box.layout = {"flex": "1 1 26em", "min_width": "20em"}
    return entry.box
