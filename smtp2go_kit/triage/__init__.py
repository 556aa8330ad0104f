"""The health of an account: what its mail did, what of it is wrong, why, and what to do.

Names are imported when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smtp2go_kit.triage.health import Health as Health
    from smtp2go_kit.triage.health import look as look
    from smtp2go_kit.triage.triaging import triage as triage

_HOMES = {
    "Action": "action",
    "Classification": "classifier",
    "Finding": "finding",
    "Health": "health",
    "Report": "findings",
    "classify": "classifier",
    "classify_events": "classifier",
    "compliance": "compliance",
    "diagnose_domain": "domain",
    "look": "health",
    "provider": "provider",
    "suppression_review": "suppressions",
    "trace": "tracing",
    "triage": "triaging",
    "verify_fix": "verifying",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
