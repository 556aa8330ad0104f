"""Work under way: how far it is, and whether somebody wants it to stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from smtp2go_kit.progress import Stopped

SLICE = 0.2
"""Seconds of a wait after which a stop is noticed."""


class Work:
    """One run: counts and seconds for whoever looks on; a stop between two requests.

    Args:
        sleep: Waits some seconds.
        changed: Told when the counts change.
        clock: Seconds that only go forward.
    """

    def __init__(
        self,
        sleep: Callable[[float], object],
        changed: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.done = 0
        self.total = 0
        self._sleep = sleep
        self._changed = changed
        self._clock = clock
        self._started = clock()
        self._stop = threading.Event()

    @property
    def elapsed(self) -> float:
        """Seconds since it began."""
        return self._clock() - self._started

    @property
    def is_stopping(self) -> bool:
        """Whether it was asked to stop."""
        return self._stop.is_set()

    def stop(self) -> None:
        """End before the next request."""
        self._stop.set()
        self._changed()

    def update(self, done: int, total: int) -> None:
        """Note how far it is.

        Args:
            done: Rows or calls so far.
            total: Rows or calls in all.
        """
        self.done, self.total = done, total
        self._changed()

    def close(self) -> None:
        """The call is over; nothing is left open."""

    def pause(self, seconds: float) -> None:
        """Wait before a request.

        Args:
            seconds: How long; 0 only looks whether to stop.

        Raises:
            Stopped: It was asked to stop.
        """
        while True:
            if self._stop.is_set():
                raise Stopped
            if seconds <= 0:
                return
            self._sleep(min(seconds, SLICE))
            seconds -= SLICE
