"""JupyterLab on a copy of the notebooks: what it is given, and what it leaves behind."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import httpx
import pytest
from jupyter_client.blocking import BlockingKernelClient
from websocket import create_connection

from smtp2go_kit import lab
from smtp2go_kit.cli import main

ROOT = Path(__file__).parent.parent
CANARY = "api-CANARYcanary0123456789CANARY0123"
BY_FIVE_MEGABYTES = "0123456789abcdef" * (5 * 1024 * 1024 // 16)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Lab:
    """The command as a process of its own, with a home and a temporary folder that are empty.

    Args:
        place: Where these folders are made.
        arguments: Further arguments.
        environment: Further environment.
    """

    def __init__(self, place: Path, *arguments: str, **environment: str) -> None:
        self.home, self.temporary, self.log = place / "home", place / "tmp", place / "log"
        self.home.mkdir()
        self.temporary.mkdir()
        self.port = free_port()
        folders = {"HOME": str(self.home), "TMPDIR": str(self.temporary)}
        command = [sys.executable, "-m", "smtp2go_kit", "lab", "--no-browser"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*command, f"--port={self.port}", *arguments],
                env={**os.environ, **folders, **environment},
                stdout=log,
                stderr=log,
                cwd=place,
            )

    @property
    def told(self) -> str:
        return self.log.read_text()

    @property
    def place(self) -> Path:
        """The temporary folder that the command made."""
        return next(self.temporary.iterdir())

    def __enter__(self) -> Self:
        for _ in range(300):
            if found := re.search(rf"http://127.0.0.1:{self.port}/\S*token=(\w+)", self.told):
                break
            assert self.process.poll() is None, self.told
            time.sleep(0.1)
        assert found, self.told
        self.token = found[1]
        headers = {"Authorization": f"token {self.token}"}
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", headers=headers)
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()
        self.end(signal.SIGTERM)

    def end(self, by: signal.Signals) -> int:
        self.process.send_signal(by)
        return self.process.wait(30)

    def kernel(self) -> str:
        return str(self.http.post("/api/kernels", json={"name": "python3"}).json()["id"])

    def run(self, kernel: str, code: str) -> str:
        """What a cell prints in a kernel of this JupyterLab."""
        client = BlockingKernelClient()
        client.load_connection_file(str(self.place / "jupyter/runtime" / f"kernel-{kernel}.json"))
        client.start_channels()
        printed: list[str] = []
        keep = lambda message: printed.append(message["content"].get("text", ""))  # noqa: E731 - a hook of one line
        client.execute_interactive(code, output_hook=keep, timeout=30)
        client.stop_channels()
        return "".join(printed)


Start = Callable[..., Lab]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the command, and ends it at the latest with the test."""
    started: list[Lab] = []

    def make(*arguments: str, **environment: str) -> Lab:
        started.append(Lab(tmp_path, *arguments, **environment))
        return started[-1]

    yield make
    for each in started:
        each.end(signal.SIGTERM)


def test_a_changed_copy_survives_and_nothing_else_does(start: Start) -> None:
    keyring = "keyring.backends.chainer.ChainerBackend"
    with start("--sandbox", SMTP2GO_API_KEY=CANARY, PYTHON_KEYRING_BACKEND=keyring) as opened:
        kernel = opened.kernel()
        seen = opened.run(
            kernel,
            "import os, sys\nfrom smtp2go_kit import connect\nimport matplotlib.pyplot\nconnect()\n"
            "print(os.environ.get('SMTP2GO_API_KEY'), os.environ['PYTHON_KEYRING_BACKEND'])",
        )
        assert seen == (
            "SMTP2GO_API_KEY is not set: this is the sandbox, an invented account.\n"
            "None keyring.backends.null.Keyring\n"
        )
        copy = opened.place / "notebooks"
        assert names(copy) >= names(ROOT / "notebooks") - {".ipynb_checkpoints"}
        model = {"type": "notebook", "format": "json"}
        mine = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        answer = opened.http.put("/api/contents/mine.ipynb", json={**model, "content": mine})
        assert answer.status_code == 201
        assert opened.end(signal.SIGINT) == 0
    assert opened.told.startswith("SMTP2GO_API_KEY is not used: the notebooks use the sandbox")
    assert f"You changed the copy of the notebooks: it is kept in {copy}." in opened.told
    assert names(opened.place) == {"notebooks"}
    assert (copy / "mine.ipynb").exists()
    assert list(opened.home.iterdir()) == []
    assert CANARY not in opened.told


def test_an_unchanged_copy_is_removed_and_the_account_of_a_key_is_told(start: Start) -> None:
    account = {"SMTP2GO_API_KEY": CANARY, "SMTP2GO_BASE_URL": "http://127.0.0.1:9/v3"}
    with start(**account, JUPYTER_TOKEN="") as opened:
        assert opened.http.get("/api/status").status_code == 200
        assert httpx.get(f"{opened.http.base_url}/api/contents").status_code == 403
        shown = opened.http.get("/lab/tree/00_tour.ipynb").text
        assert '"news": {"disabled": true}' in shown
        first = opened.place / "notebooks" / "00_tour.ipynb"
        stamped = json.loads(first.read_text())
        stamped["metadata"]["language_info"]["version"] = "3.99"
        first.write_text(json.dumps(stamped, indent=1))
        assert opened.end(signal.SIGTERM) == 0
    assert opened.told.startswith("The account of your API key, at http://127.0.0.1:9/v3: what is")
    assert opened.told.endswith("Nothing was changed or kept.\n")
    assert list(opened.temporary.iterdir()) == list(opened.home.iterdir()) == []
    assert CANARY not in opened.told


def test_uploads_of_the_largest_email_reach_the_kernel(start: Start) -> None:
    with start() as opened:
        url = f"ws://127.0.0.1:{opened.port}/api/kernels/{opened.kernel()}/channels"
        socket = create_connection(f"{url}?token={opened.token}", timeout=30)
        upload = {"comm_id": "none", "data": {"value": 13 * BY_FIVE_MEGABYTES}}
        for kind, content in (("comm_msg", upload), ("kernel_info_request", {})):
            socket.send(json.dumps(message(kind, content)))
        while json.loads(socket.recv())["msg_type"] != "kernel_info_reply":
            pass
        socket.close()


def message(kind: str, content: Any) -> dict[str, Any]:
    header = {"msg_id": kind, "msg_type": kind, "session": "s", "username": "", "version": "5.3"}
    parts = {"parent_header": {}, "metadata": {}, "buffers": [], "channel": "shell"}
    return {"header": header, "content": content, **parts}


def test_a_folder_is_filled_but_never_overwritten_even_if_the_port_is_taken(
    start: Start, tmp_path: Path
) -> None:
    mine = tmp_path / "deep" / "mine"
    mine.mkdir(parents=True)
    (mine / "00_tour.ipynb").write_text("my own")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = start("--folder", "deep/mine", "--port", str(taken.getsockname()[1]))
        done.port = taken.getsockname()[1]
        assert done.process.wait(30) == 2
    assert (mine / "00_tour.ipynb").read_text() == "my own"
    assert names(mine) >= names(ROOT / "notebooks") - {".ipynb_checkpoints"}
    assert f"is in {mine}; it stays there" in done.told
    assert "Files that were there already are left as they are: 1." in done.told
    assert "is not available" in done.told
    assert list(done.temporary.iterdir()) == list(done.home.iterdir()) == []


def test_without_jupyterlab_one_line_says_what_to_install() -> None:
    code = (
        "import sys\nsys.modules['jupyterlab'] = None\n"
        "from smtp2go_kit.cli import main\nsys.exit(main(['lab']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    needed = 'smtp2go-kit: JupyterLab is not installed: pip install "smtp2go-kit[lab]"\n'
    assert (done.returncode, done.stdout, done.stderr) == (2, "", needed)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--port", "0"), "--port: expected a port from 1 to 65535, got '0'"),
        (("--port", "http"), "--port: expected a port"),
        (("--folder", __file__), "is not a folder"),
        (("--folder", f"{__file__}/in"), "could not open the notebooks: "),
        ((), "api_key: has a blank"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(
    arguments: tuple[str, ...],
    problem: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    if not arguments:
        monkeypatch.setenv("SMTP2GO_API_KEY", f"{CANARY} {CANARY}")
    try:
        status: object = main(["lab", *arguments])
    except SystemExit as end:
        status = end.code
    told = capsys.readouterr()
    assert status == 2
    assert problem in told.err
    assert told.err.count("\n") == 1
    assert told.out == ""
    assert CANARY not in told.err
    assert list(tmp_path.iterdir()) == []


def test_an_installed_package_holds_the_notebooks_where_they_are_looked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert [ROOT / included["notebooks"], ROOT / "notebooks"] == list(lab.SOURCES)
