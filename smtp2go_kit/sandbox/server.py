"""The sandbox served over HTTP to any client in any language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import urlsplit

from smtp2go_kit.call import MOST_EMAIL
from smtp2go_kit.sandbox.requests import Refused
from smtp2go_kit.sandbox.service import refusal
from smtp2go_kit.sandbox.transport import Sandbox

HOST = "127.0.0.1"
MOST_READ = 2 * MOST_EMAIL


class Server(ThreadingHTTPServer):
    """Serves one sandbox on this machine's loopback interface.

    Args:
        sandbox: The account to serve.
        port: The port; 0 takes a free one, which ``url`` then names.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, sandbox: Sandbox, port: int = 0) -> None:
        self.sandbox = sandbox
        super().__init__((HOST, port), _Exchange)

    @property
    def url(self) -> str:
        """The base URL to give to a client."""
        return f"http://{HOST}:{self.server_port}/v3"


def _size(text: str, base: int) -> int:
    if not re.fullmatch("[0-9a-fA-F]{1,16}", text):
        raise ValueError(f"{text!r} is not a length")
    return int(text, base)


class _Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body leave in two writes; with Nagle's algorithm each answer takes 40 ms.
    disable_nagle_algorithm = True
    wbufsize = -1

    def _respond(self) -> None:
        try:
            content = self._body()
        except ValueError:
            self.send_error(400, "The request's body has no readable length")
            return
        headers = {name.lower(): text for name, text in self.headers.items()}
        server = cast(Server, self.server)
        path = urlsplit(self.path).path
        told = server.sandbox.service.respond(self.command, path, headers, content)
        self._write(told.status, told.headers, told.content)

    def _write(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, text in headers.items():
            self.send_header(name, text)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer in JSON what is not even a request to the API, and hang up."""
        self.close_connection = True
        told = refusal(Refused(message or explain or "Bad request", status=code), "")
        self._write(told.status, {**told.headers, "connection": "close"}, told.content)

    def handle_expect_100(self) -> bool:
        """Let a client that waits for leave send its body at once."""
        told = super().handle_expect_100()
        self.wfile.flush()
        return told

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            return b"".join(self._chunks())
        size = _size(self.headers.get("content-length", "0"), 10)
        if size > MOST_READ:
            self.close_connection = True
            return b" " * (MOST_EMAIL + 1)
        return self.rfile.read(size)

    def _chunks(self) -> Iterator[bytes]:
        while size := _size(self.rfile.readline().split(b";")[0].strip().decode("latin-1"), 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass

    do_POST = do_GET = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _respond  # noqa: N815 - http.server's names

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Stay quiet: stdout carries one line only."""
