"""The scripted calls of a task, made one after the other, and whether they give its answer."""

from __future__ import annotations

from dataclasses import dataclass

import mcp

from mcp_server.evals.account import Session
from mcp_server.evals.scoring import differs
from mcp_server.evals.tasks import Task, resolved

MOST_CALLS = 3
MOST_TOKENS = 4_000


@dataclass(frozen=True)
class Outcome:
    """What became of a task.

    Args:
        task: Its id.
        calls: Calls made.
        errors: Those that failed.
        tokens: Tokens of the results, their text and their data.
        text_tokens: Tokens of their text alone, counted from above.
        problem: What is wrong, or None.
    """

    task: str
    calls: int
    errors: int
    tokens: int
    text_tokens: int
    problem: str | None

    @classmethod
    def of(cls, task: Task, session: Session, problem: str | None) -> Outcome:
        """The outcome of a task.

        Args:
            task: The task.
            session: What was called for it.
            problem: What is wrong, or None.
        """
        made = len(session.texts)
        return cls(
            task.id, made, session.errors, session.tokens, session.text_tokens, problem or None
        )


async def replay(task: Task, client: mcp.Client) -> Outcome:
    """Make the scripted calls of a task and check its answer.

    Args:
        task: The task, with its values in place.
        client: An open client of its account.
    """
    session = Session(client)
    for scripted in task.calls:
        arguments = resolved(scripted.arguments, session.results)
        text, failed = await session.call(scripted.tool, arguments)
        if failed:
            return Outcome.of(task, session, f"{scripted.tool} failed: {text}")
    problems = [*_differences(task, session), *_excesses(session), *await misused(task, session)]
    return Outcome.of(task, session, "; ".join(problems))


def _differences(task: Task, session: Session) -> list[str]:
    parts = ((p, p.values(session.results), session.texts[p.call - 1]) for p in task.answer)
    return [problem for each in parts if (problem := differs(*each))]


def _excesses(session: Session) -> list[str]:
    counts = (
        (len(session.texts), MOST_CALLS, "calls"),
        (max(session.tokens, session.text_tokens), MOST_TOKENS, "tokens of results"),
    )
    return [f"{count} {what}, at most {most}" for count, most, what in counts if count > most]


async def misused(task: Task, session: Session) -> list[str]:
    """What was changed but should not have been, or the reverse.

    Args:
        task: The task.
        session: What was called for it.
    """
    made = await session.changes()
    if sorted(made) == sorted(task.changes):
        return []
    return [f"changed by {', '.join(made) or 'nothing'}, not {', '.join(task.changes) or 'none'}"]
