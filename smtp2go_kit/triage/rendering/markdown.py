"""A triage's report as markdown; nothing that others wrote is markup, a link or a formula in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from smtp2go_kit.triage.health import report as account
from smtp2go_kit.triage.rendering import words
from smtp2go_kit.triage.wording import ascii_only, plain

if TYPE_CHECKING:
    from smtp2go_kit.triage.finding import Finding
    from smtp2go_kit.triage.findings import Report

LONGEST = 700
"""Characters of a sentence that are shown."""
MARKUP = re.compile(r"([\\`*_{}\[\]#|!$~])")
# Entities, as not every reader of markdown takes a backslash before these.
ENTITIES = (
    ("&", "&amp;"),
    ("<", "&lt;"),
    (">", "&gt;"),
    ("://", ":&#47;&#47;"),
    ("www.", "www&#46;"),
)
TICKS = re.compile("`+")


def markdown(report: Report) -> str:
    """The report as markdown.

    Args:
        report: What was found.
    """
    return "\n".join([*_head(report), *_findings(report), *_rest(report)]).rstrip() + "\n"


def _head(report: Report) -> Iterator[str]:
    yield f"# {_safe(words.title(report))}\n"
    yield f"{_safe(words.compared(report))}\n"
    yield f"**{_safe(words.outcome(report))}**\n"
    yield f"{_safe(words.fate(report))}\n"
    if table := words.shares(report):
        yield from (_row(words.HEADS), _row(["---", *["---:"] * 4, "---"]))
        yield from (_row(map(_safe, share.cells)) for share in table)
        yield ""


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _findings(report: Report) -> Iterator[str]:
    if report.findings:
        yield "## Findings\n"
    for place, finding in enumerate(report.findings, 1):
        yield f"### {place}. {_safe(finding.problem)}\n"
        yield from _finding(finding)
        yield ""


def _finding(finding: Finding) -> Iterator[str]:
    yield f"- **Cause:** {_safe(words.cause(finding))}"
    yield f"- **Mail:** {_safe(words.cohort(finding))}"
    yield f"- **Since:** {_safe(words.times(finding))}"
    yield f"- **Count:** {_safe(words.counts(finding))}"
    yield from _list(words.FOREIGN, "-", map(_code, finding.responses))
    yield from _list("Ruled out", "-", map(_safe, finding.ruled_out))
    yield from _list("What to do", "1.", (_safe(words.step(each)) for each in finding.actions))
    yield f"- **Then:** {_safe(finding.verify)}"


def _list(title: str, mark: str, lines: Iterable[str]) -> Iterator[str]:
    for place, line in enumerate(lines):
        if not place:
            yield f"- **{title}:**"
        yield f"    {mark} {line}"


def _rest(report: Report) -> Iterator[str]:
    yield from _section("Can't tell yet", report.undecided)
    if report.health is not None:
        yield f"## All that was looked at: {_safe(account.period(report.health))}\n"
        for title, lines in account.sections(report.health):
            yield from _block(title, [*lines])
    yield from _section("Could not see", words.unseen(report))


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    items = [f"- {_safe(line)}" for line in lines]
    if items:
        yield from (f"## {title}\n", *items, "")


def _block(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        block = ascii_only("\n".join(lines))
        fence = "`" * max(3, _most_ticks(block) + 1)
        yield f"### {title}\n\n{fence}text\n{block}\n{fence}\n"


def _safe(foreign: str) -> str:
    line = plain(foreign, LONGEST)
    for found, entity in ENTITIES:
        line = line.replace(found, entity)
    # An entity's own number sign is no heading.
    return MARKUP.sub(r"\\\1", line).replace(r"&\#", "&#")


def _code(foreign: str) -> str:
    line = plain(foreign, LONGEST)
    ticks = "`" * (_most_ticks(line) + 1)
    return f"{ticks} {line} {ticks}"


def _most_ticks(text: str) -> int:
    return max((len(run) for run in TICKS.findall(text)), default=0)
