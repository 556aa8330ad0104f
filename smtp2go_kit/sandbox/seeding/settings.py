"""What the seeded account has set up: users, sender domains, subaccounts and manual blocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from smtp2go_kit.sandbox.account import (
    DAY,
    Account,
    Domain,
    Senders,
    SmtpUser,
    Subaccount,
    Tracker,
)
from smtp2go_kit.sandbox.seeding.streams import POST, STATEMENTS, STORE, TRADE, WELCOME
from smtp2go_kit.sandbox.smtp_users import DEFAULTS

_USERS: dict[str, dict[str, object]] = {
    "shop-orders": {
        "comments": "Webshop",
        "description": "Order confirmations and shipping notices",
        "archive_enabled": True,
        "open_tracking_enabled": True,
    },
    "newsletter": {
        "comments": "Marketing",
        "description": "The Kestrel Letter",
        "custom_ratelimit": True,
        "custom_ratelimit_value": 1000,
        "custom_ratelimit_period": "3600",
        "feedback_enabled": True,
        "feedback_domain": POST,
        "feedback_html": '<p><a href="%%UNSUBSCRIBE%%">Unsubscribe</a> from the letter</p>',
        "feedback_text": "Unsubscribe from the letter: %%UNSUBSCRIBE%%",
        "open_tracking_enabled": True,
    },
    "account-mail": {
        "comments": "Sign-in service",
        "description": "Password resets and sign-in codes; no tracking",
    },
    "app-alerts": {
        "comments": "Operations",
        "description": "Monitoring",
        "custom_ratelimit": True,
        "custom_ratelimit_value": 200,
        "custom_ratelimit_period": "3600",
    },
    "trade-desk": {
        "comments": "Wholesale",
        "description": "Statements and purchase orders of trade customers",
        "archive_enabled": True,
        "open_tracking_enabled": True,
        "audit_email": f"audit@{STORE}",
    },
}
_SUBACCOUNTS: tuple[Subaccount, ...] = (
    Subaccount("", "Kestrel Garden", f"garden@{STORE}", 40_000, 17_342),
    Subaccount("", "Kestrel Kitchen School", f"school@{STORE}", 20_000, 4_118),
    Subaccount("", "Finch & Co Outlet", "mail@finchoutlet.example", 10_000, 0, "Closed"),
    Subaccount(
        "", "Saltmarsh Hampers", "ops@saltmarsh.example", 250_000, 61_970, "Suspended", True
    ),
)
_BLOCKED: tuple[tuple[str, float, str], ...] = (
    ("copperjug.example", 71.0, "Competitor; asked not to be written to"),
    ("press@thelarder.example", 40.2, "Wrote to support: remove me from everything"),
    ("office@castlegatelaw.example", 23.6, "Requested by their lawyers, ticket 4417"),
    ("test@kestrelsupply.example", 9.3, ""),
)


def settle(account: Account, now: float) -> None:
    """Give an account its users, senders, subaccounts, manual blocks and billing cycle."""
    _add_users(account)
    _add_senders(account, now)
    _add_subaccounts(account)
    for address, days_ago, text in _BLOCKED:
        account.suppress(address, "manual", now - days_ago * DAY, text=text)
    month = datetime.fromtimestamp(now, UTC).replace(day=1, hour=0, minute=0, second=0)
    account.cycle_start = month.replace(microsecond=0).timestamp()


def _add_users(account: Account) -> None:
    for username, settings in _USERS.items():
        password = account.letters(16)
        account.users[username] = SmtpUser(username, password, settings={**DEFAULTS, **settings})


def _add_senders(account: Account, now: float) -> None:
    senders = account.senders
    for name, verified in ((STORE, True), (POST, True), (TRADE, False)):
        issued = f"issued: {int(now - 75 * DAY)}" if verified else ""
        senders.domains[name] = Domain(
            name,
            f"s{account.member_id}",
            f"em{account.member_id}",
            [Tracker("link", verified, verified, issued)],
            dkim_verified=verified,
            rpath_verified=verified,
        )
    senders.single = {STATEMENTS.sender: True, WELCOME.sender: False}
    senders.allowed = [f"@{STORE}", f"@{POST}"]


def _add_subaccounts(account: Account) -> None:
    for sample in _SUBACCOUNTS:
        subaccount = replace(sample, id=account.letters(6), senders=Senders())
        account.subaccounts[subaccount.id] = subaccount
