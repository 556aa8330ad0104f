"""The filter_query language of /email/search."""

from __future__ import annotations

import contextlib
import re
import time
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp2go_kit.sandbox.account import Email, Status
from smtp2go_kit.sandbox.query import compile_query
from smtp2go_kit.sandbox.query_syntax import FIELDS, MAX_DEPTH, MAX_LENGTH, QueryError

BASE = Email(
    email_id="1rXk2a-FnQP5vmkJ2Y-abcd",
    ts=1_466_990_000.25,
    sender="me@company.com",
    header_from="Ada Lovelace <ada@company.com>",
    recipient="joe@domain.com",
    subject="Welcome, it's here",
    username="shop",
    status="delivered",
    cc="boss@company.com",
    headers=(("X-ExampleCustomHeader", "Exact String to Match"), ("X-OfficeId", "headquarters")),
    host="mx1.domain.com",
    smtpcode=250,
    delivered_ts=1_466_990_007.5,
)
NAMES = ["me@company.com", "ann@other.org", "Joe@Domain.net", "gmail.com@domain.com", ""]
SUBJECTS = ["welcome", "bienvenidos", "Test", "a b", "you're in", "hello dolly", "[JIRA] 7?"]
ATOMS = {
    "a": "subject:welcome",
    "b": "recipient:domain",
    "c": 'subject:"a b"',
    "d": "smtpcode:[500 TO 599]",
    "e": "sender:me*",
}
PIECES = [*(f"{field}:" for field in FIELDS), *"()[]{}\"'*?:;^~\\#@ \n", " AND ", " OR ", " NOT "]
PIECES += [" TO ", " to ", "ANDNOT", "joe", "250", "X-A: b", "delivered", "é", "*:*"]
emails = st.builds(
    replace,
    st.just(BASE),
    sender=st.sampled_from(NAMES),
    recipient=st.sampled_from(NAMES),
    subject=st.sampled_from(SUBJECTS),
    smtpcode=st.sampled_from([None, 250, 550]),
)
expressions = st.recursive(
    st.sampled_from([*ATOMS, *(f"not {name}" for name in ATOMS)]),
    lambda part: st.one_of(
        st.builds("{} {} {}".format, part, st.sampled_from(["and", "or"]), part),
        st.builds("{}({})".format, st.sampled_from(["", "not "]), part),
    ),
    max_leaves=12,
)


def finds(query: str, *, ignore_case: bool = False, **fields: Any) -> bool:
    """Whether the query finds the base email with some fields changed."""
    return compile_query(query, ignore_case=ignore_case)(replace(BASE, **fields))


def found(query: str, field: str, values: tuple[Any, ...]) -> set[Any]:
    """Which values of a field the query finds."""
    return {value for value in values if finds(query, **{field: value})}


def problem(query: str) -> str:
    """What the error of a query says."""
    with pytest.raises(QueryError) as caught:
        compile_query(query)
    return str(caught.value)


def test_or_finds_either_subject() -> None:
    subjects = "welcome back", "bienvenidos", "goodbye"
    query = "subject:welcome OR subject:bienvenidos"
    assert found(query, "subject", subjects) == {"welcome back", "bienvenidos"}


def test_an_address_without_its_ending_finds_every_ending() -> None:
    query = "recipient:joe@domain AND sender:me@company.com"
    addresses = "joe@domain.com", "joe@domain.net", "joe@domain.org"
    assert found(query, "recipient", (*addresses, "ann@domain.com")) == set(addresses)
    assert not finds(query, sender="x@y.z")


def test_a_bare_domain_finds_every_recipient_at_it() -> None:
    addresses = "joe@gmail.com", "gmail.com@domain.com"
    assert found("recipient:gmail.com", "recipient", (*addresses, "a@b.c")) == set(addresses)


def test_the_request_example_needs_both_sides() -> None:
    query = "subject:Test AND recipient:test@example.com"
    assert finds(query, subject="A Test", recipient="test@example.com")
    assert not finds(query, subject="A Test")


@pytest.mark.parametrize("phrase", ["hello dolly", "a  b", "Re: (x) AND *", "it's here", " a "])
def test_a_phrase_is_found_as_it_is(phrase: str) -> None:
    subjects = f"oh {phrase}!", " ".join(reversed(phrase.split())), phrase.replace(" ", "")
    assert found(f'subject:"{phrase}"', "subject", subjects) == {subjects[0]}
    assert finds(f'"{phrase}"', subject=phrase)


def test_parentheses_keep_both_sides() -> None:
    query = "(subject:a OR subject:b) AND NOT recipient:c@d.com"
    assert found(query, "subject", ("a", "b", "x")) == {"a", "b"}
    assert not finds(query, subject="b", recipient="c@d.com")


def test_short_words_are_kept() -> None:
    assert found("subject:it AND subject:a", "subject", ("it", "a", "it is a")) == {"it is a"}


@pytest.mark.parametrize(
    "text",
    [
        "X-ExampleCustomHeader: Exact String to Match",
        "x-examplecustomheader:Exact String to Match",
        "X-ExampleCustomHeader: Exact String to Match; X-OfficeId: headquarters;",
        "Subject: Welcome, it's here",
        "Cc: boss@company.com",
        "From: Ada Lovelace <ada@company.com>",
    ],
)
def test_headers_match_exactly(text: str) -> None:
    assert finds(f"headers:'{text}'")
    assert finds(f"NOT headers:'X-No: y' AND (headers:'{text}' OR subject:x)")


@pytest.mark.parametrize(
    "text",
    [
        "X-ExampleCustomHeader: Exact String",
        "Bcc: boss@company.com",
        "X-ExampleCustomHeader: Exact String to Match; X-OfficeId: branch",
    ],
)
def test_headers_that_differ_are_not_found(text: str) -> None:
    assert not finds(f"headers:'{text}'")


@pytest.mark.parametrize(
    "value",
    [
        "X-OfficeId",
        '"X-OfficeId: headquarters"',
        "'X-OfficeId'",
        "''",
        "';'",
        "'X-OfficeId:'",
        "': x'",
        "X*",
        "'X-A: b",
        "[a TO b]",
    ],
)
def test_a_header_that_is_no_quoted_pair_is_refused(value: str) -> None:
    assert "headers" in problem(f"headers:{value}")


@pytest.mark.parametrize(
    "word",
    [
        "me@company.com",
        "Lovelace",
        "joe@domain",
        "Welcome",
        "sender:me@company.com AND sender:ada@company.com",
    ],
)
def test_a_bare_term_searches_both_senders_recipient_and_subject(word: str) -> None:
    assert finds(word)
    assert not finds(f"NOT ({word})")


@pytest.mark.parametrize("word", ["mx1", "delivered", "250", "headquarters", "1rXk2a", "shop"])
def test_a_bare_term_searches_nothing_else(word: str) -> None:
    assert not finds(word)


@pytest.mark.parametrize(
    "query",
    [
        "subject:WELCOME",
        "recipient:JOE*",
        "sender:lovelace",
        '"IT\'S HERE"',
        "email_id:1RXK2A*",
        "host:MX1",
        "headers:'X-OfficeId: HEADQUARTERS'",
    ],
)
def test_case_is_ignored_only_when_asked(query: str) -> None:
    assert not finds(query)
    assert finds(query, ignore_case=True)


def test_an_apostrophe_in_a_term_is_text() -> None:
    assert finds("subject:you're AND subject:it's", subject="you're, it's")
    assert finds("subject:'tis", subject="'tis")


def test_adjacent_terms_must_both_match_and_bind_looser_than_or() -> None:
    assert finds("subject:Welcome recipient:joe")
    assert not finds("subject:Welcome recipient:ann")
    assert not finds("subject:x recipient:ann OR recipient:joe")


def test_operators_are_upper_case_and_may_touch_parentheses() -> None:
    assert not finds("subject:Welcome or subject:y")
    assert finds("(subject:x)OR(subject:Welcome)AND NOT(subject:y)")
    assert found("subject:(x OR joe)", "subject", ("x", "y")) == {"x"}


def test_operator_words_and_colons_after_a_field_are_text() -> None:
    assert finds("subject:AND AND subject:NOT subject:Re:x", subject="Re:x AND NOT")


@pytest.mark.parametrize(
    "query",
    [
        "recipient:joe*",
        "joe*",
        "recipient:d?main*",
        "email_id:1rX*",
        "recipient:*oe",
        "recipient:*@dom*",
        "recipient:@dom*",
        "subject:her*",
        "host:*",
        "*:* AND Welcome",
        "email_id:1*d",
    ],
)
def test_a_wildcard_stands_for_any_text(query: str) -> None:
    assert finds(query)


@pytest.mark.parametrize(
    "query",
    [
        "recipient:oe*",
        "subject:e?e",
        "email_id:FnQP5vmkJ2Y*",
        "email_id:1rXk2a",
        "email_id:1rXk2?",
        "*:* AND subject:x",
        "recipient:* AND recipient:ann",
        "subject:[Ww]elcome*",
    ],
)
def test_a_wildcard_starts_at_a_word_and_ids_are_whole(query: str) -> None:
    assert not finds(query)


def test_a_lone_asterisk_asks_for_any_value() -> None:
    assert found("host:*", "host", ("mx", "")) == {"mx"}


@pytest.mark.parametrize(
    ("status", "words"),
    [
        *((status, status) for status in get_args(Status)),
        ("deferred", "defer"),
        ("hardbounce", "hard-bounce refused"),
        ("softbounce", "soft-bounce returned soft*"),
        ("delivered", "ok sent OK Delivered"),
        ("complained", "spam"),
        ("failed hardbounce softbounce rejected", "0"),
        ("delivered unsubscribed complained", "1"),
    ],
)
def test_status_words_are_interchangeable(status: str, words: str) -> None:
    for word in words.split():
        assert found(f"status:{word}", "status", get_args(Status)) == set(status.split())


@pytest.mark.parametrize("word", ["bounced", "bounced*", "2", "''"])
def test_an_unknown_status_is_refused_with_the_words(word: str) -> None:
    assert "hard-bounce" in problem(f"status:{word}")


@pytest.mark.parametrize(
    "query",
    [
        "sent_ts:[1466899200 TO 1467072000]",
        "sent_ts:{1466899200 TO 1467072000}",
        "sent_ts:[1466899200 TO]",
        "sent_ts:[TO 1467072000}",
        "sent_ts:1466990000",
        "sent_ts:1466990000.25",
        "delivered_ts:[1466990007 TO 1466990008]",
        "delivered_ts:[ TO ]",
        "smtpcode:250",
        'smtpcode:"250"',
        "smtpcode:[250 TO 250]",
        "smtpcode:{249 TO 250]",
    ],
)
def test_numbers_are_found_by_value_and_range(query: str) -> None:
    assert finds(query)


def test_an_email_without_the_number_is_not_found() -> None:
    query = "delivered_ts:[ TO ] OR smtpcode:[TO 999] OR smtpcode:250"
    assert not finds(query, delivered_ts=None, smtpcode=None)


@pytest.mark.parametrize(
    "query",
    [
        "sent_ts:1466990001",
        "sent_ts:[1 TO 2]",
        "smtpcode:{250 TO 300]",
        "smtpcode:[200 TO 250}",
        "smtpcode:25",
        "smtpcode:[30 TO 4]",
        "smtpcode:[0 TO 9] OR smtpcode:[1000 TO 2000]",
    ],
)
def test_other_numbers_are_not_found(query: str) -> None:
    assert not finds(query)


@pytest.mark.parametrize("value", ["abc", "25*", "*", "nan", "1e3", "[a TO 5]", "[1 TO b]", "''"])
def test_a_value_that_is_no_number_is_refused(value: str) -> None:
    assert "takes" in problem(f"smtpcode:{value}")


@pytest.mark.parametrize(
    "query", ["foo:bar", "email-id:1", "http://x.org", "*:x", "Re: x", "subject:a AND (NOT from:b)"]
)
def test_an_unknown_field_is_refused_with_the_fields(query: str) -> None:
    message = problem(query)
    assert "unknown field" in message
    assert all(field in message for field in FIELDS)


@pytest.mark.parametrize(
    "query",
    [
        "(a",
        "a)",
        ")(",
        "()",
        "AND a",
        "a AND",
        "a OR",
        "NOT",
        "a AND OR b",
        "NOT NOT a",
        "(AND a)",
        "a OR (NOT)",
        "subject:",
        "subject: a",
        "subject:*:*",
        "a ANDNOT b",
        'subject:"a',
        '"a b"*',
        "subject:[a TO b]",
        "[a TO b]",
        "a" * (MAX_LENGTH + 1),
        "(" * 900 + "a" + ")" * 900,
        "(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1),
    ],
)
def test_bad_syntax_is_refused(query: str) -> None:
    problem(query)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "  ",
        "\n\t",
        "*:*",
        "(" * MAX_DEPTH + "@" + ")" * MAX_DEPTH,
        ("@ " * MAX_LENGTH)[:MAX_LENGTH],
    ],
)
def test_the_longest_and_the_blank_query_are_understood(query: str) -> None:
    assert finds(query)


@pytest.mark.parametrize(
    "unit",
    ["[ to ", "[ TO ", "*a", "a?*", "' ", "a AND NOT ", "a ANDNOT ", "(a OR ", '" ', "[", "[ "],
)
def test_repeated_syntax_takes_little_time(unit: str) -> None:
    query = unit * (MAX_LENGTH // len(unit))
    started = time.perf_counter()
    with contextlib.suppress(QueryError):
        finds(query, subject="a" * 2_000)
    assert time.perf_counter() - started < 2


@given(text=st.text() | st.lists(st.sampled_from(PIECES), max_size=25).map("".join), email=emails)
def test_any_text_compiles_or_is_refused(text: str, email: Email) -> None:
    with contextlib.suppress(QueryError):
        assert compile_query(text)(email) in (True, False)


@given(expression=expressions, email=emails)
def test_operators_agree_with_the_booleans_of_python(expression: str, email: Email) -> None:
    upper = re.sub("and|or|not", lambda word: word[0].upper(), expression)
    query = re.sub(r"\b[a-e]\b", lambda name: ATOMS[name[0]], upper)
    values = {name: compile_query(atom)(email) for name, atom in ATOMS.items()}
    assert compile_query(query)(email) is eval(expression, values)
