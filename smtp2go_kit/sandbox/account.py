"""What a sandbox account holds: mail, events, suppressions, domains, users, subaccounts."""

from __future__ import annotations

import random
import string
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from smtp2go_kit.sandbox.delivery import Message

Status = Literal[
    "failed",
    "deferred",
    "hardbounce",
    "softbounce",
    "delivered",
    "rejected",
    "unsubscribed",
    "complained",
    "unblocked",
]
Reason = Literal["manual", "spam", "bounce", "unsubscribe"]
DAY = 86_400.0


@dataclass(slots=True, eq=False)
class Opened:
    """One opening of an email; times are Unix seconds throughout this package."""

    ts: float
    ip_address: str
    user_agent: str
    read_secs: int


@dataclass(slots=True, eq=False)
class Clicked:
    """One click on a link of an email."""

    ts: float
    ip_address: str
    user_agent: str
    url: str


@dataclass(slots=True, eq=False)
class Email:
    """One recipient's copy of a message, with the one status it has now.

    Args:
        attempts: When a server was tried and what it said, where it took more than one try.
        subaccount: The name of the subaccount that sent it, if one did.
    """

    email_id: str
    ts: float
    sender: str
    header_from: str
    recipient: str
    subject: str
    username: str
    status: Status = "deferred"
    recipients: tuple[str, ...] = ()
    to: str = ""
    cc: str = ""
    bcc: str = ""
    reply_to: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    size: int = 0
    host: str = ""
    outbound_ip: str = ""
    smtpcode: int | None = None
    response: str = ""
    delivered_ts: float | None = None
    attempts: tuple[tuple[float, str], ...] = ()
    subaccount: str = ""
    opens: list[Opened] = field(default_factory=list[Opened])
    clicks: list[Clicked] = field(default_factory=list[Clicked])


@dataclass(slots=True, eq=False)
class Event:
    """One line of the activity stream."""

    ts: float
    event: str
    email: Email
    smtp_response: str = ""
    reason: str = ""
    error: str = ""
    client_name: str = ""
    client_fullname: str = ""
    url: str = ""
    read_secs: int | None = None
    user_agent: str = ""


@dataclass(slots=True, eq=False)
class Suppressed:
    """An address or domain that gets no mail, for one reason."""

    email_address: str
    reason: Reason
    ts: float
    block_description: str = ""
    complain: str = ""


Suppressions = dict[tuple[str, Reason], Suppressed]
"""Suppressions by what is suppressed and why."""


@dataclass(slots=True, eq=False)
class Tracker:
    """The subdomain of a sender domain that serves tracked links."""

    subdomain: str
    verified: bool = False
    enabled: bool = True
    ssl_status: str = ""


@dataclass(slots=True, eq=False)
class Domain:
    """A sender domain and which of its DNS records were found."""

    fulldomain: str
    dkim_selector: str
    rpath_selector: str
    trackers: list[Tracker]
    dkim_verified: bool = False
    rpath_verified: bool = False
    subaccount_access: dict[str, object] = field(
        default_factory=lambda: {"subaccounts": [], "future_subaccounts": False}
    )


@dataclass(slots=True, eq=False)
class Senders:
    """Who may send: kept once for the master account and once for each subaccount."""

    allowed: list[str] = field(default_factory=list[str])
    mode: str = "disabled"
    domains: dict[str, Domain] = field(default_factory=dict[str, Domain])
    single: dict[str, bool] = field(default_factory=dict[str, bool])

    def allows(self, sender: str) -> bool:
        """Whether the allowed senders let an address send; a disabled list lets all."""
        listed = any(name.lower() in _names_of(sender) for name in self.allowed)
        return self.mode == "disabled" or listed is (self.mode == "whitelist")


def _names_of(address: str) -> tuple[str, str, str]:
    """What a list may name to mean an address: itself, ``@domain`` or ``domain``."""
    domain = address.lower().rpartition("@")[2]
    return address.lower(), domain, f"@{domain}"


@dataclass(slots=True, eq=False)
class SmtpUser:
    """A user that may send through SMTP; settings hold what the API was given."""

    username: str
    email_password: str
    subaccount_id: str = ""
    settings: dict[str, object] = field(default_factory=dict[str, object])


@dataclass(slots=True, eq=False)
class Subaccount:
    """An account below the master account."""

    id: str
    name: str
    email: str
    plan_size: int
    plan_used: int = 0
    state: Literal["Active", "Closed", "Suspended"] = "Active"
    dedicated_ip: bool = False
    options: dict[str, object] = field(default_factory=dict[str, object])
    senders: Senders = field(default_factory=Senders)
    suppressions: Suppressions = field(default_factory=dict[tuple[str, Reason], Suppressed])


class Account:
    """The state behind the sandbox; handlers read and change it under its lock."""

    def __init__(self, *, seed: int, now: Callable[[], float]) -> None:
        self.seed = seed
        self.now = now
        self.random = random.Random(seed)  # noqa: S311 - reproducible on purpose
        self.lock = threading.RLock()
        self.api_key = "api-" + self.letters(32)
        self.permissions: tuple[str, ...] = ("*",)
        self.member_id = 12345  # as in the document's examples, em12345 and s12345
        self.cycle_max = 50_000
        self.cycle_start = now() - 12 * DAY
        self.cycle_used = 0
        self.emails: list[Email] = []
        self.scheduled: list[tuple[float, Message]] = []
        self.events: list[Event] = []
        self.suppressions: Suppressions = {}
        self.users: dict[str, SmtpUser] = {}
        self.senders = Senders()
        self.subaccounts: dict[str, Subaccount] = {}

    def letters(self, count: int) -> str:
        """That many random letters and digits, reproducible for a seed."""
        return "".join(self.random.choices(string.ascii_letters + string.digits, k=count))

    def new_email_id(self) -> str:
        """An id in the form of Exim 4.97 and later, as the service gives."""
        return f"1{self.letters(5)}-{self.letters(11)}-{self.letters(4)}"

    def suppress(
        self, email_address: str, reason: Reason, ts: float, *, text: str = "", complain: str = ""
    ) -> None:
        """Stop mail to an address or domain."""
        name = email_address.lower()
        self.suppressions[name, reason] = Suppressed(name, reason, ts, text, complain)

    def suppression_of(self, recipient: str) -> Suppressed | None:
        """What stops mail to a recipient: its address, ``@domain`` or ``domain``."""
        names = _names_of(recipient)
        return next((s for s in self.suppressions.values() if s.email_address in names), None)
