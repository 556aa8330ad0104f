"""What Gmail, Yahoo, Microsoft and Apple ask of senders in 2026, each with its source.

The dates are those of the providers' pages as they were read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from smtp2go_kit.triage.action import Action

Kind = Literal[
    "bulk",
    "authentication",
    "alignment",
    "dmarc",
    "reverse-dns",
    "tls",
    "complaints",
    "one-click",
    "honoured",
    "own-from",
    "resolves",
]
GOOGLE = "support.google.com/a/answer/81126 (2026-03-21)"
YAHOO = "senders.yahooinc.com/best-practices (2025-04-10)"
MICROSOFT = "sendersupport.olc.protection.outlook.com/pm/policies (2026-06-15)"
APPLE = "support.apple.com/102322 (2025-02-26)"
VOLUME = {"Gmail": 5_000, "Microsoft": 5_000}
"""Emails in 24 hours to the provider's own mailboxes from which on a sender is a bulk sender; the
others name no number."""
FEEDBACK = frozenset({"Yahoo", "Microsoft"})
"""Providers that tell SMTP2GO who complained. Gmail and Apple tell nobody."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that a provider asks of senders.

    Args:
        provider: Who asks.
        kind: How it is judged.
        words: What is asked.
        source: The provider's own page.
        action: What to do where it is not so, or cannot be seen from here; None where the other
            rows tell it.
        is_bulk: Whether it is asked of bulk senders only.
        limit: The share that must not be exceeded, 0 to 1; 0 if there is none.
    """

    provider: str
    kind: Kind
    words: str
    source: str
    action: Action | None
    is_bulk: bool = False
    limit: float = 0.0


VERIFY = Action(
    "Publish the two CNAME records of the sender domain and let SMTP2GO look them up.",
    who="your DNS",
    call="client.domain.view",
)
LOOK_AGAIN = Action(
    "SMTP2GO finds the records now: look whether newer mail is still refused, and what DNS says.",
    call="diagnose_domain",
)
PUBLISH = Action(
    "Look the domain up with diagnose=diagnose_domain; publish a DMARC record if there is none.",
    who="your DNS",
    value='_dmarc.<your domain> TXT "v=DMARC1; p=none; rua=mailto:<an address of yours>"',
    risk="A policy above none refuses mail of yours that is not authenticated.",
)
ASK = Action(
    "Send SMTP2GO the answers: the sending servers and their names are theirs.",
    who="SMTP2GO support",
)
ONE_CLICK = Action(
    "Send newsletters with both headers; look at one in the mailbox (show original).",
    value="List-Unsubscribe: <https://...>; List-Unsubscribe-Post: List-Unsubscribe=One-Click",
)
LINK = Action("Look at a newsletter of yours: a working link to unsubscribe must be in it.")
STOP = Action("Find out which program still writes to people who unsubscribed, and stop it.")
OWN = Action(
    "Send from a domain of your own, and put the mailbox's address into Reply-To if you need it."
)
POSTMASTER = Action(
    "Look at the spam rate in Postmaster Tools, where Gmail alone shows it.",
    value="https://postmaster.google.com",
)
COMPLAINTS = Action(
    "Send only to people who asked for it, make unsubscribing easy, and stop what they complain "
    "about; people who complained are suppressed already.",
)
BLIND = Action(
    "Apple tells nobody who complains: keep to people who asked for mail, and look at opens."
)
RESOLVE = Action(
    "Give the From domain an MX or A record, or look it up with diagnose=diagnose_domain.",
    who="your DNS",
)

_BOTH = "SPF and DKIM pass"
_DMARC = "DMARC record of the From domain, p=none or stronger"
_ALIGNED = "From domain aligned with SPF or DKIM"
_PTR = "reverse DNS of the sending servers"
_OWN = "no From address at the provider itself"

REQUIREMENTS: tuple[Requirement, ...] = (
    Requirement(
        "Gmail", "bulk", "below 5,000 in 24 hours, or all rules for bulk senders", GOOGLE, None
    ),
    Requirement("Gmail", "authentication", "SPF or DKIM passes, bulk: both", GOOGLE, VERIFY),
    Requirement("Gmail", "dmarc", _DMARC, GOOGLE, PUBLISH, is_bulk=True),
    Requirement("Gmail", "alignment", _ALIGNED, GOOGLE, VERIFY, is_bulk=True),
    Requirement("Gmail", "reverse-dns", _PTR, GOOGLE, ASK),
    Requirement("Gmail", "tls", "TLS", GOOGLE, ASK),
    Requirement("Gmail", "complaints", "spam rate below 0.3 %", GOOGLE, POSTMASTER, limit=0.003),
    Requirement(
        "Gmail", "complaints", "spam rate kept below 0.1 %", GOOGLE, POSTMASTER, limit=0.001
    ),
    Requirement(
        "Gmail",
        "one-click",
        "one-click unsubscribe in newsletters (RFC 8058)",
        GOOGLE,
        ONE_CLICK,
        is_bulk=True,
    ),
    Requirement("Gmail", "honoured", "unsubscribes honoured within 48 hours", GOOGLE, STOP),
    Requirement("Gmail", "own-from", _OWN, GOOGLE, OWN),
    Requirement("Yahoo", "bulk", "all rules for bulk senders (no number named)", YAHOO, None),
    Requirement("Yahoo", "authentication", "SPF or DKIM passes, bulk: both", YAHOO, VERIFY),
    Requirement("Yahoo", "dmarc", _DMARC, YAHOO, PUBLISH, is_bulk=True),
    Requirement("Yahoo", "alignment", _ALIGNED, YAHOO, VERIFY, is_bulk=True),
    Requirement("Yahoo", "reverse-dns", _PTR, YAHOO, ASK),
    Requirement("Yahoo", "complaints", "spam rate below 0.3 %", YAHOO, COMPLAINTS, limit=0.003),
    Requirement(
        "Yahoo", "complaints", "spam rate kept below 0.1 %", YAHOO, COMPLAINTS, limit=0.001
    ),
    Requirement(
        "Yahoo",
        "one-click",
        "list-unsubscribe in newsletters, one-click advised",
        YAHOO,
        ONE_CLICK,
        is_bulk=True,
    ),
    Requirement("Yahoo", "honoured", "unsubscribes honoured within 2 days", YAHOO, STOP),
    Requirement("Yahoo", "own-from", _OWN, YAHOO, OWN),
    Requirement("Yahoo", "resolves", "From domain with SOA, and MX or A", YAHOO, RESOLVE),
    Requirement(
        "Microsoft",
        "bulk",
        "at most 5,000 in 24 hours, or all rules for bulk senders",
        MICROSOFT,
        None,
    ),
    Requirement("Microsoft", "authentication", _BOTH, MICROSOFT, VERIFY, is_bulk=True),
    Requirement("Microsoft", "dmarc", _DMARC, MICROSOFT, PUBLISH, is_bulk=True),
    Requirement("Microsoft", "alignment", _ALIGNED, MICROSOFT, VERIFY, is_bulk=True),
    Requirement("Microsoft", "reverse-dns", _PTR, MICROSOFT, ASK),
    Requirement(
        "Microsoft",
        "complaints",
        "few complaints (no number named; 0.3 % as Gmail and Yahoo have it)",
        MICROSOFT,
        COMPLAINTS,
        limit=0.003,
    ),
    Requirement("Microsoft", "one-click", "a working link to unsubscribe", MICROSOFT, LINK),
    Requirement("Microsoft", "own-from", _OWN, MICROSOFT, OWN),
    Requirement("Apple", "bulk", "all rules for bulk senders (no number named)", APPLE, None),
    Requirement("Apple", "authentication", _BOTH, APPLE, VERIFY, is_bulk=True),
    Requirement("Apple", "dmarc", _DMARC, APPLE, PUBLISH, is_bulk=True),
    Requirement("Apple", "reverse-dns", _PTR, APPLE, ASK, is_bulk=True),
    Requirement("Apple", "complaints", "few complaints (no number named)", APPLE, BLIND),
    Requirement("Apple", "one-click", "a link to unsubscribe", APPLE, LINK, is_bulk=True),
    Requirement("Apple", "honoured", "unsubscribes honoured at once", APPLE, STOP, is_bulk=True),
    Requirement("Apple", "own-from", _OWN, APPLE, OWN),
)
"""Every row of a compliance check, in order."""
PROVIDERS = tuple(dict.fromkeys(requirement.provider for requirement in REQUIREMENTS))
