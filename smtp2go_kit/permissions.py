"""What an API key may call, where the service tells."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from smtp2go_kit.errors import Smtp2GoError
from smtp2go_kit.operation import C, Effect, Endpoint, Group, operation
from smtp2go_kit.shapes import is_list, is_object

if TYPE_CHECKING:
    from smtp2go_kit.client import Client


class Permissions(TypedDict, total=False):
    """The paths a key may call, in whatever nesting the service has them."""

    results: list[Any]
    request_id: str


class ApiKeys(Group[C]):
    """The key that a client uses; today's service has this heading, the document has not."""

    @operation("/api_keys/permissions", Effect.READ)
    def permissions(self) -> Permissions:
        """List the paths this key may call, with wildcards such as ``/email/*``."""
        raise NotImplementedError  # a declaration: the decorator supplies what it does


def permitted(client: Client) -> tuple[str, ...] | None:
    """The paths a client's key may call, or None where the service does not tell.

    Args:
        client: The client whose key to ask about.
    """
    try:
        answer = ApiKeys(client).permissions()
    except Smtp2GoError:
        return None
    found = [text for text in _texts(answer) if text == "*" or text.startswith("/")]
    # A key may have none at all.
    return tuple(found) if found or answer.get("results") == [] else None


def allows(paths: tuple[str, ...] | None, endpoint: Endpoint) -> bool:
    """Whether a key with these paths may call an endpoint; unknown paths allow all.

    Args:
        paths: What :func:`permitted` gave.
        endpoint: The endpoint.
    """
    return paths is None or any(fnmatchcase(endpoint.path, pattern) for pattern in paths)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif is_list(value) or is_object(value):
        for entry in value.values() if is_object(value) else value:
            yield from _texts(entry)
