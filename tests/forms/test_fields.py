"""Fields: what is typed, ticked, picked or uploaded is what the client gets."""

from __future__ import annotations

import base64
import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from traitlets import TraitError

from smtp2go_kit import Client
from smtp2go_kit.forms import State, form, model_of

FIRST, LAST = map(dt.datetime.fromisoformat, ("1980-01-01", "2040-01-01"))
FEW = hypothesis_settings(max_examples=15)
LINE = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12)


CLIENT = Client("api-0123456789ABCDEF")
SEND = model_of(CLIENT.email.send).fields
EMAILS = model_of(CLIENT.email.search).fields


def sent(made):
    made.press().agree()
    assert made.model.state is State.DONE, made.model.errors
    return made.service.sent[-1][1]


def typed(bench, named, title, name, text):
    made = bench(named(title)).fill()
    made.form.entries[name].inputs[0].value = text
    return made


@given(lines=st.lists(LINE, min_size=1, max_size=5))
def test_lines_come_back_as_they_were_given(lines):
    field = SEND["to"]
    assert field.read(field.entered(lines)) == lines
    assert field.read("\r\n \n".join(f"  {line}\t" for line in lines)) == lines


@given(
    pairs=st.dictionaries(LINE.filter(lambda text: ":" not in text), LINE, min_size=1, max_size=4)
)
def test_pairs_come_back_as_they_were_given(pairs):
    headers = SEND["custom_headers"]
    written = [{"header": name, "value": text} for name, text in pairs.items()]
    assert headers.read(headers.entered(pairs)) == written
    assert headers.read(headers.entered(written)) == written
    wanted = EMAILS["headers"]
    entries = [{"key": name, "value": text} for name, text in pairs.items()]
    assert wanted.read(wanted.entered(entries)) == entries


@given(number=st.integers(min_value=0, max_value=10**12))
def test_numbers_come_back_as_they_were_given(number):
    field = EMAILS["limit"]
    assert field.read(field.entered(number)) == number
    assert field.read(f" {number:,} ") == number


@FEW
@given(moment=st.datetimes(FIRST, LAST), aware=st.booleans())
def test_moments_come_back_as_they_were_given(bench, named, moment, aware):
    moment = moment.astimezone(dt.timezone(dt.timedelta(hours=2))) if aware else moment
    direct, made = (bench(named("activity.search")) for _ in range(2))
    direct.call(start_date=moment, end_date="2041-01-01")
    made.form.fill(start_date=moment, end_date="2041-01-01")
    assert sent(made) == direct.service.sent[0][1]


@FEW
@given(chosen=st.sets(st.sampled_from(["spam", "bounce", "manual", "unsubscribe"]), min_size=1))
def test_ticked_boxes_are_what_is_sent(bench, named, chosen):
    made = bench(named("suppression.remove")).fill(reasons=None)
    for box in made.form.entries["reasons"].inputs:
        box.value = box.description in chosen
    assert {*sent(made)["reasons"]} == chosen


@pytest.mark.parametrize("text", ["1,000", "1000", " 1000 ", "\u0661\u0660\u0660\u0660", "001000"])
def test_a_number_may_be_written_with_thousands_apart(bench, named, text):
    assert sent(typed(bench, named, "activity.search", "limit", text))["limit"] == 1000


@pytest.mark.parametrize(
    "text",
    ["1.5", "abc", "²", "-1", "0", "1e3", "1 000", ",", "1,5", "9" * 5000],
)
def test_what_is_no_number_is_told_beside_the_field_and_nothing_is_sent(bench, named, text):
    made = typed(bench, named, "activity.search", "limit", text).press()
    assert (made.model.state, made.count) == (State.EDITING, 0)
    assert 'role="alert"' in made.form.entries["limit"].error.value


@pytest.mark.parametrize(
    ("title", "name", "text"),
    [
        ("email.send", "to", "ann@example.org\nno address"),
        ("email.send", "to", "\n".join(f"a{n}@example.org" for n in range(101))),
        ("email.send", "custom_headers", "X-Shop"),
        ("email.send", "custom_headers", ": value"),
        ("email.send", "custom_headers", "Content-Type: text/html"),
        ("email.send", "sender", "no address"),
        ("activity.search", "start_date", "yesterday"),
        ("activity.search", "start_date", "2026-13-01"),
        ("smtp_users.add", "username", "a b"),
        ("smtp_users.add", "custom_ratelimit_period", "soon"),
        ("domain.add", "domain", "not a domain"),
    ],
)
def test_what_the_client_refuses_is_told_beside_the_field(bench, named, title, name, text):
    made = typed(bench, named, title, name, text).press().agree()
    assert (made.model.state, made.count) == (State.EDITING, 0)
    assert {n for n, entry in made.form.entries.items() if entry.error.value} == {name}


def test_every_wrong_field_is_told_at_once(bench, named):
    made = bench(named("email.send")).fill(sender="x", to="y", subject=None).press()
    assert {n for n, e in made.form.entries.items() if e.error.value} == {"sender", "to", "subject"}
    assert "3 fields need attention" in made.status


@pytest.mark.parametrize(
    ("title", "values", "name"),
    [
        ("activity.search", {"start_date": "2d", "end_date": "3d"}, "start_date"),
        ("activity.search", {"end_date": "2026-01-01"}, "end_date"),
        ("subaccount.add", {"dedicated_ip": True, "limit": 10000}, "dedicated_ip"),
        ("smtp_users.add", {"custom_ratelimit": True}, "custom_ratelimit_value"),
        ("suppression.add", {"block_description": "x" * 2**21}, "block_description"),
    ],
)
def test_fields_that_do_not_go_together_are_told_beside_one(bench, named, title, values, name):
    made = bench(named(title)).fill(**values).press()
    assert (made.model.state, made.count) == (State.EDITING, 0)
    assert {n for n, entry in made.form.entries.items() if entry.error.value} == {name}


def test_a_picked_moment_is_written_into_its_field(bench, named):
    made = bench(named("activity.search"))
    entry = made.form.entries["start_date"]
    entry.picker.value = dt.datetime.fromisoformat("2026-11-01T09:30")
    assert entry.inputs[0].value == "2026-11-01T09:30"
    assert "Start date" in entry.picker.description
    assert sent(made)["start_date"] == "2026-11-01T09:30:00"


def test_flags_and_choices_are_sent_only_once_chosen(bench, named):
    made = bench(named("subaccount.search"))
    assert "fuzzy_search" not in sent(made)
    for choice, value in (("no", False), ("yes", True)):
        made.form.entries["fuzzy_search"].inputs[0].label = choice
        assert sent(made)["fuzzy_search"] is value
    states = made.form.entries["states"].inputs[0]
    states.label = "closed"
    assert sent(made)["states"] == "closed"
    states.label = states.options[0][0]
    assert "states" not in sent(made)


def uploaded(name, content):
    return {
        "name": name,
        "type": "text/plain",
        "size": len(content),
        "content": memoryview(content),
        "last_modified": dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
    }


@FEW
@given(contents=st.lists(st.binary(max_size=40), min_size=1, max_size=3))
def test_uploaded_files_are_sent_as_they_are(bench, named, contents):
    made = bench(named("email.send")).fill()
    upload = made.form.entries["attachments"].inputs[0]
    for number, content in enumerate(contents):
        upload.value = [uploaded(f"{number}.txt", content)]
        assert upload.value == ()
    blobs = sent(made)["attachments"]
    assert [base64.b64decode(blob["fileblob"]) for blob in blobs] == contents
    assert [blob["filename"] for blob in blobs] == [f"{n}.txt" for n in range(len(contents))]


def test_an_uploaded_file_can_be_taken_out_again(bench, named):
    made = bench(named("email.send")).fill()
    entry = made.form.entries["attachments"]
    entry.inputs[0].value = [uploaded("a.txt", b"a"), uploaded("<b>.txt", b"b" * 2048)]
    removals = [w for w in boxes(entry.box) if w.description.startswith("Remove")]
    assert [w.description for w in removals] == ["Remove a.txt (1 bytes)", removals[1].description]
    assert "<b>.txt (2.0 KB)" in removals[1].description
    removals[0].click()
    assert [blob["filename"] for blob in sent(made)["attachments"]] == ["<b>.txt"]


def boxes(box):
    for child in getattr(box, "children", ()):
        yield from boxes(child) if hasattr(child, "children") else [child]


def test_an_email_is_one_file_and_another_takes_its_place(bench, named):
    made = bench(named("email.mime"))
    for name in (b"ann", b"bob"):
        mail = b"From: a@example.com\r\nTo: %s@example.org\r\n\r\nHi" % name
        made.form.entries["mime_email"].inputs[0].value = [uploaded("a.eml", mail)]
    assert b"bob@" in base64.b64decode(sent(made)["mime_email"])


@pytest.mark.parametrize(
    ("title", "values"),
    [
        ("email.send", {"attachments": {"filename": "a", "content": b"1", "mimetype": "image/x"}}),
        ("email.send", {"custom_headers": {"header": "X-A", "value": "1"}}),
        ("email.send", {"to": "ann@example.org", "subject": "Two  spaces"}),
        ("email.mime", {"mime_email": base64.b64encode(b"To: a@example.org\r\n\r\nHi").decode()}),
        ("email.mime", {"mime_email": bytearray(b"To: a@example.org\r\n\r\nHi")}),
        ("email.search", {"headers": [{"key": "Bcc"}]}),
        ("smtp_users.edit", {"audit_email": ""}),
        ("allowed_senders.update", {"allowed_senders": []}),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_what_a_form_is_made_with_means_what_it_means_to_the_client(
    bench, named, valid, title, values
):
    direct, made = bench(named(title)), bench(named(title))
    direct.call(**valid(named(title)) | values)
    assert sent(made.fill(**values)) == direct.service.sent[0][1]


@pytest.mark.parametrize(
    ("title", "values"),
    [
        ("activity.search", {"event_types": ["bounced"]}),
        ("suppression.remove", {"reasons": ["spam", "nonsense"]}),
        ("email.send", {"custom_headers": {"X-Note": "a\nBcc: eve@example.net"}}),
        ("email.send", {"to": ["ann@example.org\neve@example.net"]}),
        ("email.send", {"subject": "one\r\nBcc: eve@example.net"}),
        ("subaccount.add", {"limit": 123}),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_what_the_client_would_refuse_no_form_makes_into_something_else(
    bench, named, valid, title, values
):
    made = bench(named(title))
    with pytest.raises(ValueError, match=r".+"):
        made.call(**valid(named(title)) | values)
    with suppress(ValueError, TypeError, TraitError):
        made.fill(**values).press().agree()
    assert made.count == 0


def test_a_form_knows_its_fields_and_clients(bench, named):
    made = bench(named("suppression.add"))
    with pytest.raises(TypeError, match="has no field 'email'; it has email_address"):
        made.form.fill(email="ann@example.org")
    for call in (len, made.client.suppression, lambda: None):
        with pytest.raises(TypeError, match="a form needs a call of a Client"):
            form(call)
