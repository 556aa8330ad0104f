"""Bounds that involve more than one argument of an operation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LEAST_DEDICATED = 100_000


def dedicated_ip_needs_volume(wire: Mapping[str, Any]) -> tuple[str, str] | None:
    """A dedicated IP goes only with a plan of more than 100,000 emails."""
    if wire.get("dedicated_ip") and wire.get("limit", 0) <= LEAST_DEDICATED:
        return "dedicated_ip", "needs a limit above 100,000 emails; pass limit=250000 or more"
    return None


def rate_limit_is_whole(wire: Mapping[str, Any]) -> tuple[str, str] | None:
    """A custom rate limit needs both its value and its period."""
    if wire.get("custom_ratelimit"):
        for name in ("custom_ratelimit_value", "custom_ratelimit_period"):
            if name not in wire:
                return name, "is required when custom_ratelimit is true"
    return None
