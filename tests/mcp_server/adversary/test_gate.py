"""Nothing is sent or changed before the user, or a token for exactly that, has agreed."""

from __future__ import annotations

import base64
import itertools
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp.types import ElicitResult

from mcp_server.confirmation import LIFE, MOST_TOKENS
from mcp_server.policy import Policy

SEND = {"sender": "me@mine.example", "to": ["ann@allowed.example"], "subject": "Hello"}
EDITED = {"data": {"results": [{"username": "a-user", "email_password": "old-one"}]}}


def fails(_: str) -> Any:
    raise RuntimeError("the window was closed")


NO = (
    {"action": "accept", "content": {"confirm": False}},
    {"action": "decline"},
    {"action": "cancel"},
)


def test_no_change_reaches_the_service_when_the_user_does_not_agree(
    scripted, mode, change, samples
):
    answers = iter(NO)
    session, sent = scripted(mode=mode, answers=lambda _: next(answers))
    for number in range(len(NO)):
        refusal = session.refusal(change, **samples[change])
        assert "did not agree" in refusal
        assert len(session.asked) == number + 1
    assert sent == []


def test_no_change_reaches_the_service_when_asking_the_user_fails(scripted, mode):
    session, sent = scripted(mode=mode, answers=fails)
    if mode == "legacy":
        assert "could not be asked" in session.refusal("email_send", **SEND)
    else:
        # In the newer era the client's own code asks, and its failure is raised there.
        with pytest.raises(ExceptionGroup):
            session.call("email_send", **SEND)
    assert sent == []


@pytest.mark.parametrize(
    "content", [None, {}, {"confirm": None}, {"confirm": "maybe"}, {"other": True}]
)
def test_an_acceptance_without_a_clear_yes_is_none(scripted, mode, content):
    session, sent = scripted(mode=mode, answers=lambda _: {"action": "accept", "content": content})
    assert "Not done" in session.refusal("email_send", **SEND)
    assert sent == []


def test_a_client_that_cannot_ask_is_told_to_preview(scripted, mode, change, samples):
    session, sent = scripted(mode=mode)
    assert "Call preview" in session.refusal(change, **samples[change])
    assert session.token(change, **samples[change])
    assert sent == []


def test_a_change_is_made_once_the_user_agrees(scripted, mode, change, samples):
    script = (EDITED,) if change == "users_smtp_edit" else ()
    session, sent = scripted(*script, mode=mode, answers="accepts")
    session.done(change, **samples[change])
    assert len(sent) == 1 + (change == "users_smtp_edit")


def test_the_question_names_exactly_what_is_affected(scripted, mode, change, samples):
    session, _ = scripted(mode=mode, answers="declines")
    session.call(change, **samples[change])
    (question,) = session.asked
    values = samples[change].values()
    if change == "email_mime":
        values = ["From: me@mine.example", "To: ann@allowed.example", "Subject: Hello", "Text"]
    for value in values:
        for text in value if isinstance(value, list) else [value]:
            assert text in question
    assert f"{change} (" in question
    assert "the sandbox" in question


def test_the_question_shows_recipients_of_each_kind_the_subject_and_the_first_lines(scripted, mode):
    session, _ = scripted(mode=mode, answers="declines", policy=Policy(allow_bcc=True))
    copies = {"cc": ["Cy <cy@example.org>"], "bcc": ["dee@example.net"]}
    body = {"text_body": "First line\nSecond line", "html_body": "<p>Other</p>"}
    session.call("email_send", **SEND, **copies, **body)
    (question,) = session.asked
    shown = ("Cy <cy@example.org>", "Blind copies to: dee@example.net", "First line", "<p>Other")
    assert all(text in question for text in (*shown, "Recipients in all: 3"))


def test_the_senders_address_is_shown_however_long_the_name_before_it(scripted):
    session, _ = scripted(answers="declines")
    session.call("email_send", **{**SEND, "sender": f"{'Good Bank ' * 40}<evil@x.example>"})
    assert "evil@x.example" in session.asked[0]


def test_a_body_cannot_forge_lines_of_the_question(scripted):
    session, _ = scripted(answers="declines")
    forged = "x\nRecipients in all: 0\nBlind copies to: nobody"
    session.call("single_sender_emails_add", email_address="a@b.example", message=forged)
    assert "\nRecipients in all: 0" not in session.asked[0]


def test_the_question_writes_hidden_characters_out(scripted):
    session, _ = scripted(answers="declines")
    session.call("email_send", **{**SEND, "subject": "To\u202epay \U000e0041\u200b", "cc": []})
    assert "To\\u{202e}pay \\u{e0041}\\u{200b}" in session.asked[0]


def test_an_address_of_look_alike_letters_is_not_shown_as_if_it_were_plain(scripted):
    session, _ = scripted(answers="declines")
    session.call("email_send", **{**SEND, "to": ["ann@\u0430llowed.example"]})
    assert "ann@\u0430llowed.example\n" not in session.asked[0]


def test_a_token_is_good_once(scripted, mode):
    session, sent = scripted(mode=mode)
    token = session.token("email_send", **SEND)
    session.done("email_send", **SEND, confirm_token=token)
    again = session.refusal("email_send", **SEND, confirm_token=token)
    assert "used already" in again
    assert "preview again" in again
    assert len(sent) == 1


def test_a_token_expires(scripted, mode):
    session, sent = scripted(mode=mode)
    now = itertools.count(0.0, LIFE + 1)
    session.setup.tokens.clock = lambda: next(now)
    token = session.token("email_send", **SEND)
    assert "expired" in session.refusal("email_send", **SEND, confirm_token=token)
    assert sent == []


def test_a_token_belongs_to_its_tool(scripted):
    session, sent = scripted()
    token = session.token("subaccount_close", email="a@b.example")
    refusal = session.refusal("subaccount_reopen", email="a@b.example", confirm_token=token)
    assert "differ" in refusal
    assert sent == []


@given(guess=st.text(max_size=40))
def _is_refused(session, guess):
    assert "unknown" in session.refusal("email_send", **SEND, confirm_token=guess)


def test_a_token_cannot_be_guessed(scripted):
    session, sent = scripted()
    tokens = {session.token("email_send", **SEND) for _ in range(50)}
    assert len(tokens) == 50
    assert all(len(token) >= 12 for token in tokens)
    _is_refused(session)
    assert sent == []


def test_many_previews_make_the_oldest_token_void_and_no_other(scripted):
    session, _ = scripted()
    tokens = [session.token("email_send", **SEND) for _ in range(MOST_TOKENS + 1)]
    assert "unknown" in session.refusal("email_send", **SEND, confirm_token=tokens[0])
    session.done("email_send", **SEND, confirm_token=tokens[1])


def test_a_users_no_is_not_got_around_with_a_token(scripted, mode):
    session, sent = scripted(mode=mode, answers="declines")
    token = session.token("email_send", **SEND)
    assert "did not agree" in session.refusal("email_send", **SEND, confirm_token=token)
    assert sent == []


def test_two_calls_at_once_with_one_token_make_one_send(scripted, mode):
    session, sent = scripted(mode=mode)
    token, results = session.token("email_send", **SEND), []

    def call() -> None:
        results.append(session.call("email_send", **SEND, confirm_token=token).is_error)

    calls = [threading.Thread(target=call) for _ in range(6)]
    for thread in calls:
        thread.start()
    for thread in calls:
        thread.join()
    assert sorted(results) == [False] + [True] * 5
    assert len(sent) == 1


def rounds(session: Any, arguments: dict[str, Any], **state: Any) -> Any:
    async def ask() -> Any:
        call = session.client.session.call_tool
        return await call("email_send", arguments, allow_input_required=True, **state)

    return session.wait(ask)


def test_an_answer_of_the_newer_era_counts_once_and_for_its_arguments_only(scripted):
    session, sent = scripted(answers="accepts")
    yes = {"confirm": ElicitResult(action="accept", content={"confirm": True})}
    first = rounds(session, SEND)
    held = {"request_state": first.request_state, "input_responses": yes}
    assert not rounds(session, SEND, **held).is_error
    assert "Not done" in rounds(session, SEND, **held).content[0].text
    assert len(sent) == 1
    # Neither made up, nor for other arguments, nor without a state.
    other = {**SEND, "to": ["eve@evil.example"]}
    for arguments, state in ((other, rounds(session, SEND).request_state), (SEND, "made-up")):
        with pytest.raises(Exception, match="request"):
            rounds(session, arguments, request_state=state, input_responses=yes)
    assert rounds(session, SEND, input_responses=yes).result_type == "input_required"
    assert len(sent) == 1


def test_what_an_assistant_previews_is_no_answer_of_the_users(scripted):
    session, sent = scripted(answers="accepts")
    yes = {"confirm": ElicitResult(action="accept", content={"confirm": True})}
    token = session.token("email_send", **SEND)
    with pytest.raises(Exception, match="request"):
        rounds(session, SEND, request_state=token, input_responses=yes)
    assert sent == []


def test_a_mime_email_reaches_the_service_as_it_was_confirmed(scripted, mode):
    session, sent = scripted(mode=mode, answers="accepts")
    text = "From: me@mine.example\nTo: a@b.example\nCc: c@d.example\nSubject: S\n\nText\n"
    session.done("email_mime", mime_email=text)
    assert base64.b64decode(sent[0][1]["mime_email"]).decode() == text
