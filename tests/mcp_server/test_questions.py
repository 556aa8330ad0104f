"""What a person reads before and after a change, where the arguments alone do not tell it."""

from __future__ import annotations

from mcp_server.options import make_parser
from mcp_server.toolsets import TOOLSETS


def test_the_question_says_that_a_password_is_made_into_a_file(start):
    asked = start().text("preview", tool="users_smtp_add", arguments={"username": "a-new-user"})
    assert "email_password: a new one is made and written to a file" in asked


def test_the_question_says_that_an_edit_keeps_the_password_and_resets_the_rest(start):
    asked = start().text("preview", tool="users_smtp_edit", arguments={"username": "a-new-user"})
    assert "email_password: the present one is kept" in asked
    assert "Note: What is not given gets its default." in asked


def test_a_removal_that_answers_nothing_is_not_told_as_if_nothing_was_found(start):
    session = start()
    session.changed("domain_add", domain="new.example")
    done = session.changed("domain_remove", domain="new.example")
    assert done.content[0].text.startswith("Done, ")
    assert "Nothing matches" not in done.content[0].text


def test_preview_takes_arguments_as_json_text(start):
    arguments = '{"email_address": "ann@example.com"}'
    assert "ann@example.com" in start().text("preview", tool="suppression_add", arguments=arguments)


def test_toolsets_go_by_the_names_of_their_tools_too():
    def toolsets(text):
        return make_parser().parse_args(["--toolsets", text]).toolsets

    assert toolsets("all") == frozenset(TOOLSETS)
    assert toolsets("users_smtp,stats") == toolsets("users,stats") == {"smtp_users", "stats"}
