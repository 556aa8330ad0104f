"""Answers for allowed senders."""

from __future__ import annotations

from typing import Any

from smtp2go_kit.operations import AllowedSenders
from smtp2go_kit.sandbox.account import Senders, Subaccount
from smtp2go_kit.sandbox.requests import CORRECT, invalid
from smtp2go_kit.sandbox.service import Request, answers


def subaccount_of(request: Request) -> Subaccount | None:
    """The subaccount that a request is about; None where it is the master account.

    Args:
        request: The request.
    """
    wanted = request.args.get("subaccount_id")
    if wanted is not None and wanted not in request.account.subaccounts:
        raise invalid(
            "subaccount_id",
            f"The field 'subaccount_id' was expecting the id of a subaccount but found "
            f"'{wanted}', {CORRECT}",
        )
    return None if wanted is None else request.account.subaccounts[wanted]


def senders_of(request: Request) -> Senders:
    """Who may send: of the subaccount that a request is about, or of the master account.

    Args:
        request: The request.
    """
    subaccount = subaccount_of(request)
    return request.account.senders if subaccount is None else subaccount.senders


def _list(request: Request, senders: Senders) -> dict[str, Any]:
    listed: dict[str, Any] = {"allowed_senders": list(senders.allowed)}
    return listed | ({"mode": senders.mode} if request.is_served else {})


@answers(AllowedSenders.add)
def add(request: Request) -> dict[str, Any]:
    """Add to the list."""
    senders = senders_of(request)
    senders.allowed = list(dict.fromkeys([*senders.allowed, *request.args["allowed_senders"]]))
    return _list(request, senders)


@answers(AllowedSenders.remove)
def remove(request: Request) -> dict[str, Any]:
    """Take off the list."""
    senders, gone = senders_of(request), request.args["allowed_senders"]
    senders.allowed = [sender for sender in senders.allowed if sender not in gone]
    return _list(request, senders)


@answers(AllowedSenders.update)
def update(request: Request) -> dict[str, Any]:
    """Replace the list."""
    senders = senders_of(request)
    senders.allowed = list(dict.fromkeys(request.args["allowed_senders"]))
    senders.mode = request.args.get("mode", senders.mode)
    return _list(request, senders)


@answers(AllowedSenders.view)
def view(request: Request) -> dict[str, Any]:
    """Show the list."""
    return _list(request, senders_of(request))
