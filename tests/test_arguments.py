"""Bad input is refused before any request, naming the parameter and its bound."""

from __future__ import annotations

import contextlib
import datetime as dt
import inspect
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest

from smtp2go_kit import InvalidArgument, MissingArgument, Secret, Smtp2GoError
from smtp2go_kit.call import SizeWarning

MESSAGE = {"sender": "a@example.com", "to": "b@example.com", "subject": "Hello"}
MEGABYTE = 1024 * 1024
USER = {"username": "authuser", "email_password": "pa$$word"}
NOT_A_TIME = np.datetime64("NaT")
PERIOD = "custom_ratelimit_period"
RENAMED = {"domain": "example.com", "old_subdomain": "link", "new_subdomain": "track"}
PLAN = {"email": "a@example.com", "fullname": "Name"}


def many(count: int) -> list[str]:
    return [f"a{place}@example.com" for place in range(count)]


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("email.send", {**MESSAGE, "to": many(101)}, "to", "100"),
    ("email.send", {**MESSAGE, "cc": many(101)}, "cc", "100"),
    ("email.send", {**MESSAGE, "bcc": many(101)}, "bcc", "100"),
    ("email.send", {**MESSAGE, "to": []}, "to", "1 to 100"),
    ("email.send", {**MESSAGE, "to": "nobody"}, "to", "RFC-822"),
    ("email.send", {**MESSAGE, "to": ["b@example.com", "no body@"]}, "to", "no body@|RFC-822"),
    ("email.send", {**MESSAGE, "to": ["b@example.com", 5]}, "to", "string"),
    ("email.send", {**MESSAGE, "to": 5}, "to", ""),
    ("email.send", {**MESSAGE, "to": "b@example.com\nBcc: c@example.com"}, "to", "RFC-822"),
    ("email.send", {**MESSAGE, "sender": "a@example.com\r\nBcc: c@d.example"}, "sender", "RFC-822"),
    ("email.send", {**MESSAGE, "sender": "example.com"}, "sender", "RFC-822"),
    ("email.send", {**MESSAGE, "subject": "Hello\nBcc: c@example.com"}, "subject", "newline"),
    ("email.send", {**MESSAGE, "subject": "Hello\rthere"}, "subject", "newline"),
    ("email.send", {**MESSAGE, "subject": ""}, "subject", "empty"),
    ("email.send", {**MESSAGE, "subject": "  "}, "subject", "empty"),
    ("email.send", {**MESSAGE, "subject": 5}, "subject", "string"),
    ("email.send", {**MESSAGE, "text_body": b"Hello"}, "text_body", "string"),
    ("email.send", {**MESSAGE, "custom_headers": {"X-A": "a\nb"}}, "custom_headers", "newline"),
    ("email.send", {**MESSAGE, "custom_headers": {"X-A\nB": "a"}}, "custom_headers", "newline"),
    ("email.send", {**MESSAGE, "custom_headers": {"X A": "a"}}, "custom_headers", "names"),
    ("email.send", {**MESSAGE, "custom_headers": {"X:A": "a"}}, "custom_headers", "colon"),
    ("email.send", {**MESSAGE, "custom_headers": {"": "a"}}, "custom_headers", "names"),
    ("email.send", {**MESSAGE, "custom_headers": {"X-A": 5}}, "custom_headers", "string"),
    ("email.send", {**MESSAGE, "custom_headers": [{"header": "X-A"}]}, "custom_headers", "value"),
    ("email.send", {**MESSAGE, "custom_headers": ["X-A"]}, "custom_headers", "object"),
    ("email.send", {**MESSAGE, "custom_headers": 5}, "custom_headers", ""),
    *(
        ("email.send", {**MESSAGE, "custom_headers": {name: "a"}}, "custom_headers", name)
        for name in ("Content-Type", "content-transfer-encoding", "MIME-Version")
    ),
    *(
        ("email.send", {**MESSAGE, "to": text}, "to", "RFC-822.*; several as a list")
        for text in (
            "a@b.com, c@d.com",
            "a@b.com; c@d.com",
            "Ann <a@b.com>, Bob <c@d.com>",
            "Ann <a@b.com> <c@d.com>",
            "a@b.com,",
            "a@b.com>",
            "<a@b.com",
            "mailto:a@b.com",
            "x" * 250 + "@b.com",
        )
    ),
    ("email.send", {**MESSAGE, "to": [*many(10), "bad"]}, "to", "got 'bad'"),
    ("email.send", {**MESSAGE, "to": b"a@b.com"}, "to", "list of texts, got a bytes"),
    ("email.send", {**MESSAGE, "custom_headers": "X: y"}, "custom_headers", "mapping such as"),
    ("email.send", {**MESSAGE, "attachments": 5}, "attachments", "int is not a file"),
    ("email.send", {**MESSAGE, "attachments": [5]}, "attachments", "int is not a file"),
    ("email.send", {**MESSAGE, "attachments": ""}, "attachments", "empty text"),
    ("email.send", {**MESSAGE, "attachments": ("a.txt", "hello")}, "attachments", "give bytes"),
    (
        "email.send",
        {**MESSAGE, "attachments": {"filename": "a.txt", "content": "hello"}},
        "attachments",
        "give bytes",
    ),
    (
        "email.send",
        {**MESSAGE, "attachments": {"filename": 5, "content": b"x"}},
        "attachments",
        "filename 5 is not text",
    ),
    (
        "email.send",
        {**MESSAGE, "attachments": {"filename": "a", "fileblob": "", "mimetype": "a\r\nB: c"}},
        "attachments",
        "mimetypes of up to 127",
    ),
    ("email.mime", {"mime_email": 5}, "mime_email", "EmailMessage, its bytes"),
    (
        "email.mime",
        {"mime_email": f"To: {', '.join(many(101))}\n\nHi".encode()},
        "mime_email",
        "101 To addresses; up to 100",
    ),
    *(
        ("activity.search", {"start_date": odd}, "start_date", "is not a time. Use ISO 8601")
        for odd in (
            1763000000,
            float("nan"),
            b"7d",
            pd.NaT,
            pd.Period("2026-11"),
            np.datetime64("NaT"),
        )
    ),
    ("activity.search", {"end_date": "7d"}, "end_date", "pass start_date too"),
    ("stats.email_history", {"end_date": "31d"}, "end_date", "pass start_date too"),
    ("activity.search", {"progress": "yes"}, "progress", "boolean"),
    ("allowed_senders.add", {"allowed_senders": ["a@b.c", "x y"]}, "allowed_senders", "got 'x y'"),
    ("allowed_senders.update", {"allowed_senders": ["a\nb"]}, "allowed_senders", "domain"),
    ("smtp_users.add", {**USER, "username": "u1"}, "username", "5 to 100 characters"),
    ("smtp_users.add", {**USER, PERIOD: "99:99:99"}, PERIOD, "below 24 hours"),
    ("smtp_users.add", {**USER, PERIOD: "25:00:00"}, PERIOD, "below 24 hours"),
    ("email.mime", {"mime_email": "From: a@example.com\n\nHello"}, "mime_email", "base64"),
    ("email.mime", {"mime_email": ""}, "mime_email", "base64"),
    ("email.mime", {"mime_email": 5}, "mime_email", ""),
    ("email.search", {"sort_by": "subject"}, "sort_by", "'email_ts', 'delivered_at'"),
    ("email.search", {"sort_dir": "up"}, "sort_dir", "'asc', 'desc'"),
    ("email.search", {"limit": 0}, "limit", "at least 1"),
    ("email.search", {"email_id": "1er8bV"}, "email_id", "list"),
    ("email.search", {"headers": [{"name": "Bcc"}]}, "headers", "key, value"),
    ("email.search", {"opened_only": "yes"}, "opened_only", "boolean"),
    ("email.search", {"opened_only": 1}, "opened_only", "boolean"),
    ("activity.search", {"event_types": ["bounced"]}, "event_types", "'hard-bounced'"),
    ("activity.search", {"event_types": "opened"}, "event_types", "list"),
    ("activity.search", {"limit": -1}, "limit", "at least 1"),
    ("activity.search", {"limit": "10"}, "limit", "integer"),
    ("activity.search", {"limit": 10.0}, "limit", "integer"),
    ("activity.search", {"limit": True}, "limit", "integer"),
    ("activity.search", {"start_date": "last week"}, "start_date", "'7d'"),
    ("activity.search", {"start_date": "7 d"}, "start_date", "'7d'"),
    ("activity.search", {"start_date": "-7d"}, "start_date", "'7d'"),
    ("activity.search", {"start_date": "999999d"}, "start_date", "calendar"),
    ("activity.search", {"end_date": "2026-13-01"}, "end_date", "ISO"),
    ("activity.search", {"end_date": 20261101}, "end_date", ""),
    ("activity.search", {"start_date": "1d", "end_date": "2d"}, "start_date", "end_date"),
    ("activity.search", {"start_date": dt.date.max, "end_date": "0d"}, "start_date", "end_date"),
    ("stats.email_history", {"start_date": "1d", "end_date": "2d"}, "start_date", "end_date"),
    ("stats.email_history", {"group_by": "domain"}, "group_by", "'username', 'email_address'"),
    ("subaccount.add", {**PLAN, "dedicated_ip": True}, "dedicated_ip", "100,000"),
    ("subaccount.add", {**PLAN, "dedicated_ip": True, "limit": 100000}, "dedicated_ip", "100,000"),
    ("subaccount.edit", {**PLAN, "dedicated_ip": True}, "dedicated_ip", "100,000"),
    ("subaccount.add", {**PLAN, "limit": 12345}, "limit", "10000, 20000"),
    ("subaccount.add", {**PLAN, "email": "nobody"}, "email", "email address"),
    ("subaccount.search", {"states": "open"}, "states", "'active', 'closed', 'suspended'"),
    ("suppression.add", {"email_address": "b@"}, "email_address", "email address"),
    ("suppression.add", {"email_address": "x" * 250 + "@example.com"}, "email_address", "address"),
    ("suppression.remove", {"email_address": "b@c.de", "reasons": []}, "reasons", "at least one"),
    ("suppression.remove", {"email_address": "b@c.de", "reasons": ["x"]}, "reasons", "'manual'"),
    ("allowed_senders.add", {"allowed_senders": []}, "allowed_senders", "at least one"),
    ("domain.add", {"domain": "https://example.com"}, "domain", r"example\.com"),
    ("domain.add", {"domain": "example"}, "domain", r"example\.com"),
    ("domain.tracking", {**RENAMED, "new_subdomain": ""}, "new_subdomain", "link"),
    ("smtp_users.add", {**USER, "email_password": ""}, "email_password", "empty"),
    ("smtp_users.add", {**USER, "email_password": 5}, "email_password", "string"),
    ("smtp_users.add", {**USER, "custom_ratelimit": True}, "custom_ratelimit_value", "required"),
    ("smtp_users.add", {**USER, PERIOD: "a day"}, PERIOD, "seconds, hh:mm:ss"),
]


def call(client: Any, title: str, arguments: dict[str, Any]) -> Any:
    group, method = title.split(".")
    return getattr(getattr(client, group), method)(**arguments)


@pytest.mark.parametrize(
    ("title", "arguments", "parameter", "bound"),
    REFUSED,
    ids=[f"{t}-{p}" for t, _, p, _ in REFUSED],
)
def test_a_bad_argument_is_refused_before_any_request(serve, title, arguments, parameter, bound):
    service = serve()
    with pytest.raises(InvalidArgument, match=f"^{title}: {parameter}: .*({bound})") as caught:
        call(service.client, title, arguments)
    assert caught.value.parameter == parameter
    assert isinstance(caught.value, ValueError)
    assert service.requests == []


def test_as_many_recipients_as_allowed_are_sent(serve):
    service = serve()
    call(service.client, "email.send", {**MESSAGE, "to": many(100), "cc": many(100)})
    assert service.sent[0][1]["to"] == many(100)


@pytest.mark.parametrize("missing", ["sender", "to", "subject"])
def test_a_missing_argument_is_named(serve, missing):
    service = serve()
    given = {name: value for name, value in MESSAGE.items() if name != missing}
    for arguments in (given, {**given, missing: None}):
        with pytest.raises(
            MissingArgument, match=rf"^email\.send: {missing}: is required"
        ) as caught:
            call(service.client, "email.send", arguments)
        assert isinstance(caught.value, TypeError)
    assert service.requests == []


def test_the_first_missing_argument_is_named_also_after_positional_ones(serve):
    with pytest.raises(MissingArgument, match="to: is required"):
        serve().client.email.send("a@example.com", text_body="Hello")


def test_an_unknown_argument_is_named_with_those_there_are(serve):
    service = serve()
    with pytest.raises(
        TypeError, match=r"^email\.send: .*'body'.* It takes sender, to, .*; by name: cc"
    ):
        service.client.email.send(**MESSAGE, body="Hello")
    with pytest.raises(TypeError, match="no arguments"):
        service.client.stats.email_spam(username="authuser")
    assert service.requests == []


def test_optional_arguments_are_given_by_name_only(serve):
    service = serve()
    with pytest.raises(TypeError, match=r"suppression\.add: too many positional arguments"):
        service.client.suppression.add("b@example.com", "asked by phone")
    assert service.requests == []


def test_an_error_does_not_repeat_a_long_value(serve):
    with pytest.raises(InvalidArgument) as caught:
        call(serve().client, "email.send", {**MESSAGE, "to": many(5000)})
    assert len(str(caught.value)) < 300


def test_every_error_of_an_argument_is_the_toolkits_own(serve):
    with pytest.raises(Smtp2GoError):
        serve().client.suppression.add("")


def test_a_request_above_50_megabytes_is_refused(serve):
    service = serve()
    blob = bytes(40 * MEGABYTE)
    with pytest.raises(InvalidArgument, match=r"attachments: .*53\.\d MB.*at most 50 MB"):
        call(service.client, "email.send", {**MESSAGE, "attachments": ("big.bin", blob)})
    with pytest.raises(InvalidArgument, match=r"mime_email: .*50 MB"):
        service.client.email.mime(blob)
    assert service.requests == []


def test_a_request_above_10_megabytes_is_sent_with_a_warning_at_the_callers_line(serve, kind):
    service = serve()
    blob = bytes(8 * MEGABYTE)
    with pytest.warns(SizeWarning, match=r"email\.send: .*10 MB") as caught:
        call(service.client, "email.send", {**MESSAGE, "attachments": ("big.bin", blob)})
    assert len(service.requests) == 1
    if not inspect.iscoroutinefunction(kind(api_key="x").email.send):
        assert caught[0].filename == __file__


def test_a_request_below_10_megabytes_is_sent_without_a_word(serve):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        call(serve().client, "email.send", {**MESSAGE, "text_body": "x" * (10 * MEGABYTE - 1000)})


def test_any_other_request_has_1_megabyte(serve):
    service = serve()
    with pytest.raises(InvalidArgument, match=r"block_description: .*at most 1 MB"):
        service.client.suppression.add("b@example.com", block_description="x" * MEGABYTE)
    # The service counts bytes, and each of these letters is two.
    with pytest.raises(InvalidArgument, match="at most 1 MB"):
        service.client.suppression.add("b@example.com", block_description="é" * (MEGABYTE // 2))
    assert service.requests == []


@pytest.mark.parametrize("letter", ["x", "é", "🙂", '"'], ids=ascii)
@pytest.mark.parametrize("share", [0.4, 0.999])
def test_what_is_sent_is_within_the_services_limit(serve, letter, share):
    service = serve()
    text = letter * int(share * MEGABYTE / len(letter.encode()))
    with contextlib.suppress(InvalidArgument):
        service.client.suppression.add("b@example.com", block_description=text)
    assert all(len(request.content) <= MEGABYTE for request in service.requests)
    assert service.requests or letter != "x"


def test_a_password_may_be_a_secret_and_is_never_in_an_error(serve):
    service = serve()
    service.client.smtp_users.add("authuser", Secret("pa$$word"))
    assert service.sent[0][1]["user_data"]["email_password"] == "pa$$word"
    for bad in (["pa$$word"], b"pa$$word", {"pa$$word": 1}):
        with pytest.raises(InvalidArgument) as caught:
            service.client.smtp_users.add("authuser", bad)
        assert "pa$$word" not in str(caught.value)
