"""Text as HTML: the only place that makes any, so that everything foreign is escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any

w: Any = import_module("ipywidgets")
"""ipywidgets, imported by name as it has no types."""
LABEL = "13em"
"""The width of what stands before a field."""
TEXT = "color:var(--jp-ui-font-color1,currentColor)"
QUIET = f"font-size:90%;line-height:1.35;{TEXT}"
ALERT = (
    "display:inline-block;padding:0.1em 0.6em;border-left:4px solid "
    "var(--jp-error-color1,#d32f2f);color:var(--jp-ui-font-color0,currentColor)"
)
CELL = (
    "padding:0.4em 1.2em 0.4em 0;text-align:left;vertical-align:top;font-weight:inherit;"
    "border-bottom:1px solid var(--jp-border-color1,#999)"
)
PANEL = "padding:0.6em 1em;border:1px solid var(--jp-border-color1,#999);line-height:1.45"
# Nothing of a previewed email is fetched or run; as it is inert, its links cannot be followed.
POLICY = (
    '<!doctype html><html inert><head><meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\"></head><body>"
)
TABS = "smtp2go-tabs"
TABS_STYLE = (
    f"<style>.{TABS} .lm-TabBar-tabLabel{{color:var(--jp-ui-font-color0,currentColor)}}</style>"
)
COPY = (
    "const t=this.dataset.copy,b=this,l=b.dataset.label??=b.textContent;"
    "const ok=()=>{b.textContent='Copied';setTimeout(()=>{b.textContent=l},2000)};"
    "const by=()=>{const a=document.createElement('textarea');a.value=t;document.body.append(a);"
    "a.select();document.execCommand('copy');a.remove();ok()};"
    "navigator.clipboard?navigator.clipboard.writeText(t).then(ok,by):by()"
)


def escaped(text: object) -> str:
    """A text that shows as it is.

    Args:
        text: Anything, also a foreign text.
    """
    return html.escape(str(text).encode("utf-8", "replace").decode(), quote=True)


def said(text: str, role: str = "") -> str:
    """A line that is read aloud when it appears, as ``alert`` or ``status``.

    Args:
        text: What it says; empty for nothing.
        role: Its ARIA role.
    """
    if not text:
        return ""
    named = f' role="{role}"' if role else ""
    style = ALERT if role == "alert" else QUIET
    lead = "<b>Error:</b> " if role == "alert" else ""
    return f'<div{named} style="{style}">{lead}{escaped(text)}</div>'


def warned(text: str) -> str:
    """A line that warns of something, which is no error.

    Args:
        text: What it says; empty for nothing.
    """
    told = f'<div role="status" style="{ALERT}"><b>Warning:</b> {escaped(text)}</div>'
    return told if text else ""


def size_in_words(size: int) -> str:
    """A number of bytes as people write it.

    Args:
        size: The bytes.
    """
    if size < 1024:
        return f"{size} bytes"
    return f"{size / 1024:,.1f} KB" if size < 1024**2 else f"{size / 1024**2:,.1f} MB"


def heading(text: str, level: int = 3) -> str:
    """A heading.

    Args:
        text: What it says.
        level: 2 to 4.
    """
    return f'<h{level} style="margin:0.4em 0 0.2em">{escaped(text)}</h{level}>'


def paragraph(text: str) -> str:
    """A paragraph of help.

    Args:
        text: What it says.
    """
    return f'<p style="{QUIET};margin:0 0 0.3em;max-width:60em">{escaped(text)}</p>'


def definitions(pairs: Iterable[tuple[str, str]]) -> str:
    """Names and what they stand for, one a line.

    Args:
        pairs: The names with their texts.
    """
    lines = (f"<li><b>{escaped(name)}</b>: {escaped(text)}</li>" for name, text in pairs)
    return f'<ul style="margin:0.3em 0">{"".join(lines)}</ul>'


def panel(*parts: str) -> str:
    """Parts with a border around them.

    Args:
        parts: Markup from this module.
    """
    return f'<div style="{PANEL}">{"".join(parts)}</div>'


def table(caption: str, heads: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; the first column names its rows.

    Args:
        caption: What it shows.
        heads: What the columns are called.
        rows: The cells of each row, as markup from this module.
    """
    top = "".join(f'<th scope="col" style="{CELL}"><b>{escaped(head)}</b></th>' for head in heads)
    return (
        f'<div tabindex="0" role="region" aria-label="{escaped(caption)}" style="overflow-x:auto">'
        f'<table style="border-collapse:collapse;line-height:1.35;{TEXT}"><caption '
        f'style="text-align:left;padding:0.3em 0">{escaped(caption)}</caption>'
        f"<thead><tr>{top}</tr></thead>"
        f"<tbody>{''.join(map(_row, rows))}</tbody></table></div>"
    )


def _row(cells: Sequence[str]) -> str:
    first, *others = cells
    rest = "".join(f'<td style="{CELL}">{cell}</td>' for cell in others)
    return f'<tr><th scope="row" style="{CELL}">{first}</th>{rest}</tr>'


def code(text: str) -> str:
    """A text that a machine reads, letter by letter.

    Args:
        text: The text.
    """
    return f'<code style="display:block;white-space:nowrap">{escaped(text)}</code>'


def bar(done: int, total: int, label: str) -> str:
    """A bar of progress with a name.

    Args:
        done: How much is done.
        total: How much there is; 0 if that is unknown.
        label: What is counted.
    """
    known = f' value="{done}" max="{total}"' if total else ""
    return f'<progress{known} aria-label="{escaped(label)}" style="width:20em"></progress>'


def sandboxed(body: str) -> str:
    """An email's HTML in a frame where it can run, fetch and open nothing.

    Args:
        body: The foreign HTML.
    """
    return (
        '<iframe sandbox="" title="Preview of the HTML body" loading="lazy" '
        'style="width:100%;height:18em;background:white;border:1px solid #999" '
        f'srcdoc="{escaped(POLICY + body)}"></iframe>'
    )


def verbatim(text: str, label: str) -> str:
    """A text with its line breaks.

    Args:
        text: The foreign text.
        label: What it is, for those who hear the page.
    """
    return (
        f'<pre tabindex="0" role="region" aria-label="{escaped(label)}" '
        f'style="max-height:18em;overflow:auto;white-space:pre-wrap;{PANEL}">{escaped(text)}</pre>'
    )


def copy_button(text: str, label: str) -> str:
    """A button that copies a text.

    Args:
        text: The text.
        label: What the button says.
    """
    return (
        f'<button type="button" class="jupyter-button lm-Widget" style="width:auto" '
        f'data-copy="{escaped(text)}" onclick="{escaped(COPY)}">{escaped(label)}</button>'
    )


def tabs(children: Sequence[Any], titles: Iterable[str]) -> Any:
    """Tabs with labels that can be read: those of JupyterLab have too little contrast.

    Args:
        children: What the tabs hold.
        titles: What they say.
    """
    made = w.Tab(list(children), layout={"width": "calc(100% - 4px)"})
    made.titles = list(titles)
    made.add_class(TABS)
    return made


def shown(markup: str = "", **layout: str) -> Any:
    """A widget that shows markup of this module.

    Args:
        markup: What it shows.
        layout: Its CSS layout.
    """
    # Subjects with two dollar signs are no formula.
    made = w.HTML(markup, layout=layout)
    made.add_class("tex2jax_ignore")
    made.add_class("mathjax_ignore")
    return made
