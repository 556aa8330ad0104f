"""A triage's findings as a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from smtp2go_kit.triage.rendering import words

if TYPE_CHECKING:
    from smtp2go_kit.triage.finding import Finding
    from smtp2go_kit.triage.findings import Report

TIME = "datetime64[us, UTC]"
TYPES = {
    "cause": "str",
    "problem": "str",
    "why": "str",
    "confidence": "float64",
    "since": TIME,
    "until": TIME,
    "cohort": "str",
    "what": "str",
    "x": "Int64",
    "n": "Int64",
    "low": "float64",
    "high": "float64",
    "expected": "float64",
    "excess": "float64",
    "actions": "str",
    "verify": "str",
}
"""The columns, and what each holds, also without any row."""


def frame_of(report: Report) -> pd.DataFrame:
    """The findings, one a row, the most harmful first.

    Args:
        report: What was found.
    """
    rows = [_row(finding) for finding in report.findings]
    return pd.DataFrame(rows, columns=list(TYPES)).astype(TYPES)


def _row(finding: Finding) -> dict[str, Any]:
    told = {name: getattr(finding, name) for name in TYPES if hasattr(finding, name)}
    return told | {
        "cohort": words.cohort(finding),
        "low": finding.interval[0],
        "high": finding.interval[1],
        "actions": "\n".join(words.step(action) for action in finding.actions),
    }
