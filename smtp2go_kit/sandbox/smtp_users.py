"""Answers for SMTP users."""

from __future__ import annotations

from typing import Any

from smtp2go_kit.operations import SmtpUsers
from smtp2go_kit.sandbox.account import SmtpUser
from smtp2go_kit.sandbox.requests import Refused
from smtp2go_kit.sandbox.service import Request, answers

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
    "sending_allowed": True,
    "status": "allowed",
    "ippool": None,
    "bounce_notifications": "from",
    "default_ratelimit_value": "0",
    "default_ratelimit_period": "0:00:00",
}


@answers(SmtpUsers.view)
def view(request: Request) -> dict[str, Any]:
    """List users."""
    wanted = request.args.get("username")
    return _results(
        request, [u for u in request.account.users.values() if wanted in (None, u.username)]
    )


@answers(SmtpUsers.add)
def add(request: Request) -> dict[str, Any]:
    """Add a user."""
    settings = dict(request.args)
    name = settings.pop("username")
    if name in request.account.users:
        raise Refused(f"The username {name} is already in use")
    password = settings.pop("email_password", None) or request.account.letters(16)
    user = SmtpUser(name, password, {**DEFAULTS, **settings})
    request.account.users[name] = user
    return _results(request, [user])


@answers(SmtpUsers.edit)
def edit(request: Request) -> dict[str, Any]:
    """Edit a user; what is not given becomes its default."""
    settings = dict(request.args)
    user = _known(request, settings.pop("username"))
    user.email_password = settings.pop("email_password", user.email_password)
    user.settings = {**DEFAULTS, **settings}
    return _results(request, [user])


@answers(SmtpUsers.remove)
def remove(request: Request) -> dict[str, Any]:
    """Remove a user."""
    user = _known(request, request.args["username"])
    del request.account.users[user.username]
    return _results(request, [user])


def _known(request: Request, name: str) -> SmtpUser:
    if name not in request.account.users:
        raise Refused(f"The username {name} was not found on your account")
    return request.account.users[name]


def _results(request: Request, users: list[SmtpUser]) -> dict[str, Any]:
    newer = SERVED if request.is_served else {}
    return {
        "results": [
            {"username": u.username, "email_password": u.email_password, **u.settings, **newer}
            for u in users
        ]
    }
