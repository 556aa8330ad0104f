"""The charts, by what is drawn."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from smtp2go_kit import Client
from smtp2go_kit.plots import COLOURS, MARKERS, bounces_by_domain, events_per_day

NOW = "2026-11-20T12:00:00"


@pytest.fixture(scope="module")
def events() -> pd.DataFrame:
    return Client.sandbox(now=NOW).activity.search(start_date="14d")


@pytest.fixture
def nothing() -> pd.DataFrame:
    return Client.sandbox(empty=True).activity.search()


def sent_to(*recipients: str) -> pd.DataFrame:
    client = Client.sandbox(empty=True, now=NOW)
    for recipient in recipients:
        client.email.send("shop@example.com", recipient, "Hi", text_body="Hi")
    return client.activity.search(start_date="3d")


def test_each_outcome_is_a_line_of_its_own_colour_and_marker(events: pd.DataFrame) -> None:
    axes = events_per_day(events)
    lines = {str(line.get_label()).partition(" ")[0]: line for line in axes.lines}
    assert set(lines) == set(events["event"]) & set(COLOURS)
    assert all(line.get_color() == COLOURS[kind] for kind, line in lines.items())
    assert len({line.get_marker() for line in lines.values()}) == len(lines)
    assert len(set(MARKERS.values())) == len(COLOURS)


def test_the_lines_count_the_events_of_every_utc_day(events: pd.DataFrame) -> None:
    axes = events_per_day(events)
    delivered = next(line for line in axes.lines if str(line.get_label()).startswith("delivered"))
    counts = events.loc[events["event"] == "delivered", "date"].dt.floor("D").value_counts()
    assert len(delivered.get_xdata()) == 15
    assert np.asarray(delivered.get_ydata()).tolist() == counts.sort_index().tolist()
    assert axes.get_xlabel() == "Day (UTC)"
    assert axes.get_ylabel() == "Events"


def test_days_of_the_search_without_events_are_drawn_as_none() -> None:
    (line,) = events_per_day(sent_to("ann@example.net")).lines
    assert np.asarray(line.get_ydata()).tolist() == [0, 0, 0, 1]


def test_a_frame_that_forgot_its_search_is_drawn_over_its_own_days() -> None:
    events = sent_to("ann@example.net")
    events.attrs.clear()
    assert len(events_per_day(events).lines[0].get_xdata()) == 1


@pytest.mark.parametrize("chart", [events_per_day, bounces_by_domain])
def test_an_empty_frame_is_drawn_as_no_data(chart: object, nothing: pd.DataFrame) -> None:
    assert callable(chart)
    assert [text.get_text() for text in chart(nothing).texts] == ["no data"]


@pytest.mark.parametrize("chart", [events_per_day, bounces_by_domain])
def test_given_axes_are_drawn_on_and_returned(chart: object, events: pd.DataFrame) -> None:
    assert callable(chart)
    axes = Figure().add_subplot()
    assert chart(events, ax=axes) is axes


def test_bars_are_bounce_rates_labelled_with_their_counts() -> None:
    axes = bounces_by_domain(
        sent_to("bounce@a.example", "full@a.example", "x@a.example", "y@a.example", "bounce@b.test")
    )
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a.example", "b.test"]
    assert [text.get_text() for text in axes.texts] == ["2 of 4", "1 of 1"]
    hard, soft = axes.containers
    assert [bar.get_width() for bar in hard] == pytest.approx([25, 100])
    assert [bar.get_width() for bar in soft] == pytest.approx([25, 0])
    assert {bar.get_hatch() for bar in hard} != {bar.get_hatch() for bar in soft}
    assert axes.yaxis_inverted()


def test_strange_domains_are_drawn_as_they_are_written(tmp_path: Path) -> None:
    events = sent_to("bounce@a.example")
    strange = ["x@$\\frac{$.example", "x@\u5b57.example", "x@" + "long." * 20 + "example"]
    for place, address in enumerate(strange):
        axes = bounces_by_domain(events.assign(recipient=address, email_id=str(place)))
        axes.get_figure(root=True).savefig(f"{tmp_path}/{place}.png")
        (label,) = axes.get_yticklabels()
        assert label.get_text().isascii()
        assert len(label.get_text()) <= 36


def test_charts_leave_pyplot_and_its_settings_alone() -> None:
    # Reading the setting "backend" imports pyplot by itself.
    code = (
        "import matplotlib, sys\n"
        "def read(): return {k: matplotlib.rcParams[k] for k in matplotlib.rcParams "
        "if k != 'backend'}\n"
        "before = read()\nimport smtp2go_kit.plots\n"
        "print('matplotlib.pyplot' in sys.modules, before == read())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False True\n"
