"""What to keep on the suppression list, what to lift, and whom to suppress by hand."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtp2go_kit import Client, InvalidArgument, Sandbox
from smtp2go_kit.triage.suppressions.reviewing import SuppressionReview, suppression_review

NOW = "2026-11-20T12:00:00"
UNKNOWN = "550 5.1.1 The email account that you tried to reach does not exist"
LISTED = "550 5.7.1 Service unavailable, client host [203.0.113.9] blocked using Spamhaus SBL"


def listed(address: str, reason: str, at: str = "2026-11-18 06:00:00", note: str = "") -> Any:
    return {
        "email_address": address,
        "reason": reason,
        "timestamp": at,
        "block_description": note,
    }


def event(kind: str, at: str, text: str = "", address: str = "ann@x.example") -> Any:
    return {
        "date": at,
        "event": kind,
        "recipient": address,
        "email_id": f"id-{at}",
        "smtp_response": text,
    }


def reviewed(*entries: Any, events: list[Any] | None = None, **options: Any) -> SuppressionReview:
    mail = pd.DataFrame(events or [event("delivered", "2026-11-20T12:00:00Z", address="b@c.de")])
    return suppression_review(suppressions=pd.DataFrame([*entries]), events=mail, **options)


def verdicts(review: SuppressionReview) -> dict[str, str]:
    return {row.entry.address: row.verdict for row in review.rows}


def send(client: Client, *to: str) -> None:
    client.email.send("shop@example.com", [*to], "Your order", text_body="Thanks")


@pytest.mark.parametrize("contract", ["documented", "served"])
def test_wishes_and_dead_addresses_are_kept(contract: Any) -> None:
    sandbox = Sandbox(empty=True, now=NOW, contract=contract)
    client = Client(**sandbox.connection)
    send(client, *(f"{name}@example.net" for name in ("complaint", "unsubscribe", "bounce")))
    client.suppression.add("boss@example.net", block_description="asked by phone")
    review = suppression_review(client)
    assert {*verdicts(review).values()} == {"keep"}
    assert review.actions == ()
    assert "4 to keep" in repr(review)
    assert "asked by phone. Ask whoever did it" in " ".join(repr(review).split())


def test_a_bounce_whose_note_blames_the_sender_is_to_be_lifted_after_asking() -> None:
    review = reviewed(listed("Ann@x.example", "bounce", note=LISTED))
    (row,) = review.of("lift")
    assert row.entry.evidence == LISTED
    (action,) = review.actions
    assert (action.call, action.value) == ("client.suppression.remove", "ann@x.example")
    assert action.destructive
    assert action.needs_confirmation


def test_a_bounce_whose_email_was_refused_for_something_else_is_to_be_lifted() -> None:
    review = reviewed(
        listed("ann@x.example", "bounce"),
        events=[event("hard-bounced", "2026-11-18T05:59:58Z", LISTED)],
    )
    (row,) = review.of("lift")
    assert row.entry.email_id == "id-2026-11-18T05:59:58Z"
    assert "not about the address" in row.why


def test_a_bounce_without_evidence_is_kept() -> None:
    review = reviewed(listed("ann@x.example", "bounce"))
    assert verdicts(review) == {"ann@x.example": "keep"}
    assert "No refusal is known" in review.rows[0].why


def test_an_answer_that_nothing_knows_is_no_evidence() -> None:
    assert verdicts(reviewed(listed("ann@x.example", "bounce", note="599 zork"))) == {
        "ann@x.example": "keep"
    }


def test_a_full_mailbox_is_left_to_its_seven_days() -> None:
    review = reviewed(listed("ann@x.example", "bounce", note="552 5.2.2 Mailbox is full"))
    assert review.rows[0].verdict == "keep"
    assert "lifts it by itself about 2026-11-25" in review.rows[0].why


def test_mail_that_arrived_since_speaks_for_lifting() -> None:
    review = reviewed(
        listed("ann@x.example", "bounce", "2026-11-05 06:00:00", note=UNKNOWN),
        events=[event("delivered", "2026-11-15T06:00:00Z")],
    )
    assert review.rows[0].verdict == "lift"
    assert "arrived again on 2026-11-15 06:00:00 UTC" in review.rows[0].why
    assert "has arrived since" in review.actions[0].what


def test_mail_that_arrived_before_the_last_bounce_does_not() -> None:
    review = reviewed(
        listed("ann@x.example", "bounce", "2026-11-05 06:00:00", note=UNKNOWN),
        events=[
            event("delivered", "2026-11-15T06:00:00Z"),
            event("hard-bounced", "2026-11-16T06:00:00Z", UNKNOWN),
        ],
    )
    assert review.rows[0].verdict == "keep"


@pytest.mark.parametrize("other", ["spam", "unsubscribe", "manual", "compliance"])
def test_a_bounce_is_not_lifted_beside_another_reason(other: str) -> None:
    review = reviewed(
        listed("ann@x.example", "bounce", note=LISTED), listed("ann@x.example", other)
    )
    assert [row.verdict for row in review.rows] == ["keep", "keep"]


def test_an_address_that_bounces_again_after_each_block_is_to_be_suppressed() -> None:
    review = reviewed(
        listed("ann@x.example", "bounce"),
        events=[
            event("hard-bounced", "2026-11-02T06:00:00Z", UNKNOWN),
            event("hard-bounced", "2026-11-10T06:00:00Z", UNKNOWN),
            event("hard-bounced", "2026-11-18T05:59:58Z", UNKNOWN),
        ],
    )
    (row,) = review.of("suppress")
    assert row.times == 3
    assert "2026-11-02, 2026-11-10, 2026-11-18" in row.why
    (action,) = review.actions
    assert action.call == "client.suppression.add"
    assert action.needs_confirmation


def test_an_address_on_no_list_is_to_be_suppressed_likewise() -> None:
    bounces = [
        event("hard-bounced", "2026-11-02T06:00:00Z", UNKNOWN),
        event("hard-bounced", "2026-11-10T06:00:00Z", UNKNOWN),
    ]
    review = suppression_review(suppressions=pd.DataFrame(), events=pd.DataFrame(bounces))
    (row,) = review.of("suppress")
    assert row.entry.address == "ann@x.example"
    assert row.entry.evidence == UNKNOWN


@pytest.mark.parametrize(
    "events",
    [
        # On one day: the block had not ended, or there was none.
        [("hard-bounced", "10T06", UNKNOWN), ("hard-bounced", "10T09", UNKNOWN)],
        # Not the address's fault.
        [("hard-bounced", "02T06", LISTED), ("hard-bounced", "10T06", LISTED)],
        # It got mail between.
        [
            ("hard-bounced", "02T06", UNKNOWN),
            ("delivered", "09T12", "250 OK"),
            ("hard-bounced", "10T06", UNKNOWN),
        ],
        # No more than a guess.
        [("hard-bounced", "02T06", "599 zork"), ("hard-bounced", "10T06", "599 zork")],
    ],
)
def test_nobody_is_to_be_suppressed_without_evidence(events: list[tuple[str, str, str]]) -> None:
    mail = [event(kind, f"2026-11-{at}:00:00Z", text) for kind, at, text in events]
    review = suppression_review(suppressions=pd.DataFrame(), events=pd.DataFrame(mail))
    assert review.rows == ()
    assert "Nothing is suppressed" in repr(review)


def test_the_seeded_account_s_wishes_are_all_kept() -> None:
    client = Client.sandbox(now=NOW)
    review = suppression_review(client)
    view = client.suppression.view()
    table = review.to_frame()
    wishes = table[table["reason"].isin(["spam", "unsubscribe", "manual"])]
    assert len(wishes) == int(view["reason"].isin(["spam", "unsubscribe", "manual"]).sum())
    assert set(wishes["verdict"]) == {"keep"}
    assert not table.loc[table["verdict"] != "keep", "evidence"].isna().any()


def test_events_may_be_given_beside_a_client() -> None:
    client = Client.sandbox(empty=True, now=NOW)
    send(client, "bounce@example.net")
    review = suppression_review(client, events=client.activity.search(start_date="30d"))
    assert verdicts(review) == {"bounce@example.net": "keep"}
    assert "The address does not work" in review.rows[0].why


def test_suppressions_alone_are_reviewed_and_the_lack_of_events_is_told() -> None:
    frame = pd.DataFrame([listed("ann@x.example", "bounce"), listed("bob@x.example", "spam")])
    review = suppression_review(suppressions=frame)
    assert set(verdicts(review).values()) == {"keep"}
    assert "events: none were given" in review.unseen[0]


def test_nothing_to_look_at_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="client"):
        suppression_review()


def test_frames_and_json_have_every_row() -> None:
    review = reviewed(listed("ann@x.example", "bounce", note=LISTED), listed("b@x.example", "spam"))
    told = json.loads(json.dumps(review.to_dict()))
    assert told["counts"] == {"lift": 1, "suppress": 0, "keep": 1}
    assert [row["verdict"] for row in told["rows"]] == review.to_frame()["verdict"].tolist()
    assert told["rows"][0]["actions"][0]["needs_confirmation"] is True


def test_an_empty_review_has_the_frame_s_columns() -> None:
    review = suppression_review(suppressions=pd.DataFrame(), events=pd.DataFrame())
    assert review.to_frame().columns[0] == "address"
    assert str(review.to_frame()["since"].dtype) == "datetime64[us, UTC]"


def test_what_others_wrote_can_do_nothing() -> None:
    note = f"{LISTED} <img src=x onerror=alert(1)>\x1b]0;\x07"
    review = reviewed(listed("<b>@x.example", "manual", note=note))
    assert "<img" not in review._repr_html_()
    assert "<b>" not in review._repr_html_()
    assert repr(review).isascii()
    assert "\x1b" not in repr(review)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["ann@x.example", "bob@x.example"]),
            st.sampled_from(["bounce", "spam", "unsubscribe", "manual", "complaint", "odd"]),
            st.sampled_from(["", LISTED, UNKNOWN, "599 zork"]),
        ),
        max_size=6,
    ),
    st.lists(
        st.tuples(
            st.sampled_from(["hard-bounced", "soft-bounced", "delivered"]),
            st.integers(1, 19),
            st.sampled_from(["", LISTED, UNKNOWN]),
        ),
        max_size=8,
    ),
)
def test_nothing_is_lifted_that_anybody_asked_for(
    entries: list[tuple[str, str, str]], mail: list[tuple[str, int, str]]
) -> None:
    events = [event(kind, f"2026-11-{day:02}T06:00:00Z", text) for kind, day, text in mail]
    review = suppression_review(
        suppressions=pd.DataFrame([listed(a, r, note=n) for a, r, n in entries]),
        events=pd.DataFrame(events),
    )
    held = {a for a, reason, _ in entries if reason != "bounce"}
    for row in review.rows:
        assert row.verdict == "keep" or row.entry.reason in ("bounce", "")
        assert not (row.verdict == "lift" and row.entry.address in held)
        assert row.verdict == "keep" or row.entry.evidence or row.entry.delivered is not None
    assert all(action.needs_confirmation for action in review.actions)
