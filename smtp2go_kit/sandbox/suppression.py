"""Answers for suppressions."""

from __future__ import annotations

from typing import Any

from smtp2go_kit.operations import Suppression
from smtp2go_kit.sandbox import times
from smtp2go_kit.sandbox.account import Suppressed
from smtp2go_kit.sandbox.service import Request, answers


@answers(Suppression.add)
def add(request: Request) -> dict[str, Any]:
    """Suppress an address or a domain."""
    address = request.args["email_address"]
    text = request.args.get("block_description") or ""
    known = (address.lower(), "manual") in request.account.suppressions
    request.account.suppress(address, "manual", request.account.now(), text=text)
    return {"added": not known, "block_description": text, "email_address": address}


@answers(Suppression.remove)
def remove(request: Request) -> dict[str, Any]:
    """Lift suppressions, with a result for each reason."""
    address = request.args["email_address"]
    kept = request.account.suppressions
    return {
        "suppressions": [
            {
                "email_address": address,
                "reason": reason,
                "removed": kept.pop((address.lower(), reason), None) is not None,
            }
            for reason in dict.fromkeys(request.args["reasons"])
        ]
    }


@answers(Suppression.view)
def view(request: Request) -> dict[str, Any]:
    """List suppressions, newest first."""
    exact = (request.args.get("email_address") or "").lower()
    part = (request.args.get("wildcard") or "").lower().replace("*", "")
    found = [
        s
        for s in request.account.suppressions.values()
        if (not exact or s.email_address == exact) and part in s.email_address
    ]
    found.sort(key=lambda s: -s.ts)
    if request.is_served:
        results = [_row(s, "complaint", times.spaced(s.ts)) for s in found]
        return {"results": results, "continue_token": None, "total_results": len(found)}
    return {"suppressions": [_row(s, "complain", times.plain(s.ts)) for s in found]}


def _row(suppressed: Suppressed, complaint: str, timestamp: str) -> dict[str, Any]:
    return {
        "email_address": suppressed.email_address,
        complaint: suppressed.complain,
        "block_description": suppressed.block_description,
        "reason": suppressed.reason,
        "timestamp": timestamp,
    }
