"""One person's mail, or one email, followed on the sandbox and through plain frames."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtp2go_kit import Client, InvalidArgument, PermissionDenied, Sandbox
from smtp2go_kit.triage.tracing.timeline import Trace, trace

NOW = "2026-11-20T12:00:00"


def sandbox_client(**options: Any) -> tuple[Sandbox, Client]:
    sandbox = Sandbox(**{"empty": True, "now": NOW, **options})
    return sandbox, Client(**sandbox.connection)


def send(client: Client, *to: str, sender: str = "shop@example.com") -> str:
    sent = client.email.send(sender, [*to], "Your order", text_body="Thanks")
    return str(sent["email_id"])


def event(kind: str, at: str, **fields: Any) -> dict[str, Any]:
    known = {"recipient": "ann@gmail.com", "email_id": "1a", "sender": "shop@shop.example"}
    return {"date": at, "event": kind, **known, **fields}


def traced(*events: dict[str, Any], asked: str = "ann@gmail.com", **options: Any) -> Trace:
    return trace(pd.DataFrame([*events]), asked, **options)


@pytest.mark.parametrize("contract", ["documented", "served"])
@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("ann", "delivered"),
        ("open", "delivered"),
        ("full", "bounced"),
        ("blocked", "bounced"),
        ("bounce", "hard-bounced"),
        ("complaint", "complained"),
        ("unsubscribe", "unsubscribed"),
        ("deferred", "waiting"),
        ("reject", "suppressed"),
    ],
)
def test_each_outcome_has_its_word(name: str, outcome: str, contract: Any) -> None:
    _, client = sandbox_client(contract=contract)
    email_id = send(client, f"{name}@example.net")
    assert trace(client, f"{name}@example.net").outcome == outcome
    assert trace(client, email_id).outcome == outcome
    assert trace(client, email_id).kind == "email"


def test_mail_to_a_suppressed_person_is_suppressed_and_says_since_when() -> None:
    _, client = sandbox_client()
    client.suppression.add("ann@example.net", block_description="asked by phone")
    send(client, "ann@example.net")
    found = trace(client, "Ann <ANN@Example.net>")
    assert (found.asked, found.outcome) == ("ann@example.net", "suppressed")
    assert "since 2026-11-20 12:00:00 UTC: manual (asked by phone)" in found.sentence
    assert "Ask whoever suppressed it by hand" in found.actions[0].what
    assert not any(action.destructive for action in found.actions)


def test_a_suppressed_domain_stops_its_people() -> None:
    _, client = sandbox_client()
    client.suppression.add("example.net")
    found = trace(client, "ann@example.net")
    assert found.outcome == "suppressed"
    assert "example.net has been suppressed since" in found.sentence
    assert found.timeline["event"].tolist() == ["suppressed"]


def test_an_unverified_sender_is_told_with_the_records_to_publish() -> None:
    _, client = sandbox_client()
    client.domain.add("corp.nodns", auto_verify=True)
    send(client, "ann@example.net", sender="shop@corp.nodns")
    found = trace(client, "ann@example.net")
    assert found.outcome == "rejected-unverified"
    records = [a.value for a in found.actions if a.who == "your DNS"]
    assert records == [
        "s12345._domainkey.corp.nodns CNAME dkim.smtp2go.net",
        "em12345.corp.nodns CNAME return.smtp2go.net",
    ]
    assert found.actions[-1].call == "client.domain.verify"
    assert found.senders is not None
    assert "corp.nodns is not verified (DKIM and return path)" in found.senders[0].words


def test_a_sender_domain_that_the_account_lacks_is_to_be_added() -> None:
    _, client = sandbox_client()
    send(client, "ann@example.net", sender="shop@other.nodns")
    found = trace(client, "ann@example.net")
    assert [(a.call, a.value) for a in found.actions] == [("client.domain.add", "other.nodns")]


def test_a_sender_that_is_not_allowed_is_to_be_added_to_the_list() -> None:
    found = traced(
        event("processed", "2026-11-20T06:00:00Z"),
        event(
            "rejected",
            "2026-11-20T06:00:00Z",
            reason="550 shop@shop.example is not an allowed sender of this account",
        ),
    )
    assert found.outcome.startswith("rejected")
    assert [(a.call, a.value) for a in found.actions] == [
        ("client.allowed_senders.add", "shop@shop.example")
    ]


@pytest.mark.parametrize(
    ("text", "outcome", "what"),
    [
        ("recipient is on the suppression list (unsubscribe)", "suppressed", "Leave the address"),
        ("recipient is on the suppression list (bounce)", "suppressed", "Look why"),
        ("550 this credential is in sandbox mode", "rejected-sandboxed", "Take the API key"),
        ("452 You have reached the limit of your plan", "rejected-quota", "Raise the plan"),
        ("550 zork", "rejected", "Ask SMTP2GO"),
    ],
)
def test_a_rejection_is_explained_by_its_words(text: str, outcome: str, what: str) -> None:
    found = traced(event("rejected", "2026-11-20T06:00:00Z", smtp_response=text))
    assert found.outcome == outcome
    assert found.actions[0].what.startswith(what)


def test_nobody_s_mail_is_not_found_and_nothing_is_claimed() -> None:
    found = trace(Client.sandbox(empty=True, now=NOW), "nobody@example.net")
    assert found.outcome == "not-found"
    assert "No email to this address was found from 2026-10-21 12:00:00 UTC" in found.sentence
    assert found.emails == {}
    assert found.timeline.empty


def test_one_email_to_many_is_mixed_and_counted() -> None:
    _, client = sandbox_client()
    email_id = send(client, "ann@example.net", "bob@example.net", "bounce@example.net")
    found = trace(client, email_id)
    assert found.outcome == "mixed"
    assert found.emails == {"delivered": 2, "hard-bounced": 1}
    assert "Of 3 copies of this email, 2 delivered, 1 hard-bounced." in found.sentence
    assert "User unknown" in found.response


def test_a_person_s_last_email_decides_and_the_others_are_counted() -> None:
    _, client = sandbox_client()
    send(client, "full@example.net")
    send(client, "full@example.net")
    found = trace(client, "full@example.net")
    assert found.emails == {"bounced": 2}
    assert "Of 2 emails to this address, 2 bounced." in found.sentence
    assert found.category == "mailbox-full"


def test_the_timeline_is_in_the_order_of_time_with_attempts_and_suppressions() -> None:
    _, client = sandbox_client(contract="served")
    send(client, "bounce@example.net")
    timeline = trace(client, "bounce@example.net").to_frame()
    assert timeline["event"].tolist() == ["processed", "attempt", "hard-bounced", "suppressed"]
    assert timeline["date"].is_monotonic_increasing


def test_waiting_mail_tells_how_long_and_the_last_attempt() -> None:
    found = traced(
        event(
            "processed",
            "2026-11-20T06:00:00Z",
            delivery_attempts=[
                {"smtptime": "2026-11-20T06:00:01Z", "smtpresponse": "421 4.7.28 rate limited"},
                {"smtptime": "2026-11-20T07:00:01Z", "smtpresponse": "421 4.7.28 try again later"},
            ],
        ),
        event("delivered", "2026-11-20T09:00:00Z", recipient="bob@gmail.com", email_id="2b"),
    )
    assert found.outcome == "waiting"
    assert "has been waiting for 3 hours and 2 attempts" in found.sentence
    assert found.response == "421 4.7.28 try again later"
    assert found.actions[0].what.startswith("Wait")
    assert found.timeline["event"].tolist() == ["processed", "attempt", "attempt"]


def test_mail_that_waits_for_days_is_for_support() -> None:
    found = traced(
        event("processed", "2026-11-10T06:00:00Z"),
        event("delivered", "2026-11-20T09:00:00Z", recipient="bob@gmail.com", email_id="2b"),
    )
    assert found.actions[0].who == "SMTP2GO support"


@pytest.mark.parametrize(
    ("response", "wanted"),
    [
        ("550 5.1.1 The email account that you tried to reach does not exist", "spelling"),
        ("550 5.7.26 This mail is unauthenticated: SPF and DKIM did not pass", "DNS"),
        ("550 5.7.1 Our system has detected that this message is likely unsolicited mail", ""),
        ("552 5.2.2 The email account is over quota", ""),
    ],
)
def test_the_action_fits_the_answer_and_is_not_destructive(response: str, wanted: str) -> None:
    found = traced(
        event("processed", "2026-11-20T06:00:00Z"),
        event("hard-bounced", "2026-11-20T06:00:03Z", smtp_response=response),
    )
    assert found.outcome == "hard-bounced"
    assert wanted in found.actions[0].what
    assert not any(action.destructive for action in found.actions)
    assert response in found.sentence


def test_an_answer_that_nothing_knows_is_for_a_person_to_read() -> None:
    found = traced(event("hard-bounced", "2026-11-20T06:00:03Z", smtp_response="599 zork"))
    assert found.actions[0].what.startswith("Read the answer")
    assert found.confidence < 0.9


def test_a_bounce_that_was_not_the_address_s_fault_may_be_lifted_after_asking() -> None:
    text = "550 5.7.1 [203.0.113.9] Our IP has a very low reputation, listed at Spamhaus SBL"
    listed = pd.DataFrame(
        [{"email_address": "Ann@Gmail.com", "reason": "bounce", "timestamp": "2026-11-20 06:00:04"}]
    )
    found = traced(
        event("processed", "2026-11-20T06:00:00Z"),
        event("hard-bounced", "2026-11-20T06:00:03Z", smtp_response=text),
        suppressions=listed,
    )
    (lifted,) = [action for action in found.actions if action.destructive]
    assert lifted.call == "client.suppression.remove"
    assert lifted.needs_confirmation
    assert lifted.value == "ann@gmail.com"


def test_a_bounce_of_an_address_that_does_not_exist_is_never_lifted() -> None:
    _, client = sandbox_client()
    send(client, "bounce@example.net")
    found = trace(client, "bounce@example.net")
    assert not any(action.destructive for action in found.actions)
    assert "bounce@example.net has been suppressed since" in found.sentence


def test_somebody_who_complained_is_never_written_to_again() -> None:
    _, client = sandbox_client()
    send(client, "complaint@example.net")
    (action,) = trace(client, "complaint@example.net").actions
    assert action.what.startswith("Leave the address suppressed")
    assert not action.call


def test_resubscribing_takes_an_unsubscribe_back() -> None:
    found = traced(
        event("delivered", "2026-11-20T06:00:00Z"),
        event("unsubscribed", "2026-11-20T07:00:00Z"),
        event("resubscribed", "2026-11-20T08:00:00Z"),
    )
    assert found.outcome == "delivered"


def test_a_complaint_about_an_older_email_counts() -> None:
    found = traced(
        event("delivered", "2026-11-19T06:00:00Z"),
        event("delivered", "2026-11-20T06:00:00Z", email_id="2b"),
        event("spam", "2026-11-20T07:00:00Z"),
    )
    assert found.outcome == "complained"


def test_a_plain_frame_without_most_columns_is_enough() -> None:
    plain = pd.DataFrame(
        {
            "date": ["2026-11-20T06:00:03", "2026-11-20T06:00:00"],
            "event": ["delivered", "processed"],
            "recipients": ["Bob <BOB@example.net>, ann@example.net"] * 2,
            "email_id": ["1a", "1a"],
        },
        index=["x", "x"],
    )
    before = plain.copy()
    found = trace(plain, "bob@EXAMPLE.net")
    pd.testing.assert_frame_equal(plain, before)
    assert found.outcome == "delivered"
    assert "delivered after 3 s" in found.sentence
    assert found.suppressions is None
    assert [line.partition(":")[0] for line in found.unseen] == ["suppressions", "sender domains"]


@pytest.mark.parametrize("frame", [pd.DataFrame(), pd.DataFrame(columns=["date", "event"])])
def test_an_empty_frame_tells_that_nothing_was_found(frame: pd.DataFrame) -> None:
    found = trace(frame, "ann@example.net")
    assert (found.outcome, found.confidence) == ("not-found", 0.5)
    assert "not-found" in repr(found)
    json.dumps(found.to_dict())


def test_what_a_server_wrote_can_do_nothing_to_a_page_or_a_terminal() -> None:
    text = "550 5.1.1 <script>alert(1)</script> \x1b[2J\u202e unknown user"
    found = traced(event("hard-bounced", "2026-11-20T06:00:03Z", smtp_response=text))
    assert "<script" not in found._repr_html_()
    assert "&lt;script&gt;" in found._repr_html_()
    assert "\x1b" not in repr(found)
    assert repr(found).isascii()
    assert all(len(line) <= 100 for line in repr(found).splitlines())
    assert found.response == text


def test_everything_is_ready_for_json() -> None:
    _, client = sandbox_client()
    send(client, "bounce@example.net")
    told = json.loads(json.dumps(trace(client, "bounce@example.net").to_dict()))
    assert told["outcome"] == "hard-bounced"
    assert [row["event"] for row in told["timeline"]] == ["processed", "hard-bounced", "suppressed"]
    assert told["suppressions"][0]["reason"] == "bounce"


def test_what_the_key_may_not_see_is_told_and_the_rest_is_there() -> None:
    sandbox, client = sandbox_client()
    send(client, "ann@example.net")
    sandbox.account.permissions = ("/activity/search",)
    found = trace(client, "ann@example.net")
    assert found.outcome == "delivered"
    assert [line.partition(":")[0] for line in found.unseen] == ["suppressions", "sender domains"]


def test_activity_that_may_not_be_read_is_an_error() -> None:
    sandbox, client = sandbox_client()
    sandbox.account.permissions = ("/suppression/view",)
    with pytest.raises(PermissionDenied):
        trace(client, "ann@example.net")


@pytest.mark.parametrize("asked", ["", "  "])
def test_nobody_in_particular_is_refused(asked: str) -> None:
    with pytest.raises(InvalidArgument, match="recipient_or_email_id"):
        trace(pd.DataFrame(), asked)


def test_a_time_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="since"):
        trace(Client.sandbox(empty=True, now=NOW), "ann@example.net", since="yesterday")


def test_only_the_window_counts() -> None:
    old = event("delivered", "2026-10-01T06:00:00Z")
    new = event("delivered", "2026-11-20T06:00:00Z", recipient="bob@gmail.com")
    assert traced(old, new).outcome == "not-found"
    assert traced(old, new, since="60d").outcome == "delivered"


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "date": st.sampled_from(["2026-11-20T06:00:00Z", "2026-11-19", "no time", None]),
                "event": st.sampled_from(
                    ["processed", "delivered", "hard-bounced", "spam", "opened", "odd", None]
                ),
                "recipient": st.sampled_from(["ann@gmail.com", "ANN@gmail.com", "", None]),
                "recipients": st.sampled_from(["ann@gmail.com, b@c.example", None]),
                "email_id": st.sampled_from(["1a", "1b", None]),
                "sender": st.sampled_from(["shop@shop.example", "", None]),
                "smtp_response": st.text(max_size=40),
            },
        ),
        max_size=6,
    )
)
def test_any_frame_gets_an_answer_that_shows_itself(rows: list[dict[str, Any]]) -> None:
    found = trace(pd.DataFrame(rows), "ann@gmail.com")
    assert 0 <= found.confidence <= 1
    assert found.sentence
    assert repr(found).isascii()
    assert found._repr_html_()
    json.dumps(found.to_dict())


def test_a_long_timeline_shows_its_newest_rows() -> None:
    days = pd.date_range("2026-11-01", periods=50, freq="6h").strftime("%Y-%m-%dT%H:%M:%SZ")
    long = traced(*(event("delivered", day, email_id=f"mail-{n}") for n, day in enumerate(days)))
    shown = repr(long)
    assert "mail-49" in shown
    assert "mail-9 " not in shown
    assert "10 earlier rows are in to_frame()." in shown
    assert len(long.to_frame()) == 50
