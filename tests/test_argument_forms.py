"""Arguments in the forms people have them, and what of each goes on the wire."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import io
import pathlib
import re
from collections import deque
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.mime.text import MIMEText
from email.utils import formataddr
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp2go_kit import InvalidArgument

NOW = dt.datetime(2026, 11, 24, 9, 30, 15, 250_000, tzinfo=dt.UTC)
PDF = {"filename": "a.pdf", "fileblob": "UERG", "mimetype": "application/pdf"}
ANY_TEXT = st.text(st.characters(exclude_categories=()))
files = pytest.mark.parametrize("name", ["attachments", "inlines"])


def sent(serve: Any, **arguments: Any) -> dict[str, Any]:
    """The body of a send with these arguments."""
    service = serve()
    service.client.email.send(
        **{"sender": "a@example.com", "to": "b@example.com", "subject": "Hello", **arguments}
    )
    return service.sent[0][1]


def window(serve: Any, start: Any, **options: Any) -> str:
    """The start date of a search as it was sent."""
    service = serve(now=lambda: NOW, **options)
    service.client.activity.search(start_date=start)
    return service.sent[0][1]["start_date"]


@files
@pytest.mark.parametrize(
    "given",
    [
        ("a.pdf", b"PDF"),
        [("a.pdf", b"PDF")],
        (("a.pdf", b"PDF"),),
        {"filename": "a.pdf", "content": b"PDF"},
        {"filename": "a.pdf", "content": b"PDF", "mimetype": "application/pdf"},
        {"filename": "a.pdf", "fileblob": "UERG"},
        {"filename": "a.pdf", "fileblob": b"PDF"},
        PDF,
        [PDF],
    ],
    ids=[
        "pair",
        "pairs",
        "pairs in a tuple",
        "content",
        "typed",
        "untyped",
        "bytes",
        "API",
        "APIs",
    ],
)
def test_a_file_in_any_form_is_the_apis_object(serve, name, given):
    assert sent(serve, **{name: given})[name] == [PDF]


@files
def test_a_file_is_read_from_its_path(serve, name, tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(b"PDF")
    for form in (path, str(path), [path], [str(path)]):
        assert sent(serve, **{name: form})[name] == [PDF]
    assert sent(serve, **{name: [path, ("b.pdf", b"PDF")]})[name] == [
        PDF,
        {**PDF, "filename": "b.pdf"},
    ]


def test_a_path_below_home_is_found(serve, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "a.pdf").write_bytes(b"PDF")
    assert sent(serve, attachments="~/a.pdf")["attachments"] == [PDF]


def test_a_mimetype_is_guessed_from_the_name_or_given(serve):
    def guessed(name: str) -> str:
        return sent(serve, attachments=(name, b""))["attachments"][0]["mimetype"]

    assert guessed("a.png") == "image/png"
    assert guessed("a.txt") == "text/plain"
    assert guessed("a.unknown") == "application/octet-stream"
    given = {"filename": "a.png", "content": b"", "mimetype": "text/plain"}
    assert sent(serve, attachments=given)["attachments"][0]["mimetype"] == "text/plain"


def test_bytes_without_a_name_get_one(serve):
    (blob,) = sent(serve, attachments=b"PDF")["attachments"]
    assert blob["fileblob"] == "UERG"
    assert blob["filename"]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("missing.pdf", "missing.pdf.*No such file"),
        (pathlib.Path("/"), "cannot read"),
        (5, ""),
        ([5], "int is not a file"),
        ([None], "NoneType is not a file"),
        ({"fileblob": "UERG", "mimetype": "text/plain"}, "filename"),
        ({"filename": "a.pdf"}, "fileblob"),
        ({"filename": "a.pdf", "fileblob": "UERG", "path": "a"}, "filename, fileblob, mimetype"),
        (("", b"PDF"), "1 to 255"),
        (("a" * 256, b"PDF"), "1 to 255"),
        (("a\nb", b"PDF"), "newline"),
        (("a.pdf", "text"), ""),
    ],
)
def test_what_is_no_file_is_refused_before_any_request(serve, given, problem):
    service = serve()
    with pytest.raises(InvalidArgument, match=f"^email.send: attachments: .*({problem})"):
        service.client.email.send("a@example.com", "b@example.com", "Hello", attachments=given)
    assert service.requests == []


def test_the_callers_own_objects_are_not_changed(serve):
    headers, blob, to = {"X-A": "1"}, {"filename": "a.pdf", "fileblob": "UERG"}, ["b@example.com"]
    sent(serve, custom_headers=headers, attachments=[blob], to=to)
    assert (headers, blob, to) == (
        {"X-A": "1"},
        {"filename": "a.pdf", "fileblob": "UERG"},
        ["b@example.com"],
    )


@given(
    content=st.binary(),
    name=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1),
)
def test_bytes_of_a_file_come_back_from_the_wire(serve, content, name):
    (blob,) = sent(serve, attachments=(name, content))["attachments"]
    assert base64.b64decode(blob["fileblob"], validate=True) == content
    assert blob["filename"] == name


def test_headers_are_a_mapping_or_the_apis_list(serve):
    listed = [{"header": "Reply-To", "value": "c@example.com"}, {"header": "X-A", "value": ""}]
    assert (
        sent(serve, custom_headers={"Reply-To": "c@example.com", "X-A": ""})["custom_headers"]
        == listed
    )
    assert sent(serve, custom_headers=listed)["custom_headers"] == listed
    assert sent(serve, custom_headers=tuple(listed))["custom_headers"] == listed


@pytest.mark.parametrize("field", ["to", "cc", "bcc"])
def test_recipients_are_one_text_or_any_number_of_them(serve, field):
    assert sent(serve, **{field: "c@example.com"})[field] == ["c@example.com"]
    mailboxes = ["c@example.com", "Cy Dee <d@example.com>", '"Dee, Cy" <d@example.com>']
    for form in (
        mailboxes,
        tuple(mailboxes),
        deque(mailboxes),
        pd.Series(mailboxes),
        iter(mailboxes),
    ):
        assert sent(serve, **{field: form})[field] == mailboxes


def test_no_copies_are_no_recipients_of_copies(serve):
    body = sent(serve, cc=[], bcc=())
    assert not body.get("cc")
    assert not body.get("bcc")


def test_lists_may_be_other_sequences(serve):
    service = serve()
    service.client.activity.search(event_types=("opened",), subaccount_ids=pd.Series(["bKj21"]))
    assert service.sent[0][1]["event_types"] == ["opened"]
    assert service.sent[0][1]["subaccount_ids"] == ["bKj21"]


def message() -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "a@example.com", "b@example.com", "Grüße"
    made.set_content("Hello")
    made.add_attachment(b"PDF", "application", "pdf", filename="a.pdf")
    return made


def test_mime_is_a_message_its_bytes_or_their_base64(serve):
    content = message().as_bytes()
    for form in (message(), content, base64.b64encode(content).decode()):
        service = serve()
        service.client.email.mime(form)
        text = service.sent[0][1]["mime_email"]
        read = message_from_bytes(base64.b64decode(text, validate=True), policy=policy.default)
        assert read["subject"] == "Grüße"
        assert [part.get_filename() for part in read.iter_attachments()] == ["a.pdf"]


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("2026-11-01", "2026-11-01T00:00:00"),
        ("2026-11-01T09:30:00", "2026-11-01T09:30:00"),
        ("2026-11-01 09:30", "2026-11-01T09:30:00"),
        ("2026-11-01T09:30:00Z", "2026-11-01T09:30:00"),
        ("2026-11-01T09:30:00+13:00", "2026-10-31T20:30:00"),
        (" 2026-11-01 ", "2026-11-01T00:00:00"),
        (dt.date(2026, 11, 1), "2026-11-01T00:00:00"),
        (dt.datetime(2026, 11, 1, 9, 30), "2026-11-01T09:30:00"),  # noqa: DTZ001 - naive is UTC
        (NOW, "2026-11-24T09:30:15.250000"),
        (pd.Timestamp("2026-11-01 09:30"), "2026-11-01T09:30:00"),
        (pd.Timestamp("2026-11-01 09:30", tz="Pacific/Auckland"), "2026-10-31T20:30:00"),
        (pd.Timestamp("2026-11-01 09:30:00.000000001"), "2026-11-01T09:30:00"),
        ("7d", "2026-11-17T09:30:15"),
        ("24h", "2026-11-23T09:30:15"),
        ("30m", "2026-11-24T09:00:15"),
        ("15s", "2026-11-24T09:30:00"),
        ("2w", "2026-11-10T09:30:15"),
        ("0d", "2026-11-24T09:30:15"),
    ],
)
def test_a_time_in_any_form_is_sent_in_utc(serve, given, written):
    assert window(serve, given) == written


def test_a_missing_time_of_pandas_is_refused(serve):
    with pytest.raises(InvalidArgument, match=r"start_date: .*NaT"):
        window(serve, pd.NaT)


zones = st.builds(dt.timezone, st.builds(dt.timedelta, minutes=st.integers(-23 * 60, 23 * 60)))


@given(
    moment=st.datetimes(dt.datetime(2, 1, 1), dt.datetime(9998, 1, 1), timezones=zones),  # noqa: DTZ001
    write=st.sampled_from([lambda m: m, dt.datetime.isoformat, str]),
)
def test_an_aware_time_is_the_same_moment_on_the_wire(serve, moment, write):
    read = dt.datetime.fromisoformat(window(serve, write(moment)))
    assert read.replace(tzinfo=dt.UTC) == moment


@given(count=st.integers(0, 999_999), unit=st.sampled_from("smhdw"))
def test_a_time_ago_counts_back_from_now_or_is_refused(serve, count, unit):
    name = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}[unit]
    try:
        read = dt.datetime.fromisoformat(window(serve, f"{count}{unit}")).replace(tzinfo=dt.UTC)
    except InvalidArgument:
        with pytest.raises(OverflowError):
            NOW - dt.timedelta(**{name: count})
    else:
        assert read == NOW.replace(microsecond=0) - dt.timedelta(**{name: count})


@given(
    text=ANY_TEXT | st.from_regex(re.compile(r"[0-9]{1,8}[smhdwT:-]?[0-9]{0,4}"), fullmatch=True)
)
def test_any_text_for_a_time_is_sent_as_one_or_refused(serve, text):
    try:
        written = window(serve, text)
    except InvalidArgument:
        return
    assert dt.datetime.fromisoformat(written).tzinfo is None


def test_an_open_file_is_sent_whole_under_its_name(serve, tmp_path):
    path = tmp_path / "inv.pdf"
    path.write_bytes(b"%PDF-1.4\nline two\nline three\n")
    with path.open("rb") as file:
        [blob] = sent(serve, attachments=file)["attachments"]
    assert (blob["filename"], blob["mimetype"]) == ("inv.pdf", "application/pdf")
    assert base64.b64decode(blob["fileblob"]) == path.read_bytes()
    [blob] = sent(serve, attachments=io.BytesIO(b"a\nb"))["attachments"]
    assert base64.b64decode(blob["fileblob"]) == b"a\nb"
    with path.open() as file, pytest.raises(InvalidArgument, match="opened with 'rb'"):
        sent(serve, attachments=file)


def test_an_open_file_is_sent_whole_wherever_it_was_read_last(serve, tmp_path):
    written = io.BytesIO()
    written.write(b"abc")
    for _ in range(2):
        assert sent(serve, attachments=written)["attachments"][0]["fileblob"] == "YWJj"


def test_a_tuple_of_two_files_is_two_files(serve, tmp_path):
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    first.write_bytes(b"a")
    second.write_bytes(b"b")
    with second.open("rb") as file:
        for other in (
            second,
            str(second),
            ("b.txt", b"b"),
            file,
            {"filename": "b.txt", "content": b"b"},
        ):
            blobs = sent(serve, attachments=(str(first), other))["attachments"]
            assert [blob["filename"] for blob in blobs] == ["a.txt", "b.txt"]
    with pytest.raises(InvalidArgument, match=r"missing\.txt"):
        sent(serve, attachments=(str(first), str(tmp_path / "missing.txt")))


@pytest.mark.parametrize("path", ["~nosuchuser/x", "a" * 5000, "a\0b", "QUJD" * 2000])
def test_an_odd_path_is_refused_in_short(serve, path):
    for files in (path, [path], (path, "text")):
        with pytest.raises(InvalidArgument, match=r"^email\.send: attachments: ") as caught:
            sent(serve, attachments=files)
        assert len(str(caught.value)) < 10_000


@pytest.mark.parametrize(
    "content",
    [bytearray(b"x"), memoryview(b"x"), memoryview(b"xy")[::2]],
    ids=["array", "view", "slice"],
)
def test_any_bytes_are_a_file(serve, content):
    for form in (content, ("a.txt", content), {"filename": "a.txt", "content": content}):
        assert sent(serve, attachments=form)["attachments"][0]["fileblob"] == "eA=="


def test_one_entry_of_the_apis_header_list_is_one_header(serve):
    entry = {"header": "Reply-To", "value": "r@x.com"}
    assert sent(serve, custom_headers=entry)["custom_headers"] == [entry]


@pytest.mark.parametrize(
    "mailbox",
    [
        "a@b.com",
        "Ann <a@b.com>",
        "<a@b.com>",
        '"Ann, of Shop" <a@b.com>',
        "Ann O'Neil (Shop) <a@b.com>",
        "ann@b.com <a@b.com>",
        "=?utf-8?q?J=C3=B6rg?= <a@b.com>",
        "Jörg <jörg@bücher.example>",
        "a+b@b.com",
        "a@[192.0.2.1]",
        '"a b"@b.com',
        "山田　太郎 <a@b.jp>",
        "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627 <a@b.ir>",
        "John\u00a0Doe <a@b.co>",
        "👨\u200d👩\u200d👧 Family <a@b.co>",
        "a@उदाहरण.भारत",
        "a@💩.la",
        "a@b.co (John Doe)",
        formataddr(("Ünal, Çağ", "a@b.co")),
        str(Address("Jörg Ünal", "a", "b.co")),
    ],
)
def test_one_mailbox_in_any_of_its_forms_is_sent_as_it_is(serve, mailbox):
    assert sent(serve, to=mailbox)["to"] == [mailbox]


def test_any_kind_of_email_message_is_taken(serve):
    message = MIMEText("Hi")
    message["From"], message["To"] = "a@b.com", "c@d.com"
    service = serve()
    service.client.email.mime(message)
    assert base64.b64decode(service.sent[0][1]["mime_email"]) == message.as_bytes()


def test_numbers_and_flags_and_times_out_of_a_frame_are_taken(serve):
    service = serve(now=lambda: NOW)
    service.client.activity.search(
        limit=np.int64(3),
        only_latest=np.bool_(True),
        start_date=np.datetime64("2026-11-01T09", "ns"),
    )
    body = service.sent[0][1]
    assert (body["limit"], body["only_latest"]) == (3, True)
    assert body["start_date"] == "2026-11-01T09:00:00"


def test_terms_nested_as_in_the_documents_sample_are_sent_flat(serve):
    service = serve()
    service.client.subaccount.search(search_terms=[["january", "deals"]])
    assert service.sent[0][1]["search_terms"] == ["january", "deals"]


def test_an_audit_address_can_be_taken_away(serve):
    service = serve()
    service.client.smtp_users.edit("authuser", "word", audit_email="")
    assert service.sent[0][1]["user_data"]["audit_email"] == ""


@given(text=ANY_TEXT)
def test_any_text_is_sent_whole_or_refused(serve, text):
    for name in ("subject", "text_body", "html_body"):
        with contextlib.suppress(InvalidArgument):
            # Half of a surrogate pair is no character, so none can be sent for it.
            assert sent(serve, **{name: text})[name] == text.encode(errors="replace").decode()
    assert sent(serve, text_body=f"{text}.")["text_body"]
