"""How right triage is, on simulated accounts whose troubles are known.

``python -m smtp2go_kit.triage.evaluate --help`` tells what can be chosen. The simulator shares no
code with the detector.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from smtp2go_kit.sandbox.simulation import ACCOUNTS, INCIDENTS, Simulation, Truth, simulate
from smtp2go_kit.triage.detection.intake import events_of
from smtp2go_kit.triage.detection.mail import Bools, Ints, Mail, mail_of
from smtp2go_kit.triage.finding import Finding
from smtp2go_kit.triage.triaging import triage

NOW = "2026-11-18T17:00:00"
BENIGN = INCIDENTS[INCIDENTS.index("weekend-dip") :]
"""What only looks like trouble."""
TROUBLES = tuple(name for name in INCIDENTS if name not in BENIGN)
QUIET = "nothing"
HOURS = 6.0
"""Hours that an onset may be off."""
OVERLAP = 0.5
"""Intersection over union, in emails, from which a cohort is the right one."""
VOLUMES = (20, 1_000_000)
"""The least and the most messages a day that are simulated."""
MOST_JOBS = 64
ASIDE = ("kestrel",)
"""Accounts with troubles of their own."""


@dataclass(frozen=True)
class Run:
    """One simulated account, and what triage said of it.

    Args:
        account: The kind of account.
        volume: Mean messages a day.
        incident: What happened, or ``nothing``.
        seed: Which account of its kind.
        cause: The true cause; empty where all is well.
        told: The causes of the findings, the most harmful first.
        cohort: Overlap of the cohorts; missing where the cause was not found.
        onset: Hours by which the onset was off; likewise.
        age: Hours since the onset.
        wrong: Destructive actions that the truth does not bear out.
        seconds: How long triage took.
        events: Events of the account.
    """

    account: str
    volume: int
    incident: str
    seed: int
    cause: str
    told: tuple[str, ...]
    cohort: float
    onset: float
    age: float
    wrong: int
    seconds: float
    events: int


def run(account: str, volume: int, incident: str, seed: int) -> Run:
    """Simulate an account, triage it, and compare.

    Args:
        account: The kind of account.
        volume: Mean messages a day.
        incident: What happens, or ``nothing``.
        seed: Which account of its kind.
    """
    happens = () if incident == QUIET else (incident,)
    made = simulate(account=account, volume=volume, seed=seed, incidents=happens, now=NOW)
    events = made.events
    begun = time.perf_counter()
    findings = triage(events, now=made.now).findings
    seconds = time.perf_counter() - begun
    truth = next((each for each in made.truth if each.cause), None)
    right = next((f for f in findings if truth and f.cause == truth.cause), None)
    return Run(
        account=account,
        volume=volume,
        incident=incident,
        seed=seed,
        cause=truth.cause if truth else "",
        told=tuple(finding.cause for finding in findings),
        cohort=_overlap(made, truth, right) if truth and right else np.nan,
        onset=_hours(right.since - truth.onset) if truth and right else np.nan,
        age=_hours(pd.Timestamp(made.now) - truth.onset) if truth else np.nan,
        wrong=_wrong(findings, truth),
        seconds=seconds,
        events=len(events),
    )


def _hours(difference: pd.Timedelta) -> float:
    return abs(difference / pd.Timedelta(hours=1))


def _wrong(findings: Sequence[Finding], truth: Truth | None) -> int:
    allowed = truth is not None and truth.destructive_ok
    return sum(
        action.destructive and not (allowed and truth is not None and finding.cause == truth.cause)
        for finding in findings
        for action in finding.actions
    )


def _overlap(made: Simulation, truth: Truth, finding: Finding) -> float:
    """Emails since the onset in both cohorts, of those in either."""
    struck = made.events[made.struck().to_numpy()]
    mail = mail_of(events_of(made.events))
    hit = np.isin(mail.codes["recipient_domain"], _struck_domains(mail, struck))
    theirs = _members(mail, {k: v for k, v in truth.cohort.items() if k != "provider"})
    theirs &= hit if "provider" in truth.cohort else True
    ours = _members(mail, finding.cohort)
    late = mail.sent >= truth.onset.timestamp()
    either = int((late & (ours | theirs)).sum())
    return int((late & ours & theirs).sum()) / either if either else np.nan


def _struck_domains(mail: Mail, struck: pd.DataFrame) -> Ints:
    domains = events_of(struck)["recipient"].str.rpartition("@")[2].unique()
    return mail.places("recipient_domain", [str(name) for name in domains])


def _members(mail: Mail, cohort: Mapping[str, Any]) -> Bools:
    """The copies of a cohort; numbers in subjects do not matter."""
    listed = {name: (value,) if isinstance(value, str) else value for name, value in cohort.items()}
    if "subject" in listed:
        listed["subject"] = tuple(re.sub(r"\d+", "#", text) for text in listed["subject"])
    return mail.members(listed)


def table(runs: Iterable[Run]) -> pd.DataFrame:
    """How right triage was, by volume: one row a volume.

    Args:
        runs: What was run.
    """
    rows = [_row(volume, group) for volume, group in _by(runs, "volume").items()]
    return pd.DataFrame(rows).set_index("volume").sort_index()


def by_incident(runs: Iterable[Run]) -> pd.DataFrame:
    """The share of right causes (top 1), by incident and volume.

    Args:
        runs: What was run.
    """
    told = [(run.incident, run.volume, _is_first(run)) for run in runs if run.cause]
    frame = pd.DataFrame(told, columns=["incident", "volume", "right"])
    return frame.pivot_table("right", "incident", "volume", "mean")


def _by(runs: Iterable[Run], name: str) -> dict[Any, list[Run]]:
    groups: dict[Any, list[Run]] = {}
    for each in runs:
        groups.setdefault(getattr(each, name), []).append(each)
    return groups


def _is_first(run: Run) -> bool:
    return run.told[:1] == (run.cause,)


def _row(volume: int, runs: list[Run]) -> dict[str, float]:
    trouble, quiet = [r for r in runs if r.cause], [r for r in runs if not r.cause]
    found = [r for r in trouble if r.cause in r.told]
    return {
        "volume": volume,
        "incidents": len(trouble),
        "top-1": _mean(_is_first(r) for r in trouble),
        "top-3": _mean(r.cause in r.told[:3] for r in trouble),
        "cohort": _mean(r.cohort >= OVERLAP for r in found if not np.isnan(r.cohort)),
        f"onset within {HOURS:g} h": _mean(r.onset <= HOURS for r in found),
        "median delay, h": float(np.median([r.age for r in found])) if found else np.nan,
        "quiet days": len(quiet),
        "false alarms a day": _mean(len(r.told) for r in quiet),
        "wrong destructive": sum(r.wrong for r in runs),
        "seconds": _mean(r.seconds for r in runs),
    }


def _mean(values: Iterable[float]) -> float:
    listed = [float(value) for value in values]
    return sum(listed) / len(listed) if listed else np.nan


def _volume(text: str) -> int:
    return _whole(text, *VOLUMES)


def _jobs(text: str) -> int:
    return _whole(text, 1, MOST_JOBS)


def _whole(text: str, least: int, most: int) -> int:
    """A number that argparse refuses, with its bounds, if it is out of them."""
    if not text.isdecimal() or not least <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least} to {most:,}")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m smtp2go_kit.triage.evaluate",
        description="Triage simulated accounts with known troubles; print how right it is.",
    )
    kinds = [name for name in ACCOUNTS if name not in ASIDE]
    add = parser.add_argument
    add("--accounts", nargs="+", default=kinds, choices=kinds)
    add("--volumes", nargs="+", type=_volume, default=[200, 2_000], help="mean messages a day")
    add("--incidents", nargs="+", default=[*TROUBLES, QUIET, *BENIGN], choices=[*INCIDENTS, QUIET])
    add("--seeds", nargs="+", type=int, default=[1], help="accounts of each kind")
    add("--jobs", type=_jobs, default=1, help="processes side by side")
    add("--misses", action="store_true", help="list the runs that went wrong")
    add("--markdown", type=Path, metavar="FILE", help="also write the tables there")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the grid and print its tables.

    Args:
        arguments: Command-line arguments; the process's own if not given.
    """
    options = _parser().parse_args(arguments)
    grid = [
        (account, volume, incident, seed)
        for volume in options.volumes
        for seed in options.seeds
        for account in options.accounts
        for incident in options.incidents
    ]
    runs = list(_done(grid, options.jobs))
    sys.stdout.write(_told(runs, misses=options.misses))
    if options.markdown is not None:
        options.markdown.write_text(_markdown(runs), encoding="utf-8")
    return 0


def _done(grid: Sequence[tuple[str, int, str, int]], jobs: int) -> Iterator[Run]:
    if jobs == 1:
        yield from (run(*cell) for cell in grid)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(run, *zip(*grid, strict=True))


def _told(runs: Sequence[Run], *, misses: bool) -> str:
    lines = [table(runs).T.round(3).to_string(), by_incident(runs).round(2).to_string()]
    if misses:
        wrong = [r for r in runs if (r.told and not r.cause) or (r.cause and not _is_first(r))]
        lines += [
            f"{r.account} {r.volume} {r.incident} seed {r.seed} ({r.age:.1f} h): "
            f"{r.cause or 'nothing'} -> {', '.join(r.told) or 'nothing'}"
            for r in wrong
        ]
    return "\n\n".join(lines[:2]) + "\n" + "\n".join(["", *lines[2:], ""])


def _markdown(runs: Sequence[Run]) -> str:
    frames = (table(runs).T, by_incident(runs))
    return "\n\n".join(_as_markdown(frame.round(3)) for frame in frames) + "\n"


def _as_markdown(frame: pd.DataFrame) -> str:
    heads = ["", *(f"{column:,}" for column in frame.columns)]
    lines = [heads, ["---"] * len(heads)]
    lines += [[str(name), *map(_cell, values)] for name, *values in frame.itertuples()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: float) -> str:
    return "" if np.isnan(value) else f"{value:g}"


if __name__ == "__main__":
    raise SystemExit(main())
