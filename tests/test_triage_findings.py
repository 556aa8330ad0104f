"""A triage's report as text, markdown, HTML, a frame and JSON."""

from __future__ import annotations

import dataclasses
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp2go_kit import Client, InvalidArgument, Sandbox
from smtp2go_kit.triage import Report, look, triage

NOW = "2026-11-20T12:00:00"
END = pd.Timestamp(NOW, tz="UTC")
HOSTILE = "550 5.7.1 <img src=x onerror=alert(1)> | costs $5 and $10 `x` \x1b[31m\u202etxt.exe"
LINK = "[click](https://evil.example) <b>*now*</b>"
OWN = {"div", "style", "h3", "h4", "p", "strong", "section", "details", "summary", "dl", "dt", "dd"}
OWN |= {"ul", "ol", "li", "pre", "table", "caption", "thead", "tbody", "tr", "th", "td"}
COLUMNS = {
    "cause": "str",
    "problem": "str",
    "why": "str",
    "confidence": "float64",
    "since": "datetime64[us, UTC]",
    "until": "datetime64[us, UTC]",
    "cohort": "str",
    "what": "str",
    "x": "Int64",
    "n": "Int64",
    "low": "float64",
    "high": "float64",
    "expected": "float64",
    "excess": "float64",
    "actions": "str",
    "verify": "str",
}


def mail(
    *, days: int = 15, daily: int = 48, answer: str = "250 OK", failing: str = "", **columns: Any
) -> pd.DataFrame:
    """Mail of every half hour, of which the last 12 hours to one domain bounce with an answer."""
    count = days * daily
    place = np.arange(count)
    date = END - pd.to_timedelta((count - place - 0.5) * 86_400 / daily, unit="s")
    domain = np.where(place % 4 == 0, "shop.example", "post.example")
    broken = (domain == "shop.example") & (date >= END - pd.Timedelta(hours=12)) & bool(failing)
    sent = pd.DataFrame(
        {
            "date": date,
            "event": "processed",
            "email_id": [f"id-{n}" for n in place],
            "recipient": [f"ann{n}@{d}" for n, d in zip(place, domain, strict=True)],
            "sender": "news@example.com",
            "subject": "Order",
            "username": "site",
            "smtp_response": None,
            **columns,
        }
    )
    ends = sent.assign(
        date=date + pd.Timedelta(seconds=5),
        event=np.where(broken, "hard-bounced", "delivered"),
        smtp_response=np.where(broken, failing, answer),
    )
    return pd.concat([sent, ends], ignore_index=True)


@pytest.fixture(scope="module")
def hostile() -> Report:
    return triage(mail(daily=288, failing=HOSTILE, subject=LINK), now=NOW)


@pytest.fixture(scope="module")
def seeded() -> Report:
    with Client.sandbox(now=NOW) as client:
        report = triage(client)
        return dataclasses.replace(report, health=look(client, events=report.events))


@pytest.fixture(scope="module")
def quiet() -> Report:
    return triage(mail(), now=NOW)


@pytest.fixture(scope="module")
def nothing() -> Report:
    return triage(mail().head(0), now=NOW)


class Page(HTMLParser):
    """Collects what a page has."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: dict[str, list[str]] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open:
            self.words.setdefault(self.open[-1], []).append(data)

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


def test_a_finding_is_told_with_its_numbers_its_answers_and_what_to_do(hostile: Report) -> None:
    (finding,) = hostile.findings
    shown = repr(hostile)
    assert "1 finding, the most harmful first." in shown
    assert f"{finding.x} of {finding.n} emails" in shown
    assert "95 % interval" in shown
    for title in ("Cause:", "Mail:", "Since:", "Answers as they came", "What to do:", "Then:"):
        assert title in shown


def test_the_head_tells_what_was_compared_with_what(hostile: Report) -> None:
    assert repr(hostile).startswith(
        "Triage of the events given\n"
        "2026-11-19 12:00 to 2026-11-20 12:00 UTC (24 hours), compared with the"
    )
    assert "288 emails, counted once for each recipient" in repr(hostile)


def test_shares_that_the_mail_is_too_little_for_are_told_as_such(quiet: Report) -> None:
    shown = " ".join(repr(quiet).split())
    assert "0 of 48" in shown
    assert "can't tell: good to poor" in shown


def test_shares_of_much_mail_have_a_band() -> None:
    shown = repr(triage(mail(days=3, daily=8_000), now=NOW))
    assert re.search(r"bounced +0 of 8,000 +0.00 % +0.00 to 0.03 % .* good\n", shown)


def test_foreign_text_cannot_steer_a_terminal(hostile: Report) -> None:
    shown = repr(hostile)
    assert "costs $5 and $10" in shown
    assert r"\x1b[31m\u202etxt.exe" in shown
    assert shown.isascii()
    assert all(c.isprintable() or c == "\n" for c in shown)


def test_foreign_text_is_only_text_in_html(hostile: Report) -> None:
    for html in (hostile._repr_html_(), hostile.to_html()):
        assert "<img src=x" not in html
        assert "<b>" not in html
        assert "&lt;img src=x onerror=alert(1)&gt; | costs $5 and $10" in html
        assert "\x1b" not in html
        assert "\u202e" not in html


def test_foreign_text_is_no_markup_in_markdown(hostile: Report) -> None:
    shown = hostile.to_markdown()
    assert "`` 550 5.7.1 <img src=x onerror=alert(1)> | costs $5 and $10 `x`" in shown
    outside = re.sub(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", "", shown)
    assert "<" not in outside
    assert "](" not in outside
    assert "://" not in outside
    assert "\x1b" not in shown


@given(answer=st.text(st.characters(codec="utf-8"), max_size=60))
def test_no_text_leaves_its_place(hostile: Report, answer: str) -> None:
    finding = dataclasses.replace(hostile.findings[0], responses=(answer,), problem=answer)
    changed = dataclasses.replace(hostile, findings=(finding,))
    shown = repr(changed)
    assert all(c.isprintable() or c == "\n" for c in shown)
    assert max(map(len, shown.splitlines())) <= 100
    page = Page(changed._repr_html_())
    assert page.open == []
    assert {tag for tag, _ in page.tags} <= OWN
    assert len(headings(changed)) == len(headings(hostile))


def headings(report: Report) -> list[str]:
    return [line for line in report.to_markdown().splitlines() if line.lstrip().startswith("#")]


def test_long_texts_are_cut() -> None:
    long = "x" * 5_000
    report = triage(mail(daily=288, failing=f"550 5.1.1 {long}", subject=long), now=NOW)
    assert len(repr(report)) < 12_000
    assert max(map(len, repr(report).splitlines())) <= 100
    assert len(report.to_markdown()) < 12_000
    assert len(report._repr_html_()) < 20_000


def test_the_text_fits_100_columns_in_ascii(seeded: Report) -> None:
    assert seeded.findings
    assert repr(seeded).isascii()
    assert max(map(len, repr(seeded).splitlines())) <= 100


def test_findings_are_told_before_the_account_s_health(seeded: Report) -> None:
    for shown in (repr(seeded), seeded._repr_html_(), seeded.to_markdown()):
        places = [
            shown.index(title)
            for title in ("Findings", "All that was looked at", "Above limits", "Volume", "Quota")
        ]
        assert places == sorted(places)


def test_each_finding_is_an_element_that_opens_under_its_problem(seeded: Report) -> None:
    page = Page(seeded._repr_html_())
    found = [each for each in page.all("details") if each.get("class") == "finding"]
    assert len(found) == len(seeded.findings)
    problems = [text for text in page.words["summary"] if text != "as it came"]
    assert problems == [finding.problem for finding in seeded.findings]


def test_a_notebook_shows_a_part_whose_dollars_are_no_formulas(seeded: Report) -> None:
    part = seeded._repr_html_()
    assert part.startswith('<div class="mail-health tex2jax_ignore mathjax_ignore">')
    assert Page(part).open == []
    assert "<body" not in part


def test_the_page_stands_alone_and_is_well_formed(seeded: Report) -> None:
    html = seeded.to_html()
    page = Page(html)
    assert page.open == []
    assert not {"script", "link", "iframe", "form"} & {tag for tag, _ in page.tags}
    assert not [name for _, names in page.tags for name in names if name.startswith("on")]
    assert "default-src 'none'" in html
    assert "prefers-color-scheme: dark" in html
    images = page.all("img")
    # Bounces by provider, the account's own two, and one for each of the top findings.
    assert len(images) == 3 + min(3, len(seeded.findings))
    assert all((image["src"] or "").startswith("data:image/png;base64,") for image in images)
    assert all(len(image["alt"] or "") > 40 for image in images)
    assert all(head.get("scope") in ("col", "row") for head in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table"))


def test_a_page_of_plain_events_has_charts_too(hostile: Report) -> None:
    assert len(Page(hostile.to_html()).all("img")) == 3


def test_events_without_ids_have_a_page() -> None:
    events = mail(daily=96, failing=HOSTILE)
    ends = events[events["event"] != "processed"].drop(columns=["email_id", "sender", "subject"])
    assert Page(triage(ends, now=NOW).to_html()).open == []


def test_a_gap_in_the_data_is_drawn_as_counts() -> None:
    events = mail(days=25, daily=1_440)
    hole = events["date"].between(END - pd.Timedelta(hours=9), END - pd.Timedelta(hours=4))
    report = triage(events[~hole], now=NOW)
    assert [finding.cause for finding in report.findings] == ["data-gap"]
    images = Page(report.to_html()).all("img")
    assert "300 of 300 are missing or wrong" in repr(report)
    assert any("Emails per hour" in (image["alt"] or "") for image in images)


def test_a_page_is_written_where_it_is_wanted(quiet: Report, tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    assert quiet.to_html(str(target)) == target
    assert target.read_text(encoding="utf-8").startswith("<!doctype html>")
    with pytest.raises(OSError, match="none"):
        quiet.to_html(tmp_path / "none" / "report.html")


def test_a_report_of_no_mail_says_so(nothing: Report) -> None:
    assert nothing.findings == ()
    assert "No email left in the window" in repr(nothing)
    assert "can't tell yet (n=0)" in repr(nothing)
    assert "No email left in the window" in nothing.to_markdown()
    assert Page(nothing.to_html()).all("img") == []


def test_a_healthy_account_has_no_findings(quiet: Report) -> None:
    assert quiet.status == "healthy"
    assert "Nothing is out of the ordinary." in repr(quiet)
    assert "Findings" not in repr(quiet)
    assert 'class="fine"' in quiet._repr_html_()


@pytest.mark.parametrize("name", ["hostile", "quiet", "nothing"])
def test_the_frame_has_one_row_a_finding_and_the_same_types_always(
    name: str, request: pytest.FixtureRequest
) -> None:
    report: Report = request.getfixturevalue(name)
    frame = report.to_frame()
    assert {column: str(kind) for column, kind in frame.dtypes.items()} == COLUMNS
    assert len(frame) == len(report.findings)


def test_the_frame_tells_cohort_and_actions_in_words(hostile: Report) -> None:
    row = hostile.to_frame().iloc[0]
    (finding,) = hostile.findings
    assert "shop.example" in row["cohort"]
    assert row["actions"].count("\n") == len(finding.actions) - 1
    assert (row["low"], row["high"]) == finding.interval
    assert row["since"] == finding.since


def test_the_dict_is_json_with_everything(seeded: Report) -> None:
    assert seeded.health is not None
    found = json.loads(json.dumps(seeded.to_dict(), allow_nan=False))
    assert found["sandbox"] is True
    assert found["status"] == "findings"
    assert (found["start"], found["end"]) == (seeded.start.isoformat(), seeded.end.isoformat())
    assert [each["problem"] for each in found["findings"]] == [
        finding.problem for finding in seeded.findings
    ]
    assert found["findings"][0]["actions"][0]["what"] == seeded.findings[0].actions[0].what
    assert found["window"] == seeded.overview.window
    assert found["health"] == json.loads(json.dumps(seeded.health.to_dict()))


def test_a_report_without_health_has_none_in_json(hostile: Report, nothing: Report) -> None:
    for report in (hostile, nothing):
        assert json.loads(json.dumps(report.to_dict(), allow_nan=False))["health"] is None


def test_health_from_given_events_is_that_of_the_same_search() -> None:
    client = Client.sandbox(now=NOW)
    report = triage(client, compare="29d")
    given = look(client, events=report.events)
    assert given.to_dict() == look(client, since="30d").to_dict()


class Listening(httpx.BaseTransport):
    """The sandbox, and what it was asked."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.paths: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.paths.append(request.url.path)
        return self.sandbox.handle_request(request)


def test_given_events_are_not_asked_for_again() -> None:
    sandbox = Sandbox(now=NOW)
    listening = Listening(sandbox)
    client = Client(**{**sandbox.connection, "transport": listening})
    report = triage(client)
    listening.paths.clear()
    look(client, events=report.events)
    assert listening.paths
    assert not [path for path in listening.paths if "activity" in path]


def test_health_wants_events_that_tell_their_window() -> None:
    with pytest.raises(InvalidArgument, match=r"activity\.search"):
        look(Client.sandbox(now=NOW), events=mail())
