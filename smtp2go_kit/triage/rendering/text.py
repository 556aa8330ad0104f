"""A triage's report as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from smtp2go_kit.triage.health import report as account
from smtp2go_kit.triage.health.report import _wrapped
from smtp2go_kit.triage.rendering import words
from smtp2go_kit.triage.wording import ascii_only, plain

if TYPE_CHECKING:
    from smtp2go_kit.triage.finding import Finding
    from smtp2go_kit.triage.findings import Report

LONGEST = 700
"""Characters of a sentence that are shown."""
INDENT = " " * 5


def text(report: Report) -> str:
    """The report as ASCII text of at most 100 columns.

    Args:
        report: What was found.
    """
    shown = ((title, [*lines]) for title, lines in _sections(report))
    return "\n\n".join(
        ascii_only("\n".join([*([title] if title else []), *lines]))
        for title, lines in shown
        if lines
    )


def _sections(report: Report) -> Iterator[tuple[str, Iterable[str]]]:
    yield "", _head(report)
    yield "", _overview(report)
    yield "Findings", _findings(report)
    yield "Can't tell yet", _items(report.undecided)
    if report.health is not None:
        yield "", [f"All that was looked at: {account.period(report.health)}"]
        yield from account.sections(report.health)
    yield "Could not see", _items(words.unseen(report))


def _head(report: Report) -> Iterator[str]:
    for line in (words.title(report), words.compared(report), words.outcome(report)):
        yield from _paragraph(line, "")


def _overview(report: Report) -> Iterator[str]:
    yield from _paragraph(words.fate(report), "")
    if table := words.shares(report):
        for cells in (("", *words.HEADS[1:]), *(share.cells for share in table)):
            yield _row(*cells)


def _row(name: str, counted: str, share: str, interval: str, before: str, band: str) -> str:
    return f"  {name:15}{counted:>20}{share:>9}{interval:>18}{before:>9}  {band}"


def _findings(report: Report) -> Iterator[str]:
    for place, finding in enumerate(report.findings, 1):
        if place > 1:
            yield ""
        yield from _wrapped(plain(finding.problem, LONGEST), f"{place:>3}. ", INDENT)
        yield from _finding(finding)


def _finding(finding: Finding) -> Iterator[str]:
    for name, line in (
        ("Cause", words.cause(finding)),
        ("Mail", words.cohort(finding)),
        ("Since", words.times(finding)),
        ("Count", words.counts(finding)),
    ):
        yield from _paragraph(f"{name}: {line}", INDENT)
    yield from _list(words.FOREIGN, finding.responses)
    yield from _list("Ruled out", finding.ruled_out)
    yield from _list("What to do", map(words.step, finding.actions))
    yield from _paragraph(f"Then: {finding.verify}", INDENT)


def _list(title: str, lines: Iterable[str]) -> Iterator[str]:
    for place, line in enumerate(lines):
        if not place:
            yield f"{INDENT}{title}:"
        yield from _wrapped(plain(line, 2 * LONGEST), f"{INDENT}  - ", f"{INDENT}    ")


def _paragraph(line: str, indent: str) -> list[str]:
    return _wrapped(plain(line, LONGEST), indent, f"{indent}  " if indent else "")


def _items(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield from _wrapped(plain(line, LONGEST), "  - ", "    ")
