"""All 36 paths, called with plain ``requests`` in the shapes of the document and of today."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

DOCUMENT = {
    operation["path"]: operation
    for operation in json.loads(
        (Path(__file__).parents[1] / "data" / "operations.json").read_text("utf-8")
    )
}
PNG = {
    "filename": "logo.png",
    "fileblob": base64.b64encode(b"\x89PNG").decode(),
    "mimetype": "image/png",
}
MESSAGE = {
    "sender": "deals@example.com",
    "to": ["click@example.org", "complaint@example.org"],
    "cc": ["Test <test-email-2@example.org>"],
    "bcc": ["auditing@example.com"],
    "subject": "This month's deals",
    "html_body": "<h1>HTML Content</h1> <img src='cid:logo.png'>",
    "text_body": "A happy new year to all our customers",
    "custom_headers": [{"header": "Reply-To", "value": "best-offers@example.com"}],
    "attachments": [PNG],
    "inlines": [PNG],
}
MIME = b"From: John Doe <a@example.com>\r\nTo: open@example.org\r\nSubject: Hi\r\n\r\nHello\r\n"
USER = {
    "username": "authuser",
    "email_password": "pa$$word!1<-dontusethis-ever",
    "comments": "Head of marketing",
    "custom_ratelimit": True,
    "custom_ratelimit_value": 10000,
    "custom_ratelimit_period": "3600",
    "description": "Active since 082021",
    "feedback_enabled": False,
    "feedback_domain": "example.com",
    "feedback_html": '<p><a href="%%UNSUBSCRIBE%%">unsubscribe</a></p>',
    "feedback_text": "This month's deals.",
    "archive_enabled": False,
    "open_tracking_enabled": True,
    "audit_email": "test-email-2@example.com",
}
ADDRESS = {"email": "test-email-5@example.com"}
WINDOW = {"start_date": "2021-04-20T00:00:00", "end_date": "2121-04-22T00:00:00"}
SENDER = {"email_address": "test@test.com"}
STEPS: list[tuple[str, dict[str, Any]]] = [
    ("/allowed_senders/add", {"allowed_senders": ["test-email@example.com", "@example.com"]}),
    ("/allowed_senders/remove", {"allowed_senders": ["test-email@example.com"]}),
    ("/allowed_senders/update", {"allowed_senders": ["marketing@example.com", "@example.com"]}),
    ("/allowed_senders/view", {}),
    ("/domain/add", {"domain": "example.com", "auto_verify": False}),
    ("/domain/returnpath", {
        "domain": "example.com", "old_subdomain": "em12345", "new_subdomain": "returns",
    }),
    ("/domain/tracking", {
        "domain": "example.com", "old_subdomain": "link", "new_subdomain": "track",
    }),
    ("/domain/view", {}),
    ("/domain/verify", {"domain": "example.com", "requisition_ssl": True}),
    ("/domain/remove", {"domain": "example.com"}),
    ("/users/smtp/add", {"user_data": USER}),
    ("/users/smtp/edit", {"user_data": USER}),
    ("/users/smtp/view", {"username": "authuser"}),
    ("/users/smtp/remove", {"username": "authuser"}),
    ("/email/send", MESSAGE),
    ("/email/mime", {"mime_email": base64.b64encode(MIME).decode()}),
    ("/email/search", {"limit": 500, "sort_by": "delivered_at", "sort_dir": "asc", **WINDOW}),
    ("/activity/search", {"limit": 10, "search": "deals | hi", "only_latest": False, **WINDOW}),
    ("/stats/email_bounces", {}),
    ("/stats/email_cycle", {}),
    ("/stats/email_history", {"group_by": "username", **WINDOW}),
    ("/stats/email_spam", {}),
    ("/stats/email_unsubs", {}),
    ("/stats/email_summary", {}),
    ("/suppression/add", {"email_address": "@example.org", "block_description": "Out of date"}),
    ("/suppression/view", {"wildcard": "@example.org"}),
    ("/suppression/remove", {"email_address": "@example.org", "reasons": ["manual", "spam"]}),
    ("/subaccount/add", {
        **ADDRESS, "fullname": "Test account 5", "limit": 250000, "dedicated_ip": True,
    }),
    ("/subaccount/edit", {**ADDRESS, "fullname": "Test account 2", "limit": 20000}),
    ("/subaccount/reinvite", ADDRESS),
    ("/subaccount/close", ADDRESS),
    ("/subaccount/reopen", ADDRESS),
    ("/subaccount/search", {
        "search_terms": [["test", "deals"]], "states": "active", "sort_direction": "asc",
        "page_size": 100, "fuzzy_search": True,
    }),
    ("/single_sender_emails/add", {**SENDER, "message": "Hello"}),
    ("/single_sender_emails/view", SENDER),
    ("/single_sender_emails/remove", SENDER),
]  # fmt: skip
# Fields that are absent or null where there is nothing to say.
SOMETIMES = {"cc", "bcc", "reply_to", "smtp_response", "reason", "error", "fullname", "name", "url"}
SOMETIMES |= {"read_secs", "user_agent", "continue_token", "subdomain", "status_counts"}
MAY_BE_EMPTY = {"failures", "opens", "clicks"}
FRACTION = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}\+00:00")
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?")


def unlike(found: Any, example: Any, name: str = "") -> list[str]:
    """Where an answer has not the shape of the document's example."""
    if isinstance(example, dict) and isinstance(found, dict):
        differing = {n for n in set(found) ^ set(example) if n not in SOMETIMES}
        both = set(found) & set(example)
        inner = [wrong for n in both for wrong in unlike(found[n], example[n], n)]
        return [f"{name}: {n}" for n in sorted(differing)] + inner
    if isinstance(example, list) and isinstance(found, list) and (found or name in MAY_BE_EMPTY):
        return [wrong for entry in found for wrong in unlike(entry, example[0], name)]
    return [] if is_like(found, example, name) else [f"{name}: {found!r}, not {example!r}"]


def is_like(found: Any, example: Any, name: str) -> bool:
    """Whether a plain value is of the kind of the document's."""
    if found is None:
        return name in SOMETIMES or example is None
    if example is None or str(example).startswith('"'):
        return True  # the document's garbled structures
    if str(example).startswith("2021-"):
        return ISO.fullmatch(found) is not None
    if isinstance(example, bool) or isinstance(found, bool):
        return type(found) is type(example)
    return isinstance(found, (int, float) if isinstance(example, (int, float)) else type(example))


def calls(child: Any, steps: list[tuple[str, dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """The envelope of each step's answer, which must be a 200."""
    answers = {}
    with requests.Session() as session:
        for path, body in steps:
            content = {"api_key": child.api_key, **body}
            response = session.post(f"{child.url}{path}", json=content, timeout=30)
            assert response.status_code == 200, (path, response.text)
            answers[path] = response.json()
    return answers


def test_the_steps_are_the_36_operations():
    assert sorted(path for path, _ in STEPS) == sorted(DOCUMENT)
    assert len(STEPS) == 36


def test_all_36_paths_answer_in_the_documents_shapes(serve):
    with serve("--empty") as child:
        answers = calls(child, STEPS)
    for path in ("/email/send", "/email/mime"):  # every published client reads data
        assert answers[path].pop("data") == answers[path]["email_response"]
    wrong = {p: unlike(answers[p], DOCUMENT[p]["response_example"]) for p in DOCUMENT}
    assert {path: found for path, found in wrong.items() if found} == {}


def todays(child: Any) -> list[tuple[str, dict[str, Any]]]:
    """The steps in the form that today's service takes."""
    by_path = dict(STEPS)
    [added] = calls(
        child, [("/subaccount/add", {"subaccount_email": "a@example.com", "fullname": "Test"})]
    ).values()
    theirs = {"id": added["data"]["id"]}
    update = by_path["/allowed_senders/update"]
    changed: dict[str, dict[str, Any]] = {
        "/allowed_senders/update": {**update, "mode": "whitelist"},
        "/users/smtp/add": USER,
        "/users/smtp/edit": USER,
        "/email/search": {"headers": ["reply-to", "To"], **WINDOW},
        "/activity/search": {"search_usernames": ["api-"], **WINDOW},
        "/subaccount/add": {"fullname": "Test account 5"},
        "/subaccount/edit": {**theirs, "fullname": "Test account 2"},
        "/subaccount/search": {"states": "all"},
        **{f"/subaccount/{change}": theirs for change in ("reinvite", "close", "reopen")},
    }
    paths = {"/subaccount/search": "/subaccounts/search"}
    return [(paths.get(path, path), changed.get(path, body)) for path, body in STEPS]


def fields(record: dict[str, Any], names: str) -> bool:
    return set(names.split()) <= set(record)


SENT = "succeeded failed failures email_id"
EVENT = "from email_id date event recipient recipients subject username sender sender_full host"
DOMAIN = "fulldomain subdomain domain suffix dkim_expected rpath_expected setup_link"
ROW = "used bytecount bounces clicks opens rejects spam unsubscribes domain_verified"
TODAY: dict[str, Callable[[Any], bool]] = {
    "/allowed_senders/view": lambda d: (
        d == {"allowed_senders": ["marketing@example.com", "@example.com"], "mode": "whitelist"}
    ),
    "/activity/search": lambda d: all(
        fields(e, EVENT) and isinstance(e["recipients"], list) and None not in e.values()
        for e in d["events"]
    ),
    "/email/send": lambda d: set(d) == set(SENT.split()),
    "/email/mime": lambda d: set(d) == set(SENT.split()),
    "/email/search": lambda d: (
        "continue_token" not in d
        and all(FRACTION.fullmatch(e["email_ts"]) for e in d["emails"])
        and {h["key"] for e in d["emails"] for h in e["headers"]} >= {"To"}
        and {type(o["read_secs"]) for e in d["emails"] for o in e["opens"]} == {str}
    ),
    "/domain/view": lambda d: (
        fields(d["domains"][0]["domain"], DOMAIN)
        and d["domains"][0]["domain"]["domain"] == "example"
        and d["domains"][0]["domain"]["dkim_selector"] == "s12345"
        and d["domains"][0]["domain"]["dkim_value"] == ""
        and fields(d["domains"][0]["trackers"][0], "cname_verified cname_value cname_expected")
    ),
    "/domain/remove": lambda d: d == {"domains": []},
    "/users/smtp/view": lambda d: fields(d["results"][0], "username sending_allowed status"),
    "/stats/email_bounces": lambda d: d["bounce_percent"] == "0.00",
    "/stats/email_spam": lambda d: d["spam_percent"] == "20.00",
    "/stats/email_unsubs": lambda d: d["unsubscribe_percent"] == "0.00",
    "/stats/email_cycle": lambda d: d["cycle_start"].endswith("+00:00") and " " in d["cycle_end"],
    "/stats/email_summary": lambda d: fields(d, "spam_emails opens clicks rejects bounce_rejects"),
    "/stats/email_history": lambda d: fields(d["history"][0], ROW),
    "/suppression/view": lambda d: (
        fields(d, "results total_results continue_token")
        and fields(d["results"][0], "complaint reason")
        and bool(re.fullmatch(r"[\d-]{10} [\d:]{8}", d["results"][0]["timestamp"]))
    ),
    "/subaccount/add": lambda d: "id" in d and "email" not in d,
    "/subaccount/edit": lambda d: "id" in d and "email" not in d,
    "/subaccount/close": lambda d: d.startswith("Successfully closed subaccount "),
    "/subaccount/reopen": lambda d: isinstance(d, str),
    "/subaccounts/search": lambda d: d["continue_token"] == "" and len(d["subaccounts"]) == 2,
    "/single_sender_emails/view": lambda d: d["senders"] == [{**SENDER, "verified": False}],
    "/single_sender_emails/remove": lambda d: isinstance(d, str),
}


def test_all_36_paths_answer_in_todays_shapes(serve):
    with serve("--empty", "--contract", "served") as child:
        answers = calls(child, todays(child))
    assert len(answers) == 36
    assert [p for p, holds in TODAY.items() if not holds(answers[p]["data"])] == []
    beside = {name for answer in answers.values() for name in answer}
    assert beside == {"request_id", "data"}
