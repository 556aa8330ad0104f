"""A bar for calls that fetch many pages, shown where somebody looks on."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Protocol


def is_interactive() -> bool:
    """Whether output goes to a terminal or a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None or bool(getattr(sys.stderr, "isatty", lambda: False)())


class Stopped(Exception):
    """Somebody who looks on wants no more; raised where nothing is under way."""


class Progress(Protocol):
    """Somebody who is told how far a call has come."""

    @property
    def update(self) -> Callable[[int, int], None]:
        """Takes the rows fetched so far and the rows in all."""
        ...

    def close(self) -> None:
        """The call is over."""
        ...


class Bar:
    """Progress through the rows of a call; a bar is drawn from the second page on.

    Args:
        title: What the bar counts.
        shown: Force it on or off; None shows it where output is interactive.
    """

    def __init__(self, title: str, shown: bool | None) -> None:
        self._title = title
        self._shown = is_interactive() if shown is None else shown
        self._forced = shown is True
        self._bar: Any = None

    @property
    def update(self) -> Callable[[int, int], None]:
        """Takes the rows fetched so far and the rows in all."""
        return self._update if self._shown else _ignore

    def close(self) -> None:
        """Leave the bar as it is."""
        if self._bar is not None:
            self._bar.close()

    def _update(self, fetched: int, total: int) -> None:
        if self._bar is None:
            if fetched >= total and not self._forced:
                return
            from tqdm.auto import tqdm

            self._bar = tqdm(total=total, desc=self._title, unit=" rows")
        self._bar.total = max(total, fetched)
        self._bar.update(fetched - self._bar.n)


def _ignore(fetched: int, total: int) -> None:
    """Draw nothing."""
