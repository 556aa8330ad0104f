"""However events are written, triage reads them alike, and it leaves them as they are."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtp2go_kit import InvalidArgument
from smtp2go_kit.triage import Report, triage

NOW = "2026-11-20T12:00:00"
END = pd.Timestamp(NOW, tz="UTC")
ANSWER = (
    "550 5.7.26 Unauthenticated email from shop.example is not accepted due to domain's DMARC "
    "policy."
)
DAYS, DAILY = 15, 96
PLACES = ("gmail.com", "web.de", "firm.example", "yahoo.com", "uni.example")
TEXTS = ("event", "email_id", "recipient", "sender", "subject", "username", "outbound_ip")
KINDS = ("processed", "delivered", "soft-bounced", "hard-bounced", "rejected", "spam")
NOTHING = [None, np.nan, pd.NA, ""]
Change = Callable[[pd.DataFrame], pd.DataFrame]


@functools.cache
def mail() -> pd.DataFrame:
    """Mail of every quarter of an hour; the last 12 hours of one sender domain bounce."""
    count = DAYS * DAILY
    place = np.arange(count)
    date = END - pd.to_timedelta((count - place) * 86_400 // DAILY - 60, unit="s")
    news = place % 3 == 0
    broken = news & (date >= END - pd.Timedelta(hours=12))
    sent = pd.DataFrame(
        {
            "date": date,
            "event": "processed",
            "email_id": [f"id-{n}" for n in place],
            "recipient": [f"ann{n}@{PLACES[n % len(PLACES)]}" for n in place],
            "sender": np.where(news, "news@shop.example", "orders@mail.example"),
            "subject": np.where(news, "News", "Your order"),
            "username": np.where(news, "site", "till"),
            "outbound_ip": np.where(place % 2, "203.0.113.1", "203.0.113.2"),
            "smtp_response": None,
        }
    )
    ends = sent.assign(
        date=date + pd.Timedelta(seconds=5),
        event=np.where(broken, "hard-bounced", "delivered"),
        smtp_response=np.where(broken, ANSWER, "250 OK"),
    )
    return pd.concat([sent, ends], ignore_index=True)


def told(report: Report) -> dict[str, Any]:
    """All that a report says, but for which of several emails is the example."""
    found = report.to_dict()
    for finding in found["findings"]:
        assert set(finding.pop("email_ids")) <= broken_ids() | {""}
    return found


@functools.cache
def broken_ids() -> set[str]:
    return set(mail().loc[mail()["event"] == "hard-bounced", "email_id"])


@functools.cache
def usual() -> dict[str, Any]:
    return told(triage(mail(), now=NOW))


def said(frame: pd.DataFrame) -> dict[str, Any]:
    return told(triage(frame, now=NOW))


def causes(frame: pd.DataFrame) -> list[str]:
    return [finding.cause for finding in triage(frame, now=NOW).findings]


def more(*events: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([mail(), *events], ignore_index=True)


def others(count: int, **columns: Any) -> pd.DataFrame:
    """Mail of its own, that does not fail."""
    some = mail().tail(count)
    return some.assign(email_id=[f"other-{n}" for n in range(len(some))], **columns)


def seconds(frame: pd.DataFrame) -> pd.Series[int]:
    return (frame["date"] - pd.Timestamp(0, tz="UTC")) // pd.Timedelta(seconds=1)


DATES: dict[str, Callable[[pd.DataFrame], Any]] = {
    "as the client": lambda frame: frame["date"],
    "naive": lambda frame: frame["date"].dt.tz_localize(None),
    "in Berlin": lambda frame: frame["date"].dt.tz_convert("Europe/Berlin"),
    "to the second": lambda frame: frame["date"].dt.as_unit("s"),
    "to the nanosecond": lambda frame: frame["date"].dt.as_unit("ns"),
    "arrow": lambda frame: frame["date"].astype(pd.ArrowDtype(pa.timestamp("us", "UTC"))),
    "category": lambda frame: frame["date"].astype("category"),
    "datetimes": lambda frame: np.array(frame["date"].dt.to_pydatetime(), object),
    "ISO with Z": lambda frame: frame["date"].dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
    "ISO without zone": lambda frame: frame["date"].dt.strftime("%Y-%m-%dT%H:%M:%S"),
    "ISO with a space": lambda frame: frame["date"].dt.strftime("%Y-%m-%d %H:%M:%S"),
    "ISO of many zones": lambda frame: [
        date.tz_convert("Asia/Kolkata" if n % 2 else "UTC").isoformat()
        for n, date in enumerate(frame["date"])
    ],
    "Unix seconds": seconds,
    "Unix seconds with a point": lambda frame: seconds(frame).astype("float64"),
    "Unix seconds that may be missing": lambda frame: seconds(frame).astype("Int64"),
    "Unix milliseconds": lambda frame: 1_000 * seconds(frame),
}
TYPES: dict[str, Any] = {
    "str": "str",
    "string": "string",
    "object": object,
    "category": "category",
    "arrow": pd.ArrowDtype(pa.string()),
    "arrow category": pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string())),
}
INDEXES: dict[str, Callable[[pd.DataFrame], Any]] = {
    "numbers": lambda frame: pd.RangeIndex(len(frame)),
    "one for all": lambda frame: [7] * len(frame),
    "dates": lambda frame: pd.DatetimeIndex(frame["date"]),
    "two levels": lambda frame: pd.MultiIndex.from_frame(frame[["email_id", "event"]]),
}
ADDRESSES: dict[str, Callable[[str], str]] = {
    "bare": str,
    "capitals": str.upper,
    "with a name": lambda address: f"Ann Lee <{address}>",
    "with a name in quotes": lambda address: f'"Ann (Lee)" <{address.title()}>',
    "in brackets": lambda address: f"<{address}>",
    "with spaces": lambda address: f" {address} ",
}
RECIPIENTS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "recipient": ("recipient", str),
    "recipients": ("recipients", str),
    "to": ("to", str),
    "list": ("recipients", lambda address: [address]),
    "tuple": ("to", lambda address: (address,)),
    "array": ("recipients", lambda address: np.array([address])),
}
WORDS: dict[str, Callable[[str], str]] = {
    "the API's": str,
    "capitals": lambda word: word.replace("-", "_").upper(),
    "with a space": lambda word: word.replace("-", " ").title(),
    "the webhook's": lambda word: word.replace("-", ""),
    "without how hard": lambda word: word.replace("hard-", ""),
}


def dated(kind: str) -> Change:
    return lambda frame: frame.assign(date=DATES[kind](frame))


def typed(kind: str) -> Change:
    return lambda frame: frame.astype(dict.fromkeys([n for n in TEXTS if n in frame], TYPES[kind]))


def indexed(kind: str) -> Change:
    return lambda frame: frame.set_axis(INDEXES[kind](frame))


def worded(kind: str) -> Change:
    return lambda frame: frame.assign(event=frame["event"].map(WORDS[kind]))


def sent_by(kind: str, column: str = "sender") -> Change:
    return lambda frame: frame.assign(sender=frame["sender"].map(ADDRESSES[kind])).rename(
        columns={"sender": column}
    )


def received_by(kind: str, address: str = "bare") -> Change:
    column, wrap = RECIPIENTS[kind]
    return lambda frame: frame.drop(columns="recipient").assign(
        **{column: [wrap(ADDRESSES[address](each)) for each in frame["recipient"]]}
    )


def shuffled(seed: int) -> Change:
    return lambda frame: frame.sample(frac=1, random_state=seed)


@pytest.mark.parametrize("kind", DATES)
def test_times_are_read_however_they_are_written(kind: str) -> None:
    assert said(dated(kind)(mail())) == usual()


@pytest.mark.parametrize("kind", TYPES)
def test_the_type_of_texts_does_not_matter(kind: str) -> None:
    assert said(typed(kind)(mail())) == usual()


@pytest.mark.parametrize("kind", INDEXES)
def test_the_index_does_not_matter(kind: str) -> None:
    assert said(indexed(kind)(mail())) == usual()


@pytest.mark.parametrize("kind", WORDS)
def test_events_are_read_by_their_other_names(kind: str) -> None:
    assert said(worded(kind)(mail())) == usual()


@pytest.mark.parametrize("kind", RECIPIENTS)
def test_recipients_are_text_or_lists_of_any_column(kind: str) -> None:
    assert said(received_by(kind)(mail())) == usual()


@pytest.mark.parametrize("kind", ADDRESSES)
def test_names_and_case_of_addresses_do_not_matter(kind: str) -> None:
    assert said(received_by("recipient", kind)(sent_by(kind)(mail()))) == usual()


@pytest.mark.parametrize("column", ["sender", "from", "sender_full"])
def test_the_sender_may_be_told_by_several_columns(column: str) -> None:
    assert said(sent_by("with a name", column)(mail())) == usual()


@settings(max_examples=15)
@given(
    st.randoms(use_true_random=False),
    st.tuples(
        st.sampled_from([*WORDS]).map(worded),
        st.builds(sent_by, st.sampled_from([*ADDRESSES]), st.sampled_from(["sender", "from"])),
        st.integers(0, 1_000).map(shuffled),
        st.sampled_from([*INDEXES]).map(indexed),
        st.sampled_from([*DATES]).map(dated),
        st.sampled_from([*TYPES]).map(typed),
        st.builds(received_by, st.sampled_from([*RECIPIENTS]), st.sampled_from([*ADDRESSES])),
    ),
)
def test_no_mixture_of_forms_changes_the_report_or_the_frame(
    random: Any, changes: tuple[Change, ...]
) -> None:
    *plain, received = changes
    frame = functools.reduce(lambda made, change: change(made), plain, mail())
    frame = received(frame)
    frame = frame[random.sample([*frame.columns], len(frame.columns))]
    before = frame.copy(deep=True)
    assert said(frame) == usual()
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("share", [0.02, 1.0])
def test_events_that_say_nothing_of_what_became_of_mail_are_left_out(share: float) -> None:
    some = mail().sample(frac=share, random_state=1)
    for names in (["opened"], ["clicked", "resubscribed"], [None]):
        seen = [some.assign(event=name) for name in names]
        assert said(more(*seen)) == usual()


def test_events_of_an_unknown_kind_are_left_out_and_counted() -> None:
    report = triage(more(mail().head(7).assign(event="beamed-up")), now=NOW)
    assert said(more(mail().head(7).assign(event="beamed-up")))["findings"] == usual()["findings"]
    assert "7 events: the kind 'beamed-up' is unknown" in report.notes


@pytest.mark.parametrize("column", ["host", "subaccount_name", "reason", "error", "to", "planet"])
@pytest.mark.parametrize("nothing", [None, np.nan, pd.NA])
def test_columns_without_anything_change_nothing(column: str, nothing: Any) -> None:
    assert said(mail().assign(**{column: nothing})) == usual()


@pytest.mark.parametrize("nothing", NOTHING)
@pytest.mark.parametrize("column", ["email_id", "sender", "subject", "username", "outbound_ip"])
def test_what_is_missing_everywhere_is_not_needed(column: str, nothing: Any) -> None:
    (finding,) = triage(mail().assign(**{column: nothing}), now=NOW).findings
    assert (finding.cause, finding.x) == ("authentication", 16)


@pytest.mark.parametrize("column", ["outbound_ip", "username"])
def test_what_would_tell_more_is_noted_where_it_is_missing(column: str) -> None:
    note = f"{column.replace('_', ' ')}: the events do not tell it"
    assert note not in triage(mail(), now=NOW).notes
    for frame in (mail().assign(**{column: None}), mail().drop(columns=column)):
        assert note in triage(frame, now=NOW).notes


@pytest.mark.parametrize("nothing", NOTHING)
def test_bounces_without_an_answer_have_a_finding_without_a_known_cause(nothing: Any) -> None:
    (finding,) = triage(mail().assign(smtp_response=nothing), now=NOW).findings
    assert finding.cause == "other"
    assert finding.responses == ()


def test_an_answer_is_taken_from_the_column_that_has_one() -> None:
    frame = mail().rename(columns={"smtp_response": "reason"})
    assert said(frame) == said(frame.assign(smtp_response="")) == usual()


def test_time_event_and_recipient_are_enough() -> None:
    frame = mail().loc[mail()["event"] != "processed", ["date", "event", "recipient"]]
    report = triage(frame, now=NOW)
    assert report.overview.window["bounced"] == 16
    assert [finding.cause for finding in report.findings] == ["other"]


@pytest.mark.parametrize("kind", KINDS)
def test_one_event_is_too_little_to_tell(kind: str) -> None:
    report = triage(mail().tail(1).assign(event=kind), now=NOW)
    assert report.findings == ()
    assert report.status == "can't tell yet"
    assert report.overview.window["emails"] == (kind != "spam")


def test_the_newest_event_is_the_end_if_none_is_given() -> None:
    report = triage(mail())
    assert report.end == mail()["date"].max()
    assert report.start == report.end - pd.Timedelta(days=1)
    assert [finding.cause for finding in report.findings] == ["authentication"]


@pytest.mark.parametrize("count", [1, 50])
def test_events_that_are_still_to_come_are_left_out_and_counted(count: int) -> None:
    later = others(count, date=END + pd.Timedelta(days=2))
    assert said(more(later))["findings"] == usual()["findings"]
    assert any("are later than" in note for note in triage(more(later), now=NOW).notes)


def test_events_before_the_window_and_the_past_are_not_counted() -> None:
    report = triage(mail(), compare="5d", now=NOW)
    assert report.compared == END - pd.Timedelta(days=6)
    assert report.overview.past["emails"] == 5 * DAILY


@settings(max_examples=6)
@given(st.lists(st.integers(0, 2 * DAYS * DAILY - 1), max_size=14))
def test_a_few_events_that_came_twice_change_nothing(rows: list[int]) -> None:
    assert said(more(mail().iloc[rows])) == usual()


def test_many_events_that_came_twice_are_a_fault_of_the_data() -> None:
    (finding, *_) = triage(more(mail()), now=NOW).findings
    assert finding.cause == "data-gap"
    assert "events came more than once" in finding.problem


def test_copies_of_an_email_are_counted_one_by_one() -> None:
    both = mail()["recipient"].map(lambda name: [name, f"also.{name}"])
    frame = mail().drop(columns="recipient").assign(recipients=both)
    text = frame.assign(recipients=both.map(", ".join))
    assert said(frame) == said(text)
    assert triage(frame, now=NOW).overview.window["emails"] == 2 * DAILY
    assert triage(frame, now=NOW).findings[0].x == 32


def test_a_refusal_after_a_delivery_counts() -> None:
    bounced = mail()[mail()["event"] == "hard-bounced"]
    taken = bounced.assign(event="delivered", smtp_response="250 OK")
    assert said(more(taken)) == usual()
    assert said(pd.concat([taken, mail()])) == usual()


def test_events_whose_time_cannot_be_read_do_not_change_what_is_found() -> None:
    late = others(3)
    for never in ("soon", None):
        assert causes(more(late.assign(date=pd.Series([never] * 3, late.index, object)))) == [
            "authentication"
        ]


@pytest.mark.parametrize("never", ["soon", pd.NaT, None])
def test_without_any_time_events_are_refused(never: Any) -> None:
    with pytest.raises(InvalidArgument, match="no date can be read"):
        triage(mail().assign(date=never), now=NOW)


@pytest.mark.parametrize("size", [1, 1_000, 1_000_000, 1_000_000_000])
def test_unix_times_are_read_whatever_their_unit(size: int) -> None:
    seconds = mail()["date"].astype("int64") // 1_000_000
    assert said(mail().assign(date=seconds * size)) == usual()
    assert said(mail().assign(date=(seconds * size).astype(str))) == usual()


def test_times_of_a_date_header_are_read() -> None:
    dates = mail()["date"].map(lambda date: date.strftime("%a, %d %b %Y %H:%M:%S +0000"))
    assert said(mail().assign(date=dates)) == usual()


def test_a_comma_in_a_recipients_name_is_no_second_recipient() -> None:
    named = '"Doe, Ann" <' + mail()["recipient"] + ">"
    assert said(mail().assign(recipient=named)) == usual()


def test_events_that_came_twice_do_not_hide_what_is_found() -> None:
    assert "authentication" in causes(more(mail()))
