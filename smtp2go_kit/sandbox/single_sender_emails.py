"""Answers for single senders."""

from __future__ import annotations

from typing import Any

from smtp2go_kit.operations import SingleSenderEmails
from smtp2go_kit.sandbox.allowed_senders import senders_of
from smtp2go_kit.sandbox.requests import Refused
from smtp2go_kit.sandbox.service import Request, answers


@answers(SingleSenderEmails.add, top_level=True)
def add(request: Request) -> dict[str, Any] | None:
    """Add a sender, unverified until its owner follows the link in the email."""
    senders_of(request).single.setdefault(request.args["email_address"].lower(), False)
    return None


@answers(SingleSenderEmails.remove, top_level=True)
def remove(request: Request) -> str | None:
    """Remove a sender."""
    address = request.args["email_address"]
    if senders_of(request).single.pop(address.lower(), None) is None:
        raise Refused(f"The single sender email {address} was not found")
    return "ok" if request.is_served else None


@answers(SingleSenderEmails.view, top_level=True)
def view(request: Request) -> dict[str, Any]:
    """List the senders."""
    wanted = (request.args.get("email_address") or "").lower()
    return {
        "senders": [
            {"email_address": address, "verified": verified}
            for address, verified in senders_of(request).single.items()
            if wanted in ("", address)
        ]
    }
