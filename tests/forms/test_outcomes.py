"""What a form makes of each kind of error, and of foreign text in it."""

from __future__ import annotations

import html
from contextlib import suppress

import httpx
import pytest

from smtp2go_kit import OutcomeUnknown, SendFailed
from smtp2go_kit.forms import State
from smtp2go_kit.operation import Effect

HOSTILE = "<img src=x onerror=alert(1)> costs $5 or $10 & \"more\" 'so'"
PAGE = httpx.Response(200, content=b"<html>Sign in</html>", headers={"Content-Type": "text/html"})
REFUSALS = {
    "wrong key": (401, "AuthenticationFailed"),
    "no permission": (403, "PermissionDenied"),
    "not found": (404, "NotFound"),
    "rate limited": (429, "RateLimited"),
    "refused otherwise": (402, "ApiError"),
    "refused connection": (httpx.ConnectError("refused"), "Unreachable"),
    "no connection in time": (httpx.ConnectTimeout("slow"), "Unreachable"),
}
UNCLEAR = {
    "server error": (500, "ServerError"),
    "bad gateway": (502, "ServerError"),
    "no answer in time": (httpx.ReadTimeout("slow"), "TimedOut"),
    "dropped": (httpx.RemoteProtocolError("closed"), "NoAnswer"),
    "no JSON": (PAGE, "UnexpectedAnswer"),
    "redirected": (httpx.Response(302, headers={"Location": "https://x.test"}), "UnexpectedAnswer"),
}


def is_alert(markup):
    return 'role="alert"' in markup


def answered(told, answer):
    return told(answer) if isinstance(answer, int) else answer


def test_a_refusal_is_told_and_the_form_can_be_tried_again(operation, bench, told):
    answers = []
    made = bench(operation, lambda _: answers[-1]).fill()
    for kind, (answer, name) in REFUSALS.items():
        answers.append(answered(told, answer))
        before = made.count
        made.press().agree()
        assert made.model.state is State.FAILED, kind
        assert type(made.model.error).__name__ == name
        assert str(made.model.error) in made.status
        assert is_alert(made.form.status.value)
        assert made.form.result is None
        asked = made.count
        assert asked > before
        made.press(3).agree(3)
        assert made.count == asked, kind
        made.model.rearm()
        assert (made.model.state, made.count) == (State.EDITING, asked)


def test_an_unclear_end_of_a_change_locks_the_form_until_somebody_has_looked(
    operation, bench, told, valid
):
    answers = []
    made = bench(operation, lambda _: answers[-1]).fill()
    for kind, (answer, name) in UNCLEAR.items():
        answers.append(answered(told, answer))
        before = made.count
        made.press().agree()
        assert str(made.model.error) in made.status
        assert is_alert(made.form.status.value)
        if operation.effect is Effect.READ:
            assert (made.model.state, type(made.model.error).__name__) == (State.FAILED, name), kind
            made.model.rearm()
            continue
        assert (made.model.state, made.count) == (State.UNKNOWN, before + 1), kind
        assert isinstance(made.model.error, OutcomeUnknown)
        assert "may have" in made.status
        assert made.model.error.check in made.status
        stays_locked(made, valid(operation))
        assert (made.model.state, made.count) == (State.UNKNOWN, before + 1), kind
        assert made.form.release.layout.display is None
        made.form.release.click()
        assert (made.model.state, made.count) == (State.EDITING, before + 1)


def stays_locked(made, values):
    made.form.fill(**dict.fromkeys(values))
    made.fill().press(3).agree(3)
    made.form.again.click()
    made.form.cancel.click()
    made.form.stop.click()
    made.form.submit()
    made.form.confirm(made.model.phrase)
    made.model.rearm()


def test_what_is_wrong_with_a_field_is_said_beside_it(operation, bench, told, valid):
    answers = []
    made = bench(operation, lambda _: answers[-1]).fill()
    for name in valid(operation, every=True):
        problem = f"{HOSTILE} in {name}"
        answers.append(told(400, problem, name))
        made.press().agree()
        assert made.model.state is State.FAILED
        assert problem in made.beside(name)
        assert is_alert(made.form.entries[name].error.value)
        assert {n for n, entry in made.form.entries.items() if entry.error.value} == {name}
        assert problem in made.status
        assert "<img" not in made.form.entries[name].error.value + made.form.status.value
        made.model.rearm()


def test_a_fault_of_no_field_is_told_below_the_form(operation, bench, told):
    made = bench(operation, told(400, HOSTILE, "something_new")).finish()
    assert made.model.state is State.FAILED
    assert "something_new" in made.status
    assert HOSTILE in made.status
    assert not any(entry.error.value for entry in made.form.entries.values())


@pytest.mark.parametrize(
    ("title", "field", "name"),
    [
        ("smtp_users.add", "user_data.username", "username"),
        ("email.send", "to[0]", "to"),
        ("email.send", "attachments[1]", "attachments"),
        ("email.send", "attachments[0].filename", "attachments"),
        ("email.send", "custom_headers[0].value", "custom_headers"),
        ("email.search", "headers[0].key", "headers"),
        ("suppression.remove", "reasons[1]", "reasons"),
    ],
)
def test_a_fault_within_a_field_is_said_beside_it(bench, told, named, title, field, name):
    made = bench(named(title), told(400, "is odd", field)).fill(every=True).press().agree()
    assert made.model.state is State.FAILED
    assert "is odd" in made.beside(name)


@pytest.mark.parametrize(
    ("title", "script", "name"),
    [
        ("subaccount.add", ["subaccount_email", "subaccount_email"], "email"),
        ("smtp_users.edit", ["user_data", "email_password"], "email_password"),
    ],
)
def test_a_field_of_todays_service_is_said_beside_the_documents(
    bench, told, named, title, script, name
):
    answers = [told(400, f"{field} is odd", field) for field in script]
    made = bench(named(title), *answers).fill(every=True).press().agree()
    assert (made.model.state, made.count) == (State.FAILED, 2)
    assert "is odd" in made.beside(name)


def test_a_field_of_a_form_that_was_taken_before_is_said_beside_the_documents(bench, told, named):
    answers = [told(400, "odd", "search_usernames"), {"data": {}}, told(400, "odd", "subaccounts")]
    made = bench(named("activity.search"), *answers).fill(every=True).press()
    assert (made.model.state, made.count) == (State.DONE, 2)
    made.form.again.click()
    assert (made.model.state, made.count) == (State.FAILED, 3)
    assert "odd" in made.beside("subaccount_ids")


def test_what_only_todays_service_refuses_is_said_beside_its_field(bench, told, named):
    made = bench(named("subaccount.edit"), told(400, "id is required", "id"))
    made.fill(every=True).press()
    assert made.model.state is State.FAILED
    assert "cannot change" in made.beside("new_email")


@pytest.mark.parametrize("title", ["email.send", "email.mime"])
@pytest.mark.parametrize(
    ("data", "state"),
    [
        ({"succeeded": 0, "failed": 1, "failures": [HOSTILE]}, State.FAILED),
        ({"succeeded": 1, "failed": 1, "failures": [HOSTILE], "email_id": "1er"}, State.UNKNOWN),
        ({"succeeded": 0, "failed": 1, "failures": [HOSTILE], "email_id": "1er"}, State.UNKNOWN),
    ],
    ids=["nobody", "some", "an id"],
)
def test_a_send_that_failed_is_open_again_only_if_nobody_got_it(bench, named, title, data, state):
    made = bench(named(title), {"data": data}).finish()
    assert isinstance(made.model.error, SendFailed)
    assert made.model.state is state
    assert HOSTILE in made.status
    assert is_alert(made.form.status.value)
    made.press(3).agree(3)
    assert made.count == 1


def test_foreign_text_is_text_wherever_a_form_shows_it(operation, bench, told):
    made = bench(operation, told(402, HOSTILE)).finish()
    for text in (made.form.status.value, made.bundle()["text/html"], made.bundle()["text/plain"]):
        assert "<img" not in text
    assert html.escape(HOSTILE) in made.form.status.value
    classes = made.form.status._dom_classes
    assert {"tex2jax_ignore", "mathjax_ignore"} <= {*classes}


def test_a_fault_that_is_not_the_services_is_named_and_not_quoted(operation, bench):
    made = bench(operation, ZeroDivisionError(HOSTILE)).finish()
    reads = operation.effect is Effect.READ
    assert made.model.state is (State.FAILED if reads else State.UNKNOWN)
    assert "ZeroDivisionError" in made.status
    assert "onerror" not in made.everything()


def test_an_interrupt_of_a_send_leaves_its_outcome_unknown(bench, named):
    made = bench(named("email.send"), KeyboardInterrupt()).fill().press()
    with pytest.raises(KeyboardInterrupt):
        made.form.confirm()
    assert made.model.state is State.UNKNOWN
    made.press(3).agree(3)
    assert made.count == 1


def test_waiting_for_the_rate_limit_takes_no_real_time_and_one_call(bench, told, named):
    made = bench(named("email.send"), told(429), told(429), {"data": {"succeeded": 1}}).finish()
    assert (made.model.state, made.count) == (State.DONE, 3)
    assert made.service.clock.waited > 60


@pytest.mark.parametrize("title", ["email.send", "suppression.add", "smtp_users.add"])
def test_half_an_emoji_in_an_answer_does_not_leave_the_form_running(bench, named, title):
    answer = httpx.Response(200, content=b'{"data": {"succeeded": 1, "email_id": "\\ud83d"}}')
    made = bench(named(title), answer).fill()
    with suppress(UnicodeError):
        made.form.submit()
        made.form.confirm()
    assert made.model.state in (State.DONE, State.UNKNOWN)
    assert made.status


def test_an_answer_that_cannot_be_shown_does_not_leave_the_form_running(operation, bench):
    odd = ([], [[]], [None], [1], "text", {"failures": None}, {"results": [[1]]}, {"a": [{}, {}]})
    answers = []
    made = bench(operation, lambda _: {"data": answers[-1]})
    for data in odd:
        answers.append(data)
        made.fill().press().agree()
        assert made.model.state is not State.RUNNING, data
        made.form.release.click()
        made.model.rearm()
