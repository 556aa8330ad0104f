"""What is repeated, what never is, and how long a client waits before."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp2go_kit import (
    ApiError,
    Client,
    NoAnswer,
    OutcomeUnknown,
    RateLimited,
    ServerError,
    TimedOut,
    ValidationFailed,
)

GOOD = {"data": {"succeeded": 1, "failed": 0, "email_id": "1er8bV-6Tw0Mi-7h"}}


def read(client: Any) -> Any:
    return client.stats.email_summary()


CHANGES: dict[str, Callable[[Any], Any]] = {
    "send": lambda client: client.email.send("a@example.com", "b@example.com", "Hello"),
    "mime": lambda client: client.email.mime(b"From: a@example.com"),
    "write": lambda client: client.suppression.add("bob@example.com"),
    "destroy": lambda client: client.suppression.remove("bob@example.com", ["manual"]),
}
changes = pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
ANY_CALL = pytest.mark.parametrize("call", [read, *CHANGES.values()], ids=["read", *CHANGES])
UNSENT = [httpx.ConnectError("refused"), httpx.ConnectTimeout("no route")]
LOST = [
    httpx.ReadTimeout("nothing came"),
    httpx.WriteTimeout("stuck"),
    httpx.ReadError("reset"),
    httpx.WriteError("broken pipe"),
    httpx.RemoteProtocolError("closed without an answer"),
    httpx.DecodingError("not the compression it says"),
]


def name_of(value: Any) -> str:
    return type(value).__name__ if isinstance(value, Exception) else str(value)


def limited(**headers: str) -> httpx.Response:
    return httpx.Response(429, headers={k.replace("_", "-"): v for k, v in headers.items()})


@pytest.mark.parametrize("trouble", [429, 500, 502, 503, 504, *UNSENT, *LOST], ids=name_of)
def test_a_read_is_repeated_until_it_is_answered(serve, trouble):
    service = serve(trouble, trouble, {"data": {"cycle_used": 5}})
    assert read(service.client)["cycle_used"].tolist() == [5]
    assert len({request.content for request in service.requests}) == 1
    assert len(service.requests) == 3
    assert service.clock.waited > 0


@changes
@pytest.mark.parametrize("trouble", [429, *UNSENT], ids=name_of)
def test_a_change_is_repeated_where_it_certainly_had_no_effect(serve, change, trouble):
    service = serve(trouble, GOOD)
    change(service.client)
    assert service.sent[0] == service.sent[1]
    assert len(service.requests) == 2


@changes
@pytest.mark.parametrize("trouble", LOST, ids=name_of)
def test_a_change_is_never_repeated_once_it_may_have_arrived(serve, change, trouble):
    service = serve(trouble, GOOD)
    with pytest.raises(OutcomeUnknown, match="may have taken effect"):
        change(service.client)
    assert len(service.requests) == 1


@changes
@pytest.mark.parametrize("status", [500, 502, 503, 504], ids=str)
def test_a_change_is_never_repeated_after_a_server_error(serve, change, status):
    service = serve(status, GOOD)
    with pytest.raises(OutcomeUnknown, match=str(status)) as caught:
        change(service.client)
    assert caught.value.status == status
    assert len(service.requests) == 1


@pytest.mark.parametrize(("change", "check"), [("send", "activity.search"), ("write", "view")])
def test_an_unknown_outcome_says_where_to_look(serve, change, check):
    with pytest.raises(OutcomeUnknown, match=check) as caught:
        CHANGES[change](serve(503).client)
    assert check in caught.value.check


@ANY_CALL
@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 422], ids=str)
def test_a_refusal_is_never_repeated(serve, call, status):
    service = serve(status)
    with pytest.raises(ApiError):
        call(service.client)
    assert len(service.requests) == 1
    assert service.clock.slept == []


@pytest.mark.parametrize("retries", [0, 1, 3, 10])
@pytest.mark.parametrize(
    ("trouble", "error"),
    [(429, RateLimited), (503, ServerError), (LOST[0], TimedOut), (UNSENT[0], NoAnswer)],
    ids=["429", "503", "timeout", "refused"],
)
def test_retries_bounds_the_repetitions(serve, retries, trouble, error):
    service = serve(trouble, retries=retries)
    with pytest.raises(error):
        read(service.client)
    assert len(service.requests) == retries + 1


def test_a_server_error_may_say_how_long_to_wait(serve):
    service = serve(httpx.Response(503, headers={"Retry-After": "17"}), {})
    read(service.client)
    assert service.clock.waited == 17


def test_waits_after_a_failure_grow(serve):
    service = serve(503, retries=5)
    with pytest.raises(ServerError):
        read(service.client)
    assert len(service.clock.slept) == 5
    assert service.clock.slept == sorted(service.clock.slept)
    assert service.clock.slept[0] > 0
    assert service.clock.waited < 60


@ANY_CALL
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "7"}, 7),
        ({"Retry_After": "900"}, 900),
        ({"Retry_After": formatdate(130, usegmt=True), "Date": formatdate(100, usegmt=True)}, 30),
        ({"X_Ratelimit_Reset": "37"}, 37),
        ({"X_Ratelimit_Reset": "1800000100", "Date": formatdate(1800000000, usegmt=True)}, 100),
        ({"Retry_After": "soon", "X_Ratelimit_Reset": "37"}, 37),
        ({"Retry_After": "7", "X_Ratelimit_Reset": "37"}, 7),
    ],
    ids=["seconds", "long", "date", "reset", "reset at", "garbled", "both"],
)
def test_a_429_waits_as_long_as_the_service_says(serve, call, headers, seconds):
    service = serve(limited(**headers), GOOD)
    call(service.client)
    assert service.clock.waited == pytest.approx(seconds)
    assert len(service.requests) == 2


def test_without_a_word_a_429_waits_a_minute_and_then_longer(serve):
    service = serve(429, retries=3)
    with pytest.raises(RateLimited) as caught:
        read(service.client)
    first, second, third = service.clock.slept
    assert 60 <= first < second < third
    assert caught.value.retry_after >= 60


@given(text=st.text(st.characters(codec="latin-1", exclude_categories=["Cc"])))
def test_no_header_makes_a_429_wait_less_than_a_moment_or_break(serve, text):
    response = limited()
    response.headers = httpx.Headers([(b"Retry-After", text.encode("latin-1"))])
    service = serve(response, GOOD)
    try:
        CHANGES["write"](service.client)
    except RateLimited as error:
        assert float(text) > 86_400
        assert error.retry_after >= 60  # noqa: PT017 - as above
    else:
        assert service.clock.waited >= 1


@pytest.mark.parametrize("text", ["0", "-5", "nan", "inf", "1e400", "", " ", "Thu, 01 Jan 1970"])
def test_a_senseless_wait_is_still_a_wait(serve, text):
    service = serve(limited(Retry_After=text), GOOD)
    read(service.client)
    assert 1 <= service.clock.waited < 100


@pytest.mark.parametrize("kind", [Client], ids=["sync"], scope="session")
def test_every_thread_waits_after_a_429(serve):
    service = serve(limited(Retry_After="100"), {})
    others: list[threading.Thread] = []
    wait = service.clock.sleep

    def sleep(seconds: float) -> None:
        if not others:
            others.append(threading.Thread(target=service.client.stats.email_cycle))
            others[0].start()
            others[0].join()
        wait(seconds)

    service.client._sleep = sleep
    read(service.client)
    assert [path for path, _ in service.sent[1:]] == ["/stats/email_cycle", "/stats/email_summary"]
    assert min(service.moments[1:]) >= service.moments[0] + 100


def test_a_call_that_gives_up_on_a_429_leaves_the_wait_to_the_next_one(serve):
    service = serve(limited(Retry_After="100"), {}, retries=0)
    with pytest.raises(RateLimited) as caught:
        read(service.client)
    assert caught.value.retry_after == 100
    read(service.client)
    assert service.moments[1] >= service.moments[0] + 100


def test_a_refusal_after_a_429_is_raised_as_it_is(serve):
    bad = {"error_code": "E_ApiResponseCodes.NON_VALIDATING_IN_PAYLOAD", "error": "bad"}
    service = serve(limited(Retry_After="7"), httpx.Response(400, json={"data": bad}))
    with pytest.raises(ValidationFailed):
        CHANGES["write"](service.client)
    assert len(service.requests) == 2


@pytest.mark.parametrize("header", ["Retry-After", "X-Ratelimit-Reset"])
def test_a_moment_to_wait_for_is_kept_without_a_date_of_the_service(serve, header):
    due = time.time() + 300
    text = formatdate(due, usegmt=True) if header == "Retry-After" else str(int(due))
    service = serve(limited(**{header: text}), GOOD)
    read(service.client)
    assert 290 < service.clock.waited < 310


@pytest.mark.parametrize("text", ["86401", "99999999999999"])
def test_more_than_a_day_is_not_waited_for(serve, text):
    service = serve(limited(Retry_After=text))
    with pytest.raises(RateLimited) as caught:
        read(service.client)
    assert (service.clock.waited, len(service.requests)) == (0, 1)
    assert caught.value.retry_after == float(text)


@pytest.mark.parametrize("status", [200, 400])
def test_a_rate_limit_is_known_by_its_code_whatever_the_status(serve, status):
    data = {"error": "slow down", "error_code": "E_ApiResponseCodes.REQ_LIMIT_EXCEEDED"}
    service = serve(httpx.Response(status, json={"data": data}), GOOD)
    CHANGES["send"](service.client)
    assert service.clock.waited >= 60


def test_what_a_key_may_send_is_not_waited_for(serve):
    data = {"error": "API key ratelimit exceeded", "error_code": "E_ApiResponseCodes.API_EXCEPTION"}
    service = serve(httpx.Response(400, json={"data": data}))
    with pytest.raises(RateLimited, match="API key ratelimit"):
        CHANGES["send"](service.client)
    assert (len(service.requests), service.clock.waited) == (1, 0)


def test_a_limit_that_stays_says_how_long_the_client_waits(serve):
    service = serve(429, retries=0)
    with pytest.raises(RateLimited) as caught:
        read(service.client)
    held = caught.value.retry_after
    assert 60 <= held < 67
    with pytest.raises(RateLimited):
        read(service.client)
    assert service.clock.waited == pytest.approx(held)


@changes
def test_an_unknown_outcome_tells_all_the_service_said(serve, change):
    data = {"error": "no", "error_code": "E_ApiResponseCodes.API_EXCEPTION"}
    with pytest.raises(OutcomeUnknown, match="request req-1") as caught:
        change(serve(httpx.Response(500, json={"request_id": "req-1", "data": data})).client)
    assert (caught.value.status, caught.value.code) == (500, "API_EXCEPTION")
    assert caught.value.request_id == "req-1"


@changes
def test_a_code_says_more_than_a_status(serve, change):
    fault = {"fieldname": "to", "message": "bad"}
    code = "E_ApiResponseCodes.NON_VALIDATING_IN_PAYLOAD"
    data = {"error_code": code, "field_validation_errors": fault}
    with pytest.raises(ValidationFailed, match="bad"):
        change(serve(httpx.Response(500, json={"data": data})).client)
