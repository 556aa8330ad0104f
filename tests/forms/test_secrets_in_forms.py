"""Nothing leaks: no key and no password anywhere, and nothing typed in what the file keeps."""

from __future__ import annotations

import traceback

import httpx
import pytest

from smtp2go_kit import OutcomeUnknown
from smtp2go_kit.forms import State, form
from smtp2go_kit.secret import Secret
from tests.conftest import KEY

CANARY = 'canary-<"päss">-5$word$'
WRITTEN = ("canary-", "5$word$")
TITLES = ["smtp_users.add", "smtp_users.edit"]


def type_password(made, password=CANARY):
    """Type a password as the browser tells it."""
    made.form.entries["email_password"].inputs[0].set_state({"value": password})


def leaks(text):
    return [part for part in (*WRITTEN, KEY, KEY[4:]) if part in text]


def locals_of(error):
    lines = traceback.TracebackException.from_exception(error, capture_locals=True).format()
    return "".join(line for line in lines if "canary-<" not in line.partition(" = ")[0])


@pytest.mark.parametrize("title", TITLES)
def test_a_typed_password_stays_in_no_widget(bench, named, title):
    made = bench(named(title)).fill(email_password=None)
    widget = made.form.entries["email_password"].inputs[0]
    type_password(made)
    assert widget.value == ""
    assert widget.get_state()["value"] == ""
    assert "kept" in widget.placeholder
    assert leaks(made.everything()) == []
    made.press()
    sent = made.service.sent[0][1]["user_data"]
    assert sent["email_password"] == CANARY
    assert leaks(made.everything()) == []


@pytest.mark.parametrize("title", TITLES)
def test_a_password_that_is_given_to_the_form_stays_in_no_widget(bench, named, title):
    for password in (CANARY, Secret(CANARY)):
        made = bench(named(title)).fill(email_password=password)
        assert leaks(made.everything()) == []
        made.press()
        assert made.service.sent[0][1]["user_data"]["email_password"] == CANARY


@pytest.mark.parametrize("title", TITLES)
def test_a_password_leaks_in_no_outcome(bench, named, told, title):
    echoed = f"your password {CANARY} and your key {KEY} are odd"
    answers = []
    made = bench(named(title), lambda _: answers[-1], retries=0).fill()
    for answer in (
        told(400, echoed, "email_password"),
        told(400, echoed, f"user_data.{CANARY}"),
        told(401, echoed),
        told(402, echoed, code=CANARY),
        told(404, echoed),
        told(429, echoed),
        told(500, echoed),
        httpx.Response(500, content=echoed.encode(), headers={"Content-Type": "text/plain"}),
        httpx.ReadTimeout(echoed),
        httpx.ConnectError(KEY),
        ZeroDivisionError(echoed),
        {"data": {"results": [{"username": "printer", "email_password": CANARY}]}},
        {"data": {"results": [{"a": {"email_password": CANARY}}, {"username": "printer"}]}},
    ):
        answers.append(answer)
        type_password(made)
        before = made.count
        made.press()
        assert made.count == before + 1
        assert made.model.state in (State.DONE, State.FAILED, State.UNKNOWN)
        assert leaks(made.everything()) == [], answer
        if made.form.result is not None:
            assert leaks(made.form.result.to_string() + repr(made.form.result.attrs)) == []
        made.form.release.click()
        made.model.rearm()


@pytest.mark.parametrize(
    ("title", "row"),
    [
        ("smtp_users.add", {"email_password": [CANARY]}),
        ("smtp_users.add", {"email_password": {"value": CANARY}}),
        ("smtp_users.view", {"username": "a", "email_password": {"value": CANARY}}),
        ("smtp_users.view", {"username": "a", "more": {"email_password": CANARY}}),
    ],
)
def test_a_password_of_another_shape_is_masked_too(bench, named, title, row):
    made = bench(named(title), {"data": {"results": [row]}}).fill().press()
    assert made.model.state is State.DONE
    assert leaks(made.everything() + made.form.result.to_string()) == []


def test_the_message_of_an_error_of_ours_holds_no_secret_nor_do_its_frames(bench, named):
    made = bench(named("smtp_users.add"), httpx.ReadTimeout("slow")).fill(email_password=None)
    type_password(made)
    made.press()
    assert isinstance(made.model.error, OutcomeUnknown)
    assert leaks(locals_of(made.model.error)) == []


def test_a_password_is_forgotten_once_it_was_used(bench, named):
    made = bench(named("smtp_users.add")).fill().press()
    assert made.model.state is State.DONE
    assert made.model.values["email_password"] is None
    made.model.rearm()
    made.press()
    assert made.count == 1
    assert "is required" in made.beside("email_password")


def test_a_password_that_is_forgotten_is_not_said_to_be_kept(bench, named):
    made = bench(named("smtp_users.add")).fill().press()
    assert "kept" not in made.form.entries["email_password"].inputs[0].placeholder


def test_a_password_is_kept_for_another_try_after_a_refusal(bench, named, told):
    made = bench(named("smtp_users.add"), told(402), {"data": {}}).fill().press()
    assert made.model.state is State.FAILED
    assert "kept" in made.form.entries["email_password"].inputs[0].placeholder
    made.form.fill(description="x")
    made.press()
    sent = [body["user_data"]["email_password"] for _, body in made.service.sent]
    assert sent == ["hunter2-canary-password"] * 2


def test_an_emptied_password_field_keeps_the_password_and_none_forgets_it(bench, named):
    made = bench(named("smtp_users.add")).fill()
    type_password(made, "")
    assert made.model.values["email_password"]
    made.form.fill(email_password=None)
    made.press()
    assert made.count == 0
    assert "is required" in made.beside("email_password")


def test_a_password_that_is_wrong_is_not_quoted(bench, named):
    made = bench(named("smtp_users.add")).fill()
    made.form.fill(email_password=12345678987654321)
    made.press()
    assert made.count == 0
    assert "12345678987654321" not in made.everything()
    with pytest.raises(TypeError, match="has no field") as caught:
        form(made.call, password=CANARY)
    assert leaks(str(caught.value)) == []


def test_the_key_is_in_no_form(operation, bench):
    made = bench(operation).fill(every=True)
    assert KEY not in made.everything()
    made.press().agree()
    assert made.service.requests[0].headers["x-smtp2go-api-key"] == KEY
    assert KEY not in made.everything()


def test_what_is_typed_is_in_no_page_that_the_notebook_keeps(operation, bench, valid):
    made = bench(operation)
    text = {"LINE", "PARAGRAPH", "HTML", "LINES", "PAIRS", "NUMBER", "MOMENT"}
    names = [name for name, field in made.model.fields.items() if field.shape.name in text]
    stages = [made.press, made.agree, lambda: made.fill(every=True), made.press, made.agree]
    for name in names:
        made.form.entries[name].inputs[0].value = f"typed-{name}: canary"
    for stage in stages:
        stage()
        bundle = made.bundle()
        kept = bundle["text/plain"] + bundle["text/html"] + repr(made.form) + repr(made.model)
        assert "canary" not in kept
        values = [v for v in valid(operation, every=True).values() if isinstance(v, str)]
        assert not [value for value in values if len(value) > 6 and value in kept]
        assert {*bundle} == {
            "text/plain",
            "text/html",
            "application/vnd.jupyter.widget-view+json",
        }


def test_passwords_that_are_listed_are_masked_in_the_output(bench, named):
    rows = [{"username": "printer", "email_password": CANARY}]
    made = bench(named("smtp_users.view"), {"data": {"results": rows}}).press()
    assert made.form.result.loc[0, "email_password"] == "********"
    assert leaks(made.everything()) == []
    made = bench(named("smtp_users.add"), {"data": {"results": rows}}).fill().press()
    assert "********" in made.form.output.outputs[0]["data"]["text/html"]
    assert leaks(made.everything()) == []


def test_an_uploaded_file_is_in_no_widget(bench, named):
    made = bench(named("email.send")).fill()
    content = b"canary-content-of-a-file"
    file = {"name": "a.txt", "type": "", "size": 1, "content": content, "last_modified": 0}
    made.form.entries["attachments"].inputs[0].set_state({"value": [file]})
    assert made.form.entries["attachments"].inputs[0].value == ()
    assert "canary-content" not in made.everything()
