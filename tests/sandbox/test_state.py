"""Mail in an empty sandbox: what was sent is what every report says, in both contracts."""

from __future__ import annotations

import base64
import datetime as dt
from email.message import EmailMessage
from typing import Any

import pandas as pd
import pytest

from smtp2go_kit import Client, SendFailed, child_frame

ANN = "Ann Ash <ann@example.com>"
BOB = "bob@customer.test"


def send(client: Client, *to: str, sender: str = ANN, **options: Any) -> str:
    """Send a message that must be accepted, and give its id."""
    options = {"subject": "Hello", "text_body": "Hi", **options}
    sent = client.email.send(sender, list(to), options.pop("subject"), **options)
    assert (sent["succeeded"], sent["failed"], sent["failures"]) == (1, 0, [])
    return sent["email_id"]


def events(client: Client, **wanted: Any) -> list[str]:
    """The events of a search, oldest first."""
    return list(client.activity.search(**wanted)["event"])[::-1]


def statuses(client: Client) -> dict[str, str]:
    """The status of each recipient's copy."""
    frame = client.email.search()
    return dict(zip(frame["recipient"], frame["status"], strict=True))


def used(client: Client) -> tuple[int, int]:
    """The emails used and left of the cycle."""
    cycle = client.stats.email_cycle().iloc[0]
    return int(cycle["cycle_used"]), int(cycle["cycle_remaining"])


def test_a_send_shows_up_in_the_activity_stream(client):
    headers = {"reply-to": "desk@example.com"}
    email_id = send(
        client, BOB, "Cy <cy@customer.test>", subject="Price list", custom_headers=headers
    )
    found = client.activity.search()
    assert found.attrs["total"] == 4
    assert set(zip(found["event"], found["recipient"], strict=True)) == {
        (event, name) for event in ("processed", "delivered") for name in (BOB, "cy@customer.test")
    }
    assert found["date"].is_monotonic_decreasing
    assert set(found["email_id"]) == {email_id}
    assert set(found["from"]) == {ANN}
    assert set(found["sender"]) == {"ann@example.com"}
    assert set(found["to"]) == {f"{BOB}, Cy <cy@customer.test>"}
    assert set(found["subject"]) == {"Price list"}
    assert set(found["reply_to"]) == {"desk@example.com"}
    delivered = found[found["event"] == "delivered"]
    assert delivered["smtp_response"].str.startswith("250 2.0.0 Ok: queued as ").all()


def test_a_send_shows_up_in_the_email_search(client, clock):
    headers = {"X-Order": "17", "Reply-To": "desk@example.com"}
    email_id = send(client, BOB, cc="cy@customer.test", custom_headers=headers)
    found = client.email.search(email_id=[email_id])
    assert sorted(found["recipient"]) == [BOB, "cy@customer.test"]
    copy = found[found["recipient"] == BOB].iloc[0]
    assert (copy["status"], copy["process_status"], copy["smtpcode"]) == (
        "delivered",
        "completed",
        250,
    )
    assert copy["email_ts"] == clock()
    assert clock() <= copy["delivered_at"] < clock() + dt.timedelta(milliseconds=1)
    assert client.email.search(email_id=["1no-such-id"]).empty


def test_the_headers_of_a_message_are_found_and_filtered(client):
    ours = send(client, BOB, custom_headers={"X-Order": "17", "Reply-To": "desk@example.com"})
    send(client, BOB, custom_headers={"X-Order": "18"})
    found = client.email.search(headers=[{"key": "X-Order", "value": "17"}])
    assert list(found["email_id"]) == [ours]
    shown = child_frame(found, "headers").set_index("key")["value"]
    assert shown["X-Order"] == "17"


def test_the_quota_counts_each_recipient_down_and_refuses_what_is_above(client, sandbox):
    start, left = used(client)
    send(client, BOB, "cy@customer.test", cc="di@customer.test")
    assert used(client) == (start + 3, left - 3)
    sandbox.account.cycle_max = start + 4
    with pytest.raises(SendFailed, match="limit of your plan"):
        send(client, BOB, "cy@customer.test")
    assert used(client) == (start + 3, 1)
    assert len(client.email.search()) == 3


def test_mail_leaves_the_default_windows_as_time_passes(client, clock):
    send(client, BOB)
    assert events(client, end_date=clock()) == []
    clock.turn(3600)
    assert events(client, start_date="2h", end_date="30m") == ["processed", "delivered"]
    assert events(client, start_date="30m") == []
    clock.turn(86_400)
    assert events(client) == []
    assert client.email.search().empty
    assert events(client, start_date="2d") == ["processed", "delivered"]
    assert client.stats.email_bounces()["emails"].item() == 1
    clock.turn(30 * 86_400)
    assert client.stats.email_bounces()["emails"].item() == 0
    assert client.stats.email_history().empty
    assert len(client.stats.email_history(start_date="60d")) == 1


@pytest.mark.parametrize("suffix", ["", "+tag", "-17"])
@pytest.mark.parametrize(
    ("word", "status", "happened"),
    [
        ("bounce", "hardbounce", ["processed", "hard-bounced"]),
        ("softbounce", "softbounce", ["processed", "soft-bounced"]),
        ("full", "softbounce", ["processed", "soft-bounced"]),
        ("blocked", "softbounce", ["processed", "soft-bounced"]),
        ("deferred", "deferred", ["processed"]),
        ("complaint", "complained", ["processed", "delivered", "spam"]),
        ("unsubscribe", "unsubscribed", ["processed", "delivered", "unsubscribed"]),
        ("open", "delivered", ["processed", "delivered", "opened"]),
        ("click", "delivered", ["processed", "delivered", "opened", "clicked"]),
        ("reject", "rejected", ["processed", "rejected"]),
        ("bounces", "delivered", ["processed", "delivered"]),
    ],
)
def test_a_magic_local_part_drives_the_outcome(client, word, suffix, status, happened):
    recipient = f"{word}{suffix}@customer.test"
    send(client, recipient)
    assert events(client) == happened
    assert statuses(client) == {recipient: status}


def test_each_failure_has_an_smtp_code_of_its_own(client):
    words = ("bounce", "full", "blocked", "deferred")
    send(client, *(f"{word}@customer.test" for word in words))
    found = client.email.search().set_index("recipient")
    codes = [found.loc[f"{word}@customer.test", "smtpcode"] for word in words]
    assert codes == [550, 552, 554, 451]
    for code, response in zip(found["smtpcode"], found["response"], strict=True):
        assert response.startswith(f"{code} ")


def test_recipients_of_one_message_meet_their_own_fate(client):
    send(client, BOB, "bounce@customer.test", "open@customer.test")
    assert statuses(client) == {
        BOB: "delivered",
        "bounce@customer.test": "hardbounce",
        "open@customer.test": "delivered",
    }
    opened = client.email.search(opened_only=True)
    assert list(opened["recipient"]) == ["open@customer.test"]
    event = client.activity.search(event_types=["opened"]).iloc[0]
    assert event["metadata_read_secs"] == child_frame(opened, "opens")["read_secs"].item() == 8
    assert event["email_client_name"] == "Thunderbird"
    assert "Thunderbird" in child_frame(opened, "opens")["user_agent"].item()


def test_a_failed_message_reports_it_in_a_200_and_leaves_nothing(client):
    before = used(client)
    with pytest.raises(SendFailed, match=r"452-4\.2\.2 <fail@customer\.test>") as caught:
        send(client, BOB, "fail@customer.test")
    assert (caught.value.failed, caught.value.succeeded, caught.value.email_id) == (1, 0, None)
    assert client.activity.search().empty
    assert client.email.search().empty
    assert used(client) == before


@pytest.mark.parametrize("address", [BOB, "BOB@Customer.test", "@customer.test", "customer.test"])
def test_a_send_to_a_suppressed_address_is_rejected(client, address):
    added = client.suppression.add(address, block_description="asked by phone")
    assert added["added"]
    assert added["block_description"] == "asked by phone"
    send(client, BOB)
    found = client.activity.search(event_types=["rejected"])
    assert list(found["recipient"]) == [BOB]
    assert found["reason"].item() == "recipient is on the suppression list (manual)"
    copy = client.email.search().iloc[0]
    assert (copy["status"], copy["process_status"]) == ("rejected", "rejected")
    assert pd.isna(copy["delivered_at"])
    assert client.stats.email_bounces()["rejects"].item() == 1


def test_a_suppression_leaves_other_addresses_alone(client):
    client.suppression.add("example.org")
    send(client, "bob@sub.example.org", "bob@notexample.org", "bob@example.org")
    assert statuses(client) == {
        "bob@sub.example.org": "delivered",
        "bob@notexample.org": "delivered",
        "bob@example.org": "rejected",
    }


def test_lifting_a_suppression_delivers_again(client, clock):
    client.suppression.add(BOB)
    wrong = client.suppression.remove(BOB, ["spam"])
    send(client, BOB)
    clock.turn(60)
    right = client.suppression.remove(BOB.upper(), ["spam", "manual"])
    send(client, BOB)
    assert [r["removed"] for r in wrong["suppressions"]] == [False]
    assert [(r["reason"], r["removed"]) for r in right["suppressions"]] == [
        ("spam", False),
        ("manual", True),
    ]
    assert list(client.email.search(sort_dir="asc")["status"]) == ["rejected", "delivered"]
    assert client.suppression.view().empty


@pytest.mark.parametrize(
    ("word", "reason"), [("bounce", "bounce"), ("complaint", "spam"), ("unsubscribe",) * 2]
)
def test_what_a_recipient_does_suppresses_the_address(client, clock, word, reason):
    recipient = f"{word}@customer.test"
    send(client, recipient)
    listed = client.suppression.view().iloc[0]
    assert (listed["email_address"], listed["reason"]) == (recipient, reason)
    assert abs(listed["timestamp"] - clock()) < dt.timedelta(seconds=5)
    clock.turn(60)
    send(client, recipient)
    assert events(client)[-2:] == ["processed", "rejected"]
    client.suppression.remove(recipient, [reason])
    assert client.suppression.view().empty


def test_suppressions_are_viewed_newest_first_by_address_and_by_part(client, clock):
    for address in ("ann@a.test", "bob@b.test", "@a.test"):
        client.suppression.add(address)
        clock.turn(60)
    view = client.suppression.view
    assert list(view()["email_address"]) == ["@a.test", "bob@b.test", "ann@a.test"]
    assert list(view(email_address="Bob@b.test")["email_address"]) == ["bob@b.test"]
    assert list(view(wildcard="@a.test")["email_address"]) == ["@a.test", "ann@a.test"]
    assert list(view(wildcard="*b.test")["email_address"]) == ["bob@b.test"]
    assert not client.suppression.add("ann@a.test")["added"]
    assert len(view()) == 3


def test_a_mime_message_reaches_to_cc_and_bcc(client):
    message = EmailMessage()
    message["From"], message["To"], message["Cc"] = ANN, f"Bob Übel <{BOB}>", "cy@customer.test"
    message["Bcc"], message["Subject"], message["X-Order"] = "di@customer.test", "Grüße", "17"
    message.set_content("Hi")
    email_id = client.email.mime(message)["email_id"]
    found = client.email.search(email_id=[email_id])
    assert set(found["recipient"]) == {BOB, "cy@customer.test", "di@customer.test"}
    assert set(found["subject"]) == {"Grüße"}
    assert set(found["sender"]) == {"ann@example.com"}
    assert len(client.email.search(filter_query="headers:'X-Order: 17'")) == 3


def test_a_mime_message_has_at_most_100_addresses_a_header(post):
    message = EmailMessage()
    message["From"], message["To"] = ANN, ", ".join(f"a{n}@customer.test" for n in range(101))
    text = base64.b64encode(message.as_bytes()).decode()
    field, told = post.refusal("/email/mime", {"mime_email": text})
    assert (field, "at most 100" in told) == ("mime_email", True)


def test_a_suppressed_domain_is_the_same_with_and_without_its_at(client):
    assert client.suppression.add("@a.test")["added"]
    assert not client.suppression.add("a.test")["added"]
    assert client.suppression.remove("a.test", ["manual"])["suppressions"][0]["removed"]
    assert client.suppression.view().empty


def test_a_fast_accepted_send_answers_with_its_id_alone_and_is_found(post, client):
    body = {"sender": ANN, "to": [BOB], "subject": "Hello", "text_body": "Hi", "fastaccept": True}
    answer = post.data("/email/send", body)
    assert set(answer) == {"email_id"}
    assert set(client.activity.search()["email_id"]) == {answer["email_id"]}


def test_all_has_happened_when_a_send_is_answered():
    client = Client.sandbox(empty=True)
    send(client, "click@customer.test")
    now = dt.datetime.now(dt.UTC)
    assert len(client.activity.search(start_date="1h", end_date=now)) == 4


def test_limits_and_a_moment_that_stands_still_go_together():
    waits: list[float] = []

    def clock() -> float:
        return 1000.0 + sum(waits)

    for now in ("2026-11-24T12:00:00", None):
        client = Client.sandbox(
            empty=True, limits=True, now=now, clock=clock, sleep=waits.append, retries=0
        )
        for _ in range(150):
            client.activity.search(start_date="1h", limit=1)
    assert 240 <= sum(waits) < 260
