"""Answers for suppressions."""

from __future__ import annotations

from typing import Any

from smtp2go_kit.operations import Suppression
from smtp2go_kit.sandbox import times
from smtp2go_kit.sandbox.account import Suppressed, Suppressions
from smtp2go_kit.sandbox.allowed_senders import subaccount_of
from smtp2go_kit.sandbox.requests import Arguments
from smtp2go_kit.sandbox.service import Request, answers

PAGE = 1000


@answers(Suppression.add)
def add(request: Request) -> dict[str, Any]:
    """Suppress an address or a domain."""
    address, kept = request.args["email_address"], _kept(request)
    name = _name(address)
    text = request.args.get("block_description") or ""
    known = (name, "manual") in kept
    now = request.account.now()
    kept[name, "manual"] = Suppressed(address.lower(), "manual", now, text)
    return {"added": not known, "block_description": text, "email_address": address}


@answers(Suppression.remove)
def remove(request: Request) -> dict[str, Any]:
    """Lift suppressions, with a result for each reason."""
    address, kept = request.args["email_address"], _kept(request)
    return {
        "suppressions": [
            {
                "email_address": address,
                "reason": reason,
                "removed": kept.pop((_name(address), reason), None) is not None,
            }
            for reason in dict.fromkeys(request.args["reasons"])
        ]
    }


@answers(Suppression.view)
def view(request: Request) -> dict[str, Any]:
    """List suppressions, newest first."""
    if request.is_served:
        page, total, token = request.page(PAGE, lambda: _found(request))
        results = [_row(s, "complaint", times.spaced(s.ts)) for s in page]
        return {"results": results, "continue_token": token, "total_results": total}
    return {"suppressions": [_row(s, "complain", times.plain(s.ts)) for s in _found(request)]}


def _kept(request: Request) -> Suppressions:
    subaccount = subaccount_of(request)
    return request.account.suppressions if subaccount is None else subaccount.suppressions


def _name(address: str) -> str:
    """What is kept of an address or a domain: ``@domain`` is the domain."""
    return address.lower().removeprefix("@")


def _found(request: Request) -> list[Suppressed]:
    args = request.args
    found = [s for s in _kept(request).values() if _is_wanted(s, args)]
    return sorted(found, key=lambda s: s.ts, reverse=args.get("sort") != "asc")


def _is_wanted(suppressed: Suppressed, args: Arguments) -> bool:
    address = suppressed.email_address
    exact = _name(args.get("email_address") or "")
    part = (args.get("wildcard") or "").lower().replace("*", "")
    reasons = _either(args, "reason", "suppression_type")
    start, end = args.get("start_date"), args.get("end_date")
    return (
        exact in ("", _name(address))
        and part in address
        and (not reasons or suppressed.reason in reasons)
        and _is_recipient(address, args)
        and (not start or suppressed.ts >= times.read(start))
        and (not end or suppressed.ts < times.read(end))
    )


def _is_recipient(address: str, args: Arguments) -> bool:
    wanted = {_name(recipient) for recipient in _either(args, "recipient")}
    if args.get("fuzzy"):
        return not wanted or any(recipient in address for recipient in wanted)
    return not wanted or _name(address) in wanted


def _either(args: Arguments, *names: str) -> set[str]:
    """The values of a filter, given as one or, with an s, as many."""
    one = {args[name] for name in names if args.get(name)}
    return one.union(*(args.get(f"{name}s") or () for name in names))


def _row(suppressed: Suppressed, complaint: str, timestamp: str) -> dict[str, Any]:
    return {
        "email_address": suppressed.email_address,
        complaint: suppressed.complain,
        "block_description": suppressed.block_description,
        "reason": suppressed.reason,
        "timestamp": timestamp,
    }
