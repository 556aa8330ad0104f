"""The reports of an empty sandbox, and the cycle they are counted in."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from smtp2go_kit import Client
from smtp2go_kit.sandbox import Sandbox

ANN = "Ann Ash <ann@example.com>"
BOB = "bob@customer.test"


def send(client: Client, *to: str, sender: str = ANN, **options: Any) -> str:
    """Send a message, and give its id."""
    return client.email.send(sender, list(to), "Hello", text_body="Hi", **options)["email_id"]


def test_a_send_counts_in_the_reports_and_in_the_history(client):
    for recipient in (BOB, "cy@customer.test", "bounce@customer.test", "softbounce@x.test"):
        send(client, recipient)
    send(client, "spam@customer.test", "unsubscribe@customer.test", sender="zoe@example.net")
    send(client, "open@x.test", "click@x.test", "a@x.test", "b@x.test", "reject@x.test")
    bounces = client.stats.email_bounces().iloc[0]
    assert (bounces["emails"], bounces["rejects"]) == (11, 1)
    assert (bounces["softbounces"], bounces["hardbounces"]) == (1, 1)
    assert bounces["bounce_percent"] == round(200 / 11, 2)
    spam, unsubscribed = client.stats.email_spam().iloc[0], client.stats.email_unsubs().iloc[0]
    share = round(100 / 11, 2)
    assert (spam["spams"], spam["spam_percent"]) == (1, share)
    assert (unsubscribed["unsubscribes"], unsubscribed["unsubscribes_percent"]) == (1, share)
    summary = client.stats.email_summary().iloc[0]
    assert (summary["email_count"], summary["bounce_percent"], summary["spam_percent"]) == (
        11,
        bounces["bounce_percent"],
        share,
    )
    history = client.stats.email_history(group_by="email_address")
    assert dict(zip(history["email_address"], history["used"], strict=True)) == {
        "ann@example.com": 9,
        "zoe@example.net": 2,
    }
    assert history.attrs["count"] == 11
    assert list(client.stats.email_history()["used"]) == [11]


def test_the_history_weighs_the_mail(client):
    send(client, BOB)
    send(client, BOB, attachments=("a.txt", b"x" * 3000))
    row = client.stats.email_history().iloc[0]
    assert row["bytecount"] > 4000
    assert row["avgsize"] == row["bytecount"] / 2


def test_the_history_is_grouped_by_default_as_in_the_contract(post, client, contract):
    for sender in ("ann@example.com", "zoe@example.net"):
        send(client, BOB, sender=sender)
    rows = post.data("/stats/email_history")["history"]
    assert len(rows) == (1 if contract == "documented" else 2)


def test_todays_reports_count_what_became_of_the_mail(posting, clock):
    post = posting(Sandbox(empty=True, contract="served", now=clock))
    recipients = ["open", "click", "bounce", "spam", "unsubscribe", "reject", "a", "b", "c", "d"]
    message = {"sender": ANN, "to": [f"{word}@x.test" for word in recipients], "subject": "Hi"}
    post.data("/email/send", message)
    summary = post.data("/stats/email_summary")
    counts = {name: summary[name] for name in ("opens", "clicks", "spam_emails", "rejects")}
    assert counts == {"opens": 2, "clicks": 1, "spam_emails": 1, "rejects": 1}
    [row] = post.data("/stats/email_history")["history"]
    shown = {name: row[name] for name in ("opens", "clicks", "bounces", "rejects", "spam")}
    assert shown == {"opens": 2, "clicks": 1, "bounces": 1, "rejects": 1, "spam": 1}
    assert (row["open_percent"], row["unsubscribe_percent"]) == (20, 10)


@pytest.mark.parametrize(
    ("now", "start", "end"),
    [
        ("2026-11-20", "2026-11-08", "2026-12-08"),
        ("2026-12-20", "2026-12-08", "2027-01-08"),
        ("2026-02-20", "2026-02-08", "2026-03-08"),
        ("2024-02-20", "2024-02-08", "2024-03-08"),
    ],
)
def test_a_cycle_is_a_month(contract, now, start, end):
    with Client.sandbox(empty=True, contract=contract, now=f"{now}T12:00:00") as client:
        cycle = client.stats.email_cycle().iloc[0]
    assert cycle["cycle_start"] == dt.datetime.fromisoformat(f"{start}T12:00:00+00:00")
    assert cycle["cycle_end"] == dt.datetime.fromisoformat(f"{end}T12:00:00+00:00")


def test_rejects_are_told_by_why_the_recipient_is_suppressed(client):
    for recipient in ("bounce@x.test", "spam@x.test", "spam+2@x.test", "unsubscribe@x.test"):
        send(client, recipient)
        send(client, recipient)
    summary = client.stats.email_summary().iloc[0]
    assert summary["email_count"] == 8
    assert (summary["bounce_rejects"], summary["spam_rejects"]) == (1, 2)
    assert client.stats.email_bounces()["rejects"].item() == 4
    assert client.stats.email_cycle()["cycle_used"].item() == 8
    assert client.stats.email_history()["used"].sum() == 8


def test_every_report_has_the_same_rates(posting, clock):
    post = posting(Sandbox(empty=True, contract="served", now=clock))
    message = {"sender": ANN, "to": ["bounce@x.test", "reject@x.test", "a@x.test"], "subject": "Hi"}
    post.data("/email/send", message)
    history, summary = post.data("/stats/email_history"), post.data("/stats/email_summary")
    assert float(summary["bounce_percent"]) == history["bounce_percent_total"] == 33.33
