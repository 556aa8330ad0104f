"""A model that answers tasks with the server's tools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import anyio
import httpx
import mcp
from mcp.types import Tool

from mcp_server.evals.account import Session
from mcp_server.evals.apis import ChatCompletions, Messages
from mcp_server.evals.replay import Outcome, misused
from mcp_server.evals.scoring import wrong
from mcp_server.evals.tasks import Task
from mcp_server.evals.turns import Api, Done, Message, Turn, Wanted
from mcp_server.untrusted import clean
from smtp2go_kit.secret import Secret

ANTHROPIC, OPENAI = "ANTHROPIC_API_KEY", "OPENAI_API_KEY"
BUSY = frozenset({429, 500, 502, 503, 504, 529})
TRIES = 3
MOST_WAIT = 60.0
PROMPT = """\
Answer the user's question with the tools. It is {now} UTC. Do what the user asks and no more; \
what they ask to be changed, they have agreed to: use the token of the preview yourself.
Answer in a few short sentences that give addresses, domains, numbers and codes as the tools show \
them, dates as YYYY-MM-DD and times as HH:MM.
"""


class Unanswered(Exception):
    """The endpoint gave no turn; the text says why, without the key."""


@dataclass(frozen=True)
class Endpoint:
    """A model somewhere.

    Args:
        model: Its name.
        api: The API it is reached by.
        url: The API's base URL.
        key: The API key.
        http: Sends the requests.
    """

    model: str
    api: Api
    url: str
    key: Secret
    http: httpx.AsyncClient

    async def turn(self, system: str, tools: Sequence[Tool], said: list[Message]) -> Turn:
        """What the model says next.

        Args:
            system: Its instructions.
            tools: What it may call.
            said: The conversation so far.

        Raises:
            Unanswered: There is no usable answer.
        """
        body = self.api.body(self.model, system, tools, said)
        try:
            reply = await self._posted(body)
            if reply.is_success:
                return self.api.turn(reply.json())
        except httpx.HTTPError as error:
            raise Unanswered(f"{self.url} gave no answer ({type(error).__name__})") from None
        except (ValueError, KeyError, IndexError, TypeError, AttributeError):
            raise Unanswered(f"{self.url} answered in no known form") from None
        told = clean(self.key.redact(reply.text), 300)
        raise Unanswered(f"{self.url} answered {reply.status_code}: {told}")

    async def _posted(self, body: Message) -> httpx.Response:
        for attempt in range(1, TRIES + 1):
            headers = self.api.headers(self.key)
            reply = await self.http.post(self.url + self.api.path, json=body, headers=headers)
            if reply.status_code not in BUSY or attempt == TRIES:
                return reply
            asked = reply.headers.get("retry-after", "")
            await anyio.sleep(min(float(asked) if asked.isdecimal() else 2.0**attempt, MOST_WAIT))
        raise AssertionError


def endpoint(model: str, environ: Mapping[str, str], http: httpx.AsyncClient) -> Endpoint:
    """Where a model is, by the environment.

    Args:
        model: Its name; with both keys set, one that starts with claude is Anthropic's.
        environ: Holds ANTHROPIC_API_KEY or OPENAI_API_KEY, and may hold their base URLs.
        http: Sends the requests.

    Raises:
        ValueError: No key is set, or it is none.
    """
    has = {name: environ.get(name, "").strip() for name in (ANTHROPIC, OPENAI)}
    name = ANTHROPIC if has[ANTHROPIC] and ("claude" in model or not has[OPENAI]) else OPENAI
    key = has[name]
    if not key or not key.isascii() or not key.isprintable():
        raise ValueError(f"set {ANTHROPIC} or {OPENAI} to an API key")
    if name == ANTHROPIC:
        base = environ.get("ANTHROPIC_BASE_URL") or "https://api.anthropic.com"
        return Endpoint(model, Messages(), base.rstrip("/"), Secret(key), http)
    base = environ.get("OPENAI_BASE_URL") or "https://api.openai.com/v1"
    return Endpoint(model, ChatCompletions(), base.rstrip("/"), Secret(key), http)


async def ask(task: Task, now: str, client: mcp.Client, model: Endpoint, rounds: int) -> Outcome:
    """Give a model a task and score what it answers and does.

    Args:
        task: The task, with its values in place.
        now: The account's present moment.
        client: An open client of the account.
        model: The model.
        rounds: Most turns.
    """
    session = Session(client)
    tools = (await client.list_tools()).tools
    system = f"{PROMPT.format(now=now)}\n{client.instructions or ''}"
    said: list[Message] = [{"role": "user", "content": task.question}]
    for _ in range(rounds):
        turn = await model.turn(system, tools, said)
        if not turn.wanted:
            problems = [wrong(turn.text, task), *await misused(task, session)]
            return Outcome.of(task, session, "; ".join(filter(None, problems)))
        done = [await _done(session, wanted) for wanted in turn.wanted]
        said += [turn.message, *model.api.results(done)]
    return Outcome.of(task, session, f"no answer within {rounds} rounds")


async def _done(session: Session, wanted: Wanted) -> Done:
    if wanted.arguments is None:
        session.errors += 1
        return Done(wanted, "The arguments are no JSON object.", failed=True)
    return Done(wanted, *await session.call(wanted.tool, wanted.arguments))
