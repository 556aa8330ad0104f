"""Paging tokens: another one for each page, good for five minutes, bound to their search."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from smtp2go_kit.sandbox.requests import CORRECT, invalid

LIFE = 300.0
"""Seconds, as in the document's own example token (exp - iat)."""


class Tokens:
    """Keeps the results of searches that have further pages.

    Args:
        now: Unix seconds.
        seed: Makes the signature reproducible.
    """

    def __init__(self, now: Callable[[], float], seed: int) -> None:
        self._now = now
        self._key = f"sandbox-{seed}".encode()
        self._searches: dict[int, tuple[str, float, Sequence[Any]]] = {}
        self._last = 0

    def page(
        self, path: str, args: Mapping[str, Any], size: int, search: Callable[[], Sequence[Any]]
    ) -> tuple[Sequence[Any], int, str | None]:
        """One page, the number of all results, and the token of the next page.

        Args:
            path: The endpoint's path.
            args: The request's arguments; a token goes only with those it was given for.
            size: Most results on a page.
            search: Finds all results; called for the first page only.
        """
        token = args.get("continue_token")
        asked = _digest({**args, "continue_token": path})
        found, number, start = self._resume(token, asked) if token else (search(), 0, 0)
        end = start + size
        following = self._issue(found, number, end, asked) if end < len(found) else None
        return found[start:end], len(found), following

    def _issue(self, found: Sequence[Any], number: int, offset: int, asked: str) -> str:
        now = self._now()
        if not number:
            self._last = number = self._last + 1
        self._searches = {n: s for n, s in self._searches.items() if s[1] > now}
        self._searches[number] = asked, now + LIFE, found
        claims = {"exp": int(now + LIFE), "dat": {"off": offset, "qid": number}, "iat": int(now)}
        payload = _encoded(json.dumps(claims).encode())
        return f"{_encoded(b'{}')}.{payload}.{self._signature(payload)}"

    def _resume(self, token: str, asked: str) -> tuple[Sequence[Any], int, int]:
        _, _, rest = str(token).partition(".")
        payload, _, signature = rest.partition(".")
        expected = self._signature(payload)
        if not hmac.compare_digest(signature.encode("utf-8", "replace"), expected.encode()):
            raise invalid("continue_token", f"The field 'continue_token' is not valid, {CORRECT}")
        claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
        number = claims["dat"]["qid"]
        kept, until, found = self._searches.get(number, ("", 0.0, ()))
        if until <= self._now() or claims["exp"] <= self._now():
            raise invalid("continue_token", "The field 'continue_token' has expired, search again.")
        if kept != asked:
            raise invalid(
                "continue_token",
                "The field 'continue_token' belongs to a search with other parameters.",
            )
        return found, number, claims["dat"]["off"]

    def _signature(self, payload: str) -> str:
        return _encoded(hmac.digest(self._key, payload.encode("utf-8", "replace"), "sha256"))


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _digest(args: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(args, sort_keys=True, default=str).encode()).hexdigest()
