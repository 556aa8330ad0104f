"""The server over streamable HTTP, behind a bearer token."""

from __future__ import annotations

import hmac
import ipaddress
import logging
import secrets
import socket
from typing import Any

from mcp.server import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
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
        self._expected = token.encode()

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
        if len(given) != 1:
            return False
        scheme, _, token = given[0].strip().partition(b" ")
        return scheme.lower() == b"bearer" and hmac.compare_digest(token.strip(), self._expected)


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

    logging.getLogger("uvicorn.error").addFilter(_is_news)
    app: Any = server.streamable_http_app(
        streamable_http_path=PATH, host=host, transport_security=_security(host)
    )
    if token is not None:
        app = BearerToken(app, token)
    config = uvicorn.Config(app, log_level="warning", lifespan="on")
    uvicorn.Server(config).run(sockets=[bound])


def _security(host: str) -> TransportSecuritySettings:
    """Only pages of this machine may ask a server of this machine; others need the token."""
    if not is_loopback(host):
        return TransportSecuritySettings(enable_dns_rebinding_protection=False)
    named = [f"[{host}]" if ":" in host else host, "127.0.0.1", "localhost", "[::1]"]
    return TransportSecuritySettings(
        allowed_hosts=[f"{name}:*" for name in named],
        allowed_origins=[f"http://{name}:*" for name in named],
    )


def _is_news(record: logging.LogRecord) -> bool:
    # Streams that clients listen on end with the server.
    return "without completing response" not in record.getMessage()
