"""What starting the server costs, and what it must not need."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time

HEAVY = {"pandas", "numpy", "matplotlib", "scipy", "httpx", "ipywidgets", "whoosh", "tqdm"}
IMPORTED = re.compile(r"import time: +\d+ \| +\d+ \| +(\w+)")
KEY = "api-0123456789ABCDEFabcdef0123456789"


def test_no_heavy_package_is_loaded_for_what_clients_list_first(talk, tmp_path):
    log = tmp_path / "imports"
    with (
        log.open("w") as file,
        talk("--sandbox", stderr=file, PYTHONPROFILEIMPORTTIME="1") as server,
    ):
        assert "email_send" in server.tools
        for kind in ("resources", "prompts"):
            assert server.ask(f"{kind}/list")[kind]
    loaded = set(IMPORTED.findall(log.read_text(encoding="utf-8")))
    assert "mcp_server" in loaded
    assert loaded & HEAVY == set()


def test_the_help_needs_no_protocol_and_comes_at_once():
    command = [sys.executable, "-X", "importtime", "-m", "mcp_server", "--help"]
    seconds = []
    for _ in range(3):
        begun = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
        seconds.append(time.perf_counter() - begun)
    loaded = set(IMPORTED.findall(done.stderr))
    assert "smtp2go_kit" in loaded
    assert loaded & {*HEAVY, "mcp", "pydantic", "starlette", "uvicorn", "asyncio"} == set()
    assert min(seconds) < 0.5


def test_a_service_that_cannot_be_reached_does_not_keep_it_from_starting(talk):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/v3"
    begun = time.monotonic()
    with talk(SMTP2GO_API_KEY=KEY, SMTP2GO_BASE_URL=url) as server:
        assert "email_send" in server.tools
        assert time.monotonic() - begun < 5
        assert "may not use" not in server.instructions


def test_a_service_that_does_not_answer_delays_it_by_seconds_only(talk):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v3"
        begun = time.monotonic()
        with talk(SMTP2GO_API_KEY=KEY, SMTP2GO_BASE_URL=url) as server:
            assert time.monotonic() - begun < 8
            assert "email_send" in server.tools
