"""No answer is larger than promised, whatever others wrote into it, and each row is reached."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from smtp2go_kit import Client

MOST = 10_000
COLUMNS = (
    "from",
    "sender",
    "recipients",
    "subject",
    "reply_to",
    "to",
    "cc",
    "smtp_response",
    "reason",
    "error",
    "email_client_fullname",
    "metadata_url",
    "metadata_user_agent",
    "host",
    "username",
)
FOREIGN = {
    "words": "Your parcel is on its way to the depot near you. ",
    "small letters": "zqxjkvbwpfmg",
    "capitals": "ZQXJKVBWPFMG",
    "base64": "V2h5IGRpZCB0aGlzIG1haWw9",
    "chinese": "\u9b31\u9751\u9f98\u7c72",
    "emoji": "\U0001f9d1\u200d\U0001f680\U0001f3f3\ufe0f",
    "punctuation": "\"',;|\\/<>{}~^",
    "accents": "\u1e9e\u0153\u0142\u0159\u0171",
    "digits": "1a2b3c",
}


@pytest.fixture
def count(request: pytest.FixtureRequest) -> Callable[[Any], int]:
    """Tokens of an answer's text and data together."""
    o200k = request.getfixturevalue("o200k")
    return lambda result: (
        o200k(result.content[0].text)
        + o200k(json.dumps(result.structured_content, ensure_ascii=False))
    )


def service(rows: int, **fields: Any) -> Client:
    """A client of a service whose events all have these texts."""

    def respond(request: httpx.Request) -> httpx.Response:
        limit = json.loads(request.content)["limit"]
        kept = [
            {**fields, "email_id": f"id-{n}", "event": "delivered", "date": "2026-11-24T09:00:00Z"}
            for n in range(min(limit, rows))
        ]
        data = {"events": kept, "total_events": rows}
        return httpx.Response(200, json={"request_id": "r", "data": data})

    return Client("api-" + "0" * 32, transport=httpx.MockTransport(respond), budgets=False)


@pytest.mark.parametrize("detail", ["concise", "detailed"])
@pytest.mark.parametrize("text", FOREIGN)
def test_a_hundred_rows_of_long_texts_keep_within_the_promise(start, count, text, detail):
    fields = dict.fromkeys(COLUMNS, FOREIGN[text] * 200)
    session = start(service(100, **fields))
    result = session.done("activity_search", limit=100, detail=detail)
    assert count(result) <= MOST
    assert result.structured_content["shown"] >= 1
    assert "of 100, next: cursor=" in result.content[0].text


@pytest.mark.parametrize("text", FOREIGN)
def test_a_walk_over_the_largest_rows_shows_each_of_them_once(start, text):
    fields = dict.fromkeys(COLUMNS, FOREIGN[text] * 200)
    session, found, cursor = start(service(5, **fields)), [], {}
    for _ in range(6):
        data = session.data("activity_search", detail="detailed", **cursor)
        found += [row["email_id"] for row in data["rows"]]
        if "cursor" not in data:
            break
        cursor = {"cursor": data["cursor"]}
    assert found == [f"id-{n}" for n in range(5)]


def test_a_row_with_many_nested_records_is_shown_within_the_promise(start, count, now):
    client = Client.sandbox(now=now, empty=True)
    headers = {f"X-Number-{n}": FOREIGN["chinese"] * 100 for n in range(25)}
    client.email.send("a@example.com", "b@example.com", "S", custom_headers=headers)
    result = start(client).done("email_search", fields=["email_id", "headers"])
    assert count(result) <= MOST
    (row,) = result.structured_content["rows"]
    assert row["email_id"]


@pytest.mark.parametrize("text", FOREIGN)
def test_an_answer_of_named_values_keeps_within_the_promise(start, count, now, text):
    def respond(request: httpx.Request) -> httpx.Response:
        values = {f"field_{n}": [FOREIGN[text] * 20] * 20 for n in range(15)}
        data = {"added": True, "email_address": "a@example.com", **values}
        return httpx.Response(200, json={"request_id": "r", "data": data})

    client = Client("api-" + "0" * 32, transport=httpx.MockTransport(respond), budgets=False)
    result = start(client).changed("suppression_add", email_address="a@example.com")
    assert count(result) <= MOST
    assert result.structured_content["added"] is True


def test_what_a_service_tells_beside_the_rows_keeps_within_the_promise(start, count):
    def respond(request: httpx.Request) -> httpx.Response:
        beside = {f"note_{n}": [FOREIGN["chinese"] * 20] * 40 for n in range(3)}
        data = {"suppressions": [{"email_address": "a@example.com"}], **beside}
        return httpx.Response(200, json={"request_id": "r", "data": data})

    client = Client("api-" + "0" * 32, transport=httpx.MockTransport(respond), budgets=False)
    result = start(client).done("suppression_view")
    assert count(result) <= MOST
    assert result.structured_content["rows"] == [{"email_address": "a@example.com"}]


def test_a_preview_names_all_recipients_within_the_promise(start, count):
    everyone = [f"somebody-number-{n}@{'a' * 60}.example.com" for n in range(20)]
    text = FOREIGN["chinese"] * 900
    arguments = {
        "sender": "a@example.com",
        "to": everyone[:9],
        "cc": everyone[9:],
        "subject": text,
        "text_body": text,
        "html_body": text,
        "custom_headers": [{"header": f"X-{n}", "value": text} for n in range(50)],
    }
    result = start().call("preview", tool="email_send", arguments=arguments)
    assert count(result) <= MOST
    assert result.is_error or all(address in result.content[0].text for address in everyone)
