"""When a client may send its next request: the service's budgets, and waits after a 429."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Generator
from dataclasses import dataclass

from smtp2go_kit.operation import Budget

MARGIN = 1.0
"""Seconds added to a budget's period, as requests arrive later than they leave."""


@dataclass(slots=True)
class _Turn:
    start: float
    taken: bool = False


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
        self._turns: dict[str, list[_Turn]] = defaultdict(list[_Turn])
        self._held_until = float("-inf")
        self._holds = 0

    def turn(self, name: str, budget: Budget | None) -> Generator[float]:
        """The seconds to wait, one wait after the other, before a request may leave.

        Whoever stops waiting closes the generator, which gives the turn back.

        Args:
            name: The operation's name, which its budget is counted under.
            budget: The operation's budget, if it has one.
        """
        while True:
            turn, holds = self._reserve(name, budget)
            if (wait := turn.start - self._clock()) > 0:
                try:
                    yield wait
                except GeneratorExit:
                    self._give_back(name, turn)
                    raise
            with self._lock:
                if holds == self._holds:
                    turn.taken = True
                    return
            # The service said wait meanwhile, which gave all turns not yet taken back.

    def _give_back(self, name: str, turn: _Turn) -> None:
        """Free a turn whose caller was interrupted while it waited."""
        with self._lock:
            self._turns[name] = [kept for kept in self._turns[name] if kept is not turn]

    def hold(self, seconds: float) -> None:
        """Let no request leave for that many seconds; whoever waits takes a new turn.

        Args:
            seconds: How long.
        """
        with self._lock:
            self._held_until = max(self._held_until, self._clock() + seconds)
            self._holds += 1
            for name, turns in self._turns.items():
                self._turns[name] = [turn for turn in turns if turn.taken]

    def _reserve(self, name: str, budget: Budget | None) -> tuple[_Turn, int]:
        with self._lock:
            now = self._clock()
            turn = _Turn(max(now, self._held_until))
            if budget and self._enforced:
                period = budget.seconds + MARGIN
                turns = [kept for kept in self._turns[name] if kept.start > now - period]
                if len(turns) >= budget.requests:
                    turn.start = max(turn.start, turns[-budget.requests].start + period)
                self._turns[name] = [*turns, turn]
            return turn, self._holds
