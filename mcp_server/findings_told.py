"""How triage's report, one finding and the verification of a fix are told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from mcp_server import budget
from mcp_server.asking import ESSENTIAL, finding_of
from mcp_server.failures import in_tools
from mcp_server.refusal import Refused
from mcp_server.sheets import AIM, Ink, Page, Sheet, minutes, present
from smtp2go_kit.shapes import is_list

MOST_RESPONSES, MOST_ACTIONS = 3, 3
"""Of a finding that is told among others."""
ANSWER, SENTENCE = 160, 300
"""Characters of an answer and of a sentence, among others."""
NAME = 200
"""Characters of a cohort's name that are always kept, for verify_fix looks for it."""
VALUE = 300
"""Characters of what to publish or to set that are always kept, for it must be exact."""
MOST_LINES = 12
"""Findings, doubts and gaps that are told in one line each."""
IN_FULL = "One finding in full: triage with finding=1 and so on."
FIXED = "After a fix: verify_fix with its verify_fix line."


def report_sheet(report: Any, given: Mapping[str, Any]) -> Sheet:
    """A report, or one finding of it.

    Args:
        report: What triage returned.
        given: The call's arguments.

    Raises:
        Refused: There is no such finding.
    """
    told, number = report.to_dict(), given["finding"]
    findings = told["findings"]
    if number is None:
        return Sheet(len(findings), lambda count, ink: _report(report, told, count, ink), AIM)
    if number > len(findings):
        there = f"1 to {len(findings)}" if findings else "none"
        raise Refused(
            f"triage: there is no finding {number}; with this window there are: {there}. Call "
            "triage without finding to see them all."
        )
    finding = findings[number - 1]
    return Sheet(1, lambda _, ink: _whole(report, finding, number, ink), budget.MOST)


def _report(report: Any, told: Mapping[str, Any], count: int, ink: Ink) -> Page:
    findings: list[tuple[int, dict[str, Any]]] = [*enumerate(told["findings"], 1)]
    data: dict[str, Any] = {
        "status": told["status"],
        **_window(report),
        "findings": [
            *(_brief(finding, number, ink) for number, finding in findings[:count]),
            *(_line(finding, number, ink) for number, finding in findings[count:][:MOST_LINES]),
        ],
        "undecided": [ink(line, SENTENCE) for line in told["undecided"][:MOST_LINES]],
        "not_seen": [ink(line, SENTENCE) for line in told["notes"][:MOST_LINES]],
        "emails": told["window"],
        "emails_before": told["past"],
    }
    tail = f"{IN_FULL} {FIXED}" if findings else ""
    return Page(_lead(report, len(findings)), [*_report_lines(data)], data, tail)


def _report_lines(data: Mapping[str, Any]) -> Iterator[str]:
    yield f"window: {_counts(data['emails'])}; before: {_counts(data['emails_before'])}"
    for finding in data["findings"]:
        if "what" in finding:
            yield from _lines(finding)
        else:
            yield f"{finding['number']}. {finding['cause']}: {finding['problem']}"
    yield from data["undecided"]
    yield from (f"not seen: {line}" for line in data["not_seen"])


def _whole(report: Any, told: Mapping[str, Any], number: int, ink: Ink) -> Page:
    ink = ink.keeping(_own(told))
    whole = ink.with_letters(max(NAME, ink.letters))
    finding: dict[str, Any] = {
        "number": number,
        **ink.value(told),
        "cohort": whole.value(told["cohort"]),
        "actions": [shown_action(each, ink) for each in told["actions"]],
    }
    lines = [
        *_lines({**finding, "actions": []}),
        *(f"ruled out: {line}" for line in finding["ruled_out"]),
        *(f"do: {action_line(action)}" for action in finding["actions"]),
        f"verify: {finding['verify']}",
        f"emails with these answers: {', '.join(finding['email_ids'])}",
    ]
    data = {"status": report.status, **_window(report), "findings": [finding]}
    return Page(_lead(report, len(report.findings)), lines, data, FIXED)


def _brief(told: Mapping[str, Any], number: int, ink: Ink) -> dict[str, Any]:
    """A finding's main fields."""
    ink = ink.keeping(_own(told))
    short = ink.with_letters(min(ANSWER, ink.letters))
    plain = {name: told[name] for name in (*ESSENTIAL, "until", "interval", "excess", "confidence")}
    whole = ink.with_letters(max(NAME, ink.letters))
    return {
        "number": number,
        "cause": told["cause"],
        "problem": ink(told["problem"], SENTENCE),
        "why": ink(told["why"], SENTENCE),
        **whole.value(plain),
        "responses": short.value(told["responses"][:MOST_RESPONSES]),
        "actions": [shown_action(each, ink) for each in told["actions"][:MOST_ACTIONS]],
    }


def shown_action(action: Mapping[str, Any], ink: Ink) -> dict[str, Any]:
    """An action as it is shown, its call by the name of a tool.

    Args:
        action: What an action's ``to_dict()`` gave.
        ink: What it is written with.
    """
    call = in_tools(action["call"].removeprefix("client."))
    value = ink(action["value"], max(VALUE, ink.letters))
    told = {name: said for name, said in action.items() if said not in (False, "None.")}
    return present({**ink.value(told), "value": value, "call": call})


def _own(told: Mapping[str, Any]) -> Iterator[str]:
    """What names the account's own senders and users, whose addresses stay readable."""
    for value in told["cohort"].values():
        yield from value if is_list(value) else [value]


def _line(told: Mapping[str, Any], number: int, ink: Ink) -> dict[str, Any]:
    problem = ink.keeping(_own(told))(told["problem"], SENTENCE)
    return {"number": number, "cause": told["cause"], "problem": problem}


def _lines(finding: Mapping[str, Any]) -> Iterator[str]:
    yield f"{finding['number']}. {finding['cause']} ({finding['confidence']:.2f}): " + str(
        finding["problem"]
    )
    yield f"why: {finding['why']}"
    yield from (f"answer: {text}" for text in finding["responses"])
    yield from (f"do: {action_line(action)}" for action in finding["actions"])
    essential = {name: finding[name] for name in ESSENTIAL}
    yield f"verify_fix: {json.dumps(essential, ensure_ascii=False, separators=(',', ':'))}"


def action_line(action: Mapping[str, Any]) -> str:
    """What to do, on one line.

    Args:
        action: What an action's ``to_dict()`` gave, as it is shown.
    """
    asks = " Ask the user first." if action.get("needs_confirmation") else ""
    value = f" Value: {action['value']}" if action.get("value") else ""
    risks = f" Risk: {action['risk']}" if action.get("risk") else ""
    call = f" Call: {action['call']}." if action.get("call") else ""
    return f"{action['what']} ({action.get('who', 'you')}){value}{call}{risks}{asks}"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def _window(report: Any) -> dict[str, str]:
    return {"start": report.start.isoformat(), "end": report.end.isoformat()}


def _lead(report: Any, count: int) -> str:
    found = f"{count} finding{'' if count == 1 else 's'}" if count else report.status
    return (
        f"{found}; {minutes(report.start)} to {minutes(report.end)}, compared with the time since "
        f"{minutes(report.compared)}."
    )


def fix_sheet(verification: Any, given: Mapping[str, Any]) -> Sheet:
    """Whether a fix worked.

    Args:
        verification: What verify_fix returned.
        given: The call's arguments.
    """
    told = verification.to_dict()
    own = [*_own(finding_of(given["finding"]))]

    def shown(_: int, ink: Ink) -> Page:
        ink = ink.keeping(own)
        return Page(f"{told['status']}.", [ink(told["sentence"])], ink.value(told))

    return Sheet(0, shown)
