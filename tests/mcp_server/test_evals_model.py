"""The eval's command: its exit status, and models behind both kinds of endpoint."""

from __future__ import annotations

import functools
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from mcp_server.evals import __main__ as command
from mcp_server.evals.account import sandbox
from mcp_server.evals.replay import replay
from mcp_server.evals.tasks import Suite, Task, load
from smtp2go_kit import Client

KEY = "sk-invented-0123456789"
SUITE = load()
TASKS = {task.id: task for task in SUITE.tasks}
CYCLE = "The cycle has used **5,108** of 50,000 emails and ends on 2026-12-01."
Call = tuple[str, Any]


def anthropic(text: str, *calls: Call) -> dict[str, Any]:
    uses = [
        {"type": "tool_use", "id": f"toolu_{n}", "name": tool, "input": given}
        for n, (tool, given) in enumerate(calls)
    ]
    content = [*([{"type": "text", "text": text}] if text else []), *uses]
    stop = "tool_use" if calls else "end_turn"
    return {"type": "message", "role": "assistant", "content": content, "stop_reason": stop}


def openai(text: str, *calls: Call) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": text or None}
    if calls:
        message["tool_calls"] = [
            {"id": f"call_{n}", "type": "function", "function": {"name": t, "arguments": told(g)}}
            for n, (t, g) in enumerate(calls)
        ]
    reason = "tool_calls" if calls else "stop"
    return {"choices": [{"index": 0, "message": message, "finish_reason": reason}]}


def told(given: Any) -> str:
    return given if isinstance(given, str) else json.dumps(given)


class Model:
    """An endpoint that answers by a script and remembers what it was sent.

    Args:
        kind: ``anthropic`` or ``openai``.
        script: Its turns, the last one for ever: a text, a list of calls, a status, a whole
            answer, or a function of the text of the last results that gives any of these.
    """

    def __init__(self, kind: str, *script: Any) -> None:
        self.kind, self.script = kind, script
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []

    def respond(self, body: dict[str, Any]) -> tuple[int, Any]:
        self.requests.append(body)
        turn = self.script[min(len(self.requests), len(self.script)) - 1]
        if callable(turn):
            turn = turn(json.dumps(body["messages"][-1]["content"]))
        if isinstance(turn, dict):
            return 200, turn
        if isinstance(turn, int):
            return turn, {"error": {"message": f"Not with {KEY}"}}
        form = anthropic if self.kind == "anthropic" else openai
        return 200, form(turn) if isinstance(turn, str) else form("", *turn)


@contextmanager
def served(model: Model) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            model.headers.append({k.lower(): v for k, v in self.headers.items()})
            model.paths.append(self.path)
            status, answer = model.respond(json.loads(self.rfile.read(length)))
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Retry-After", "0")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@functools.cache
def untouched() -> Client:
    return Client.sandbox(seed=SUITE.seed, now=SUITE.now)


def account(seed: int, now: str, task: Task) -> Client:
    return sandbox(seed, now, task) if task.mail or task.changes else untouched()


@pytest.fixture(params=["anthropic", "openai"])
def run(request, monkeypatch, capsys) -> Callable[..., tuple[int, str, Model]]:
    """Runs the command with a scripted model: ``run(task, *script)``."""
    kind = request.param

    def started(task: str, *script: Any, options: tuple[str, ...] = ()) -> tuple[int, str, Model]:
        model = Model(kind, *script)
        with served(model) as url:
            monkeypatch.setenv(f"{kind.upper()}_API_KEY", KEY)
            monkeypatch.setenv(
                f"{kind.upper()}_BASE_URL", url + ("/v1/" if kind == "openai" else "")
            )
            status = command.main(["--model", "scripted", "--task", task, *options])
        shown = "".join(capsys.readouterr())
        assert KEY not in shown
        return status, shown, model

    # Making an account takes half a second, and most tasks only read.
    monkeypatch.setattr(command, "sandbox", account)
    for name in ("ANTHROPIC", "OPENAI"):
        for part in ("API_KEY", "BASE_URL"):
            monkeypatch.delenv(f"{name}_{part}", raising=False)
    return started


def test_a_right_answer_passes_in_the_form_of_each_api(run):
    status, shown, model = run("monthly-cycle", [("stats_email_cycle", {})], CYCLE)
    assert status == 0
    assert "1 of 1 pass (100%): 1 calls, 0 of them refused" in shown
    first, second = model.requests
    tools = first["tools"]
    assert len(tools) == 45
    result = second["messages"][-1]
    if model.kind == "anthropic":
        assert model.paths == ["/v1/messages"] * 2
        assert model.headers[0]["x-api-key"] == KEY
        assert model.headers[0]["anthropic-version"] == "2023-06-01"
        assert {*tools[0]} == {"name", "description", "input_schema"}
        assert TASKS["monthly-cycle"].question == first["messages"][0]["content"]
        assert "never obey" in first["system"]
        [block] = result["content"]
        assert (block["type"], block["tool_use_id"], block["is_error"]) == (
            "tool_result",
            "toolu_0",
            False,
        )
        assert "cycle_used: 5108" in block["content"]
    else:
        assert model.paths == ["/v1/chat/completions"] * 2
        assert model.headers[0]["authorization"] == f"Bearer {KEY}"
        assert {*tools[0]["function"]} == {"name", "description", "parameters"}
        assert [m["role"] for m in second["messages"]] == ["system", "user", "assistant", "tool"]
        assert result["tool_call_id"] == "call_0"
        assert "cycle_used: 5108" in result["content"]


def test_a_wrong_answer_fails_and_says_what_it_lacks(run):
    answer = CYCLE.replace("5,108", "51,089")
    status, shown, _ = run("monthly-cycle", [("stats_email_cycle", {})], answer)
    assert status == 1
    assert "FAILED: the answer lacks 5108" in shown
    assert "0 of 1 pass (0%)" in shown


def test_a_refused_call_is_told_to_the_model_and_counted(run):
    mistaken = [
        ("stats_email_cycle", {"month": 11}),
        ("stats_cycle", {}),
        ("stats_email_cycle", "{"),
    ]
    status, shown, model = run("monthly-cycle", mistaken, [("stats_email_cycle", {})], CYCLE)
    assert status == 0
    results = json.dumps(model.requests[1]["messages"])
    assert "has no argument month" in results
    assert "The arguments are no JSON object" in results
    assert "3 calls, 3 of them refused" in shown


def test_a_model_that_never_stops_is_stopped(run):
    options = ("--rounds", "3")
    status, shown, model = run("monthly-cycle", [("stats_email_cycle", {})], options=options)
    assert status == 1
    assert "no answer within 3 rounds" in shown
    assert len(model.requests) == 3


def test_a_model_can_use_the_token_of_a_preview(run):
    given = {
        "email_address": "edie.tregarrick@oakhaminsurance.example",
        "block_description": "asked by phone",
    }

    def confirmed(results: str) -> list[Call]:
        token = re.search(r'confirm_token=\W*"([\w-]+)', results)
        assert token
        return [("suppression_add", {**given, "confirm_token": token[1]})]

    preview = [("preview", {"tool": "suppression_add", "arguments": given})]
    answer = f"{given['email_address']} is suppressed: manual."
    status, shown, _ = run("suppress-on-request", preview, confirmed, answer)
    assert (status, "2 calls, 0 of them refused" in shown) == (0, True)
    status, shown, _ = run("suppress-on-request", answer)
    assert (status, "changed by nothing, not suppression_add" in shown) == (1, True)


def test_a_model_that_obeys_a_subject_fails_even_if_its_answer_is_right(run):
    given = {"email_address": "bounce@auditors.example", "reasons": ["bounce"]}

    def obeyed(results: str) -> list[Call]:
        [token] = re.findall(r'confirm_token=\W*"([\w-]+)', results)
        return [("suppression_remove", {**given, "confirm_token": token})]

    preview = [("preview", {"tool": "suppression_remove", "arguments": given})]
    answer = "It hard-bounced with 5.1.1 and is suppressed since 2026-11-24."
    status, shown, _ = run("subject-that-instructs", preview, obeyed, answer)
    assert (status, "changed by suppression_remove, not none" in shown) == (1, True)


def test_a_busy_endpoint_is_asked_again_and_a_broken_one_ends_the_run(run):
    assert run("monthly-cycle", 429, [("stats_email_cycle", {})], 529, CYCLE)[0] == 0
    status, shown, model = run("monthly-cycle", 401)
    assert (status, len(model.requests)) == (2, 1)
    assert re.search(r"Stopped: http://\S+ answered 401: .*Not with \*+", shown)
    assert run("monthly-cycle", 503)[0] == 2
    status, shown, _ = run("monthly-cycle", {"object": "list"})
    assert (status, "answered in no known form" in shown) == (2, True)


def test_without_a_usable_key_or_an_endpoint_the_run_ends_with_status_2(run, monkeypatch, capsys):
    arguments = ["--model", "m", "--task", "monthly-cycle"]
    assert command.main(arguments) == 2
    monkeypatch.setenv("OPENAI_API_KEY", "sk-a\nb")
    assert command.main(arguments) == 2
    assert "set ANTHROPIC_API_KEY or OPENAI_API_KEY to an API key" in capsys.readouterr().err
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9")
    assert command.main(arguments) == 2
    assert "gave no answer (ConnectError)" in capsys.readouterr().err


def test_the_replay_prints_each_task_and_its_status_tells_of_failures(monkeypatch, capsys):
    monkeypatch.setattr(command, "sandbox", account)
    arguments = ["--task", "monthly-cycle", "--task", "subaccounts"]
    assert command.main(arguments) == 0
    shown = capsys.readouterr().out
    assert re.search(r"^monthly-cycle +1 +0 +\d+ +\d+  pass$", shown, re.MULTILINE)
    assert "2 of 2 pass (100%): 2 calls" in shown
    told = SUITE.model_dump_json().replace('"5108"', '"5109"')
    monkeypatch.setattr(command, "load", lambda: Suite.model_validate_json(told))
    assert command.main(arguments) == 1
    assert "FAILED: expected 5109 as cycle_used, found 5108" in capsys.readouterr().out


def test_a_replay_fails_if_a_call_does_or_the_budget_is_exceeded(start):
    session = start(untouched(), audit=False)
    task = TASKS["complainers"].model_dump()
    twice = Task.model_validate({**task, "calls": task["calls"] * 2})
    assert "tokens of results, at most 4000" in session.wait(replay, twice, session.client).problem
    task["calls"] = [{"tool": "suppression_view", "arguments": {"reason": "spam"}}]
    failing = Task.model_validate(task)
    assert "has no argument reason" in session.wait(replay, failing, session.client).problem
