"""Frames: the same columns and types however many rows there are, and what they carry along."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest

from smtp2go_kit import Client, child_frame

DOCUMENT = {
    entry["path"]: entry["response_example"]
    for entry in json.loads((Path(__file__).parent / "data" / "operations.json").read_text())
}
NOW = "2026-11-24T09:30:00"
DTYPES = {"str", "Int64", "boolean", "float64", "datetime64[us, UTC]"}
RECORDS = {
    "activity.search": ("events", "/activity/search"),
    "allowed_senders.view": ("allowed_senders", "/allowed_senders/view"),
    "email.search": ("emails", "/email/search"),
    "domain.add": ("domains", "/domain/add"),
    "domain.remove": ("domains", "/domain/view"),
    "domain.returnpath": ("domains", "/domain/returnpath"),
    "domain.tracking": ("domains", "/domain/tracking"),
    "domain.verify": ("domains", "/domain/verify"),
    "domain.view": ("domains", "/domain/view"),
    "smtp_users.view": ("results", "/users/smtp/view"),
    "stats.email_history": ("history", "/stats/email_history"),
    "suppression.view": ("suppressions", "/suppression/view"),
    "subaccount.search": ("subaccounts", "/subaccount/search"),
    "single_sender_emails.view": ("senders", "/single_sender_emails/view"),
}
ONE_ROW = ["bounces", "cycle", "spam", "unsubs", "summary"]
ARGUMENTS = {
    "domain.add": {"domain": "example.com"},
    "domain.remove": {"domain": "example.com"},
    "domain.verify": {"domain": "example.com"},
    "domain.tracking": {"domain": "a.example", "old_subdomain": "a", "new_subdomain": "b"},
    "domain.returnpath": {"domain": "a.example", "old_subdomain": "a", "new_subdomain": "b"},
}
each = pytest.mark.parametrize("title", RECORDS)
storages = pytest.mark.parametrize("storage", ["pyarrow", "python"])


def ask(client: Any, title: str, **more: Any) -> pd.DataFrame:
    group, method = title.split(".")
    return getattr(getattr(client, group), method)(**ARGUMENTS.get(title, {}), **more)


def record_of(title: str) -> Any:
    rows, path = RECORDS[title]
    example = DOCUMENT[path]
    return example.get("data", example)[rows][0]


def dtypes(frame: pd.DataFrame) -> dict[str, str]:
    return {name: str(dtype) for name, dtype in frame.dtypes.items()}


@each
@storages
def test_columns_and_types_are_the_same_for_no_row_one_row_and_many(serve, title, storage):
    record, rows = record_of(title), RECORDS[title][0]
    blank = dict.fromkeys(record) if isinstance(record, dict) else None
    answers = [[], [record], [record] * 3, [blank], [record, blank], [{}]]
    with pd.option_context("mode.string_storage", storage):
        frames = [ask(serve({"data": {rows: found}}).client, title) for found in answers]
        absent = ask(serve({"request_id": "r"}).client, title)
    assert [len(frame) for frame in frames] == [len(found) for found in answers]
    assert {str(dtypes(frame)) for frame in [*frames, absent]} == {str(dtypes(absent))}
    assert set(dtypes(absent).values()) <= DTYPES
    assert all(isinstance(frame.index, pd.RangeIndex) for frame in frames)


@pytest.mark.parametrize("name", ONE_ROW)
@storages
def test_types_of_a_report_are_the_same_with_and_without_values(serve, name, storage):
    example = DOCUMENT[f"/stats/email_{name}"]["data"]
    with pd.option_context("mode.string_storage", storage):
        full = ask(serve({"data": example}).client, f"stats.email_{name}")
        blank = ask(serve({"data": dict.fromkeys(example)}).client, f"stats.email_{name}")
        absent = ask(serve({}).client, f"stats.email_{name}")
    assert (len(full), len(blank), len(absent)) == (1, 1, 0)
    assert dtypes(full) == dtypes(blank) == dtypes(absent)
    assert set(dtypes(full).values()) <= DTYPES
    assert list(full)[: len(example)] == list(example)
    assert full.notna().all(axis=None) == (list(full) == list(example))


def test_the_types_of_an_email_are_these(serve):
    frame = serve(DOCUMENT["/email/search"], {}).client.email.search()
    assert dtypes(frame) == {
        "subject": "str",
        "delivered_at": "datetime64[us, UTC]",
        "process_status": "str",
        "email_id": "str",
        "status": "str",
        "response": "str",
        "email_ts": "datetime64[us, UTC]",
        "host": "str",
        "smtpcode": "Int64",
        "sender": "str",
        "recipient": "str",
        "username": "str",
        "headers_count": "Int64",
        "total_opens": "Int64",
        "opens_count": "Int64",
        "total_clicks": "Int64",
        "clicks_count": "Int64",
    }


@each
def test_every_value_of_the_documents_example_is_in_the_frame(serve, title):
    record, rows = record_of(title), RECORDS[title][0]
    frame = ask(serve({"data": {rows: [record]}}).client, title)
    if not isinstance(record, dict):
        assert frame.iloc[0, 0] == record
        return
    row = frame.iloc[0]
    for name, value in record.items():
        if isinstance(value, dict):
            assert {f"{name}_{inner}" for inner in value} <= set(frame)
        elif name in ("trackers", "headers", "opens", "clicks"):
            assert f"{name}_count" in frame
        elif str(frame[name].dtype).startswith("datetime"):
            assert row[name] == pd.Timestamp(value.removesuffix("-M"), tz="UTC")
        else:
            assert row[name] == ("********" if name == "email_password" else value)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2024-02-12T05:54:07Z", "2024-02-12T05:54:07"),
        ("2016-06-27 01:06:42.668336+00:00", "2016-06-27T01:06:42.668336"),
        ("2022-11-01 00:00:00+00:00", "2022-11-01T00:00:00"),
        ("2022-11-14 07:54:45", "2022-11-14T07:54:45"),
        ("2021-10-19T21:35:40Z", "2021-10-19T21:35:40"),
        ("2021-04-20T00:00-M", "2021-04-20T00:00:00"),
        ("2021-04-20T00:00:00", "2021-04-20T00:00:00"),
        ("2021-04-20T12:00:00+12:00", "2021-04-20T00:00:00"),
        ("2021-04-20", "2021-04-20T00:00:00"),
        ("Mon, 02 Jan 2006 15:04:05 GMT", "2006-01-02T15:04:05"),
        ("Mon, 02 Jan 2006 15:04:05 -0700", "2006-01-02T22:04:05"),
        (1_700_000_000, "2023-11-14T22:13:20"),
        ("", None),
        (None, None),
        ("soon", None),
        ("now", None),
        ("Mon, 99 Jan 2006 15:04:05 GMT", None),
    ],
)
def test_a_date_in_any_form_is_a_moment_in_utc(serve, written, read):
    rows = [{"email_ts": "2020-01-01 00:00:00.5+00:00"}, {"email_ts": written}]
    frame = serve({"data": {"emails": rows}}).client.email.search()
    expected = pd.NaT if read is None else pd.Timestamp(read, tz="UTC")
    assert frame["email_ts"][0] == pd.Timestamp("2020-01-01T00:00:00.5", tz="UTC")
    assert frame["email_ts"][1] is expected or frame["email_ts"][1] == expected


OPEN = {
    "opened_at": "2018-04-02 19:26:53.010729+00:00",
    "ip_address": "192.0.2.1",
    "read_secs": "10",
    "user_agent": "Mozilla/5.0",
}
CLICK = {"clicked_at": "2018-04-02 19:27:00+00:00", "url": "https://example.com"}


def emails() -> list[dict[str, Any]]:
    return [
        {"email_id": "1", "recipient": "a@example.com", "opens": [OPEN, OPEN], "clicks": [CLICK]},
        {"email_id": "1", "recipient": "b@example.com", "opens": [OPEN], "clicks": []},
        {"email_id": "2", "recipient": "a@example.com", "headers": [{"key": "Bcc", "value": "c"}]},
    ]


def test_nested_records_are_frames_of_their_own_and_counted_in_the_parent(serve):
    frame = serve({"data": {"emails": emails()}}).client.email.search()
    assert frame["opens_count"].tolist() == [2, 1, pd.NA]
    assert frame["clicks_count"].tolist() == [1, 0, pd.NA]
    assert frame["headers_count"].tolist() == [pd.NA, pd.NA, 1]
    opens = child_frame(frame, "opens")
    assert opens["recipient"].tolist() == ["a@example.com", "a@example.com", "b@example.com"]
    assert opens["read_secs"].tolist() == [10, 10, 10]
    assert opens["opened_at"][0] == pd.Timestamp(OPEN["opened_at"])
    assert child_frame(frame, "clicks")["url"].tolist() == ["https://example.com"]
    assert child_frame(frame, "headers")["key"].tolist() == ["Bcc"]


def test_a_selection_of_rows_has_only_their_nested_records(serve):
    frame = serve({"data": {"emails": emails()}}).client.email.search()
    chosen = frame[frame["recipient"] == "b@example.com"]
    assert len(child_frame(chosen, "opens")) == 1
    assert len(child_frame(frame.iloc[:0], "opens")) == 0


def test_nested_frames_have_the_same_types_without_rows(serve):
    full = serve({"data": {"emails": emails()}}).client.email.search()
    empty = serve({"data": {"emails": []}}).client.email.search()
    for name in ("opens", "clicks", "headers"):
        assert dtypes(child_frame(full, name)) == dtypes(child_frame(empty, name))


@pytest.mark.parametrize("own", ["Ann@Example.com", "ann@example.com", "other@example.com", None])
def test_a_recipient_within_an_open_does_not_lose_the_open(serve, own):
    sent = {"email_id": "1", "recipient": "Ann@Example.com", "opens": [{**OPEN, "recipient": own}]}
    frame = serve({"data": {"emails": [sent]}}).client.email.search()
    assert len(child_frame(frame, "opens")) == 1


def test_a_nested_frame_that_is_not_there_is_named_with_those_that_are(serve):
    frame = serve({"data": {"emails": []}}).client.email.search()
    with pytest.raises(KeyError, match="headers, opens, clicks"):
        child_frame(frame, "trackers")


def test_unknown_fields_are_kept_as_the_last_columns(serve):
    more = {
        "new_flag": True,
        "new_count": 3,
        "new_rate": 0.5,
        "new_text": "x",
        "new": {"a": [1, 2]},
    }
    rows = [{"email_id": "1", **more}, {"email_id": "2"}]
    frame = serve({"data": {"emails": rows}}).client.email.search()
    found = dtypes(frame[list(frame)[-5:]])
    assert found == {
        "new_flag": "boolean",
        "new_count": "Int64",
        "new_rate": "float64",
        "new_text": "str",
        "new_a": "str",
    }
    assert frame["new_a"].tolist()[0] == "1, 2"
    assert frame["new_count"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    "odd",
    [{"subject": "cut \ud83d"}, {"smtpcode": 2**70}, {"new_id": 2**64}, {"smtpcode": "n/a"}],
    ids=["half an emoji", "huge count", "huge id", "text for a count"],
)
def test_a_value_that_no_column_can_hold_does_not_lose_the_rest(serve, odd):
    content = json.dumps({"data": {"emails": [{"email_id": "1", **odd}]}}).encode()
    service = serve(httpx.Response(200, content=content))
    assert service.client.email.search()["email_id"].tolist() == ["1"]


def test_attrs_say_where_the_rows_came_from(opened, kind):
    made = opened(kind.sandbox(empty=True, now=NOW))
    frame = made.activity.search(start_date="7d", end_date="2026-11-24")
    attrs = dict(frame.attrs)
    assert attrs.pop("request_id")
    attrs.pop("children")
    assert attrs == {
        "endpoint": "/activity/search",
        "window": ("2026-11-17T09:30:00Z", "2026-11-24T00:00:00Z"),
        "total": 0,
        "truncated": False,
        "continue_token": None,
        "fetched_at": "2026-11-24T09:30:00Z",
        "total_events": 0,
    }


def test_attrs_and_frames_can_be_written_and_joined(serve, tmp_path):
    answer = {"request_id": "r", "data": {"emails": emails(), "count": 3}}
    frame = serve(answer).client.email.search()
    json.dumps(frame.attrs)
    frame.to_parquet(tmp_path / "emails.parquet")
    again = pd.read_parquet(tmp_path / "emails.parquet")
    pd.testing.assert_frame_equal(again, frame)
    assert again.attrs["endpoint"] == "/email/search"
    empty = serve({"data": {"emails": []}}).client.email.search()
    both = pd.concat([frame, empty, frame], ignore_index=True)
    assert len(both) == 6
    assert dtypes(both) == dtypes(frame)


def test_a_frame_of_the_sandbox_has_no_value_of_another_type():
    client = Client.sandbox(empty=True)
    client.suppression.add("bob@example.com")
    frame = client.suppression.view()
    assert frame["email_address"].tolist() == ["bob@example.com"]
    assert frame.attrs["total"] == 1
