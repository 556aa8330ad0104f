"""Pages: all of them, each once, in order, with the same question; and no more than wanted."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from smtp2go_kit import ServerError, ValidationFailed

SEARCHES = {
    "activity": ("events", "total_events", "email_id", "limit"),
    "email": ("emails", "count", "email_id", "limit"),
    "subaccount": ("subaccounts", "total_count", "id", "page_size"),
}
each = pytest.mark.parametrize("group", SEARCHES)


def listing(group: str, count: int, /, default: int = 100, **odd: Any) -> Callable[[Any], Any]:
    """A service of so many records, which pages them as asked; odd replaces parts of answers."""
    rows, total, name, size = SEARCHES[group]

    def answer(request: httpx.Request) -> Any:
        body = json.loads(request.content)
        start = int((body.get("continue_token") or "from-0").removeprefix("from-"))
        end = min(count, start + body.get(size, default))
        found = [{name: f"{place:05}"} for place in range(start, end)]
        token = f"from-{end}" if end < count else None
        return {"data": {rows: found, total: count, "continue_token": token, **odd}}

    return answer


def ids(frame: Any, group: str) -> list[str]:
    return frame[SEARCHES[group][2]].tolist()


def expected(count: int, start: int = 0) -> list[str]:
    return [f"{place:05}" for place in range(start, count)]


def test_25000_events_come_in_25_requests_in_order_and_once_each(serve):
    service = serve(listing("activity", 25_000))
    frame = service.client.activity.search(start_date="2026-11-01", event_types=["opened"])
    assert ids(frame, "activity") == expected(25_000)
    assert len(service.requests) == 25
    assert service.clock.slept == []
    assert (frame.attrs["total"], frame.attrs["truncated"]) == (25_000, False)


@each
def test_each_token_is_sent_once_with_the_same_parameters(serve, group):
    arguments: dict[str, dict[str, Any]] = {
        "activity": {"start_date": "7d", "search": "deal", "only_latest": True},
        "email": {"start_date": "7d", "filter_query": "status:refused"},
        "subaccount": {"search_terms": ["shop"], "page_size": 500},
    }
    moments = iter(range(100))

    def now() -> dt.datetime:
        return dt.datetime(2026, 11, 24, 9, 30, next(moments), tzinfo=dt.UTC)

    service = serve(listing(group, 2_900), now=now, budgets=False)
    getattr(service.client, group).search(**arguments[group])
    bodies = [body for _, body in service.sent]
    tokens = [body.pop("continue_token", None) for body in bodies]
    assert len(bodies) >= 3
    assert all(body == bodies[0] for body in bodies)
    assert tokens[0] is None
    assert len(set(tokens)) == len(tokens)


@each
@pytest.mark.parametrize("end", [None, "", "absent", "unchanged"])
def test_a_search_ends_where_there_is_no_new_token(serve, group, end):
    rows, _, name, _ = SEARCHES[group]

    def page(place: int, token: Any) -> dict[str, Any]:
        told = {} if token == "absent" else {"continue_token": token}
        return {"data": {rows: [{name: f"{place:05}"}], **told}}

    last = page(1, "t1" if end == "unchanged" else end)
    service = serve(page(0, "t1"), last)
    frame = getattr(service.client, group).search()
    assert ids(frame, group) == expected(2)
    assert len(service.requests) == 2
    assert frame.attrs["continue_token"] is None


@each
def test_an_empty_page_with_a_new_token_does_not_hide_the_rows_behind_it(serve, group):
    rows = SEARCHES[group][0]
    pages = [([], "t1"), ([{"email_id": "a"}], "t2"), ([], "t3"), ([{"email_id": "b"}], None)]
    service = serve(*({"data": {rows: page, "continue_token": token}} for page, token in pages))
    assert len(getattr(service.client, group).search()) == 2
    assert len(service.requests) == 4


@each
def test_empty_pages_with_ever_new_tokens_end_a_search(serve, group):
    rows, tokens = SEARCHES[group][0], itertools.count()
    service = serve(lambda _: {"data": {rows: [], "continue_token": f"t{next(tokens)}"}})
    assert len(getattr(service.client, group).search()) == 0
    assert len(service.requests) == 5


@each
def test_tokens_that_come_round_again_end_a_search(serve, group):
    rows, tokens = SEARCHES[group][0], itertools.cycle("ab")
    service = serve(lambda _: {"data": {rows: [{"email_id": "a"}], "continue_token": next(tokens)}})
    assert len(getattr(service.client, group).search()) == 3


@pytest.mark.parametrize(
    ("group", "limit", "requests"),
    [
        ("activity", 1, 1),
        ("activity", 999, 1),
        ("activity", 1000, 1),
        ("activity", 1001, 2),
        ("activity", 2500, 3),
        ("email", 2500, 1),
        ("email", 5001, 2),
    ],
)
def test_a_limit_caps_the_rows_and_not_the_pages(serve, group, limit, requests):
    service = serve(listing(group, 9_000))
    frame = getattr(service.client, group).search(limit=limit)
    assert ids(frame, group) == expected(limit)
    assert len(service.requests) == requests
    assert frame.attrs["truncated"] is True
    assert frame.attrs["total"] == 9_000


@pytest.mark.parametrize("limit", [2500, 2501, 10_000])
def test_a_limit_that_all_rows_fit_cuts_nothing_off(serve, limit):
    frame = serve(listing("activity", 2500)).client.activity.search(limit=limit)
    assert len(frame) == 2500
    assert frame.attrs["truncated"] is False


def test_a_page_size_does_not_cap_the_rows(serve):
    service = serve(listing("subaccount", 25))
    frame = service.client.subaccount.search(page_size=10)
    assert ids(frame, "subaccount") == expected(25)
    assert [body["page_size"] for _, body in service.sent] == [10, 10, 10]


@pytest.mark.parametrize("group", ["activity", "email"])
def test_a_search_cut_at_the_end_of_a_page_can_be_gone_on_with(serve, group):
    service = serve(listing(group, 3_000))
    search = getattr(service.client, group).search
    first = search(limit=1000)
    rest = search(continue_token=first.attrs["continue_token"])
    assert ids(first, group) + ids(rest, group) == expected(3_000)
    assert rest.attrs["truncated"] is False
    # Within a page there is no token that would not leave rows out.
    assert search(limit=1_200).attrs["continue_token"] in (None, "from-1200")


def test_a_search_that_ends_before_the_services_own_count_is_marked_as_cut(serve):
    rows = [{"email_id": "1"}]
    frame = serve({"data": {"events": rows, "total_events": 7}}).client.activity.search()
    assert (frame.attrs["total"], frame.attrs["truncated"]) == (7, True)


@pytest.mark.parametrize(
    ("arguments", "window"),
    [
        ({}, ("2026-11-24T00:00:00Z", "2026-11-24T09:30:15Z")),
        ({"start_date": "7d"}, ("2026-11-17T09:30:15Z", "2026-11-24T09:30:15Z")),
        (
            {"start_date": "2026-11-01", "end_date": "1d"},
            ("2026-11-01T00:00:00Z", "2026-11-23T09:30:15Z"),
        ),
    ],
    ids=["today", "week", "both"],
)
def test_attrs_hold_the_window_searched_also_where_it_is_the_default(serve, arguments, window):
    now = dt.datetime(2026, 11, 24, 22, 30, 15, tzinfo=dt.timezone(dt.timedelta(hours=13)))
    client = serve(now=lambda: now).client
    assert client.activity.search(**arguments).attrs["window"] == window
    if not arguments:
        window = ("2026-10-25T00:00:00Z", window[1])
    assert client.stats.email_history(**arguments).attrs["window"] == window
    assert client.suppression.view().attrs["window"] is None


def test_a_count_of_the_page_alone_is_not_taken_for_the_total(serve):
    frame = serve(
        listing("email", 12_000, count=5000),
    ).client.email.search(limit=12_000)
    assert len(frame) == 12_000
    assert (frame.attrs["total"], frame.attrs["truncated"]) == (12_000, False)


def test_a_page_that_is_repeated_after_a_429_comes_once(serve):
    page = listing("activity", 2_000)
    service = serve(page, httpx.Response(429, headers={"Retry-After": "7"}), page)
    assert ids(service.client.activity.search(), "activity") == expected(2_000)
    assert service.sent[1] == service.sent[2]


@pytest.mark.parametrize(("status", "error"), [(503, ServerError), (422, ValidationFailed)])
def test_a_page_that_fails_fails_the_search(serve, status, error):
    service = serve(listing("activity", 5_000), status, retries=1)
    with pytest.raises(error):
        service.client.activity.search()


@pytest.mark.parametrize("progress", [None, False])
def test_without_a_terminal_there_is_no_bar(serve, capsys, progress):
    serve(listing("activity", 2_500)).client.activity.search(progress=progress)
    assert capsys.readouterr() == ("", "")


@each
def test_a_bar_is_shown_when_asked_for(serve, capsys, group):
    frame = getattr(serve(listing(group, 2_500)).client, group).search(progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert f"{group}.search" in err
    assert f"{len(frame)}/{len(frame)}" in err.replace(",", "")


def test_a_bar_is_shown_on_a_terminal_from_the_second_page_on(serve, capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    serve(listing("activity", 900)).client.activity.search()
    assert capsys.readouterr().err == ""
    serve(listing("activity", 2_500)).client.activity.search()
    assert "2500/2500" in capsys.readouterr().err
    serve(listing("activity", 2_500)).client.activity.search(progress=False)
    assert capsys.readouterr().err == ""


# Where today's service no longer sorts and chooses, the client does.


def today(emails: list[dict[str, Any]]) -> Callable[[Any], Any]:
    """Today's /email/search: headers are names, nothing is sorted, and a limit makes pages."""

    def answer(request: httpx.Request) -> Any:
        body = json.loads(request.content)
        for name in ("sort_by", "sort_dir", "headers"):
            if name in body and (name != "headers" or isinstance(body[name][0], dict)):
                wrong = {"fieldname": name, "message": "bad"}
                code = "E_ApiResponseCodes.NON_VALIDATING_IN_PAYLOAD"
                told = {"error": "bad", "error_code": code, "field_validation_errors": wrong}
                return httpx.Response(400, json={"data": told})
        start = int(body.get("continue_token") or 0)
        end = start + body.get("limit", 5000)
        token = {"continue_token": str(end)} if end < len(emails) else {}
        return {"data": {"emails": emails[start:end], "count": len(emails[start:end]), **token}}

    return answer


def an_email(name: int, bcc: str) -> dict[str, Any]:
    moment = f"2021-04-20 {name:02}:00:00.5+00:00"
    return {"email_id": str(name), "email_ts": moment, "headers": [{"key": "Bcc", "value": bcc}]}


EMAILS = [an_email(hour, "b@c.de" if hour % 2 else "a@c.de") for hour in range(23, -1, -1)]
WANTED = [{"key": "bcc", "value": "a@c.de"}]


def test_emails_are_chosen_and_sorted_as_asked(serve):
    frame = serve(today(EMAILS)).client.email.search(headers=WANTED, sort_dir="asc")
    assert frame["email_id"].tolist() == [str(hour) for hour in range(0, 24, 2)]
    assert (frame.attrs["total"], frame.attrs["truncated"]) == (12, False)


def test_a_limit_counts_the_emails_chosen(serve):
    service = serve(today(EMAILS))
    for _ in range(2):
        frame = service.client.email.search(headers=WANTED, sort_dir="asc", limit=2)
        assert frame["email_id"].tolist() == ["0", "2"]
        assert frame.attrs["truncated"] is True
    # Small pages would only spend the budget: which emails fit is known at the end.
    assert len(service.requests) == 3
