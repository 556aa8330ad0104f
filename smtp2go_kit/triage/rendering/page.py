"""A triage's report as one HTML page with charts, which needs nothing else and runs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtp2go_kit.triage.health.page import document
from smtp2go_kit.triage.rendering import words
from smtp2go_kit.triage.rendering.charts import charts_of_findings, charts_of_mail
from smtp2go_kit.triage.rendering.fragment import fragment

if TYPE_CHECKING:
    from smtp2go_kit.triage.findings import Report


def page(report: Report) -> str:
    """The report as a page of its own.

    Args:
        report: What was found.
    """
    body = fragment(
        report,
        level=1,
        pictures=charts_of_findings(report),
        charts=charts_of_mail(report),
    )
    return document(f"{words.title(report)}, {report.end:%Y-%m-%d %H:%M} UTC", body)
