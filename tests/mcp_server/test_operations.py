"""Every operation through a client, in both protocol eras, in memory and as a real process."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import mcp
import pytest
from anyio.from_thread import BlockingPortal

from smtp2go_kit.operation import Effect
from smtp2go_kit.operations import all_operations

READS = {op.name for op in all_operations() if op.effect is Effect.READ}
CHANGES = {op.name for op in all_operations()} - READS
SEED = {"empty": False, "seed": 1}


def senders(account: Any) -> Any:
    return account.senders


def subaccount(account: Any, email: str) -> Any:
    return next(s for s in account.subaccounts.values() if s.email == email)


def sent(account: Any, subject: str) -> set[str]:
    return {email.recipient for email in account.emails if email.subject == subject}


# What the account looks like after each change of the story.
SHOWN: dict[str, Callable[[Any], bool]] = {
    "allowed_senders_add": lambda a: {"@new.example", "ann@newer.example"} <= {*a.senders.allowed},
    "allowed_senders_remove": lambda a: "@new.example" not in a.senders.allowed,
    "allowed_senders_update": lambda a: (
        a.senders.allowed == ["@kestrelsupply.example", "bob@new.example"]
    ),
    "email_send": lambda a: (
        sent(a, "A story told to tools") == {"bob@example.com", "cy@example.org", "dee@example.net"}
    ),
    "email_mime": lambda a: sent(a, "A story in MIME") == {"eve@example.com"},
    "domain_add": lambda a: a.senders.domains["story.example.com"].trackers[0].subdomain == "go",
    "domain_verify": lambda a: a.senders.domains["story.example.com"].dkim_verified,
    "domain_returnpath": lambda a: (
        a.senders.domains["story.example.com"].rpath_selector == "returns"
    ),
    "domain_tracking": lambda a: (
        a.senders.domains["story.example.com"].trackers[0].subdomain == "track"
    ),
    "domain_remove": lambda a: "kestreltrade.example" not in a.senders.domains,
    "users_smtp_add": lambda a: (
        a.users["story-user"].settings["description"] == "told by tools"
        and len(a.users["story-user"].email_password) == 24
    ),
    "users_smtp_edit": lambda a: (
        a.users["story-user"].settings["description"] == "told again"
        and a.users["story-user"].settings["custom_ratelimit_value"] == 50
    ),
    "users_smtp_remove": lambda a: "newsletter" not in a.users,
    "suppression_add": lambda a: ("zoe@example.com", "manual") in a.suppressions,
    "suppression_remove": lambda a: ("copperjug.example", "manual") not in a.suppressions,
    "subaccount_add": lambda a: subaccount(a, "story@example.com").plan_size == 20_000,
    "subaccount_edit": lambda a: (
        subaccount(a, "story@example.com").name == "Story Limited"
        and subaccount(a, "story@example.com").plan_size == 40_000
    ),
    "subaccount_close": lambda a: subaccount(a, "garden@kestrelsupply.example").state == "Closed",
    "subaccount_reopen": lambda a: subaccount(a, "mail@finchoutlet.example").state == "Active",
    # It only writes a mail.
    "subaccount_reinvite": lambda a: subaccount(a, "story@example.com").state == "Active",
    "single_sender_emails_add": lambda a: "story@example.net" in a.senders.single,
    "single_sender_emails_remove": lambda a: (
        "statements@kestreltrade.example" not in a.senders.single
    ),
}


def check(result: Any, schema: dict[str, Any]) -> dict[str, Any]:
    """A result that must have succeeded, with text, and data that fits the tool's schema."""
    (block,) = result.content
    assert not result.is_error, block.text
    assert block.text
    assert "<<<data" in block.text or "Nothing matches" in block.text or "no details" in block.text
    jsonschema.validate(result.structured_content, schema)
    return result.structured_content


def by_token(call: Callable[..., Any], tool: str, arguments: dict[str, Any]) -> Any:
    """The result of a tool, a change being previewed first."""
    if tool in READS:
        return call(tool, arguments)
    previewed = call("preview", {"tool": tool, "arguments": arguments})
    assert not previewed.is_error, previewed.content[0].text
    token = previewed.structured_content["confirm_token"]
    return call(tool, {**arguments, "confirm_token": token})


def test_every_operation_is_part_of_the_story(story):
    told = [tool for tool, _ in story]
    assert sorted(told) == sorted(READS | CHANGES), "add what is missing to story.json"
    assert SHOWN.keys() == CHANGES, "add what is missing to SHOWN"


@pytest.mark.parametrize("contract", ["documented", "served"])
def test_every_operation_works_by_preview_and_token(start, mode, contract, story):
    session = start(mode=mode, sandbox={**SEED, "contract": contract})
    schemas = {name: tool["outputSchema"] for name, tool in session.tools.items()}
    for tool, arguments in story:
        call = lambda name, given: session.call(name, **given)  # noqa: E731 - shaped as the client's
        data = check(by_token(call, tool, arguments), schemas[tool])
        assert data or tool in CHANGES, tool
        assert tool in READS or SHOWN[tool](session.account), tool
    assert [line["tool"] for line in session.logged] == [t for t, _ in story if t in CHANGES]
    assert {line["outcome"] for line in session.logged} == {"done"}


def test_every_change_asks_a_user_who_can_be_asked(start, mode, story):
    session = start(mode=mode, answers="accepts", sandbox=SEED)
    schemas = {name: tool["outputSchema"] for name, tool in session.tools.items()}
    for tool, arguments in story:
        before = len(session.asked)
        check(session.call(tool, **arguments), schemas[tool])
        assert len(session.asked) - before == (tool in CHANGES), tool
        assert tool in READS or SHOWN[tool](session.account), tool
        assert tool in READS or tool in session.asked[-1]


def test_no_change_is_made_for_a_user_who_declines(start, mode, story):
    session = start(mode=mode, answers="declines", sandbox=SEED)
    for tool, arguments in story:
        if tool in CHANGES:
            assert session.refusal(tool, **arguments).startswith("Not done"), tool
    account = session.account
    assert len(session.asked) == len(CHANGES)
    done = [tool for tool in CHANGES if tool != "subaccount_reinvite" and _holds(tool, account)]
    assert not done


def _holds(tool: str, account: Any) -> bool:
    try:
        return SHOWN[tool](account) and tool != "allowed_senders_remove"  # it was not there before
    except (KeyError, StopIteration):
        return False


def test_a_dry_run_answers_every_change_and_makes_none(start, mode, story):
    from mcp_server.policy import Policy

    session = start(mode=mode, policy=Policy(dry_run=True), sandbox=SEED)
    for tool, arguments in story:
        if tool in CHANGES:
            result = session.done(tool, **arguments)
            assert result.structured_content["dry_run"] is True, tool
    assert not [tool for tool in CHANGES - {"subaccount_reinvite"} if _holds(tool, session.account)]


def test_a_read_changes_nothing_and_answers_alike_again(start, mode, story):
    session = start(mode=mode, sandbox=SEED)
    for tool, arguments in story:
        if tool in READS:
            first, again = session.data(tool, **arguments), session.data(tool, **arguments)
            assert first == again, tool
    assert session.logged == []


@pytest.fixture
def child(portal: BlockingPortal, mode: str, now: str, tmp_path: Path) -> Iterator[mcp.Client]:
    """A client of a server in a process of its own, which keeps its files in tmp_path."""
    here = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}
    parameters = mcp.StdioServerParameters(
        command=sys.executable,
        args=["-m", "mcp_server", "--sandbox", "--seed", "1", "--now", now],
        env={**os.environ, **here},
        cwd=tmp_path,
    )
    with portal.wrap_async_context_manager(mcp.Client(parameters, mode=mode)) as client:
        yield client


def test_a_real_process_answers_every_operation_as_one_in_memory(
    start, mode, story, portal, child, tmp_path
):
    session = start(sandbox=SEED)
    schemas = {t.name: t.output_schema for t in portal.call(child.list_tools).tools}
    for tool, arguments in story:
        told = check(
            by_token(lambda *a: portal.call(child.call_tool, *a), tool, arguments), schemas[tool]
        )
        same = by_token(lambda name, given: session.call(name, **given), tool, arguments)
        assert without_ids(told) == without_ids(same.structured_content), tool
    (log,) = tmp_path.glob("state/smtp2go-kit/audit.jsonl")
    assert len(log.read_text().splitlines()) == len(CHANGES)
    assert log.stat().st_mode & 0o077 == 0


def without_ids(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name != "request_id"}
