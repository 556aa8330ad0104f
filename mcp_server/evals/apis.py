"""Two ways to talk to a model: Anthropic's Messages API and OpenAI's chat completions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from mcp.types import Tool

from mcp_server.evals.turns import Done, Message, Turn, Wanted
from smtp2go_kit.secret import Secret
from smtp2go_kit.shapes import is_object

MOST_ANSWER = 4_096


class Messages:
    """Anthropic's Messages API, version 2023-06-01."""

    path = "/v1/messages"

    def headers(self, key: Secret) -> dict[str, str]:
        """See Api."""
        return {"x-api-key": key.reveal(), "anthropic-version": "2023-06-01"}

    def body(
        self, model: str, system: str, tools: Sequence[Tool], said: list[Message]
    ) -> dict[str, Any]:
        """See Api."""
        told = [
            {"name": t.name, "description": t.description, "input_schema": t.input_schema}
            for t in tools
        ]
        limits = {"model": model, "max_tokens": MOST_ANSWER}
        return {**limits, "system": system, "tools": told, "messages": said}

    def turn(self, answer: Mapping[str, Any]) -> Turn:
        """See Api."""
        blocks: list[Any] = answer["content"]
        text = "\n".join(b["text"] for b in blocks if b["type"] == "text")
        uses = [b for b in blocks if b["type"] == "tool_use"]
        wanted = [Wanted(b["id"], b["name"], _object(b["input"])) for b in uses]
        return Turn({"role": "assistant", "content": blocks}, text, wanted)

    def results(self, done: Sequence[Done]) -> list[Message]:
        """See Api."""
        blocks = [
            {
                "type": "tool_result",
                "tool_use_id": each.wanted.id,
                "content": each.text,
                "is_error": each.failed,
            }
            for each in done
        ]
        return [{"role": "user", "content": blocks}]


class ChatCompletions:
    """OpenAI's chat completions, which many other services and local servers speak too."""

    path = "/chat/completions"

    def headers(self, key: Secret) -> dict[str, str]:
        """See Api."""
        return {"Authorization": f"Bearer {key.reveal()}"}

    def body(
        self, model: str, system: str, tools: Sequence[Tool], said: list[Message]
    ) -> dict[str, Any]:
        """See Api."""
        told = [
            {"name": t.name, "description": t.description, "parameters": t.input_schema}
            for t in tools
        ]
        return {
            "model": model,
            "messages": [{"role": "system", "content": system}, *said],
            "tools": [{"type": "function", "function": each} for each in told],
        }

    def turn(self, answer: Mapping[str, Any]) -> Turn:
        """See Api."""
        message = answer["choices"][0]["message"]
        calls: list[Any] = message.get("tool_calls") or []
        wanted = [
            Wanted(c["id"], c["function"]["name"], _object(c["function"]["arguments"]))
            for c in calls
        ]
        return Turn(message, message.get("content") or "", wanted)

    def results(self, done: Sequence[Done]) -> list[Message]:
        """See Api."""
        return [
            {"role": "tool", "tool_call_id": each.wanted.id, "content": each.text} for each in done
        ]


def _object(given: Any) -> dict[str, Any] | None:
    """Arguments, which are an object or the text of one."""
    if isinstance(given, str):
        try:
            given = json.loads(given or "{}")
        except ValueError:
            return None
    return dict(given) if is_object(given) else None
