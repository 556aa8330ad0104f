"""The options of ``smtp2go-mcp``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NoReturn

from mcp_server.toolsets import TOOLSETS
from smtp2go_kit import __version__
from smtp2go_kit.operations import GROUPS
from smtp2go_kit.settings import KEY

FAILED = 2
DESCRIPTION = """\
SMTP2GO for assistants, as an MCP server over stdio, or over HTTP with --http.

The API key comes from SMTP2GO_API_KEY (or the keyring, with the extra `keyring`); --sandbox needs
none. What sends or changes asks first: the user where the client can, else by a preview whose
token the call needs."""


class Parser(argparse.ArgumentParser):
    """Tells what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """End with status 2."""
        self.exit(FAILED, f"{self.prog}: {message}. See {self.prog} --help\n")


def make_parser() -> Parser:
    """The parser of the command line."""
    parser = Parser(
        prog="smtp2go-mcp",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
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
    group.add_argument("--seed", type=_whole, help="which sandbox account (1)")
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
        default=frozenset(TOOLSETS),
        metavar="A,B",
        help=f"only these, of {', '.join(TOOLSETS)} (all)",
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
    given = [name.strip() for name in text.split(",") if name.strip()]
    names = frozenset(name for told in given for name in _headings(told))
    if unknown := names.difference(TOOLSETS) or ({text} if not names else None):
        raise argparse.ArgumentTypeError(
            f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(TOOLSETS)}"
        )
    return names


def _headings(name: str) -> list[str]:
    """The headings that a name stands for: itself, all, or those whose tools begin with it."""
    if name == "all":
        return [*TOOLSETS]
    begins = {
        heading
        for heading, group in GROUPS.items()
        for op in group._operations()
        if op.name.startswith(f"{name}_")
    }
    return [name] if name in TOOLSETS or not begins else sorted(begins)


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
