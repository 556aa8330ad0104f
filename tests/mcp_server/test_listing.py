"""Rows for a model: a few at a time, walked by cursor, in the columns it asks for."""

from __future__ import annotations

import base64
import csv
import datetime as dt
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtp2go_kit import Client

# Each walk: what to search, and the columns that tell its rows apart.
WALKS = {
    "activity_search": (
        {"start_date": "2d", "event_types": ["processed", "opened"]},
        ["email_id", "event", "date", "recipient"],
    ),
    "email_search": (
        {"start_date": "36h", "sort_by": "email_ts"},
        ["email_id", "recipient", "email_ts", "status"],
    ),
    "suppression_view": ({}, ["email_address", "reason", "timestamp"]),
    "subaccount_search": ({}, ["name", "id", "email", "state"]),
}


@pytest.fixture(scope="module", params=["documented", "served"])
def client(request: pytest.FixtureRequest, now: str) -> Client:
    """A client of a full sandbox by either contract, with more subaccounts than a page."""
    made = Client.sandbox(now=now, contract=request.param)
    for number in range(45):
        made.subaccount.add(f"sub{number}@example.com", f"Sub {number}", limit=10_000)
    return made


def frame_of(client: Client, tool: str, arguments: dict[str, Any]) -> Any:
    group, _, name = tool.partition("_")
    return getattr(getattr(client, group), name)(**arguments)


def shown_by(frame: Any, columns: list[str]) -> list[tuple[str, ...]]:
    """The rows of a frame as a listing writes them."""
    plain = frame[columns].copy()
    for name in columns:
        if plain[name].dtype.kind == "M":
            plain[name] = plain[name].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    return [*plain.astype("str").fillna("").itertuples(index=False, name=None)]


def walked(session: Any, tool: str, arguments: dict[str, Any], columns: list[str]) -> Iterator[Any]:
    """The answers of a walk from its start to its end."""
    cursor: dict[str, str] = {}
    for _ in range(200):
        data = session.data(tool, **arguments, fields=columns, **cursor)
        yield data
        if "cursor" not in data:
            return
        cursor = {"cursor": data["cursor"]}
    pytest.fail("the walk does not end")


def rows_of(pages: Any, columns: list[str]) -> list[tuple[str, ...]]:
    return [tuple(row.get(name, "") for name in columns) for page in pages for row in page["rows"]]


STEPS = [(tool, limit) for tool in WALKS for limit in (None, 100)]


@pytest.mark.parametrize(("tool", "limit"), [*STEPS, ("suppression_view", 7)])
def test_a_walk_shows_every_row_once_in_the_order_of_the_client(start, client, tool, limit):
    arguments, columns = WALKS[tool]
    session = start(client)
    pages = [*walked(session, tool, arguments | ({"limit": limit} if limit else {}), columns)]
    expected = shown_by(frame_of(client, tool, arguments), columns)
    assert len(expected) > 40
    assert rows_of(pages, columns) == expected
    assert {page["total"] for page in pages} == {len(expected)}
    assert all(page["shown"] == len(page["rows"]) <= (limit or 20) for page in pages)


def test_a_walk_in_the_other_era_is_the_same(start, client, mode):
    arguments, columns = WALKS["suppression_view"]
    pages = walked(start(client, mode=mode), "suppression_view", arguments, columns)
    assert rows_of(pages, columns) == shown_by(client.suppression.view(), columns)


def test_an_age_means_the_same_moment_in_the_whole_walk(start, now):
    moments = iter(range(10_000))
    begin = dt.datetime.fromisoformat(now)
    # Each look at the clock is some seconds later.
    client = Client.sandbox(now=lambda: begin + dt.timedelta(seconds=7 * next(moments)))
    arguments, columns = {"start_date": "8h"}, WALKS["activity_search"][1]
    pages = [*walked(start(client), "activity_search", arguments, columns)]
    first = pages[0]["about"]["window"].partition(" ")[0]
    assert {page["about"]["window"].partition(" ")[0] for page in pages} == {first}
    shown = rows_of(pages, columns)
    assert len(shown) == len({*shown}) == pages[0]["total"] > 40


@pytest.mark.parametrize("tool", ["activity_search", "email_search"])
def test_mail_that_comes_during_a_walk_repeats_and_hides_no_row(start, now, tool):
    begin, sends = dt.datetime.fromisoformat(now), iter(range(1, 10_000))
    ticks = [0]
    client = Client.sandbox(now=lambda: begin + dt.timedelta(seconds=10 * ticks[0]))
    session, columns = start(client), WALKS[tool][1]
    expected = shown_by(frame_of(client, tool, {"start_date": "1d", "end_date": now}), columns)
    shown = []
    for page in walked(session, tool, {"start_date": "1d"}, columns):
        shown += rows_of([page], columns)
        ticks[0] += 1
        client.email.send("a@kestrelsupply.example", f"b{next(sends)}@example.com", "S")
    assert len(expected) > 40
    assert [row for row in shown if row in {*expected}] == expected


def test_a_shown_row_that_changes_while_mail_comes_is_not_shown_again(start, now):
    begin, ticks = dt.datetime.fromisoformat(now), [0]
    client = Client.sandbox(now=lambda: begin + dt.timedelta(seconds=ticks[0]))
    session, search = start(client), {"start_date": "1d", "fields": ["email_id", "recipient"]}
    first = session.data("email_search", **search)
    last = first["rows"][-1]
    copies = (e for e in session.account.emails if e.email_id == last["email_id"])
    copy = next(e for e in copies if e.recipient == last["recipient"])
    copy.response = "250 accepted at last"
    ticks[0] = 10
    client.email.send("a@kestrelsupply.example", "b@example.com", "S")
    second = session.data("email_search", **search, cursor=first["cursor"])
    assert [row for row in second["rows"] if row in first["rows"]] == []


def test_a_cursor_that_the_service_forgot_says_to_start_anew(start, now):
    ticks = [0]
    begin = dt.datetime.fromisoformat(now)
    client = Client.sandbox(now=lambda: begin + dt.timedelta(minutes=ticks[0]))
    session, search = start(client), {"start_date": "9d", "limit": 100, "fields": ["event"]}
    first = session.data("activity_search", **search)
    ticks[0] = 30
    refusal = session.refusal("activity_search", **search, cursor=first["cursor"])
    assert "continue_token" not in refusal  # the tool has no such argument
    assert "cursor: " in refusal
    assert "leave it out to start anew" in refusal


def test_twenty_rows_are_shown_by_default_and_a_hundred_at_most(start, client):
    session = start(client)
    text, data = session.text("suppression_view"), session.data("suppression_view")
    total = len(client.suppression.view())
    assert data["shown"] == len(data["rows"]) == 20
    assert f'20 of {total}, next: cursor="{data["cursor"]}"' in text
    assert "limit: " in session.refusal("suppression_view", limit=101)
    narrow = session.data("activity_search", start_date="7d", limit=100, fields=["event"])
    assert narrow["shown"] == 100
    assert f"100 of {narrow['total']:,}, next: cursor=" in session.text(
        "activity_search", start_date="7d", limit=100, fields=["event"]
    )


def test_an_empty_listing_says_so(start):
    session = start()
    for tool in WALKS:
        result = session.done(tool)
        text = result.content[0].text
        assert re.match(r"Nothing matches\.( Only today was searched.*)?\n0 of 0", text)
        assert result.structured_content["rows"] == []
        assert "cursor" not in result.structured_content


def test_the_text_and_the_data_tell_the_same(start, client):
    session = start(client)
    for tool, (arguments, _) in WALKS.items():
        result = session.done(tool, **arguments)
        fence = re.search(r"<<<data (\w+)\n(.*)\n\1 data>>>", result.content[0].text, re.DOTALL)
        assert fence is not None
        told = [*csv.DictReader(io.StringIO(fence[2]))]
        data = result.structured_content["rows"]
        plain = [
            {k: str(v).lower() if isinstance(v, bool) else str(v) for k, v in row.items()}
            for row in data
        ]
        assert [{k: v for k, v in row.items() if v} for row in told] == plain


def test_fields_chooses_columns_and_their_order(start, client):
    session = start(client)
    chosen = ["reason", "email_address", "reason"]
    text = session.text("suppression_view", fields=chosen, limit=2)
    assert "\nreason,email_address\n" in text
    rows = session.data("suppression_view", fields=chosen, limit=2)["rows"]
    assert [[*row] for row in rows] == [["reason", "email_address"]] * 2


def test_an_unknown_field_is_refused_with_the_known_ones(start, client):
    refusal = start(client).refusal("suppression_view", fields=["address", "reason"])
    assert "fields: address unknown." in refusal
    assert "There are: email_address, complain" in refusal
    refusal = start(client).refusal("users_smtp_view", fields=["email_password"])
    assert "email_password unknown" in refusal


def test_detail_shows_all_columns_and_concise_the_usual_ones(start, client):
    session = start(client)
    given = {"start_date": "2d", "limit": 3}
    usual, concise, detailed = (
        session.data("activity_search", **given, **more)["rows"]
        for more in ({}, {"detail": "concise"}, {"detail": "detailed"})
    )
    assert usual == concise
    for few, many in zip(concise, detailed, strict=True):
        assert few.items() < many.items()
    assert "from" in detailed[0]


def test_nested_records_are_shown_where_they_are_asked_for(start, client):
    session = start(client)
    data = session.data(
        "email_search", start_date="2d", opened_only=True, fields=["email_id", "opens"], limit=3
    )
    opens = client.email.search(start_date="2d", opened_only=True, limit=3)["opens_count"]
    assert [len(row["opens"]) for row in data["rows"]] == [*opens]
    assert data["rows"][0]["opens"][0].keys() >= {"opened_at", "ip_address", "user_agent"}


def test_a_cursor_of_another_search_is_refused(start, client):
    session = start(client)
    cursor = session.data("suppression_view")["cursor"]
    for tool, arguments in (
        ("suppression_view", {"wildcard": "example"}),
        ("activity_search", {}),
        ("subaccount_search", {}),
    ):
        refusal = session.refusal(tool, cursor=cursor, **arguments)
        assert "cursor: it belongs to a search with other arguments" in refusal
        assert "leave it out to start anew" in refusal


def test_limit_and_columns_may_change_during_a_walk(start, client):
    session = start(client)
    cursor = session.data("suppression_view", limit=5)["cursor"]
    row = session.data("suppression_view", cursor=cursor, limit=1, fields=["email_address"])["rows"]
    assert row == [{"email_address": client.suppression.view()["email_address"][5]}]


def written(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=9,
)


def test_a_cursor_that_is_none_is_refused_in_words(start):
    session = start()

    @settings(max_examples=150)
    @given(st.text() | JSON.map(written) | st.lists(JSON, min_size=4, max_size=5).map(written))
    def refuses(cursor: str) -> None:
        refusal = session.refusal("suppression_view", cursor=cursor)
        assert refusal.endswith("the same arguments as before, or leave it out to start anew.")
        assert "cursor: it " in refusal

    refuses()
