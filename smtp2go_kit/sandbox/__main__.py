"""Serve the sandbox: ``python -m smtp2go_kit.sandbox --port 8025``."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from typing import get_args

from smtp2go_kit.errors import InvalidArgument
from smtp2go_kit.sandbox.requests import Contract
from smtp2go_kit.sandbox.server import Server
from smtp2go_kit.sandbox.transport import Sandbox


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted.

    Args:
        arguments: Command-line arguments; the process's own if not given.
    """
    options = _parser().parse_args(arguments)
    try:
        sandbox = Sandbox(
            seed=options.seed,
            now=options.now,
            contract=options.contract,
            empty=options.empty,
            limits=options.limits,
        )
        server = Server(sandbox, options.port)
    except InvalidArgument as error:
        print(f"--{error.parameter}: {error.problem}", file=sys.stderr)
        return 2
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        print(f"cannot serve on port {options.port}: {reason}. Try --port 0", file=sys.stderr)
        return 1
    _stop_on_signals(server)
    print(f"SMTP2GO_BASE_URL={server.url} SMTP2GO_API_KEY={sandbox.api_key}", flush=True)
    server.serve_forever()
    server.server_close()
    return 0


def _stop_on_signals(server: Server) -> None:
    # shutdown() waits for the loop to end, so it must not run in the loop's own thread.
    def stop(*_: object) -> None:
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m smtp2go_kit.sandbox",
        description="Answer the SMTP2GO API on this machine, from an invented account.",
    )
    parser.add_argument("--port", type=int, default=8025, help="port; 0 takes a free one")
    parser.add_argument(
        "--contract",
        choices=get_args(Contract),
        default="documented",
        help="answer as the API's document says, or as today's service does",
    )
    parser.add_argument("--empty", action="store_true", help="start without any mail")
    parser.add_argument("--seed", type=int, default=1, help="which account")
    parser.add_argument("--now", help="the account's present moment (ISO-8601); it stands still")
    parser.add_argument(
        "--limits",
        action="store_true",
        help="refuse too many requests with 429, as the service does",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
