"""The users' README: its settings start the server, and it names every option there is."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import mcp
import pytest

from mcp_server.audit import NAME, state_folder
from mcp_server.options import make_parser
from mcp_server.server import TOOLSETS

README = Path(__file__).parents[2] / "mcp_server" / "README.md"
TEXT = README.read_text(encoding="utf-8")
PARSERS = {"json": json.loads, "toml": tomllib.loads}
KEY = "SMTP2GO_API_KEY"
CLIENTS = (
    "Claude Code",
    "Claude Desktop",
    "Cursor",
    "VS Code",
    "Codex CLI",
    "Gemini CLI",
    "Jupyter AI",
    "Several accounts",
)


@dataclass(frozen=True)
class Entry:
    """A server as a client's settings have it."""

    client: str
    command: str
    args: list[str]
    variables: dict[str, str]


def settings_of(client: str) -> dict[str, Any]:
    section = re.split(r"\n##", TEXT.partition(f"\n### {client}\n")[2])[0]
    ((kind, block),) = re.findall(r"```(json|toml)\n(.*?)```", section, re.DOTALL)
    return PARSERS[kind](block)


def entries_of(client: str) -> Iterator[Entry]:
    settings = settings_of(client)
    if client == "Jupyter AI":
        found = settings["mcp_servers"]
    else:
        (servers,) = (
            settings[k] for k in ("mcpServers", "servers", "mcp_servers") if k in settings
        )
        found = servers.values()
    for entry in found:
        yield Entry(client, entry["command"], entry["args"], variables_of(client, entry))


def variables_of(client: str, entry: dict[str, Any]) -> dict[str, str]:
    """What each variable gets, in the client's own words."""
    if client == "Codex CLI":
        return dict.fromkeys(entry["env_vars"], "passed on")
    if client == "Jupyter AI":
        return {pair["name"]: pair["value"] for pair in entry["env"]}
    return entry["env"]


ENTRIES = [entry for client in CLIENTS for entry in entries_of(client)]


@pytest.mark.anyio
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: f"{e.client}: {' '.join(e.args)}")
async def test_each_clients_settings_start_the_server(entry, tmp_path):
    command = shutil.which(entry.command, path=str(Path(sys.executable).parent))
    assert command is not None
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path), **entry.variables}
    # The sandbox has no key to be named.
    named = {
        "--account",
        *(after for before, after in pairwise(entry.args) if before == "--account"),
    }
    args = [*(text for text in entry.args if text not in named), "--sandbox"]
    started = mcp.StdioServerParameters(command=command, args=args, env=environment)
    async with mcp.Client(started) as client:
        tools = {tool.name for tool in (await client.list_tools()).tools}
    assert "activity_search" in tools
    assert ("email_send" in tools) is ("--read-only" not in entry.args)


def test_every_client_has_its_own_place_for_the_key():
    written = {entry.client: entry.variables for entry in ENTRIES}
    assert written["Claude Code"] == {KEY: "${SMTP2GO_API_KEY}"}
    assert written["Claude Desktop"] == {KEY: "api-..."}
    assert written["Cursor"] == {KEY: "${env:SMTP2GO_API_KEY}"}
    assert written["VS Code"] == {KEY: "${input:smtp2go-key}"}
    assert written["Codex CLI"] == {KEY: "passed on"}
    assert written["Gemini CLI"] == {KEY: "$SMTP2GO_API_KEY"}
    assert written["Jupyter AI"] == {KEY: "api-..."}


def test_vs_code_asks_for_what_its_settings_use():
    (asked,) = settings_of("VS Code")["inputs"]
    assert asked["type"] == "promptString"
    assert asked["password"] is True
    assert settings_of("VS Code")["servers"]["smtp2go"]["env"][KEY] == f"${{input:{asked['id']}}}"


def test_each_of_several_accounts_has_the_key_that_its_option_names():
    several = [entry for entry in ENTRIES if entry.client == "Several accounts"]
    assert len(several) == 2
    for entry in several:
        name = entry.args[entry.args.index("--account") + 1]
        assert [*entry.variables] == [f"{KEY}_{name.upper()}"]


def test_the_notebooks_settings_for_jupyter_are_of_the_same_form():
    notebook = json.loads((README.parents[1] / "notebooks" / "60_mcp.ipynb").read_text())
    texts = ["".join(cell["source"]) for cell in notebook["cells"]]
    (block,) = re.findall(r"```json\n(.*?)```", "\n".join(texts), re.DOTALL)
    (shown,) = json.loads(block)["mcp_servers"]
    (ours,) = settings_of("Jupyter AI")["mcp_servers"]
    assert shown.keys() == ours.keys()
    assert make_parser().parse_args(shown["args"]).toolsets < TOOLSETS


def test_every_option_is_told_and_no_other():
    options = {text for action in make_parser()._actions for text in action.option_strings}
    told = set(re.findall(r"--[a-z][a-z-]+", TEXT.partition("\n## Evals")[0]))
    assert told <= options
    assert options - told <= {"-h", "--help", "--version"}


def test_every_toolset_is_told():
    row = next(line for line in TEXT.splitlines() if line.startswith("| `--toolsets"))
    assert set(re.findall(r"`([a-z_]+)`", row)) == TOOLSETS


@pytest.mark.skipif(sys.platform != "linux", reason="the README's place on Linux")
def test_the_log_is_where_the_readme_says(monkeypatch):
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    assert state_folder() == Path("~/.local/state/smtp2go-kit").expanduser()
    assert f"`{NAME}`" in TEXT
    assert "`~/.local/state/smtp2go-kit/`" in TEXT


def test_the_comparison_has_a_cell_for_each_server_in_each_row():
    rows = [line for line in TEXT.splitlines() if line.startswith("|") and line.count("|") > 5]
    assert len({row.count("|") for row in rows}) == 1


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert target.startswith("https://") or (README.parent / target).exists()
    for anchor in re.findall(r"\]\(#([^)]+)\)", TEXT):
        headings = re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)
        assert anchor in {heading.lower().replace(" ", "-") for heading in headings}
