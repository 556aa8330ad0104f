"""The command line: ``smtp2go-kit triage`` and ``smtp2go-kit lab``.

Nothing heavy is imported before it is needed, so that ``--help`` answers at once.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from smtp2go_kit import __version__

if TYPE_CHECKING:
    from smtp2go_kit.client import Client
    from smtp2go_kit.triage.findings import Report

HOUR = dt.timedelta(hours=1)
HEALTHY, ATTENTION, BLIND, INTERRUPTED = 0, 1, 2, 130
KEY = "SMTP2GO_API_KEY"
TRIAGE = """\
Print what is wrong with an account's mail, why and what to do, and what its mail did. Changes
nothing.

Asks the account whose key is in SMTP2GO_API_KEY (or in the keyring, with the extra `keyring`);
without a key, a sandbox on this machine with an invented account."""
STATUSES = """\
exit status: 0 healthy, 1 something is wrong or above its limits, 2 could not look. A sandbox that
was not asked for gives 0: its trouble is invented."""
LAB = """\
Open JupyterLab on a copy of this project's notebooks, with your account or the sandbox.

Needs the extra `lab`: pip install "smtp2go-kit[lab]". The notebooks use the account whose key is
in SMTP2GO_API_KEY (or in the keyring); without a key, a sandbox on this machine with an invented
account. The copy is in a temporary folder, and is kept at the end if you changed anything in it."""


class Parser(argparse.ArgumentParser):
    """Tells what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """End with status 2."""
        self.exit(BLIND, f"{self.prog}: {message}. See {self.prog} --help\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    Args:
        arguments: Command-line arguments; the process's own if not given.
    """
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("smtp2go-kit: interrupted", file=sys.stderr)
        return INTERRUPTED
    except AttributeError:
        if sys.stdout is not None:
            raise
        return _failed("could not print: standard output is closed")
    except BrokenPipeError:
        # Whoever read our output has gone; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BLIND
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _failed(f"could not print: {error.strerror}")
    return status


def _parser() -> Parser:
    parser = Parser(prog="smtp2go-kit", description="SMTP2GO from the command line.")
    parser.add_argument("--version", action="version", version=f"smtp2go-kit {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_triage(commands)
    _add_lab(commands)
    return parser


def _add_triage(commands: argparse._SubParsersAction[Parser]) -> None:
    triage = commands.add_parser(
        "triage",
        help="what is wrong with an account's mail, why, and what to do",
        description=TRIAGE,
        epilog=STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    triage.add_argument(
        "--since",
        default="30d",
        type=_since,
        metavar="WHEN",
        help="look back to this time: a time ago such as 7d or 24h, or an ISO 8601 date or time, "
        "UTC (default: %(default)s)",
    )
    triage.add_argument(
        "--window",
        default="1d",
        type=_window,
        metavar="LENGTH",
        help="the last of that time, which is compared with what was before it: 1h or more, "
        "such as 6h or 1d (default: %(default)s)",
    )
    triage.add_argument("--html", type=_file, metavar="FILE", help="also write it as a web page")
    triage.add_argument("--json", action="store_true", help="print JSON instead of text")
    triage.add_argument("--sandbox", action="store_true", help="use the sandbox, key or not")
    triage.add_argument(
        "--seed", type=_seed, metavar="N", help="which sandbox account (default: 1)"
    )
    triage.add_argument(
        "--now", type=_moment, metavar="WHEN", help="the sandbox's present moment, ISO 8601 in UTC"
    )
    triage.set_defaults(run=_triage)


def _add_lab(commands: argparse._SubParsersAction[Parser]) -> None:
    lab = commands.add_parser(
        "lab",
        help="this project's notebooks in JupyterLab",
        description=LAB,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    lab.add_argument(
        "--folder",
        type=_folder,
        metavar="DIR",
        help="keep the copy in this folder; what is there already is not overwritten",
    )
    lab.add_argument("--sandbox", action="store_true", help="use the sandbox, key or not")
    lab.add_argument("--port", type=_port, metavar="N", help="port (default: a free one from 8888)")
    lab.add_argument("--no-browser", action="store_true", help="open no browser")
    lab.set_defaults(run=_lab)


def _since(text: str) -> str:
    from smtp2go_kit import encoding

    now = dt.datetime.now(dt.UTC)
    try:
        encoding.moment(text, now)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if re.fullmatch("0+[smhdw]", text):
        raise argparse.ArgumentTypeError(f"{text} is no time ago; try 24h or 30d")
    return text


def _window(text: str) -> dt.timedelta:
    from smtp2go_kit import encoding

    problem = f"expected a length of 1h or more, such as 6h or 1d, got {text!r}"
    found = encoding.RELATIVE.fullmatch(text.strip())
    if not found:
        raise argparse.ArgumentTypeError(problem)
    # At most 999,999 weeks, which timedelta holds.
    length = dt.timedelta(**{encoding.UNITS[found[2]]: int(found[1])})
    if length < HOUR:
        raise argparse.ArgumentTypeError(problem)
    return length


def _file(text: str) -> Path:
    path = Path(text)
    if not text or path.is_dir() or not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"{text!r} is not a file in a folder that exists")
    return path


def _folder(text: str) -> Path:
    path = Path(text)
    if not text or (path.exists() and not path.is_dir()):
        raise argparse.ArgumentTypeError(f"{text!r} is not a folder")
    return path


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) not in range(1, 65536):
        raise argparse.ArgumentTypeError(f"expected a port from 1 to 65535, got {text!r}")
    return int(text)


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a whole number from 0 on, got {text!r}")
    return int(text)


def _moment(text: str) -> str:
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"expected ISO 8601 such as 2026-11-01T09:30:00, got {text!r}"
        ) from None
    return text


def _triage(options: argparse.Namespace) -> int:
    from smtp2go_kit.errors import Smtp2GoError
    from smtp2go_kit.triage.examining import examine

    try:
        client, line = _client(options)
        # Where only JSON may stand on stdout, people read stderr.
        print(line, file=sys.stderr if options.json else sys.stdout, flush=True)
        with client:
            report = examine(client, since=options.since, window=options.window)
    except Smtp2GoError as error:
        return _failed(f"could not look: {error}")
    _show(report, as_json=options.json)
    if options.html is not None:
        try:
            report.to_html(options.html)
        except OSError as error:
            return _failed(f"could not write {options.html}: {error.strerror}")
    return ATTENTION if _is_ill(report) and _is_asked_for(options) else HEALTHY


def _is_ill(report: Report) -> bool:
    return bool(report.findings or (report.health and report.health.attention))


def _lab(options: argparse.Namespace) -> int:
    from smtp2go_kit import lab
    from smtp2go_kit.errors import Smtp2GoError

    if not lab.is_installed():
        return _failed('JupyterLab is not installed: pip install "smtp2go-kit[lab]"')
    choices = lab.Choices(options.folder, options.sandbox, options.port, not options.no_browser)
    try:
        return BLIND if lab.run(choices) else HEALTHY
    except Smtp2GoError as error:
        return _failed(str(error))
    except OSError as error:
        return _failed(f"could not open the notebooks: {error.filename}: {error.strerror}")


def _is_asked_for(options: argparse.Namespace) -> bool:
    from smtp2go_kit.settings import has_key

    return bool(options.sandbox) or has_key()


def _client(options: argparse.Namespace) -> tuple[Client, str]:
    """The client to ask, and a line that says whose account that is."""
    from smtp2go_kit.client import Client
    from smtp2go_kit.errors import InvalidArgument
    from smtp2go_kit.settings import has_key

    key = not options.sandbox and has_key()
    if key and (options.seed is not None or options.now is not None):
        raise InvalidArgument("--seed, --now", "belong to the sandbox; add --sandbox")
    if key:
        client = Client()
        return client, f"The account of your API key, at {client._session.settings.base_url}."
    why = f"{KEY} is not used" if options.sandbox else f"{KEY} is not set"
    seed = 1 if options.seed is None else options.seed
    return Client.sandbox(seed=seed, now=options.now), f"{why}: this is the sandbox, not your mail."


def _show(report: Report, *, as_json: bool) -> None:
    print(json.dumps(report.to_dict(), indent=2) if as_json else f"\n{report!r}")


def _failed(problem: str) -> int:
    from smtp2go_kit.triage.wording import ascii_only, plain

    print(f"smtp2go-kit: {ascii_only(plain(problem, 600))}", file=sys.stderr)
    return BLIND
