"""A triage's report: what is wrong, the worst first, and what could not be told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

import pandas as pd

from smtp2go_kit.triage.finding import Finding

if TYPE_CHECKING:
    from smtp2go_kit.triage.health.looking import Health

LEAST_MAIL = 30
"""Emails of a window below which only a fault of nearly all of them can be told."""
Status = Literal["healthy", "findings", "can't tell yet"]


@dataclass(frozen=True)
class Overview:
    """What became of the mail, in counts.

    Args:
        window: ``emails``, ``delivered``, ``bounced``, ``rejected``, ``waiting`` and
            ``complaints`` of the window, one for each recipient.
        past: The same of the time before.
        windows: How many windows the past has.
    """

    window: dict[str, int]
    past: dict[str, int]
    windows: int


@dataclass(frozen=True, eq=False, repr=False)
class Report:
    """What is wrong with an account's mail; shows itself in a notebook.

    Args:
        account: The URL that was asked; empty for a frame.
        start: First moment of the window, UTC.
        end: Its end, UTC.
        compared: First moment of the time it was compared with.
        findings: What is wrong, the most harmful first.
        undecided: What cannot be told yet, with the numbers it would be told from.
        notes: What could not be seen, and why.
        overview: What became of the mail.
        events: The events it was made from.
        health: The account's volume, rates and limits, if somebody looked at them too.
    """

    account: str
    start: pd.Timestamp
    end: pd.Timestamp
    compared: pd.Timestamp
    findings: tuple[Finding, ...]
    undecided: tuple[str, ...]
    notes: tuple[str, ...]
    overview: Overview
    events: pd.DataFrame
    health: Health | None = None

    @property
    def status(self) -> Status:
        """``findings`` if anything is wrong, else ``healthy``, or too little mail to tell."""
        if self.findings:
            return "findings"
        return "healthy" if self.overview.window["emails"] >= LEAST_MAIL else "can't tell yet"

    @property
    def is_sandbox(self) -> bool:
        """Whether this is the sandbox's invented account."""
        from smtp2go_kit.triage.health.looking import SANDBOX

        return self.account.startswith(SANDBOX)

    def mail_of(self, finding: Finding) -> pd.DataFrame:
        """The events of the emails that a finding is about, also those from before it began.

        They are rows of :attr:`events`, in their order, of whatever kind: opens and clicks too.

        Args:
            finding: One of :attr:`findings`, or another with such a cohort.
        """
        from smtp2go_kit.triage.drilling import mail_of

        return mail_of(self.events, finding.cohort)

    def to_frame(self) -> pd.DataFrame:
        """The findings, one a row; ``cohort`` and ``actions`` as text."""
        from smtp2go_kit.triage.rendering.table import frame_of

        return frame_of(self)

    def to_dict(self) -> dict[str, Any]:
        """Everything but the events, ready for JSON; ``health`` is null if nobody looked at it."""
        return {
            "account": self.account,
            "sandbox": self.is_sandbox,
            "status": self.status,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "compared": self.compared.isoformat(),
            "findings": [finding.to_dict() for finding in self.findings],
            "undecided": list(self.undecided),
            "notes": list(self.notes),
            "window": dict(self.overview.window),
            "past": self.overview.past | {"windows": self.overview.windows},
            "health": None if self.health is None else self.health.to_dict(),
        }

    def to_markdown(self) -> str:
        """The report as markdown; nothing that others wrote is markup, a link or a formula."""
        from smtp2go_kit.triage.rendering.markdown import markdown

        return markdown(self)

    @overload
    def to_html(self, path: None = None) -> str: ...
    @overload
    def to_html(self, path: str | Path) -> Path: ...
    def to_html(self, path: str | Path | None = None) -> str | Path:
        """One HTML page with charts that needs nothing else and runs nothing.

        Args:
            path: File to write it to, which is then returned; the page itself if not given.

        Raises:
            OSError: The file cannot be written.
        """
        from smtp2go_kit.triage.rendering.page import page

        if path is None:
            return page(self)
        target = Path(path)
        target.write_text(page(self), encoding="utf-8")
        return target

    def __repr__(self) -> str:
        from smtp2go_kit.triage.rendering.text import text

        return text(self)

    def _repr_html_(self) -> str:
        from smtp2go_kit.triage.rendering.fragment import fragment

        return fragment(self, level=3)
