"""What makes each cause likely, in words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

WHY: Mapping[str, str] = MappingProxyType(
    {
        "authentication": "The answers say that SPF, DKIM or DMARC did not pass for the sender.",
        "ip-block": "The refusals are for the IP that the mail left from.",
        "domain-reputation": "The refusals are for the sender domain's reputation.",
        "link-domain-listed": "The answers name a domain that the mail links to.",
        "content-block": "The refusals are for what the mail contains.",
        "throttling": "The provider puts mail off or slows it down.",
        "greylisting": "Servers put first attempts off and take the mail later.",
        "bad-list": "Mailboxes do not exist; {percent:.0f} % of those recipients never got mail "
        "from this account.",
        "recipient-outage": "The recipients' servers cannot be reached.",
        "recipient-policy": "The recipients' own servers refuse the mail by their rules.",
        "mailbox-full": "The answers say that mailboxes are full.",
        "complaint-spike": "Readers mark the mail as spam.",
        "suppression": "SMTP2GO holds the mail back, as its recipients are suppressed.",
        "unverified-sender": "SMTP2GO holds the mail back, as its sender is not verified.",
        "quota": "The account's own limit of emails is reached.",
        "compromised-user": "The mail is not like the user's: {traits}.",
        "data-gap": "The data has a hole, so that other numbers of these hours mislead.",
    }
)
NO_ENDS = "No mail has an end, wherever it went: ends are missing, or all of it waits at SMTP2GO."
OTHERS_ARRIVE = ("A fault of your own: other recipients get the same mail.",)
