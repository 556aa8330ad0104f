"""How a domain's diagnosis and the requirements of mailbox providers are told."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from mcp_server import budget
from mcp_server.answers import as_csv
from mcp_server.failures import in_tools
from mcp_server.sheets import AIM, Ink, Page, Sheet, minutes, present

MOST_EVIDENCE = 4
"""Lines of what DNS answered, where something is wrong; else one."""
RECORD = 600
"""Characters of a record to publish, which must be exact."""
ASKED = ("provider", "result", "requirement", "seen")
"""The columns of requirements."""
RESULTS = ("fail", "unknown", "pass")
MOST_ACTIONS = 10
ONE = "Every row of one provider: provider=Gmail and so on."


def domain_sheet(found: Any, _: Mapping[str, Any]) -> Sheet:
    """Ten checks of a domain.

    Args:
        found: What diagnose_domain returned.
    """
    told = found.to_dict()
    checks = told["checks"]
    return Sheet(len(checks), functools.partial(_domain, told))


def _domain(told: Mapping[str, Any], count: int, ink: Ink) -> Page:
    # What DNS publishes is public, and a record must be exact.
    ink = Ink(ink.redact, shows=True, letters=ink.letters)
    checks = [_check(check, ink) for check in told["checks"][:count]]
    lines = [f"domain: {ink(told['domain'], 260)}"]
    for check in checks:
        lines += _check_lines(check)
    bad = [check["name"] for check in told["checks"] if check["status"] != "ok"]
    lead = f"{told['status']}: {', '.join(bad)}." if bad else "ok: all checks."
    data = {"domain": ink(told["domain"], 260), "status": told["status"], "checks": checks}
    return Page(lead, lines, data)


def _check(check: Mapping[str, Any], ink: Ink) -> dict[str, Any]:
    exact = ink.with_letters(RECORD)
    more = {} if check["status"] == "ok" else _faults(check, ink)
    lines = check["evidence"][: MOST_EVIDENCE if more else 1]
    return present(
        {
            "name": check["name"],
            "status": check["status"],
            "summary": ink(check["summary"]),
            "problems": check["problems"],
            **more,
            "evidence": ink.value(lines),
            "records": exact.value(check["records"]),
        }
    )


def _faults(check: Mapping[str, Any], ink: Ink) -> dict[str, Any]:
    return {name: ink(_in_tools(check[name])) for name in ("impact", "advice", "who")}


def _in_tools(text: str) -> str:
    """The toolkit's words with the names of tools."""
    return in_tools(text.replace("client.", "").replace("diagnose=", ""))


def _check_lines(check: Mapping[str, Any]) -> Iterator[str]:
    yield f"{check['name']} {check['status']}: {check['summary']}"
    for name in ("impact", "advice", "who"):
        if name in check:
            yield f"  {name}: {check[name]}"
    for record in check.get("records", ()):
        yield f"  publish: {record['name']} {record['type']} {record['value']}"
    yield from (f"  evidence: {line}" for line in check.get("evidence", ()))


def compliance_sheet(found: Any, given: Mapping[str, Any]) -> Sheet:
    """What providers ask, and whether it is met.

    Args:
        found: What compliance returned.
        given: The call's arguments.
    """
    told = found.to_dict()
    wanted = given["provider"]
    rows = [row for row in told["rows"] if wanted in (None, row["provider"])]
    asked = [row for row in rows if row["applies"]]
    asked.sort(key=lambda row: RESULTS.index(row["result"]))
    most = AIM if wanted is None else budget.MOST
    return Sheet(len(asked), functools.partial(_compliance, found, told, rows, asked), most)


def _compliance(
    found: Any,
    told: Mapping[str, Any],
    rows: list[dict[str, Any]],
    asked: list[dict[str, Any]],
    count: int,
    ink: Ink,
) -> Page:
    shown = [_requirement(row, ink) for row in asked[:count]]
    counts = {name: sum(row["result"] == name for row in asked) for name in RESULTS}
    actions = [ink(line) for line in _actions(asked)]
    unseen = [ink(line, 300) for line in told["unseen"][:MOST_ACTIONS]]
    lines = [as_csv(ASKED, shown)] if shown else []
    lines += [f"also {line}" for line in _rest(asked[count:])]
    lines += [*(f"do: {line}" for line in actions), *(f"not seen: {line}" for line in unseen)]
    data = {"rows": shown, "counts": counts, "actions": actions, "not_seen": unseen}
    data |= {"start": minutes(found.start), "end": minutes(found.end)}
    lead = (
        f"{counts['fail']} not met, {counts['unknown']} cannot be told from here, "
        f"{counts['pass']} met; {len(rows) - len(asked)} are asked of bulk senders only, which "
        f"this is not. {minutes(found.start)} to {minutes(found.end)}."
    )
    tails = [_further(rows), ONE * (count < len(asked))]
    return Page(lead, lines, data, " ".join(filter(None, tails)))


def _rest(rows: list[dict[str, Any]]) -> Iterator[str]:
    """What is not shown in full: how many of each provider."""
    counts = Counter((row["provider"], row["result"]) for row in rows)
    yield from (f"{provider} {result}: {count}" for (provider, result), count in counts.items())


def _further(rows: list[dict[str, Any]]) -> str:
    hidden = any(row["kind"] == "dmarc" and row["result"] == "unknown" for row in rows)
    return "DMARC is looked up with dns=true; diagnose_domain tells all of one domain." * hidden


def _requirement(row: Mapping[str, Any], ink: Ink) -> dict[str, Any]:
    seen = "; ".join(filter(None, (row["number"], row["why"], _interval(row))))
    plain = {name: row[name] for name in ("provider", "result", "requirement")}
    return {**plain, "seen": ink(seen, min(300, ink.letters))}


def _interval(row: Mapping[str, Any]) -> str:
    if row["low"] is None:
        return ""
    return f"95 % interval {100 * row['low']:.2f} to {100 * row['high']:.2f} %"


def _actions(rows: list[dict[str, Any]]) -> list[str]:
    """What to do about what is not met, each once."""
    failed = (_in_tools(row["what"]) for row in rows if row["result"] == "fail" and row["what"])
    return list(dict.fromkeys(failed))[:MOST_ACTIONS]
