"""The charts of what became of emails: bounce rates, the funnel, the time to deliver."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from smtp2go_kit import Client
from smtp2go_kit.plots import (
    COLOURS,
    bounce_rate_by_provider,
    bounces_by_domain,
    delivery_funnel,
    time_to_deliver,
)
from smtp2go_kit.triage.health.rates import wilson

NOW = "2026-11-20T12:00:00"
MOMENT = pd.Timestamp(NOW, tz="UTC")
KINDS = [
    "processed",
    "delivered",
    "soft-bounced",
    "hard-bounced",
    "rejected",
    "spam",
    "opened",
    "clicked",
]


def blank() -> Any:
    return Figure().add_subplot()


def story(*rows: tuple[str, str], host: str | None = None, after: float = 0) -> pd.DataFrame:
    """Events of one email, as pairs of recipient and event, *after* seconds apart."""
    frame = pd.DataFrame(rows, columns=["recipient", "event"])
    dates = MOMENT + pd.to_timedelta(np.arange(len(rows)) * after, unit="s")
    fixed = {"email_id": "1", "recipients": "", "sender": "shop@example.com", "host": host}
    return frame.assign(date=dates, **fixed).astype({"host": "str"})


def fate(recipient: str, event: str, host: str | None = None) -> pd.DataFrame:
    return story((recipient, "processed"), (recipient, event), host=host)


def names(axes: Any) -> list[str]:
    return [label.get_text() for label in axes.get_yticklabels()]


def texts(axes: Any) -> list[str]:
    return [text.get_text() for text in axes.texts]


def steps(axes: Any) -> dict[str, int]:
    """The funnel's counts, as they are written."""
    known = (label.split("\n") for label in names(axes))
    written = {step: text.partition(" ")[0] for step, text in known}
    legend = axes.get_legend()
    for text in legend.get_texts() if legend else []:
        kind, _, rest = text.get_text().partition(": ")
        written[kind] = rest.partition(" ")[0]
    return {kind: int(text.replace(",", "")) for kind, text in written.items()}


def test_bars_are_bounce_rates_labelled_with_their_counts() -> None:
    at = ("hard-bounced", "soft-bounced", "delivered", "delivered")
    rows = [fate(f"{place}@a.example", event) for place, event in enumerate(at)]
    axes: Any = bounces_by_domain(pd.concat([*rows, fate("x@b.test", "hard-bounced")]), ax=blank())
    assert names(axes) == ["a.example", "b.test"]
    assert texts(axes) == ["2 of 4", "1 of 1"]
    hard, soft = axes.containers
    assert [bar.get_width() for bar in hard] == pytest.approx([25, 100])
    assert [bar.get_width() for bar in soft] == pytest.approx([25, 0])
    assert {bar.get_hatch() for bar in hard} != {bar.get_hatch() for bar in soft}
    assert {to_hex(bar.get_facecolor()).upper() for bar in hard} == {COLOURS["hard-bounced"]}
    assert axes.yaxis_inverted()


@pytest.mark.parametrize("chart", [bounces_by_domain, bounce_rate_by_provider])
@settings(max_examples=30)  # each draws a chart
@given(st.text(min_size=1, max_size=80).filter(lambda text: "@" not in text))
def test_any_domain_is_drawn_as_it_is_written(chart: Any, domain: str) -> None:
    (label,) = chart(fate(f"x@{domain}", "hard-bounced"), ax=blank()).get_yticklabels()
    assert label.get_text().isascii()
    assert label.get_text().isprintable()
    assert len(label.get_text()) <= 36
    assert not label.get_parse_math()


@pytest.mark.parametrize("chart", [bounces_by_domain, bounce_rate_by_provider])
def test_a_domain_that_looks_like_a_formula_can_be_drawn(chart: Any) -> None:
    axes = chart(fate("x@$\\frac{$.example", "hard-bounced"), ax=blank())
    axes.figure.savefig("/dev/null", format="png")
    assert names(axes) == ["$\\frac{$.example"]


def test_providers_gather_domains_and_show_wilson_intervals() -> None:
    mail = {
        "a@gmail.com": "hard-bounced",
        "b@googlemail.com": "delivered",
        "c@gmail.com": "delivered",
        "d@hotmail.co.uk": "delivered",
        "e@msn.com": "soft-bounced",
        "f@shop.example": "delivered",
    }
    frame = pd.concat([fate(*row) for row in mail.items()], ignore_index=True)
    axes: Any = bounce_rate_by_provider(frame, ax=blank())
    assert names(axes) == ["Gmail", "Microsoft", "shop.example"]
    assert texts(axes) == ["1 of 3", "1 of 2", "0 of 1"]
    (lines,) = axes.collections
    ends = [segment[:, 0].tolist() for segment in lines.get_segments()]
    expected = [wilson(1, 3), wilson(1, 2), wilson(0, 1)]
    assert ends == [pytest.approx(pair) for pair in expected]


def test_a_domain_counts_for_the_provider_whose_servers_took_most_of_its_mail() -> None:
    office = "shop-example.mail.protection.outlook.com [52.101.1.1]"
    frame = pd.concat(
        [
            fate("a@shop.example", "delivered", office),
            fate("b@shop.example", "delivered", office),
            fate("c@shop.example", "delivered", "aspmx.l.google.com [142.250.1.1]"),
            fate("d@shop.example", "hard-bounced"),
        ]
    )
    axes = bounce_rate_by_provider(frame, ax=blank())
    assert (names(axes), texts(axes)) == (["Microsoft 365"], ["1 of 4"])
    axes = bounce_rate_by_provider(frame.drop(columns="host"), ax=blank())
    assert (names(axes), texts(axes)) == (["shop.example"], ["1 of 4"])


def test_providers_beyond_the_first_are_counted_together() -> None:
    mail = [fate(f"x@{letter}.example", "hard-bounced") for letter in "abcdefghijkl"]
    axes = bounce_rate_by_provider(pd.concat(mail), ax=blank())
    assert names(axes) == [*(f"{letter}.example" for letter in "abcdefghi"), "3 others"]
    assert texts(axes) == ["1 of 1"] * 9 + ["3 of 3"]


def test_mail_to_nobody_is_of_an_unknown_provider() -> None:
    frame = pd.concat([fate("", "delivered"), fate("x@", "delivered")])
    assert names(bounce_rate_by_provider(frame, ax=blank())) == ["unknown"]


def test_the_funnel_counts_each_copy_once_and_names_what_was_lost() -> None:
    ann, bob = "ann@example.net", "bob@example.net"
    frame = pd.concat(
        [
            fate(ann, "delivered"),
            story((ann, "opened"), (ann, "opened"), (ann, "clicked"), (ann, "clicked")),
            fate(bob, "delivered"),
            fate("full@example.net", "soft-bounced"),
            fate("gone@example.net", "hard-bounced"),
            fate("never@example.net", "rejected"),
            story(("soon@example.net", "processed")),
        ]
    )
    axes: Any = delivery_funnel(frame, ax=blank())
    assert names(axes)[1] == "delivered\n2 (33.3 %)"
    counts = {"processed": 6, "delivered": 2, "opened": 1, "clicked": 1}
    lost = dict.fromkeys(("soft-bounced", "hard-bounced", "rejected", "waiting"), 1)
    assert steps(axes) == counts | lost
    looks = {(to_hex(bar.get_facecolor()), bar.get_hatch()) for bar in axes.patches}
    assert len(looks) == len(axes.patches) == 8
    assert axes.get_xlabel() == "% of emails processed, each recipient's copy"


def test_an_open_or_a_click_proves_what_comes_before() -> None:
    row = story(("ann@example.net", "processed"), ("ann@example.net", "clicked"))
    counts = dict.fromkeys(("processed", "delivered", "opened", "clicked"), 1)
    assert steps(delivery_funnel(row, ax=blank())) == counts


def test_opens_of_mail_sent_earlier_are_told_apart() -> None:
    frame = pd.concat([fate("ann@example.net", "delivered"), story(("bob@example.net", "opened"))])
    axes = delivery_funnel(frame, ax=blank())
    assert steps(axes)["opened"] == 0
    assert axes.get_xlabel().endswith("(not counted: 1 opened or clicked, but sent earlier)")


def test_a_share_that_is_not_none_is_not_written_as_none() -> None:
    copies = [(f"{number}@example.net", "delivered") for number in range(2001)]
    frame = story(*copies, ("0@example.net", "opened"))
    assert "opened\n1 (<0.1 %)" in names(delivery_funnel(frame, ax=blank()))


@settings(max_examples=30)  # each draws a chart
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(KINDS)), max_size=30))
def test_the_funnel_narrows_and_nothing_falls_out_of_it(rows: list[tuple[str, str]]) -> None:
    axes: Any = delivery_funnel(story(*((f"{who}@x.test", kind) for who, kind in rows)), ax=blank())
    if texts(axes) == ["no data"]:
        assert not {kind for _, kind in rows} & {*KINDS} - {"spam", "opened", "clicked"}
        return
    counts = steps(axes)
    lost = sum(counts.get(kind, 0) for kind in KINDS[2:5]) + counts.get("waiting", 0)
    assert counts["processed"] == counts["delivered"] + lost
    assert counts["delivered"] >= counts["opened"] >= counts["clicked"]
    widths = [bar.get_width() * counts["processed"] / 100 for bar in axes.patches]
    assert widths[:4] == pytest.approx(list(counts.values())[:4])


@pytest.mark.parametrize("contract", ["documented", "served"])
def test_both_searches_tell_about_the_same_time_to_deliver(contract: str) -> None:
    client = Client.sandbox(now=NOW, contract=contract)
    events = client.activity.search(start_date="7d")
    emails = client.email.search(start_date="7d")
    (of_emails, _), (of_events, _) = (
        [
            float(np.asarray(line.get_xdata())[0])
            for line in time_to_deliver(x, ax=blank()).lines[1:]
        ]
        for x in (emails, events)
    )
    assert of_events == 2
    assert of_emails == pytest.approx(2, abs=1)


@settings(max_examples=30)  # each draws a chart
@given(st.lists(st.integers(-5, 10**7), min_size=1, max_size=60))
def test_the_curve_of_time_to_deliver_rises_to_all(seconds: list[int]) -> None:
    sent = pd.Series([MOMENT] * len(seconds))
    emails = pd.DataFrame({"email_ts": sent, "delivered_at": sent + pd.to_timedelta(seconds, "s")})
    curve, *marks = time_to_deliver(emails, ax=blank()).lines
    times, shares = np.asarray(curve.get_xydata()).T
    assert (np.diff(times) >= 0).all()
    assert (np.diff(shares) > 0).all()
    assert (shares[0], shares[-1]) == (0, 1)
    whole = np.sort(np.maximum(seconds, 1))
    for time, share in zip(times[1:], shares[1:], strict=True):
        assert share == pytest.approx((whole <= time).mean())
    for mark, share in zip(marks, (0.5, 0.9), strict=True):
        (time,) = np.asarray(mark.get_xdata())
        assert (whole <= time).mean() >= share > (whole < time).mean()


@pytest.mark.parametrize(
    ("after", "text"),
    [
        (0, "median 1 s or less"),
        (45, "median 45 s"),
        (150, "median 2.5 min"),
        (7200, "median 2 h"),
        (259_200, "median 3 days"),
    ],
)
def test_median_and_90th_percentile_are_labelled_in_fitting_units(after: int, text: str) -> None:
    frame = story(("a@x.test", "processed"), ("a@x.test", "delivered"), after=after)
    axes: Any = time_to_deliver(frame, ax=blank())
    assert texts(axes) == [text, text.replace("median", "90 % within")]
    assert len({line.get_marker() for line in axes.lines}) == 3
    assert axes.get_xscale() == "log"
    assert [tick.get_text() for tick in axes.get_xticklabels()][:3] == [
        "1 s or less",
        "10 s",
        "1 min",
    ]
    assert axes.get_xlabel() == "Time from processed to delivered"
    assert axes.get_ylabel() == "Share of 1 delivered"


def test_copies_that_were_not_delivered_have_no_time() -> None:
    frame = pd.concat(
        [
            story(("a@x.test", "processed")),
            story(("b@x.test", "delivered")),
            fate("c@x.test", "soft-bounced"),
        ]
    )
    assert texts(time_to_deliver(frame, ax=blank())) == ["no data"]
