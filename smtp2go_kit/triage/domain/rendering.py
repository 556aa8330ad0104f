"""A diagnosis as text for a terminal, and as a part of a notebook.

What others wrote was cleaned when its check was made, and is escaped here.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from html import escape

from smtp2go_kit.triage.domain.diagnosis import Check, Diagnosis, Status
from smtp2go_kit.triage.wording import ascii_only, visible

WIDTH = 100
"""Columns of the text."""
LINES = 12
"""Most lines of evidence that are shown of a check; JSON has them all."""
MARKS: dict[Status, str] = {"ok": "✔", "warn": "▲", "fail": "✘", "unknown": "?"}
STYLE = """\
.domain-diagnosis table { border-collapse: collapse; margin: .5rem 0 1rem; width: 100%; }
.domain-diagnosis caption { text-align: left; opacity: .8; padding-bottom: .25rem; }
.domain-diagnosis th, .domain-diagnosis td { border-bottom: 1px solid #8884; text-align: left;
  padding: .3rem .6rem; vertical-align: top; overflow-wrap: anywhere; }
.domain-diagnosis tbody th { font-weight: normal; white-space: nowrap; }
.domain-diagnosis p { margin: 0 0 .3rem; }
.domain-diagnosis pre { white-space: pre-wrap; margin: .3rem 0; font-size: .85em; }
.domain-diagnosis .fail th { border-left: .3rem solid #d55e00; }
.domain-diagnosis .warn th { border-left: .3rem solid #e69f00; }
.domain-diagnosis .ok th { border-left: .3rem solid #009e73; }
.domain-diagnosis .unknown th { border-left: .3rem solid #8888; }
"""


def text(diagnosis: Diagnosis) -> str:
    """The diagnosis as ASCII text of at most 100 columns, but for records to copy.

    Args:
        diagnosis: What was found.
    """
    lines = [f"Diagnosis of {diagnosis.domain}: {diagnosis.status}"]
    lines += [line for check in diagnosis.checks for line in _lines(check)]
    return ascii_only(visible("\n".join(lines)))


def _lines(check: Check) -> Iterator[str]:
    yield ""
    head = f"{check.status:8}{check.name:15}"
    yield from _wrapped(ascii_only(check.summary), head, " " * len(head))
    if check.status == "ok":
        return
    for label, said in (("impact", check.impact), ("to do", check.advice), ("who", check.who)):
        if said:
            yield from _wrapped(ascii_only(said), f"        {label}: ", " " * 10)
    # A record is to be copied, and so stays on its line.
    yield from (f"        publish: {' '.join(record)}" for record in check.records)
    for line in _some(check.evidence):
        yield from _wrapped(ascii_only(line), "        seen: ", " " * 14)


def _some(lines: tuple[str, ...]) -> Iterable[str]:
    rest = len(lines) - LINES
    return (*lines[:LINES], f"... and {rest} more") if rest > 0 else lines


def _wrapped(line: str, first: str, rest: str) -> list[str]:
    return textwrap.wrap(
        line, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    )


def fragment(diagnosis: Diagnosis, *, level: int) -> str:
    """The diagnosis as a part of another page; MathJax leaves its dollar signs alone.

    Args:
        diagnosis: What was found.
        level: The level of its heading, 1 to 6.
    """
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("Check", "Status", "Found"))
    body = "\n".join(map(_row, diagnosis.checks))
    return (
        f'<div class="domain-diagnosis tex2jax_ignore mathjax_ignore">\n<style>\n{STYLE}</style>\n'
        f"<h{level}>Diagnosis of {_shown(diagnosis.domain)}</h{level}>\n"
        f"<table>\n<caption>All in all: {diagnosis.status}</caption>\n"
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n</div>"
    )


def _row(check: Check) -> str:
    status = f'<span aria-hidden="true">{MARKS[check.status]}</span> {check.status}'
    return (
        f'<tr class="{check.status}"><th scope="row">{check.name}</th>'
        f"<td>{status}</td><td>{''.join(_cell(check))}</td></tr>"
    )


def _cell(check: Check) -> Iterator[str]:
    yield f"<p>{_shown(check.summary)}</p>"
    for label, said in (("Impact", check.impact), ("To do", check.advice), ("Who", check.who)):
        if said and check.status != "ok":
            yield f"<p>{label}: {_shown(said)}</p>"
    for record in check.records:
        yield f"<p>Publish: <code>{_shown(' '.join(record))}</code></p>"
    if check.evidence:
        lines = "\n".join(map(_shown, check.evidence))
        yield f"<details><summary>what was seen</summary><pre>{lines}</pre></details>"


def _shown(said: str) -> str:
    return escape(visible(said))
