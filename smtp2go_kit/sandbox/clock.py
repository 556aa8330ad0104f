"""The present moment of a sandbox: given, or the real one."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

from smtp2go_kit.errors import InvalidArgument

Clock = dt.datetime | str | Callable[[], dt.datetime] | None


def clock_of(now: Clock) -> Callable[[], dt.datetime]:
    """What tells the present moment.

    Args:
        now: A moment, which then stands still, or a function that gives it; the real one if
            not given.

    Raises:
        InvalidArgument: It is no moment.
    """
    if now is None:
        return lambda: dt.datetime.fromtimestamp(time.time(), dt.UTC)
    if callable(now):
        return now
    try:
        moment = dt.datetime.fromisoformat(now) if isinstance(now, str) else now
    except ValueError:
        raise InvalidArgument("now", f"expected ISO-8601 such as 2026-11-24, got {now!r}") from None
    if not isinstance(moment, dt.datetime):
        raise InvalidArgument("now", f"expected a datetime or ISO-8601 text, got {now!r}")
    aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return lambda: aware
