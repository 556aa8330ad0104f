"""The message streams of the seeded account: who sends what, when and how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Audience = Literal["shoppers", "subscribers", "businesses", "staff", "trade"]
Header = tuple[str, str]

STORE = "kestrelsupply.example"
POST = "kestrelpost.example"
# Sends without DKIM and return path records: the cause of one of the troubles.
TRADE = "kestreltrade.example"
API_KEY = "an API key instead of an SMTP user"

_SHOPPING = (2, 1, 1, 1, 1, 2, 3, 5, 7, 9, 10, 10, 11, 11, 10, 10, 11, 12, 14, 16, 16, 13, 8, 4)
_OFFICE = (0, 0, 0, 0, 0, 0, 1, 4, 10, 14, 14, 12, 8, 11, 13, 12, 9, 5, 2, 1, 0, 0, 0, 0)
_ROUND_THE_CLOCK = (9, 12, 14, 7, 5, 5, 5, 6, 7, 8, 8, 8, 7, 7, 8, 8, 7, 7, 6, 6, 6, 6, 7, 8)
_EVERY_DAY = (1.0, 0.95, 0.95, 1.0, 1.05, 1.15, 1.2)
_WEEKDAYS = (1.15, 1.1, 1.0, 1.0, 0.9, 0.05, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """One kind of mail, sent by one user from one address.

    Args:
        username: The SMTP user, or ``API_KEY``.
        sender: Its address.
        name: The display name in the From header.
        audience: Who receives it.
        subjects: Templates with ``first``, ``order``, ``amount`` and ``day``.
        headers: Templates too, with ``token`` in addition.
        urls: Where its links lead, templates too.
        daily: Mean messages a day; 0 when it is sent as campaigns.
        weekdays: Factors from Monday on.
        hours: Weights of the hours in UTC.
        size: Median bytes.
        opens: Share of delivered mail that people open; 0 without open tracking.
        clicks: Share of openings that lead to a click.
        reply_to: Where answers go, if not to the sender.
        subaccount: The name of the subaccount it belongs to, if any.
        is_marketing: Whether people unsubscribe from it, and call it spam.
    """

    username: str
    sender: str
    name: str
    audience: Audience
    subjects: tuple[str, ...]
    headers: tuple[Header, ...] = ()
    urls: tuple[str, ...] = ()
    daily: float = 0.0
    weekdays: tuple[float, ...] = _EVERY_DAY
    hours: tuple[float, ...] = _SHOPPING
    size: int = 12_000
    opens: float = 0.0
    clicks: float = 0.0
    reply_to: str = ""
    subaccount: str = ""
    is_marketing: bool = False

    @property
    def header_from(self) -> str:
        """The value of the From header."""
        return f"{self.name} <{self.sender}>"

    @property
    def domain(self) -> str:
        """The domain of its sender address."""
        return self.sender.rpartition("@")[2]


ORDERS = Stream(
    username="shop-orders",
    sender=f"orders@{STORE}",
    name="Kestrel Supply",
    audience="shoppers",
    subjects=(
        "Your Kestrel Supply order #{order} is confirmed (${amount:,.2f})",
        "Thanks, {first}! We've received order #{order}",
        "Good news, {first}: order #{order} is on its way",
        "Delivered: your order #{order}",
        "We've refunded ${amount:,.2f} for order #{order}",
        "How did we do, {first}? Rate your crème brûlée set",
    ),
    headers=(("X-Order-Id", "KS-{order}"),),
    urls=(
        f"https://shop.{STORE}/orders/{{order}}",
        f"https://shop.{STORE}/orders/{{order}}/track",
        f"https://shop.{STORE}/help/returns",
    ),
    daily=74.0,
    size=28_000,
    opens=0.42,
    clicks=0.22,
    reply_to=f"help@{STORE}",
)
NEWSLETTER = Stream(
    username="newsletter",
    sender=f"letter@{POST}",
    name="The Kestrel Letter",
    audience="subscribers",
    subjects=(
        "This week's best buys: cast iron from $24",
        "Crème brûlée without the fuss: the Kestrel Letter",
        "$15 off orders over $75, this weekend only",
        "What we're cooking: jalapeño cornbread",
        "Knives that last, and how to keep them sharp",
        "Don't miss it: free shipping ends Sunday",
        "New in: café sets, linen and a very good kettle",
        "Our readers' favourite one-pan suppers",
    ),
    headers=(
        ("X-Campaign", "kestrel-letter-{day}"),
        ("List-Unsubscribe", f"<https://link.{POST}/unsub/{{token}}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ),
    urls=(
        f"https://shop.{STORE}/offers?utm_campaign={{day}}",
        f"https://shop.{STORE}/c/cast-iron?utm_campaign={{day}}",
        f"https://{POST}/letters/{{day}}",
    ),
    size=64_000,
    opens=0.3,
    clicks=0.12,
    reply_to=f"hello@{STORE}",
    is_marketing=True,
)
INVOICES = Stream(
    username=API_KEY,
    sender=f"billing@{STORE}",
    name="Kestrel Supply Billing",
    audience="businesses",
    subjects=(
        "Invoice INV-{order} from Kestrel Supply for ${amount:,.2f}",
        "Receipt for your payment of ${amount:,.2f}",
        "Reminder: invoice INV-{order} is due in 5 days",
        "Overdue: invoice INV-{order} (${amount:,.2f})",
    ),
    headers=(("X-Invoice-Id", "INV-{order}"),),
    urls=(f"https://shop.{STORE}/invoices/{{order}}.pdf",),
    daily=17.0,
    weekdays=_WEEKDAYS,
    hours=_OFFICE,
    size=145_000,
    opens=0.38,
    clicks=0.3,
    reply_to=f"accounts@{STORE}",
)
ACCOUNT_MAIL = Stream(
    username="account-mail",
    sender=f"no-reply@{STORE}",
    name="Kestrel Supply",
    audience="shoppers",
    subjects=(
        "Reset your Kestrel Supply password",
        "{first}, here's your sign-in code",
        "New sign-in to your account",
        "Confirm your email address",
    ),
    headers=(("X-Mail-Class", "account"), ("Auto-Submitted", "auto-generated")),
    daily=26.0,
    size=9_000,
)
ALERTS = Stream(
    username="app-alerts",
    sender=f"alerts@{POST}",
    name="Kestrel Alerts",
    audience="staff",
    subjects=(
        "[WARN] Checkout latency p95 above 2 s (eu-west)",
        "[RESOLVED] Checkout latency p95 above 2 s (eu-west)",
        "[ALERT] Disk 86% full on db-02",
        "Nightly backup finished with 0 errors",
        "[ALERT] 'sync-stock' didn't finish in time",
        "Deploy #{order} to production succeeded",
    ),
    headers=(("X-Alert-Source", "prometheus"), ("Precedence", "bulk")),
    daily=13.0,
    hours=_ROUND_THE_CLOCK,
    size=4_000,
)
STATEMENTS = Stream(
    username="trade-desk",
    sender=f"statements@{TRADE}",
    name="Kestrel Trade Desk",
    audience="trade",
    subjects=(
        "Your trade statement of {day}: ${amount:,.2f}",
        "Purchase order PO-{order} acknowledged",
        "Price list update, valid from {day}",
        "Delivery window for PO-{order}",
    ),
    headers=(("X-Customer-Group", "trade"),),
    urls=(f"https://portal.{TRADE}/po/{{order}}",),
    daily=12.0,
    weekdays=(1.2, 1.15, 1.15, 1.15, 1.1, 0.5, 0.0),
    hours=_OFFICE,
    size=38_000,
    opens=0.34,
    clicks=0.15,
)
WELCOME = Stream(
    username="trade-desk",
    sender=f"hello@{TRADE}",
    name="Kestrel Trade Desk",
    audience="trade",
    subjects=("Welcome to Kestrel Trade, {first}",),
    daily=0.5,
    weekdays=_WEEKDAYS,
    hours=_OFFICE,
    size=22_000,
)

STREAMS: tuple[Stream, ...] = (
    ORDERS,
    NEWSLETTER,
    INVOICES,
    ACCOUNT_MAIL,
    ALERTS,
    STATEMENTS,
    WELCOME,
)
