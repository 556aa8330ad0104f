"""What a person sees before a removal, and of a result: names, numbers, and text as text."""

from __future__ import annotations

import html
import re
import warnings

import pytest

from smtp2go_kit import Client
from smtp2go_kit.forms import State, form
from smtp2go_kit.operation import Effect

HOSTILE = "<script>alert(1)</script> $5 and $10"
NOW = "2026-11-24T12:00:00+00:00"


def words(markup):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def test_the_question_names_every_argument(asking, bench, valid):
    made = bench(asking).fill(every=True).press()
    if asking.effect is Effect.SEND:
        return
    shown = words(made.form.question.value)
    for value in valid(asking, every=True).values():
        for part in value if isinstance(value, list) else [value]:
            assert part in shown
    assert "takes effect at once" in shown
    first = re.split(r"[;:.]", words(asking.summary.replace("``", "")))[0]
    assert shown.startswith(first)
    assert made.form.typed.description == f"Type {made.model.phrase} to confirm"


@pytest.mark.parametrize(
    ("title", "values", "phrase"),
    [
        ("suppression.remove", {"email_address": "bob@example.org"}, "bob@example.org"),
        ("domain.remove", {"domain": "example.com"}, "example.com"),
        ("smtp_users.remove", {"username": "a b"}, "a b"),
        ("allowed_senders.remove", {"allowed_senders": ["@example.com"]}, "@example.com"),
        ("allowed_senders.remove", {"allowed_senders": ["a", "b", "c"]}, "3 entries"),
        ("allowed_senders.update", {"allowed_senders": ["@example.com"]}, "@example.com"),
    ],
)
def test_what_must_be_typed_is_what_goes(bench, named, title, values, phrase):
    made = bench(named(title)).fill(**values).press()
    assert made.model.phrase == phrase
    made.form.typed.value = f"  {phrase} "
    made.form.yes.click()
    assert (made.model.state, made.count) == (State.DONE, 1)


def test_what_was_typed_does_not_count_for_the_next_question(bench, named):
    made = bench(named("domain.remove")).fill().press()
    made.form.typed.value = made.model.phrase
    made.form.fill(domain="example.org")
    made.press()
    assert made.form.typed.value == ""
    made.form.yes.click()
    assert (made.model.state, made.count) == (State.CONFIRMING, 0)
    made.form.cancel.click()
    made.press()
    assert made.form.typed.value == ""


def test_many_entries_are_counted(bench, named):
    senders = [f"a{n}@example.com" for n in range(30)]
    made = bench(named("allowed_senders.update")).fill(allowed_senders=senders).press()
    assert made.model.phrase == "30 entries"
    shown = words(made.form.question.value)
    assert "Allowed senders (30) : a0@example.com" in shown
    assert "a19@example.com and 10 more" in shown


def test_what_is_asked_is_text_whatever_it_says(bench, named):
    made = bench(named("smtp_users.remove")).fill(username=HOSTILE).press()
    assert "<script" not in made.form.question.value
    assert html.escape(HOSTILE) in made.form.question.value
    assert made.form.typed.description_allow_html is False
    made.form.typed.value = "no"
    made.form.yes.click()
    assert "<script" not in made.form.status.value


def test_what_must_be_typed_is_no_formula(bench, named):
    made = bench(named("smtp_users.remove")).fill(username="a$b$c").press()
    # JupyterLab sets what stands between two dollar signs of a widget's label as a formula.
    assert made.form.typed.description.count("$") < 2


def test_a_form_that_is_asked_about_takes_no_result_of_before(bench, named):
    made = bench(named("domain.remove")).finish()
    made.form.fill(domain="example.org")
    made.press()
    assert "example.org" in made.form.question.value
    assert "news.example.com" not in made.form.question.value


def events(*subjects):
    rows = [{"event": "delivered", "subject": subject} for subject in subjects]
    return {"data": {"events": rows, "total_events": len(rows)}}


def shown_of(made):
    (output,) = made.form.output.outputs
    assert output["output_type"] == "display_data"
    return output["data"]["text/html"]


def test_a_result_is_text_and_no_formula(bench, named):
    rows = [{"email_address": HOSTILE, HOSTILE: "x"}, {"email_address": "$1"}]
    made = bench(named("suppression.view"), {"data": {"suppressions": rows}}).press()
    page = shown_of(made)
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 2
    assert re.match(r'<div class="[^"]*tex2jax_ignore[^"]*mathjax_ignore', page)
    assert 'tabindex="0"' in page


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 rows"), (1, "1 row,"), (50, "50 rows"), (51, "The first 50 of 51 rows")],
)
def test_a_long_result_says_that_it_is_cut(bench, named, count, said):
    made = bench(named("activity.search"), events(*(f"no {n}!" for n in range(count)))).press()
    page = shown_of(made)
    assert said in page
    assert page.count("no ") >= min(count, 50)
    assert ("no 50!" in page) is False
    assert len(made.form.result) == count
    assert "form.result" in page


def test_a_new_result_takes_the_place_of_the_old_one(bench, named):
    made = bench(named("activity.search"), events("first"), events("second")).press()
    made.form.again.click()
    assert "second" in shown_of(made)
    assert "first" not in shown_of(made)


def test_counts_by_status_are_shown(bench, named):
    data = {"emails": [], "count": 5, "status_counts": [{"delivered": 3}, {"refused": 2}]}
    made = bench(named("email.search"), {"data": data}).fill(status_counts=True).press()
    assert made.form.result.attrs["status_counts"] == {"delivered": 3, "refused": 2}
    assert "delivered" in shown_of(made) + made.status


@pytest.mark.parametrize("contract", ["documented", "served"])
def test_every_read_of_the_sandbox_is_shown(contract):
    client = Client.sandbox(now=NOW, contract=contract)
    reads = [
        op
        for group in vars(client).values()
        for op in getattr(type(group), "_operations", list)()
        if op.effect is Effect.READ
    ]
    assert len(reads) == 14
    for operation in reads:
        group, name = operation.title.split(".")
        made = form(getattr(getattr(client, group), name))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            made.go.click()
        assert made.model.state is State.DONE, operation
        assert f"{len(made.result):,} row" in made.status.value
        assert made.output.outputs[0]["data"]["text/plain"].strip()
