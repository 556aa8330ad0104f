"""The command line, on the sandbox and on a served account."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from smtp2go_kit import Client, Sandbox
from smtp2go_kit.cli import main
from smtp2go_kit.sandbox.server import Server

QUIET = ("triage", "--since", "2d", "--now", "2026-11-20T12:00:00")


@pytest.fixture
def served() -> Iterator[Sandbox]:
    """An account that is reached over HTTP like a real one."""
    sandbox = Sandbox(empty=True)
    server = Server(sandbox, 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    os.environ["SMTP2GO_BASE_URL"] = server.url
    yield sandbox
    del os.environ["SMTP2GO_BASE_URL"]
    server.shutdown()
    server.server_close()
    thread.join()


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line on stderr of a command that could not look."""
    try:
        status: object = main(arguments)
    except SystemExit as end:
        status = end.code
    assert status == 2
    problem = capsys.readouterr().err
    assert problem.count("\n") == 1
    return problem


def test_without_a_key_the_sandbox_is_looked_at_and_the_first_line_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(QUIET) == 0
    shown = capsys.readouterr().out
    assert shown.splitlines()[0] == (
        "SMTP2GO_API_KEY is not set: this is the sandbox, not your mail."
    )
    assert shown.index("Triage of the sandbox") < shown.index("Above limits")
    assert shown.isascii()


def test_with_a_key_its_account_is_looked_at(
    served: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SMTP2GO_API_KEY", served.api_key)
    assert main(["triage"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("The account of your API key, at http://127.0.0.1:")
    assert "no email left" in shown
    assert served.api_key not in shown


def test_the_sandbox_can_be_had_in_spite_of_a_key(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SMTP2GO_API_KEY", "api-0123456789ABCDEFabcdef0123456789")
    assert main([*QUIET, "--sandbox", "--seed", "2"]) == 1
    assert capsys.readouterr().out.startswith("SMTP2GO_API_KEY is not used: this is the sandbox")


def test_the_sandbox_s_options_are_refused_for_a_real_account(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SMTP2GO_API_KEY", "api-0123456789ABCDEFabcdef0123456789")
    assert "--seed, --now: belong to the sandbox" in refused(capsys, *QUIET)


def test_json_stands_alone_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*QUIET, "--json"]) == 0
    told = capsys.readouterr()
    found = json.loads(told.out)
    assert (found["start"], found["end"]) == (
        "2026-11-19T12:00:00+00:00",
        "2026-11-20T12:00:00+00:00",
    )
    assert found["health"]["start"] == "2026-11-18T12:00:00+00:00"
    assert told.err.startswith("SMTP2GO_API_KEY is not set")


def test_html_is_written_beside_the_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "report.html"
    assert main([*QUIET, "--html", str(target)]) == 0
    assert target.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "Above limits" in capsys.readouterr().out


def test_html_that_cannot_be_written_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    problem = refused(capsys, *QUIET, "--html", str(tmp_path / "none" / "health.html"))
    assert "is not a file in a folder that exists" in problem


def test_findings_give_1_and_stand_before_what_is_above_its_limits(
    capsys: pytest.CaptureFixture[str],
) -> None:
    now = "2026-11-20T12:00:00"
    assert main(["triage", "--sandbox", "--now", now]) == 1
    shown = capsys.readouterr().out
    assert "compared with the 29 days before it, from 2026-10-21 12:00." in " ".join(shown.split())
    titles = [line for line in shown.splitlines() if line in ("Findings", "Above limits", "Quota")]
    assert titles == ["Findings", "Above limits", "Quota"]


def test_the_window_can_be_shorter_than_a_day(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*QUIET, "--window", "6h", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["start"], found["compared"]) == (
        "2026-11-20T06:00:00+00:00",
        "2026-11-18T12:00:00+00:00",
    )


def test_a_past_that_is_too_short_for_the_window_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["triage", "--since", "1d", "--now", "2026-11-20T12:00:00", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["start"] == "2026-11-20T00:00:00+00:00"
    assert "the past is short" in found["notes"][0]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ((), "COMMAND"),
        (("dance",), "invalid choice: 'dance'"),
        (("triage", "--since", "yesterday"), "--since: 'yesterday' is not a time"),
        (("triage", "--since", "999999w"), "--since: "),
        (("triage", "--since", "2999-01-01"), "still to come"),
        (("triage", "--since", "30m"), "since: 30m is too late; 2h ago or more"),
        (("triage", "--window", "soon"), "--window: expected a length of 1h or more"),
        (("triage", "--window", "59m"), "--window: expected a length of 1h or more"),
        (("triage", "--seed", "-1"), "--seed: expected a whole number from 0 on"),
        (("triage", "--now", "soon"), "--now: expected ISO 8601"),
        (("triage", "--colour"), "--colour"),
    ],
)
def test_bad_arguments_are_told_in_one_line(
    arguments: tuple[str, ...], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert problem in refused(capsys, *arguments)


def test_a_refused_key_is_told_in_one_line(
    served: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SMTP2GO_API_KEY", "api-0123456789ABCDEFabcdef0123456789")
    problem = refused(capsys, "triage")
    assert "could not look: activity.search: The API Key you provided is not valid" in problem
    assert "0123456789ABCDEF" not in problem


def test_a_network_that_is_not_there_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(Client.__init__.__kwdefaults__, "sleep", lambda _: None)
    monkeypatch.setenv("SMTP2GO_API_KEY", "api-0123456789ABCDEFabcdef0123456789")
    monkeypatch.setenv("SMTP2GO_BASE_URL", "http://127.0.0.1:9")
    assert "could not look: no answer from http://127.0.0.1:9" in refused(capsys, "triage")


def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload, no-any-return]


def test_it_runs_as_a_module() -> None:
    done = run("-m", "smtp2go_kit", *QUIET)
    assert done.returncode == 0
    assert done.stdout.startswith("SMTP2GO_API_KEY is not set")
    assert done.stderr == ""


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom smtp2go_kit.cli import main\ntry: main(['triage', '--help'])\n"
        "except SystemExit: print({'pandas', 'numpy', 'httpx', 'matplotlib'} & set(sys.modules))"
    )
    assert run("-c", code).stdout.endswith("set()\n")


def test_a_reader_that_leaves_early_gets_no_traceback() -> None:
    code = (
        "import os, sys\nfrom smtp2go_kit.cli import main\nread, write = os.pipe()\n"
        "os.close(read)\nos.dup2(write, 1)\nsys.exit(main(sys.argv[1:]))"
    )
    done = run("-c", code, *QUIET)
    assert (done.returncode, done.stderr) == (2, "")


def test_an_interruption_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("smtp2go_kit.triage.examining.examine", interrupt)
    assert main(QUIET) == 130
    assert capsys.readouterr().err == "smtp2go-kit: interrupted\n"
