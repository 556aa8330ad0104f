"""Clients that nobody here wrote, unmodified, against the served sandbox."""

from __future__ import annotations

import base64
import importlib
from typing import Any

import pytest
import requests


@pytest.fixture
def official(child, monkeypatch):
    """PyPI's ``smtp2go``, its root URL set to the served sandbox."""
    core = importlib.import_module("smtp2go.core")
    monkeypatch.setattr(core, "API_ROOT", f"{child.url}/")
    return core


def found(child: Any, recipient: str) -> tuple[Any, Any]:
    """What our own client finds of the mail to a recipient: its events and its copies."""
    events = child.client.activity.search(search_recipient=recipient)
    return events, child.client.email.search(filter_query=f"recipient:{recipient}")


def test_the_official_client_sends_what_ours_then_finds(child, official):
    client = official.Smtp2goClient(api_key=child.api_key)
    response = client.send(
        sender="Dave <dave@example.com>",
        recipients=["Matt <matt@official.test>"],
        subject="Trying out smtp2go",
        text="Test message",
        html="<p>Test HTML message</p>",
        custom_headers={"X-Order": "17"},
    )
    assert response.success is True
    assert response.errors == []
    assert response.status_code == 200
    events, copies = found(child, "matt@official.test")
    assert sorted(events["event"]) == ["delivered", "processed"]
    assert set(events["email_id"]) == set(copies["email_id"])
    assert response.json["data"]["email_id"] == copies["email_id"].item()
    assert copies["status"].item() == "delivered"
    assert set(events["from"]) == {"Dave <dave@example.com>"}
    assert set(events["subject"]) == {"Trying out smtp2go"}


def test_the_official_client_takes_its_key_from_the_environment(child, official, monkeypatch):
    monkeypatch.setenv("SMTP2GO_API_KEY", child.api_key)
    response = official.Smtp2goClient().send(
        sender="dave@example.com", recipients=["env@official.test"], subject="Hi", text="Hi"
    )
    assert response.success is True
    assert len(found(child, "env@official.test")[1]) == 1


def test_the_official_client_is_told_of_failures_and_of_a_bad_key(child, official):
    message = {"sender": "dave@example.com", "subject": "Hi", "text": "Hi"}
    client = official.Smtp2goClient(api_key=child.api_key)
    failed = client.send(recipients=["fail@official.test"], **message)
    assert (failed.status_code, failed.success) == (200, False)
    assert "452-4.2.2" in failed.errors[0]
    refused = official.Smtp2goClient(api_key="nonsense").send(
        recipients=["nobody@official.test"], **message
    )
    assert (refused.status_code, refused.success) == (403, False)


def test_only_todays_service_takes_a_template_in_place_of_a_subject(child, official, contract):
    response = official.Smtp2goClient(api_key=child.api_key).send(
        sender="dave@example.com",
        recipients=["template@official.test"],
        template_id="8832556",
        template_data={"template_variable": "variableValue"},
    )
    assert response.success is (contract == "served")
    assert len(found(child, "template@official.test")[1]) == response.success


def test_the_request_of_djangos_backend_is_accepted(child):
    """The shape that anymail's SMTP2GO backend posts, and all that it reads of the answer."""
    payload = {
        "to": ["Tö <to@anymail.test>", '"Comma, Ann" <ann@anymail.test>'],
        "fastaccept": True,
        "cc": ["cc@anymail.test"],
        "sender": "From <from@example.com>",
        "subject": "Subject",
        "text_body": "Body",
        "html_body": "<p>Body <img src='cid:logo'></p>",
        "custom_headers": [
            {"header": "Reply-To", "value": "reply@example.com, Other <other@example.com>"},
            {"header": "X-Anymail", "value": "17"},
        ],
        "attachments": [
            {
                "filename": "a.txt",
                "mimetype": "text/plain",
                "fileblob": base64.b64encode(b"text").decode(),
            }
        ],
        "inlines": [
            {
                "filename": "logo",
                "mimetype": "image/png",
                "fileblob": base64.b64encode(b"\x89PNG").decode(),
            }
        ],
    }
    headers = {"X-Smtp2go-Api-Key": child.api_key, "Content-Type": "application/json"}
    headers["Accept"] = "application/json"
    response = requests.post(f"{child.url}/email/send", json=payload, headers=headers, timeout=30)
    assert response.status_code == 200
    data = response.json()["data"]
    assert isinstance(data["email_id"], str)
    assert not {"error", "error_code", "failed", "failures"} & {k for k, v in data.items() if v}
    copies = child.client.email.search(email_id=[data["email_id"]])
    assert set(copies["recipient"]) == {
        "to@anymail.test",
        "ann@anymail.test",
        "cc@anymail.test",
    }
    assert set(copies["status"]) == {"delivered"}


def test_djangos_backend_sends_what_ours_then_finds(child):
    django = pytest.importorskip("django")
    pytest.importorskip(
        "anymail.backends.smtp2go",
        reason="the installed django-anymail is older than its SMTP2GO backend",
    )
    from django.conf import settings
    from django.core import mail
    from django.test import override_settings

    if not settings.configured:
        settings.configure()
        django.setup()
    anymail = {"SMTP2GO_API_KEY": child.api_key, "SMTP2GO_API_URL": child.url}
    with override_settings(ANYMAIL=anymail):
        connection = mail.get_connection("anymail.backends.smtp2go.EmailBackend")
    message = mail.EmailMessage(
        "Subject",
        "Body",
        "From <from@example.com>",
        ["Tö <to@django.test>"],
        cc=["cc@django.test"],
        reply_to=["reply@example.com"],
        headers={"X-Anymail": "17"},
        attachments=[("a.txt", "text", "text/plain")],
        connection=connection,
    )
    assert message.send() == 1
    status = message.anymail_status
    assert status.status == {"queued"}
    events, copies = found(child, "@django.test")
    assert set(copies["email_id"]) == set(events["email_id"]) == {status.message_id}
    assert set(copies["recipient"]) == {"to@django.test", "cc@django.test"}
