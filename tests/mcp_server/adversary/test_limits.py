"""The user's limits hold below every confirmation."""

from __future__ import annotations

import itertools

import pytest

from mcp_server.policy import HOUR, Allowance, Policy

SEND = {"sender": "me@mine.example", "to": ["a@b.example"], "subject": "Hello"}
MIME = "From: me@mine.example\nSubject: Hello\n"
SPELLINGS = ("Bcc", "bcc", "BCC", "bCC", "Resent-Bcc", "To", "CC", "resent-TO", "Resent-Cc")


@pytest.mark.parametrize("name", ["to", "cc"])
def test_more_recipients_than_allowed_are_refused(scripted, mode, name):
    session, sent = scripted(policy=Policy(max_recipients=3), mode=mode, answers="accepts")
    arguments = {**SEND, name: [f"u{n}@b.example" for n in range(4)]}
    assert "--max-recipients" in session.refusal("email_send", **arguments)
    assert sent == []


def test_recipients_of_all_kinds_count_together(scripted):
    policy = Policy(max_recipients=2, allow_bcc=True)
    session, sent = scripted(policy=policy, answers="accepts")
    extra = {"cc": ["c@b.example"], "bcc": ["d@b.example"]}
    assert "3 recipients" in session.refusal("email_send", **SEND, **extra)
    headers = "To: a@b.example\nCc: c@b.example\nBcc: d@b.example\n"
    assert "3 recipients" in session.refusal("email_mime", mime_email=f"{MIME}{headers}\nText")
    assert sent == []


def test_one_mailbox_counts_once(scripted):
    session, sent = scripted(policy=Policy(max_recipients=1), answers="accepts")
    session.done("email_send", **SEND, cc=["Ann <a@b.example>"])
    assert len(sent) == 1


@pytest.mark.parametrize("answer", [None, "accepts"])
def test_blind_copies_are_off_unless_the_user_allows_them(scripted, mode, answer):
    session, sent = scripted(mode=mode, answers=answer)
    for tool, arguments in (
        ("email_send", {**SEND, "bcc": ["x@y.example"]}),
        ("email_mime", {"mime_email": f"{MIME}To: a@b.example\nBcc: x@y.example\n\nText"}),
        ("email_mime", {"mime_email": f"{MIME}To: a@b.example\nrESENT-bcc: x@y.example\n\nText"}),
        ("users_smtp_add", {"username": "a-user", "audit_email": "x@y.example"}),
        ("users_smtp_edit", {"username": "a-user", "audit_email": "x@y.example"}),
    ):
        refusal = session.refusal(tool, **arguments)
        assert "--allow-bcc" in refusal
        assert "x@y.example" in refusal
        assert "--allow-bcc" in session.refusal("preview", tool=tool, arguments=arguments)
    assert sent == []
    assert session.asked == []


@pytest.mark.parametrize("name", [*SPELLINGS, "bcc ", " Bcc", "Bcc\t", "Bcc:", "b\u0441c", "Bcc\n"])
def test_no_custom_header_adds_recipients(scripted, name):
    session, sent = scripted(policy=Policy(allow_bcc=True), answers="accepts")
    header = {"header": name, "value": "x@y.example"}
    for headers in ([header], [{"header": "X-A", "value": "1"}, header]):
        refusal = session.refusal("email_send", **SEND, custom_headers=headers)
        assert "custom_headers" in refusal
    assert sent == []


def test_a_value_of_a_custom_header_cannot_begin_another(scripted):
    session, sent = scripted(answers="accepts")
    for value in ("1\r\nBcc: x@y.example", "1\nBcc: x@y.example", "1\rBcc: x@y.example"):
        header = {"header": "X-A", "value": value}
        assert "newline" in session.refusal("email_send", **SEND, custom_headers=[header])
    for field in ("subject", "sender"):
        arguments = {**SEND, field: f"{SEND[field]}\r\nBcc: x@y.example"}
        assert field in session.refusal("email_send", **arguments)
    assert sent == []


@pytest.mark.parametrize("name", ["From", "Sender", "Subject"])
def test_a_custom_header_does_not_stand_against_what_was_confirmed(scripted, name):
    session, sent = scripted(answers="accepts")
    header = {"header": name, "value": "ceo@bank.example"}
    result = session.call("email_send", **SEND, custom_headers=[header])
    assert result.is_error or f"{name} ceo@bank.example" in session.asked[0]
    assert len(sent) == (not result.is_error)


def test_the_hourly_limit_counts_sends_and_changes_together(scripted, mode):
    policy = Policy(writes_per_hour=2)
    session, sent = scripted(policy=policy, mode=mode, answers="accepts")
    session.done("email_send", **SEND)
    session.done("subaccount_close", email="a@b.example")
    refusal = session.refusal("email_send", **SEND)
    assert "60 minutes" in refusal
    assert "--writes-per-hour" in refusal
    assert len(sent) == 2


def test_the_hourly_limit_frees_itself_as_the_hour_passes():
    moments = itertools.chain([0.0, 10.0, HOUR - 1, HOUR + 1], itertools.repeat(HOUR + 2))
    allowance = Allowance(2, clock=lambda: next(moments))
    allowance.take()
    allowance.take()
    with pytest.raises(Exception, match="in 1 minutes"):
        allowance.take()
    allowance.take()
    with pytest.raises(Exception, match="Try again"):
        allowance.take()


def test_a_user_who_says_no_uses_none_of_the_hourly_limit(scripted, mode):
    session, sent = scripted(policy=Policy(writes_per_hour=1), mode=mode, answers="declines")
    for _ in range(3):
        assert "did not agree" in session.refusal("email_send", **SEND)
    assert sent == []


def test_a_dry_run_does_nothing(scripted, mode, change, samples):
    session, sent = scripted(policy=Policy(dry_run=True), mode=mode, answers="accepts")
    text = session.text(change, **samples[change])
    assert "Dry run" in text
    assert "nothing was done" in text
    token = session.token(change, **samples[change])
    assert "Dry run" in session.text(change, **samples[change], confirm_token=token)
    assert sent == []
    assert session.asked == []
    assert not session.setup.passwords.exists()


def test_a_dry_run_keeps_to_the_limits_too(scripted):
    session, _ = scripted(policy=Policy(dry_run=True, allow_recipients=("@ok.example",)))
    assert "allowlist" in session.refusal("email_send", **SEND)


def test_a_preview_stays_within_what_a_model_can_read(scripted):
    from mcp_server import budget

    session, _ = scripted(policy=Policy(max_recipients=100))
    long = [{"header": f"X-{n}", "value": "Zq9 " * 200} for n in range(60)]
    many = [f"{'Zq9 ' * 200}<u{n}@b.example>" for n in range(100)]
    for extra in ({"custom_headers": long}, {"to": many}):
        arguments = {**SEND, **extra}
        result = session.call("preview", tool="email_send", arguments=arguments)
        shown = f"{result.content[0].text}{result.structured_content or ''}"
        assert budget.tokens(shown) <= 10_000
        if not result.is_error:
            assert all(f"u{n}@b.example" in shown for n in range(100) if "to" in extra)
