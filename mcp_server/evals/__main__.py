"""``python -m mcp_server.evals``: the tasks replayed, or with ``--model`` given to a model."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

import anyio
import httpx

from mcp_server.evals.account import opened, sandbox
from mcp_server.evals.model import Endpoint, Unanswered, ask, endpoint
from mcp_server.evals.replay import Outcome, replay
from mcp_server.evals.tasks import Suite, Task, load

FAILED, UNABLE = 1, 2
DESCRIPTION = """\
Questions on the sandbox account with exact answers. Without --model their scripted calls are
replayed. With it a model answers them by the server's tools: ANTHROPIC_API_KEY (Messages API) or
OPENAI_API_KEY (chat completions; OPENAI_BASE_URL for other services and local models) has the key.

Exit status: 0 if all tasks pass, 1 if one fails, 2 if they could not be run."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tasks and return the exit status.

    Args:
        arguments: Command-line arguments; the process's own if not given.
    """
    suite = load()
    options = _options([task.id for task in suite.tasks], arguments)
    chosen = [t.filled() for t in suite.tasks if not options.task or t.id in options.task]
    return anyio.run(_run, suite.model_copy(update={"tasks": chosen}), options)


def _options(ids: list[str], arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m mcp_server.evals",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--model", metavar="NAME", help="the model that answers")
    parser.add_argument("--rounds", type=int, default=8, help="most turns of the model (8)")
    parser.add_argument(
        "--task", action="append", choices=ids, metavar="ID", help=f"only this, of {', '.join(ids)}"
    )
    return parser.parse_args(arguments)


async def _run(suite: Suite, options: argparse.Namespace) -> int:
    outcomes: list[Outcome] = []
    _print(f"{'task':26}{'calls':>6}{'errors':>7}{'tokens':>8}{'of text':>8}  result")
    try:
        async with httpx.AsyncClient(timeout=300.0) as http:
            model = endpoint(options.model, os.environ, http) if options.model else None
            for task in suite.tasks:
                outcomes.append(await _outcome(suite, task, model, options.rounds))
                _print(_line(outcomes[-1]))
    except (Unanswered, ValueError) as error:
        sys.stderr.write(f"Stopped: {error}\n")
        return UNABLE
    finally:
        if outcomes:
            _print(_summary(outcomes))
    return FAILED if any(outcome.problem for outcome in outcomes) else 0


async def _outcome(suite: Suite, task: Task, model: Endpoint | None, rounds: int) -> Outcome:
    async with opened(sandbox(suite.seed, suite.now, task)) as client:
        if model is None:
            return await replay(task, client)
        try:
            return await ask(task, suite.now, client, model, rounds)
        except Unanswered as error:
            stopped = error
    # The client would wrap what is raised before it is closed.
    raise stopped


def _line(outcome: Outcome) -> str:
    counts = f"{outcome.calls:6}{outcome.errors:7}{outcome.tokens:8}{outcome.text_tokens:8}"
    result = f"FAILED: {outcome.problem}" if outcome.problem else "pass"
    return f"{outcome.task:26}{counts}  {result}"


def _summary(outcomes: Sequence[Outcome]) -> str:
    passed = sum(outcome.problem is None for outcome in outcomes)
    calls = sum(outcome.calls for outcome in outcomes)
    tokens = sum(outcome.tokens for outcome in outcomes)
    errors = sum(outcome.errors for outcome in outcomes)
    share = 100 * passed / len(outcomes)
    return (
        f"{passed} of {len(outcomes)} pass ({share:.0f}%): {calls} calls, {errors} of them "
        f"refused, {tokens:,} tokens of results"
    )


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
