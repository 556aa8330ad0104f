"""Answers for single senders; the owner of an address ``unverified@`` never follows the link."""

from __future__ import annotations

from typing import Any

from smtp2go_kit.operations import SingleSenderEmails
from smtp2go_kit.sandbox.allowed_senders import senders_of
from smtp2go_kit.sandbox.requests import Refused
from smtp2go_kit.sandbox.service import Request, answers

UNVERIFIED = "unverified"


@answers(SingleSenderEmails.add, top_level=True)
def add(request: Request) -> dict[str, Any] | None:
    """Add a sender, unverified; when added again, its owner follows the link in the email."""
    address, known = request.args["email_address"].lower(), senders_of(request).single
    word = address.partition("@")[0].partition("+")[0]
    known[address] = address in known and word != UNVERIFIED
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
