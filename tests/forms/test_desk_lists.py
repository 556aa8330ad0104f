"""What desks list after something was done, and what they say of whom they looked up."""

from __future__ import annotations

import html
import re

import pytest
from ipywidgets import Widget

from smtp2go_kit import Client, forms

NOW = "2026-11-24T09:00:00"
LISTED = "minat24@icloud.com"


def words(markup):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


@pytest.fixture
def desk():
    """The suppression desk of an invented account."""
    return forms.suppressions(Client.sandbox(now=NOW))


def look_up(desk, **values):
    desk.listing.fill(**values)
    desk.listing.model.rearm()
    desk.listing.go.click()


def add_many(desk, *addresses):
    form = desk.actions["add_many"]
    form.entries["rows"].inputs[0].value = "\n".join(addresses)
    form.go.click()
    form.yes.click()
    return list(form.result["outcome"])


def remove(desk, address):
    form = desk.actions["remove"]
    form.fill(email_address=address, reasons=["manual"])
    form.submit()
    form.confirm(address)


def test_who_is_left_out_by_a_wildcard_is_not_said_to_be_missing(desk):
    look_up(desk, email_address=LISTED, wildcard="gmail")
    assert "not on the list" not in words(desk.known.value)


def test_a_filtered_list_says_that_domains_may_be_missing_from_it(desk):
    desk.listing.model.client.suppression.add("icloud.com")
    look_up(desk, wildcard="minat24")
    desk.picker.value = LISTED
    assert "The list is filtered: look up icloud.com" in words(desk.known.value)


def test_after_an_addition_the_whole_list_is_there(desk):
    look_up(desk, email_address="zz@zz.test")
    assert "zz@zz.test is not on the list" in words(desk.known.value)
    desk.actions["add"].fill(email_address="new@new.test")
    desk.actions["add"].submit()
    assert {"new@new.test", LISTED} <= set(desk.picker.options)


def test_a_look_up_that_is_half_typed_does_not_keep_the_list_as_it_was(desk):
    desk.picker.value = LISTED
    desk.listing.entries["email_address"].inputs[0].value = "half typed"
    form = desk.actions["remove"]
    form.submit()
    form.confirm(LISTED)
    assert LISTED not in desk.picker.options


def test_what_was_removed_can_be_added_again(desk):
    assert add_many(desk, "m1@m.test") == ["done"]
    remove(desk, "m1@m.test")
    assert add_many(desk, "m1@m.test", "m2@m.test") == ["done", "done"]
    assert {"m1@m.test", "m2@m.test"} <= set(desk.picker.options)


def test_what_was_done_before_is_said_to_be_so(desk):
    assert add_many(desk, "m1@m.test") == ["done"]
    assert add_many(desk, "m1@m.test", "m2@m.test") == ["done before", "done"]


@pytest.mark.parametrize("gap", [" ", ":", "|", " / "])
def test_a_torn_row_shows_no_password(gap):
    made = forms.many(Client.sandbox(empty=True).smtp_users.add)
    made.entries["rows"].inputs[0].value = f"u1@x.test{gap}Zq9canaryPASS"
    made.go.click()
    assert "(hidden)" in words(made.problems.value)
    assert "Zq9canaryPASS" not in str(Widget.get_manager_state())
    assert "Zq9canaryPASS" not in repr(made.batch.errors) + made.status.value


def test_the_first_of_many_emails_is_previewed():
    made = forms.many(
        Client.sandbox(empty=True).email.send,
        [
            {
                "sender": "a@example.com",
                "to": "b@x.test",
                "subject": "Hi",
                "html_body": "<b>Hello</b>",
            }
        ],
    )
    made.go.click()
    assert '<iframe sandbox=""' in made.question.value
    assert "of 50.0 MB" in words(made.question.value)
