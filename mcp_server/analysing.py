"""Analyses answered: arguments checked, the toolkit asked, the result told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mcp_server.analysis import SHOW, Analysis
from mcp_server.arguments import checked, refuse_unknown
from mcp_server.asking import Asked
from mcp_server.sheets import Ink
from smtp2go_kit.progress import Progress

if TYPE_CHECKING:
    from mcp_types import CallToolResult

    from mcp_server.setup import Setup


def arguments_of(analysis: Analysis, given: Mapping[str, Any]) -> dict[str, Any]:
    """Every argument of an analysis, with its default where it was not given.

    Args:
        analysis: What is asked.
        given: What the model gave.

    Raises:
        Refused: An argument is unknown, missing or wrong.
    """
    refuse_unknown(analysis, given, (p.name for p in analysis.parameters))
    return {p.name: checked(analysis, p, given.get(p.name)) for p in analysis.parameters}


def analyse(
    setup: Setup, analysis: Analysis, given: Mapping[str, Any], progress: Progress
) -> CallToolResult:
    """The answer of an analysis.

    Args:
        setup: What the server was started with.
        analysis: What is asked.
        given: Its arguments, each with its default.
        progress: Told how far a search of the activity has come.
    """
    found = analysis.ask(Asked(setup, given, progress))
    shows = bool(given.get(SHOW.name))
    named = (given.get(name) for name in ("recipient", "search_sender"))
    kept = frozenset(str(text).lower() for text in named if text)
    return analysis.tell(found, given).answer(Ink(setup.redact, shows, kept))
