"""What is wrong with an account's mail, why, and what to do.

Names are imported when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smtp2go_kit.triage.action import Action as Action
    from smtp2go_kit.triage.classifier import Classification as Classification
    from smtp2go_kit.triage.classifier import Rules as Rules
    from smtp2go_kit.triage.classifier import classify as classify
    from smtp2go_kit.triage.classifier import classify_events as classify_events
    from smtp2go_kit.triage.complying.checking import Compliance as Compliance
    from smtp2go_kit.triage.complying.checking import compliance as compliance
    from smtp2go_kit.triage.domain import Diagnosis as Diagnosis
    from smtp2go_kit.triage.domain import diagnose_domain as diagnose_domain
    from smtp2go_kit.triage.finding import Finding as Finding
    from smtp2go_kit.triage.findings import Report as Report
    from smtp2go_kit.triage.health.looking import Health as Health
    from smtp2go_kit.triage.health.looking import look as look
    from smtp2go_kit.triage.hosting import provider as provider
    from smtp2go_kit.triage.suppressions.reviewing import SuppressionReview as SuppressionReview
    from smtp2go_kit.triage.suppressions.reviewing import suppression_review as suppression_review
    from smtp2go_kit.triage.tracing.timeline import Trace as Trace
    from smtp2go_kit.triage.tracing.timeline import trace as trace
    from smtp2go_kit.triage.triaging import triage as triage
    from smtp2go_kit.triage.verifying import Verification as Verification
    from smtp2go_kit.triage.verifying import verify_fix as verify_fix

# A module must not have the name of a function that is found here: importing it would hide that.
_HOMES = {
    "Action": "action",
    "Classification": "classifier",
    "Compliance": "complying.checking",
    "Diagnosis": "domain",
    "Finding": "finding",
    "Health": "health.looking",
    "Report": "findings",
    "Rules": "classifier",
    "SuppressionReview": "suppressions.reviewing",
    "Trace": "tracing.timeline",
    "Verification": "verifying",
    "classify": "classifier",
    "classify_events": "classifier",
    "compliance": "complying.checking",
    "diagnose_domain": "domain",
    "look": "health.looking",
    "provider": "hosting",
    "suppression_review": "suppressions.reviewing",
    "trace": "tracing.timeline",
    "triage": "triaging",
    "verify_fix": "verifying",
}

__all__ = [*_HOMES]  # noqa: PLE0604 # pyright: ignore[reportUnsupportedDunderAll] - one list for both, so that they cannot differ


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)
