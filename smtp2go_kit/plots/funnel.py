"""The way of emails, from processed to clicked."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from smtp2go_kit.plots.canvas import done, look, name_rows, need, no_data, start, with_legend
from smtp2go_kit.triage.health.copies import KEY, addressed, copies

COLUMNS = ("email_id", "recipient", "recipients", "event", "date", "sender")
STEPS = ("processed", "delivered", "opened", "clicked")
LOST = ("soft-bounced", "hard-bounced", "rejected", "waiting")
"""What keeps an email that was processed from being delivered; ``waiting`` has no outcome yet."""


def delivery_funnel(events: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """How many emails were processed, delivered, opened and clicked, and where they were lost.

    Each recipient's copy counts once in a step, and only if the frame says that it was sent. An
    open proves a delivery, and a click an open. Not every reader is seen and not every open is
    a reader's: mail programs that load no images are missing, machines that load all are in.

    Args:
        events: As ``client.activity.search()`` returns them; all kinds, and not ``only_latest``.
        ax: Where to draw; a figure of its own if not given.
    """
    counts = _counts(need(events, COLUMNS))
    axes = start(ax, "From processed to clicked")
    whole = counts["processed"]
    if not whole:
        return no_data(axes)
    for place, step in enumerate(STEPS):
        axes.barh(place, 100 * counts[step] / whole, **look(step))
    _lost(axes, counts)
    name_rows(axes, [f"{step}\n{_share(counts[step], whole)}" for step in STEPS])
    axes.set_xlim(0, 100)
    axes.set_xlabel("% of emails processed, each recipient's copy" + _left_out(counts["earlier"]))
    return with_legend(axes) if counts["delivered"] < whole else done(axes)


def _counts(events: pd.DataFrame) -> dict[str, int]:
    """Copies by the step they reached, by what lost them, and those sent ``earlier``."""
    told = copies(events).merge(_engaged(addressed(events)), on=KEY, how="outer")
    flags = told.drop(columns=[*KEY, "sender", "date", "domain"]).fillna(value=False).astype(bool)
    sent, rejected, bounced = flags["sent"], flags["rejected"], flags["bounced"]
    arrived = sent & ~bounced & (flags["delivered"] | flags["opened"])
    kinds = {
        "processed": sent | rejected,
        "delivered": arrived,
        "opened": arrived & flags["opened"],
        "clicked": arrived & flags["clicked"],
        "soft-bounced": bounced & ~flags["hard"],
        "hard-bounced": flags["hard"],
        "rejected": rejected,
        "waiting": sent & ~bounced & ~arrived,
        "earlier": flags["opened"] & ~sent & ~rejected,
    }
    return {kind: int(among.sum()) for kind, among in kinds.items()}


def _engaged(known: pd.DataFrame) -> pd.DataFrame:
    """Copies that were opened or clicked."""
    seen = known.loc[known["event"].isin(("opened", "clicked")), [*KEY, "event"]]
    flags = seen[KEY].assign(opened=True, clicked=seen["event"].eq("clicked"))
    return flags.groupby(KEY, sort=False, dropna=False, as_index=False).any()


def _lost(axes: Any, counts: dict[str, int]) -> None:
    """What was not delivered, beside what was."""
    left, whole = counts["delivered"], counts["processed"]
    for kind in [kind for kind in LOST if counts[kind]]:
        label = f"{kind}: {_share(counts[kind], whole)}"
        place = {"left": 100 * left / whole, "label": label}
        axes.barh(1, 100 * counts[kind] / whole, **place, **look(kind))
        left += counts[kind]


def _share(count: int, whole: int) -> str:
    percent = 100 * count / whole
    return f"{count:,} ({'<0.1' if 0 < percent < 0.05 else format(percent, '.1f')} %)"


def _left_out(earlier: int) -> str:
    return f"\n(not counted: {earlier:,} opened or clicked, but sent earlier)" if earlier else ""
