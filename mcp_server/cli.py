"""The command line: ``smtp2go-mcp``."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from smtp2go_kit import __version__
from smtp2go_kit.operations import GROUPS
from smtp2go_kit.settings import KEY

if TYPE_CHECKING:
    from mcp.server import MCPServer

    from mcp_server.policy import Policy
    from mcp_server.setup import Setup
    from smtp2go_kit.client import Client
    from smtp2go_kit.secret import Secret

FAILED = 2
PATIENCE = 3.0
"""Seconds to wait at the start for what the key may call."""
DESCRIPTION = """\
SMTP2GO for assistants, as an MCP server over stdio, or over HTTP with --http.

The API key comes from SMTP2GO_API_KEY (or the keyring, with the extra `keyring`); --sandbox needs
none. Every tool that sends or changes asks the user first."""


class Parser(argparse.ArgumentParser):
    """Tells what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """End with status 2."""
        self.exit(FAILED, f"{self.prog}: {message}. See {self.prog} --help\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until the client leaves, and return the exit status.

    Args:
        arguments: Command-line arguments; the process's own if not given.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    _check(parser, options)
    try:
        return _serve(parser, options)
    except KeyboardInterrupt:
        return 130


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
        server.run()
        return 0
    return _serve_http(parser, options, server)


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
    from mcp_server import http

    if options.http is None:
        if options.no_token:
            parser.error("--no-token belongs to --http")
        return
    host, _ = options.http
    if not http.is_loopback(host) and (options.no_token or not os.environ.get(http.TOKEN)):
        parser.error(
            f"--http: {host} can be reached from other machines: set {http.TOKEN} to a long "
            "random text first, or use 127.0.0.1"
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
    from smtp2go_kit.errors import InvalidArgument

    key = _key(options)
    if key is not None and not key:
        parser.error(f"--account: {KEY}_{options.account.upper()} is not set in the environment")
    try:
        found = settings.resolve(key, None, None, 30.0, 3)
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

    return Client.sandbox(seed=options.seed, now=options.now)


def _permissions(options: argparse.Namespace) -> Sequence[str] | None:
    from smtp2go_kit.client import Client
    from smtp2go_kit.permissions import permitted

    # A service that does not answer must not keep the server from starting.
    with Client(_key(options), timeout=PATIENCE, retries=0) as client:
        return permitted(client)


def _parser() -> Parser:
    parser = Parser(
        prog="smtp2go-mcp",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"smtp2go-mcp {__version__}")
    parser.add_argument(
        "--http", type=_address, metavar="HOST:PORT", help="serve HTTP there, as 127.0.0.1:8000"
    )
    parser.add_argument("--no-token", action="store_true", help="no bearer token; loopback only")
    _add_account(parser)
    _add_offer(parser)
    _add_limits(parser)
    return parser


def _add_account(parser: Parser) -> None:
    group = parser.add_argument_group("account")
    group.add_argument("--sandbox", action="store_true", help="an invented account, no key")
    group.add_argument("--seed", type=_whole, default=1, help="which sandbox account (1)")
    group.add_argument("--now", type=_moment, help="the sandbox's present moment, ISO 8601")
    group.add_argument(
        "--account", type=_name, metavar="NAME", help=f"take the key from {KEY}_NAME"
    )


def _add_offer(parser: Parser) -> None:
    group = parser.add_argument_group("tools")
    group.add_argument("--read-only", action="store_true", help="leave out all that send or change")
    group.add_argument(
        "--toolsets",
        type=_toolsets,
        default=frozenset(GROUPS),
        metavar="A,B",
        help=f"only these, of {', '.join(GROUPS)} (all)",
    )


def _add_limits(parser: Parser) -> None:
    group = parser.add_argument_group("limits")
    group.add_argument(
        "--allow-recipients",
        type=_addresses,
        default=(),
        metavar="A,@B",
        help="only these addresses and @domains may get mail (any)",
    )
    group.add_argument("--max-recipients", type=_count, default=20, help="of one send (20)")
    group.add_argument("--writes-per-hour", type=_whole, default=100, help="sends, changes (100)")
    group.add_argument("--allow-bcc", action="store_true", help="allow blind copies")
    group.add_argument("--dry-run", action="store_true", help="check and show, never do")
    group.add_argument(
        "--attach-from",
        type=_folder,
        action="append",
        default=[],
        metavar="FOLDER",
        help="files below may be attached; may be given again (none)",
    )
    group.add_argument(
        "--audit-log", type=Path, metavar="FILE", help="the log of sends and changes"
    )
    group.add_argument("--no-audit", action="store_true", help="keep no log")


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"expected HOST:PORT as 127.0.0.1:8000, got {text!r}")
    return host.strip("[]"), int(port)


def _toolsets(text: str) -> frozenset[str]:
    names = frozenset(name.strip() for name in text.split(",") if name.strip())
    if unknown := names - GROUPS.keys() or ({text} if not names else None):
        raise argparse.ArgumentTypeError(
            f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}"
        )
    return names


def _addresses(text: str) -> tuple[str, ...]:
    found = tuple(part.strip().lower() for part in text.split(",") if part.strip())
    if not found or any("@" not in part or part.endswith("@") for part in found):
        raise argparse.ArgumentTypeError(
            f"expected addresses and @domains, as ann@example.com,@example.org, got {text!r}"
        )
    return found


def _folder(text: str) -> Path:
    path = Path(text).expanduser()
    if not text or not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text!r} is not a folder")
    return path.resolve()


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a whole number from 0 on, got {text!r}")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 300:
        raise argparse.ArgumentTypeError(f"expected a number from 1 to 300, got {text!r}")
    return int(text)


def _name(text: str) -> str:
    if not text.isidentifier() or not text.isascii():
        raise argparse.ArgumentTypeError(f"expected letters, digits and _, got {text!r}")
    return text


def _moment(text: str) -> str:
    import datetime as dt

    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected ISO 8601, got {text!r}") from None
    return text
