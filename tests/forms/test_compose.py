"""Composing: the test to oneself, and the search for an email whose outcome is unknown."""

from __future__ import annotations

import datetime as dt

import httpx
import ipywidgets
import pytest

from smtp2go_kit import AsyncClient, Client, forms
from smtp2go_kit.forms import State
from tests.conftest import KEY, Service

LETTER = {"to": ["ann@example.org", "bob@example.net"], "cc": "c@x.test", "subject": "Hi"}


@pytest.mark.parametrize("sender", ["me@example.com", " me@example.com\n", "Me <me@example.com>"])
def test_a_test_goes_to_the_sender_alone(sender):
    service = Service({"data": {"succeeded": 1}})
    made = forms.send(Client(KEY, transport=service), sender=sender.strip(), **LETTER)
    made.entries["sender"].inputs[0].value = sender
    made.test.click()
    assert made.model.state is State.CONFIRMING
    assert made.model.letter.recipients == {"to": ["me@example.com"], "cc": [], "bcc": []}
    made.yes.click()
    ((_, body),) = service.sent
    assert (body["to"], "cc" in body) == (["me@example.com"], False)


def test_without_a_sender_a_test_goes_to_nobody():
    service = Service()
    made = forms.send(Client(KEY, transport=service), **LETTER)
    made.test.click()
    assert (made.model.state, service.sent) == (State.EDITING, [])
    assert "Sender: is required" in made.entries["sender"].error.value


def test_an_email_that_may_be_sent_is_looked_for_from_before_it_was_sent():
    moment = [dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)]
    service = Service(httpx.ReadTimeout("slow"), {"data": {"events": []}})
    client = Client(KEY, transport=service, now=lambda: moment[0])
    made = forms.send(client, sender="me@example.com", **LETTER)
    made.go.click()
    made.yes.click()
    assert made.model.state is State.UNKNOWN
    assert made.looking.layout.display is None
    moment[0] += dt.timedelta(hours=2)
    made.activity.go.click()
    path, body = service.sent[-1]
    assert (path, body["search_subject"]) == ("/activity/search", "Hi")
    assert body["start_date"] == "2026-11-24T08:55:00"


@pytest.mark.parametrize("data", [{}, None, {"failures": []}])
def test_a_send_that_is_answered_without_a_word_may_be_sent(data):
    service = Service({"data": data, "request_id": "r"})
    made = forms.send(Client(KEY, transport=service), sender="me@example.com", **LETTER)
    made.go.click()
    made.yes.click()
    assert made.model.state is State.UNKNOWN
    assert "It may have been sent." in made.status.value


def test_what_was_previewed_is_in_no_widget_afterwards():
    made = forms.send(
        Client.sandbox(empty=True),
        sender="me@example.com",
        html_body='<img src="cid:a.png">',
        inlines=("a.png", b"canary" * 50),
        **LETTER,
    )
    for leave in (made.cancel, made.yes):
        made.go.click()
        assert "Y2FuYXJ5Y2FuYXJ5" in str(ipywidgets.Widget.get_manager_state())
        leave.click()
        assert "Y2FuYXJ5Y2FuYXJ5" not in str(ipywidgets.Widget.get_manager_state())


@pytest.mark.parametrize("make", [forms.panel, forms.smtp_users, forms.send, forms.suppressions])
def test_an_async_client_has_no_forms(make):
    with pytest.raises(TypeError, match="Client"):
        make(AsyncClient.sandbox())


def test_the_package_names_what_is_public():
    assert {"send", "many", "suppressions", "domains", "form", "panel"} <= set(forms.__all__)
    assert all(getattr(forms, name).__doc__ for name in forms.__all__)
