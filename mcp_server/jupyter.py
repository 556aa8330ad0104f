"""The analyses and the reading operations as plain functions, for Jupyter's own MCP server.

It offers them as tools: the entry point ``jupyter_server_mcp.tools`` names ``TOOLS``. These
functions bypass the gate that sends and changes go through, so there are none for those.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from mcp_server.analysis import ANALYSES, Analysis
from mcp_server.schema import input_schema, parameters
from smtp2go_kit.operation import Effect, Endpoint, Parameter
from smtp2go_kit.operations import all_operations

if TYPE_CHECKING:
    from mcp_types import CallToolResult

    from mcp_server.setup import Setup

PREFIX = "smtp2go_"
"""Jupyter's server has tools of many packages, so ours say whose they are."""
READS: dict[str, Endpoint | Analysis] = {
    **{PREFIX + analysis.name: analysis for analysis in ANALYSES},
    **{PREFIX + op.name: op for op in all_operations() if op.effect is Effect.READ},
}
TOOLS = [f"{__name__}:{name}" for name in READS]
SANDBOX = "This is the sandbox, an invented account: SMTP2GO_API_KEY is not set."


def __getattr__(name: str) -> Callable[..., str]:
    if name not in READS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _function(name)


@functools.cache
def _function(name: str) -> Callable[..., str]:
    called = READS[name]

    def tool(**given: Any) -> str:
        return _answer(called, given)

    known = called.parameters if isinstance(called, Analysis) else parameters(called)
    shown = [_argument(parameter) for parameter in known]
    vars(tool)["__signature__"] = inspect.Signature(shown, return_annotation=str)
    tool.__annotations__ = {p.name: p.annotation for p in shown} | {"return": str}
    tool.__name__ = tool.__qualname__ = name
    tool.__module__ = __name__
    tool.__doc__ = "\n".join(_lines(called))
    return tool


def _argument(parameter: Parameter) -> inspect.Parameter:
    wire = parameter.kind.wire
    annotation = wire | None if parameter.default is None else wire
    return inspect.Parameter(
        parameter.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=parameter.default,
        annotation=annotation,
    )


def _lines(called: Endpoint | Analysis) -> Iterator[str]:
    if isinstance(called, Analysis):
        yield called.description
        described = called.input_schema["properties"]
    else:
        first = called.summary.splitlines()[0]
        yield " ".join(f"{part.rstrip('.')}." for part in (first, called.declared.use) if part)
        described = input_schema(called)["properties"]
    if described:
        yield "\nArgs:"
        yield from (f"    {name}: {schema['description']}." for name, schema in described.items())


def _answer(called: Endpoint | Analysis, given: dict[str, Any]) -> str:
    """The text that the server's tool would answer.

    Raises:
        Refused: In words for the model, whatever failed.
    """
    from mcp_server import failures
    from mcp_server.refusal import Refused
    from smtp2go_kit.errors import InvalidArgument

    try:
        setup = _setup()
    except InvalidArgument as error:
        raise Refused(failures.told(error, called, str)) from None
    work = _work(setup, called, given)
    try:
        result = work()
    except Refused:
        raise
    except Exception as error:
        raise Refused(failures.told(error, called, setup.redact)) from error
    text = "\n".join(block.text for block in result.content if block.type == "text")
    return f"{SANDBOX}\n{text}" if setup.account == SANDBOX else text


def _work(
    setup: Setup, called: Endpoint | Analysis, given: dict[str, Any]
) -> Callable[[], CallToolResult]:
    """What answers a call whose arguments are right."""
    from mcp_server.analysing import analyse, arguments_of
    from mcp_server.arguments import split
    from mcp_server.reading import read
    from smtp2go_kit.progress import Bar

    quiet = Bar("", shown=False)
    if isinstance(called, Analysis):
        return functools.partial(analyse, setup, called, arguments_of(called, given), quiet)
    return functools.partial(read, setup, called, *split(called, given), quiet)


@functools.cache
def _setup() -> Setup:
    """The account of the key that is set where Jupyter was started, else the sandbox."""
    from mcp_server.audit import AuditLog, state_folder
    from mcp_server.policy import Policy
    from mcp_server.setup import Setup
    from smtp2go_kit.client import Client
    from smtp2go_kit.settings import has_key

    # Made here, so that a wrong key is told by the first call and by each that follows.
    keyed = has_key()
    client = Client() if keyed else Client.sandbox()
    account = client._session.settings.base_url if keyed else SANDBOX
    log = AuditLog(None, account)
    return Setup(lambda: client, account, Policy(), log, state_folder() / "passwords")
