"""What clients of today's service send beyond the document."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from smtp2go_kit.sandbox import Sandbox

MESSAGE = {"sender": "a@example.com", "to": ["b@x.test"], "subject": "Hello", "text_body": "Hi"}


@pytest.fixture
def today(posting, clock):
    """Plain posts to an empty account that speaks as today's service does."""
    return posting(Sandbox(empty=True, contract="served", now=clock))


def written(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S %z")


def test_a_scheduled_message_is_sent_when_it_is_due(post, client, clock):
    late, early = (clock() + dt.timedelta(hours=hours) for hours in (2, 1))
    for due, to in ((late, "late@x.test"), (early, "early@x.test")):
        answer = post.data("/email/send", {**MESSAGE, "to": [to], "schedule": written(due)})
        assert uuid.UUID(answer["schedule_id"])
        assert "email_id" not in answer
    clock.turn(3599)
    assert client.activity.search().empty
    clock.turn(3 * 86_400)
    found = client.email.search(start_date="7d", sort_dir="asc")
    assert list(found["recipient"]) == ["early@x.test", "late@x.test"]
    assert list(found["email_ts"]) == [early, late]
    header = f"headers:'X-Smtp2go-Schedule-Id: {answer['schedule_id']}'"
    found = client.email.search(start_date="7d", filter_query=header)
    assert list(found["recipient"]) == ["early@x.test"]


def test_a_scheduled_message_meets_the_suppressions_of_its_own_time(post, client, clock):
    due = written(clock() + dt.timedelta(hours=1))
    post.data("/email/send", {**MESSAGE, "schedule": due})
    client.suppression.add("b@x.test")
    clock.turn(7200)
    assert list(client.email.search()["status"]) == ["rejected"]


@pytest.mark.parametrize("hours", [-1, 73])
def test_a_schedule_lies_within_three_days(post, clock, hours):
    due = written(clock() + dt.timedelta(hours=hours))
    assert post.refusal("/email/send", {**MESSAGE, "schedule": due})[0] == "schedule"
    assert post.refusal("/email/send", {**MESSAGE, "schedule": "soon"})[0] == "schedule"


@pytest.mark.parametrize("given", [{}, {"subject": None}, {"subject": ""}])
def test_only_the_document_needs_a_subject(post, contract, given):
    message = {name: value for name, value in MESSAGE.items() if name != "subject"} | given
    if contract == "documented":
        assert post.refusal("/email/send", message)[0] == "subject"
    else:
        assert post.data("/email/send", message)["succeeded"] == 1


@pytest.mark.parametrize("given", [{}, {"subject": None}, {"subject": ""}])
def test_a_template_stands_in_for_a_subject(today, given):
    message = {name: value for name, value in MESSAGE.items() if name != "subject"} | given
    template = {"template_id": 6040276, "template_data": {"name": "Ann"}}
    assert today.data("/email/send", {**message, **template})["succeeded"] == 1


def test_an_smtp_user_without_a_password_is_given_one(today):
    [first] = today.data("/users/smtp/add", {"username": "authuser"})["results"]
    [second] = today.data("/users/smtp/add", {"username": "other-user"})["results"]
    assert len(first["email_password"]) >= 11
    assert first["email_password"] != second["email_password"]
    assert first["custom_ratelimit_value"] is None
    [kept] = today.data("/users/smtp/edit", {"username": "authuser"})["results"]
    assert kept["email_password"] == first["email_password"]


def test_a_subaccount_needs_only_a_name_and_is_known_by_its_id(today):
    [one, two] = (today.data("/subaccount/add", {"fullname": name}) for name in ("One", "Two"))
    assert one["id"] != two["id"]
    today.data("/subaccount/edit", {"id": two["id"], "limit": 20_000})
    today.data("/subaccount/close", {"id": one["id"]})
    found = today.data("/subaccounts/search", {"states": "all", "page_size": 500})["subaccounts"]
    assert [(s["name"], s["plan_size"], s["state"]) for s in found] == [
        ("One", 10_000, "Closed"),
        ("Two", 20_000, "Active"),
    ]


@pytest.mark.parametrize("report", ["bounces", "spam", "unsubs", "summary"])
def test_the_reports_are_of_one_user_on_request(today, report):
    today.data("/email/send", MESSAGE)
    counts = []
    for user in (today.api_key[:16], "nobody"):
        data = today.data(f"/stats/email_{report}", {"username": user})
        counts.append(data.get("emails", data.get("email_count")))
    assert counts == [1, 0]


@pytest.mark.parametrize(
    "date",
    [
        "2026-11-20",
        "2026-11-20 00:00:00",
        "2026-11-20T00:00:00",
        "2026-11-20T00:00:00.0000000",
        "2026-11-20T00:00:00Z",
        "2026-11-20T13:00:00.123+13:00",
        "20 Nov 26 00:00 GMT",
        "20 Nov 26 13:00 +1300",
        "Fri, 20 Nov 2026 00:00:00 GMT",
    ],
)
def test_every_form_of_date_that_the_service_lists_is_read(post, date):
    post.data("/email/send", MESSAGE)
    for path, name in (("/activity/search", "total_events"), ("/email/search", "count")):
        assert post.data(path, {"start_date": date})[name]
        assert not post.data(path, {"end_date": date})[name]


@pytest.mark.parametrize("blob", ["", "QUJD\nREVG\n", "QUJD\r\nREVG", "QUJDREVG"])
def test_attachments_may_be_empty_or_have_lines(post, blob):
    file = {"filename": "a.txt", "fileblob": blob, "url": None}
    assert post.data("/email/send", {**MESSAGE, "attachments": [file]})["succeeded"] == 1


def test_an_attachment_is_a_content_or_a_url(post):
    url, content = {"url": "https://example.com/a.pdf"}, {"fileblob": "QUJD"}
    sent = post.data("/email/send", {**MESSAGE, "attachments": [{"filename": "a.pdf", **url}]})
    assert sent["succeeded"] == 1
    both = {"filename": "a.pdf", **url, **content}
    assert post.refusal("/email/send", {**MESSAGE, "attachments": [both]})[0] == "attachments"


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        (
            "/subaccount/add",
            {"email": "a@x.test", "fullname": "A", "dedicated_ip": True},
            "dedicated_ip",
        ),
        (
            "/users/smtp/add",
            {"user_data": {"username": "user1", "email_password": "w", "custom_ratelimit": True}},
            "custom_ratelimit_value",
        ),
        (
            "/users/smtp/add",
            {"user_data": {"username": "user1", "email_password": "w"}, "comments": "Desk"},
            "comments",
        ),
    ],
)
def test_bounds_between_fields_are_kept(posting, path, body, field):
    assert posting(Sandbox(empty=True)).refusal(path, body)[0] == field


@pytest.mark.parametrize("authorization", ["bearer {key}", "BEARER {key}", "Basic dXNlcjpwYXNz"])
def test_the_scheme_of_the_authorization_is_read_as_http_says(post, authorization):
    headers = {"Authorization": authorization.format(key=post.api_key)}
    body = {"api_key": post.api_key} if "Basic" in authorization else {}
    assert post("/domain/view", body, headers=headers).status_code == 200


def test_the_fields_of_todays_activity_search_work(today):
    sent = [
        today.data("/email/send", {**MESSAGE, "custom_headers": [{"header": "X-A", "value": "1"}]})
        for _ in range(2)
    ]
    wanted = {
        "search_email_id": sent[0]["email_id"],
        "only_latest_by_sent": True,
        "include_headers": True,
        "custom_headers": ["x-a"],
        "region": "eu",
    }
    [event] = today.data("/activity/search", wanted)["events"]
    assert (event["email_id"], event["event"]) == (sent[0]["email_id"], "delivered")
    assert (event["headers"], event["custom_headers"]) == ("X-A: 1", {"X-A": "1"})
    assert today.refusal("/activity/search", {"region": "mars"})[0] == "region"


def test_the_filters_of_todays_suppression_view_work(today):
    for address in ("ann@a.test", "bob@b.test"):
        today.data("/suppression/add", {"email_address": address})
    today.data("/email/send", {**MESSAGE, "to": ["bounce@x.test"]})

    def found(**filters: Any) -> set[str]:
        return {r["email_address"] for r in today.data("/suppression/view", filters)["results"]}

    assert found(reason="bounce") == found(suppression_types=["bounce"]) == {"bounce@x.test"}
    assert found(reasons=["manual"]) == {"ann@a.test", "bob@b.test"}
    assert found(recipient="ann@a.test") == found(recipient="ann@", fuzzy=True) == {"ann@a.test"}
    assert found(recipient="ann@") == set()
    assert found(start_date="2100-01-01") == found(end_date="2000-01-01") == set()


def test_a_subaccount_has_suppressions_and_users_of_its_own(today):
    below = {"subaccount_id": today.data("/subaccount/add", {"fullname": "Shop"})["id"]}
    today.data("/suppression/add", {"email_address": "ann@a.test", **below})
    today.data("/users/smtp/add", {"username": "authuser", **below})
    for path in ("/suppression/view", "/users/smtp/view"):
        assert today.data(path)["results"] == []
        assert len(today.data(path, below)["results"]) == 1
    assert today.refusal("/suppression/view", {"subaccount_id": "none"})[0] == "subaccount_id"


def test_todays_answers_have_the_fields_that_the_document_lacks(today):
    added = today.data("/subaccount/add", {"fullname": "Shop", "limit": 2000, "enable_sms": True})
    assert (added["plan_size"], added["sms_enabled"], added["archiving"]) == (2000, True, False)
    access = {"subaccounts": [added["id"]], "future_subaccounts": True}
    today.data("/domain/add", {"domain": "shop.org", "subaccount_access": access})
    [shown] = today.data("/domain/view", {"domain": "shop.org"})["domains"]
    assert (shown["subaccount_access"], shown["from_master"]) == (access, False)
    users = today.data("/users/smtp/view")
    assert (users["default_ratelimit_value"], users["default_ratelimit_period"]) == ("0", "0:00:00")
    today.data("/email/send", MESSAGE)
    for group, name in (("domain", "example.com"), ("subaccount", "")):
        history = today.data("/stats/email_history", {"group_by": group})
        assert [row[group] for row in history["history"]] == [name]
        assert history["bounce_percent_total"] == 0
    assert today.data("/stats/email_history", {"subaccounts": [added["id"]]})["count"] == 0


@pytest.mark.parametrize(("mode", "passes"), [("whitelist", True), ("blacklist", False)])
def test_the_allowed_senders_decide_in_the_mode_they_are_in(today, mode, passes):
    today.data("/allowed_senders/update", {"allowed_senders": ["@example.com"], "mode": mode})
    today.data("/email/send", MESSAGE)
    today.data("/email/send", {**MESSAGE, "sender": "a@unverified.org"})
    events = today.data("/activity/search", {"only_latest": True})["events"]
    fates = {event["sender"]: event["event"] for event in events}
    assert (fates["a@example.com"] == "delivered") is passes
    assert (fates["a@unverified.org"] == "delivered") is not passes


def test_a_new_domain_tells_the_targets_that_a_view_keeps_back(today):
    new = {"domain": "shop.co.uk", "auto_verify": False}
    [added] = today.data("/domain/add", new)["domains"]
    assert added["domain"]["dkim_value"] == added["domain"]["dkim_expected"] == "dkim.smtp2go.net"
    assert added["trackers"][0]["cname_value"] == "track.smtp2go.net"
    assert (added["domain"]["domain"], added["domain"]["suffix"]) == ("shop", "co.uk")
    [viewed] = today.data("/domain/view")["domains"]
    assert (viewed["domain"]["dkim_value"], viewed["domain"]["dkim_verified"]) == ("", False)
