"""The desk of suppressions: who gets no mail and why, their history, and how it is changed."""

from __future__ import annotations

import html
import re

import httpx
import pandas as pd
import pytest

from smtp2go_kit import Client
from smtp2go_kit.forms.desk import NOTHING
from smtp2go_kit.forms.model import State
from smtp2go_kit.forms.suppressions import suppressions
from tests.conftest import KEY, Service, body_of, path_of

NOW = "2026-11-24T09:00:00"
ANN = "ann@kettle.example"
HOSTILE = "<img src=x onerror=alert(1)>"


def words(markup):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def row(address, reason="manual", **more):
    return {"email_address": address, "reason": reason, "timestamp": "2026-11-20T10:00:00", **more}


class Account(Service):
    """A service with this list, which tells what else it was asked.

    Args:
        rows: The suppressions.
        answers: What it answers on other paths.
    """

    def __init__(self, *rows, **answers):
        super().__init__(self.answer)
        self.rows = list(rows)
        self.refused = []
        self.answers = answers
        settings = {"transport": self, "clock": self.clock, "sleep": self.clock.sleep}
        self.client = Client(KEY, retries=0, **settings)

    def answer(self, request):
        path, asked = path_of(request), body_of(request)
        name = path.strip("/").replace("/", "_")
        if name != "suppression_view":
            return self.answers.get(name, {"data": {}})
        exact = asked.get("email_address")
        if exact in self.refused:
            return 500
        found = [r for r in self.rows if exact in (None, r["email_address"])]
        return {"data": {"suppressions": found}}

    def paths(self):
        return [path for path, _ in self.sent]


@pytest.fixture(params=["documented", "served"])
def client(request):
    """A client of the sandbox under either contract."""
    return Client.sandbox(now=NOW, contract=request.param)


def pick(desk, name):
    desk.picker.value = name
    return desk


def filled(form):
    return vars(form.model)["values"]


def press_remove(desk, times=1):
    form = desk.actions["remove"]
    form.go.click()
    form.typed.value = form.model.phrase
    for _ in range(times):
        form.yes.click()
    return form


# Looking


def test_the_list_is_there_on_opening(client):
    desk = suppressions(client)
    listed = client.suppression.view()
    assert desk.result["email_address"].tolist() == listed["email_address"].tolist()
    assert list(desk.picker.options) == [NOTHING, *dict.fromkeys(listed["email_address"])]
    assert "Pick an address or domain" in desk.known.value


def test_the_list_can_be_narrowed_by_a_wildcard(client):
    desk = suppressions(client)
    desk.listing.fill(wildcard="hotmail")
    desk.listing.again.click()
    desk.listing.go.click()
    assert len(desk.result) > 1
    assert all("hotmail" in name for name in desk.picker.options[1:])


def test_a_pick_tells_all_reasons_with_time_and_words_and_ticks_them():
    spam = row(ANN, "spam", complain="Why did I get this?")
    account = Account(row(ANN, block_description="by phone"), row("bob@kettle.example"), spam)
    desk = pick(suppressions(account.client), ANN)
    told = words(desk.known.value)
    assert told.startswith(ANN)
    assert "manual : since 2026-11-20 10:00 UTC; by phone" in told
    assert "spam : since 2026-11-20 10:00 UTC; Why did I get this?" in told
    form = desk.actions["remove"]
    assert filled(form) == {"email_address": ANN, "reasons": ("manual", "spam")}
    pick(desk, "bob@kettle.example")
    assert filled(form) == {"email_address": "bob@kettle.example", "reasons": ("manual",)}
    pick(desk, NOTHING)
    assert "Pick an address or domain" in desk.known.value


def test_a_reason_that_the_service_invents_is_told_and_cannot_be_ticked():
    desk = pick(suppressions(Account(row(ANN, "tempfail")).client), ANN)
    assert "tempfail" in desk.known.value
    assert filled(desk.actions["remove"])["reasons"] == ()


def test_what_people_wrote_is_shown_as_text():
    account = Account(row(HOSTILE, block_description=HOSTILE, complain=f"{HOSTILE} $5"))
    desk = pick(suppressions(account.client), HOSTILE)
    assert "<img" not in desk.known.value
    assert html.escape(HOSTILE) in desk.known.value


# Whole domains


def test_a_domain_is_told_to_be_a_whole_one(client):
    client.suppression.add("kettle.example")
    desk = pick(suppressions(client), "kettle.example")
    assert "no address there gets mail" in desk.known.value


@pytest.mark.parametrize("name", ["kettle.example", "@kettle.example", "Kettle.example"])
def test_an_address_behind_a_whole_domain_is_told(name):
    account = Account(row(ANN, "bounce"), row(name))
    desk = pick(suppressions(account.client), ANN)
    assert "whole domain kettle.example is on the list, too" in desk.known.value
    desk.actions["remove"].go.click()
    assert "lets no mail through" in desk.actions["remove"].question.value


def test_an_address_that_is_looked_up_is_told_to_be_behind_its_domain(client):
    client.suppression.add("kettle.example")
    desk = suppressions(client)
    desk.listing.fill(email_address=ANN)
    desk.listing.go.click()
    assert len(desk.result) == 0
    assert "its whole domain kettle.example is: it gets no mail" in desk.known.value
    client.suppression.remove("kettle.example", ["manual"])
    desk.listing.again.click()
    assert f"{ANN} is not on the list." in desk.known.value


def test_a_domain_that_cannot_be_asked_for_does_not_disturb_the_list():
    account = Account(row(ANN))
    account.refused.append("kettle.example")
    desk = suppressions(account.client)
    desk.listing.fill(email_address=ANN)
    desk.listing.go.click()
    assert desk.listing.model.state is State.DONE
    assert "kettle.example" not in words(pick(desk, ANN).known.value).replace(ANN, "")


# History


def events(*recipients):
    told = [
        {"recipient": name, "event": "delivered", "date": f"2026-11-{10 + day}T10:00:00Z"}
        for day, name in enumerate(recipients)
    ]
    return {"data": {"events": told}}


def test_the_history_is_asked_for_by_a_button_only_and_is_of_exactly_that_recipient():
    others = ("joann@kettle.example", "ann@kettle.example.org")
    account = Account(row(ANN), activity_search=events(ANN, *others, ANN.upper()))
    desk = pick(suppressions(account.client), ANN)
    assert set(account.paths()) == {"/suppression/view"}
    desk.history.go.click()
    path, asked = account.sent[-1]
    assert (path, asked["search_recipient"]) == ("/activity/search", ANN)
    assert "start_date" in asked
    assert desk.history.result["recipient"].tolist() == [ANN.upper(), ANN]
    assert "2 rows." in desk.history.status.value
    assert "delivered" in desk.history.output.outputs[0]["data"]["text/html"]


def test_the_history_of_a_domain_is_of_all_its_recipients():
    found = events(ANN, "bob@kettle.example", "ann@teakettle.example")
    account = Account(row("@kettle.example"), activity_search=found)
    desk = pick(suppressions(account.client), "@kettle.example")
    desk.history.go.click()
    assert account.sent[-1][1]["search_recipient"] == "kettle.example"
    assert desk.history.result["recipient"].tolist() == ["bob@kettle.example", ANN]


def test_the_history_reaches_30_days_back_in_the_sandbox(client):
    recipient = client.suppression.view()["email_address"].iloc[0]
    desk = pick(suppressions(client), recipient)
    desk.history.submit()
    assert desk.history.result.attrs["window"][0] == "2026-10-25T09:00:00Z"
    assert set(desk.history.result["recipient"]) == {recipient}
    assert desk.history.result["date"].is_monotonic_decreasing


def test_another_pick_has_a_history_of_its_own():
    account = Account(row(ANN), row("bob@kettle.example"), activity_search=events(ANN))
    desk = pick(suppressions(account.client), ANN)
    desk.history.go.click()
    pick(desk, "bob@kettle.example")
    assert desk.history.result is None
    assert desk.past.children == (desk.history,)
    pick(desk, NOTHING)
    assert desk.past.children == ()


# Changing


def test_a_removal_shows_what_is_known_and_what_stays():
    account = Account(row(ANN, block_description="by phone"), row(ANN, "bounce"))
    desk = pick(suppressions(account.client), ANN)
    form = desk.actions["remove"]
    form.fill(reasons=["manual", "spam"])
    form.go.click()
    told = words(form.question.value)
    assert "On the list as manual : since 2026-11-20 10:00 UTC; by phone; is lifted" in told
    assert "On the list as bounce : since 2026-11-20 10:00 UTC; stays" in told
    assert "Not in the list above as spam : there may be nothing to lift" in told
    assert form.typed.description == f"Type {ANN} to confirm"


def test_a_removal_is_done_once_and_the_list_renewed(client):
    client.suppression.add(ANN)
    desk = pick(suppressions(client), ANN)
    desk.actions["remove"].fill(reasons=["manual"])
    form = press_remove(desk, times=3)
    assert "Done: 1 removed" in form.status.value
    assert form.model.state is State.DONE
    assert ANN not in desk.picker.options
    assert client.suppression.view(email_address=ANN).empty


def test_the_reasons_that_are_left_are_ticked_and_the_pick_and_its_history_stay(client):
    name = client.suppression.view().set_index("reason")["email_address"]["unsubscribe"].iloc[0]
    client.suppression.add(name)
    desk = pick(suppressions(client), name)
    desk.history.go.click()
    desk.actions["remove"].fill(reasons=["manual"])
    form = press_remove(desk, times=3)
    assert form.model.state is State.DONE
    assert desk.picker.value == name
    assert filled(form)["reasons"] == ("unsubscribe",)
    assert "manual" not in desk.known.value
    assert desk.history.result is not None


def test_lifting_what_somebody_asked_for_is_warned_of():
    account = Account(row(ANN, "spam"), row("bob@kettle.example", "bounce"))
    desk = pick(suppressions(account.client), ANN)
    form = desk.actions["remove"]
    assert "Warning: this person reported your mail as spam." in words(form.warning.value)
    form.go.click()
    assert "this person reported your mail as spam" in form.question.value
    pick(desk, "bob@kettle.example")
    assert form.warning.value == ""
    form.go.click()
    assert "this person" not in form.question.value
    form.fill(reasons=["spam", "unsubscribe"])
    assert "reported your mail as spam or unsubscribed" in form.warning.value


def test_adding_one_renews_the_list(client):
    desk = suppressions(client)
    form = desk.actions["add"]
    form.fill(email_address=ANN, block_description="by phone")
    for _ in range(3):
        form.go.click()
    assert "by phone" in words(pick(desk, ANN).known.value)
    assert "Done: " in form.status.value


def test_adding_many_renews_the_list(client):
    frame = pd.DataFrame({"email_address": [ANN, "teakettle.example"]})
    desk = suppressions(client, frame)
    form = desk.actions["add_many"]
    form.go.click()
    form.yes.click()
    assert form.result["outcome"].tolist() == ["done", "done"]
    assert {ANN, "teakettle.example"} <= {*desk.picker.options}
    assert "2 rows: 2 done." in form.status.value


def test_what_was_added_before_a_failure_is_in_the_list(told):
    account = Account(row(ANN), suppression_add=told(401))
    desk = suppressions(account.client, [ANN])
    account.rows.append(row("bob@kettle.example"))
    desk.actions["add_many"].go.click()
    desk.actions["add_many"].yes.click()
    assert desk.actions["add_many"].model.state is State.FAILED
    assert "bob@kettle.example" in desk.picker.options


def test_a_list_that_cannot_be_had_is_told_and_the_desk_opens():
    service = Service(httpx.ConnectError("refused"))
    client = Client(KEY, retries=0, transport=service, sleep=service.clock.sleep)
    desk = suppressions(client)
    assert desk.result is None
    assert 'role="alert"' in desk.listing.status.value


def test_the_tabs_are_named(client):
    desk = suppressions(client)
    assert list(desk.actions) == ["remove", "add", "add_many"]
    assert "Add many" in desk.children[-1].titles
    assert "Suppressions" in desk._repr_mimebundle_()["text/html"]
