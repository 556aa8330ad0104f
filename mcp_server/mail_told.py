"""How causes of bounces, one answer, one person's mail and suppressions are told."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from mcp_server import budget
from mcp_server.answers import as_csv
from mcp_server.findings_told import action_line, shown_action
from mcp_server.sheets import AIM, Ink, Page, Sheet, minutes, present

CAUSES = (
    "category",
    "cause",
    "provider",
    "count",
    "recipients",
    "permanence",
    "action",
    "confidence",
    "last",
    "example",
    "email_id",
)
"""The columns of causes."""
STEPS = ("date", "event", "recipient", "sender", "subject", "host", "smtp_response", "email_id")
"""The columns of a timeline."""
REVIEWED = ("verdict", "address", "reason", "since", "why", "category", "evidence", "email_id")
"""The columns of a review."""
EVIDENCE = 80
"""Characters of a refusal beside the reason that already tells it."""
MOST_STEPS = 40
MOST_LINES = 12
EXAMPLE = 160
"""Characters of an answer in a table."""


def bounces_sheet(found: Any, given: Mapping[str, Any]) -> Sheet:
    """Causes of bounces.

    Args:
        found: What explaining gave.
        given: The call's arguments.
    """
    rows = found.groups.head(given["limit"]).to_dict("records")
    most = AIM if given["limit"] <= 20 else budget.MOST
    return Sheet(len(rows), functools.partial(_bounces, found, rows), most)


def _bounces(found: Any, rows: list[dict[str, Any]], count: int, ink: Ink) -> Page:
    ink = ink.with_letters(min(EXAMPLE, ink.letters))
    shown = [_cause(row, ink) for row in rows[:count]]
    total = len(found.groups)
    lead = (
        f"{found.failures:,} bounces and rejections, {found.processed:,} emails processed, "
        f"{minutes(found.start)} to {minutes(found.end)}; {count} of {total:,} groups."
    )
    unseen = [ink(line, 300) for line in found.unseen[:MOST_LINES]]
    lines = [as_csv(CAUSES, shown)] if shown else []
    lines += [f"not seen: {line}" for line in unseen]
    data = {
        "rows": shown,
        "shown": count,
        "total": total,
        "failures": found.failures,
        "processed": found.processed,
        "start": found.start.isoformat(),
        "end": found.end.isoformat(),
        "not_seen": unseen,
    }
    more = "More: a higher limit, or a narrower search." if count < total else ""
    return Page(lead, lines, data, more)


def _cause(row: Mapping[str, Any], ink: Ink) -> dict[str, Any]:
    told = {**row, "last": minutes(row["last"])}
    counts = {name: int(row[name]) for name in ("count", "recipients")}
    sure = {"confidence": round(float(row["confidence"]), 2)}
    return present({name: ink.value(told[name]) for name in CAUSES} | counts | sure)


def response_sheet(found: Any, _: Mapping[str, Any]) -> Sheet:
    """What one answer means.

    Args:
        found: What classify returned.
    """

    def shown(_: int, ink: Ink) -> Page:
        data = ink.value(present(asdict(found)))
        return Page("", [f"{name}: {value}" for name, value in data.items()], data)

    return Sheet(0, shown)


def trace_sheet(found: Any, _: Mapping[str, Any]) -> Sheet:
    """One person's mail, or one email.

    Args:
        found: What trace returned.
    """
    told = found.to_dict()
    own = {str(row["sender"]) for row in told["timeline"] if row.get("sender")}
    kept = {*own, found.asked} if found.kind == "recipient" else own
    steps = told["timeline"][-MOST_STEPS:]
    shown = functools.partial(_trace, found, told, steps, kept)
    return Sheet(len(steps), shown, AIM)


def _trace(
    found: Any,
    told: Mapping[str, Any],
    steps: list[dict[str, Any]],
    kept: set[str],
    count: int,
    ink: Ink,
) -> Page:
    ink = ink.keeping(kept)
    cells = ink.with_letters(min(EXAMPLE, ink.letters))
    newest = steps[len(steps) - count :]
    beside = ("sentence", "response", "category", "senders", "unseen", "suppressions", "emails")
    data: dict[str, Any] = {
        "outcome": told["outcome"],
        "confidence": told["confidence"],
        **{name: ink.value(told[name]) for name in beside if told[name] is not None},
        "actions": [shown_action(action, ink) for action in told["actions"]],
        "timeline": [present(cells.value(_step(found, row))) for row in newest],
        "events": len(told["timeline"]),
    }
    lead = (
        f"{told['outcome']} (confidence {told['confidence']:.2f}); {minutes(found.start)} to "
        f"{minutes(found.end)}; the newest {count} of {len(told['timeline'])} events."
    )
    return Page(lead, [*_trace_lines(data)], data)


def _trace_lines(data: Mapping[str, Any]) -> Iterator[str]:
    yield data["sentence"]
    yield from (f"sender domain {line}" for line in data.get("senders", ()))
    yield from (f"suppressed: {_suppressed(entry)}" for entry in data.get("suppressions", ()))
    yield from (f"do: {action_line(action)}" for action in data["actions"])
    yield from (f"not seen: {line}" for line in data["unseen"])
    if rows := data["timeline"]:
        yield as_csv([name for name in STEPS if any(name in row for row in rows)], rows)


def _step(found: Any, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of a timeline; the recipient goes without saying where one was asked for."""
    names = [name for name in STEPS if name != found.kind]
    told = {name: row.get(name) for name in names}
    return told | {"date": str(told["date"]).replace(".000Z", "Z")}


def _suppressed(entry: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in present(entry).items())


def review_sheet(found: Any, given: Mapping[str, Any]) -> Sheet:
    """Suppressions to lift, to make and to keep.

    Args:
        found: What suppression_review returned.
        given: The call's arguments.
    """
    told = found.to_dict()
    wanted = given["verdict"]
    rows = [row for row in told["rows"] if wanted in (None, row["verdict"])]
    most = AIM if given["limit"] <= 20 else budget.MOST
    shown = functools.partial(_review, found, told, rows)
    return Sheet(min(len(rows), given["limit"]), shown, most)


def _review(
    found: Any, told: Mapping[str, Any], rows: list[dict[str, Any]], count: int, ink: Ink
) -> Page:
    cells = ink.with_letters(min(EXAMPLE, ink.letters))
    shown = [_reviewed(row, cells) for row in rows[:count]]
    unseen = [ink(line, 300) for line in told["unseen"][:MOST_LINES]]
    counts = ", ".join(f"{number:,} to {verdict}" for verdict, number in told["counts"].items())
    lines = [as_csv([c for c in REVIEWED if any(c in r for r in shown)], shown)] if shown else []
    lines += [f"not seen: {line}" for line in unseen]
    data = {
        "rows": shown,
        "shown": count,
        "total": len(rows),
        "counts": told["counts"],
        "not_seen": unseen,
    }
    lead = (
        f"{counts}; by the mail of {minutes(found.start)} to {minutes(found.end)}; {count} of "
        f"{len(rows):,} rows."
    )
    tails = (
        (bool(told["counts"]["lift"]), "To lift: suppression_remove. Ask the user first."),
        (bool(told["counts"]["suppress"]), "To suppress: suppression_add. Ask the user first."),
        (count < len(rows), "More: one verdict, or a higher limit."),
    )
    return Page(lead, lines, data, " ".join(words for holds, words in tails if holds))


def _reviewed(row: Mapping[str, Any], ink: Ink) -> dict[str, Any]:
    told = ink.value({name: row[name] for name in REVIEWED})
    return present(told | {"evidence": ink(row["evidence"], min(EVIDENCE, ink.letters))})
