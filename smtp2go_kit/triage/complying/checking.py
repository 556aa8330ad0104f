"""Whether an account's mail meets what Gmail, Yahoo, Microsoft and Apple ask of senders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from smtp2go_kit.triage.action import Action
from smtp2go_kit.triage.complying.judging import Facts, Judgement, Result, judge
from smtp2go_kit.triage.complying.received import Received, received
from smtp2go_kit.triage.complying.requirements import PROVIDERS, REQUIREMENTS, Requirement
from smtp2go_kit.triage.complying.sender_domains import SenderDomain, sender_domains
from smtp2go_kit.triage.detection.intake import KINDS
from smtp2go_kit.triage.domain.diagnosis import Diagnosis
from smtp2go_kit.triage.log import is_missing
from smtp2go_kit.triage.sheet import Sheet, Shown
from smtp2go_kit.triage.sources import ClientOrEvents, source_of
from smtp2go_kit.triage.tracing.fate import moment
from smtp2go_kit.triage.wording import number
from smtp2go_kit.types import Moment

OPERATION = "triage.compliance"
COLUMNS = (
    "provider",
    "requirement",
    "kind",
    "applies",
    "result",
    "number",
    "count",
    "of",
    "low",
    "high",
    "why",
    "source",
    "what",
)
"""The columns of a compliance frame."""
MOST_DIAGNOSED = 10
"""Most From domains that are looked up."""
Diagnose = Callable[[str], Diagnosis]


@dataclass(frozen=True, slots=True)
class Row:
    """One requirement of one provider.

    Args:
        asked: The requirement.
        applies: Whether it is asked of this sender; rules for bulk senders may not be.
        found: Whether it is met.
    """

    asked: Requirement
    applies: bool
    found: Judgement

    @property
    def provider(self) -> str:
        """Who asks."""
        return self.asked.provider

    @property
    def requirement(self) -> str:
        """What is asked."""
        return self.asked.words

    @property
    def result(self) -> Result:
        """``pass``, ``fail`` or ``unknown``."""
        return self.found.result

    @property
    def actions(self) -> list[Action]:
        """What to do; nothing where it is met."""
        if self.result == "pass" or self.asked.action is None:
            return []
        return [*self.found.actions] or [self.asked.action]

    def to_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON; ends of the interval are shares, 0 to 1."""
        low, high = self.found.interval or (None, None)
        facts = (
            self.provider,
            self.requirement,
            self.asked.kind,
            self.applies,
            self.result,
            self.found.number,
            self.found.count,
            self.found.of,
            low,
            high,
            self.found.why,
            self.asked.source,
            " ".join(action.sentence for action in self.actions),
        )
        return dict(zip(COLUMNS, facts, strict=True))


@dataclass(frozen=True, eq=False, repr=False)
class Compliance(Shown):
    """What providers ask of senders, and whether it is met; shows itself in a notebook.

    Args:
        start: First moment looked at, UTC; missing if nothing tells.
        end: Moment looked up to, UTC, likewise.
        rows: One for each requirement of each provider.
        unseen: What could not be seen, and why.
    """

    start: pd.Timestamp
    end: pd.Timestamp
    rows: tuple[Row, ...]
    unseen: tuple[str, ...]

    @property
    def failed(self) -> tuple[Row, ...]:
        """Requirements that are asked of this sender and not met."""
        return tuple(row for row in self.rows if row.applies and row.result == "fail")

    @property
    def actions(self) -> tuple[Action, ...]:
        """What to do about those, each once."""
        return tuple(dict.fromkeys(action for row in self.failed for action in row.actions))

    def to_frame(self) -> pd.DataFrame:
        """One row a requirement; ``low`` and ``high`` are the ends of the interval, 0 to 1."""
        table = pd.DataFrame([row.to_dict() for row in self.rows], columns=[*COLUMNS])
        kinds = dict.fromkeys(("count", "of"), "Int64") | {"low": "float64", "high": "float64"}
        return table.astype(kinds | {"applies": "boolean"})

    def to_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        return {
            "start": None if is_missing(self.start) else self.start.isoformat(),
            "end": None if is_missing(self.end) else self.end.isoformat(),
            "failed": len(self.failed),
            "rows": [
                row.to_dict() | {"actions": [action.to_dict() for action in row.actions]}
                for row in self.rows
            ],
            "unseen": list(self.unseen),
        }

    def _sheet(self) -> Sheet:
        asked = [row for row in self.rows if row.applies]
        counts = {name: sum(row.result == name for row in asked) for name in RESULTS}
        told = ", ".join(f"{number(counts[name])} {words}" for name, words in RESULTS.items())
        others = len(self.rows) - len(asked)
        return Sheet(
            title=f"What mailbox providers ask, {moment(self.start)} to {moment(self.end)}",
            lines=[f"{told}; {number(others)} asked of bulk senders only, which this is not."],
            heads=("Provider", "Result", "Requirement", "Seen"),
            rows=[_cells(row) for row in self.rows],
            actions=self.actions,
            unseen=self.unseen,
        )


ORDER: tuple[Result, ...] = ("fail", "unknown", "pass")
"""From the worst to the best."""
RESULTS: dict[Result, str] = {
    "fail": "not met",
    "unknown": "can't be told from here",
    "pass": "met",
}


def compliance(
    client_or_events: ClientOrEvents,
    *,
    since: Moment = "30d",
    now: dt.datetime | None = None,
    diagnose: Diagnose | None = None,
    domains: pd.DataFrame | None = None,
) -> Compliance:
    """Check an account's mail against what mailbox providers ask of senders; changes nothing.

    Args:
        client_or_events: The account, or events such as ``client.activity.search()`` returns.
        since: First moment to look at, UTC, as for ``client.activity.search``.
        now: Moment to look up to; the client's present, or a frame's last event, if not given.
        diagnose: Looks a From domain's DNS up, as ``smtp2go_kit.triage.diagnose_domain``; DMARC
            can't be seen without. Up to 10 domains are looked up, those with most mail.
        domains: What ``client.domain.view()`` returned, to use in place of asking.

    Raises:
        InvalidArgument: *since* is no time, or still to come.
        Smtp2GoError: The activity could not be read. Other parts that cannot are left out.
    """
    source = source_of(client_or_events, since, now, OPERATION, **SEARCH)
    view = source.ask("sender domains", domains, lambda client: client.domain.view())
    got = received(source.log, PROVIDERS, source.end)
    names = {name for part in got for name in _used(part)}
    states = None if view is None else sender_domains(names, view)
    diagnoses = {} if diagnose is None else {n: diagnose(n) for n in _most_used(got)}
    rows = [row for part in got for row in _rows(part, states, diagnoses)]
    return Compliance(source.start, source.end, tuple(rows), tuple(source.unseen))


SEARCH: dict[str, Any] = {"event_types": [*KINDS, "resubscribed"]}


def _used(part: Received) -> Iterable[str]:
    yield from part.domains("sender_domain")
    yield from part.domains("from_domain")


def _most_used(got: Iterable[Received]) -> list[str]:
    used = pd.concat([part.sent["from_domain"] for part in got])
    return [str(name) for name in used.value_counts().index[:MOST_DIAGNOSED]]


def _rows(
    part: Received,
    states: list[SenderDomain] | None,
    diagnoses: dict[str, Diagnosis],
) -> list[Row]:
    facts = Facts(part, states, diagnoses)
    asked = [each for each in REQUIREMENTS if each.provider == part.provider]
    rows = [Row(each, facts.is_bulk or not each.is_bulk, judge(each, facts)) for each in asked]
    return [
        _whole(row, rows) if row.asked.kind == "bulk" and facts.is_bulk else row for row in rows
    ]


def _whole(row: Row, rows: Iterable[Row]) -> Row:
    """The rule that a bulk sender meets all others: as the worst of them."""
    found = {each.result for each in rows if each.asked.kind != "bulk"}
    worst = next((name for name in ORDER if name in found), ORDER[1])
    return replace(row, found=replace(row.found, result=worst))


def _cells(row: Row) -> tuple[str, ...]:
    said = "; ".join(filter(None, (row.found.number, row.found.why, _interval(row.found))))
    result = row.result if row.applies else f"{row.result} (not asked)"
    return row.provider, result, row.requirement, said


def _interval(found: Judgement) -> str:
    if found.interval is None:
        return ""
    low, high = (100 * end for end in found.interval)
    return f"95 % interval {low:.2f} to {high:.2f} %"
