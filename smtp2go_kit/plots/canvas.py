"""What all charts share: axes, colours, how foreign text is shown, and what a frame must have."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from smtp2go_kit.errors import InvalidArgument

SIZE = (9.0, 3.6)
"""Inches of a figure of their own."""
COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "processed": "#999999",
        "delivered": "#009E73",
        "soft-bounced": "#E69F00",
        "hard-bounced": "#D55E00",
        "rejected": "#CC79A7",
        "spam": "#000000",
        "unsubscribed": "#56B4E9",
        "opened": "#0072B2",
        "clicked": "#F0E442",
        "waiting": "#E4E4E4",
        "manual": "#FFFFFF",
        "other": "#BBBBBB",
    }
)
MARKERS: Mapping[str, str] = MappingProxyType(
    {
        "delivered": "o",
        "soft-bounced": "^",
        "hard-bounced": "v",
        "rejected": "s",
        "spam": "X",
        "unsubscribed": "D",
    }
)
"""Of the outcomes: the events that end what an email can become."""
HATCHES: Mapping[str, str] = MappingProxyType(
    {
        "soft-bounced": "//",
        "hard-bounced": "xx",
        "rejected": "\\\\",
        "unsubscribed": "-",
        "waiting": "..",
        "manual": "++",
        "other": "oo",
    }
)
PALE = ("clicked", "waiting", "manual", "other")
DARK = "#444444"
"""Edges of pale colours."""
EVENTS = ("events", "activity.search")
LONGEST = 36
"""Characters of a foreign name on an axis."""


def start(ax: Axes | None, title: str) -> Any:
    """The axes to draw on, titled; a figure of their own if there are none.

    Args:
        ax: Where to draw, if given.
        title: What is drawn.
    """
    # Any, as matplotlib's own types leave keyword arguments unknown.
    axes: Any = ax if ax is not None else _own()
    axes.set_title(title)
    return axes


def _own() -> Any:
    # pyplot, which a notebook shows figures of; whoever draws elsewhere brings axes.
    from matplotlib import pyplot as plt

    return plt.subplots(figsize=SIZE, layout="constrained")[1]


def with_legend(axes: Any) -> Axes:
    """The axes with the legend beside them."""
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    return done(axes)


def no_data(axes: Any, why: str = "no data") -> Axes:
    """The axes saying that there is nothing to draw."""
    axes.text(0.5, 0.5, why, transform=axes.transAxes, ha="center", va="center")
    axes.set_xticks([])
    axes.set_yticks([])
    return done(axes)


def done(axes: Any) -> Axes:
    """The axes under their own type again."""
    drawn: Axes = axes
    return drawn


def need(
    frame: pd.DataFrame, columns: tuple[str, ...], source: tuple[str, str] = EVENTS
) -> pd.DataFrame:
    """A frame that has these columns, its rows numbered anew and ``date`` in UTC.

    Args:
        frame: The argument of a chart; joined or filtered frames repeat or lack row labels.
        columns: What is needed of it.
        source: The argument's name, and the client's method that returns such a frame.

    Raises:
        InvalidArgument: A column is missing.
    """
    for column in columns:
        if column not in frame.columns:
            problem = f"no column {column!r}; give a frame as client.{source[1]}() returns it"
            raise InvalidArgument(source[0], problem)
    numbered = frame.reset_index(drop=True)
    return numbered.assign(
        **{name: pd.to_datetime(numbered[name], utc=True) for name in columns if name == "date"}
    )


def look(kind: str) -> dict[str, Any]:
    """How the bars of a kind look."""
    edge = DARK if kind in PALE else "white"
    return {"color": COLOURS[kind], "hatch": HATCHES.get(kind), "edgecolor": edge}


def ink(axes: Any) -> Any:
    """The colour of text on these axes, which shows on their background, dark ones too."""
    return axes.title.get_color()


def name_rows(axes: Any, names: list[str]) -> None:
    """Name horizontal bars, the first on top.

    Args:
        axes: Where the bars are, at 0, 1, 2...
        names: Their names, which may be foreign text.
    """
    # A dollar sign in a name is no formula.
    axes.set_yticks(np.arange(len(names)), names, parse_math=False)
    # Room for three, so that the bar of a single one is no wall.
    axes.set_ylim(max(len(names), 3) - 0.4, -0.6)


def percent(part: pd.Series[Any], whole: pd.Series[Any]) -> Any:
    """Shares as percentages."""
    return 100 * part.to_numpy(float) / whole.to_numpy(float)


def shown(name: str) -> str:
    """A foreign name in characters that every font has."""
    text = name.encode("ascii", "backslashreplace").decode()
    text = "".join(c if c.isprintable() else "?" for c in text)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
