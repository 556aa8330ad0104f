"""The events of a simulation as columns, and in which order they are told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from smtp2go_kit.sandbox.seeding.events import shown
from smtp2go_kit.sandbox.seeding.outcomes import Outcomes
from smtp2go_kit.sandbox.seeding.people import Bools, Floats, Ints
from smtp2go_kit.sandbox.seeding.reactions import Reactions
from smtp2go_kit.sandbox.seeding.views import Views

KINDS = (
    "processed",
    "delivered",
    "hard-bounced",
    "soft-bounced",
    "rejected",
    "opened",
    "clicked",
    "unsubscribed",
    "resubscribed",
    "spam",
)


@dataclass(slots=True)
class Log:
    """Events by place; those of openings and clicks carry the place in their views.

    Args:
        row: Row of the mailing.
        kind: Place in ``KINDS``.
        ts: When.
        view: Place among the openings or clicks shown, or -1.
        order: The events that the account tells of, oldest first; one may be told twice.
    """

    row: Ints
    kind: Ints
    ts: Floats
    view: Ints
    order: Ints

    def drop(self, gone: Bools) -> None:
        """Forget events, by a flag for each told."""
        self.order = self.order[~gone]

    def forget_views(self) -> None:
        """Forget openings and clicks."""
        self.order = self.order[self.view[self.order] < 0]

    def repeat(self, again: Bools) -> None:
        """Tell of some events twice, by a flag for each told."""
        self.order = np.repeat(self.order, np.where(again, 2, 1))


def log(outcomes: Outcomes, reactions: Reactions, opens: Views, clicks: Views) -> Log:
    """Everything that happened, in the order that ``seeding.events`` yields it."""
    rows = np.arange(len(outcomes.mailing))
    parts = [(rows, np.zeros_like(rows), outcomes.mailing.ts)]
    parts.append(_endings(outcomes, reactions))
    for number, views in ((KINDS.index("opened"), opens), (KINDS.index("clicked"), clicks)):
        parts.append((views.row, np.full(len(views.row), number), views.ts))
    for name, happened in (
        ("unsubscribed", reactions.unsubscribed),
        ("resubscribed", reactions.resubscribed),
        ("spam", reactions.complained),
    ):
        parts.append(_happened(KINDS.index(name), happened.items()))
    row, kind, ts = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Log(row, kind, ts, _places(parts), np.argsort(ts, kind="stable"))


def viewed(reactions: Reactions, views: Views, count: int) -> Views:
    """The views of mail that was really sent."""
    sent = np.ones(count, np.bool_)
    sent[list(reactions.rejected)] = False
    return shown(views, sent)


def _endings(outcomes: Outcomes, reactions: Reactions) -> tuple[Ints, Ints, Floats]:
    conditions = [outcomes.delivered, outcomes.hard, outcomes.decided]
    kind = np.select(conditions, [1, 2, 3], -1)
    ts = outcomes.final.copy()
    rejected = np.array(list(reactions.rejected), np.int64)
    kind[rejected] = KINDS.index("rejected")
    ts[rejected] = outcomes.mailing.ts[rejected]
    rows = np.flatnonzero(kind >= 0)
    return rows, kind[rows], ts[rows]


def _happened(kind: int, happened: Iterable[tuple[int, float]]) -> tuple[Ints, Ints, Floats]:
    pairs = list(happened)
    rows = np.array([row for row, _ in pairs], np.int64)
    return rows, np.full(len(pairs), kind), np.array([ts for _, ts in pairs], np.float64)


def _places(parts: list[tuple[Ints, Ints, Floats]]) -> Ints:
    views = (2, 3)
    places = [
        np.arange(len(row)) if number in views else np.full(len(row), -1)
        for number, (row, _, _) in enumerate(parts)
    ]
    return np.concatenate(places)
