"""Each analysis as a tool."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool
from mcp_types import ToolAnnotations
from pydantic import PrivateAttr

from mcp_server.analysing import analyse, arguments_of
from mcp_server.analysis import Analysis
from mcp_server.reading import Reported
from mcp_server.setup import Setup
from mcp_server.tools import AccountTool, Given, in_thread, metadata, reporter


class AnalysisTool(AccountTool):
    """An analysis as a tool; it only reads."""

    _analysis: Analysis = PrivateAttr()

    @classmethod
    def of(cls, analysis: Analysis, setup: Setup) -> AnalysisTool:
        """The tool of an analysis.

        Args:
            analysis: What it asks.
            setup: What the server was started with.
        """
        made = cls(
            fn=cls.work,
            name=analysis.name,
            title=analysis.title,
            description=analysis.description,
            parameters=analysis.input_schema,
            fn_metadata=metadata(analysis.output_schema),
            is_async=True,
            context_kwarg=None,
            annotations=ToolAnnotations(
                title=analysis.title,
                read_only_hint=True,
                destructive_hint=False,
                idempotent_hint=True,
                open_world_hint=True,
            ),
        )
        made._analysis, made._setup = analysis, setup
        return made

    async def work(self, given: Given, context: Context[Any, Any]) -> Any:
        """Analyse, and tell how far a long search has come.

        Args:
            given: What the model gave.
            context: The request.
        """
        analysis, arguments = self._analysis, arguments_of(self._analysis, given)
        progress = Reported(reporter(context))
        return await in_thread(
            lambda: analyse(self._setup, analysis, arguments, progress), analysis, self._setup
        )


def analysis_tools(offered: Iterable[Analysis], setup: Setup) -> list[Tool]:
    """The tools of analyses.

    Args:
        offered: The analyses.
        setup: What the server was started with.
    """
    return [AnalysisTool.of(analysis, setup) for analysis in offered]
