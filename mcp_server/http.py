"""The server over streamable HTTP, behind a bearer token."""

from __future__ import annotations

import hmac
import ipaddress
import secrets
import socket
from typing import Any

from mcp.server import MCPServer
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

TOKEN = "SMTP2GO_MCP_TOKEN"  # noqa: S105 - the name of an environment variable
PATH = "/mcp"


class BearerToken:
    """Answers 401 to every HTTP request that does not carry the token.

    Args:
        app: What to protect.
        token: The token.
    """

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] == "http" and not self._carries(scope):
            refusal = JSONResponse(
                {"error": "Send the header Authorization: Bearer <the server's token>"},
                401,
                {"WWW-Authenticate": 'Bearer realm="smtp2go-mcp"'},
            )
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _carries(self, scope: Scope) -> bool:
        given = [value for name, value in scope["headers"] if name == b"authorization"]
        return len(given) == 1 and hmac.compare_digest(given[0].strip(), self._expected)


def generate_token() -> str:
    """A new token of 256 bits."""
    return secrets.token_urlsafe(32)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a host name or address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there.

    Args:
        host: The address.
        port: The port; 0 for any free one.

    Raises:
        OSError: It cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(128)
    except OSError:
        made.close()
        raise
    return made


def run(server: MCPServer[object], bound: socket.socket, host: str, token: str | None) -> None:
    """Serve until interrupted.

    Args:
        server: The server.
        bound: The socket to serve on.
        host: The host it was asked to serve on.
        token: The bearer token; none only on loopback.
    """
    import uvicorn

    app: Any = server.streamable_http_app(streamable_http_path=PATH, host=host)
    if token is not None:
        app = BearerToken(app, token)
    config = uvicorn.Config(app, log_level="warning", lifespan="on")
    uvicorn.Server(config).run(sockets=[bound])
