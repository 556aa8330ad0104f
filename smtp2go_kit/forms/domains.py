"""The desk of sender domains: which DNS records to publish, and which of them are there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from smtp2go_kit.client import Client
from smtp2go_kit.dns_records import PREFIXES, dns_records, is_same
from smtp2go_kit.forms.desk import Desk, Pick, rows_of
from smtp2go_kit.forms.markup import (
    code,
    copy_button,
    escaped,
    heading,
    paragraph,
    said,
    shown,
    table,
    tabs,
)
from smtp2go_kit.forms.model import Model, model_of
from smtp2go_kit.forms.view import Form, change
from smtp2go_kit.frames import child_frame

if TYPE_CHECKING:
    import pandas as pd

NAME = "domain_fulldomain"
PICK = Pick(
    NAME,
    dict.fromkeys(("verify", "returnpath", "tracking", "remove"), "domain"),
    {"old_subdomain": "domain_rpath_selector"},
)
TITLES = {
    "verify": "Verify",
    "add": "Add",
    "returnpath": "Return path",
    "tracking": "Tracking",
    "remove": "Remove",
}
"""The forms that act on domains; Verify stands below the records, the others in tabs."""
PICK_ONE = "Pick a domain to see the DNS records that it needs."
HEADS = ("Purpose", "Type", "Host", "Value", "Status")
OFF = "Tracking through {} is off: its record, a CNAME to track.smtp2go.net, may be left out."
WAIT = (
    "then press Verify. DNS changes can take a while to be seen everywhere: if a record is not "
    "found yet, verify again later."
)


def domains(client: Client) -> DomainDesk:
    """The domains that mail is sent from: the DNS records to publish, verify, add, rename, remove.

    Args:
        client: The client to act through.
    """
    made = DomainDesk(client)
    made.refresh()
    return made


class DomainForm(Form):
    """A form whose answer the desk shows as DNS records.

    Args:
        model: What it shows.
        title: Its heading.
    """

    def _draw_result(self) -> None:
        """Leave it to the desk."""


class DomainList(Form):
    """The domains, with the state of each record.

    Args:
        model: The model of ``domain.view``.
    """

    def __init__(self, model: Model) -> None:
        self.overview = shown()
        super().__init__(model, "Your domains")

    def _foot(self) -> list[Any]:
        return [*super()._foot(), self.overview]

    def _draw_result(self) -> None:
        if self.result is not None:
            change(self.overview, "value", overview(self.result))


class VerifyForm(DomainForm):
    """Look records up, as often as it takes.

    Args:
        model: The model of ``domain.verify``.
        title: Its heading.
    """

    def _again(self) -> None:
        self.model.rearm()
        self._go()

    def _draw_controls(self) -> None:
        with self.again.hold_sync():
            super()._draw_controls()
            change(self.again, "description", "Verify again")


class DomainDesk(Desk):
    """The sender domains, the DNS records of the one that is picked, and what can be done to it.

    Args:
        client: The client to act through.
    """

    def __init__(self, client: Client) -> None:
        self.records = shown(paragraph(PICK_ONE))
        calls = client.domain
        forms = {
            name: (VerifyForm if name == "verify" else DomainForm)(
                model_of(getattr(calls, name)), title
            )
            for name, title in TITLES.items()
        }
        listing = DomainList(model_of(calls.view))
        parts = [self.records, forms["verify"]]
        super().__init__("Sender domains", listing, PICK, forms, parts)

    def _tabs(self) -> Any:
        others = {TITLES[name]: form for name, form in self.actions.items() if name != "verify"}
        return tabs(list(others.values()), others)

    def _listed(self) -> None:
        if self.result is not self._seen.get(""):
            # While the list is renewed nothing is picked for a moment.
            with self.records.hold_sync():
                super()._listed()
                self._tell_picked()

    def _picked(self, _: object) -> None:
        super()._picked(None)
        self._tell_picked()

    def _acted(self) -> None:
        answers = [
            form.result.dropna(subset=NAME)
            for name, form in self.actions.items()
            if name != "remove" and form.result is not None
            if form.result is not self._seen.get(name)
        ]
        told = [frame.head(1) for frame in answers if len(frame)]
        for row in told:
            change(self.records, "value", needed(row))
        super()._acted()
        for row in told:
            if row[NAME].iloc[0] in self.picker.options:
                self.picker.value = row[NAME].iloc[0]

    def _tell_picked(self) -> None:
        if self.result is None or self.row is None:
            change(self.records, "value", paragraph(PICK_ONE))
        else:
            picked = rows_of(self.result, NAME, self.picker.value)
            change(self.records, "value", needed(picked))

    def _values(self, form: Form, row: pd.Series[Any], parameter: str) -> dict[str, Any]:
        values = super()._values(form, row, parameter)
        if form is self.actions["tracking"] and self.result is not None:
            labels = child_frame(rows_of(self.result, NAME, row[NAME]), "trackers")["subdomain"]
            values["old_subdomain"] = next(iter(labels.dropna()), None)
        return values


def overview(frame: pd.DataFrame) -> str:
    """Which records of which domain are verified, as markup.

    Args:
        frame: What any call of ``client.domain`` returned.
    """
    records = _records(frame)
    rows = [
        [escaped(name), *(_mark(records, name, purpose) for purpose in PREFIXES)]
        for name in frame[NAME].dropna()
    ]
    if not rows:
        return paragraph("No domains yet: add one below.")
    heads = ["Domain", *(_capital(purpose) for purpose in PREFIXES)]
    return table("DNS records by domain", heads, rows)


def _mark(records: pd.DataFrame, name: str, purpose: str) -> str:
    about = rows_of(rows_of(records, "domain", name), "purpose", purpose)
    return _state(bool(about["verified"].all())) if len(about) else "not in use"


def _state(verified: bool) -> str:
    return "✔ verified" if verified else "✘ not yet"


def _capital(purpose: str) -> str:
    return purpose[:1].upper() + purpose[1:]


def needed(frame: pd.DataFrame) -> str:
    """The records that one domain needs and what to do about them, as markup.

    Args:
        frame: The domain's row, as any call of ``client.domain`` returned it.
    """
    records = _records(frame)
    name = str(frame[NAME].iloc[0])
    off = (said(OFF.format(host)) for host in _off(frame))
    caption = f"To publish for {name}, exactly as it is here"
    rows = [_cells(*of_row) for of_row in zip(_labels(records), records.itertuples(), strict=True)]
    shown_table = table(caption, HEADS, rows) if rows else ""
    told = said(advice(records), "status")
    return "".join([heading(f"DNS records of {name}", 4), told, *off, shown_table])


def advice(records: pd.DataFrame) -> str:
    """What to do next, in a sentence.

    Args:
        records: The records that one domain needs.
    """
    missing = int((~records["verified"]).sum())
    if missing:
        count = "1 record" if missing == 1 else f"{missing} records"
        return f"Publish {count} at your DNS provider, {WAIT}"
    if len(records):
        return f"{len(records)} of {len(records)} records are verified: there is nothing to do."
    return "The service named no records for this domain."


def _records(frame: pd.DataFrame) -> pd.DataFrame:
    """The records; one that the service says nothing of is not verified."""
    return dns_records(frame).fillna({"verified": False})


def _off(frame: pd.DataFrame) -> list[str]:
    trackers = child_frame(frame, "trackers")
    return list(trackers.loc[~trackers["enabled"].fillna(value=True), "fulldomain"].dropna())


def _labels(records: pd.DataFrame) -> list[str]:
    """The purposes, which name the records; where one has several, with their hosts."""
    purposes = list(records["purpose"])
    return [
        purpose if purposes.count(purpose) == 1 else f"{purpose} {host}"
        for purpose, host in zip(purposes, records["host"], strict=True)
    ]


def _cells(label: str, record: Any) -> list[str]:
    copied = (
        code(text) + copy_button(text, f"Copy {part} of {label}")
        for part, text in (("host", record.host), ("value", record.value))
    )
    return [escaped(_capital(label)), escaped(record.type), *copied, "".join(_status(record))]


def _status(record: Any) -> Iterator[str]:
    yield said(_state(record.verified))
    if isinstance(record.found, str) and not is_same(record.found, record.value):
        yield said(f"DNS has now: {record.found}")
    if not record.verified and isinstance(record.status, str):
        yield said(record.status)
