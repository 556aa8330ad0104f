"""Where a listing goes on: the service's own token, and how many rows of its page were shown."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mcp_server.refusal import Refused
from mcp_server.schema import MOST_ROWS
from smtp2go_kit.call import Call
from smtp2go_kit.shapes import is_object

PINNED = ("start_date", "end_date")
"""A time ago moves on, so a cursor keeps the moments it meant."""


@dataclass(frozen=True)
class Place:
    """A place in a listing.

    Args:
        token: The service's token of the page; none for the first.
        skip: Rows of that page, or of the whole list, that were shown.
        window: The moments that the search's dates meant.
        last: The fingerprint of the last row shown, as new mail moves rows down.
    """

    token: str | None
    skip: int
    window: Mapping[str, str]
    last: str = ""

    def start(self, rows: Sequence[str]) -> int:
        """Where to go on in a page: after the last row shown, or after as many rows.

        Args:
            rows: The fingerprints of the page's rows.
        """
        if self.skip and self.last in rows[self.skip - 1 :]:
            return rows.index(self.last, self.skip - 1) + 1
        return self.skip

    @property
    def size(self) -> int:
        """The page to ask for, which is the same for all places in one search."""
        # Without tokens the service cannot go on, so all before is fetched again.
        return MOST_ROWS if self.token else MOST_ROWS * (1 + self.skip // MOST_ROWS)

    def written(self, search: str) -> str:
        """The place as a cursor of one search.

        Args:
            search: The search's fingerprint.
        """
        told = [search, self.token, self.skip, dict(self.window), self.last]
        return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


START = Place(None, 0, {})


def window_of(call: Call) -> dict[str, str]:
    """The moments that a call's dates mean."""
    return {name: f"{call.arguments[name]}Z" for name in PINNED if name in call.arguments}


def fingerprint(own: Mapping[str, Any], name: str) -> str:
    """A short digest of a search, to which its cursors belong.

    Args:
        own: The operation's arguments as the model gave them.
        name: The tool's name.
    """
    text = json.dumps([name, own], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def place_of(cursor: str | None, search: str) -> Place:
    """The place that a cursor stands for; the start if there is none.

    Args:
        cursor: What the model gave.
        search: The present search's fingerprint.

    Raises:
        Refused: It is no cursor, or one of another search.
    """
    if cursor is None:
        return START
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        made, token, skip, window, last = json.loads(base64.b64decode(padded, b"-_", validate=True))
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise Refused(_stale("is not one that this server gave")) from None
    sound = type(skip) is int and skip >= 0 and isinstance(token, str | None)
    sound = sound and isinstance(last, str)
    if not (sound and is_object(window) and all(isinstance(v, str) for v in window.values())):
        raise Refused(_stale("is not one that this server gave"))
    if made != search:
        raise Refused(_stale("belongs to a search with other arguments"))
    return Place(token, skip, {k: str(v) for k, v in window.items() if k in PINNED}, last)


def _stale(why: str) -> str:
    return f"cursor: it {why}. Give the same arguments as before, or leave it out to start anew."
