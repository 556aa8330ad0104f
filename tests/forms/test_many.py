"""Many calls from a table: what is read as rows, and that each is done once at most."""

from __future__ import annotations

import asyncio
import csv
import html
import io
import re
import threading

import httpx
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ipywidgets.embed import dependency_state

from smtp2go_kit import AsyncClient, Client
from smtp2go_kit.errors import InvalidArgument
from smtp2go_kit.forms.many import many
from smtp2go_kit.forms.model import State
from smtp2go_kit.forms.rows import rows_of_text
from smtp2go_kit.secret import Secret
from tests.conftest import KEY, Service

ADDRESSES = ["ann@example.org", "bob@example.org", "carol@example.org", "dave@example.org"]
OK = {"data": {}}
SENT = {"data": {"succeeded": 1, "failed": 0, "failures": [], "email_id": "1er8bV-6Tw0Mi-7h"}}
HALF = {"data": {"succeeded": 1, "failed": 1, "failures": ["bob is full"], "email_id": "1er8bV"}}
NONE = {"data": {"succeeded": 0, "failed": 1, "failures": ["nobody there"]}}
PASSWORD = "hunter2-canary-password"
HOSTILE = "<img src=x onerror=alert(1)>"


def client_of(*script, **options):
    service = Service(*(script or (OK,)))
    clock = service.clock
    settings = {"transport": service, "clock": clock, "sleep": clock.sleep, "retries": 0}
    service.client = Client(KEY, **{**settings, **options})
    return service


def mails(*recipients):
    frame = pd.DataFrame({"to": recipients})
    return frame.assign(sender="shop@example.com", subject="Your kettle", text_body="Here it is")


def agree(form, times=1):
    form.go.click()
    form.typed.value = form.batch.phrase
    for _ in range(times):
        form.yes.click()
    return form


def paste(form, text):
    form.entries["rows"].inputs[0].value = text
    return form


def outcomes(form):
    return list(form.result["outcome"])


def asked(service):
    return [body["email_address"] for _, body in service.sent]


def users(service):
    return [user for _, body in service.sent for user in body.values()]


def words(markup):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def stopping(form_of, after):
    """An answer that presses Stop once there were so many requests."""
    count = iter(range(1, 1000))

    def answer(_):
        if next(count) == after:
            form_of().stop.click()
        return OK

    return answer


def test_each_row_of_a_frame_is_one_call_in_its_order():
    service = client_of()
    frame = pd.DataFrame({"block_description": ["by phone", None], "email_address": ADDRESSES[:2]})
    form = agree(many(service.client.suppression.add, frame))
    assert service.sent == [
        (
            "/suppression/add",
            {"email_address": "ann@example.org", "block_description": "by phone"},
        ),
        ("/suppression/add", {"email_address": "bob@example.org"}),
    ]
    assert list(form.result.columns) == ["block_description", "email_address", "outcome", "detail"]
    assert list(form.result.index) == [1, 2]
    assert outcomes(form) == ["done", "done"]
    assert form.batch.state is State.DONE
    assert "2 rows: 2 done." in form.status.value
    assert "bob@example.org" in form.output.outputs[0]["data"]["text/html"]


@pytest.mark.parametrize("contract", ["documented", "served"])
def test_a_pasted_list_suppresses_in_the_sandbox(contract):
    client = Client.sandbox(empty=True, contract=contract)
    form = paste(
        many(client.suppression.add), "ann@example.org, by phone, on Monday\nexample.net\n"
    )
    assert outcomes(agree(form)) == ["done", "done"]
    known = client.suppression.view().set_index("email_address")["block_description"]
    assert known["ann@example.org"] == "by phone, on Monday"
    assert set(known.index) == {"ann@example.org", "example.net"}


def test_a_list_or_a_series_without_a_name_gives_the_first_parameter():
    for given_rows in (ADDRESSES, pd.Series(ADDRESSES), "\n".join(ADDRESSES)):
        service = client_of()
        agree(many(service.client.suppression.add, given_rows))
        assert asked(service) == ADDRESSES


def test_pasted_rows_take_the_place_of_those_given_and_none_gives_way_to_them():
    service = client_of()
    form = many(service.client.suppression.add, ADDRESSES[:2])
    paste(form, "carol@example.org").go.click()
    assert "carol@example.org" in form.question.value
    paste(form, " ").go.click()
    assert form.batch.state is State.CONFIRMING
    assert "bob@example.org" in form.question.value


# What people paste

domains = st.sampled_from(["example.org", "example.com", "kettle.test"])
addresses = st.builds("{}@{}".format, st.from_regex(r"[a-z0-9]{1,12}", fullmatch=True), domains)
texts = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=20).map(
    str.strip
)
notes = texts.filter(lambda note: note and "@" not in note)
people = st.lists(st.tuples(addresses, st.none() | notes), min_size=1, max_size=8)


@pytest.fixture(scope="module")
def fields():
    return many(Client(KEY).suppression.add).batch.columns


def written_plain(pairs, mark, quoted):
    for address, note in pairs:
        if note is None:
            yield address
        elif quoted or (note[0] == note[-1] == '"'):
            escaped = note.replace('"', '""')
            yield f'{address}{mark}"{escaped}"'
        else:
            yield f"{address}{mark}{note}"


def written_table(pairs, mark, quoted):
    for cells in [("Email address", "block_description"), *((a, n or "") for a, n in pairs)]:
        line = io.StringIO()
        how = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
        csv.writer(line, delimiter=mark.strip(" "), quoting=how, lineterminator="").writerow(cells)
        yield line.getvalue()


@given(
    pairs=people,
    repeats=st.lists(st.integers(0, 7), max_size=3),
    blanks=st.lists(st.integers(1, 20), max_size=3),
    mark=st.sampled_from([",", ", ", ";", "\t"]),
    quoted=st.booleans(),
    write=st.sampled_from([written_plain, written_table]),
    end=st.sampled_from(["\n", "\r\n"]),
    last=st.booleans(),
)
def test_a_pasted_list_in_any_form_is_read_as_exactly_its_rows(
    fields, pairs, repeats, blanks, mark, quoted, write, end, last
):
    pairs = pairs + [pairs[n % len(pairs)] for n in repeats]
    lines = list(write(pairs, mark, quoted))
    for place in blanks:
        lines.insert(place, "  ")
    found = rows_of_text(end.join(lines) + end * last, fields)
    told = [tuple(row.given.get(name) for name in fields) for row in found.rows]
    assert told == list(dict.fromkeys(pairs))
    assert [row.problem for row in found.rows] == [""] * len(told)
    assert (found.blanks, found.duplicates) == (len(blanks), len(pairs) - len(told))
    assert all(row.given["email_address"] in lines[row.number - 1] for row in found.rows)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("email_address,color\nann@example.org,red", "no such column: 'color'; the columns are"),
        ("block_description\nby phone", "a column is missing: email_address"),
        ("email_address\temail_address\na\tb", "a column is there twice"),
        ('email_address,block_description\nann@example.org,"by', "line 2 cannot be read"),
        ("\n \n", "no rows are given"),
    ],
)
def test_a_table_that_cannot_be_read_is_an_error_beside_the_rows(text, problem):
    service = client_of()
    form = paste(many(service.client.suppression.add), text)
    form.go.click()
    assert problem in html.unescape(form.entries["rows"].error.value)
    assert 'role="alert"' in form.entries["rows"].error.value
    assert form.batch.state is State.EDITING
    assert not service.requests


def test_a_frame_with_other_columns_is_refused_with_the_known_ones():
    call = client_of().client.suppression.add
    with pytest.raises(
        InvalidArgument, match=r"'colour', 'size'; the columns are email_address, b"
    ):
        many(call, pd.DataFrame({"email_address": ADDRESSES, "colour": "red", "size": 1}))


def test_several_addresses_on_one_line_are_no_address_with_a_note():
    form = paste(many(client_of().client.suppression.add), "ann@example.org, bob@example.org")
    form.go.click()
    assert "put one address on each line" in words(form.problems.value)


def test_cells_are_read_as_their_parameters_take_them():
    service = client_of()
    frame = pd.DataFrame(
        {
            "username": ["shop-one", "shop-two"],
            "email_password": ["Passw0rd!", Secret("Passw0rd?")],
            "custom_ratelimit": ["Yes", None],
            "custom_ratelimit_value": [50, None],
            "custom_ratelimit_period": ["3600", None],
        }
    )
    agree(many(service.client.smtp_users.add, frame))
    first, second = users(service)
    assert first["custom_ratelimit"] is True
    assert first["custom_ratelimit_value"] == 50
    assert (first["email_password"], second["email_password"]) == ("Passw0rd!", "Passw0rd?")
    assert "custom_ratelimit" not in second


def test_a_cell_holds_several_with_semicolons_between_them():
    service = client_of()
    text = 'email_address;reasons\nann@example.org;"spam; Bounce"\nbob@example.org;manual'
    agree(paste(many(service.client.suppression.remove), text))
    assert [body["reasons"] for _, body in service.sent] == [["spam", "bounce"], ["manual"]]


def test_a_cell_that_cannot_be_read_or_has_no_column_is_a_problem_of_its_row():
    header = "username,email_password,custom_ratelimit_value"
    rows = f"shop-one,{PASSWORD},many\nshop-two,{PASSWORD},,5\nshop-three,{PASSWORD},,"
    form = paste(many(client_of().client.smtp_users.add), f"{header}\n{rows}")
    form.go.click()
    told = words(form.problems.value)
    assert "2 (hidden) custom_ratelimit_value: expected a whole number 3" in told
    assert "3 (hidden) has 4 cells, and there are 3 columns" in told
    assert len(form.batch.bad) == 2


def test_rows_of_lists_and_files_are_told_apart():
    service = client_of(SENT)
    frame = mails(["ann@example.org", "bob@example.org"], ["ann@example.org", "bob@example.org"])
    frame["attachments"] = [{"filename": "a.txt", "content": b"1"}, ("a.txt", bytearray(b"2"))]
    form = agree(many(service.client.email.send, frame))
    assert outcomes(form) == ["done", "done"]
    assert form.batch.rows.duplicates == 0


# Checking


def test_bad_rows_are_shown_with_number_and_problem_and_nothing_is_sent():
    service = client_of()
    form = paste(many(service.client.suppression.add), "ann@example.org\n\nnobody\nbob@example.org")
    form.go.click()
    assert "1 of 3 rows needs attention" in form.entries["rows"].error.value
    assert "3 nobody email_address: expected an email address" in words(form.problems.value)
    form.yes.click()
    form.batch.confirm()
    assert not service.requests
    assert form.leave.description == "Leave out the 1 bad row"
    paste(form, "ann@example.org\nbob@example.org")
    assert form.problems.value == ""
    form.leave.click()
    assert form.batch.state is State.EDITING


def test_bad_rows_can_be_left_out_and_are_so_in_the_result():
    service = client_of()
    form = paste(many(service.client.suppression.add), "ann@example.org\nnobody\nann@example.org")
    form.go.click()
    form.leave.click()
    assert "1 repeated, 1 bad" in words(form.question.value)
    form.yes.click()
    assert asked(service) == ["ann@example.org"]
    assert outcomes(form) == ["done", "left out"]
    assert form.result.loc[2, "detail"].startswith("email_address: expected")
    assert form.rest.layout.display == "none"


def test_many_bad_rows_are_counted_beyond_the_first_twenty():
    form = paste(many(client_of().client.suppression.add), "\n".join(f"bad{n}" for n in range(30)))
    form.go.click()
    assert "And 10 more." in words(form.problems.value)
    assert form.leave.layout.display == "none"


def test_a_mail_that_cannot_be_read_is_a_bad_row():
    frame = pd.DataFrame({"mime_email": [b"To: ann@example.org\r\n\r\nHi", b"no header"]})
    form = many(client_of(SENT).client.email.mime, frame)
    form.go.click()
    assert "2 no header" not in words(form.problems.value)
    assert [line.row.number for line in form.batch.bad] == [2]


def test_foreign_text_is_shown_as_text():
    service = client_of(httpx.Response(404, json={"data": {"error": HOSTILE}}))
    form = many(
        service.client.suppression.add,
        pd.DataFrame({"email_address": [HOSTILE, "a@b.co"], "block_description": HOSTILE}),
    )
    form.go.click()
    form.leave.click()
    form.yes.click()
    shown = form.problems.value + form.question.value + form.status.value
    shown += form.output.outputs[0]["data"]["text/html"]
    assert HOSTILE not in shown
    assert html.escape(HOSTILE) in shown


# Confirming


def test_the_question_tells_numbers_and_the_first_ten_names():
    recipients = [f"p{n}@example.org" for n in range(12)]
    service = client_of(SENT)
    form = many(service.client.email.send, mails(*recipients[:11], "x@example.org; y@example.org"))
    form.go.click()
    told = words(form.question.value)
    assert "Send an email (12 rows)?" in told
    assert "Recipients : 13" in told
    assert f"Rows (12) : {', '.join(recipients[:10])} and 2 more" in told
    assert "Sender : shop@example.com (12 rows)" in told
    subjects = [f"Kettle {n}" for n in range(4)]
    form = many(service.client.email.send, mails(*ADDRESSES).assign(subject=subjects))
    form.go.click()
    assert "Subject : 4 different" in words(form.question.value)
    assert "real mail" in told


@pytest.mark.parametrize(
    ("name", "frame", "phrase"),
    [
        ("email.send", mails(*ADDRESSES), "send 4"),
        ("smtp_users.remove", pd.DataFrame({"username": ["shop1", "shop2"]}), "remove 2"),
        ("suppression.add", pd.DataFrame({"email_address": ADDRESSES}), ""),
    ],
)
def test_sends_and_removals_are_typed_to_be_confirmed(name, frame, phrase):
    service = client_of(SENT)
    group, call = name.split(".")
    form = many(getattr(getattr(service.client, group), call), frame)
    form.go.click()
    assert form.batch.phrase == phrase
    if phrase:
        form.typed.value = "yes"
        form.yes.click()
        assert not service.requests
        assert f"Type {phrase} to confirm; nothing was done yet." in form.status.value
    form.typed.value = f" {phrase} "
    form.yes.click()
    assert len(service.requests) == len(frame)


def test_cancelling_or_editing_ends_the_question():
    service = client_of()
    form = many(service.client.suppression.add, ADDRESSES)
    form.go.click()
    form.cancel.click()
    form.yes.click()
    form.go.click()
    paste(form, "ann@example.org")
    form.yes.click()
    assert not service.requests


def test_three_fast_clicks_are_one_run():
    service = client_of()
    form = many(service.client.suppression.add, ADDRESSES)
    for button in (form.go, form.yes, form.yes, form.yes, form.go, form.yes, form.rest):
        button.click()
    assert asked(service) == ADDRESSES


# Running


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_row_that_is_refused_does_not_end_the_others(told, status):
    code = "" if status == 404 else "NON_VALIDATING_IN_PAYLOAD"
    refusal = told(status, "no such thing", "" if status == 404 else "email_address", code)
    service = client_of(OK, refusal, OK)
    form = agree(many(service.client.single_sender_emails.add, ADDRESSES))
    assert outcomes(form) == ["done", "refused", "done", "done"]
    assert "no such thing" in form.result.loc[2, "detail"]
    assert form.batch.state is State.DONE


def test_a_send_that_fails_is_refused_and_one_that_half_fails_is_not_known_and_neither_ends():
    service = client_of(NONE, HALF, SENT)
    form = agree(many(service.client.email.send, mails("a@b.co", "a@b.co; b@b.co", "c@b.co")))
    assert outcomes(form) == ["refused", "unknown", "done"]
    assert "nobody there" in form.result.loc[1, "detail"]
    assert "1er8bV-6Tw0Mi-7h" in form.result.loc[3, "detail"]
    form.again.click()
    form.go.click()
    assert [line.name for line in form.batch.waiting] == ["a@b.co"]


@pytest.mark.parametrize("failure", [401, 403, 429, 402, httpx.ConnectError("refused")], ids=str)
def test_what_would_fail_for_all_rows_ends_the_run_and_the_rest_can_go_on(told, failure):
    answer = told(failure) if isinstance(failure, int) else failure
    service = client_of(OK, answer, OK)
    form = agree(many(service.client.suppression.add, ADDRESSES))
    assert outcomes(form) == ["done", "not tried", "not tried", "not tried"]
    assert form.result.loc[2, "detail"]
    assert form.batch.state is State.FAILED
    assert 'role="alert"' in form.status.value
    assert form.rest.description == "Go on with the 3 not tried"
    for _ in range(3):
        form.rest.click()
    assert asked(service) == [*ADDRESSES[:2], *ADDRESSES[1:]]
    assert outcomes(form) == ["done"] * 4
    assert list(form.result["detail"]) == [""] * 4


def test_an_unknown_outcome_ends_the_run_and_is_never_done_again(told):
    service = client_of(OK, told(500), OK)
    form = agree(many(service.client.suppression.add, ADDRESSES))
    assert outcomes(form) == ["done", "unknown", "not tried", "not tried"]
    assert form.batch.state is State.UNKNOWN
    assert "may have taken effect" in form.status.value
    form.rest.click()
    assert outcomes(form) == ["done", "unknown", "done", "done"]
    assert asked(service) == ADDRESSES
    form.again.click()
    form.go.click()
    assert "none is done twice" in form.entries["rows"].error.value
    paste(form, "\n".join([*ADDRESSES, "eve@example.org"])).go.click()
    assert "4 done before or perhaps" in words(form.question.value)
    form.yes.click()
    assert asked(service) == [*ADDRESSES, "eve@example.org"]
    assert outcomes(form) == ["done before", "unknown", "done before", "done before", "done"]


def test_rows_can_be_edited_right_after_an_unknown_outcome(told):
    service = client_of(told(500), OK)
    form = agree(many(service.client.suppression.add, ADDRESSES[:1]))
    agree(paste(form, "ann@example.org\nbob@example.org"))
    assert asked(service) == ADDRESSES[:2]


def test_a_refused_row_that_was_corrected_is_done_without_the_others(told):
    service = client_of(OK, told(400, field="email_address"), OK)
    form = agree(paste(many(service.client.suppression.add), "ann@example.org\nbbo@example.org"))
    agree(paste(form, "ann@example.org\nbob@example.org"))
    assert asked(service) == ["ann@example.org", "bbo@example.org", "bob@example.org"]


def test_stop_ends_before_the_next_request_and_the_rest_can_go_on():
    made = []
    service = client_of(stopping(lambda: made[0], after=2))
    made.append(many(service.client.suppression.add, ADDRESSES))
    form = agree(made[0])
    assert outcomes(form) == ["done", "done", "not tried", "not tried"]
    assert form.batch.state is State.DONE
    assert "Stopped. 4 rows: 2 done, 2 not tried." in form.status.value
    form.rest.click()
    assert asked(service) == ADDRESSES
    assert outcomes(form) == ["done"] * 4


def test_what_comes_in_between_leaves_its_row_unknown_and_is_raised():
    service = client_of(OK, KeyboardInterrupt(), OK)
    form = many(service.client.suppression.add, ADDRESSES)
    form.submit()
    with pytest.raises(KeyboardInterrupt):
        form.confirm()
    assert outcomes(form) == ["done", "unknown", "not tried", "not tried"]
    assert form.batch.state is State.UNKNOWN


def test_in_a_running_kernel_the_run_is_shown_and_can_be_stopped():
    gate, asked_once = threading.Event(), threading.Event()

    def answer(_):
        asked_once.set()
        assert gate.wait(10)
        return OK

    async def press():
        form = many(client_of(answer).client.suppression.add, ADDRESSES)
        agree(form)
        assert await asyncio.to_thread(asked_once.wait, 10)
        assert form.batch.state is State.RUNNING
        assert "0 of 4 rows" in form.status.value
        assert "<progress" in form.status.value
        form.stop.click()
        assert "Stopping after this request" in form.status.value
        gate.set()
        await form._ticking
        return form

    form = asyncio.run(press())
    assert outcomes(form) == ["done", "not tried", "not tried", "not tried"]


def test_a_removal_that_lifted_nothing_says_so():
    client = Client.sandbox(empty=True)
    client.suppression.add("ann@example.org")
    frame = pd.DataFrame({"email_address": ADDRESSES[:2], "reasons": ["manual;spam", "manual"]})
    form = agree(many(client.suppression.remove, frame))
    assert outcomes(form) == ["done", "done"]
    assert list(form.result["detail"]) == [
        "was not on the list as spam",
        "was not on the list as manual",
    ]


def test_answers_with_rows_of_their_own_do_not_count_as_rows():
    client = Client.sandbox(empty=True)
    form = agree(many(client.domain.add, ["a.example", "b.example"]))
    assert (form.batch.work.done, form.batch.work.total) == (1, 2)
    assert outcomes(form) == ["done", "done"]


# Passwords


def test_passwords_are_in_no_widget_text_or_table():
    service = client_of()
    form = many(service.client.smtp_users.add)
    paste(form, f"shop-one, {PASSWORD}\nshop-two, {PASSWORD}")
    assert form.entries["rows"].inputs[0].value == ""
    form.go.click()
    held = [str(dependency_state([form], drop_defaults=False))]
    assert "(hidden)" in form.question.value
    form.yes.click()
    held += [str(dependency_state([form], drop_defaults=False)), str(form._repr_mimebundle_())]
    held += [repr(form), repr(form.batch), repr(vars(form.batch)), form.result.to_string()]
    assert PASSWORD not in "".join(held)
    assert form.result.loc[1, "email_password"].reveal() == PASSWORD
    assert [user["email_password"] for user in users(service)] == [PASSWORD, PASSWORD]


def test_a_number_is_no_password_and_is_not_shown_either():
    frame = pd.DataFrame({"username": ["shop-one", "shop-two"], "email_password": [77777777, None]})
    form = many(client_of().client.smtp_users.add, frame)
    form.go.click()
    assert "77777777" not in form.problems.value + str(form.batch.lines)
    assert len(form.batch.bad) == 2


# Where it does not apply


def test_calls_that_only_read_are_refused():
    with pytest.raises(TypeError, match="only reads"):
        many(client_of().client.suppression.view)


def test_an_async_client_has_no_forms():
    with pytest.raises(TypeError, match="AsyncClient has no forms"):
        many(AsyncClient(KEY).suppression.add)


def test_the_still_page_holds_no_rows():
    form = paste(many(client_of().client.suppression.add), "ann@example.org")
    assert "ann@" not in str({k: v for k, v in form._repr_mimebundle_().items() if "text" in k})
