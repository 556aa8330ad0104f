"""Errors: which one it is, what it says, and what to do next."""

from __future__ import annotations

import copy
import inspect
import pickle
import re
from typing import Any

import httpx
import pytest

import smtp2go_kit
from smtp2go_kit import (
    ApiError,
    AuthenticationFailed,
    InvalidArgument,
    MissingArgument,
    MissingKey,
    NoAnswer,
    NotFound,
    OutcomeUnknown,
    PermissionDenied,
    RateLimited,
    SendFailed,
    ServerError,
    Smtp2GoError,
    TimedOut,
    UnexpectedAnswer,
    Unreachable,
    ValidationFailed,
    errors,
)

BUILTINS = {
    InvalidArgument: ValueError,
    MissingArgument: TypeError,
    MissingKey: ValueError,
    NoAnswer: ConnectionError,
    TimedOut: TimeoutError,
    Unreachable: ConnectionError,
    OutcomeUnknown: RuntimeError,
    ApiError: RuntimeError,
    AuthenticationFailed: PermissionError,
    PermissionDenied: PermissionError,
    ValidationFailed: ValueError,
    NotFound: LookupError,
    RateLimited: TimeoutError,
    SendFailed: OSError,
    ServerError: OSError,
    UnexpectedAnswer: ValueError,
}
NO_KEY = "The API Key passed was not in the correct format, Please check the key is correct"
SENT = {"sender": "a@example.com", "to": "b@example.com", "subject": "Hello"}


def told(status: int, code: str = "", error: str = "Sorry", **more: Any) -> httpx.Response:
    """A refusal in the service's envelope."""
    named = {"error_code": f"E_ApiResponseCodes.{code}"} if code else {}
    data = {"error": error, **named, **more}
    return httpx.Response(status, json={"request_id": "req-1", "data": data})


def failure(serve: Any, response: Any, **options: Any) -> Any:
    """The error of a read that is answered so."""
    with pytest.raises(Smtp2GoError) as caught:
        serve(response, retries=0, **options).client.stats.email_summary()
    return caught.value


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (told(400, "ENDPOINT_PERMISSION_DENIED"), PermissionDenied),
        (told(403, "ENDPOINT_PERMISSION_DENIED"), PermissionDenied),
        (told(401, "ENDPOINT_PERMISSION_DENIED"), PermissionDenied),
        (told(400, "NON_VALIDATING_IN_PAYLOAD"), ValidationFailed),
        (told(403, "NON_VALIDATING_IN_PAYLOAD"), ValidationFailed),
        (told(400, "INVALID_IN_PAYLOAD", NO_KEY), AuthenticationFailed),
        (told(403, "INVALID_IN_PAYLOAD", NO_KEY), AuthenticationFailed),
        (
            told(400, "API_EXCEPTION", "The API key is not valid or was revoked"),
            AuthenticationFailed,
        ),
        (told(400, "API_EXCEPTION", "This domain already exists"), ApiError),
        (told(400, "API_EXCEPTION", "API key ratelimit exceeded"), RateLimited),
        (told(429, "REQ_LIMIT_EXCEEDED"), RateLimited),
        (told(400, "REQ_LIMIT_EXCEEDED"), RateLimited),
        (told(400, "SOMETHING_NEW"), ApiError),
        (told(400), ApiError),
        (told(401), AuthenticationFailed),
        (told(402), ApiError),
        (told(403), PermissionDenied),
        (told(404), NotFound),
        (told(422), ValidationFailed),
        (told(429), RateLimited),
        (told(500), ServerError),
        (told(504), ServerError),
    ],
    ids=lambda value: getattr(value, "__name__", None) or str(value.status_code),
)
def test_the_code_tells_the_error_and_then_the_status(serve, response, expected):
    error = failure(serve, response)
    assert type(error) is expected
    assert (error.status, error.request_id) == (response.status_code, "req-1")


@pytest.mark.parametrize("nested", [True, False], ids=["nested", "flat"])
def test_an_error_is_read_at_either_level(serve, nested):
    fault = {"fieldname": "event_types", "message": "The field 'event_types' was expecting"}
    data = {
        "error": "An error occurred",
        "error_code": "E_ApiResponseCodes.NON_VALIDATING_IN_PAYLOAD",
        "field_validation_errors": fault,
    }
    envelope = {"data": data} if nested else data
    error = failure(serve, httpx.Response(400, json={"request_id": "req-1", **envelope}))
    assert type(error) is ValidationFailed
    assert error.field == "event_types"
    assert error.code == "NON_VALIDATING_IN_PAYLOAD"
    assert error.message == fault["message"]
    assert error.request_id == "req-1"


@pytest.mark.parametrize(
    ("told_field", "field", "text"),
    [
        ({"fieldname": "to", "message": "too many"}, "to", "too many"),
        ([{"fieldname": "to", "message": "too many"}, {"fieldname": "cc"}], "to", "too many"),
        ({"to": "too many", "cc": "too few"}, "to", "too many"),
        ({"to": ["too many"]}, "to", "too many"),
        ([], None, "Sorry"),
        ({}, None, "Sorry"),
        (None, None, "Sorry"),
        ("too many", None, "too many"),
        (["too many"], None, "too many"),
        ({"fieldname": "to"}, "to", "Sorry"),
    ],
    ids=str,
)
def test_the_bad_field_is_read_from_any_shape(serve, told_field, field, text):
    response = told(400, "NON_VALIDATING_IN_PAYLOAD", field_validation_errors=told_field)
    error = failure(serve, response)
    assert (type(error), error.field) == (ValidationFailed, field)
    assert text in error.message


@pytest.mark.parametrize(
    "content",
    [b"", b"<html><h1>Bad gateway</h1>", b"null", b"[]", b'"no"', b"{}", b"\xff\xfe", b"{"],
)
@pytest.mark.parametrize(
    ("status", "expected"),
    [(400, ApiError), (403, PermissionDenied), (429, RateLimited), (502, ServerError)],
)
def test_a_body_that_is_no_envelope_is_still_a_clear_error(serve, content, status, expected):
    headers = {"Content-Type": "text/html; charset=utf-8"}
    error = failure(serve, httpx.Response(status, content=content, headers=headers))
    assert type(error) is expected
    assert f"HTTP {status}" in str(error)
    assert ("empty body" if not content else "text/html") in str(error)


@pytest.mark.parametrize("content", [b"", b"<html>Sign in to the wifi</html>", b"[1]", b"{"])
def test_a_200_that_is_not_the_apis_is_not_taken_for_an_answer(serve, content):
    error = failure(serve, httpx.Response(200, content=content))
    assert type(error) is UnexpectedAnswer
    assert "SMTP2GO_BASE_URL" in str(error)
    with pytest.raises(OutcomeUnknown):
        serve(httpx.Response(200, content=content)).client.email.send(**SENT)


def test_a_redirect_is_not_followed_with_the_key(serve):
    service = serve(httpx.Response(302, headers={"Location": "https://example.com/"}))
    with pytest.raises(UnexpectedAnswer, match="HTTP 302"):
        service.client.stats.email_summary()
    assert len(service.requests) == 1


def test_a_message_says_where_what_and_what_next(serve):
    fault = {"fieldname": "start_date", "message": "The field 'start_date' was expecting a date"}
    response = told(400, "NON_VALIDATING_IN_PAYLOAD", field_validation_errors=fault)
    assert str(failure(serve, response)) == (
        "stats.email_summary: start_date: The field 'start_date' was expecting a date "
        "[status 400, code NON_VALIDATING_IN_PAYLOAD, request req-1]. "
        "Correct the field and call again; nothing was changed."
    )


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (400, "request id"),
        (401, "API Keys"),
        (403, "Allow the endpoint"),
        (404, "base URL"),
        (422, "Correct the field"),
        (429, "retry_after"),
        (500, "status.smtp2go.com"),
    ],
)
def test_every_refusal_says_what_to_do(serve, status, advice):
    text = str(failure(serve, status))
    assert text.startswith("stats.email_summary: ")
    assert advice in text


@pytest.mark.parametrize(
    "data",
    [
        {"succeeded": 0, "failed": 1, "failures": ["550 not verified"]},
        {"succeeded": 1, "failed": 1, "failures": ["550 not verified"], "email_id": "1er8bV"},
        {"succeeded": "0", "failed": "1", "failures": "550 not verified"},
        {"failures": ["550 not verified"]},
        {"error": "550 not verified"},
        {"error": "550 not verified", "error_code": "E_ApiResponseCodes.API_EXCEPTION"},
    ],
    ids=str,
)
@pytest.mark.parametrize("name", ["data", "email_response"])
def test_a_200_that_says_the_send_failed_is_raised(serve, data, name):
    service = serve({"request_id": "req-1", name: data})
    with pytest.raises(ApiError, match="550 not verified") as caught:
        service.client.email.send(**SENT)
    assert caught.value.request_id == "req-1"
    assert not isinstance(caught.value, UnexpectedAnswer)
    assert len(service.requests) == 1


def test_a_failed_send_tells_what_was_accepted(serve):
    data = {"succeeded": 1, "failed": 2, "failures": ["550 a", "550 b"], "email_id": "1er8bV"}
    with pytest.raises(SendFailed) as caught:
        serve({"data": data}).client.email.mime(b"From: a@example.com")
    error = caught.value
    assert (error.succeeded, error.failed, error.email_id) == (1, 2, "1er8bV")
    assert error.failures == ["550 a", "550 b"]
    assert "2 failed, 1 succeeded: 550 a; 550 b" in str(error)
    assert "activity.search" in str(error)


def test_a_200_with_an_error_is_no_good_answer(serve):
    error = failure(serve, {"request_id": "req-1", "data": {"error": "Something broke"}})
    assert isinstance(error, ApiError)
    assert not isinstance(error, UnexpectedAnswer)
    assert "Something broke" in str(error)


def family(root: type[Smtp2GoError]) -> set[type[Smtp2GoError]]:
    return {root}.union(*map(family, root.__subclasses__()))


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes():
    drawn: dict[str, tuple[str, str]] = {}
    parent = "Smtp2GoError"
    for mark, name, builtin in re.findall(
        r"^  +([x-]) (\w+) *(?:\((\w+)\))?", inspect.getdoc(errors).replace("* ", ""), re.MULTILINE
    ):
        parent = name if mark == "x" else parent
        drawn[name] = ("Smtp2GoError" if mark == "x" else parent, builtin)
    classes = family(Smtp2GoError) - {Smtp2GoError}
    assert set(drawn) == {cls.__name__ for cls in classes}
    for cls in classes:
        above, builtin = drawn[cls.__name__]
        assert cls.__bases__[0].__name__ == above
        assert [base.__name__ for base in cls.__bases__[1:]] == ([builtin] if builtin else [])


def test_every_error_is_public_and_the_builtin_that_fits():
    public = {getattr(smtp2go_kit, name) for name in smtp2go_kit.__all__}
    raised = {cls for cls in public if inspect.isclass(cls) and issubclass(cls, Smtp2GoError)}
    assert raised == {Smtp2GoError, *BUILTINS}
    assert all(issubclass(cls, builtin) for cls, builtin in BUILTINS.items())


def one_of_each(serve: Any) -> list[Smtp2GoError]:
    made = [failure(serve, status) for status in (400, 401, 403, 404, 422, 429, 500, 301)]
    made += [failure(serve, httpx.ReadTimeout("nothing")), failure(serve, httpx.ConnectError("no"))]
    bad = {"data": {"failed": 1, "failures": ["550"]}}
    for response, arguments in ((bad, SENT), (503, SENT), (503, {}), (503, {**SENT, "to": []})):
        with pytest.raises(Smtp2GoError) as caught:
            serve(response).client.email.send(**arguments)
        made.append(caught.value)
    return [*made, MissingKey()]


def test_errors_survive_pickling_and_copying_as_pools_of_processes_need(serve):
    for error in one_of_each(serve):
        for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
            assert type(twin) is type(error)
            assert str(twin) == str(error)
            assert vars(twin) == vars(error)
