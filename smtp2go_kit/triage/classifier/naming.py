"""Names that an answer gives away: block lists, providers, tokens, identities, delays."""

from __future__ import annotations

import functools
import re

from smtp2go_kit.triage.classifier.ruleset import data

UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
DELAY = re.compile(
    r"(?:retry|again|wait|later|expires?|available|greylisted|greylisting|delayed|blocked|deferred)"
    r"\b[^.;]{0,30}?\b(\d{1,6}) ?(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)\b"
)
PLAIN = re.compile(
    r"(?:retry[- ]after\W{1,3}|(?:try again|retry) (?:in|after) )(\d{1,6})\b(?![-/.:]\d)"
)
CLOCK = re.compile(
    r"(?:retry|again|wait|back|later|delay|greylist)[^.;\d]{0,40}\b00:(\d\d):(\d\d)\b"
)


def delay(lowered: str) -> int | None:
    """Seconds to wait before the next attempt, where a text says so.

    Args:
        lowered: The text, in small letters.
    """
    if found := DELAY.search(lowered):
        return int(found[1]) * UNITS[found[2][0]]
    if found := CLOCK.search(lowered):
        return 60 * int(found[1]) + int(found[2])
    found = PLAIN.search(lowered)
    return int(found[1]) if found else None


def blocklist(lowered: str) -> str:
    """The block list that a text names, or "".

    Args:
        lowered: The text, in small letters.
    """
    return _first("blocklists", lowered)


def author(lowered: str) -> str:
    """The provider that a text gives away as its author, or "".

    Args:
        lowered: The text, in small letters.
    """
    return _first("providers", lowered)


def identity(lowered: str) -> str:
    """Whose reputation a text names, such as ``dkim-domain``; or "".

    Args:
        lowered: The text, in small letters.
    """
    return _first("identities", lowered)


def token(lowered: str) -> str:
    """A provider's own code in a text, in capitals; or "".

    Args:
        lowered: The text, in small letters.
    """
    for pattern in _tokens():
        if found := pattern.search(lowered):
            return str(found[1]) if "_nsu" in found[1] else str(found[1]).upper()
    return ""


def _first(table: str, lowered: str) -> str:
    return next((name for name, pattern in _table(table) if pattern.search(lowered)), "")


@functools.cache
def _table(name: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (label, re.compile("|".join(them))) for label, them in data("names.toml")[name].items()
    )


@functools.cache
def _tokens() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in data("names.toml")["tokens"]["patterns"])
