"""Every operation's form: it renders, labels, blocks, asks, and calls exactly once."""

from __future__ import annotations

import html
import re

import pytest

from smtp2go_kit.forms import State, form
from smtp2go_kit.operation import Effect
from smtp2go_kit.operations import all_operations

WIDGET = "application/vnd.jupyter.widget-view+json"


def words(markup):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def test_there_are_36_forms():
    assert len(list(all_operations())) == 36


def test_every_form_renders_and_leaves_a_still_page(operation, bench):
    made = bench(operation)
    bundle = made.bundle()
    assert bundle[WIDGET]["model_id"] == made.form.model_id
    assert bundle["text/plain"] == f"<Form {operation.title}, editing>"
    assert operation.title in bundle["text/html"]
    for entry in made.form.entries.values():
        assert html.escape(entry.label) in bundle["text/html"]
    assert "running notebook" in words(bundle["text/html"])


def test_every_field_has_a_label_and_a_required_one_a_star(operation, bench):
    made = bench(operation)
    asked = {p.name: p for p in operation.parameters if not p.kind.local}
    assert list(made.form.entries) == list(asked)
    for name, entry in made.form.entries.items():
        assert all(widget.description.strip() for widget in entry.inputs), name
        assert entry.label.endswith(" *") == asked[name].required
        shown = [widget.description for widget in entry.inputs]
        shown += [words(getattr(part, "value", "") or "") for part in every(entry.box)]
        assert entry.label in shown, name
    head = words(made.form.children[0].value)
    assert ("star (*)" in head) == any(p.required for p in asked.values())


def every(box):
    for child in getattr(box, "children", ()):
        yield child
        yield from every(child)


def test_every_form_says_what_the_docstring_says(operation, bench):
    made = bench(operation)
    head = words(made.form.children[0].value)
    for part in operation.summary.replace("``", "").split("\n\n"):
        assert " ".join(part.split()) in head
    for parameter in operation.parameters:
        if parameter.kind.local:
            continue
        box = made.form.entries[parameter.name].box
        shown = " ".join(words(getattr(part, "value", "") or "") for part in box.children)
        essence = re.split(r"[;:,.]", parameter.description.replace("``", ""))[0]
        assert essence, parameter.name
        assert essence in shown


def test_an_empty_form_asks_for_what_is_required_and_sends_nothing(operation, bench):
    required = [p.name for p in operation.parameters if p.required]
    made = bench(operation).press(3)
    if not required:
        assert (made.model.state, made.count) == (State.DONE, 1)
        return
    assert (made.model.state, made.count) == (State.EDITING, 0)
    for name in made.form.entries:
        said = made.form.entries[name].error.value
        assert ('role="alert"' in said) == (name in required)
        assert ("is required" in said) == (name in required)
    assert f"{len(required)} field" in made.status
    assert 'role="alert"' in made.form.status.value
    assert made.form.result is None


def test_one_missing_field_blocks_and_is_the_only_one_marked(operation, bench, valid):
    for missing in (p.name for p in operation.parameters if p.required):
        made = bench(operation).fill(**{missing: None}).press().agree()
        assert (made.model.state, made.count) == (State.EDITING, 0)
        assert {n for n, entry in made.form.entries.items() if entry.error.value} == {missing}
        made.form.fill(**{missing: valid(operation)[missing]})
        assert made.beside(missing) == ""


@pytest.mark.parametrize("every", [False, True], ids=["required", "every"])
def test_a_form_sends_just_what_the_client_would(operation, bench, valid, every):
    direct = bench(operation)
    direct.call(**valid(operation, every=every))
    made = bench(operation).fill(every=every).press(3).agree(3)
    assert made.model.state is State.DONE, made.model.errors or made.model.message
    assert made.service.sent == direct.service.sent
    assert made.count == 1
    sent = made.service.sent[0][1]
    given = sent.get("user_data", sent)
    assert {*valid(operation, every=every)} <= {*given}


def test_a_form_that_is_filled_in_by_its_maker_sends_the_same(operation, bench, valid):
    direct = bench(operation)
    direct.call(**valid(operation, every=True))
    made = bench(operation)
    made.form = form(made.call, **valid(operation, every=True))
    made.model = made.form.model
    made.press().agree()
    assert made.service.sent == direct.service.sent


def test_what_sends_or_destroys_asks_first(asking, bench):
    made = bench(asking).fill().press(3)
    assert (made.model.state, made.count) == (State.CONFIRMING, 0)
    assert made.form.confirming.layout.display is None
    typed = made.form.typed.layout.display
    assert (typed is None) == (asking.effect is Effect.DESTROY)
    assert made.form.yes.description == (
        "Send now" if asking.effect is Effect.SEND else made.form.yes.description
    )
    assert made.form.yes.description.strip()
    made.agree(3)
    assert (made.model.state, made.count) == (State.DONE, 1)
    assert made.form.confirming.layout.display == "none"


def test_what_reads_or_writes_does_not_ask(ready, bench):
    made = bench(ready).fill().press(3)
    assert (made.model.state, made.count) == (State.DONE, 1)
    assert made.form.confirming.layout.display == "none"


def test_cancel_sends_nothing_and_the_form_can_be_asked_again(asking, bench):
    made = bench(asking).fill().press()
    made.form.cancel.click()
    made.form.yes.click()
    made.form.confirm(made.model.phrase)
    assert (made.model.state, made.count) == (State.EDITING, 0)
    assert "nothing was done" in made.status
    made.press().agree()
    assert (made.model.state, made.count) == (State.DONE, 1)


def test_an_edit_takes_the_question_back(asking, bench, valid):
    made = bench(asking).fill(every=True).press()
    phrase = made.model.phrase
    name = next(reversed(valid(asking, every=True)))
    made.model.set(name, made.model.values[name])
    made.form.typed.value = phrase
    made.form.yes.click()
    assert (made.model.state, made.count) == (State.EDITING, 0)


def test_a_wrong_phrase_does_nothing(asking, bench):
    made = bench(asking).fill().press()
    for wrong in ("", "yes", "EVERYTHING", "everything", "2", "ann@example.or", "2 entrie"):
        if wrong == made.model.phrase:
            continue
        made.form.typed.value = wrong
        for _ in range(3):
            made.form.yes.click()
        assert (made.model.state, made.count) == (State.CONFIRMING, 0)
        assert made.model.phrase in made.status


def test_the_final_button_before_the_question_does_nothing(asking, bench):
    made = bench(asking).fill()
    made.form.yes.click()
    made.form.confirm("")
    made.form.release.click()
    made.form.again.click()
    assert (made.model.state, made.count) == (State.EDITING, 0)


def test_a_form_that_is_done_waits_for_an_edit(operation, bench, valid):
    made = bench(operation).finish()
    made.press(3).agree(3)
    assert made.count == 1
    values = valid(operation, every=True)
    if not values:
        made.form.again.click()
        assert made.count == 2
        return
    # All of it anew, as a password is forgotten once it was used.
    made.form.fill(**dict.fromkeys(values))
    made.form.fill(**values)
    assert made.model.state is State.EDITING
    made.press(3).agree(3)
    assert (made.model.state, made.count) == (State.DONE, 2)


def test_going_on_alone_repeats_only_what_reads(operation, bench):
    made = bench(operation).finish()
    made.form.again.click()
    again = operation.effect is Effect.READ
    assert made.count == 1 + again
    assert made.model.state is (State.DONE if again else State.EDITING)


def test_every_result_is_a_frame(operation, bench):
    import pandas as pd

    made = bench(operation)
    assert made.form.result is None
    made.finish()
    assert isinstance(made.form.result, pd.DataFrame)
    (output,) = made.form.output.outputs
    assert "form.result" in output["data"]["text/html"]
    assert 'role="status"' in made.form.status.value
