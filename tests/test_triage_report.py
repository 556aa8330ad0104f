"""An account's health as text, HTML and JSON."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest

from smtp2go_kit import Client, Sandbox
from smtp2go_kit.triage import Health, look

NOW = "2026-11-20T12:00:00"
HOSTILE = "550 5.7.1 <img src=x onerror=alert(1)> costs $5 and $9 \x1b[31m\u202etxt.exe"


@pytest.fixture(scope="module")
def seeded() -> Health:
    return look(Client.sandbox(now=NOW))


def hostile_health() -> Health:
    sandbox = Sandbox(empty=True, now=NOW)
    client = Client(**sandbox.connection)
    client.email.send("shop@example.com", "bounce@example.net", HOSTILE[:30], text_body="Hi")
    sandbox.account.events[-1].smtp_response = HOSTILE
    sandbox.account.events[-1].email.subject = HOSTILE
    sandbox.account.suppress("<script>@example.net", "manual", 0)
    return look(client)


def test_foreign_text_is_only_text_in_html() -> None:
    html = hostile_health().to_html()
    assert "<img src=x" not in html
    assert "&lt;img src=x onerror=alert(1)&gt; costs $5 and $9" in html
    assert "\x1b" not in html
    assert "\u202e" not in html


def test_foreign_text_cannot_steer_a_terminal() -> None:
    shown = repr(hostile_health())
    assert r"costs $5 and $9 \x1b[31m\u202etxt.exe" in shown
    assert shown.isascii()
    assert all(c.isprintable() or c == "\n" for c in shown)


def test_the_text_fits_100_columns_in_ascii(seeded: Health) -> None:
    assert seeded.attention
    assert repr(seeded).isascii()
    assert max(map(len, repr(seeded).splitlines())) <= 100


class Page(HTMLParser):
    """Collects what a page has."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_stands_alone_and_is_well_formed(seeded: Health) -> None:
    page = Page(seeded.to_html())
    assert page.open == []
    assert not {"script", "link", "iframe"} & {tag for tag, _ in page.tags}
    images = [attributes for tag, attributes in page.tags if tag == "img"]
    assert len(images) == 2
    assert all((image["src"] or "").startswith("data:image/png;base64,") for image in images)
    assert all(len(image["alt"] or "") > 40 for image in images)
    heads = [attributes for tag, attributes in page.tags if tag == "th"]
    assert all(head.get("scope") in ("col", "row") for head in heads)
    assert [tag for tag, _ in page.tags].count("caption") == [t for t, _ in page.tags].count(
        "table"
    )
    assert "prefers-color-scheme: dark" in seeded.to_html()


def test_limits_are_not_called_findings(seeded: Health) -> None:
    for shown in (repr(seeded), seeded.to_html()):
        assert "Above limits" in shown
        assert "Findings" not in shown


def test_a_notebook_shows_a_part_whose_dollars_are_no_formulas(seeded: Health) -> None:
    part = seeded._repr_html_()
    assert part.startswith('<div class="mail-health tex2jax_ignore mathjax_ignore">')
    assert Page(part).open == []
    assert "<body" not in part


def test_the_dict_is_json_with_everything(seeded: Health) -> None:
    found = json.loads(json.dumps(seeded.to_dict(), allow_nan=False))
    assert found["sandbox"] is True
    assert found["start"] == "2026-10-21T12:00:00+00:00"
    assert found["attention"] == seeded.attention
    assert len(found["volume"]["per_day"]) == 31
    assert found["volume"]["per_day"][0]["day"] == "2026-10-21T00:00:00.000Z"
    assert len(found["responses"]) == len(seeded.responses)
