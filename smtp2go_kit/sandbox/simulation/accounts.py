"""The accounts there are to simulate, beside the seeded one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from smtp2go_kit.sandbox.seeding import streams
from smtp2go_kit.sandbox.seeding.streams import Stream
from smtp2go_kit.sandbox.simulation.profile import Flow, Profile

_ANYONE: Mapping[str, float] = {
    "Gmail": 0.43, "Outlook.com": 0.19, "Yahoo": 0.15, "iCloud": 0.1, "GMX/web.de": 0.04,
    "Comcast": 0.03, "T-Online": 0.02, "Orange": 0.02, "Proton": 0.02,
}  # fmt: skip
_EUROPEANS: Mapping[str, float] = {
    "Gmail": 0.36, "Outlook.com": 0.19, "Yahoo": 0.13, "iCloud": 0.09, "GMX/web.de": 0.11,
    "T-Online": 0.05, "Orange": 0.05, "Proton": 0.02,
}  # fmt: skip
_OFFICES: Mapping[str, float] = {
    "Microsoft 365": 0.43, "Google Workspace": 0.24, "Mimecast": 0.07, "Proofpoint": 0.06,
    "Postfix": 0.09, "Barracuda": 0.03, "Cisco": 0.02, "GoDaddy": 0.03, "IONOS": 0.02,
    "Rackspace": 0.01,
}  # fmt: skip
_ALL_DAY = (1.0, 1.05, 1.05, 1.0, 0.95, 0.6, 0.55)
_OFFICE_DAYS = (1.1, 1.15, 1.1, 1.05, 0.95, 0.2, 0.12)
_OFFICE = (1, 1, 1, 1, 1, 2, 4, 8, 12, 14, 13, 12, 9, 11, 12, 11, 9, 7, 4, 3, 2, 2, 1, 1)
_EVENING = (3, 2, 1, 1, 1, 2, 3, 5, 7, 8, 8, 8, 8, 9, 9, 9, 10, 11, 13, 14, 14, 12, 9, 5)

SHOP = Profile(
    name="shop",
    flows=(
        Flow(streams.ORDERS, 0.4),
        Flow(streams.NEWSLETTER, 0.27, campaigns=(1, 4), hour=10),
        Flow(streams.ACCOUNT_MAIL, 0.14),
        Flow(streams.INVOICES, 0.09),
        Flow(streams.STATEMENTS, 0.06),
        Flow(streams.ALERTS, 0.04),
    ),
    consumers=_ANYONE,
    companies=_OFFICES,
    business=0.15,
    reach=9.0,
    ips=("203.0.113.17", "203.0.113.84", "203.0.113.121", "203.0.113.190"),
)

_SAAS = "ledgerleaf.example"
SAAS = Profile(
    name="saas",
    flows=(
        Flow(
            Stream(
                "app-production",
                f"no-reply@{_SAAS}",
                "Ledgerleaf",
                "subscribers",
                (
                    "{first}, confirm your email address",
                    "Your Ledgerleaf sign-in code",
                    "Reset your password",
                    "You've been invited to a workspace",
                ),
                weekdays=_OFFICE_DAYS,
                hours=_OFFICE,
                size=11_000,
            ),
            0.46,
        ),
        Flow(
            Stream(
                "billing",
                f"billing@{_SAAS}",
                "Ledgerleaf Billing",
                "businesses",
                ("Your invoice LL-{order}", "Payment of ${amount:,.2f} received"),
                weekdays=_ALL_DAY,
                hours=_OFFICE,
                size=88_000,
            ),
            0.1,
        ),
        Flow(
            Stream(
                "notifications",
                f"notify@{_SAAS}",
                "Ledgerleaf",
                "subscribers",
                (
                    "{first}, 3 receipts need your review",
                    "New comment on report {order}",
                    "Report {order} was approved",
                    "Your weekly summary",
                ),
                urls=(f"https://app.{_SAAS}/reports/{{order}}", f"https://app.{_SAAS}/inbox"),
                weekdays=_OFFICE_DAYS,
                hours=_OFFICE,
                size=19_000,
                opens=0.33,
                clicks=0.2,
            ),
            0.34,
        ),
        Flow(
            Stream(
                "lifecycle",
                f"hello@{_SAAS}",
                "Mara from Ledgerleaf",
                "subscribers",
                ("Getting started with Ledgerleaf", "Three tips for faster expense reports"),
                urls=(f"https://{_SAAS}/guides?week={{day}}",),
                weekdays=_ALL_DAY,
                hours=_OFFICE,
                size=34_000,
                opens=0.28,
                clicks=0.09,
                is_marketing=True,
            ),
            0.1,
        ),
    ),
    consumers=_ANYONE,
    companies=_OFFICES,
    business=0.68,
    reach=7.0,
    ips=("203.0.113.201", "203.0.113.202", "203.0.113.203"),
)

_MAGAZINE = "slowtravelletter.example"
NEWSLETTER = Profile(
    name="newsletter",
    flows=(
        Flow(
            Stream(
                "weekly-letter",
                f"editor@{_MAGAZINE}",
                "The Slow Travel Letter",
                "subscribers",
                (
                    "Night trains are back: eleven routes worth the berth",
                    "A week on foot between two monasteries",
                    "What to pack when you carry it yourself",
                    "The ferry that still takes bicycles for free",
                    "Readers' huts: where you slept this summer",
                ),
                urls=(f"https://{_MAGAZINE}/letters/{{day}}",),
                size=71_000,
                opens=0.34,
                clicks=0.07,
                is_marketing=True,
            ),
            0.62,
            campaigns=(3,),
            hour=6,
        ),
        Flow(
            Stream(
                "partner-offers",
                f"offers@deals.{_MAGAZINE}",
                "Slow Travel Offers",
                "subscribers",
                (
                    "Our partners' cabins, 15% off until Sunday",
                    "Two for one on the coastal pass",
                    "Last berths: sleeper tickets from $49",
                ),
                urls=(f"https://deals.{_MAGAZINE}/offers?day={{day}}",),
                size=58_000,
                opens=0.21,
                clicks=0.05,
                is_marketing=True,
            ),
            0.3,
            campaigns=(1, 5),
            hour=15,
        ),
        Flow(
            Stream(
                "sign-ups",
                f"welcome@{_MAGAZINE}",
                "The Slow Travel Letter",
                "shoppers",
                ("Please confirm your subscription", "Welcome aboard, {first}"),
                urls=(f"https://{_MAGAZINE}/welcome/{{order}}",),
                hours=_EVENING,
                size=14_000,
                opens=0.5,
                clicks=0.4,
            ),
            0.08,
        ),
    ),
    consumers=_EUROPEANS,
    companies=_OFFICES,
    business=0.07,
    reach=6.5,
    ips=("203.0.113.140", "203.0.113.141"),
    risk=1.15,
)

_CLIENTS = (
    ("Alder & Pike Legal", "alderpike.example", "appointments"),
    ("Brindle Dental", "brindledental.example", "reminders"),
    ("Cobalt Freight", "cobaltfreight.example", "tracking"),
    ("Dovetail Joinery", "dovetailjoinery.example", "quotes"),
    ("Emberline Energy", "emberline.example", "billing"),
    ("Foxhollow School", "foxhollowschool.example", "office"),
    ("Gannet Marine", "gannetmarine.example", "service"),
    ("Heron Accountancy", "heronaccounts.example", "documents"),
)
_CLIENT_SHARES = (0.12, 0.18, 0.21, 0.05, 0.19, 0.08, 0.06, 0.11)
_CLIENT_SUBJECTS = (
    ("Your appointment on {day}", "Documents to sign: matter {order}"),
    ("{first}, time for your check-up", "Your visit on {day} is confirmed"),
    ("Shipment CF-{order} has left the depot", "Shipment CF-{order} was delivered"),
    ("Quote {order} for your kitchen", "Your order {order} is in the workshop"),
    ("Your bill of ${amount:,.2f} is ready", "We received your payment of ${amount:,.2f}"),
    ("Newsletter of {day}", "Trip on {day}: please return the form"),
    ("Service report {order}", "Your boat is due for its winter service"),
    ("Your documents for {day}", "Reminder: VAT return due"),
)


def _client_flows() -> Iterator[Flow]:
    rows = zip(_CLIENTS, _CLIENT_SHARES, _CLIENT_SUBJECTS, strict=True)
    for place, ((name, domain, local), share, subjects) in enumerate(rows):
        stream = Stream(
            domain.partition(".")[0],
            f"{local}@{domain}",
            name,
            "businesses" if place % 4 else "subscribers",
            subjects,
            urls=(f"https://my.{domain}/{{order}}",),
            weekdays=_OFFICE_DAYS,
            hours=_OFFICE,
            size=20_000 + 9_000 * place,
            opens=0.3 if place % 2 else 0.0,
            clicks=0.1 if place % 2 else 0.0,
            is_marketing=place == 5,
            subaccount=name,
        )
        yield Flow(stream, share)


AGENCY = Profile(
    name="agency",
    flows=tuple(_client_flows()),
    consumers=_EUROPEANS,
    companies=_OFFICES,
    business=0.55,
    reach=6.0,
    ips=("203.0.113.60", "203.0.113.61", "203.0.113.62", "203.0.113.63", "203.0.113.64"),
    subaccounts=tuple(name for name, _, _ in _CLIENTS),
    risk=1.1,
)
PROFILES: Mapping[str, Profile] = {
    profile.name: profile for profile in (SHOP, SAAS, NEWSLETTER, AGENCY)
}
