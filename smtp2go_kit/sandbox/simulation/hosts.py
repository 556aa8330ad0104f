"""Everyone who hosts the mailboxes of a simulated account, and what their servers say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from smtp2go_kit.sandbox.seeding.provider_replies import Failure, Replies
from smtp2go_kit.sandbox.seeding.providers import PROVIDERS, Provider
from smtp2go_kit.sandbox.simulation import company_replies, mailbox_replies

_MORE: Mapping[str, Replies] = {
    "Gmail": mailbox_replies.GMAIL,
    "Outlook.com": mailbox_replies.OUTLOOK,
    "Yahoo": mailbox_replies.YAHOO,
    "iCloud": mailbox_replies.APPLE,
    "GMX/web.de": mailbox_replies.GMX,
    "Google Workspace": {**mailbox_replies.GMAIL, **company_replies.WORKSPACE},
    "Microsoft 365": company_replies.MICROSOFT_365,
    "Mimecast": company_replies.MIMECAST,
    "Proofpoint": company_replies.PROOFPOINT,
    "Postfix": company_replies.POSTFIX,
}
_POSTFIX_OK = "250 2.0.0 Ok: queued as {HEX:.11}"


def _both(some: Replies, more: Replies) -> Replies:
    kinds: dict[Failure, None] = dict.fromkeys((*some, *more))
    return {kind: (*_listed(some.get(kind, ())), *_listed(more.get(kind, ()))) for kind in kinds}


def _listed(replies: str | tuple[str, ...]) -> tuple[str, ...]:
    return (replies,) if isinstance(replies, str) else replies


HOSTS: tuple[Provider, ...] = (
    *(replace(each, failures=_both(each.failures, _MORE[each.name])) for each in PROVIDERS),
    Provider(
        "Comcast",
        ("comcast.net",),
        ("mx1.mxge.comcast.net [96.102.18.147]", "mx2.mxge.comcast.net [96.103.145.162]"),
        "250 2.0.0 {token:.20} mail accepted for delivery",
        mailbox_replies.COMCAST,
        delay=3.1,
        slow=0.01,
        feedback_loop=True,
    ),
    Provider(
        "T-Online",
        ("t-online.de",),
        ("mx00.t-online.de [194.25.134.8]", "mx03.t-online.de [194.25.134.73]"),
        "250 2.0.0 {HEX:.12} Message accepted.",
        mailbox_replies.T_ONLINE,
        delay=2.2,
        slow=0.01,
    ),
    Provider(
        "Orange",
        ("orange.fr", "wanadoo.fr"),
        ("smtp-in.orange.fr [80.12.26.32]",),
        "250 2.0.0 {token:.20} mail accepted for delivery",
        mailbox_replies.ORANGE,
        delay=6.0,
        slow=0.03,
        feedback_loop=True,
    ),
    Provider(
        "Proton",
        ("proton.me", "protonmail.com", "pm.me"),
        ("mail.protonmail.ch [185.70.42.128]", "mailsec.protonmail.ch [176.119.200.129]"),
        "250 2.0.0 Ok: 4XyZ{token:.9} queued as 4X{token:.9}",
        mailbox_replies.PROTON,
        delay=2.6,
    ),
    Provider(
        "Barracuda",
        (),
        ("d{dashed}.ess.barracudanetworks.com [209.222.82.255]",),
        "250 Ok: queued as {token:.12}",
        company_replies.BARRACUDA,
        delay=3.5,
        slow=0.02,
    ),
    Provider(
        "Cisco",
        (),
        ("mx1.{dashed}.iphmx.com [68.232.137.213]",),
        "250 ok:  Message {number} accepted",
        company_replies.CISCO,
        delay=2.9,
        slow=0.01,
    ),
    Provider(
        "GoDaddy",
        (),
        ("smtp.secureserver.net [92.204.80.0]", "mailstore1.secureserver.net [92.204.80.1]"),
        "250 2.0.0 {token:.12} mail accepted for delivery",
        company_replies.GODADDY,
        delay=2.0,
        slow=0.01,
    ),
    Provider(
        "IONOS",
        (),
        ("mx00.ionos.de [212.227.15.41]", "mx01.kundenserver.de [217.72.192.67]"),
        "250 Requested mail action okay, completed: id=1M{token:.5}-1v{HEX:.5}0-00{hex:.4}",
        company_replies.IONOS,
        delay=1.9,
        slow=0.02,
    ),
    Provider(
        "Rackspace",
        (),
        ("mx1.emailsrvr.com [184.106.54.1]", "mx2.emailsrvr.com [184.106.54.2]"),
        _POSTFIX_OK,
        company_replies.RACKSPACE,
        delay=1.6,
        slow=0.02,
    ),
)
"""Those of the seeded account with more wordings, then others."""

CALLED: Mapping[str, str] = {
    "Outlook.com": "Microsoft",
    "iCloud": "Apple",
    "GMX/web.de": "GMX / WEB.DE",
}
"""What ``smtp2go_kit.providers`` calls those it has another name for."""

GREYLISTING: tuple[str, ...] = (
    (
        "450 4.2.0 <{recipient}>: Recipient address rejected: Greylisted, see "
        "http://postgrey.schweikert.ch/help/{domain}.html"
    ),
    "451 4.7.1 Greylisting in action, please come back in 00:05:00",
    (
        "450 4.7.1 <{recipient}>: Recipient address rejected: Service temporarily unavailable, "
        "greylisted. Try again in 5 minutes"
    ),
    "451 Temporarily deferred: greylisted, please retry (code {HEX:.6})",
)


def place_of(name: str) -> int:
    """Where in ``HOSTS`` the provider of that name stands."""
    return next(i for i, host in enumerate(HOSTS) if host.name == name)


def called(name: str) -> str:
    """What ``smtp2go_kit.providers`` calls a host."""
    return CALLED.get(name, name)
