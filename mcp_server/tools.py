"""Every operation as a tool, derived from its declaration."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import anyio.from_thread
import anyio.to_thread
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from mcp.server.mcpserver.utilities.func_metadata import ArgModelBase, FuncMetadata
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, InputRequiredResult, ToolAnnotations
from pydantic import PrivateAttr

from mcp_server import failures
from mcp_server.arguments import from_json, split
from mcp_server.called import Called
from mcp_server.confirmation import confirmed
from mcp_server.labels import description, hints, title
from mcp_server.reading import Reported, read
from mcp_server.refusal import Refused
from mcp_server.schema import Schema, input_schema, output_schema
from mcp_server.setup import Setup
from mcp_server.writing import intend, make, previewed, rehearsed
from smtp2go_kit.errors import Smtp2GoError
from smtp2go_kit.operation import Effect, Endpoint
from smtp2go_kit.operations import all_operations
from smtp2go_kit.shapes import is_object

Given = Mapping[str, Any]
PREVIEW = "preview"
LOGGER = logging.getLogger(__name__)
PREVIEW_SCHEMA: Schema = {
    "type": "object",
    "properties": {
        "tool": {"type": "string", "description": "As email_send"},
        "arguments": {"type": "object", "description": "Those to call it with"},
    },
    "additionalProperties": False,
    "required": ["tool", "arguments"],
}
PREVIEW_ANSWER: Schema = {
    "type": "object",
    "properties": {
        "preview": {"type": "string", "description": "What would be done"},
        "tool": {"type": "string"},
        "confirm_token": {"type": "string", "description": "Good once, for these arguments"},
    },
}


class AccountTool(Tool):
    """A tool that works on the account; its arguments are checked by the toolkit itself."""

    _setup: Setup = PrivateAttr()

    @abstractmethod
    async def work(self, given: Given, context: Context[Any, Any]) -> Any:
        """Do what the tool is for.

        Args:
            given: What the model gave.
            context: The request.
        """

    async def run(
        self,
        arguments: dict[str, Any],
        context: Context[Any, Any],
        convert_result: bool = False,  # noqa: ARG002 - the SDK's own; results are made as sent
    ) -> CallToolResult | InputRequiredResult:
        """Answer a call; every failure says what to do.

        Args:
            arguments: What the model gave.
            context: The request.
            convert_result: Of no effect: results are made as they are sent.

        Raises:
            ToolError: For the model to read.
        """
        try:
            return await self.work(arguments, context)  # type: ignore[no-any-return]  # see work
        except Refused as refused:
            raise ToolError(str(refused)) from None
        except MCPError:
            raise
        except Exception as error:
            LOGGER.exception("%s failed", self.name)
            raise ToolError(
                f"{self.name}: the server failed ({type(error).__name__}). Tell the user; its log "
                "on stderr has the details. If it sends or changes, look before repeating it."
            ) from error


class OperationTool(AccountTool):
    """An operation as a tool."""

    _operation: Endpoint = PrivateAttr()

    @classmethod
    def of(cls, operation: Endpoint, setup: Setup) -> OperationTool:
        """The tool of an operation.

        Args:
            operation: What it calls.
            setup: What the server was started with.
        """
        made = cls(
            fn=cls.work,
            name=operation.name,
            title=title(operation),
            description=description(operation),
            parameters=input_schema(operation),
            fn_metadata=metadata(output_schema(operation)),
            is_async=True,
            context_kwarg=None,
            annotations=hints(operation),
        )
        made._operation, made._setup = operation, setup
        return made

    async def work(self, given: Given, context: Context[Any, Any]) -> Any:
        """Read, or check and confirm and make a change.

        Args:
            given: What the model gave.
            context: The request.
        """
        own, added = split(self._operation, given)
        if self._operation.effect is Effect.READ:
            progress = Reported(reporter(context))
            return await self._run(lambda: read(self._setup, self._operation, own, added, progress))
        intent = await self._run(lambda: intend(self._setup, self._operation, own, added))
        if self._setup.policy.dry_run:
            return await self._run(lambda: rehearsed(self._setup, intent))
        token = added.get("confirm_token")
        try:
            decision = await confirmed(
                self._setup.tokens, intent.content, intent.question, token, context
            )
        except Refused as refused:
            self._setup.log(intent.call, f"refused: {refused}", "not done")
            raise
        if isinstance(decision, InputRequiredResult):
            return decision
        return await self._run(lambda: make(self._setup, intent, decision))

    async def _run(self, work: Callable[[], Any]) -> Any:
        return await in_thread(work, self._operation, self._setup)


class PreviewTool(AccountTool):
    """Shows what a send or a change would do, for clients that cannot ask the user."""

    _operations: dict[str, Endpoint] = PrivateAttr()

    @classmethod
    def of(cls, operations: list[Endpoint], setup: Setup) -> PreviewTool:
        """The preview of some operations.

        Args:
            operations: Those that change something.
            setup: What the server was started with.
        """
        made = cls(
            fn=cls.work,
            name=PREVIEW,
            title="Preview a send or a change",
            description=(
                "Show what a tool that sends or changes would do, and get the confirm_token it "
                "then needs where the client cannot ask the user. Changes nothing."
            ),
            parameters=PREVIEW_SCHEMA,
            fn_metadata=metadata(PREVIEW_ANSWER),
            is_async=True,
            context_kwarg=None,
            annotations=ToolAnnotations(
                title="Preview a send or a change",
                read_only_hint=True,
                destructive_hint=False,
                idempotent_hint=False,
                open_world_hint=False,
            ),
        )
        made._operations, made._setup = {op.name: op for op in operations}, setup
        return made

    async def work(
        self,
        given: Given,
        context: Context[Any, Any],  # noqa: ARG002 - a preview asks nobody
    ) -> Any:
        """Check a send or a change and describe it.

        Args:
            given: The tool's name and its arguments.
            context: The request.
        """
        operation, arguments = self._asked(given)
        own, added = split(operation, arguments)

        def preview() -> CallToolResult:
            return previewed(self._setup, intend(self._setup, operation, own, added))

        return await in_thread(preview, operation, self._setup)

    def _asked(self, given: Given) -> tuple[Endpoint, Given]:
        names = ", ".join(self._operations)
        if given.keys() != PREVIEW_SCHEMA["properties"].keys():
            raise Refused("preview takes exactly tool and arguments, the arguments as an object.")
        operation, arguments = (
            self._operations.get(str(given["tool"])),
            from_json(given["arguments"]),
        )
        if operation is None:
            raise Refused(f"preview: tool: expected one of {names}.")
        if not is_object(arguments):
            raise Refused(
                f"preview: arguments: expected an object of {operation.name}'s arguments."
            )
        return operation, arguments


def operations(
    toolsets: frozenset[str], *, read_only: bool, allowed: Callable[[Endpoint], bool]
) -> Iterator[Endpoint]:
    """The operations that a server offers, in the order of the API's documentation.

    Args:
        toolsets: The headings to offer.
        read_only: Leave out all that send or change.
        allowed: Whether the API key may call it.
    """
    for operation in all_operations():
        chosen = operation.title.partition(".")[0] in toolsets
        changes = operation.effect is not Effect.READ
        if chosen and allowed(operation) and not (read_only and changes):
            yield operation


def tools(offered: list[Endpoint], setup: Setup) -> list[Tool]:
    """The tools of operations, and the preview that changes need.

    Args:
        offered: The operations.
        setup: What the server was started with.
    """
    made: list[Tool] = [OperationTool.of(operation, setup) for operation in offered]
    changing = [operation for operation in offered if operation.effect is not Effect.READ]
    return [*made, PreviewTool.of(changing, setup)] if changing else made


def metadata(schema: Schema) -> FuncMetadata:
    """What the SDK knows of a tool's function.

    Args:
        schema: What its structured content looks like.
    """
    return FuncMetadata(arg_model=ArgModelBase, output_schema=schema)


def reporter(context: Context[Any, Any]) -> Callable[[float, float], None]:
    """Tells a client from another thread how far a call has come.

    Args:
        context: The request.
    """

    def report(fetched: float, total: float) -> None:
        anyio.from_thread.run(context.report_progress, fetched, total)

    return report


async def in_thread(work: Callable[[], Any], operation: Called, setup: Setup) -> Any:
    """Run blocking work in a thread; its failures are put in words.

    Args:
        work: What to do.
        operation: What the tool calls.
        setup: What the server was started with.

    Raises:
        Refused: For the model to read.
    """
    try:
        return await anyio.to_thread.run_sync(work)
    except Refused:
        raise
    except Exception as error:
        if not isinstance(error, (Smtp2GoError, TypeError)):
            LOGGER.exception("%s failed", operation.name)
        notes = getattr(error, "__notes__", ())
        raise Refused(" ".join([failures.told(error, operation, setup.redact), *notes])) from error
