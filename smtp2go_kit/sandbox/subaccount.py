"""Answers for subaccounts: by address as documented, by id as served."""

from __future__ import annotations

from typing import Any

from smtp2go_kit import operations
from smtp2go_kit.sandbox.account import Subaccount
from smtp2go_kit.sandbox.requests import CORRECT, Refused, invalid
from smtp2go_kit.sandbox.service import Request, answers
from smtp2go_kit.shapes import is_list

DEFAULT_PLAN = 10_000
OPTIONS = {"archiving": False, "enforce_2fa": False, "sms_enabled": False, "sms_limit": 1000}
PAGE = 100
MOST = 500


@answers(operations.Subaccount.add)
def add(request: Request) -> dict[str, Any]:
    """Add a subaccount."""
    args, account = request.args, request.account
    email = (args.get("email") or args.get("subaccount_email") or "").lower()
    if email and _by_email(request, email):
        raise Refused(f"A subaccount with the email address {email} already exists")
    made = Subaccount(
        id=account.letters(6),
        name=args["fullname"],
        email=email,
        plan_size=args.get("limit", DEFAULT_PLAN),
        dedicated_ip=bool(args.get("dedicated_ip")),
        options=_options(request),
    )
    account.subaccounts[made.id] = made
    return _changed(made) if request.is_served else _without(_subaccount(made), "id")


@answers(operations.Subaccount.edit)
def edit(request: Request) -> dict[str, Any]:
    """Change a subaccount."""
    known, args = _known(request), request.args
    new_email = args.get("new_email", "").lower()
    if new_email and _by_email(request, new_email) not in (None, known):
        raise Refused(f"A subaccount with the email address {new_email} already exists")
    known.name = args.get("fullname", known.name)
    known.email = new_email or known.email
    known.plan_size = args.get("limit", known.plan_size)
    known.dedicated_ip = args.get("dedicated_ip", known.dedicated_ip)
    known.options |= _options(request)
    return _changed(known) if request.is_served else _subaccount(known)


@answers(operations.Subaccount.close, top_level=True)
def close(request: Request) -> str | None:
    """Close an active subaccount."""
    known = _known(request)
    if known.state != "Active":
        raise Refused(f"The subaccount {known.name} is {known.state}, not Active")
    known.state = "Closed"
    return f"Successfully closed subaccount {known.id}" if request.is_served else None


@answers(operations.Subaccount.reinvite, top_level=True)
def reinvite(request: Request) -> None:
    """Send the invitation again."""
    _known(request)


@answers(operations.Subaccount.reopen, top_level=True)
def reopen(request: Request) -> str | None:
    """Open a closed subaccount."""
    known = _known(request)
    if known.state != "Closed":
        raise Refused(f"The subaccount {known.name} is {known.state}, not Closed")
    known.state = "Active"
    return f"Successfully reopened subaccount {known.id}" if request.is_served else None


@answers(operations.Subaccount.search)
def search(request: Request) -> dict[str, Any]:
    """Find subaccounts."""
    size = request.args.get("page_size", PAGE)
    if size > MOST:
        raise invalid(
            "page_size",
            f"The field 'page_size' was expecting a value of at most {MOST} "
            f"but found '{size}', {CORRECT}",
        )
    page, total, token = request.page(size, lambda: _found(request))
    return {
        "continue_token": token or ("" if request.is_served else None),
        "total_count": total,
        "subaccounts": [
            _subaccount(found) | ({"dedicated_ip": found.dedicated_ip} if request.is_served else {})
            for found in page
        ],
    }


def _found(request: Request) -> list[Subaccount]:
    args = request.args
    state = args.get("states", "all")
    # The document's own sample nests the terms in a second list.
    terms = [
        str(t).lower()
        for entry in args.get("search_terms") or ()
        for t in (entry if is_list(entry) else [entry])
    ]
    fuzzy = args.get("fuzzy_search", True)
    found = [
        s
        for s in request.account.subaccounts.values()
        if state in ("all", s.state.lower()) and _matches(s, terms, fuzzy)
    ]
    return sorted(found, key=lambda s: s.name.lower(), reverse=args.get("sort_direction") == "desc")


def _matches(subaccount: Subaccount, terms: list[str], fuzzy: bool) -> bool:
    texts = subaccount.name.lower(), subaccount.email.lower()
    if fuzzy:
        return not terms or any(term in text for term in terms for text in texts)
    return not terms or any(term in texts for term in terms)


def _known(request: Request) -> Subaccount:
    wanted, email = request.args.get("id"), request.args.get("email", "")
    found = request.account.subaccounts.get(wanted) if wanted else _by_email(request, email)
    if found is None:
        raise Refused(f"The subaccount {wanted or email} was not found")
    return found


def _by_email(request: Request, email: str) -> Subaccount | None:
    return next(
        (s for s in request.account.subaccounts.values() if s.email.lower() == email.lower()), None
    )


def _subaccount(subaccount: Subaccount) -> dict[str, Any]:
    return {
        "name": subaccount.name,
        "id": subaccount.id,
        "email": subaccount.email,
        "plan_size": subaccount.plan_size,
        "plan_used": subaccount.plan_used,
        "plan_remaining": subaccount.plan_size - subaccount.plan_used,
        "state": subaccount.state,
    }


def _options(request: Request) -> dict[str, object]:
    """The settings that only today's service knows, of which it calls one by another name."""
    args = request.args
    given = {name: args[name] for name in ("archiving", "enforce_2fa", "sms_limit") if name in args}
    return given | ({"sms_enabled": args["enable_sms"]} if "enable_sms" in args else {})


def _changed(subaccount: Subaccount) -> dict[str, Any]:
    shown = _without(_subaccount(subaccount), "email")
    return shown | {"dedicated_ip": subaccount.dedicated_ip} | OPTIONS | subaccount.options


def _without(shown: dict[str, Any], name: str) -> dict[str, Any]:
    return {k: v for k, v in shown.items() if k != name}
