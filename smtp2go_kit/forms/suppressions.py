"""The desk of suppressions: who gets no mail, why, what happened before, and how to change it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from smtp2go_kit.call import Call
from smtp2go_kit.client import Client
from smtp2go_kit.forms.batch import Batch
from smtp2go_kit.forms.confirming import details_of
from smtp2go_kit.forms.desk import LOW, Desk, Pick
from smtp2go_kit.forms.many import many as many_calls
from smtp2go_kit.forms.markup import (
    LABEL,
    definitions,
    heading,
    paragraph,
    said,
    shown,
    w,
    warned,
)
from smtp2go_kit.forms.model import Model, Start, directly, model_of
from smtp2go_kit.forms.table import output_of
from smtp2go_kit.forms.view import Form, change

if TYPE_CHECKING:
    import pandas as pd

NAME = "email_address"
PAST = "30d"
"""How far back the history goes: as far as the service keeps it."""
PICK_ONE = "Pick an address or domain to see why it gets no mail, and to take it off the list."
WHOLE = "{} is on the list as a whole domain: no address there gets mail."
BEHIND = (
    "its whole domain {} is on the list, too: lifting what there is for the address alone lets no "
    "mail through."
)
ONLY_BEHIND = "it is not on the list itself, but its whole domain {} is: it gets no mail."
SHOWN = ("date", "event", "recipient", "subject", "smtp_response")
"""The columns of a history that are shown."""
FILTERED = "The list is filtered: look up {} alone to see whether the whole domain is on it, too."
ASKED = {"spam": "reported your mail as spam", "unsubscribe": "unsubscribed"}


def suppressions(client: Client, many: Any = None) -> SuppressionDesk:
    """Who gets no mail: look up, see the reasons and the history, remove, add one, add many.

    Args:
        client: The client to act through.
        many: Rows for the form that adds many: a DataFrame with the columns ``email_address``
            and ``block_description``, or a list of addresses; they can be pasted if not given.
    """
    made = SuppressionDesk(client, many)
    made.refresh()
    return made


class SuppressionDesk(Desk):
    """The suppressions, what is known of the one that is picked, and what can be done to it.

    Args:
        client: The client to act through.
        many: Rows for the form that adds many.
    """

    def __init__(self, client: Client, many: Any = None) -> None:
        calls = client.suppression
        self._client = client
        self._behind: pd.DataFrame | None = None
        self.known = shown(paragraph(PICK_ONE))
        self.past = w.VBox()
        self.history: History | None = None
        remove = RemoveForm(model_of(calls.remove))
        remove.model.details = self._details
        forms = {"remove": remove, "add": Form(model_of(calls.add))}
        forms["add_many"] = many_calls(calls.add, many)
        listing = Form(model_of(calls.view), "Look up")
        pick = Pick(NAME, {"remove": NAME})
        super().__init__("Suppressions", listing, pick, forms, [self.known, self.past])

    def _acted(self) -> None:
        removed, many = self.actions["remove"], self.actions["add_many"]
        if removed.result is not self._seen.get("remove") and isinstance(many.model, Batch):
            many.model.forget()
        super()._acted()

    def _values(self, form: Form, row: pd.Series[Any], parameter: str) -> dict[str, Any]:
        values = super()._values(form, row, parameter)
        choices = form.model.fields["reasons"].choices
        there = {known["reason"] for known in self._about(row[NAME])}
        return {**values, "reasons": [reason for reason in choices if reason in there]}

    def _listed(self) -> None:
        if self.result is not self._seen.get(""):
            self._ask_for_domain()
            # While the list is renewed nothing is picked for a moment.
            with self.known.hold_sync():
                super()._listed()
                self._tell()

    def _picked(self, _: object) -> None:
        super()._picked(_)
        self._tell()

    @property
    def _looked_up(self) -> str:
        """The address or domain that the list is about alone, if any."""
        call = self.listing.model.call
        if call is None or "wildcard" in call.arguments:
            return ""
        return str(call.arguments.get(NAME, ""))

    @property
    def _is_filtered(self) -> bool:
        """Whether the list was asked for with a wildcard, so that domains may be missing."""
        call = self.listing.model.call
        return call is not None and "wildcard" in call.arguments

    def _ask_for_domain(self) -> None:
        """Ask whether the domain of an address that is looked up is on the list."""
        asked = model_of(self._client.suppression.view)
        if domain := _domain(self._looked_up):
            asked.submit(email_address=domain)
        self._behind = asked.result

    def _about(self, name: str) -> list[dict[str, Any]]:
        """The rows about one address or domain."""
        records = [*_records(self.result), *_records(self._behind)]
        about = [known for known in records if _bare(known[NAME]) == _bare(name)]
        return list({known["reason"]: known for known in reversed(about)}.values())[::-1]

    def _is_behind(self, name: str) -> bool:
        """Whether the whole domain of an address is on the list."""
        domain = _domain(name)
        return bool(domain and self._about(domain))

    def _tell(self) -> None:
        name = "" if self.row is None else str(self.picker.value)
        told = self._told(name) if name else self._told_of_missing(self._looked_up)
        change(self.known, "value", told or paragraph(PICK_ONE))
        if name and (self.history is None or self.history.name != name):
            self.history = History(Events(self._client, name))
        change(self.past, "children", (self.history,) if name else ())

    def _told(self, name: str) -> str:
        lines = ((known["reason"], _since(known)) for known in self._about(name))
        parts = [heading(name, 4), definitions(lines)]
        if not _domain(name):
            parts.append(warned(WHOLE.format(_bare(name))))
        elif self._is_behind(name):
            parts.append(warned(f"{name}: {BEHIND.format(_domain(name))}"))
        elif self._is_filtered:
            parts.append(paragraph(FILTERED.format(_domain(name))))
        return "".join(parts)

    def _told_of_missing(self, name: str) -> str:
        """What to say of an address that is looked up and not on the list itself."""
        if not name or self._about(name):
            return ""
        if self._is_behind(name):
            return warned(f"{name}: {ONLY_BEHIND.format(_domain(name))}")
        return said(f"{name} is not on the list.", "status")

    def _details(self, call: Call) -> Iterator[tuple[str, str]]:
        yield from details_of(call)
        name, lifted = call.arguments[NAME], call.arguments["reasons"]
        there = {known["reason"]: known for known in self._about(name)}
        for reason, known in there.items():
            verb = "is lifted" if reason in lifted else "stays"
            yield f"On the list as {reason}", f"{_since(known)}; {verb}"
        for reason in lifted:
            if reason not in there:
                yield f"Not in the list above as {reason}", "there may be nothing to lift"
        if self._is_behind(name):
            yield "Its domain", BEHIND.format(_domain(name))
        if asked_not_to := warning(lifted):
            yield "Warning", asked_not_to


class RemoveForm(Form):
    """Take an address or domain off the list, with a warning where somebody asked to be on it."""

    def _make_controls(self) -> None:
        super()._make_controls()
        self.warning = shown(margin=f"0 0 0.5em {LABEL}")

    def _body(self) -> list[Any]:
        return [*super()._body(), self.warning]

    def _draw_fields(self) -> None:
        super()._draw_fields()
        told = warning(self.model.values["reasons"])  # noqa: PD011 - a form's, no frame's
        change(self.warning, "value", warned(told))


def warning(reasons: Any) -> str:
    """Why some reasons are not for the sender to lift; empty if none of these is.

    Args:
        reasons: The kinds of suppression.
    """
    asked = " or ".join(ASKED[reason] for reason in ASKED if reason in reasons)
    if not asked:
        return ""
    return f"this person {asked}. Lift that only if they have asked you to write again."


class Events(Model):
    """What happened to the mail of one recipient, or of those at one domain.

    Args:
        client: The client to ask.
        name: The address or domain.
    """

    def __init__(self, client: Client, name: str) -> None:
        super().__init__(model_of(client.activity.search).operation, client)
        self.name = name

    def submit(self, start: Start = directly, **instead: Any) -> None:
        """Search the last 30 days.

        Args:
            start: Runs the call.
            instead: Further values of the search.
        """
        asked = {"search_recipient": _bare(self.name), "start_date": PAST}
        super().submit(start, **{**asked, **instead})

    def _succeeded(self, frame: pd.DataFrame) -> None:
        super()._succeeded(self._of_them(frame))

    def _of_them(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The events of exactly these recipients, the newest first."""
        cells = list(frame["recipient"])
        places = [n for n, cell in enumerate(cells) if isinstance(cell, str) and self._is_of(cell)]
        return frame.take(places).sort_values("date", ascending=False, kind="stable")

    def _is_of(self, recipient: str) -> bool:
        name = recipient if _domain(self.name) else _domain(recipient)
        return _bare(name) == _bare(self.name)


class History(Form):
    """A button that shows what happened to the mail of an address or domain.

    Args:
        events: The model of it.
    """

    def __init__(self, events: Events) -> None:
        self.name = events.name
        super().__init__(events, f"History of {events.name}")

    def _make_controls(self) -> None:
        super()._make_controls()
        self.go.description = "Show history"
        self.output.layout = LOW

    def _head(self, title: str) -> list[Any]:
        return [shown(heading(title, 4))]

    def _body(self) -> list[Any]:
        return []

    def _table(self, frame: pd.DataFrame) -> dict[str, Any]:
        return output_of(frame, SHOWN)


def _records(frame: pd.DataFrame | None) -> list[dict[str, Any]]:
    told: list[dict[Any, Any]] = [] if frame is None else frame.to_dict("records")
    return told


def _bare(name: Any) -> str:
    """An address or domain as the service compares it: ``@domain`` is the domain."""
    return str(name).lower().removeprefix("@")


def _domain(name: str) -> str:
    """The domain of an address; empty for a domain."""
    local, _, domain = name.rpartition("@")
    return domain.lower() if local else ""


def _since(known: dict[str, Any]) -> str:
    """Since when somebody is on the list, and what was said of it."""
    moment = known["timestamp"]
    when = f"since {moment:%Y-%m-%d %H:%M} UTC" if moment == moment else ""  # noqa: PLR0124 - NaT
    texts = (known["block_description"], known["complain"])
    return "; ".join(filter(None, (when, *(text for text in texts if isinstance(text, str)))))
