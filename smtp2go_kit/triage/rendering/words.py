"""What a triage's report says, in words that every rendering shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from smtp2go_kit.triage.health.parts import MONTH
from smtp2go_kit.triage.health.rates import BOUNCE, Bands, spam_bands
from smtp2go_kit.triage.intervals import jeffreys
from smtp2go_kit.triage.wording import number, percent, span
from smtp2go_kit.triage.writing import where

if TYPE_CHECKING:
    from smtp2go_kit.triage.action import Action
    from smtp2go_kit.triage.finding import Finding
    from smtp2go_kit.triage.findings import Report

DAY = pd.Timedelta(days=1)
TO_THE_MINUTE = "%Y-%m-%d %H:%M"
FOREIGN = "Answers as they came (others wrote them)"
"""The heading of what is quoted."""
HEADS = ("Emails", "Count", "Share", "95 % interval", "Before", "SMTP2GO's band")
"""Of the table of :func:`shares`."""


@dataclass(frozen=True, slots=True)
class Share:
    """What became of a part of the window's mail, in words.

    Args:
        name: What happened to it.
        counted: How many of how many.
        percent: The share.
        interval: Its 95 % Jeffreys interval.
        before: The share of the time before.
        band: SMTP2GO's band, as far as it can be told.
    """

    name: str
    counted: str
    percent: str
    interval: str
    before: str
    band: str

    @property
    def cells(self) -> tuple[str, ...]:
        """All of it, in the order of :data:`HEADS`."""
        return self.name, self.counted, self.percent, self.interval, self.before, self.band


def title(report: Report) -> str:
    """Whose mail it is about.

    Args:
        report: What was found.
    """
    if report.is_sandbox:
        return "Triage of the sandbox, an invented account"
    return f"Triage of {report.account or 'the events given'}"


def compared(report: Report) -> str:
    """What was compared with what.

    Args:
        report: What was found.
    """
    length = span((report.end - report.start) / DAY)
    window = f"{report.start:{TO_THE_MINUTE}} to {report.end:{TO_THE_MINUTE}} UTC ({length})"
    past = span(max(0.0, (report.start - report.compared) / DAY))
    if report.compared >= report.start:
        return f"{window}, compared with nothing: there is no mail from before."
    return f"{window}, compared with the {past} before it, from {report.compared:{TO_THE_MINUTE}}."


def outcome(report: Report) -> str:
    """What came of it, in one sentence.

    Args:
        report: What was found.
    """
    count = len(report.findings)
    match report.status:
        case "findings":
            return f"{number(count)} finding{'' if count == 1 else 's'}, the most harmful first."
        case "healthy":
            return "Nothing is out of the ordinary."
        case _:
            return "Nothing is proven to be out of the ordinary; not all of it can be told yet."


def fate(report: Report) -> str:
    """What became of the window's mail, in counts.

    Args:
        report: What was found.
    """
    told, past, windows = report.overview.window, report.overview.past, report.overview.windows
    if not told["emails"]:
        usual = "" if not windows else f"; {_usually(past, windows)}"
        return f"No email left in the window{usual}."
    counts = ", ".join(
        f"{number(told[name])} {name}" for name in ("delivered", "bounced", "waiting")
    )
    before = f"; {_usually(past, windows)}" if windows else ""
    return (
        f"{number(told['emails'])} emails, counted once for each recipient: {counts}, "
        f"{number(told['rejected'])} rejected by SMTP2GO{before}."
    )


def _usually(past: Mapping[str, int], windows: int) -> str:
    return f"{number(round(past['emails'] / windows))} in an average window before"


def shares(report: Report) -> list[Share]:
    """The shares of the window that tell most, beside the past's and SMTP2GO's bands.

    Args:
        report: What was found.
    """
    now, past = report.overview.window, report.overview.past
    if not now["emails"]:
        return []
    left, before = (counts["emails"] - counts["rejected"] for counts in (now, past))
    bands = spam_bands(_monthly(report))
    return [
        _share("bounced", (now["bounced"], left), (past["bounced"], before), BOUNCE),
        _share("marked as spam", (now["complaints"], left), (past["complaints"], before), bands),
        _share("rejected", (now["rejected"], now["emails"]), (past["rejected"], past["emails"])),
    ]


def _share(
    name: str, now: tuple[int, int], past: tuple[int, int], bands: Bands | None = None
) -> Share:
    x, n = now
    interval = jeffreys(x, n)
    return Share(
        name=name,
        counted=f"{number(x)} of {number(n)}",
        percent=percent(100 * x / n) if n else "-",
        interval=ends(interval) if n else "-",
        before=percent(100 * past[0] / past[1]) if past[1] else "-",
        band=_band(interval, bands) if n else "-",
    )


def ends(interval: tuple[float, float]) -> str:
    """An interval in words.

    Args:
        interval: Shares, 0 to 1.
    """
    return f"{100 * interval[0]:.2f} to {100 * interval[1]:.2f} %"


def _band(interval: tuple[float, float], bands: Bands | None) -> str:
    if bands is None:
        return "-"
    low, high = (bands.of(100 * end) for end in interval)
    return low if low == high else f"can't tell: {low} to {high}"


def _monthly(report: Report) -> int:
    """Emails of 30 days, by all that was seen."""
    seen = max(report.end - min(report.compared, report.start), DAY) / DAY
    left = [
        counts["emails"] - counts["rejected"]
        for counts in (report.overview.window, report.overview.past)
    ]
    return round(sum(left) * MONTH / seen)


def cause(finding: Finding) -> str:
    """A finding's cause and how sure it is.

    Args:
        finding: The finding.
    """
    return f"{finding.cause} (confidence {finding.confidence:.2f}). {finding.why}"


def cohort(finding: Finding) -> str:
    """The part of the mail that a finding is about.

    Args:
        finding: The finding.
    """
    parts = {k: (v,) if isinstance(v, str) else tuple(v) for k, v in finding.cohort.items()}
    return where(parts) or "all mail"


def times(finding: Finding) -> str:
    """When it began, and when it was seen last.

    Args:
        finding: The finding.
    """
    since, until = (f"{moment:{TO_THE_MINUTE}}" for moment in (finding.since, finding.until))
    return f"{since} UTC, last seen {until} UTC"


def counts(finding: Finding) -> str:
    """How much it is, with its interval and what is usual.

    Args:
        finding: The finding.
    """
    x, n = finding.x, finding.n
    beyond = f"{finding.expected:,.1f} to be expected, {finding.excess:,.1f} beyond"
    if finding.what == "data-gap":
        return f"about {number(x)} of {number(n)} are missing or wrong"
    if finding.what == "volume":
        return f"{number(x)} emails; {beyond}"
    share = f" ({percent(100 * x / n)}, 95 % interval {ends(finding.interval)})" if n else ""
    return f"{number(x)} of {number(n)}{share}; {beyond}"


def step(action: Action) -> str:
    """An action on one line, and whether it can be undone.

    Args:
        action: The action.
    """
    return f"{action}{' It cannot be undone.' if action.destructive else ''}"


def unseen(report: Report) -> list[str]:
    """What could not be seen, each once.

    Args:
        report: What was found.
    """
    more = () if report.health is None else report.health.unseen
    return list(dict.fromkeys((*report.notes, *more)))
