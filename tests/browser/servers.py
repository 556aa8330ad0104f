"""What the browser and the notebooks talk to: the sandbox over HTTP, JupyterLab, Voila."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from smtp2go_kit import Sandbox
from smtp2go_kit.sandbox.server import Server
from smtp2go_kit.sandbox.service import Response

NOW = "2026-11-24T09:00:00"
TOKEN = "token-of-the-tests"
PATIENCE = 60


class Served:
    """The sandbox over HTTP, which remembers what it is asked and can be slow.

    Attributes:
        sandbox: The account, new for each test.
        asked: The path and the body of each request, less the key.
        delay: Seconds that each answer takes; what was asked for is done before.
    """

    def __init__(self) -> None:
        self.renew()
        self.service = self  # what the server asks: requests pass through here
        self.server = Server(self)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def renew(self) -> None:
        self.sandbox = Sandbox(seed=1, now=NOW)
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.delay = 0.0

    def respond(
        self, method: str, path: str, headers: Mapping[str, str], content: bytes
    ) -> Response:
        body = {k: v for k, v in json.loads(content or b"{}").items() if k != "api_key"}
        self.asked.append((path.removeprefix("/v3"), body))
        told = self.sandbox.service.respond(method, path, headers, content)
        time.sleep(self.delay)
        return told

    def count(self, path: str) -> int:
        """How often a path was asked for."""
        return [asked for asked, _ in self.asked].count(path)

    @property
    def environment(self) -> dict[str, str]:
        return {"SMTP2GO_BASE_URL": self.server.url, "SMTP2GO_API_KEY": self.sandbox.api_key}

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Program:
    """A web server in a process of its own.

    Args:
        place: Its home, and where its output goes.
        environment: What it is given besides this process's environment.
        arguments: What Python runs; ``--port`` is added.
    """

    def __init__(self, place: Path, environment: dict[str, str], *arguments: str) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._log = place / "log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, *arguments, f"--port={port}"],
                env={**os.environ, "HOME": str(place), "TMPDIR": str(place), **environment},
                stdout=log,
                stderr=log,
            )

    def wait_for(self, path: str) -> None:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                httpx.get(f"{self.url}/{path}", timeout=PATIENCE).raise_for_status()
            except httpx.HTTPError:
                alive = self._process.poll() is None and time.monotonic() < end
                assert alive, self._log.read_text()
                time.sleep(0.1)
            else:
                return

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE)


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab.

    Args:
        url: Its address.
        folder: Its notebooks: a copy of the project's, and those of the tests.
    """

    url: str
    folder: Path

    def wait_for_kernel(self, name: str) -> None:
        """Wait until a page is connected to a notebook's kernel; it calls itself idle before."""
        end = time.monotonic() + PATIENCE
        while not any(
            each["path"] == name and each["kernel"]["connections"]
            for each in self.ask("GET", "sessions").json()
        ):
            assert time.monotonic() < end, f"{name} got no kernel"
            time.sleep(0.05)

    def end_kernels(self) -> None:
        for each in self.ask("GET", "sessions").json():
            self.ask("DELETE", f"sessions/{each['id']}")

    def choose(self, plugin: str, **settings: Any) -> None:
        """Change settings for the pages that are opened from now on.

        Args:
            plugin: Whose settings, such as ``@jupyterlab/apputils-extension:themes``.
            settings: The settings; those that are not named are as at the start.
        """
        raw = {"raw": json.dumps(settings)}
        self.ask("PUT", f"settings/{plugin}", "lab/api", json=raw).raise_for_status()

    def ask(self, method: str, path: str, under: str = "api", **options: Any) -> httpx.Response:
        headers = {"Authorization": f"token {TOKEN}"}
        url = f"{self.url}/{under}/{path}"
        return httpx.request(method, url, headers=headers, timeout=PATIENCE, **options)
