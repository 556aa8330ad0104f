"""Answers for SMTP users."""

from __future__ import annotations

from typing import Any

from smtp2go_kit.operations import SmtpUsers
from smtp2go_kit.sandbox.account import SmtpUser
from smtp2go_kit.sandbox.allowed_senders import subaccount_of
from smtp2go_kit.sandbox.requests import Refused
from smtp2go_kit.sandbox.service import Request, answers

IDENTITY = frozenset({"username", "email_password", "subaccount_id"})
DEFAULTS: dict[str, Any] = {
    "comments": "",
    "custom_ratelimit": False,
    "custom_ratelimit_value": None,
    "custom_ratelimit_period": "0:00:00",
    "description": "",
    "feedback_enabled": False,
    "feedback_domain": "default",
    "feedback_html": "",
    "feedback_text": "",
    "archive_enabled": False,
    "open_tracking_enabled": False,
    "audit_email": "",
}


SERVED: dict[str, Any] = {
    "click_tracking_enabled": False,
    "status": "allowed",
    "ip_pool": None,
    "bounce_notifications": "from",
}
RATE_LIMIT = {"default_ratelimit_value": "0", "default_ratelimit_period": "0:00:00"}


@answers(SmtpUsers.view)
def view(request: Request) -> dict[str, Any]:
    """List users."""
    wanted, below = request.args.get("username"), _below(request)
    users = request.account.users.values()
    found = [u for u in users if wanted in (None, u.username) and u.subaccount_id == below]
    return _results(request, found) | (RATE_LIMIT if request.is_served else {})


@answers(SmtpUsers.add)
def add(request: Request) -> dict[str, Any]:
    """Add a user."""
    settings, below = _settings(request), _below(request)
    name = request.args["username"]
    if name in request.account.users:
        raise Refused(f"The username {name} is already in use")
    password = request.args.get("email_password") or request.account.letters(16)
    user = SmtpUser(name, password, below, settings)
    request.account.users[name] = user
    return _results(request, [user])


@answers(SmtpUsers.edit)
def edit(request: Request) -> dict[str, Any]:
    """Edit a user; what is not given becomes its default."""
    user = _known(request)
    user.email_password = request.args.get("email_password") or user.email_password
    user.settings = _settings(request)
    return _results(request, [user])


@answers(SmtpUsers.remove)
def remove(request: Request) -> dict[str, Any]:
    """Remove a user."""
    user = _known(request)
    del request.account.users[user.username]
    return _results(request, [user])


def _settings(request: Request) -> dict[str, Any]:
    own = {name: value for name, value in request.args.items() if name not in IDENTITY}
    return DEFAULTS | (SERVED if request.is_served else {}) | own


def _below(request: Request) -> str:
    """The id of the subaccount that a request is about; empty for the master account."""
    subaccount = subaccount_of(request)
    return "" if subaccount is None else subaccount.id


def _known(request: Request) -> SmtpUser:
    name = request.args["username"]
    user = request.account.users.get(name)
    if user is None or user.subaccount_id != _below(request):
        raise Refused(f"The username {name} was not found on your account")
    return user


def _results(request: Request, users: list[SmtpUser]) -> dict[str, Any]:
    return {"results": [_user(user, request) for user in users]}


def _user(user: SmtpUser, request: Request) -> dict[str, Any]:
    shown = {"username": user.username, "email_password": user.email_password, **user.settings}
    if not request.is_served:
        return shown
    newer = SERVED | shown
    # Set under one name and shown under another, or not at all.
    pool, _ = newer.pop("ip_pool"), newer.pop("click_tracking_enabled")
    allowed = newer["status"] == "allowed"
    return newer | RATE_LIMIT | {"sending_allowed": allowed, "ippool": pool}
