"""Frames on the screen: foreign text as text, dollar signs as dollar signs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from smtp2go_kit.forms.markup import QUIET, escaped

MOST_ROWS = 50
"""Rows that are shown; the whole frame is in ``form.result``."""
MOST_WIDTH = 160
"""Characters of a cell that are shown."""
OPTIONS = (
    "display.html.use_mathjax",
    False,
    "display.max_colwidth",
    MOST_WIDTH,
    "display.max_columns",
    40,
    "display.show_dimensions",
    False,
)


def output_of(frame: pd.DataFrame, brief: Sequence[str] = ()) -> dict[str, Any]:
    """A frame as an output cell takes it, as HTML and as text.

    Args:
        frame: The frame.
        brief: The columns that are shown; all if not given. Empty ones are left out.
    """
    few = frame.head(MOST_ROWS)
    if named := [name for name in brief if name in frame.columns]:
        few = few[named]
    if len(few):
        few = few.dropna(axis="columns", how="all")
    note = _note(frame, few)
    with pd.option_context(*OPTIONS):
        table = (
            few.to_html(escape=True, border=0, index=False, na_rep="") if len(few.columns) else ""
        )
        text = few.to_string(index=False, na_rep="")
    data = {
        "text/html": f'<div class="tex2jax_ignore mathjax_ignore" tabindex="0" '
        f'style="overflow-x:auto">{table}<p style="{QUIET}">{escaped(note)}</p></div>',
        "text/plain": f"{text}\n{note}",
    }
    return {"output_type": "display_data", "data": data, "metadata": {}}


def _note(frame: pd.DataFrame, few: pd.DataFrame) -> str:
    rows = f"{len(frame):,} {'row' if len(frame) == 1 else 'rows'}"
    if len(few) < len(frame):
        rows = f"The first {len(few)} of {rows}"
    columns = f"{len(few.columns)} of {len(frame.columns)} columns"
    more = f", {columns}" if len(few.columns) < len(frame.columns) else ""
    return f"{rows}{more}. The whole frame is in form.result."
