"""The audit log has one line for each send or change that was decided, and no contents."""

from __future__ import annotations

import json
import stat

import httpx
import pytest

from mcp_server.policy import Policy

SEND = {"sender": "me@mine.example", "to": ["a@b.example"], "subject": "Hello"}
BODIES = {"text_body": "Code 123456", "html_body": "<b>Code 123456</b>"}


def outcomes(session) -> list[tuple[str, str]]:
    return [(line["decision"], line["outcome"]) for line in session.logged]


def test_a_change_that_was_made_has_one_line(scripted, mode, change, samples):
    session, sent = scripted(mode=mode, answers="accepts")
    arguments = samples[change]
    if change == "users_smtp_edit":
        arguments = {**arguments, "new_password": True}
    session.done(change, **arguments)
    (line,) = session.logged
    assert {*line} == {
        *("time", "account", "tool", "arguments", "decision", "outcome", "request_id")
    }
    assert line["tool"] == change
    assert line["decision"] == "confirmed by the user"
    assert line["outcome"] == "done"
    assert line["request_id"] == "r-1"
    assert line["account"] == "the sandbox"
    assert len(sent) == 1


def test_a_send_by_token_says_so(scripted, mode):
    session, _ = scripted(mode=mode)
    session.changed("email_send", **SEND)
    assert outcomes(session) == [("confirmed by token", "done")]


@pytest.mark.parametrize("answer", ["unticks", "declines", "cancels"])
def test_a_refusal_of_the_users_has_one_line(scripted, mode, answer):
    session, _ = scripted(mode=mode, answers=answer)
    session.refusal("email_send", **SEND)
    ((decision, outcome),) = outcomes(session)
    assert "did not agree" in decision
    assert outcome == "not done"


def test_every_kind_of_refusal_and_failure_has_one_line(scripted, mode):
    def lines_of(*script, arguments=SEND, answers="accepts", **limits):
        session, _ = scripted(*script, policy=Policy(**limits), mode=mode, answers=answers)
        before = len(session.logged)
        session.refusal("email_send", **arguments)
        return outcomes(session)[before:]

    ((decision, outcome),) = lines_of(allow_recipients=("@x.example",))
    assert "allowlist" in decision
    assert outcome == "not done"
    ((decision, _),) = lines_of(arguments={**SEND, "bcc": ["c@d.example"]})
    assert "Blind copies" in decision
    ((decision, outcome),) = lines_of(writes_per_hour=0)
    assert "--writes-per-hour" in decision
    assert outcome == "not done"
    ((_, outcome),) = lines_of(httpx.ReadTimeout("slow"))
    assert outcome == "unknown"
    ((_, outcome),) = lines_of(httpx.Response(400, json={"data": {"error": "no"}}))
    assert outcome.startswith("failed")
    ((decision, _),) = lines_of(arguments={**SEND, "confirm_token": "made-up"}, answers=None)
    assert "unknown or was used" in decision


def test_a_change_of_a_user_that_could_not_be_prepared_has_a_line(scripted):
    session, _ = scripted({"data": {"results": []}}, answers="accepts")
    session.refusal("users_smtp_edit", username="a-user")
    ((decision, outcome),) = outcomes(session)
    assert outcome == "not done"
    assert decision


def test_a_dry_run_has_one_line(scripted, mode):
    session, _ = scripted(policy=Policy(dry_run=True), mode=mode)
    session.done("email_send", **SEND)
    assert outcomes(session) == [("dry run", "not done")]


def test_the_log_has_no_contents_however_short(scripted, tmp_path):
    (tmp_path / "a.txt").write_text("Code 123456")
    session, _ = scripted(policy=Policy(attach_from=(tmp_path,)), answers="accepts")
    session.done("email_send", **SEND, **BODIES, attachments=[str(tmp_path / "a.txt")])
    mime = "From: a@b.example\nTo: c@d.example\n\nCode 123456"
    session.done("email_mime", mime_email=mime)
    session.done("single_sender_emails_add", email_address="a@b.example", message="Code 123456")
    text = json.dumps(session.logged)
    assert "Code" not in text
    assert "Q29kZSAxMjM0NTY" not in text
    assert "RnJvbTog" not in text
    assert "a@b.example" in text
    assert "Hello" in text


def test_a_line_is_one_line_whatever_is_in_it(scripted):
    session, _ = scripted(answers="accepts")
    text = 'x\n{"outcome":"done"}\r\n\u2028\u202e\x1b[31m\ud800'
    session.done("suppression_add", email_address="a@b.example", block_description=text)
    path = session.setup.audit.path
    assert len(path.read_text().split("\n")) == 2
    assert path.read_text().isascii()
    assert path.read_text().rstrip("\n").isprintable()


def test_without_a_request_id_the_log_says_null(scripted):
    session, _ = scripted({"data": {"succeeded": 1, "failed": 0}}, answers="accepts")
    session.done("email_send", **SEND)
    assert session.logged[0]["request_id"] is None


def test_the_log_is_the_users_alone(scripted):
    session, _ = scripted(answers="accepts")
    session.done("email_send", **SEND)
    assert stat.S_IMODE(session.setup.audit.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(session.setup.audit.path.parent.stat().st_mode) == 0o700


def test_a_log_that_was_open_to_others_is_closed_to_them(scripted):
    session, _ = scripted(answers="accepts")
    path = session.setup.audit.path
    path.parent.mkdir()
    path.touch(0o644)
    session.done("email_send", **SEND)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_log_that_cannot_be_written_refuses_before_anything_is_sent(
    scripted, mode, change, samples
):
    session, sent = scripted(mode=mode, answers="accepts")
    session.setup.audit.path.mkdir(parents=True)
    text = session.refusal(change, **samples[change])
    assert "--audit-log" in text
    assert "--no-audit" in text
    assert sent == []


@pytest.mark.parametrize("answer", [None, "declines"])
def test_a_refusal_is_told_even_if_it_cannot_be_logged(scripted, mode, answer):
    session, _ = scripted(mode=mode, answers=answer)
    session.setup.audit.path.mkdir(parents=True)
    assert "Not done" in session.refusal("email_send", **SEND)


def test_what_was_sent_is_told_even_if_it_cannot_be_logged(scripted, mode):
    def breaks(told):
        path = session.setup.audit.path
        path.unlink()
        path.mkdir()
        return told

    for told in ({"data": {"succeeded": 1, "failed": 0}}, httpx.ReadTimeout("slow")):
        session, sent = scripted(lambda _, told=told: breaks(told), mode=mode, answers="accepts")
        text = session.call("email_send", **SEND).content[0].text
        assert "Done" in text or "Do not repeat" in text
        assert len(sent) == 1
        session.setup.audit.path.rmdir()


def test_the_log_can_be_off(scripted, tmp_path, mode):
    session, sent = scripted(audit=False, mode=mode, answers="accepts")
    session.done("email_send", **SEND)
    assert len(sent) == 1
    assert not (tmp_path / "state").exists()


def test_reads_and_previews_leave_no_line(scripted):
    session, _ = scripted()
    session.call("activity_search")
    session.token("email_send", **SEND)
    assert session.logged == []
