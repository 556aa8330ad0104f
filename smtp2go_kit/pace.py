"""When a client may send its next request: the service's budgets, and waits after a 429."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator

from smtp2go_kit.operation import Budget

MARGIN = 1.0
"""Seconds added to a budget's period, as requests arrive later than they leave."""


class Pace:
    """Turns to send, shared by all threads and tasks of a client.

    Args:
        clock: Seconds that only go forward.
        enforced: Whether budgets are kept; waits after a 429 always are.
    """

    def __init__(self, clock: Callable[[], float], *, enforced: bool = True) -> None:
        self._clock = clock
        self._enforced = enforced
        self._lock = threading.Lock()
        self._turns: dict[str, deque[float]] = defaultdict(deque[float])
        self._held_until = float("-inf")
        self._holds = 0

    def turn(self, name: str, budget: Budget | None) -> Iterator[float]:
        """The seconds to wait, one wait after the other, before a request may leave.

        Args:
            name: The operation's name, which its budget is counted under.
            budget: The operation's budget, if it has one.
        """
        start, holds = self._reserve(name, budget)
        while True:
            if (wait := start - self._clock()) > 0:
                yield wait
            with self._lock:
                if holds == self._holds:
                    return
                # Another thread was told to wait meanwhile; that holds for all.
                start, holds = self._held_until, self._holds

    def hold(self, seconds: float) -> None:
        """Let no request leave for that many seconds."""
        with self._lock:
            self._held_until = max(self._held_until, self._clock() + seconds)
            self._holds += 1

    def _reserve(self, name: str, budget: Budget | None) -> tuple[float, int]:
        with self._lock:
            start = max(self._clock(), self._held_until)
            if budget and self._enforced:
                turns = self._turns[name]
                if len(turns) == budget.requests:
                    start = max(start, turns.popleft() + budget.seconds + MARGIN)
                turns.append(start)
            return start, self._holds
