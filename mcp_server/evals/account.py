"""The account that tasks are about, served in memory, and what was asked of it."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import mcp
from mcp.types import TextContent

from mcp_server import budget
from mcp_server.audit import AuditLog
from mcp_server.evals.tasks import Task
from mcp_server.policy import Policy
from mcp_server.server import serve
from mcp_server.setup import Setup
from smtp2go_kit.client import Client

LABEL = "the sandbox, an invented account"
CHARACTERS = 3.3
"""Of English text a token, as the issue counts where there is no tokenizer."""


def sandbox(seed: int, now: str, task: Task) -> Client:
    """A fresh account for one task.

    Args:
        seed: Which account.
        now: Its present moment.
        task: What is to be found in it.
    """
    client = Client.sandbox(seed=seed, now=now)
    for mail in task.mail:
        client.email.send(**mail)
    return client


@asynccontextmanager
async def opened(account: Client) -> AsyncGenerator[mcp.Client]:
    """A client of a server of an account; it cannot ask the user.

    Args:
        account: The account.
    """
    with TemporaryDirectory() as folder:
        setup = Setup(lambda: account, LABEL, Policy(), AuditLog(None, LABEL), Path(folder))
        async with mcp.Client(serve(setup)) as client:
            yield client


@dataclass
class Session:
    """Calls the tools of a server and keeps count.

    Args:
        client: An open client.
    """

    client: mcp.Client
    texts: list[str] = field(default_factory=list[str])
    results: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])
    used: list[str] = field(default_factory=list[str])
    errors: int = 0
    tokens: int = 0
    text_tokens: int = 0

    async def call(self, tool: str, arguments: dict[str, Any]) -> tuple[str, bool]:
        """What a model reads of a call's result, and whether the call failed.

        Args:
            tool: The tool's name.
            arguments: Its arguments.
        """
        result = await self.client.call_tool(tool, arguments)
        text = "\n".join(b.text for b in result.content if isinstance(b, TextContent))
        data: Mapping[str, Any] = result.structured_content or {}
        failed = bool(result.is_error)
        self.errors += failed
        self.used += [] if failed else [tool]
        self._keep(text, data)
        return text, failed

    def _keep(self, text: str, data: Mapping[str, Any]) -> None:
        self.texts.append(text)
        self.results.append(data)
        characters = len(text) + (len(json.dumps(data, ensure_ascii=False)) if data else 0)
        self.tokens += round(characters / CHARACTERS)
        self.text_tokens += budget.tokens(text)

    async def changes(self) -> list[str]:
        """The tools that sent or changed something."""
        listed = (await self.client.list_tools()).tools
        reads = {t.name for t in listed if t.annotations and t.annotations.read_only_hint}
        return [name for name in self.used if name not in reads]
