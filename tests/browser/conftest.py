"""Notebooks in a real browser: JupyterLab, Notebook 7 and Voila in Chromium, on the sandbox.

Run as a process of its own (``python -m pytest tests/browser``), as the synchronous Playwright
leaves a running loop behind; ``tests/test_browser.py`` does that.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.browser.servers import PATIENCE, TOKEN, Lab, Program, Served

MILLISECONDS = 1000
FLAGS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)
PATHS = {"lab": "doc/tree", "notebook": "notebooks"}
"""Where an application shows one notebook: JupyterLab and Notebook 7, of the same server."""
RAN = re.compile(r"\[\d+\]:")
FAILED = pytest.StashKey[bool]()

expect.set_options(timeout=15 * MILLISECONDS)


@pytest.fixture(scope="session")
def _server() -> Iterator[Served]:
    served = Served()
    yield served
    served.close()


@pytest.fixture
def served(_server: Served) -> Served:
    """The account that the notebooks' ``connect()`` finds, as it was at the start."""
    _server.renew()
    return _server


@pytest.fixture(scope="session")
def lab(_server: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab as ``smtp2go-kit lab`` opens it, with the served account."""
    place = tmp_path_factory.mktemp("lab")
    environment = {**_server.environment, "JUPYTER_TOKEN": TOKEN}
    command = ("-m", "smtp2go_kit", "lab", "--no-browser", "--folder", str(place / "work"))
    program = Program(place, environment, *command)
    try:
        program.wait_for(f"api/status?token={TOKEN}")
        yield Lab(program.url, place / "work")
    finally:
        program.close()


@pytest.fixture(scope="session")
def chromium(chromium_path: str) -> Iterator[Browser]:
    """A browser for the whole session."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=FLAGS)
        yield browser
        browser.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Iterator[pytest.TestReport]:
    report = yield
    item.stash[FAILED] = report.failed or item.stash.get(FAILED, False)
    return report


@pytest.fixture
def screenshot() -> Callable[[Page, str], Path]:
    """Stores what a page shows, in ``$SCREENSHOTS`` or beside the tests."""

    def store(page: Page, name: str) -> Path:
        folder = Path(os.environ.get("SCREENSHOTS") or Path(__file__).parent / "screenshots")
        path = folder / f"{re.sub('[^a-zA-Z0-9]+', '-', name).strip('-')}.png"
        page.screenshot(path=path)
        return path

    return store


@pytest.fixture
def new_page(
    chromium: Browser, request: pytest.FixtureRequest, screenshot: Callable[[Page, str], Path]
) -> Iterator[Callable[..., Page]]:
    """Opens pages; those of a test that fails are stored as screenshots."""
    pages: list[Page] = []

    def make(**options: Any) -> Page:
        size = {"width": 1280, "height": 1000}
        context = chromium.new_context(**{"viewport": size, **options})
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        pages.append(context.new_page())
        return pages[-1]

    yield make
    for number, page in enumerate(pages):
        if request.node.stash.get(FAILED, False):
            screenshot(page, f"failed-{request.node.name}-{number}")
        page.context.close()


@dataclass(frozen=True)
class Opened:
    """A notebook in the browser, all of whose cells ran.

    Args:
        page: The whole page.
        output: What the cells put out, without their source and without Jupyter's own controls.
        path: The notebook's file.
    """

    page: Page
    output: Locator
    path: Path


def write_notebook(path: Path, cells: list[str]) -> Path:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, path)
    return path


def run_all(page: Page) -> None:
    idle = page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']")
    idle.first.wait_for(timeout=PATIENCE * MILLISECONDS)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    last = page.locator(".jp-CodeCell .jp-InputPrompt").last
    expect(last).to_have_text(RAN, timeout=PATIENCE * MILLISECONDS)


@pytest.fixture
def open_notebook(
    lab: Lab, served: Served, new_page: Callable[..., Page]
) -> Iterator[Callable[..., Opened]]:
    """Opens a notebook of these code cells, or one of the project's by its name, and runs it."""

    def make(cells: list[str] | str, app: str = "lab", **options: Any) -> Opened:
        name = cells if isinstance(cells, str) else f"test_{time.monotonic_ns()}.ipynb"
        if not isinstance(cells, str):
            write_notebook(lab.folder / name, cells)
        page = new_page(**options)
        page.goto(f"{lab.url}/{PATHS[app]}/{name}?token={TOKEN}&reset")
        lab.wait_for_kernel(name)
        run_all(page)
        return Opened(page, page.locator(".jp-Cell-outputWrapper"), lab.folder / name)

    yield make
    lab.end_kernels()


@pytest.fixture
def open_voila(
    served: Served, new_page: Callable[..., Page], tmp_path: Path
) -> Iterator[Callable[..., Opened]]:
    """Opens a notebook of these code cells as a page without its source, as Voila shows it."""
    programs: list[Program] = []

    def make(cells: list[str], **options: Any) -> Opened:
        path = write_notebook(tmp_path / "page.ipynb", cells)
        command = ("-m", "voila", "--no-browser", "--Voila.ip=127.0.0.1", str(path))
        programs.append(Program(tmp_path, served.environment, *command))
        programs[-1].wait_for("voila/static/voila.js")
        page = new_page(**options)
        page.goto(programs[-1].url, timeout=PATIENCE * MILLISECONDS)
        return Opened(page, page.locator("#rendered_cells"), path)

    yield make
    for program in programs:
        program.close()


@pytest.fixture
def axe() -> Callable[[Page, str], list[dict[str, Any]]]:
    """What axe-core finds wrong with a part of a page for people who use assistive technology."""
    core = Axe()

    def look(page: Page, selector: str) -> list[dict[str, Any]]:
        # JupyterLab's body has no height and hides what overflows: axe would take all for hidden.
        page.add_style_tag(content="body { overflow: visible !important }")
        return list(core.run(page, context=selector).response["violations"])

    return look
