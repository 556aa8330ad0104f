"""A client that tells how far a long search has come, and fetches no more than a bound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcp_server.reading import MOST_COUNTED
from smtp2go_kit.client import Client, Pause
from smtp2go_kit.operation import Endpoint
from smtp2go_kit.operations import GROUPS, Activity
from smtp2go_kit.progress import Bar, Progress

if TYPE_CHECKING:
    from smtp2go_kit.call import Call

LONG: Endpoint = Activity.search
"""The one call of an analysis that may take minutes."""


class Watched(Client):
    """Another client's account, for one analysis.

    Args:
        client: The client that makes the requests.
        progress: Told how far a search of the activity has come.
    """

    def __init__(self, client: Client, progress: Progress) -> None:
        # Settings, connections and pace stay with the client.
        self._client, self._progress = client, progress
        self._session, self._now = client._session, client._now
        for name, group in GROUPS.items():
            setattr(self, name, group(self))

    def close(self) -> None:
        """Nothing here is open."""

    def _prepare(self, operation: Endpoint, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call:
        if operation is LONG and kwargs.get("limit") is None:
            kwargs = {**kwargs, "limit": MOST_COUNTED}
        return self._client._prepare(operation, args, kwargs)

    def _perform(self, call: Call, bar: Progress | None = None, pause: Pause | None = None) -> Any:
        whole = call.operation is LONG and call.arguments.get("limit") == MOST_COUNTED
        told = self._progress if whole else Bar("", shown=False)
        return self._client._perform(call, bar or told, pause)
