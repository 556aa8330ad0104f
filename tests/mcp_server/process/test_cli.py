"""The command line: what every option does, and that mistakes are told in one line."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import threading

import pytest

from mcp_server.analysis import ANALYSES
from mcp_server.cli import main
from smtp2go_kit import Client
from smtp2go_kit.operation import Effect
from smtp2go_kit.operations import all_operations
from smtp2go_kit.sandbox import Sandbox
from smtp2go_kit.sandbox.server import Server

KEY = "api-0123456789ABCDEFabcdef0123456789"
NOW = "2026-11-24T12:00:00+00:00"
MOST_INSTRUCTIONS = 2048
ASKED = {analysis.name for analysis in ANALYSES}
FREE = {analysis.name for analysis in ANALYSES if not analysis.needs}
"""Analyses that a key needs no permission for."""
NAMES = {op.name for op in all_operations()}
READS = {op.name for op in all_operations() if op.effect is Effect.READ}
MESSAGE = {"sender": "a@example.com", "to": ["b@example.com"], "subject": "Hi", "text_body": "Hi"}
MISTAKES = {
    "--http": ["8000", ":8000", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1"],
    "--toolsets": ["", ",", "mail", "activity,mail"],
    "--allow-recipients": ["", "ann", "ann@", "a@example.com,b"],
    "--max-recipients": ["", "0", "301", "-1", "1.5", "many"],
    "--writes-per-hour": ["", "-1", "1.5", "many", "9" * 5000],
    "--attach-from": ["", "/no/such/folder", "/dev/null"],
    "--account": ["", "a b", "a-b", "ä", "1"],
    "--seed": ["", "-1", "one"],
    "--now": ["", "yesterday", "2026-13-01"],
    "--bogus": [""],
}


@contextlib.contextmanager
def serving(**options):
    """What reaches a sandbox that speaks as today's service, which tells what a key may call."""
    with Server(Sandbox(now=NOW, contract="served", **options)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield {"SMTP2GO_BASE_URL": server.url, "SMTP2GO_API_KEY": server.sandbox.api_key}
        finally:
            server.shutdown()
            thread.join()


def told(outcome):
    """The one line of a start that failed."""
    code, out, err = outcome
    assert (code, out) == (2, "")
    assert re.fullmatch(r"smtp2go-mcp: .*\n", err), err
    assert len(err) < 400 + len("9" * 5000) * ("9" * 5000 in err)
    return err


@pytest.fixture
def mistake(capsys, monkeypatch):
    """The one line that a mistake is told in: ``mistake(*options, **environment)``."""

    def made(*options, **environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            main(options)
        return told((ended.value.code, *capsys.readouterr()))

    return made


@pytest.mark.parametrize("option", MISTAKES)
def test_a_mistake_is_told_in_one_line_that_names_the_option(option, mistake):
    for value in MISTAKES[option]:
        line = mistake("--sandbox", option, value)
        assert option in line
        assert "smtp2go-mcp --help" in line


def test_mistakes_between_options_are_told_as_well(mistake):
    assert "--http" in mistake("--sandbox", "--no-token")
    assert "SMTP2GO_API_KEY_SHOP" in mistake("--account", "shop")
    assert "SMTP2GO_API_KEY_SHOP" in mistake("--account", "shop", SMTP2GO_API_KEY_SHOP=" ")


def test_without_a_key_one_line_says_what_to_do(ended):
    line = told(ended(PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring"))
    assert "SMTP2GO_API_KEY" in line
    assert "--sandbox" in line
    assert "Client(" not in line  # that is advice to programmers


def test_a_key_or_an_address_that_cannot_be_right_is_told_without_the_key(mistake):
    assert KEY[:9] not in mistake(SMTP2GO_API_KEY=KEY[:9] + " " + KEY[9:])
    assert "SMTP2GO_REGION" in mistake(SMTP2GO_API_KEY=KEY, SMTP2GO_REGION="mars")
    assert "SMTP2GO_BASE_URL" in mistake(SMTP2GO_API_KEY=KEY, SMTP2GO_BASE_URL="ftp://x")


def test_the_version_and_the_help_are_on_stdout(ended):
    code, out, err = ended("--version")
    assert (code, err) == (0, "")
    assert re.fullmatch(r"smtp2go-mcp \d+\.\d+\.\d+\n", out)
    code, out, err = ended("--help")
    assert (code, err) == (0, "")
    assert all(option in out for option in MISTAKES if option != "--bogus")


def test_by_default_every_operation_is_offered(talk):
    with talk("--sandbox") as server:
        assert set(server.tools) == ASKED | NAMES | {"preview"}
        assert "no blind copies" in server.instructions
        assert "dry run" not in server.instructions


def test_toolsets_leave_out_the_other_headings(talk):
    with talk("--sandbox", "--toolsets", " stats, domain") as server:
        expected = {op.name for op in all_operations() if op.title[:5] in ("stats", "domai")}
        assert set(server.tools) == expected | {"preview"}
        refused = server.call("email_send", **MESSAGE)
        assert "Unknown tool" in refused


def test_read_only_leaves_out_whatever_changes(talk):
    with talk("--sandbox", "--read-only") as server:
        assert set(server.tools) == ASKED | READS
        assert "only reads" in server.instructions
        assert "Unknown tool" in server.call("preview", tool="email_send", arguments=MESSAGE)


def test_limits_are_told_and_kept(talk):
    options = ("--allow-recipients", "ann@example.com,@Example.org", "--max-recipients", "2")
    with talk("--sandbox", *options, "--writes-per-hour", "7", "--dry-run") as server:
        for limit in ("2 recipients", "7 changes", "ann@example.com, @example.org", "dry run"):
            assert limit in server.instructions
        assert "b@example.com" in server.call("email_send", **MESSAGE)
        many = [f"{name}@example.org" for name in "abc"]
        assert "2" in server.call("email_send", **{**MESSAGE, "to": many})
        server.call("email_send", **{**MESSAGE, "to": many[:2]})


def test_blind_copies_are_for_those_who_allow_them(talk):
    copied = {"tool": "email_send", "arguments": {**MESSAGE, "bcc": ["c@example.com"]}}
    with talk("--sandbox") as server:
        assert "--allow-bcc" in server.call("preview", **copied)
    with talk("--sandbox", "--allow-bcc") as server:
        assert "no blind copies" not in server.instructions
        assert "c@example.com" in server.call("preview", **copied)


def test_the_sandbox_is_the_account_and_the_moment_asked_for(talk):
    moment, found = "2025-03-04T12:00:00Z", []
    for seed in (2, 3):
        with talk("--sandbox", "--seed", str(seed), "--now", moment) as server:
            found.append(server.call("activity_search", limit=5))
        own = Client.sandbox(seed=seed, now=moment).activity.search(limit=5)
        assert all(address in found[-1] for address in own["recipient"])
        assert "2025-03-04" in found[-1]
    assert found[0] != found[1]


def test_the_log_goes_where_it_is_asked_to_or_nowhere(talk, tmp_path):
    usual, chosen = tmp_path / "smtp2go-kit" / "audit.jsonl", tmp_path / "my" / "log.jsonl"
    for options, expected in (
        ((), usual),
        (("--audit-log", str(chosen)), chosen),
        (("--no-audit",), None),
    ):
        with talk("--sandbox", "--dry-run", *options) as server:
            server.call("suppression_add", email_address="x@example.com")
        found = [path for path in (usual, chosen) if path.exists()]
        assert found == ([expected] if expected else [])
        if expected:
            line = json.loads(expected.read_text(encoding="utf-8").splitlines()[0])
            assert line["tool"] == "suppression_add"
            assert expected.stat().st_mode & 0o077 == 0
            expected.unlink()


@pytest.mark.parametrize("option", [(), ("--account", "shop")])
def test_an_account_is_the_one_whose_key_is_named(option, talk):
    with serving(permissions=["*"]) as environment:
        key = environment.pop("SMTP2GO_API_KEY")
        name = "SMTP2GO_API_KEY_SHOP" if option else "SMTP2GO_API_KEY"
        other = {"SMTP2GO_API_KEY": KEY} if option else {"SMTP2GO_API_KEY_SHOP": KEY}
        with talk(*option, **environment, **other, **{name: key}) as server:
            assert ("shop" in server.instructions) is bool(option)
            assert key not in server.instructions
            assert "domain" in server.call("domain_view")


@pytest.mark.parametrize(
    ("paths", "allowed"),
    [
        (["*"], NAMES),
        (["/stats/*"], {op.name for op in all_operations() if op.path.startswith("/stats/")}),
        (["/email/send", "/domain/*"], {"email_send"} | {n for n in NAMES if n[:7] == "domain_"}),
        (["/webhook/*"], set()),
    ],
)
def test_tools_that_the_key_may_not_use_are_left_out_and_named(paths, allowed, talk):
    everything = ("--dry-run", "--allow-recipients", ",".join(["someone@example.com"] * 99))
    with serving(permissions=paths) as environment, talk(*everything, **environment) as server:
        offered = set(server.tools)
        assert offered - {"preview"} - ASKED == allowed
        assert offered & ASKED == {
            each.name for each in ANALYSES if allowed >= {need.name for need in each.needs}
        }
        assert offered >= FREE
        assert ("preview" in offered) is bool(allowed - READS)
        told = server.instructions
        assert len(told) <= MOST_INSTRUCTIONS
        named = told.partition("may not use: ")[2].rstrip(".\n").split(", ")
        assert {name for name in named if name} == NAMES - allowed


@pytest.mark.parametrize(("group", "some"), [("email", True), ("domain", False)])
def test_permissions_and_toolsets_and_read_only_add_up(group, some, talk):
    options = ("--toolsets", group, "--read-only")
    with serving(permissions=["/email/*"]) as environment, talk(*options, **environment) as server:
        expected = {op.name for op in all_operations() if op.path.startswith("/email/")} & READS
        assert set(server.tools) == (expected if some else set())


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)]
)
def test_a_signal_ends_it_quietly_even_while_it_loads(number, code, spawn):
    process = spawn("--sandbox", PYTHONPROFILEIMPORTTIME="1")
    while "mcp_types" not in process.stderr.readline():
        pass
    process.send_signal(number)
    out, err = process.communicate(timeout=5)
    assert (process.returncode, out) == (code, "")
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)]
)
def test_a_signal_ends_it_quietly_while_it_serves(number, code, talk):
    with talk("--sandbox") as server:
        server.process.send_signal(number)
        assert server.process.wait(timeout=5) == code
        assert server.process.stderr.read() == ""


def test_when_the_client_leaves_it_ends_with_0(spawn):
    process = spawn("--sandbox")
    assert process.communicate("", timeout=10) == ("", "")
    assert process.returncode == 0
