"""A triage's report as HTML, for a notebook or a page; nothing in it runs.

Everything here that others wrote goes through :func:`_text`, which leaves no markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from smtp2go_kit.triage.health import page as account
from smtp2go_kit.triage.health.page import PART, Cell, _table, _text, section
from smtp2go_kit.triage.health.report import period
from smtp2go_kit.triage.rendering import words
from smtp2go_kit.triage.wording import visible

if TYPE_CHECKING:
    from smtp2go_kit.triage.finding import Finding
    from smtp2go_kit.triage.findings import Report

LONGEST = 700
"""Characters of a sentence that are shown."""
STYLE = """\
.mail-health .finding { border: 1px solid #8884; border-radius: .4rem; margin: .5rem 0;
  padding: .5rem .8rem; overflow-wrap: anywhere; }
.mail-health .finding > summary { cursor: pointer; font-weight: 600; }
.mail-health dt { font-weight: 600; margin-top: .6rem; }
.mail-health dd { margin: .1rem 0 0; }
.mail-health dd ol, .mail-health dd ul { margin: .2rem 0; padding-left: 1.4rem; }
@media (max-width: 40rem) {
  .mail-health .overview th, .mail-health .overview td { min-width: 0;
    overflow-wrap: normal; font-size: .8em; } }
.mail-health pre { overflow-wrap: anywhere; font-family: ui-monospace, monospace; }
"""
NUMBERS = (1, 2, 3, 4)
"""Places of the overview's columns that hold numbers."""


def fragment(
    report: Report, *, level: int, pictures: Mapping[int, str] | None = None, charts: str = ""
) -> str:
    """The report as a part of a page; MathJax leaves its dollar signs alone.

    Args:
        report: What was found.
        level: The level of its heading, 1 to 4.
        pictures: Charts of findings by their place, as HTML.
        charts: Charts of all mail, as HTML.
    """
    sections = (
        ("Findings", _findings(report, pictures or {})),
        ("Can't tell yet", _sentences(report.undecided)),
        ("The mail", charts),
        (_health_title(report), _health(report, level)),
        ("Could not see", _sentences(words.unseen(report))),
    )
    told = "\n".join(section(title, body, level=level + 1) for title, body in sections if body)
    return (
        '<div class="mail-health tex2jax_ignore mathjax_ignore">\n'
        f"<style>\n{PART}{STYLE}</style>\n"
        f"<h{level}>{_sentence(words.title(report))}</h{level}>\n{_head(report)}\n{told}\n</div>"
    )


def _sentence(foreign: str) -> str:
    return _text(foreign, LONGEST)


def _sentences(lines: Iterable[str], tag: str = "ul") -> str:
    items = "".join(f"<li>{_text(line, 2 * LONGEST)}</li>\n" for line in lines)
    return f"<{tag}>\n{items}</{tag}>" if items else ""


def _head(report: Report) -> str:
    state = "needs" if report.findings else "fine"
    heads = [(_class(place), escape(head)) for place, head in enumerate(words.HEADS)]
    rows = [
        [(_class(place), _text(cell)) for place, cell in enumerate(share.cells)]
        for share in words.shares(report)
    ]
    return (
        f"<p>{_sentence(words.compared(report))}</p>\n"
        f'<p class="{state}"><strong>{_sentence(words.outcome(report))}</strong></p>\n'
        f"<p>{_sentence(words.fate(report))}</p>\n"
        f"{_overview(heads, rows)}\n"
    )


def _overview(heads: Sequence[Cell], rows: Sequence[Sequence[Cell]]) -> str:
    table = _table("In the window, and before it", heads, rows)
    return f'<div class="overview">{table}</div>' if table else ""


def _class(place: int) -> str:
    return "n" if place in NUMBERS else ""


def _findings(report: Report, pictures: Mapping[int, str]) -> str:
    return "\n".join(
        _finding(finding, pictures.get(place, ""), is_open=not place)
        for place, finding in enumerate(report.findings)
    )


def _finding(finding: Finding, picture: str, *, is_open: bool) -> str:
    quoted = "".join(f"<li>{_quoted(*each)}</li>\n" for each in _answers(finding))
    told = (
        ("Cause", _sentence(words.cause(finding))),
        ("Mail", _sentence(words.cohort(finding))),
        ("Since", _sentence(words.times(finding))),
        ("Count", _sentence(words.counts(finding))),
        ("Over time", picture),
        (words.FOREIGN, f"<ul>\n{quoted}</ul>" if quoted else ""),
        ("Ruled out", _sentences(finding.ruled_out)),
        ("What to do", _sentences(map(words.step, finding.actions), "ol")),
        ("Then", _sentence(finding.verify)),
    )
    body = "\n".join(_term(name, html) for name, html in told if html)
    return (
        f'<details class="finding"{" open" if is_open else ""}>\n'
        f"<summary>{_sentence(finding.problem)}</summary>\n"
        f"<dl>\n{body}\n</dl>\n</details>"
    )


def _term(name: str, html: str) -> str:
    return f"<dt>{name}</dt>\n<dd>{html}</dd>"


def _answers(finding: Finding) -> Sequence[tuple[str, str]]:
    ids = (*finding.email_ids, *[""] * len(finding.responses))
    return [*zip(finding.responses, ids, strict=False)]


def _quoted(response: str, email_id: str) -> str:
    of = f"email {_text(email_id, 60)}" if email_id else ""
    return f"<pre>{escape(visible(response[:LONGEST]))}</pre>{of}"


def _health_title(report: Report) -> str:
    if report.health is None:
        return ""
    return f"All that was looked at: {_text(period(report.health))}"


def _health(report: Report, level: int) -> str:
    if report.health is None:
        return ""
    return account.sections(report.health, level=level + 2)
