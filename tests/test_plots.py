"""The charts: what all of them keep to, and those that count."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from smtp2go_kit import Client
from smtp2go_kit.errors import InvalidArgument
from smtp2go_kit.plots import (
    COLOURS,
    MARKERS,
    bounce_rate_by_provider,
    bounces_by_domain,
    delivery_funnel,
    events_per_day,
    opens_by_hour,
    suppressions_by_reason,
    time_to_deliver,
)

NOW = "2026-11-20T12:00:00"
OF_EVENTS = [
    bounce_rate_by_provider,
    bounces_by_domain,
    delivery_funnel,
    events_per_day,
    opens_by_hour,
    time_to_deliver,
]
Chart = Callable[..., Any]


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


@pytest.fixture(scope="module", params=["documented", "served"])
def events(request: pytest.FixtureRequest) -> pd.DataFrame:
    return Client.sandbox(now=NOW, contract=request.param).activity.search(start_date="14d")


@pytest.fixture(scope="module", params=["documented", "served"])
def suppressions(request: pytest.FixtureRequest) -> pd.DataFrame:
    return Client.sandbox(now=NOW, contract=request.param).suppression.view()


def blank() -> Any:
    return Figure().add_subplot()


def sent_to(*recipients: str, end: str | None = None) -> pd.DataFrame:
    client = Client.sandbox(empty=True, now=NOW)
    for recipient in recipients:
        client.email.send("shop@example.com", recipient, "Hi", text_body="Hi")
    return client.activity.search(start_date="3d", end_date=end)


def artists(axes: Any) -> list[Any]:
    """What is drawn: bars, lines, texts, and the ends of the axes."""
    bars = [(*bar.get_xy(), bar.get_width(), bar.get_height()) for bar in axes.patches]
    lines = [np.asarray(line.get_xydata()).tolist() for line in axes.lines]
    texts = [text.get_text() for text in (*axes.texts, *axes.get_yticklabels())]
    return [bars, lines, texts, axes.get_xlim(), axes.get_ylim()]


@pytest.mark.parametrize("chart", OF_EVENTS)
@pytest.mark.parametrize("contract", ["documented", "served"])
def test_an_empty_frame_is_drawn_as_no_data(chart: Chart, contract: str) -> None:
    nothing = Client.sandbox(empty=True, contract=contract).activity.search()
    axes = chart(nothing, ax=blank())
    assert [text.get_text() for text in axes.texts] == ["no data"]
    assert axes.get_title()
    assert not axes.patches
    assert not axes.lines


def test_no_suppressions_are_drawn_as_no_data() -> None:
    axes = suppressions_by_reason(Client.sandbox(empty=True).suppression.view(), ax=blank())
    assert [text.get_text() for text in axes.texts] == ["no data"]


@pytest.mark.parametrize("chart", OF_EVENTS)
def test_events_that_a_chart_is_not_about_are_drawn_as_no_data(chart: Chart) -> None:
    events = sent_to("ann@example.net")
    axes = chart(events[events["event"] == "clicked"], ax=blank())
    assert [text.get_text() for text in axes.texts] == ["no data"]


@pytest.mark.parametrize("chart", OF_EVENTS)
def test_given_axes_are_drawn_on_and_no_figure_is_made(chart: Chart, events: pd.DataFrame) -> None:
    axes = blank()
    assert chart(events, ax=axes) is axes
    assert not plt.get_fignums()
    assert axes.get_xlabel()
    axes.figure.savefig("/dev/null", format="png")


@pytest.mark.parametrize("chart", OF_EVENTS)
def test_without_axes_one_figure_is_made_and_settings_stay(chart: Chart) -> None:
    events = sent_to("open@example.net", "bounce@example.org")
    before = dict(plt.rcParams)
    axes = chart(events)
    assert plt.get_fignums() == [axes.figure.number]
    assert dict(plt.rcParams) == before


@pytest.mark.parametrize("chart", OF_EVENTS)
def test_a_missing_column_is_named_with_the_call_that_has_it(chart: Chart) -> None:
    events = sent_to("ann@example.net")
    with pytest.raises(InvalidArgument, match=r"events: no column 'event'.*activity\.search"):
        chart(events.drop(columns="event"))
    assert not plt.get_fignums()


def test_a_missing_reason_is_named() -> None:
    with pytest.raises(InvalidArgument, match="suppressions: no column 'reason'"):
        suppressions_by_reason(pd.DataFrame({"cause": ["spam"]}))


@pytest.mark.parametrize("chart", OF_EVENTS)
def test_joined_frames_without_attrs_are_drawn_as_the_whole(
    chart: Chart, events: pd.DataFrame
) -> None:
    halves = [events.iloc[::2], events.iloc[1::2].reset_index(drop=True)]
    joined = pd.concat([half.astype({"event": "object"}) for half in halves])
    joined.attrs.clear()
    whole = events.copy()
    whole.attrs.clear()
    assert joined.index.has_duplicates
    assert artists(chart(joined, ax=blank())) == artists(chart(whole, ax=blank()))


@pytest.mark.parametrize("chart", OF_EVENTS)
def test_times_told_in_another_zone_are_drawn_in_utc(chart: Chart, events: pd.DataFrame) -> None:
    moved = events.assign(date=events["date"].dt.tz_convert("Pacific/Auckland"))
    assert artists(chart(moved, ax=blank())) == artists(chart(events, ax=blank()))


@pytest.mark.parametrize("chart", OF_EVENTS)
def test_a_chart_leaves_its_frame_as_it_was(chart: Chart) -> None:
    events = sent_to("open@example.net", "bounce@example.org").iloc[::-1]
    before = events.copy()
    chart(events, ax=blank())
    pd.testing.assert_frame_equal(events, before)
    assert events.attrs == before.attrs


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


def test_no_two_meanings_share_a_colour_or_a_marker() -> None:
    assert len({*COLOURS.values()}) == len(COLOURS)
    assert len({*MARKERS.values()}) == len(MARKERS)
    assert set(MARKERS) < set(COLOURS)


def test_each_outcome_is_a_line_of_its_own_colour_and_marker(events: pd.DataFrame) -> None:
    axes = events_per_day(events, ax=blank())
    lines = {str(line.get_label()).partition(" ")[0]: line for line in axes.lines}
    assert set(lines) == set(events["event"]) & set(MARKERS)
    assert all(line.get_color() == COLOURS[kind] for kind, line in lines.items())
    assert all(line.get_marker() == MARKERS[kind] for kind, line in lines.items())


def test_the_lines_count_the_events_of_every_utc_day(events: pd.DataFrame) -> None:
    axes = events_per_day(events, ax=blank())
    delivered = next(line for line in axes.lines if str(line.get_label()).startswith("delivered"))
    counts = events.loc[events["event"] == "delivered", "date"].dt.floor("D").value_counts()
    assert len(delivered.get_xdata()) == 15
    assert np.asarray(delivered.get_ydata()).tolist() == counts.sort_index().tolist()
    assert axes.get_xlabel() == "Day (UTC)"
    assert axes.get_ylabel() == "Events"


def test_days_of_the_search_without_events_are_drawn_as_none() -> None:
    (line,) = events_per_day(sent_to("ann@example.net"), ax=blank()).lines
    assert np.asarray(line.get_ydata()).tolist() == [0, 0, 0, 1]


def test_a_search_that_stops_at_midnight_has_no_day_after_it() -> None:
    (line,) = events_per_day(sent_to("ann@example.net", end="2026-11-21"), ax=blank()).lines
    assert np.asarray(line.get_ydata()).tolist() == [0, 0, 0, 1]


def test_a_frame_that_forgot_its_search_is_drawn_over_its_own_days() -> None:
    events = sent_to("ann@example.net")
    events.attrs.clear()
    assert len(events_per_day(events, ax=blank()).lines[0].get_xdata()) == 1


def test_events_outside_of_the_search_are_not_lost() -> None:
    events = sent_to("ann@example.net")
    earlier = events.assign(date=events["date"] - pd.Timedelta(days=9))
    joined = pd.concat([events, earlier])
    joined.attrs = dict(events.attrs)
    (line,) = events_per_day(joined, ax=blank()).lines
    assert np.asarray(line.get_ydata()).tolist() == [1, 0, 0, 0, 0, 0, 0, 0, 0, 1]


@settings(max_examples=30)  # each draws a chart
@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=50))
def test_there_is_a_bar_for_every_hour_of_opens(seconds: list[int]) -> None:
    dates = pd.to_datetime(seconds, unit="s", utc=True)
    axes: Any = opens_by_hour(pd.DataFrame({"event": "opened", "date": dates}), ax=blank())
    hours = [second // 3600 % 24 for second in seconds]
    assert [bar.get_height() for bar in axes.patches] == [hours.count(hour) for hour in range(24)]
    assert axes.get_xlabel() == "Hour (UTC)"
    assert {bar.get_facecolor() for bar in axes.patches} == {(0.0, 114 / 255, 178 / 255, 1.0)}


def test_suppressions_are_bars_by_reason_with_the_most_first(suppressions: pd.DataFrame) -> None:
    axes: Any = suppressions_by_reason(suppressions, ax=blank())
    counts = suppressions["reason"].value_counts()
    assert [label.get_text() for label in axes.get_yticklabels()] == list(counts.index)
    assert [bar.get_width() for bar in axes.patches] == counts.tolist()
    assert [text.get_text() for text in axes.texts] == [f"{count:,}" for count in counts]
    assert len({bar.get_facecolor() for bar in axes.patches}) == len(counts)
    assert len({bar.get_hatch() for bar in axes.patches}) == len(counts)
    assert axes.yaxis_inverted()


def test_reasons_that_the_api_does_not_define_are_other() -> None:
    frame = pd.DataFrame({"reason": ["$x$", None, "\u202e", "spam"]})
    axes: Any = suppressions_by_reason(frame, ax=blank())
    assert [label.get_text() for label in axes.get_yticklabels()] == ["other", "spam"]
    assert [bar.get_width() for bar in axes.patches] == [3, 1]
