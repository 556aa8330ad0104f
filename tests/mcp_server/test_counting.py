"""Records counted on the server: the counts add up, equal pandas' own, and cost little."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import httpx
import pandas as pd
import pytest

from mcp_server import budget
from smtp2go_kit import Client
from smtp2go_kit.triage.responses import normalised

MOST = 1_500
SEARCHES = {
    "activity_search": {"start_date": "4d"},
    "email_search": {"start_date": "4d"},
    "suppression_view": {},
}
TIMES = {"activity_search": "date", "email_search": "email_ts", "suppression_view": "timestamp"}


@pytest.fixture(scope="module", params=["documented", "served"])
def client(request: pytest.FixtureRequest, now: str) -> Client:
    """A client of a full sandbox, by either contract."""
    return Client.sandbox(now=now, contract=request.param)


def frame_of(client: Client, tool: str, arguments: dict[str, Any]) -> pd.DataFrame:
    group, _, name = tool.partition("_")
    return getattr(getattr(client, group), name)(**arguments)


def keys_of(frame: pd.DataFrame, tool: str, groups: list[str]) -> pd.DataFrame:
    """What each record is counted under, worked out anew."""
    moments = frame[TIMES[tool]]
    made = {}
    for name in groups:
        if name == "day":
            made[name] = moments.map(lambda moment: moment.date().isoformat())
        elif name == "hour":
            made[name] = moments.map(lambda moment: f"{moment:%Y-%m-%dT%H}:00Z")
        elif name.endswith("_domain"):
            column = frame[name.removesuffix("_domain")].fillna("")
            made[name] = column.map(lambda address: address.rpartition("@")[2].lower())
        elif name.endswith("response"):
            # Numbers, ids and addresses are masked, which the tests of triage are about.
            made[name] = frame[name].fillna("").map(normalised)
        else:
            made[name] = frame[name].fillna("")
    return pd.DataFrame(made)


def cost(result: Any, count: Callable[[str], int] = budget.tokens) -> int:
    """Tokens of an answer's text and its data together."""
    data = json.dumps(result.structured_content, ensure_ascii=False)
    return count(result.content[0].text) + count(data)


def counted(data: dict[str, Any]) -> int:
    """The records of all groups, shown or not."""
    rest = data["about"].get("not_shown", {"records": 0})
    return sum(row["count"] for row in data["rows"]) + rest["records"]


def groupings(tool: str, offered: list[str]) -> list[list[str]]:
    """Each way to count alone, and some in twos and threes."""
    pairs = [*itertools.combinations(offered, 2)][::8]
    return [*([name] for name in offered), *map(list, pairs), offered[:3], offered[-3:][::-1]]


@pytest.mark.parametrize("tool", SEARCHES)
def test_counts_add_up_and_equal_those_of_pandas(start, client, tool, subtests):
    session, arguments = start(client), SEARCHES[tool]
    offered = session.tools[tool]["inputSchema"]["properties"]["group_by"]["items"]["enum"]
    frame = frame_of(client, tool, arguments)
    assert len(frame) > 80
    for groups in groupings(tool, offered):
        result = session.done(tool, **arguments, group_by=groups, limit=100)
        data, text = result.structured_content, result.content[0].text
        sizes = keys_of(frame, tool, groups).groupby(groups).size()
        expected = {k if isinstance(k, tuple) else (k,): int(n) for k, n in sizes.items()}
        shown = {tuple(r.get(g, "") for g in groups): r["count"] for r in data["rows"]}
        # Long texts are cut when they are shown.
        whole = {key: n for key, n in shown.items() if "more characters)" not in str(key)}
        hidden = {"groups": len(expected) - len(shown), "records": len(frame) - sum(shown.values())}
        with subtests.test("equal", groups=groups):
            assert whole.items() <= expected.items()
            assert data["about"].get("not_shown", {"groups": 0, "records": 0}) == hidden
            assert data["total"] == len(frame)
            assert f"records: {len(frame):,}, groups: {len(expected):,}" in text
            assert cost(result) < MOST
        with subtests.test("the largest", groups=groups):
            assert sorted(shown.values()) == sorted(expected.values())[-len(shown) :]
            is_timed = groups[0] in ("day", "hour")
            order = [key[0] if is_timed else -n for key, n in shown.items()]
            assert order == sorted(order)


def test_counting_takes_the_same_filters_as_listing(start, client):
    session = start(client)
    given = {"start_date": "9d", "search_recipient": "gmail.com", "event_types": ["delivered"]}
    told = session.data("activity_search", **given, group_by=["event", "recipient_domain"])
    listed = session.data("activity_search", **given)
    assert told["rows"] == [
        {"event": "delivered", "recipient_domain": "gmail.com", "count": listed["total"]}
    ]


def test_a_limit_of_groups_tells_how_many_others_there_are(start, client):
    session = start(client)
    data = session.data("activity_search", start_date="9d", group_by=["recipient"], limit=2)
    rest = data["about"]["not_shown"]
    assert len(data["rows"]) == 2
    assert rest["groups"] > 0
    assert sum(row["count"] for row in data["rows"]) + rest["records"] == data["total"]


def test_nothing_to_count_says_so(start):
    result = start().done("activity_search", group_by=["event", "day"])
    assert result.content[0].text.startswith("Nothing matches. Only today was searched")
    assert "records: 0, groups: 0" in result.content[0].text
    assert result.structured_content["rows"] == []


WORDS = ("delivered", "processed", "opened", "soft-bounced", "hard-bounced", "spam", "clicked")
DOMAINS = ("gmail.com", "web.de", "outlook.com", "yahoo.co.jp", "icloud.com")
CJK = "\u9b31\u9751\u9f98"


def event(number: int, text: str) -> dict[str, Any]:
    return {
        "date": f"2026-11-{1 + number % 24:02d}T{number % 24:02d}:00:00Z",
        "event": WORDS[number % len(WORDS)],
        "email_id": f"1x{number:06d}-ABCDEFGHIJK-abcd",
        "recipient": f"p{number}@{DOMAINS[number % len(DOMAINS)]}",
        "sender": "news@example.com",
        "subject": f"{text}{number}",
        "smtp_response": f"550 5.7.1 {number} {text}",
    }


def big(count: int, text: str = "Letter ") -> Client:
    """A client of a service with that many events, a thousand a page."""

    def respond(request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)
        begin = int(asked.get("continue_token") or 0)
        end = min(begin + asked["limit"], count)
        events = [event(number, text) for number in range(begin, end)]
        token = str(end) if end < count else None
        data = {"events": events, "total_events": count, "continue_token": token}
        return httpx.Response(200, json={"request_id": "r", "data": data})

    return Client("api-" + "0" * 32, transport=httpx.MockTransport(respond), budgets=False)


def test_a_hundred_thousand_events_are_counted_in_few_tokens(start, request):
    session = start(big(100_000))
    try:
        count = request.getfixturevalue("o200k")
    except pytest.skip.Exception:
        count = budget.tokens
    for groups in (["event", "recipient_domain", "day"], ["subject"]):
        result = session.done("activity_search", start_date="30d", group_by=groups, limit=100)
        data = result.structured_content
        assert data["total"] == counted(data) == 100_000
        assert cost(result, count) < MOST
        assert cost(result) < MOST
        assert len(data["rows"]) > 10


@pytest.mark.parametrize(
    "text", [CJK * 60, "zqxjkv" * 30, "\U0001f9d1\u200d\U0001f680" * 60, ",\"'" * 60]
)
@pytest.mark.parametrize("groups", [["subject"], ["smtp_response", "subject", "recipient"]])
def test_counts_of_long_foreign_texts_cost_few_tokens_too(start, o200k, text, groups):
    session = start(big(300, text))
    result = session.done("activity_search", start_date="30d", group_by=groups, limit=100)
    assert cost(result, o200k) < MOST
    assert counted(result.structured_content) == 300
