"""The searches of mail: what they find, in which order, and how much of it."""

from __future__ import annotations

import pytest

ANN = "Ann Ash <ann@example.com>"


@pytest.fixture(autouse=True)
def mail(client, clock):
    """Four messages, a minute apart; the ids are in the order of sending."""
    sent = [
        ("ann@example.com", "bob@gmail.com", "Welcome aboard"),
        ("zoe@example.net", "click@yahoo.com", "Invoice 17"),
        ("ann@example.com", "bounce@gmail.com", "Invoice 18"),
        ("zoe@example.net", "deferred@gmx.net", "See you"),
    ]
    ids = []
    for sender, to, subject in sent:
        answer = client.email.send(sender, to, subject, cc=None, text_body="Hi")
        ids.append(answer["email_id"])
        clock.turn(60)
    return ids


@pytest.mark.parametrize(
    ("wanted", "places"),
    [
        ({"search": "Welcome | Invoice 17"}, {0, 1}),
        ({"search": "gmail.com"}, {0, 2}),
        ({"search_subject": "invoice"}, {1, 2}),
        ({"search_sender": "zoe@"}, {1, 3}),
        ({"search_recipient": "GMX.net"}, {3}),
        ({"search_sender": "zoe@", "search_subject": "invoice"}, {1}),
        ({"search_usernames": "nobody"}, set()),
        ({"search_usernames": "api-"}, {0, 1, 2, 3}),
        ({"event_types": ["clicked", "hard-bounced"]}, {1, 2}),
        ({"subaccount_ids": ["abc123"]}, set()),
    ],
)
def test_the_activity_search_finds(client, mail, wanted, places):
    found = client.activity.search(**wanted)
    assert set(found["email_id"]) == {mail[place] for place in places}


@pytest.mark.parametrize(
    ("text", "place"), [("user unknown", 2), ("thunderbird", 1), ("www.example.com", 1)]
)
def test_only_the_document_searches_every_field(client, mail, contract, text, place):
    found = set(client.activity.search(search=text)["email_id"])
    assert found == ({mail[place]} if contract == "documented" else set())


def test_an_email_is_searched_by_its_id(client, mail):
    assert set(client.activity.search(search=mail[1])["email_id"]) == {mail[1]}


def test_only_the_latest_event_of_each_email_is_kept(client, mail):
    found = client.activity.search(only_latest=True)
    assert list(found["event"]) == ["processed", "hard-bounced", "clicked", "delivered"]
    assert list(found["email_id"]) == mail[::-1]


def test_windows_include_their_start_and_exclude_their_end(client, clock, mail):
    times = client.email.search(sort_dir="asc")["email_ts"]
    found = client.email.search(start_date=times[1], end_date=times[3], sort_dir="asc")
    assert list(found["email_id"]) == mail[1:3]
    assert set(client.activity.search(end_date=times[1])["email_id"]) == {mail[0]}


@pytest.mark.parametrize(
    ("wanted", "places"),
    [
        ({}, [3, 2, 1, 0]),
        ({"sort_dir": "asc"}, [0, 1, 2, 3]),
        ({"sort_by": "delivered_at"}, [1, 0, 3, 2]),
        ({"limit": 2}, [3, 2]),
        ({"limit": 2, "sort_dir": "asc"}, [0, 1]),
        ({"clicked_only": True}, [1]),
        ({"opened_only": True}, [1]),
        ({"filter_query": "recipient:gmail.com AND NOT status:refused"}, [0]),
        ({"filter_query": "subject:invoice"}, []),
        ({"filter_query": "subject:invoice", "ignore_case": True}, [2, 1]),
        ({"filter_query": "smtpcode:[500 TO 599]"}, [2]),
        ({"username": "somebody"}, []),
    ],
)
def test_the_email_search_finds(client, mail, wanted, places):
    assert list(client.email.search(**wanted)["email_id"]) == [mail[place] for place in places]


def test_statuses_are_counted_instead_of_listed(client):
    found = client.email.search(status_counts=True)
    assert found.empty
    assert found.attrs["status_counts"] == {"delivered": 2, "hardbounce": 1, "deferred": 1}
    assert found.attrs["total"] == 4
