"""Asking before anything is sent or changed: the user where the client can, else by a preview."""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mcp.server.elicitation import render_elicitation_schema
from mcp.server.mcpserver import Context
from mcp.shared.exceptions import MCPError
from mcp_types import ElicitRequest, ElicitRequestFormParams, ElicitResult, InputRequiredResult
from pydantic import BaseModel, Field

from mcp_server.refusal import Refused
from smtp2go_kit.call import Call
from smtp2go_kit.encoding import json_bytes
from smtp2go_kit.secret import Secret

LIFE = 600.0
"""Seconds that a token is good for."""
MOST_TOKENS = 200
ANSWER = "confirm"
MODERN = "2026-07-28"
USER, TOKEN = "confirmed by the user", "confirmed by token"


class Confirm(BaseModel):
    """The user's answer."""

    confirm: bool = Field(title="Do it", description="Yes sends or changes exactly this")


QUESTION = render_elicitation_schema(Confirm)


def digest(call: Call, extra: dict[str, Any]) -> str:
    """A fingerprint of all that a call would do; passwords are not part of it.

    Args:
        call: The checked call.
        extra: What the tool was told beside the call's own arguments.
    """
    told = {k: v for k, v in call.arguments.items() if not isinstance(v, Secret)}
    text = json.dumps([call.operation.name, extra], sort_keys=True).encode()
    return hashlib.sha256(text + json_bytes({k: told[k] for k in sorted(told)})).hexdigest()


@dataclass
class Tokens:
    """One-use tokens, each bound to the content it was given for.

    Args:
        clock: Seconds that only go forward.
    """

    clock: Callable[[], float] = time.monotonic
    _given: dict[str, tuple[str, float]] = field(default_factory=dict[str, tuple[str, float]])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def give(self, content: str) -> str:
        """A new token for some content.

        Args:
            content: Its digest.
        """
        token = secrets.token_urlsafe(9)
        with self._lock:
            while len(self._given) >= MOST_TOKENS:
                del self._given[next(iter(self._given))]
            self._given[token] = content, self.clock() + LIFE
        return token

    def take(self, token: str, content: str) -> None:
        """Use a token up, or raise Refused with what is wrong with it.

        Args:
            token: What the call presents.
            content: The digest of what it would do.
        """
        with self._lock:
            bound, ends = self._given.pop(token, ("", 0.0))
        if not bound:
            raise Refused("the confirm_token is unknown or was used already")
        if self.clock() > ends:
            raise Refused(f"the confirm_token expired after {LIFE / 60:.0f} minutes")
        if not secrets.compare_digest(bound, content):
            raise Refused("the arguments differ from the previewed ones, so the token is void")


async def confirmed(
    tokens: Tokens, content: str, question: str, token: str | None, context: Context[Any, Any]
) -> str | InputRequiredResult:
    """How a call was confirmed, or the question to put to the user first.

    Args:
        tokens: The tokens given out.
        content: The digest of what the call would do.
        question: What the user reads.
        token: The token that the model presents.
        context: The request.

    Raises:
        Refused: It was not confirmed; says what to do.
    """
    if can_ask(context):
        if (context.protocol_version or "") >= MODERN:
            return _asked_in_rounds(tokens, content, question, context)
        return await _asked(question, context)
    if token is None:
        raise Refused(
            "Not done: this client cannot ask the user. Call preview with this tool and these "
            "arguments, show the user what it answers, and if they agree call again with its "
            "confirm_token."
        )
    try:
        tokens.take(token, content)
    except Refused as refused:
        raise Refused(f"Not done: {refused}. Call preview again and use its new token.") from None
    return TOKEN


def can_ask(context: Context[Any, Any]) -> bool:
    """Whether the client can show the user a question."""
    capabilities = context.client_capabilities
    ask = capabilities.elicitation if capabilities else None
    return ask is not None and (ask.form is not None or ask.url is None)


def _asked_in_rounds(
    tokens: Tokens, content: str, question: str, context: Context[Any, Any]
) -> str | InputRequiredResult:
    answer = (context.input_responses or {}).get(ANSWER)
    if answer is None or context.request_state is None:
        params = ElicitRequestFormParams(message=question, requested_schema=QUESTION)
        # The state is a one-use token too, so that an answer cannot be replayed.
        return InputRequiredResult(
            input_requests={ANSWER: ElicitRequest(params=params)},
            request_state=tokens.give(content),
        )
    try:
        tokens.take(context.request_state, content)
    except Refused as refused:
        raise Refused(f"Not done: {refused}. Call the tool again to ask the user anew.") from None
    if not isinstance(answer, ElicitResult) or answer.action != "accept":
        return _agreed(False)
    return _agreed((answer.content or {}).get(ANSWER) is True)


async def _asked(question: str, context: Context[Any, Any]) -> str:
    try:
        answer = await context.elicit(question, Confirm)
    except (MCPError, ValueError) as error:
        raise Refused(f"Not done: the user could not be asked ({type(error).__name__}).") from None
    return _agreed(answer.action == "accept" and answer.data.confirm)


def _agreed(agreed: bool) -> str:
    if not agreed:
        raise Refused(
            "Not done: the user did not agree. Ask what to change; do not try to get around it."
        )
    return USER
