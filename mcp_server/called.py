"""What a tool calls: an operation of the API, or an analysis of several."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from mcp_server.analysis import Analysis
    from smtp2go_kit.operation import Endpoint

Called: TypeAlias = "Endpoint | Analysis"
