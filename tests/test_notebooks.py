"""The notebooks as they are stored, and run on an account of a key: what they leave, and ask for.

nbval runs them first, on the sandbox (``pytest notebooks``). Here they run once more, on an account
without mail whose key must stay hidden, and with widget states stored, as other tools do.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from smtp2go_kit import Client, Sandbox
from smtp2go_kit.operation import Effect
from smtp2go_kit.operations import GROUPS
from smtp2go_kit.sandbox.server import Server

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
WIDGET = "application/vnd.jupyter.widget-view+json"
MOST_BYTES = 400_000
KEY = re.compile(r"api-[0-9A-Za-z]{32}")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
PLOT = re.compile(r"^_ = ", re.MULTILINE)
PASSWORDS = {"TYPED": "canary-typed-4711!", "FILLED": "canary-filled-0815!"}
FILLED_IN = "canary-user"
PASSWORD_CELLS = (
    """
import os
from smtp2go_kit import Client, forms

desk = forms.smtp_users(Client.sandbox(empty=True))
add = desk.actions["add"]
add.fill(username="canary-user", email_password=os.environ["FILLED"])
desk""",
    """
add.submit()
desk.picker.value = "canary-user"
edit = desk.actions["edit"]
edit.entries["email_password"].inputs[0].value = os.environ["TYPED"]
edit""",
    """
edit.submit()
edit.result""",
)

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


@dataclass
class Run:
    """The notebooks after a run, and what was asked of the account meanwhile.

    Args:
        texts: Each one's whole file, by name.
        paths: The paths that were asked for.
        key: The account's key.
    """

    texts: dict[str, str]
    paths: set[str]
    key: str


@pytest.fixture(scope="module")
def run() -> Run:
    sandbox = Sandbox(empty=True)
    paths = _remembered(sandbox)
    server = Server(sandbox)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with pytest.MonkeyPatch.context() as patch:
        given = {"SMTP2GO_API_KEY": sandbox.api_key, "SMTP2GO_BASE_URL": server.url}
        for name, value in {**given, **PASSWORDS, "MPLBACKEND": "agg"}.items():
            patch.setenv(name, value)
        texts = asyncio.run(_all_run())
    server.shutdown()
    server.server_close()
    return Run(texts, paths, sandbox.api_key)


def _remembered(sandbox: Sandbox) -> set[str]:
    paths: set[str] = set()
    respond = sandbox.service.respond

    def remembering(method: str, path: str, *rest: Any) -> Any:
        paths.add(path.removeprefix("/v3"))
        return respond(method, path, *rest)

    sandbox.service.respond = remembering
    return paths


async def _all_run() -> dict[str, str]:
    two = asyncio.Semaphore(2)

    async def execute(path: Path) -> str:
        async with two:
            return await _executed(path)

    texts = await asyncio.gather(*map(execute, NOTEBOOKS))
    return dict(zip([path.stem for path in NOTEBOOKS], texts, strict=True))


async def _executed(path: Path) -> str:
    notebook = nbformat.read(path, as_version=4)
    notebook.cells += [nbformat.v4.new_code_cell(source) for source in PASSWORD_CELLS]
    folder = {"metadata": {"path": str(path.parent)}}
    await NotebookClient(notebook, resources=folder, store_widget_state=True).async_execute()
    return json.dumps(notebook, ensure_ascii=False)


def _outputs(notebook: Any) -> Iterator[Any]:
    for cell in notebook.cells:
        yield from cell.get("outputs", [])


def _encoded(secret: str) -> Iterator[str]:
    """What base64 makes of a secret, wherever in a longer text it stands."""
    for before in range(3):
        whole = base64.b64encode(b"x" * before + secret.encode()).decode()
        yield whole[4 * bool(before) : -4]


def test_there_are_notebooks() -> None:
    assert [path.stem[:2] for path in NOTEBOOKS] == ["00", "10", "20", "30", "40", "45", "50", "60"]


@every_notebook
def test_a_stored_notebook_ran_from_top_to_bottom_without_an_error(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))
    assert not [output for output in _outputs(notebook) if output.output_type == "error"]


@every_notebook
def test_a_stored_notebook_shows_each_of_its_plots(path: Path) -> None:
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code" and PLOT.search(cell.source):
            assert any("image/png" in output.get("data", {}) for output in cell.outputs)


@every_notebook
def test_a_stored_notebook_holds_no_widget_but_its_still_page(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    assert "widgets" not in notebook.metadata
    assert WIDGET not in path.read_text(encoding="utf-8")


@every_notebook
def test_a_stored_notebook_is_small_and_holds_no_key_and_no_place_on_this_machine(
    path: Path,
) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text) < MOST_BYTES
    assert not KEY.search(text)
    assert str(ROOT) not in text
    assert f"{Path.home()}/" not in text


@every_notebook
def test_a_notebook_begins_with_its_title_and_says_which_account_it_runs_on(path: Path) -> None:
    first = nbformat.read(path, as_version=4).cells[0]
    assert first.cell_type == "markdown"
    assert re.match(r"# \S", first.source)
    assert "**sandbox**" in first.source


@every_notebook
def test_a_notebook_links_only_to_files_that_are_there(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    told = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    for link in LINK.findall(told):
        assert (path.parent / link).is_file(), link


@pytest.mark.parametrize(
    ("path", "following"), [*itertools.pairwise(NOTEBOOKS)], ids=lambda path: path.stem
)
def test_a_notebook_ends_by_leading_to_the_next_one(path: Path, following: Path) -> None:
    last = nbformat.read(path, as_version=4).cells[-1]
    assert last.source.splitlines()[-1].startswith(f"Next: [{following.stem}]({following.name})")


def test_notebooks_run_on_an_account_without_mail_and_say_so(run: Run) -> None:
    reading = {"00_tour", "10_activity", "30_domains", "40_suppressions"}
    assert {name for name, text in run.texts.items() if "Connected: " in text} == reading


def test_notebooks_only_read_from_the_account_of_a_key(run: Run) -> None:
    client = Client.sandbox(empty=True)
    operations = [op for group in GROUPS for op in getattr(client, group)._operations()]
    reads = {op.path for op in operations if op.effect is Effect.READ}
    assert "/activity/search" in run.paths
    assert run.paths - reads == set()


def test_a_notebook_that_ran_holds_no_key_and_no_password_even_in_its_widgets(run: Run) -> None:
    for name, text in run.texts.items():
        assert FILLED_IN in json.dumps(json.loads(text)["metadata"]["widgets"]), name
        for secret in (run.key, *PASSWORDS.values()):
            assert secret not in text, name
            assert not [part for part in _encoded(secret) if part in text], name
