"""Every failure says what happened and what to do next, in words and without a traceback."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_server.policy import Policy
from mcp_server.schema import input_schema, parameters
from smtp2go_kit.errors import MissingKey
from smtp2go_kit.operations import all_operations

SEND = {"sender": "me@mine.example", "to": ["a@b.example"], "subject": "Hello"}
NEXT = re.compile(
    r"call|try|use|ask|tell|wait|check|correct|expected|takes|quote|leave|send|look|see|restart"
    r"|only the user|start|give|there are|set",
    re.IGNORECASE,
)
BAD = ("Traceback", "Error executing tool", "pydantic", 'File "', "<html", "object at 0x")
BAD += ("the server failed", "NoneType", "unhashable", "not subscriptable", "has no attribute")
OPERATIONS = {op.name: op for op in all_operations()}
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from(
        ["", " ", "a", "a@b.example", "7d", "[", "{}", "[1]", "null", "\0", "x" * 300]
    )
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


def check(text: str) -> None:
    """A failure's text is fit for a model."""
    assert NEXT.search(text)
    assert not [bad for bad in BAD if bad in text]
    assert len(text) < 2500


@pytest.mark.parametrize("tool", OPERATIONS)
def test_no_json_value_of_any_argument_breaks_a_tool(scripted, samples, tool):
    session, _ = scripted({"data": {}}, answers="declines")
    names = [p.name for p in parameters(OPERATIONS[tool])] or ["none"]

    @settings(max_examples=40)
    @given(st.sampled_from(names), JSON)
    def tried(name: str, value: Any) -> None:
        result = session.call(tool, **{**samples.get(tool, {}), name: value})
        if result.is_error:
            text = result.content[0].text
            check(text)
            assert name in text or "did not agree" in text

    tried()


WRONG: dict[str, Any] = {
    "string": [1, True, 1.5, [], {}, ["a"]],
    "integer": ["1", True, 1.5, [], {}],
    "boolean": ["true", 1, [], {}],
    "array": [1, True, {"a": 1}, [None], [[]], [{}]],
    "object": [1, "a", []],
}
FINE = (("search_terms", [[]]), ("headers", [{}]))
"""Terms may be nested, as in the API's own sample; a filter by headers may name none."""


@pytest.mark.parametrize("tool", OPERATIONS)
def test_a_value_of_the_wrong_type_is_refused_by_the_arguments_name(scripted, samples, tool):
    session, sent = scripted(answers="accepts")
    for name, schema in input_schema(OPERATIONS[tool])["properties"].items():
        for value in WRONG[schema["type"]]:
            if (name, value) in FINE:
                continue
            text = session.refusal(tool, **{**samples.get(tool, {}), name: value})
            check(text)
            assert name in text
            assert tool in text or "attachments" in text or "inlines" in text
    assert sent == []


@pytest.mark.parametrize("tool", OPERATIONS)
def test_an_unknown_argument_is_refused_with_those_there_are(scripted, samples, tool):
    session, sent = scripted(answers="accepts")
    for name in ("cc_list", "api_key", "", "continue_token", "progress", "\u202ex", "x" * 500):
        text = session.refusal(tool, **{**samples.get(tool, {}), name: "x"})
        check(text)
        assert "It takes: " in text
        assert "\u202e" not in text
    assert sent == []


@pytest.mark.parametrize("name", ["to", "subject", "sender"])
def test_a_missing_argument_is_named(scripted, name):
    session, sent = scripted(answers="accepts")
    text = session.refusal("email_send", **{k: v for k, v in SEND.items() if k != name})
    check(text)
    assert name in text
    assert sent == []


@given(JSON)
def _previewed(session, value):
    for arguments in ({"tool": value, "arguments": {}}, {"tool": "email_send", "arguments": value}):
        text = session.refusal("preview", **arguments)
        check(text)
    given_names = value if isinstance(value, dict) else {"arguments": value}
    check(session.refusal("preview", **given_names))


def test_no_json_value_breaks_the_preview(scripted):
    session, _ = scripted()
    _previewed(session)


MIMES = [
    "To: a@b.example, :;c@d.example\n\nText",
    "To: a@b.example\nContent-Type: text/plain; charset=none-such\n\nText",
    "To: a@b.example\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\n!!!",
    "To: a@b.example\nContent-Type: multipart/mixed\n\nText",
    "To: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: x\n\n--x--",
    "To: a@b.example\nContent-Disposition: attachment; filename*=x'y'z%\n\nText",
    "To: a@b.example\nSubject: =?none?x?y?=\nDate: \0\n\nText",
    "To: a@b.example\nMessage-ID: <\n\nText",
    "not base64",
    "YQ",
    ":",
    "\n",
    "=",
]


@pytest.mark.parametrize("mime", MIMES)
def test_an_email_that_cannot_be_read_is_refused_in_words(scripted, mime):
    session, _ = scripted(answers="accepts")
    result = session.call("email_mime", mime_email=mime)
    if result.is_error:
        check(result.content[0].text)
        assert "mime_email" in result.content[0].text


PARTS = st.sampled_from(
    [
        *(
            "To",
            "From",
            "Content-Type",
            ": ",
            ":",
            "a@b.example",
            ";",
            ",",
            "<",
            ">",
            '"',
            "(",
            "\n",
        ),
        *("=?utf-8?q?", "?=", "multipart/mixed", "; boundary=x", "--x", "\n\n", " ", "text/", "\r"),
    ]
)


def test_no_text_of_an_email_breaks_the_tool(scripted):
    session, _ = scripted(policy=Policy(dry_run=True))

    @given(st.lists(PARTS, max_size=12).map("".join))
    def tried(text: str) -> None:
        result = session.call("email_mime", mime_email=f"To: a@b.example\n{text}")
        assert not result.is_error or not [b for b in BAD if b in result.content[0].text]

    tried()


ANSWERS = [
    httpx.Response(500, html="<html><h1>Bad Gateway</h1></html>"),
    httpx.Response(502, text="upstream"),
    httpx.Response(503, json={"data": {"error": "busy"}}),
    httpx.Response(200, html="<html>Login</html>"),
    httpx.Response(200, content=b"\xff\xfe"),
    httpx.Response(200, json=[]),
    httpx.ReadTimeout("slow"),
    httpx.RemoteProtocolError("cut"),
    httpx.ReadError("reset"),
]


def test_a_change_without_a_clear_answer_is_not_to_be_repeated(scripted, change, samples):
    session, sent = scripted(*ANSWERS, answers="accepts")
    extra = {"new_password": True} if change == "users_smtp_edit" else {}
    for number in range(len(ANSWERS)):
        text = session.refusal(change, **samples[change], **extra)
        check(text)
        assert "Do not repeat" in text
        assert "<" not in text
        assert len(sent) == number + 1


def test_a_service_that_was_not_reached_may_be_tried_again(scripted, change, samples):
    session, _ = scripted(httpx.ConnectTimeout("no"), answers="accepts")
    text = session.refusal(change, **samples[change])
    check(text)
    assert "nothing was changed" in text


@pytest.mark.parametrize("tool", [n for n, op in OPERATIONS.items() if op.effect.value == "read"])
def test_a_read_that_fails_says_what_to_do(scripted, tool):
    for answer in (*ANSWERS, httpx.ConnectError("no"), httpx.Response(401), httpx.Response(404)):
        session, _ = scripted(answer)
        result = session.call(tool)
        if result.is_error:
            check(result.content[0].text)
            assert "<" not in result.content[0].text


@settings(max_examples=30)
@given(st.dictionaries(st.sampled_from(["data", "request_id", "results", "message"]), JSON))
def _answered(scripted_change, told):
    session, change, arguments, script = scripted_change
    script[:] = [told]
    result = session.call(change, **arguments)
    text = result.content[0].text
    assert not [bad for bad in BAD if bad in text]
    assert not result.is_error or "refused" in text or "Do not repeat" in text


def test_a_change_that_was_made_is_never_told_as_a_failure_of_the_server(scripted, samples, change):
    script: list[Any] = [{}]
    arguments = samples[change]
    if change == "users_smtp_edit":
        arguments = {**arguments, "new_password": True}
    policy = Policy(writes_per_hour=10_000)
    session, _ = scripted(lambda _: script[0], policy=policy, answers="accepts", audit=False)
    _answered((session, change, arguments, script))


def test_a_deep_answer_to_a_change_is_not_told_as_a_failure(scripted):
    deep: Any = "x"
    for _ in range(400):
        deep = {"a": [deep]}
    session, sent = scripted({"data": {"email_id": "e", "note": deep}}, answers="accepts")
    result = session.call("email_send", **SEND)
    assert len(sent) == 1
    assert not result.is_error or "Do not repeat" in result.content[0].text


def test_a_missing_key_is_told_to_be_the_users_to_fix(scripted):
    session, _ = scripted(answers="accepts")

    def none() -> Any:
        raise MissingKey

    session.setup.connect = none
    for tool, arguments in (("stats_email_cycle", {}), ("email_send", SEND)):
        text = session.refusal(tool, **arguments)
        check(text)
        assert "SMTP2GO_API_KEY" in text


def test_a_failure_of_the_server_itself_is_in_its_log_as_it_says(scripted, caplog):
    session, _ = scripted(ZeroDivisionError("the cause"))
    text = session.refusal("domain_view")
    assert "ZeroDivisionError" in text
    assert "the cause" not in text
    assert "the cause" in caplog.text
