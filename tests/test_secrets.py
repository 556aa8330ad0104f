"""The key and passwords appear nowhere, unless they are asked for."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import inspect
import json
import logging
import pickle
import socket
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from smtp2go_kit import AsyncClient, Client, Secret, SizeWarning, Smtp2GoError, child_frame

KEY = "api-CANARYkeyCANARYkeyCANARYkey01234"
PASSWORD = "canary-pa55word"
ECHO = f"The key {KEY} and the password {PASSWORD} are not welcome"
FAULT = {"fieldname": "email_password", "message": ECHO}
CODE = "E_ApiResponseCodes.NON_VALIDATING_IN_PAYLOAD"
REFUSED = {"error": ECHO, "error_code": CODE, "field_validation_errors": FAULT}
kinds = pytest.mark.parametrize("made", [Client, AsyncClient], ids=["sync", "async"])


def leaks(*texts: str) -> list[str]:
    """The lines that show the key or the password."""
    lines = [line.strip() for text in texts for line in text.splitlines()]
    return [line for line in lines if "CANARY" in line or "pa55word" in line]


def told(thing: Any) -> list[str]:
    """What an object says of itself without being asked for its secret."""
    return [
        repr(thing),
        str(thing),
        f"{thing}",
        f"{thing!r:>80}",
        repr(getattr(thing, "__dict__", "")),
    ]


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and all that it came from."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def exposed(error: BaseException) -> list[str]:
    """All that an error, its causes and its traceback show."""
    shown = [traceback.format_exc()]
    for link in chain(error):
        shown += [*told(link), repr(link.args), repr(getattr(link, "__notes__", ""))]
        if isinstance(link, httpx.RequestError):
            with contextlib.suppress(RuntimeError):
                request = link.request
                shown += [repr(request), repr(request.headers), *told(request.stream)]
    return shown


def with_values(error: BaseException) -> list[str]:
    """A traceback that shows the local values of each frame."""
    return list(traceback.TracebackException.from_exception(error, capture_locals=True).format())


def everything(error: BaseException) -> list[str]:
    return exposed(error) + with_values(error)


def error_of(
    call: Callable[[], Any], look: Callable[[BaseException], list[str]] = exposed
) -> list[str]:
    """What the error of a call shows; its frames begin here, where no secret is."""
    try:
        call()
    except Smtp2GoError as error:
        return look(error)
    raise AssertionError("no error was raised")


@kinds
def test_a_client_and_its_parts_do_not_show_the_key(made):
    client = made(KEY)
    parts = [client, client._session, client._session.settings, client._session.settings.api_key]
    groups = [part for part in vars(client).values() if hasattr(part, "_client")]
    assert len(groups) == 9
    for part in [*parts, *groups, client.email.send, client.email.send.operation]:
        assert leaks(*told(part)) == []


@kinds
def test_neither_a_client_nor_a_secret_is_pickled(made):
    client = made(KEY)
    for part in (client, client.email, client._session.settings, Secret(PASSWORD)):
        with pytest.raises(TypeError):
            pickle.dumps(part)
    assert copy.deepcopy(client._session.settings).api_key.reveal() == KEY


def test_a_secret_shows_itself_only_when_asked():
    secret = Secret(PASSWORD)
    assert secret.reveal() == PASSWORD
    assert leaks(*told(secret)) == []
    assert leaks(json.dumps({"password": secret}, default=str)) == []
    assert secret == Secret(PASSWORD)
    assert secret != Secret(KEY)
    assert secret != PASSWORD
    assert len({secret, Secret(PASSWORD)}) == 1
    assert (bool(secret), bool(Secret(""))) == (True, False)
    assert copy.copy(secret).reveal() == copy.deepcopy(secret).reveal() == PASSWORD


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(400, json={"data": REFUSED}),
        httpx.Response(400, json=REFUSED),
        httpx.Response(401, json={"data": {"error": ECHO}}),
        httpx.Response(403, json={"data": {"error": ECHO}}),
        httpx.Response(404, text=ECHO),
        httpx.Response(400, json={"data": {**REFUSED, "field_validation_errors": {KEY: ECHO}}}),
        httpx.Response(400, json={"data": {"error": "no", "error_code": ECHO}}),
        httpx.Response(400, json={"request_id": ECHO, "data": {"error": "no"}}),
        httpx.Response(429, json={"data": {"error": ECHO}}),
        httpx.Response(503, json={"data": {"error": ECHO}}),
        httpx.Response(200, text=ECHO, headers={"Content-Type": KEY}),
        httpx.Response(200, json={"data": {"error": ECHO}}),
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("nothing came"),
    ],
    ids=lambda a: type(a).__name__ if isinstance(a, Exception) else str(a.status_code),
)
@pytest.mark.parametrize("look", [exposed, with_values])
def test_no_error_shows_them_even_where_the_service_repeats_them(serve, answer, look):
    client = serve(answer, api_key=KEY, retries=0).client
    secret = Secret(PASSWORD)
    assert leaks(*error_of(lambda: client.smtp_users.add("authuser", secret), look)) == []


def test_reads_and_sends_show_no_more_of_the_key(serve):
    text = ECHO.replace(PASSWORD, "")
    failed = {"data": {"failed": 1, "failures": [text], "error": None}}
    refused = httpx.Response(400, json={"data": {"error": text}})
    for answer in (failed, refused):
        client = serve(answer, api_key=KEY, retries=0).client
        assert leaks(*error_of(lambda: client.email.send("a@b.de", "c@d.de", "Hello"))) == []  # noqa: B023
    client = serve(refused, api_key=KEY).client
    assert leaks(*error_of(client.activity.search)) == []


def test_a_refused_password_is_not_shown(serve):
    client = serve(api_key=KEY).client
    for bad in (Secret(PASSWORD), Secret(""), [Secret(PASSWORD)]):
        arguments = {"custom_ratelimit": True} if bad else {}
        call = lambda: client.smtp_users.add("authuser", bad, **arguments)  # noqa: B023, E731
        assert leaks(*error_of(call)) == []


@pytest.mark.parametrize("key", [f"{KEY}\n", f" {KEY}", f"{KEY}é", f"{KEY} {KEY}"], ids=ascii)
@kinds
def test_a_key_that_cannot_be_one_is_not_shown(made, key):
    with pytest.raises(Smtp2GoError, match="API Keys") as caught:
        made(key)
    assert leaks(*told(caught.value)) == []


@contextlib.contextmanager
def raw_server(*answers: bytes) -> Iterator[str]:
    """The URL of a server that sends these bytes, one for each connection, and closes it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            for answer in answers:
                connection, _ = listening.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v3"
        thread.join(5)


GARBAGE = [b"", b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"]


@pytest.mark.parametrize("answer", GARBAGE, ids=["closed", "garbage", "cut"])
def test_errors_of_real_connections_do_not_show_them(kind, opened, answer):
    with raw_server(answer) as url:
        client = opened(kind(KEY, base_url=url, retries=0))
        secret = Secret(PASSWORD)
        text = error_of(lambda: client.smtp_users.add("authuser", secret), everything)
    assert "httpcore." in str(text)
    assert leaks(*text) == []


def test_logs_at_debug_do_not_show_them(kind, opened, caplog):
    caplog.set_level(logging.DEBUG)
    good = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
    late = b"HTTP/1.1 429 Wait\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with raw_server(good, late) as url:
        client = opened(kind(KEY, base_url=url, retries=0))
        client.smtp_users.add("authuser", PASSWORD)
        with contextlib.suppress(Smtp2GoError):
            client.smtp_users.edit("authuser", PASSWORD)
    told_by = {record.name.partition(".")[0] for record in caplog.records}
    assert {"httpx", "httpcore", "smtp2go_kit"} <= told_by
    assert leaks(*(f"{r.getMessage()} {vars(r)!r}" for r in caplog.records)) == []


def test_warnings_do_not_show_them(serve):
    client = serve(api_key=KEY).client
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        client.email.send("a@b.de", "c@d.de", "Hello", text_body="x" * 11_000_000)
    assert [warning.category for warning in caught] == [SizeWarning]
    assert leaks(str(caught[0])) == []


def test_frames_show_passwords_only_when_asked(serve, tmp_path):
    users = [{"username": "a", "email_password": PASSWORD}, {"username": "b"}]
    frame = serve({"data": {"results": users}}, api_key=KEY).client.smtp_users.view()
    frame.to_parquet(tmp_path / "users.parquet")
    written = (tmp_path / "users.parquet").read_bytes().decode("latin-1")
    texts = [
        frame.to_string(),
        frame.to_html(),
        frame.to_csv(),
        frame.to_json(date_format="iso"),
        str(frame.to_dict("records")),
        json.dumps(frame.attrs),
        pickle.dumps(frame).decode("latin-1"),
        written,
        child_frame(frame, "email_password").to_string(),
        child_frame(frame, "email_password").to_csv(),
    ]
    assert leaks(*texts) == []
    with pytest.raises(TypeError):
        pickle.dumps(child_frame(frame, "email_password"))
    kept = child_frame(frame[frame["username"] == "a"], "email_password")["email_password"]
    assert [secret.reveal() for secret in kept] == [PASSWORD]
    assert frame["email_password"].isna().tolist() == [False, True]


def test_answers_hide_passwords_at_any_depth(serve):
    for data in (
        {"results": [{"email_password": PASSWORD}]},
        [{"email_password": PASSWORD}],
        {"email_password": PASSWORD, "email_password_expires": None},
    ):
        answer = serve({"data": data}).client.smtp_users.add("authuser", "another")
        assert leaks(repr(answer)) == []
        assert leaks(json.dumps(answer, default=str)) == []


def test_a_password_that_is_sent_is_the_password(serve):
    service = serve(api_key=KEY)
    service.client.smtp_users.add("authuser", Secret(PASSWORD))
    content = json.loads(service.requests[0].content)
    assert content["api_key"] == KEY
    assert content["user_data"]["email_password"] == PASSWORD
    assert service.requests[0].headers["x-smtp2go-api-key"] == KEY


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(400, json={"data": REFUSED}),
        httpx.Response(503, text="down"),
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("nothing came"),
    ],
    ids=lambda a: type(a).__name__ if isinstance(a, Exception) else str(a.status_code),
)
@pytest.mark.parametrize("arguments", [{}, {"custom_ratelimit_period": "a day"}], ids=["", "bad"])
@kinds
def test_a_password_given_as_text_is_not_in_our_frames(made, answer, arguments):
    def respond(request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, content=answer.content)

    client = made(KEY, transport=httpx.MockTransport(respond), retries=0)

    def run(call: Any) -> None:
        if inspect.isawaitable(call):
            asyncio.run(call)

    for add in (
        lambda: run(client.smtp_users.add("authuser", PASSWORD, **arguments)),
        lambda: run(client.smtp_users.add("authuser", email_password=PASSWORD, **arguments)),
    ):
        assert leaks(*error_of(add, everything)) == []


@kinds
@pytest.mark.parametrize(
    "bad",
    [{"region": "mars"}, {"timeout": -1}, {"retries": 99}, {"base_url": "nowhere"}],
    ids=lambda bad: next(iter(bad)),
)
def test_a_client_that_cannot_be_made_does_not_show_the_key(made, bad, monkeypatch):
    monkeypatch.setenv("SMTP2GO_API_KEY", KEY)
    text = error_of(lambda: made(**bad), everything)
    text += error_of(lambda: made(Secret(KEY), **bad), everything)
    assert leaks(*text) == []


@kinds
def test_a_key_of_the_environment_that_cannot_be_one_is_not_shown(made, monkeypatch):
    monkeypatch.setenv("SMTP2GO_API_KEY", f"{KEY} x")
    assert leaks(*error_of(made, everything)) == []


def test_a_half_made_client_can_be_looked_at():
    assert repr(Client.__new__(Client)) == "<Client without settings>"


@contextlib.contextmanager
def deaf_server() -> Iterator[str]:
    """The URL of a server that takes connections and reads nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v3"


def test_a_send_that_is_cancelled_does_not_show_the_key():
    async def main(url: str) -> None:
        async with AsyncClient(KEY, base_url=url) as client:
            big = ("a.bin", bytes(6_000_000))
            send = client.email.send("a@b.de", "c@d.de", "Hello", attachments=big)
            await asyncio.wait_for(send, 1.0)

    with deaf_server() as url, pytest.raises(TimeoutError) as caught:
        asyncio.run(main(url))
    assert leaks(*with_values(caught.value.__cause__ or caught.value)) == []


@kinds
def test_a_url_with_a_password_is_refused_without_showing_it(made):
    with pytest.raises(Smtp2GoError, match="base_url: ") as caught:
        made(KEY, base_url=f"https://me:{PASSWORD}@api.test/v3")
    assert leaks(*told(caught.value)) == []


@pytest.mark.parametrize(
    "data",
    [
        {"username": "u", "email_password": PASSWORD},
        {"results": [], "email_password": PASSWORD},
        {"results": [{"username": "u\ud83d", "email_password": PASSWORD}]},
        {"results": [{"username": "u", "email_password": 55}]},
        {"results": json.dumps([{"username": "u", "email_password": PASSWORD}])},
    ],
    ids=["alone", "beside", "broken name", "number", "text"],
)
def test_passwords_in_answers_of_any_shape_are_masked(serve, data):
    response = httpx.Response(200, content=json.dumps({"data": data}))
    frame = serve(response).client.smtp_users.view()
    assert leaks(frame.to_csv(), repr(frame.attrs)) == []
    assert "55" not in frame.to_csv()


MISPLACED: dict[str, Callable[[Any], Any]] = {
    "name": lambda add: add("authuser", password="canary-pa55word"),
    "place": lambda add: add("authuser", "x", "canary-pa55word"),
    "bytes": lambda add: add("authuser", b"canary-pa55word"),
    "list": lambda add: add("authuser", ["canary-pa55word"]),
}


@kinds
@pytest.mark.parametrize("misplaced", MISPLACED.values(), ids=list(MISPLACED))
def test_a_misplaced_password_is_not_in_our_frames(made, misplaced):
    client = made(KEY)

    def call() -> None:
        pending = misplaced(client.smtp_users.add)
        asyncio.run(pending)

    with pytest.raises((TypeError, Smtp2GoError)) as caught:
        call()
    held = [line for line in leaks(*with_values(caught.value)) if not line.startswith('"')]
    assert [line for line in held if "lambda add" not in line] == []


@kinds
def test_a_key_given_as_bytes_is_not_shown(made):
    shown = error_of(lambda: made(b"api-CANARYkeyCANARYkeyCANARYkey01234"), everything)
    assert [line for line in leaks(*shown) if "lambda" not in line] == []


def test_the_callers_own_traceback_is_left_alone(serve):
    client = serve(httpx.ConnectError("refused"), {"data": {}}).client
    with pytest.raises(ZeroDivisionError) as caught:
        _ = 1 / 0
    frames = traceback.extract_tb(caught.value.__traceback__)
    try:
        raise caught.value
    except ZeroDivisionError:
        client.suppression.add("a@b.de")
    assert len(traceback.extract_tb(caught.value.__traceback__)) > len(frames) > 0


def test_what_went_wrong_in_a_transport_is_told_with_its_place(serve):
    def broken(request: httpx.Request) -> httpx.Response:
        raise RuntimeError("boom") from OSError("disk full")

    with pytest.raises(RuntimeError, match="boom") as caught:
        serve(broken).client.stats.email_cycle()
    shown = "".join(traceback.format_exception(caught.value))
    assert "disk full" in shown
    assert "in broken" in shown
