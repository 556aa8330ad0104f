"""Whatever is posted, the answer is JSON, and what was stored harms no later answer."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, get_args
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtp2go_kit.operations import all_operations
from smtp2go_kit.sandbox import Contract, Sandbox
from smtp2go_kit.sandbox.requests import fields_of

VIEWS = (
    "/activity/search",
    "/email/search",
    "/domain/view",
    "/users/smtp/view",
    "/suppression/view",
    "/subaccounts/search",
    "/single_sender_emails/view",
    "/allowed_senders/view",
    "/stats/email_summary",
    "/stats/email_history",
)
GOOD: Mapping[str, Any] = {
    "sender": "Ann <a@example.com>",
    "to": ["open@x.test", "bounce@y.test"],
    "subject": "Hello",
    "fullname": "Desk",
    "email": "desk@shop.org",
    "subaccount_email": "desk@shop.org",
    "email_address": "b@x.test",
    "domain": "shop.org",
    "username": "authuser",
    "email_password": "word",
    "reasons": ["manual"],
    "allowed_senders": ["@shop.org"],
    "old_subdomain": "link",
    "new_subdomain": "track",
    "mime_email": base64.b64encode(b"From: a@example.com\nTo: b@x.test\n\nHi").decode(),
    "filter_query": "subject:a OR sent_ts:[1 TO 2]",
    "limit": 1,
}
PATHS = sorted({op.path for op in all_operations()} | {"/subaccounts/search"})
OPERATIONS = {op.path: op for op in all_operations()}
# Any text that JSON can hold, halves of characters too.
texts = st.text(st.characters(), max_size=12) | st.sampled_from(
    [
        "2026-11-20",
        "0001-01-01T00:00:00+14:00",
        "Mon, 99 Jan 2006 15:04:05 +9999",
        "02 Jan 06 1 MST",
        "a@b.test",
        "x.y.z",
        "api-",
        "\r\n",
        "@",
        "%s{0}",
    ]
)
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
)
values = st.recursive(
    scalars | texts,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(texts | st.sampled_from(["key", "value", "header", "filename"]), inner)
    ),
    max_leaves=6,
)
contracts = st.sampled_from(get_args(Contract))


@st.composite
def posts(draw: st.DrawFn) -> tuple[Contract, str, Any]:
    """A contract, a path and a body whose fields are right, wrong or unheard of."""
    contract, path = draw(contracts), draw(st.sampled_from(PATHS))
    op = OPERATIONS.get(path, OPERATIONS["/subaccount/search"])
    known = fields_of(op, contract)
    body = {
        name: GOOD[name]
        for name, field in known.items()
        if name in GOOD and (field.required or draw(st.booleans()))
    }
    body |= draw(st.dictionaries(st.sampled_from(sorted(known) or ["x"]), values, max_size=3))
    body |= draw(st.dictionaries(texts, values, max_size=1))
    if op.declared.wrap and contract == "documented" and draw(st.booleans()):
        body = {op.declared.wrap: body}
    return contract, path, body


def answer(http: httpx.Client, api_key: str, path: str, body: Any) -> tuple[int, dict[str, Any]]:
    response = http.post(
        f"http://sandbox/v3{path}", content=json.dumps(body), headers={"X-Smtp2go-Api-Key": api_key}
    )
    assert response.headers["content-type"] == "application/json"
    envelope = response.json()
    assert set(envelope) >= {"request_id"}
    return response.status_code, envelope


def check(contract: Contract, path: str, body: Any) -> int:
    """The status of the answer to a post, after which every view still answers."""
    sandbox = Sandbox(empty=True, contract=contract, now="2026-11-20T12:00:00")
    with httpx.Client(transport=sandbox) as http:
        status, envelope = answer(http, sandbox.api_key, path, body)
        assert status == 200 or (400 <= status < 500 and "error_code" in envelope["data"])
        for view in VIEWS:
            assert answer(http, sandbox.api_key, view, {})[0] == 200
    return status


@settings(deadline=None, max_examples=400)
@given(posts())
def test_any_object_posted_to_any_path_gets_a_json_answer(post):
    check(*post)


@settings(deadline=None, max_examples=100)
@given(contracts, st.text(), values)
def test_any_path_and_body_get_a_json_answer(contract, path, body):
    check(contract, f"/{quote(path)}", body)


HEADERS = [b"From", b"To", b"Cc", b"Bcc", b"Subject", b"Reply-To", b"Date", b"Message-ID", b"X-A"]
PIECES = b'a@example.com|b@x.test|<|>|,|:|;|"|(|)|\\|=|@|=?utf-8?q?|=?utf-8?b?w8==?=|=?x?q?y?='
PIECES += b"|?=|=0A| |\n |\xe9"
lines = st.builds(
    lambda name, pieces: name + b": " + b"".join(pieces),
    st.sampled_from(HEADERS),
    st.lists(st.sampled_from(PIECES.split(b"|")), max_size=6),
)


@settings(deadline=None, max_examples=300)
@given(contracts, st.lists(lines, max_size=5), st.booleans())
def test_any_mime_message_is_taken_or_refused(contract, headers, addressed):
    if addressed:
        headers = [b"From: a@example.com", b"To: b@x.test", *headers]
    content = b"\n".join([*headers, b"", b"Hi"])
    check(contract, "/email/mime", {"mime_email": base64.b64encode(content).decode()})


@pytest.mark.parametrize("depth", [50, 500, 900, 980, 5_000])
@pytest.mark.parametrize("contract", get_args(Contract))
@pytest.mark.parametrize("field", ["search_terms", "colour"])
def test_deeply_nested_json_gets_an_answer(posting, contract, depth, field):
    post = posting(Sandbox(empty=True, contract=contract))
    content = f'{{"{field}": {"[" * depth}{"]" * depth}}}'
    for path in ("/subaccounts/search", "/stats/email_cycle", "/email/send"):
        headers = {"X-Smtp2go-Api-Key": post.api_key}
        response = post(path, content=content.encode(), headers=headers)
        assert response.status_code in (200, 400)
        assert "request_id" in response.json()
