"""The official Inspector, over both transports and in both eras."""

from __future__ import annotations

import json
import sys

import pytest

from mcp_server.analysis import ANALYSES
from smtp2go_kit.operations import all_operations

STDIO = (sys.executable, "-m", "mcp_server", "--sandbox")
LOOSE = """
from typing import Any
from mcp.server import MCPServer
server = MCPServer("loose")
@server.tool()
def anything(value: Any) -> None:
    "Takes anything."
server.run()
"""


@pytest.fixture
def inspect(node):
    """The Inspector's outcome for a target: ``inspect(target, *options, method=...)``."""

    def inspected(target, *options, method="tools/list"):
        return node(
            "mcp-inspector", "--cli", *options, *target, "--method", method, "--format", "json"
        )

    return inspected


@pytest.mark.parametrize("era", ["legacy", "modern"])
def test_strict_has_nothing_to_report_over_stdio(era, inspect):
    reports_nothing(inspect(STDIO, "--strict", "--protocol-era", era))


@pytest.mark.parametrize("era", ["legacy", "modern"])
def test_strict_has_nothing_to_report_over_http(era, inspect, serve):
    with serve() as served:
        header = ("--header", f"Authorization: Bearer {served.token}")
        reports_nothing(inspect([served.url, *header], "--strict", "--protocol-era", era))


def reports_nothing(done):
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert told.keys() == {"result"}
    assert len(told["result"]["tools"]) == len(ANALYSES) + len([*all_operations()]) + 1


def test_strict_would_report_a_loose_schema(inspect, tmp_path):
    (tmp_path / "loose.py").write_text(LOOSE, encoding="utf-8")
    done = inspect([sys.executable, str(tmp_path / "loose.py")], "--strict")
    assert "untyped-schema" in done.stdout
    assert "1 warning" in done.stderr


def test_its_calls_are_answered(inspect, serve):
    call = ("--tool-name", "domain_view", "--tool-args-json", "{}")
    with serve("--no-token") as served:
        for era in ("legacy", "modern"):
            done = inspect([served.url], "--protocol-era", era, *call, method="tools/call")
            assert (done.returncode, done.stderr) == (0, "")
            assert json.loads(done.stdout)["result"]["structuredContent"]


def test_without_the_token_it_is_told_to_authenticate(inspect, serve):
    with serve() as served:
        done = inspect([served.url])
        assert done.returncode == 3
        assert served.token not in done.stdout + done.stderr
