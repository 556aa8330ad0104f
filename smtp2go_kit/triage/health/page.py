"""An account's health as HTML: a page of its own, or a part of a notebook.

Everything here that others wrote goes through :func:`_text`, which leaves no markup.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from smtp2go_kit.triage.health.rates import Rate
from smtp2go_kit.triage.health.report import RATES, ROWS, interval, period, volume_lines, where
from smtp2go_kit.triage.wording import number, percent, plain, rows, share, visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from smtp2go_kit.triage.health.looking import Health

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
PAGE = """\
:root { color-scheme: light dark; }
body { margin: 2rem auto; max-width: 62rem; padding: 0 1rem; line-height: 1.45;
  font-family: system-ui, sans-serif; color: #1b1f24; background: #fff; }
@media (prefers-color-scheme: dark) { body { color: #e6e8eb; background: #16191d; } }
"""
# Notebooks have themes of their own, so a part of one inherits its colours.
PART = """\
.mail-health table { border-collapse: collapse; margin: .5rem 0 1rem; width: 100%; }
.mail-health caption { text-align: left; opacity: .8; padding-bottom: .25rem; }
.mail-health th, .mail-health td { border-bottom: 1px solid #8884; padding: .3rem .6rem;
  text-align: left; vertical-align: top; overflow-wrap: anywhere; }
.mail-health th:not(.n), .mail-health td:not(.n) { min-width: min(12rem, 22vw); }
.mail-health .n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.mail-health tbody th { font-weight: normal; }
@media (max-width: 40rem) {
  .mail-health .n { white-space: normal; overflow-wrap: normal; }
  .mail-health th:not(.n), .mail-health td:not(.n) { min-width: 15vw; }
  .mail-health th, .mail-health td { padding: .3rem .2rem; } }
.mail-health pre { white-space: pre-wrap; margin: .3rem 0; font-size: .85em; }
.mail-health img { max-width: 100%; height: auto; background: #fff; padding: .5rem;
  border-radius: .4rem; box-sizing: border-box; }
.mail-health .needs { border-left: .3rem solid #d55e00; padding: .1rem 0 .1rem 1rem; }
.mail-health .fine { border-left: .3rem solid #009e73; padding: .1rem 0 .1rem 1rem; }
"""
Cell = tuple[str, str]
"""A table cell: its class and its HTML."""


def page(health: Health) -> str:
    """One HTML page with two charts.

    Args:
        health: What was seen.
    """
    return document(f"Mail health, {period(health)}", fragment(health, level=1))


def document(title: str, body: str) -> str:
    """A page of its own, which needs nothing else and runs nothing.

    Args:
        title: Its title.
        body: Its HTML.
    """
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text(title)}</title>\n<style>\n{PAGE}</style>\n</head>\n<body>\n<main>\n"
        f"{body}\n</main>\n</body>\n</html>\n"
    )


def fragment(health: Health, *, level: int) -> str:
    """The same as a part of another page; MathJax leaves its dollar signs alone.

    Args:
        health: What was seen.
        level: The level of its heading, 1 to 5.
    """
    account = "the sandbox, an invented account" if health.is_sandbox else health.account
    return (
        f'<div class="mail-health tex2jax_ignore mathjax_ignore">\n<style>\n{PART}</style>\n'
        f"<h{level}>Mail health of {_text(account)}</h{level}>\n"
        f"<p>{_text(period(health))}</p>\n{sections(health, level=level + 1)}\n"
        f"{section('Could not see', _list(health.unseen), level=level + 1)}</div>"
    )


def sections(health: Health, *, level: int) -> str:
    """What was seen, part by part.

    Args:
        health: What was seen.
        level: The level of their headings, 1 to 6.
    """
    return "\n".join(section(title, body, level=level) for title, body in _sections(health) if body)


def section(title: str, body: str, *, level: int) -> str:
    """A part with its heading; nothing where there is nothing in it.

    Args:
        title: The heading, HTML.
        body: What is below it, HTML.
        level: The heading's level, 1 to 6.
    """
    return f"<section>\n<h{level}>{title}</h{level}>\n{body}\n</section>" if body else ""


def _sections(health: Health) -> Iterator[tuple[str, str]]:
    yield "Above limits", _attention(health.attention)
    yield "Volume", _volume(health)
    yield "Rates", _rates(health)
    yield "Recipient domains that bounce most", _domains(health)
    yield "Why emails bounced", _responses(health.responses, "Responses of the servers")
    yield "Why SMTP2GO rejected emails", _responses(health.rejections, "Reasons given")
    yield "Sender domains not verified", _unverified(health.unverified)
    yield "Suppressed addresses", _suppressions(health.suppressions)
    yield "Quota", _quota(health)


def _text(foreign: object, longest: int = 300) -> str:
    return escape(plain(str(foreign), longest))


def _list(lines: Iterable[str], tag: str = "ul") -> str:
    items = "".join(f"<li>{_text(line, 600)}</li>\n" for line in lines)
    return f"<{tag}>\n{items}</{tag}>" if items else ""


def _attention(sentences: Sequence[str]) -> str:
    if not sentences:
        return '<p class="fine">Nothing.</p>'
    return f'<div class="needs">{_list(sentences, "ol")}</div>'


def _table(caption: str, heads: Sequence[Cell], lines: Iterable[Sequence[Cell]]) -> str:
    body = "".join(f"<tr>{_row(line)}</tr>\n" for line in lines)
    head = "".join(f'<th scope="col"{_class(name)}>{text}</th>' for name, text in heads)
    return (
        f"<table>\n<caption>{caption}</caption>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{body}</tbody>\n</table>"
        if body
        else ""
    )


def _row(cells: Sequence[Cell]) -> str:
    (name, text), *rest = cells
    others = "".join(f"<td{_class(kind)}>{html}</td>" for kind, html in rest)
    return f'<th scope="row"{_class(name)}>{text}</th>{others}'


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""


def _image(axes: Axes, alt: str) -> str:
    picture = io.BytesIO()
    figure: Any = axes.figure
    figure.savefig(picture, format="png", dpi=130)
    data = base64.b64encode(picture.getvalue()).decode()
    return f'<p><img alt="{_text(alt, 600)}" src="data:image/png;base64,{data}"></p>'


def _blank() -> Any:
    from matplotlib.figure import Figure

    from smtp2go_kit.plots import SIZE

    return Figure(figsize=SIZE, layout="constrained").add_subplot()


def _volume(health: Health) -> str:
    from smtp2go_kit.plots import events_per_day

    chart = events_per_day(health.events, ax=_blank())
    facts = volume_lines(health)
    alt = f"Events by day and outcome. {'; '.join(facts)}."
    return _list(facts) + _image(chart, alt)


def _rates(health: Health) -> str:
    heads = [("", "Emails"), ("n", "Count"), ("n", "Rate"), ("n", "95 % interval")]
    heads.append(("", "SMTP2GO's band"))
    tables = [("in this window", health.rates)]
    if health.account_rates is not None:
        tables.append(("in the last 30 days, by SMTP2GO's own count", health.account_rates))
    note = (
        '<p><a href="https://support.smtp2go.com/hc/en-gb/articles/223087727">SMTP2GO\'s '
        "bands</a>: bounces up to 8 % are good, to 12 % fair; complaints up to 0.06 % are good "
        "(0.05 % above 50,000 emails a month), to 0.10 % fair.</p>"
    )
    return "".join(_table(text, heads, map(_rate, rates)) for text, rates in tables) + note


def _rate(rate: Rate) -> list[Cell]:
    counted = f"{'?' if rate.count is None else number(rate.count)} of {number(rate.of)}"
    numbers = (counted, percent(rate.percent), interval(rate))
    return [("", RATES[rate.name]), *(("n", text) for text in numbers), ("", rate.verdict)]


def _domains(health: Health) -> str:
    from smtp2go_kit.plots import bounces_by_domain

    worst = rows(health.domains.head(ROWS))
    lines: list[list[Cell]] = [
        [
            ("", _text(row.domain)),
            ("n", f"{number(row.bounced)} of {number(row.sent)}"),
            ("n", number(row.hard)),
            ("n", percent(row.percent)),
        ]
        for row in worst
    ]
    if not lines:
        return ""
    heads = [("", "Domain"), ("n", "Bounced"), ("n", "of them hard"), ("n", "Rate")]
    named = "; ".join(f"{row.domain} {row.bounced} of {row.sent}" for row in worst)
    drawn = bounces_by_domain(health.events, ax=_blank())
    chart = _image(drawn, f"Bounce rates by recipient domain: {named}")
    return chart + _table("By bounces, then by rate", heads, lines)


def _responses(table: pd.DataFrame, caption: str) -> str:
    lines: list[list[Cell]] = [
        [
            ("", f"{_text(row.response)}{_verbatim(row.example)}"),
            ("n", number(row.emails)),
            ("", _text(where(row.domain, row.domains))),
        ]
        for row in rows(table.head(ROWS))
    ]
    heads = [("", "Response"), ("n", "Emails"), ("", "Recipient domain")]
    rest = len(table) - ROWS
    return _table(caption, heads, lines) + (f"<p>... and {rest:,} more</p>" if rest > 0 else "")


def _verbatim(example: str) -> str:
    return f"<details><summary>as it came</summary><pre>{escape(visible(example))}</pre></details>"


def _unverified(table: pd.DataFrame | None) -> str:
    def state(ok: Any, status: str) -> Cell:
        return "", "verified" if ok else f"not verified: {_text(status)}"

    lines = [
        [
            ("", _text(row.domain)),
            ("n", number(row.sent)),
            ("n", number(row.rejected)),
            state(row.dkim, row.dkim_status),
            state(row.rpath, row.rpath_status),
        ]
        for row in rows(table)
    ]
    heads = [("", "Domain"), ("n", "Sent"), ("n", "Rejected"), ("", "DKIM"), ("", "Return path")]
    return _table("Their mail in this window", heads, lines)


def _suppressions(table: pd.DataFrame | None) -> str:
    lines: list[list[Cell]] = [
        [
            ("", _text(row.reason)),
            ("n", number(row.addresses)),
            ("n", "" if pd.isna(row.newest) else f"{row.newest:%Y-%m-%d}"),
        ]
        for row in rows(table)
    ]
    return _table("By reason", [("", "Reason"), ("n", "Addresses"), ("n", "Newest (UTC)")], lines)


def _quota(health: Health) -> str:
    if (quota := health.quota) is None:
        return ""
    until = f", until {quota.ends:%Y-%m-%d}" if quota.ends is not None else ""
    return f"<p>{share(quota.used, quota.most)} emails of the cycle used{until}.</p>"
