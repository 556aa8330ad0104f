"""The command line: ``smtp2go-mcp``."""

from __future__ import annotations

import argparse
import os
import signal
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NoReturn

from mcp_server.options import Parser, make_parser
from smtp2go_kit.settings import KEY

if TYPE_CHECKING:
    from mcp.server import MCPServer

    from mcp_server.policy import Policy
    from mcp_server.setup import Setup
    from smtp2go_kit.client import Client
    from smtp2go_kit.secret import Secret

INTERRUPTED = 130
LEAST_TOKEN = 16
"""Characters of a bearer token that other machines may try."""
PATIENCE = 3.0
"""Seconds to wait at the start for what the key may call."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until the client leaves, and return the exit status.

    Args:
        arguments: Command-line arguments; the process's own if not given.
    """
    parser = make_parser()
    options = parser.parse_args(arguments)
    try:
        _check(parser, options)
        return _serve(parser, options)
    except KeyboardInterrupt:
        return INTERRUPTED


def _serve(parser: Parser, options: argparse.Namespace) -> int:
    from mcp_server.server import serve

    setup = _setup(parser, options)
    permissions = None if options.sandbox else _permissions(options)
    server = serve(
        setup,
        toolsets=options.toolsets,
        read_only=options.read_only,
        permissions=permissions,
    )
    if options.http is None:
        # The SDK reads stdin in a thread that nothing interrupts until the client writes or leaves.
        signal.signal(signal.SIGINT, _leave)
        server.run()
        return 0
    return _serve_http(parser, options, server)


def _leave(*_: object) -> NoReturn:
    os._exit(INTERRUPTED)


def _serve_http(parser: Parser, options: argparse.Namespace, server: MCPServer[object]) -> int:
    from mcp_server import http

    host, port = options.http
    token = None if options.no_token else os.environ.get(http.TOKEN, "").strip()
    given = bool(token)
    if token == "":
        token = http.generate_token()
    try:
        bound = http.listen(host, port)
    except OSError as error:
        parser.error(f"--http: cannot listen on {host}:{port} ({error.strerror})")
    shown = f"[{host}]" if ":" in host else host
    print(f"http://{shown}:{bound.getsockname()[1]}{http.PATH}", flush=True)
    if token and not given:
        print(f"Authorization: Bearer {token}", flush=True)
    http.run(server, bound, host, token)
    return 0


def _check(parser: Parser, options: argparse.Namespace) -> None:
    if options.sandbox and options.account:
        parser.error("--account names a key, and --sandbox uses none; give one of them")
    if not options.sandbox and (options.seed, options.now) != (None, None):
        parser.error("--seed and --now belong to --sandbox")
    if options.http is not None:
        _check_http(parser, options)
    elif options.no_token:
        parser.error("--no-token belongs to --http")


def _check_http(parser: Parser, options: argparse.Namespace) -> None:
    from mcp_server import http

    host, _ = options.http
    token = os.environ.get(http.TOKEN, "").strip()
    if not http.is_loopback(host) and (options.no_token or len(token) < LEAST_TOKEN):
        parser.error(
            f"--http: {host} can be reached from other machines: set {http.TOKEN} to a random "
            f"text of {LEAST_TOKEN} characters or more first, or use 127.0.0.1"
        )


def _setup(parser: Parser, options: argparse.Namespace) -> Setup:
    from mcp_server import audit
    from mcp_server.setup import Setup

    connect, account = _account(parser, options)
    state = audit.state_folder()
    log = None if options.no_audit else options.audit_log or state / audit.NAME
    return Setup(
        connect, account, _policy(options), audit.AuditLog(log, account), state / "passwords"
    )


def _policy(options: argparse.Namespace) -> Policy:
    from mcp_server.policy import Policy

    return Policy(
        allow_recipients=options.allow_recipients,
        max_recipients=options.max_recipients,
        writes_per_hour=options.writes_per_hour,
        allow_bcc=options.allow_bcc,
        dry_run=options.dry_run,
        attach_from=tuple(options.attach_from),
    )


def _account(parser: Parser, options: argparse.Namespace) -> tuple[Callable[[], Client], str]:
    """How to connect, and whose account it is in words."""
    if options.sandbox:
        return lambda: _sandbox(options), "the sandbox, an invented account"
    from smtp2go_kit import settings
    from smtp2go_kit.errors import InvalidArgument, MissingKey

    key = _key(options)
    if key is not None and not key:
        parser.error(f"--account: {KEY}_{options.account.upper()} is not set in the environment")
    try:
        found = settings.resolve(key, None, None, 30.0, 3)
    except MissingKey:
        parser.error(
            f"no API key: set the environment variable {KEY} to one of the SMTP2GO app's under "
            "Sending > API Keys, or use --sandbox, which needs none"
        )
    except InvalidArgument as error:
        parser.error(f"{error.parameter}: {error.problem}. Or use --sandbox")
    label = f"{options.account} at {found.base_url}" if options.account else found.base_url
    return lambda: _connected(key), f"the account {label}"


def _key(options: argparse.Namespace) -> Secret | None:
    """The key of a named account; none where the usual places hold it."""
    from smtp2go_kit.secret import Secret

    name = f"{KEY}_{str(options.account).upper()}"
    return Secret(os.environ.get(name, "").strip()) if options.account else None


def _connected(key: Secret | None) -> Client:
    from smtp2go_kit.client import Client

    return Client(key)


def _sandbox(options: argparse.Namespace) -> Client:
    from smtp2go_kit.client import Client

    return Client.sandbox(seed=1 if options.seed is None else options.seed, now=options.now)


def _permissions(options: argparse.Namespace) -> Sequence[str] | None:
    from smtp2go_kit.client import Client
    from smtp2go_kit.permissions import permitted

    # A service that does not answer must not keep the server from starting.
    with Client(_key(options), timeout=PATIENCE, retries=0) as client:
        return permitted(client)
