"""Who gets mail is who was confirmed: no address slips past the question or the limits."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.policy import Policy
from smtp2go_kit.addresses import address_of

SEND = {"sender": "me@mine.example", "subject": "Hello"}
ALLOWED = ("@ok.example", "Ann@One.example", "kim@one.example")
ONLY = Policy(allow_recipients=ALLOWED, allow_bcc=True)
HEAD = "From: me@mine.example\nSubject: Hello\n"
STRANGERS = [
    '"a@ok.example" <evil@x.example>',
    "evil@x.example",
    "a@ok.example <evil@x.example>",
    "a@ok.example ( <evil@x.example>",
    "a@ok.example [ <evil@x.example>",
    "x ( <evil@x.example>",
    "a@ok.example: <evil@x.example>",
    "a@ok.example\t<evil@x.example>",
    "(a@ok.example) <evil@x.example>",
    "<evil@x.example> (a@ok.example)",
    "evil@x.example (a@ok.example)",
    "a@ok.example, evil@x.example",
    "a@ok.example; evil@x.example",
    "a@ok.example evil@x.example",
    "<a@ok.example> <evil@x.example>",
    "a@ok.example\r\nBcc: evil@x.example",
    "evil@sub.ok.example",
    "evil@notok.example",
    "evil@ok.example.x.example",
    "evil@o\u043a.example",
    "evil@ok.exampl\u0435",
    "evil@\uff4fk.example",
    "\u212aim@one.example",
    '"evil@x.example,"@x.example',
    "@ok.example:evil@x.example",
    "<@ok.example:evil@x.example>",
    "grp: evil@x.example;",
    "bob@one.example",
    "an\u0274@one.example",
]
"""Texts that are, or that some reader could take for, addresses that are not allowed."""
MIME_STRANGERS = [
    "To: evil@x.example",
    "To: a@ok.example,\n evil@x.example",
    "To: a@ok.example\nTo: evil@x.example",
    "To: a@ok.example\nCC: evil@x.example",
    "To: a@ok.example\nbcc: evil@x.example",
    "To: a@ok.example\nBcc : evil@x.example",
    "To: a@ok.example\nBcc\t: evil@x.example",
    "To: a@ok.example\nResent-To: evil@x.example",
    "To: a@ok.example\nResent-Cc: evil@x.example",
    "To: a@ok.example\nResent-Bcc: evil@x.example",
    "To: a@ok.example\nDisposition-Notification-To: evil@x.example",
    "To: a@ok.example\nBcc: =?utf-8?q?evil=40x=2Eexample?=",
    "To: a@ok.example\nBcc:\n =?utf-8?b?ZXZpbEB4LmV4YW1wbGU=?=",
    "To: =?utf-8?q?a=40ok=2Eexample?= <evil@x.example>",
    "To: a@ok.example <evil@x.example>",
    "To: <a@ok.example> <evil@x.example>",
    "To: a@ok.example;evil@x.example",
    "To: a@ok.example evil@x.example",
    "To: a@ok.example ( comment, evil@x.example",
    "To: undisclosed: evil@x.example;",
    'To: a@ok.example, "evil@x.example',
    "To: [evil@x.example]",
    "To: a@ok.example, :;evil@x.example",
    "To: a@ok.example\rBcc: evil@x.example",
    "To: a@ok.example\nno colon here\nBcc: evil@x.example",
    "\nTo: evil@x.example",
    "X-None: 1",
    "To: ",
    "To: evil@o\u043a.example",
]
"""Header lines by which some reader would find a recipient that is not allowed, or none at all."""


@pytest.mark.parametrize("written", STRANGERS)
def test_no_spelling_of_an_address_gets_past_the_allowlist(scripted, written):
    session, sent = scripted(policy=ONLY, answers="accepts")
    for name in ("to", "cc", "bcc"):
        session.refusal("email_send", **{**SEND, "to": ["b@ok.example"], name: [written]})
    assert sent == []


@pytest.mark.parametrize("lines", MIME_STRANGERS)
def test_no_header_of_a_mime_email_gets_past_the_allowlist(scripted, lines):
    session, sent = scripted(policy=ONLY, answers="accepts")
    # The leading empty line has to stay the first.
    text = f"{lines}\n{HEAD}\nText" if lines.startswith("\n") else f"{HEAD}{lines}\n\nText"
    for mime in (text, base64.b64encode(text.encode()).decode()):
        session.refusal("email_mime", mime_email=mime)
    assert sent == []


@pytest.mark.parametrize(
    "written",
    [
        "a@ok.example",
        "A@OK.Example",
        "ann@one.example",
        "Anna <ann@one.example>",
        '"Evil, Inc." <a@ok.example>',
        '"evil@x.example"@ok.example',
    ],
)
def test_the_allowlist_lets_through_what_it_names(scripted, written):
    session, sent = scripted(policy=ONLY, answers="accepts")
    session.done("email_send", **SEND, to=[written])
    assert sent[0][1]["to"] == [written]


@pytest.mark.parametrize(
    "line",
    [
        "To: a@ok.example",
        "To: J. R. Doe <a@ok.example>",
        "To: Zo\u00eb <a@ok.example>",
        "To: =?utf-8?b?Wm/Dqw==?= <a@ok.example>",
        'To: "Evil, Inc." <a@ok.example>,\n\tb@ok.example',
        "X-A: 1\nto: a@ok.example (Ann)",
    ],
)
def test_an_ordinary_mime_email_is_let_through(scripted, line):
    session, sent = scripted(policy=ONLY, answers="accepts")
    text = f"{HEAD}{line}\nX-B: \u00eb\n\nText: 1\n\nMore"
    session.done("email_mime", mime_email=text)
    assert base64.b64decode(sent[0][1]["mime_email"]).decode() == text


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("subaccount_add", {"email": "evil@x.example", "fullname": "E"}),
        ("subaccount_reinvite", {"email": "evil@x.example"}),
        ("subaccount_edit", {"email": "a@b.c", "fullname": "E", "new_email": "evil@x.example"}),
        ("single_sender_emails_add", {"email_address": "evil@x.example"}),
        ("users_smtp_add", {"username": "a-user", "audit_email": "evil@x.example"}),
        ("users_smtp_edit", {"username": "a-user", "audit_email": "evil@x.example"}),
    ],
)
def test_invitations_and_audit_copies_keep_to_the_allowlist_too(scripted, mode, tool, arguments):
    session, sent = scripted(policy=ONLY, mode=mode, answers="accepts")
    assert "--allow-recipients" in session.refusal(tool, **arguments)
    assert sent == []


PIECES = st.sampled_from(
    ["a@ok.example", "evil@x.example", "(", ")", '"', "\\", ":", "[", "]", " ", "\t", "@", "x"]
)
NAMES = st.lists(PIECES, max_size=4).map("".join)
MAILBOXES = st.builds("{}<{}>{}".format, NAMES, PIECES, NAMES)


def test_what_the_toolkit_takes_for_one_address_the_limits_take_for_the_same(scripted):
    session, sent = scripted(policy=ONLY, answers="accepts")

    @given(MAILBOXES)
    def check(written: str) -> None:
        sent.clear()
        session.call("email_send", **SEND, to=[written])
        assert {address_of(a) for _, body in sent for a in body["to"]} <= {"a@ok.example"}

    check()


def reached(body: dict[str, Any]) -> list[str]:
    return sorted(address_of(a) for n in ("to", "cc", "bcc") for a in body.get(n, ()))


def test_the_recipients_on_the_wire_are_the_confirmed_ones_and_no_more(scripted, mode):
    everyone = {"to": ["Ann <a@ok.example>", "b@ok.example"], "cc": ["c@ok.example"]}
    session, sent = scripted(policy=ONLY, mode=mode, answers="accepts")
    session.done("email_send", **SEND, **everyone, bcc=["d@ok.example"])
    ((path, body),) = sent
    assert path == "/email/send"
    assert body == {**SEND, **everyone, "bcc": ["d@ok.example"]}
    assert reached(body) == ["a@ok.example", "b@ok.example", "c@ok.example", "d@ok.example"]
    assert all(address in session.asked[0] for address in reached(body))
    assert "Recipients in all: 4" in session.asked[0]


def test_the_sandbox_delivers_to_the_confirmed_recipients_and_no_others(start, mode):
    session = start(mode=mode, answers="accepts")
    session.done("email_send", **SEND, to=["a@ok.example"], cc=["C <c@ok.example>"])
    session.done("email_mime", mime_email=f"{HEAD}To: a@ok.example, E <e@ok.example>\n\nText\n")
    got = sorted(email.recipient for email in session.account.emails)
    assert got == ["a@ok.example", "a@ok.example", "c@ok.example", "e@ok.example"]


@pytest.mark.parametrize("header", ["Resent-To", "Resent-Cc", "Disposition-Notification-To"])
def test_the_question_shows_every_address_that_a_mime_email_reaches(scripted, header):
    session, _ = scripted(answers="declines")
    session.call("email_mime", mime_email=f"{HEAD}To: a@ok.example\n{header}: b@x.example\n\nText")
    assert "b@x.example" in session.asked[0]


def test_the_question_shows_the_html_that_most_readers_will_see(scripted):
    session, _ = scripted(answers="declines")
    parts = ("plain\n\nAll is well", "html\n\n<p>Pay now</p>")
    body = "".join(f"--b\nContent-Type: text/{part}\n" for part in parts)
    kind = "MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=b\n"
    session.call("email_mime", mime_email=f"{HEAD}To: a@ok.example\n{kind}\n{body}--b--\n")
    assert "All is well" in session.asked[0]
    assert "Pay now" in session.asked[0]
