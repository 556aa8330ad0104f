"""The sandbox served by a process of its own, to anything that speaks HTTP."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import signal
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from smtp2go_kit import Client
from smtp2go_kit.sandbox import Sandbox

LINE = re.compile(
    r"SMTP2GO_BASE_URL=http://127\.0\.0\.1:\d+/v3 SMTP2GO_API_KEY=api-[A-Za-z0-9]{32}\n"
)
MESSAGE = {"sender": "a@example.com", "to": ["b@x.test"], "subject": "Hello", "text_body": "Hi"}
SECONDS = 30


def test_the_one_line_on_stdout_says_where_and_with_which_key(serve):
    with serve("--empty") as child:
        assert LINE.fullmatch(child.line)
        assert child.client.domain.view().empty
        assert child.stop() == (0, "", "")


def test_it_stops_while_a_connection_is_open(serve):
    with serve("--empty") as child, requests.Session() as session:
        body = {"api_key": child.api_key}
        assert session.post(f"{child.url}/stats/email_cycle", json=body, timeout=SECONDS).ok
        assert child.stop() == (0, "", "")
        with pytest.raises(requests.ConnectionError):
            requests.post(f"{child.url}/stats/email_cycle", json=body, timeout=SECONDS)


def test_an_interrupt_stops_it_as_well(serve):
    with serve("--empty") as child:
        child.process.send_signal(signal.SIGINT)
        out, err = child.process.communicate(timeout=SECONDS)
        assert (child.process.returncode, out, err) == (0, "", "")


def test_a_taken_port_is_explained(run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = run("--port", str(port), "--empty")
        out, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 1
    assert out == ""
    assert str(port) in err
    assert "--port 0" in err
    assert "Traceback" not in err


def test_the_port_asked_for_is_served(serve, run):
    with serve("--empty") as first:
        port = urlsplit(first.url).port
        first.stop()
    process = run("--port", str(port), "--empty")
    try:
        assert process.stdout.readline().startswith(f"SMTP2GO_BASE_URL=http://127.0.0.1:{port}/v3 ")
    finally:
        process.terminate()
        process.communicate(timeout=SECONDS)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--now", "tomorrow"], "now"),
        (["--port", "99999"], "port"),
        (["--port", "some"], "port"),
        (["--seed", "-1"], "seed"),
        (["--contract", "old"], "contract"),
    ],
)
def test_a_wrong_option_is_explained(run, options, named):
    process = run(*options)
    out, err = process.communicate(timeout=SECONDS)
    assert process.returncode in (1, 2)
    assert out == ""
    assert named in err
    assert "Traceback" not in err


def test_seed_and_now_give_the_same_account_as_in_process(serve, posting, contract):
    now = "2026-11-20T12:00:00"
    options = {"seed": 3, "now": now, "contract": contract}
    inside = posting(Sandbox(**options))
    wanted = {"start_date": "2026-11-10", "limit": 50}
    with serve("--seed", "3", "--now", now, "--contract", contract) as child:
        assert child.api_key == inside.api_key
        for path in ("/activity/search", "/email/search"):
            body = {"api_key": child.api_key, **wanted}
            answer = requests.post(f"{child.url}{path}", json=body, timeout=SECONDS).json()["data"]
            assert answer == inside.data(path, wanted)
            assert answer["continue_token"]


def test_an_empty_account_has_no_mail_and_a_seeded_one_has(serve, child):
    assert child.client.suppression.view(wildcard="nobody-added-this").empty
    with serve("--now", "2026-11-20T12:00:00") as seeded:
        assert seeded.client.stats.email_bounces()["emails"].item() > 1000


def test_limits_are_kept_on_order(serve):
    with serve("--empty", "--limits") as child:
        body = {"api_key": child.api_key}
        url = f"{child.url}/email/search"
        with requests.Session() as session:
            statuses = [
                session.post(url, json=body, timeout=SECONDS).status_code for _ in range(21)
            ]
    assert statuses == [200] * 20 + [429]


def test_a_client_made_from_the_environment_works_unmodified(child, monkeypatch):
    for name, text in child.environment.items():
        monkeypatch.setenv(name, text)
    with Client() as client:
        email_id = client.email.send("a@example.com", "env@x.test", "From the environment")[
            "email_id"
        ]
        found = client.activity.search(search_recipient="env@x.test")
        assert set(found["email_id"]) == {email_id}
        assert client.email.search(email_id=[email_id])["status"].item() == "delivered"


def test_one_connection_serves_many_requests_good_and_bad(child):
    address = urlsplit(child.url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=SECONDS)
    connection.connect()
    socket_at_first = connection.sock
    statuses = []
    for method, path, key in [
        ("POST", "/v3/domain/view", child.api_key),
        ("POST", "/v3/domain/nothing", child.api_key),
        ("GET", "/v3/domain/view", child.api_key),
        ("HEAD", "/v3/domain/view", child.api_key),
        ("POST", "/v3/domain/view", "no key"),
        ("POST", "/v3/domain/view?region=us", child.api_key),
        ("POST", "/v3/domain/view/", child.api_key),
    ]:
        connection.request(method, path, b"{}", {"X-Smtp2go-Api-Key": key})
        response = connection.getresponse()
        content = response.read()
        assert response.version == 11
        assert (content == b"") == (method == "HEAD")
        statuses.append(response.status)
    assert statuses == [200, 404, 405, 405, 403, 200, 200]
    assert connection.sock is socket_at_first
    connection.close()


def test_chunked_bodies_are_read(child):
    content = json.dumps({"api_key": child.api_key, **MESSAGE, "to": ["chunks@x.test"]}).encode()
    pieces = [content[i : i + 7] for i in range(0, len(content), 7)]
    with requests.Session() as session:
        for _ in range(2):
            response = session.post(f"{child.url}/email/send", data=iter(pieces), timeout=SECONDS)
            assert response.json()["data"]["succeeded"] == 1
    assert len(child.client.email.search(filter_query="recipient:chunks@x.test")) == 2


def raw(child: Any, *lines: str) -> bytes:
    """What comes back for a hand-written request, until the server hangs up."""
    address = urlsplit(child.url)
    with socket.create_connection((address.hostname, address.port), timeout=SECONDS) as connection:
        connection.sendall("\r\n".join(lines).encode("latin-1"))
        return b"".join(iter(lambda: connection.recv(65_536), b""))


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("POST", ["Transfer-Encoding: chunked", "", "zz", ""], 400),
        ("POST", ["Transfer-Encoding: chunked", "", "-5", ""], 400),
        ("POST", ["Content-Length: many", "", ""], 400),
        ("POST", ["Content-Length: \xb2", "", ""], 400),
        ("POST", ["Content-Length: -5", "", ""], 400),
        ("POST", ["Content-Length: 200000000", "", ""], 413),
        ("PROPFIND", ["", ""], 501),
    ],
)
def test_what_is_hardly_http_is_refused_in_json(child, method, headers, status):
    answer = raw(child, f"{method} /v3/domain/view HTTP/1.1", "Host: x", *headers)
    head, _, content = answer.partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert json.loads(content)["data"]["error"]


def test_a_client_that_asks_is_told_to_continue_before_it_sends_the_body(child):
    address = urlsplit(child.url)
    head = f"POST /v3/domain/view HTTP/1.1\r\nHost: x\r\nX-Smtp2go-Api-Key: {child.api_key}\r\n"
    asking = f"{head}Content-Length: 2\r\nExpect: 100-continue\r\n\r\n"
    with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
        connection.sendall(asking.encode())
        assert connection.recv(65_536).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"{}")
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")


def test_trailers_after_the_last_chunk_are_no_request(child):
    ours = [f"X-Smtp2go-Api-Key: {child.api_key}", "Host: x"]
    first = ["POST /v3/domain/view HTTP/1.1", *ours, "Transfer-Encoding: chunked", ""]
    chunks = ["2;name=value", "{}", "0", "Trailer: a", "Another: b", ""]
    second = ["POST /v3/domain/view HTTP/1.1", *ours, "Connection: close", "", ""]
    answers = raw(child, *first, *chunks, *second)
    assert re.findall(rb"HTTP/1\.1 (\d+)", answers) == [b"200", b"200"]


def test_sixteen_threads_at_once_get_right_answers(serve, contract):
    with serve("--empty", "--contract", contract) as child:
        shared = child.client

        def work(number: int) -> list[Any]:
            with requests.Session() as session:
                for turn in range(8):
                    message = {**MESSAGE, "api_key": child.api_key, "subject": f"{number}-{turn}!"}
                    url = f"{child.url}/email/send"
                    answer = session.post(url, json=message, timeout=SECONDS).json()
                    assert answer["data"]["succeeded"] == 1
            found = shared.activity.search(search_subject=f"{number}-")
            return sorted(found["subject"][found["subject"].str.startswith(f"{number}-")])

        with ThreadPoolExecutor(16) as pool:
            results = list(pool.map(work, range(16)))
        for number, subjects in enumerate(results):
            assert subjects == sorted(f"{number}-{turn}!" for turn in range(8) for _ in range(2))
        assert shared.stats.email_cycle()["cycle_used"].item() == 128
        assert len(set(shared.email.search()["email_id"])) == 128
        assert child.stop() == (0, "", "")


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_sends_and_finds(child):
    def curl(path: str, content: bytes, *options: str) -> Any:
        command = ["curl", "-sS", "-X", "POST", "-H", "Content-Type: application/json"]
        command += ["-H", f"X-Smtp2go-Api-Key: {child.api_key}", "--data-binary", "@-", *options]
        done = subprocess.run(
            [*command, f"{child.url}{path}"], input=content, capture_output=True, check=True
        )
        return json.loads(done.stdout)

    large = {**MESSAGE, "to": ["curl@x.test"], "text_body": "x" * 3_000_000}
    chunked = ("-H", "Transfer-Encoding: chunked")
    for options in ((), ("-H", "Expect: 100-continue"), chunked, ("--http1.0",)):
        sent = curl("/email/send", json.dumps(large).encode(), *options)
        assert sent["data"]["failures"] == []
    found = curl("/email/search", b'{"filter_query": "recipient:curl@x.test"}')
    assert len(found["data"]["emails"]) == 4
