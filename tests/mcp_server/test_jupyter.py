"""The functions that Jupyter's own MCP server takes by its entry point: reads, and only reads."""

from __future__ import annotations

import importlib
import inspect
import json
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp.server.mcpserver.tools import Tool

from mcp_server import jupyter
from mcp_server.analysis import ANALYSES
from mcp_server.refusal import Refused
from smtp2go_kit import Client, Sandbox
from smtp2go_kit.operation import Effect
from smtp2go_kit.operations import all_operations
from smtp2go_kit.sandbox.server import Server

ROOT = Path(__file__).parents[2]


def loaded(spec: str) -> Any:
    """A function as Jupyter's server resolves it."""
    module, name = spec.rsplit(":", 1)
    return getattr(importlib.import_module(module), name)


def sandbox_line(text: str) -> str:
    return text.partition("\n")[0]


@pytest.fixture(autouse=True)
def _accounts_are_looked_up_anew() -> Iterator[None]:
    jupyter._setup.cache_clear()
    yield
    jupyter._setup.cache_clear()


@pytest.fixture(scope="module")
def seeded() -> Client:
    """A client of the invented account, for tests that only read."""
    return Client.sandbox(seed=1, now="2026-11-24T12:00:00")


def test_the_entry_point_names_the_list():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["jupyter_server_mcp.tools"] == {
        "smtp2go": "mcp_server.jupyter:TOOLS"
    }
    assert isinstance(jupyter.TOOLS, list)


def test_there_is_a_function_for_each_analysis_and_each_reading_operation_and_for_nothing_else():
    reads = [op.name for op in all_operations() if op.effect is Effect.READ]
    reads = [*(analysis.name for analysis in ANALYSES), *reads]
    assert [spec.partition(":")[2] for spec in jupyter.TOOLS] == [f"smtp2go_{n}" for n in reads]
    for operation in all_operations():
        offered = hasattr(jupyter, f"smtp2go_{operation.name}")
        assert offered is (operation.effect is Effect.READ)


@pytest.mark.parametrize("spec", jupyter.TOOLS)
def test_each_function_is_described_by_its_signature_and_its_docstring(spec, start):
    function = loaded(spec)
    assert function is loaded(spec)
    assert f"{function.__module__}:{function.__name__}" == spec
    shown = start().tools[function.__name__.removeprefix("smtp2go_")]["inputSchema"]
    signature = inspect.signature(function)
    assert [*signature.parameters] == [*shown["properties"]]
    assert signature.return_annotation is str
    head, _, arguments = inspect.getdoc(function).partition("\n\nArgs:\n")
    assert head.endswith(".")
    told = [line.strip() for line in arguments.splitlines()]
    assert told == [f"{k}: {v['description']}." for k, v in shown["properties"].items()]


@pytest.mark.parametrize("spec", jupyter.TOOLS)
def test_annotations_give_a_server_the_same_types_as_our_own_tool_has(spec, start):
    function = loaded(spec)
    ours = start().tools[function.__name__.removeprefix("smtp2go_")]["inputSchema"]["properties"]
    theirs = Tool.from_function(function).parameters["properties"]
    assert theirs.keys() == ours.keys()
    for name, schema in ours.items():
        either = theirs[name].get("anyOf", [theirs[name]])
        (typed,) = [t for t in either if t["type"] != "null"]
        assert typed["type"] == schema["type"]
        assert typed.get("enum") == schema.get("enum")
        assert typed.get("items", {}).get("enum") == schema.get("items", {}).get("enum")


@pytest.mark.parametrize("spec", jupyter.TOOLS)
def test_each_function_answers_what_our_own_tool_answers(
    spec, start, seeded, monkeypatch, questions
):
    function, session = loaded(spec), start(seeded)
    monkeypatch.setattr(jupyter, "_setup", SetupOf(session.setup))
    tool = function.__name__.removeprefix("smtp2go_")
    given = questions.get(tool, {})
    assert function(**given) == session.text(tool, **given)


class SetupOf:
    """Stands for the cached look-up of the account."""

    def __init__(self, setup: Any) -> None:
        self._setup = setup

    def __call__(self) -> Any:
        return self._setup

    def cache_clear(self) -> None:
        """Nothing is kept."""


def test_arguments_count_and_page_as_in_our_own_tool(start, seeded, monkeypatch):
    session = start(seeded)
    monkeypatch.setattr(jupyter, "_setup", SetupOf(session.setup))
    search = jupyter.smtp2go_activity_search
    counts = {"start_date": "30d", "group_by": ["recipient_domain", "event"], "limit": 3}
    assert search(**counts) == session.text("activity_search", **counts)
    page = {"start_date": "30d", "limit": 2, "fields": ["date", "recipient"]}
    cursor = session.data("activity_search", **page)["cursor"]
    following = {**page, "cursor": cursor}
    assert search(**following) == session.text("activity_search", **following)
    assert search(**following) != search(**page)


def test_without_a_key_the_answer_says_that_it_is_the_sandbox():
    text = jupyter.smtp2go_stats_email_summary()
    assert sandbox_line(text) == (
        "This is the sandbox, an invented account: SMTP2GO_API_KEY is not set."
    )
    assert "<<<data" in text


def test_with_a_key_the_answer_is_of_that_account_and_says_nothing_of_a_sandbox(monkeypatch):
    sandbox = Sandbox(seed=3)
    with Server(sandbox) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("SMTP2GO_API_KEY", sandbox.connection["api_key"])
        monkeypatch.setenv("SMTP2GO_BASE_URL", server.url)
        text = jupyter.smtp2go_domain_view()
        jupyter._setup().client.close()
        server.shutdown()
    assert "sandbox" not in text
    assert "<<<data" in text


def test_a_wrong_key_is_told_at_every_call_and_never_shown(monkeypatch):
    monkeypatch.setenv("SMTP2GO_API_KEY", "api-key with blanks")
    for _ in range(2):
        with pytest.raises(Refused, match="Only the user can fix this") as raised:
            jupyter.smtp2go_domain_view()
        assert "blanks" not in str(raised.value)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"limit": 500}, "limit: expected a number of rows from 1 to 100"),
        ({"search_recipeint": "ann"}, "Did you mean search_recipient?"),
        ({"start_date": "yesterday"}, "start_date: 'yesterday' is not a time"),
        ({"event_types": ["bounced"]}, "event_types"),
        ({"fields": ["secrets"]}, "fields: secrets unknown"),
        ({"cursor": "made up"}, "cursor"),
    ],
)
def test_what_is_wrong_is_told_in_words_that_help(arguments, words):
    with pytest.raises(Refused) as raised:
        jupyter.smtp2go_activity_search(**arguments)
    assert words in str(raised.value)


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"mcp_server.jupyter.*'smtp2go_email_send'"):
        _ = jupyter.smtp2go_email_send


def test_importing_it_and_looking_at_its_functions_loads_nothing_heavy():
    code = (
        "import inspect, json, sys\n"
        "from mcp_server import jupyter\n"
        "[inspect.signature(getattr(jupyter, t.partition(':')[2])) for t in jupyter.TOOLS]\n"
        "print(json.dumps(sorted({n.partition('.')[0] for n in sys.modules})))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    heavy = {"mcp", "mcp_types", "pydantic", "pandas", "numpy", "httpx", "IPython", "anyio"}
    assert not heavy & {*json.loads(done.stdout)}
