"""Every spelling of an answer, the document's and the service's, comes out the same."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest

from smtp2go_kit import ApiError, NotFound, Secret, SendFailed, child_frame

DOCUMENT = {
    entry["path"]: entry["response_example"]
    for entry in json.loads((Path(__file__).parent / "data" / "operations.json").read_text())
}
REQUEST_ID = "40cbb6f2-935f-11e7-b5be-480fcf01a6f2"
ROWS = {
    "/activity/search": 1,
    "/allowed_senders/view": 2,
    "/email/search": 1,
    "/domain/add": 1,
    "/domain/remove": 0,
    "/domain/returnpath": 1,
    "/domain/tracking": 1,
    "/domain/verify": 1,
    "/domain/view": 1,
    "/users/smtp/view": 1,
    "/stats/email_bounces": 1,
    "/stats/email_cycle": 1,
    "/stats/email_history": 1,
    "/stats/email_spam": 1,
    "/stats/email_unsubs": 1,
    "/stats/email_summary": 1,
    "/suppression/view": 1,
    "/subaccount/search": 1,
    "/single_sender_emails/view": 1,
}
"""Operations that answer with a frame, and the rows in the document's example."""
ARGUMENTS: dict[str, dict[str, Any]] = {
    "allowed_senders": {"allowed_senders": ["@example.com"]},
    "send": {"sender": "a@example.com", "to": "b@example.com", "subject": "Hello"},
    "mime": {"mime_email": b"From: a@example.com"},
    "domain": {"domain": "example.com"},
    "renamed": {"domain": "example.com", "old_subdomain": "a", "new_subdomain": "b"},
    "smtp_users": {"username": "authuser", "email_password": "pa$$word"},
    "users/smtp/remove": {"username": "authuser"},
    "suppression/add": {"email_address": "a@example.com"},
    "suppression/remove": {"email_address": "a@example.com", "reasons": ["spam"]},
    "single_sender_emails": {"email_address": "a@example.com"},
    "subaccount": {"email": "a@example.com"},
    "named": {"email": "a@example.com", "fullname": "Name"},
}
PLAIN = {
    "/allowed_senders/add": "allowed_senders",
    "/allowed_senders/remove": "allowed_senders",
    "/allowed_senders/update": "allowed_senders",
    "/email/send": "send",
    "/email/mime": "mime",
    "/domain/add": "domain",
    "/domain/remove": "domain",
    "/domain/verify": "domain",
    "/domain/returnpath": "renamed",
    "/domain/tracking": "renamed",
    "/users/smtp/add": "smtp_users",
    "/users/smtp/edit": "smtp_users",
    "/users/smtp/remove": "users/smtp/remove",
    "/suppression/add": "suppression/add",
    "/suppression/remove": "suppression/remove",
    "/subaccount/add": "named",
    "/subaccount/edit": "named",
    "/subaccount/close": "subaccount",
    "/subaccount/reinvite": "subaccount",
    "/subaccount/reopen": "subaccount",
    "/single_sender_emails/add": "single_sender_emails",
    "/single_sender_emails/remove": "single_sender_emails",
}
each = pytest.mark.parametrize("path", DOCUMENT, ids=lambda path: path.strip("/"))
OTHER_TYPES = pytest.mark.parametrize("data", [None, {}, [], "", "ok", 5, True], ids=repr)


def ask(client: Any, path: str) -> Any:
    heading, *_, method = path.strip("/").split("/")
    group = getattr(client, "smtp_users" if heading == "users" else heading)
    return getattr(group, method)(**ARGUMENTS.get(PLAIN.get(path, ""), {}))


@each
def test_the_documents_example_becomes_a_frame_or_a_dict(serve, path):
    # Three of the examples have a token, so there is a second request.
    answer = ask(serve(DOCUMENT[path], {"request_id": REQUEST_ID}).client, path)
    if path in ROWS:
        assert isinstance(answer, pd.DataFrame)
        assert len(answer) == ROWS[path]
        assert answer.attrs["request_id"] == REQUEST_ID
    else:
        assert type(answer) is dict
        assert answer["request_id"] == REQUEST_ID


@each
@OTHER_TYPES
def test_data_of_any_type_is_an_answer(serve, path, data):
    answer = ask(serve({"request_id": "r", "data": data}).client, path)
    assert isinstance(answer, pd.DataFrame if path in ROWS else dict)


@each
def test_data_may_be_absent(serve, path):
    answer = ask(serve({"request_id": "r"}).client, path)
    if path in ROWS:
        assert len(answer) == 0
    else:
        assert answer == {"request_id": "r"}


def test_the_answer_of_a_send_is_found_under_either_name(serve):
    sent = {"succeeded": 1, "failed": 0, "failures": [], "email_id": "1er8bV-6Tw0Mi-7h"}
    for envelope in (
        {"data": sent},
        {"email_response": sent},
        {"data": sent, "email_response": sent},
    ):
        answer = ask(serve({**envelope, "request_id": "r"}).client, "/email/send")
        assert answer == {**sent, "request_id": "r"}


def test_failures_are_plain_texts_where_the_document_nests_them(serve):
    answer = ask(serve(DOCUMENT["/email/send"]).client, "/email/send")
    assert answer["failures"] == [
        "Message failed - Error: 452-4.2.2 The email account that you tried to reach is over quota."
    ]
    assert (answer["succeeded"], answer["email_id"]) == (10, "1er8bV-6Tw0Mi-7h")


@pytest.mark.parametrize("told", [{"email_id": "1u0SwL"}, {"schedule_id": "0b6a"}], ids=str)
def test_a_queued_send_is_no_failure(serve, told):
    assert ask(serve({"data": told}).client, "/email/send") == told


def test_text_and_lists_in_place_of_an_object_are_kept(serve):
    closed = serve({"data": "Successfully closed subaccount Shop"}).client
    assert ask(closed, "/subaccount/close") == {"message": "Successfully closed subaccount Shop"}
    users = serve({"data": [{"username": "authuser"}]}).client
    assert ask(users, "/users/smtp/edit") == {"results": [{"username": "authuser"}]}


@pytest.mark.parametrize(
    "envelope",
    [
        {"request_id": "r", "senders": [{"email_address": "a@example.com", "verified": True}]},
        {
            "data": {
                "senders": [{"email_address": "a@example.com", "verified": True}],
                "request_id": "r",
            }
        },
        {"request_id": "r", "data": [{"email_address": "a@example.com", "verified": "true"}]},
    ],
    ids=["top level", "in data", "bare list"],
)
def test_single_senders_are_found_at_any_level(serve, envelope):
    frame = serve(envelope).client.single_sender_emails.view()
    assert frame.to_dict("records") == [{"email_address": "a@example.com", "verified": True}]
    assert frame.attrs["request_id"] == "r"


@pytest.mark.parametrize("rows", ["suppressions", "results"])
@pytest.mark.parametrize("complaint", ["complain", "complaint"])
def test_suppressions_have_one_spelling(serve, rows, complaint):
    record = {
        "email_address": "a@example.com",
        complaint: "why",
        "timestamp": "2022-11-14 07:54:45",
    }
    frame = serve({"data": {rows: [record]}}).client.suppression.view()
    assert frame["complain"].tolist() == ["why"]
    assert "complaint" not in frame
    assert frame["timestamp"].tolist() == [pd.Timestamp("2022-11-14 07:54:45", tz="UTC")]


def test_further_pages_of_suppressions_are_fetched(serve):
    def page(name, token):
        rows = [{"email_address": name}]
        return {"data": {"results": rows, "continue_token": token, "total_results": 3}}

    service = serve(page("a", "t1"), page("b", "t2"), page("c", None))
    frame = service.client.suppression.view(wildcard="@example.com")
    assert frame["email_address"].tolist() == ["a", "b", "c"]
    assert [body for _, body in service.sent] == [
        {"wildcard": "@example.com"},
        {"wildcard": "@example.com", "continue_token": "t1"},
        {"wildcard": "@example.com", "continue_token": "t2"},
    ]


@pytest.mark.parametrize("name", ["unsubscribe_percent", "unsubscribes_percent"])
@pytest.mark.parametrize("method", ["email_unsubs", "email_summary"])
def test_the_rate_of_unsubscribes_has_one_spelling(serve, method, name):
    frame = getattr(serve({"data": {name: "1.80"}}).client.stats, method)()
    assert frame["unsubscribes_percent"].tolist() == [1.8]
    assert "unsubscribe_percent" not in frame


@pytest.mark.parametrize(
    ("told", "read"), [(18, 18.0), (5.5, 5.5), ("7.14", 7.14), ("0.00", 0.0), ("7.14%", 7.14)]
)
def test_percentages_are_numbers_however_they_are_written(serve, told, read):
    frame = serve({"data": {"emails": 550, "bounce_percent": told}}).client.stats.email_bounces()
    assert frame["bounce_percent"].tolist() == [read]


@pytest.mark.parametrize(
    "recipients", ["a@example.com, b@example.com", ["a@example.com", "b@example.com"]]
)
def test_recipients_are_one_text(serve, recipients):
    frame = serve({"data": {"events": [{"recipients": recipients}]}}).client.activity.search()
    assert frame["recipients"].tolist() == ["a@example.com, b@example.com"]
    assert frame["recipient"].isna().all()


@pytest.mark.parametrize("recipients", ["a@example.com", ["a@example.com"]], ids=["text", "list"])
def test_a_single_recipient_is_the_recipient(serve, recipients):
    frame = serve({"data": {"events": [{"recipients": recipients}]}}).client.activity.search()
    assert frame["recipient"].tolist() == ["a@example.com"]


def test_objects_of_an_event_become_columns(serve):
    frame = serve(DOCUMENT["/activity/search"]).client.activity.search(limit=1)
    row = frame.iloc[0]
    assert row["email_client_name"] == "Hotmail"
    assert row["metadata_read_secs"] == 15
    assert row["date"] == pd.Timestamp("2021-04-20T00:00", tz="UTC")
    assert row["from"] == "client@example.com"


TRACKERS = [
    {
        "fulldomain": "link.example123.com",
        "subdomain": "link",
        "domain": "example123",
        "suffix": "com",
        "cname_verified": True,
        "cname_status": "",
        "cname_value": "track.smtp2go.net",
        "enabled": True,
        "ssl_status": "issued: 1623371453",
    }
]


@pytest.mark.parametrize("shape", ["garbled text", "JSON text", "list", "object"])
def test_trackers_are_a_frame_whatever_their_shape(serve, shape):
    answer = json.loads(json.dumps(DOCUMENT["/domain/view"]))
    shapes = {"JSON text": json.dumps(TRACKERS), "list": TRACKERS, "object": TRACKERS[0]}
    domain = answer["data"]["domains"][0]
    domain["trackers"] = shapes.get(shape, domain["trackers"])
    frame = serve(answer).client.domain.view()
    trackers = child_frame(frame, "trackers")
    assert frame["trackers_count"].tolist() == [1]
    assert trackers["domain_fulldomain"].tolist() == ["example.com"]
    shown = trackers[list(TRACKERS[0])].to_dict("records")
    assert shown == TRACKERS


@pytest.mark.parametrize("text", ['"h": ["key": "X-Ip", "value": 1.2.3.4]', '"h": ["key": "a\nb"]'])
def test_text_that_is_no_structure_does_not_stop_an_answer(serve, text):
    answer = {"data": {"emails": [{"email_id": "1", "headers": text}]}}
    frame = serve(answer).client.email.search()
    assert frame["email_id"].tolist() == ["1"]


@pytest.mark.parametrize(
    "counts",
    [
        DOCUMENT["/email/search"]["data"]["status_counts"],
        {"delivered": 206, "defer": 53, "spam": 1, "refused": 3},
    ],
    ids=["garbled", "object"],
)
def test_counts_by_status_are_an_object(serve, counts):
    answer = {"data": {"count": 263, "emails": [], "status_counts": counts}}
    frame = serve(answer).client.email.search(status_counts=True)
    assert frame.attrs["status_counts"] == {"delivered": 206, "defer": 53, "spam": 1, "refused": 3}
    assert len(frame) == 0
    assert frame.attrs["truncated"] is False


def test_the_password_of_a_user_is_shown_only_when_asked(serve):
    added = ask(serve(DOCUMENT["/users/smtp/add"]).client, "/users/smtp/add")
    password = added["results"][0]["email_password"]
    assert password == Secret("pa$$word!1<-dontusethis-ever")
    assert "pa$$word" not in repr(added)
    frame = serve(DOCUMENT["/users/smtp/view"]).client.smtp_users.view()
    (kept,) = child_frame(frame, "email_password")["email_password"]
    assert kept.reveal() == "pa$$word!1<-dontusethis-ever"
    assert "pa$$word" not in frame.to_string()


@pytest.mark.parametrize("data", [{}, [], "", None], ids=repr)
def test_what_stands_beside_empty_data_is_seen(serve, data):
    failed = {"succeeded": 0, "failed": 1, "failures": ["x"]}
    with pytest.raises(SendFailed, match="x"):
        serve({"data": data, "email_response": failed}).client.email.send("a@b.de", "c@d.de", "Hi")
    senders = [{"email_address": "a@b.de", "verified": True}]
    frame = serve({"data": data, "senders": senders}).client.single_sender_emails.view()
    assert list(frame["email_address"]) == ["a@b.de"]


@pytest.mark.parametrize("data", [{}, [], "", "ok", None], ids=repr)
def test_an_error_beside_data_is_an_error(serve, data):
    refused = {"data": data, "error": "nope", "error_code": "E_ApiResponseCodes.API_EXCEPTION"}
    for call in ("/suppression/add", "/activity/search"):
        with pytest.raises(ApiError, match="nope"):
            ask(serve(refused).client, call)


@pytest.mark.parametrize("failed", [0, None, "0", "all", 0.5, ["a@b.c"]], ids=repr)
def test_a_send_that_names_failures_and_no_success_has_failed(serve, failed):
    data = {"succeeded": 0, "failed": failed, "failures": ["550 rejected"]}
    with pytest.raises(SendFailed, match="550 rejected"):
        serve({"data": data}).client.email.send("a@b.de", "c@d.de", "Hi")


def test_a_null_beside_another_spelling_says_nothing(serve):
    for record in ({"complain": "x", "complaint": None}, {"complaint": None, "complain": "x"}):
        frame = serve({"data": {"results": [record]}}).client.suppression.view()
        assert frame["complain"].item() == "x"
    rates = {"unsubscribes_percent": 1.8, "unsubscribe_percent": None}
    assert serve({"data": rates}).client.stats.email_unsubs()["unsubscribes_percent"].item() == 1.8


def test_rows_under_the_second_spelling_are_read_though_the_first_is_empty(serve):
    data = {"suppressions": [], "results": [{"email_address": "a@b.de"}]}
    assert len(serve({"data": data}).client.suppression.view()) == 1


@pytest.mark.parametrize("total", ["3", 3.0, 3], ids=repr)
def test_a_total_is_read_in_any_form(serve, total):
    data = {"events": [{"email_id": "a"}], "total_events": total}
    attrs = serve({"data": data}).client.activity.search().attrs
    assert (attrs["total"], attrs["truncated"]) == (3, True)


def test_a_record_alone_is_a_row(serve):
    frame = serve({"data": {"username": "u", "email_password": "pa55"}}).client.smtp_users.view()
    assert list(frame["username"]) == ["u"]
    assert "pa55" not in f"{frame.attrs} {frame.to_string()}"


def test_records_that_came_as_text_are_rows(serve):
    text = json.dumps([{"username": "u", "email_password": "pa55"}])
    frame = serve({"data": {"results": text}}).client.smtp_users.view()
    assert list(frame["username"]) == ["u"]
    assert "pa55" not in frame.to_string()


@pytest.mark.parametrize("field", ["spam_percent", "email_count", "cycle_start"])
def test_numbers_beyond_any_column_are_missing(serve, field):
    frame = serve({"data": {field: 10**400}}).client.stats.email_summary()
    assert frame[field].isna().item()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-02-12t05:54:07z", "2024-02-12 05:54:07"),
        ("2024-02-12 05:54:07 +0000 UTC", "2024-02-12 05:54:07"),
        ("1707717247", "2024-02-12 05:54:07"),
        ("2021-04-20T00:00-M", "2021-04-20 00:00:00"),
        ("2021-04-20T00:00:00-M", "2021-04-20 00:00:00"),
    ],
)
def test_odd_dates_are_read(serve, text, moment):
    frame = serve({"data": {"events": [{"date": text}]}}).client.activity.search()
    assert frame["date"].item() == pd.Timestamp(moment, tz="UTC")


def test_attempts_belong_to_their_event(serve):
    events = [
        {
            "email_id": "a",
            "recipient": "b@c.de",
            "event": event,
            "date": f"2026-11-2{n}T00:00:00Z",
            "delivery_attempts": [{"host": f"mx{k}"} for k in range(n)],
        }
        for n, event in ((1, "soft-bounced"), (2, "delivered"))
    ]
    frame = serve({"data": {"events": events}}).client.activity.search()
    bounced = frame[frame["event"] == "soft-bounced"]
    assert list(child_frame(bounced, "delivery_attempts")["host"]) == ["mx0"]


def test_child_frames_outlive_pickling(serve):
    emails = [{"email_id": "a", "recipient": "b@c.de", "opens": [{"ip_address": "192.0.2.1"}]}]
    frame = serve({"data": {"emails": emails}}).client.email.search()
    kept = pickle.loads(pickle.dumps(frame))
    assert list(child_frame(kept, "opens")["ip_address"]) == ["192.0.2.1"]


def test_pages_whose_rows_are_the_data_are_followed(serve):
    pages = [([{"email_id": "a"}], "t1"), ([{"email_id": "b"}], None)]
    service = serve(
        *({"data": rows, "total_events": 2, "continue_token": token} for rows, token in pages)
    )
    frame = service.client.activity.search()
    assert (list(frame["email_id"]), frame.attrs["total"]) == (["a", "b"], 2)


@pytest.mark.parametrize("data", [{"request_id": "q"}, "ok", {"mode": "disabled"}], ids=repr)
def test_rows_beside_other_data_are_seen(serve, data):
    frame = serve({"data": data, "allowed_senders": ["a.com"]}).client.allowed_senders.view()
    assert list(frame["allowed_senders"]) == ["a.com"]


@pytest.mark.parametrize(
    "body",
    [
        {"data": [{"succeeded": 0, "failed": 1, "failures": ["550 x"]}]},
        {"email_response": [{"succeeded": 0, "failed": 1, "failures": ["550 x"]}]},
        {"data": {"field_validation_errors": {"fieldname": "sender", "message": "bad"}}},
        {"data": {"succeeded": 0, "failed": 0, "failures": []}},
    ],
    ids=["list", "response", "field", "nothing"],
)
def test_a_refused_send_is_no_success_in_any_shape(serve, body):
    with pytest.raises(ApiError):
        serve(body).client.email.send("a@b.de", "c@d.de", "Hi")


def test_a_domain_alone_is_a_row(serve):
    data = {"domain": {"fulldomain": "x.co"}, "trackers": []}
    frame = serve({"data": data}).client.domain.view()
    assert list(frame["domain_fulldomain"]) == ["x.co"]


def test_child_frames_need_the_columns_that_name_their_parents(serve):
    emails = [
        {"email_id": n, "recipient": "b@c.de", "opens": [{"ip_address": f"192.0.2.{n}"}]}
        for n in "12"
    ]
    frame = serve({"data": {"emails": emails}}).client.email.search()
    moved = frame.set_index(["email_id", "recipient"]).iloc[:1]
    assert list(child_frame(moved, "opens")["ip_address"]) == ["192.0.2.1"]
    for names in (["subject"], ["recipient"]):
        with pytest.raises(KeyError, match="email_id"):
            child_frame(frame[names], "opens")


def test_an_absent_object_is_not_found_whatever_the_status(serve):
    data = {"error": "The domain was not found", "error_code": "E_ApiResponseCodes.API_EXCEPTION"}
    with pytest.raises(NotFound, match="Look at what there is"):
        serve(httpx.Response(400, json={"data": data})).client.domain.verify("nope.org")
