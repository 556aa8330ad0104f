"""Addresses of people, hidden from a model but for their domain."""

from __future__ import annotations

import re
from collections.abc import Iterable

ADDRESS = re.compile(
    r"""(?P<local>"[^"]{1,64}"|[^\s<>()\[\],;:"']{1,200})@(?P<domain>\[[\w.:]+\]|\w(?:[\w.-]*\w)?)"""
)
HIDING = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
"""Characters that show nothing and could part an address."""


def masked(text: str, kept: Iterable[str] = ()) -> str:
    """A text whose addresses show a first letter and the domain: ``a***@example.com``.

    Args:
        text: Any text.
        kept: Addresses in small letters that stay as they are.
    """
    known = frozenset(kept)

    def hide(found: re.Match[str]) -> str:
        if found[0].lower() in known:
            return found[0]
        first = found["local"].lstrip('"')[:1]
        return f"{first}***@{found['domain']}"

    return ADDRESS.sub(hide, HIDING.sub("", text)) if "@" in text else text
