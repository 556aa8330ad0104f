"""The API key and passwords are in no argument, answer, error or log."""

from __future__ import annotations

import json
import logging
import os
import stat
import subprocess
import sys
from typing import Any

import httpx
import pytest

from mcp_server.schema import input_schema, output_schema
from smtp2go_kit.operations import all_operations

SECRET = "hunter2-Geheim"
USER = {"username": "a-user"}


def password_in(body: dict[str, Any]) -> str:
    return body.get("user_data", body)["email_password"]


def echo(body: dict[str, Any]) -> Any:
    """A service that repeats the password wherever it can."""
    word = password_in(body)
    user = {**USER, "email_password": word, "comments": f"is {word}", "description": word}
    return {"data": {"results": [user], "note": word}, "request_id": word}


def everything(session: Any, result: Any) -> str:
    return f"{result.model_dump_json()} {json.dumps(session.logged)}"


def test_no_schema_has_a_place_for_a_secret():
    for operation in all_operations():
        text = json.dumps([input_schema(operation), output_schema(operation)])
        assert "email_password" not in text
        assert "api_key" not in text


@pytest.mark.parametrize("tool", ["users_smtp_add", "users_smtp_edit", "users_smtp_view"])
@pytest.mark.parametrize("name", ["email_password", "password", "api_key"])
def test_a_secret_as_an_argument_is_refused_and_not_repeated(scripted, mode, caplog, tool, name):
    caplog.set_level(logging.DEBUG)
    session, sent = scripted(mode=mode, answers="accepts")
    for result in (
        session.call(tool, **USER, **{name: SECRET}),
        session.call("preview", tool="users_smtp_add", arguments={**USER, name: SECRET}),
    ):
        assert result.is_error
        assert name in result.content[0].text
        assert SECRET not in everything(session, result)
    logged = [r for r in caplog.records if r.name.startswith(("mcp_server", "smtp2go_kit"))]
    assert SECRET not in repr(logged)
    assert sent == []


@pytest.mark.parametrize("value", [SECRET, [SECRET], {"a": SECRET}, 7])
def test_a_password_of_any_type_is_refused_and_not_repeated(scripted, value):
    session, sent = scripted(answers="accepts")
    refusal = session.refusal("users_smtp_add", **USER, email_password=value)
    assert "passwords do not pass through an assistant" in refusal
    assert SECRET not in refusal
    assert sent == []


def test_a_generated_password_is_in_a_file_of_the_users_alone(scripted, mode):
    session, sent = scripted(echo, mode=mode, answers="accepts")
    result = session.done("users_smtp_add", **USER)
    (file,) = session.setup.passwords.iterdir()
    word = password_in(sent[0][1])
    assert len(word) >= 20
    assert f"password: {word}\n" in file.read_text()
    assert str(file) in result.content[0].text
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert word not in everything(session, result)
    assert word not in repr([session.setup, session.server, session.asked])


def test_the_folder_of_passwords_is_closed_to_others_even_if_it_was_open(scripted):
    session, _ = scripted(echo, answers="accepts")
    session.setup.passwords.mkdir(parents=True)
    session.setup.passwords.chmod(0o755)
    session.done("users_smtp_add", **USER)
    assert stat.S_IMODE(session.setup.passwords.stat().st_mode) == 0o700


def test_two_passwords_are_never_the_same(scripted):
    session, sent = scripted(echo, answers="accepts")
    for _ in range(3):
        session.done("users_smtp_add", **USER)
    assert len({password_in(body) for _, body in sent}) == 3
    assert len([*session.setup.passwords.iterdir()]) == 3


@pytest.mark.parametrize("name", ["../../x", "..", ".hidden", "a/b/c", "\0", "x" * 90])
def test_a_username_does_not_choose_where_its_password_is_written(scripted, name):
    session, _ = scripted(echo, answers="accepts")
    session.call("users_smtp_edit", username=name, new_password=True)
    folder = session.setup.passwords
    found = [*folder.parent.rglob("*.txt")]
    assert all(file.parent == folder for file in found)


@pytest.mark.parametrize(
    "refusal",
    [
        httpx.Response(400, json={"data": {"error": "taken", "error_code": "X"}}),
        httpx.Response(401, json={"data": {"error": "bad key"}}),
        httpx.ConnectError("no route"),
    ],
)
def test_a_password_that_the_service_refused_is_removed(scripted, refusal):
    session, _ = scripted(refusal, answers="accepts")
    session.refusal("users_smtp_add", **USER)
    assert [*session.setup.passwords.iterdir()] == []


def test_a_password_whose_fate_is_unknown_is_kept_and_its_file_told(scripted):
    session, sent = scripted(httpx.ReadTimeout("slow"), answers="accepts")
    refusal = session.refusal("users_smtp_add", **USER)
    (file,) = session.setup.passwords.iterdir()
    assert password_in(sent[0][1]) in file.read_text()
    assert "Do not repeat" in refusal
    assert str(file) in refusal


def test_a_password_that_cannot_be_kept_is_not_sent(scripted):
    session, sent = scripted(answers="accepts")
    session.setup.passwords.parent.mkdir(parents=True)
    session.setup.passwords.write_text("in the way")
    assert "could not be kept" in session.refusal("users_smtp_add", **USER)
    assert sent == []


def held(*users: dict[str, Any]) -> dict[str, Any]:
    return {"data": {"results": [*users]}}


def test_an_edit_keeps_the_present_password(scripted, mode):
    session, sent = scripted(
        held({**USER, "email_password": SECRET}), echo, mode=mode, answers="accepts"
    )
    result = session.done("users_smtp_edit", **USER, comments="new")
    assert password_in(sent[1][1]) == SECRET
    assert SECRET not in everything(session, result)
    assert SECRET not in session.asked[0]
    assert not session.setup.passwords.exists()


def test_an_edit_makes_a_new_password_where_it_is_told_to(scripted, mode):
    session, sent = scripted(echo, mode=mode, answers="accepts")
    session.done("users_smtp_edit", **USER, new_password=True)
    assert "new_password: True" in session.asked[0]
    (file,) = session.setup.passwords.iterdir()
    assert password_in(sent[0][1]) in file.read_text()


@pytest.mark.parametrize(
    "users",
    [
        [],
        [USER],
        [{**USER, "email_password": ""}],
        [{**USER, "email_password": None}],
        [{"username": "other", "email_password": SECRET}],
        [{**USER, "email_password": SECRET}, {**USER, "email_password": "another"}],
        [{**USER, "email_password": "********"}],
    ],
)
def test_an_edit_is_refused_where_the_present_password_is_not_surely_known(scripted, users):
    session, sent = scripted(held(*users), answers="accepts")
    refusal = session.refusal("users_smtp_edit", **USER)
    assert "new_password=true" in refusal
    assert [path for path, _ in sent] == ["/users/smtp/view"]


def test_an_edit_finds_its_user_among_others(scripted):
    others = [{"username": f"u{n}", "email_password": f"x{n}"} for n in range(3)]
    session, sent = scripted(held(*others, {**USER, "email_password": SECRET}), answers="accepts")
    session.call("users_smtp_edit", **USER)
    assert [password_in(body) for path, body in sent if path.endswith("edit")] == [SECRET]


def test_passwords_of_listed_users_are_not_shown(scripted, mode):
    session, _ = scripted(held({**USER, "email_password": SECRET}), mode=mode)
    for result in (
        session.done("users_smtp_view", detail="detailed"),
        session.call("users_smtp_view", fields=["email_password"]),
    ):
        assert SECRET not in everything(session, result)


@pytest.mark.parametrize("status", [200, 400, 401, 500])
def test_a_key_that_the_service_repeats_is_masked(scripted, key, change, samples, status):
    note = {"error" if status > 200 else "note": f"your key {key}", "results": [{"id": key}]}
    answer = httpx.Response(status, json={"data": note, "request_id": key})
    session, _ = scripted(answer, answers="accepts")
    assert key not in everything(session, session.call(change, **samples[change]))


def test_a_key_in_an_argument_does_not_reach_the_log(scripted, key):
    session, _ = scripted(answers="declines")
    session.call("suppression_add", email_address="a@b.example", block_description=f"is {key}")
    assert key not in json.dumps(session.logged)


@pytest.mark.parametrize(
    "told", [httpx.ReadTimeout("x"), httpx.ConnectError("y"), {"data": {}}, 3, [], ValueError("z")]
)
def test_no_log_of_this_process_has_a_secret(scripted, caplog, capfd, key, told):
    caplog.set_level(logging.DEBUG)
    told = httpx.Response(200, json=told) if isinstance(told, (int, list)) else told
    session, sent = scripted(told, answers="accepts")
    session.call("users_smtp_add", **USER)
    session.call("users_smtp_view")
    shown = caplog.text + "".join(capfd.readouterr()) + json.dumps(session.logged)
    assert key not in shown
    assert password_in(sent[0][1]) not in shown


HELLO = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "test", "version": "1"},
}
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("initialize", HELLO),
    ("tools/list", {}),
    ("tools/call", {"name": "stats_email_cycle", "arguments": {}}),
    ("tools/call", {"name": "users_smtp_add", "arguments": {**USER, "email_password": SECRET}}),
    ("tools/call", {"name": "users_smtp_add", "arguments": {**USER, "username": {"a": SECRET}}}),
]


def test_a_process_writes_no_secret_to_its_output_or_its_errors(tmp_path, key):
    unreachable = {"SMTP2GO_BASE_URL": "http://127.0.0.1:9/v3", "XDG_STATE_HOME": str(tmp_path)}
    with (tmp_path / "stderr").open("w") as errors:
        server = subprocess.Popen(
            [sys.executable, "-m", "mcp_server", "--toolsets", "stats,smtp_users"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**os.environ, **unreachable, "SMTP2GO_API_KEY": key},
            text=True,
        )
    assert server.stdin
    assert server.stdout
    told = []
    for number, (method, params) in enumerate(CALLS):
        line = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        server.stdin.write(f"{json.dumps(line)}\n")
        server.stdin.flush()
        told.append(server.stdout.readline())
    server.stdin.close()
    server.stdout.close()
    server.wait(20)
    shown = "".join(told) + (tmp_path / "stderr").read_text()
    assert '"isError":true' in told[-1].replace(" ", "")
    assert key not in shown
    assert SECRET not in told[3] + (tmp_path / "stderr").read_text()
