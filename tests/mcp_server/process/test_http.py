"""The real server over HTTP: who may ask, from where, and how it ends."""

from __future__ import annotations

import json
import re
import signal
import socket
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

import httpx
import httpx2
import mcp
import pytest
from mcp.client.streamable_http import streamable_http_client

TOKEN = "a-long-token-of-the-tests-0123456789"
ACCEPT = "application/json, text/event-stream"
HELLO = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "tests", "version": "1"},
}
INITIALIZE = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": HELLO}
WRONG = {
    "nothing": [],
    "no scheme": [TOKEN],
    "another scheme": [f"Basic {TOKEN}"],
    "another token": ["Bearer another"],
    "an empty token": ["Bearer"],
    "a beginning": [f"Bearer {TOKEN[:-1]}"],
    "more than it": [f"Bearer {TOKEN}x"],
    "other capitals": [f"Bearer {TOKEN.upper()}"],
    "it twice in one": [f"Bearer {TOKEN}, Bearer {TOKEN}"],
    "two headers": [f"Bearer {TOKEN}", f"Bearer {TOKEN}"],
    "bytes beyond ASCII": [b"Bearer \xff\xfe"],
}


def post(served, authorization=None, *, content=None, **headers):
    """The answer to an initialize request with these headers."""
    told = [f"Bearer {served.token}"] if authorization is None and served.token else authorization
    given = [("accept", ACCEPT), ("content-type", "application/json"), *headers.items()]
    given += [("authorization", text) for text in told or []]
    body = json.dumps(INITIALIZE).encode() if content is None else content
    return httpx.post(served.url, headers=given, content=body, timeout=10, verify=False)


def test_only_the_token_opens_it_and_no_log_holds_it(serve):
    with serve(SMTP2GO_MCP_TOKEN=TOKEN) as served:
        for name, told in WRONG.items():
            refused = post(served, told)
            assert refused.status_code == 401, name
            assert refused.headers["www-authenticate"].startswith("Bearer "), name
            assert "Authorization: Bearer" in refused.json()["error"], name
            assert TOKEN not in refused.text, name
        for path in ("/mcp?token=" + TOKEN, "/mcp/", "/", "/docs"):
            other = served.url.removesuffix("/mcp") + path
            assert httpx.get(other, verify=False).status_code == 401, path
        assert post(served).status_code == 200
        code, out, err = served.stop()
        assert (code, out, err) == (130, "", "")


def test_the_scheme_is_read_in_any_case_as_rfc_9110_has_it(serve):
    with serve(SMTP2GO_MCP_TOKEN=TOKEN) as served:
        assert post(served, [f"bearer {TOKEN}"]).status_code == 200


def test_without_a_token_of_the_users_one_is_made_and_printed(serve):
    with serve() as first, serve() as second:
        assert re.fullmatch(r"[\w-]{43}", first.token)
        assert first.token != second.token
        assert post(first).status_code == 200
        assert post(second, [f"Bearer {first.token}"]).status_code == 401


def test_the_port_printed_is_the_real_one(serve):
    with serve("--no-token") as served:
        assert re.fullmatch(r"http://127\.0\.0\.1:[1-9]\d+/mcp", served.url)
        assert post(served).status_code == 200


@pytest.mark.anyio
async def test_a_client_with_the_token_calls_tools_in_either_era(serve):
    with serve(SMTP2GO_MCP_TOKEN=TOKEN) as served:
        for mode, era in (("auto", "2026-07-28"), ("legacy", "2025-11-25")):
            async with httpx2.AsyncClient(headers=served.headers, timeout=20) as sending:
                transport = streamable_http_client(served.url, http_client=sending)
                async with mcp.Client(transport, mode=mode) as client:
                    assert client.protocol_version == era
                    assert len((await client.list_tools()).tools) > 30
                    result = await client.call_tool("domain_view", {})
                    assert result.structured_content
                    assert not result.is_error


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("0.0.0.0", {}),
        ("[::]", {"SMTP2GO_MCP_TOKEN": "  "}),
        ("192.168.1.10", {"SMTP2GO_MCP_TOKEN": ""}),
        ("mail.example.com", {}),
    ],
)
def test_beyond_loopback_it_wants_a_token_of_the_users(host, told, ended):
    code, out, err = ended("--sandbox", "--http", f"{host}:0", **told)
    assert (code, out) == (2, "")
    assert re.fullmatch(r"smtp2go-mcp: --http: .* set SMTP2GO_MCP_TOKEN .*\n", err)


def test_beyond_loopback_no_token_is_refused_even_where_one_is_set(ended):
    code, out, err = ended(
        "--sandbox", "--http", "0.0.0.0:0", "--no-token", SMTP2GO_MCP_TOKEN=TOKEN
    )
    assert (code, out) == (2, "")
    assert err.count("\n") == 1


def test_beyond_loopback_with_a_token_it_serves(serve):
    with serve(host="0.0.0.0", SMTP2GO_MCP_TOKEN=TOKEN) as served:
        served.url = served.url.replace("0.0.0.0", "127.0.0.1")
        assert post(served).status_code == 200
        assert post(served, []).status_code == 401


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.0.0.2"])
def test_pages_of_other_sites_reach_it_under_no_name(host, serve):
    if host == "[::1]" and not has_ipv6():
        pytest.skip("this machine has no IPv6")
    with serve("--no-token", host=host) as served:
        port = urlsplit(served.url).port
        assert post(served).status_code == 200
        assert post(served, host=f"evil.example.com:{port}").status_code == 421
        assert post(served, host=f"{host}.evil.example.com:{port}").status_code == 421
        assert post(served, origin="https://evil.example.com").status_code == 403
        assert post(served, origin="null").status_code == 403
        assert post(served, origin=f"http://{host}:{port}").status_code == 200


def has_ipv6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def test_a_body_of_more_than_4_mib_is_refused_with_or_without_its_length(serve):
    large = json.dumps({**INITIALIZE, "padding": "x" * (4 << 20)}).encode()
    with serve("--no-token") as served:
        assert post(served, content=large).status_code == 413
        assert post(served, content=iter([large[: 2 << 20], large[2 << 20 :]])).status_code == 413
        assert post(served).status_code == 200


def test_what_is_no_request_of_the_protocol_is_refused_quietly(serve):
    with serve("--no-token") as served:
        assert post(served, content=b"{").status_code == 400
        assert post(served, content=b"[]").status_code == 400
        assert post(served, content=b"\xff").status_code == 400
        assert httpx.put(served.url, verify=False).status_code == 405
        assert (
            httpx.get(served.url.removesuffix("/mcp") + "/other", verify=False).status_code == 404
        )
        assert served.stop() == (130, "", "")


def test_a_taken_port_is_one_line_and_status_2(ended):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, out, err = ended("--sandbox", "--http", f"127.0.0.1:{port}")
    assert (code, out) == (2, "")
    assert re.fullmatch(rf"smtp2go-mcp: --http: cannot listen on 127\.0\.0\.1:{port} .*\n", err)


@pytest.mark.parametrize("host", ["nowhere.invalid", "a..b", "a" * 64 + ".example"])
def test_a_host_that_does_not_exist_is_one_line_and_status_2(host, ended):
    code, out, err = ended("--sandbox", "--http", f"{host}:0", SMTP2GO_MCP_TOKEN=TOKEN)
    assert (code, out) == (2, "")
    assert re.fullmatch(r"smtp2go-mcp: --http: cannot listen on .*\n", err)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)]
)
def test_a_signal_ends_it_quietly_even_while_a_client_listens(number, code, serve):
    with serve("--no-token") as served:
        place = urlsplit(served.url)
        headers = {"accept": ACCEPT, "content-type": "application/json"}
        opened = post(served).headers["mcp-session-id"]
        with closing(HTTPConnection(place.hostname, place.port, timeout=10)) as listening:
            listening.request("GET", place.path, headers={**headers, "mcp-session-id": opened})
            assert listening.getresponse().status == 200
            assert served.stop(number) == (code, "", "")
