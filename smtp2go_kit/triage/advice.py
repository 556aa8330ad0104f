"""What to do about each cause, with the exact values where they are known; nothing does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from smtp2go_kit.triage.action import Action
from smtp2go_kit.triage.finding import Cause

SURE = 0.7
"""Confidence from which on removing addresses is advised."""


@dataclass(frozen=True)
class Known:
    """What advice may name.

    Args:
        cohort: What the failures share.
        sender_domains: Sender domains of the failures, the most frequent first.
        recipient_domains: Their recipient domains, likewise.
        outbound_ips: The IPs that they left from, likewise.
        usernames: Who sent them, likewise.
        subjects: Their subjects, likewise.
        blocklists: Blocklists that the answers name.
        retry_after: Seconds that answers ask to wait.
        addresses: How many addresses failed.
        confidence: How sure the cause is.
        clear: Whether chance is ruled out by far.
        records: DNS records that are missing, as ``name CNAME value``.
    """

    cohort: Mapping[str, str]
    sender_domains: tuple[str, ...] = ()
    recipient_domains: tuple[str, ...] = ()
    outbound_ips: tuple[str, ...] = ()
    usernames: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    blocklists: tuple[str, ...] = ()
    retry_after: int | None = None
    addresses: int = 0
    confidence: float = 0.0
    clear: bool = False
    records: tuple[str, ...] = ()

    @property
    def provider(self) -> str:
        """Who refuses, in words."""
        return self.cohort.get("provider") or _first(self.recipient_domains) or "the provider"


def _first(names: tuple[str, ...]) -> str:
    return names[0] if names else ""


def actions_for(cause: Cause, known: Known) -> tuple[Action, ...]:
    """What to do, the most helpful first.

    Args:
        cause: Why the mail fails.
        known: What the actions may name.
    """
    return tuple(ADVICE[cause](known))


def _authentication(known: Known) -> list[Action]:
    domain = _first(known.sender_domains)
    publish = [
        Action(f"Publish this record for {domain}.", "your DNS", record) for record in known.records
    ]
    return [
        Action(
            f"Look which DNS record of {domain} is missing or wrong.",
            value=domain,
            call="diagnose_domain",
        ),
        *publish,
        Action(
            f"When the records are published, let SMTP2GO verify {domain}, then send what "
            "bounced again.",
            value=domain,
            call="client.domain.verify",
            risk="What is sent before the records are seen bounces again.",
            needs_confirmation=True,
        ),
    ]


def _ip_block(known: Known) -> list[Action]:
    ip = _first(known.outbound_ips)
    named = f" (listed: {', '.join(known.blocklists)})" if known.blocklists else ""
    return [
        Action(
            "Report the block with the answers below; the IP is theirs to delist. Ask for "
            f"another IP until then{named}.",
            "SMTP2GO support",
            ip,
        ),
        Action(
            f"Slow down what goes to {known.provider} until the block is lifted.",
            risk="Mail arrives later.",
        ),
        Action(
            "Keep the addresses that bounced: the block says nothing about them.",
            value=f"{known.addresses} addresses",
        ),
    ]


def _domain_reputation(known: Known) -> list[Action]:
    domain = _first(known.sender_domains)
    lists = ", ".join(known.blocklists)
    return [
        Action(
            f"Look {domain} up at {lists or 'the big domain blocklists'} and ask for its "
            "removal once the cause is mended.",
            value=domain,
        ),
        Action(
            "Send only to people who opened or clicked lately, and less of it, until "
            f"{known.provider} takes the mail again.",
            risk="Some people get less mail.",
        ),
        Action("Look for what changed before: volume, lists, complaints.", value=domain),
    ]


def _throttling(known: Known) -> list[Action]:
    wait = f"{known.retry_after} seconds" if known.retry_after else "some hours"
    return [
        Action(
            f"Send less an hour to {known.provider}; SMTP2GO goes on trying what waits.",
            value=wait,
            risk="Mail arrives later.",
        ),
        Action(
            "Put off campaigns to this provider, and send what people wait for first.",
            risk="Campaigns arrive later.",
        ),
        Action(
            "If it lasts longer than a day, report it with the answers.",
            "SMTP2GO support",
            _first(known.outbound_ips),
        ),
    ]


def _bad_list(known: Known) -> list[Action]:
    source = known.cohort.get("subject") or _first(known.subjects)
    stop = Action(
        "Stop sending to the list that these addresses came from, and find out how it "
        "was gathered.",
        value=source,
        risk="People on it who did ask get nothing.",
        needs_confirmation=True,
    )
    if known.confidence < SURE or not known.clear:
        return [stop]
    return [
        stop,
        Action(
            f"Take the {known.addresses} addresses that do not exist off the list, after a "
            "look at them: the answers say that they are unknown.",
            value=f"{known.addresses} addresses",
            destructive=True,
            needs_confirmation=True,
            risk="A mailbox that was only out of order would get no mail.",
            call="client.suppression.add",
        ),
        Action("Ask new addresses to confirm before the first campaign (double opt-in)."),
    ]


def _compromised(known: Known) -> list[Action]:
    user = known.cohort.get("username") or _first(known.usernames)
    return [
        Action(
            "Change this user's password now; whoever sends with it is out at once.",
            value=user,
            call="client.smtp_users.edit",
            needs_confirmation=True,
            risk="Your own programs that use it stop until they have the new one.",
        ),
        Action(
            "Ask the user, or look where the mail came from, before you trust it again.", value=user
        ),
        Action(
            "Tell them what happened, and ask whether the account is limited.",
            "SMTP2GO support",
            user,
        ),
    ]


def _content(known: Known) -> list[Action]:
    subject = known.cohort.get("subject") or _first(known.subjects)
    return [
        Action(
            "Stop this message, and test versions of it: without links, without attachments, "
            "with plain words.",
            value=subject,
            needs_confirmation=True,
            risk="People get it later.",
        ),
        Action(
            "Look whether a link, a shortener or an attachment is what the filter minds.",
            value=subject,
        ),
        Action("Keep the addresses that bounced: the refusal says nothing about them."),
    ]


def _link(known: Known) -> list[Action]:
    lists = ", ".join(known.blocklists)
    return [
        Action(
            "Take the listed link out of the message, or link to another domain.",
            value=known.cohort.get("subject") or _first(known.subjects),
        ),
        Action(
            "Look the link domains up, mend what they were listed for (often a hacked page), "
            "and ask for removal.",
            value=lists,
        ),
        Action("Keep the addresses that bounced: the refusal says nothing about them."),
    ]


def _outage(known: Known) -> list[Action]:
    return [
        Action(
            "Wait: SMTP2GO tries again. Send what bounced once more when they are back.",
            value=_first(known.recipient_domains),
            risk="Mail that is needed now arrives late.",
        ),
        Action(
            "If it lasts longer than a day, tell them by telephone.",
            "the recipient's admin",
            _first(known.recipient_domains),
        ),
        Action(
            "Keep the addresses, and lift those that were suppressed by it.",
            call="suppression_review",
        ),
    ]


def _policy(known: Known) -> list[Action]:
    return [
        Action(
            "Ask them to allow your sender, with the answers below as they are.",
            "the recipient's admin",
            f"{_first(known.sender_domains)} to {_first(known.recipient_domains)}",
        ),
        Action("Keep the addresses: the rule is about you, not about them."),
    ]


def _greylisting(known: Known) -> list[Action]:
    return [
        Action(
            "Do nothing: it arrives on a later attempt.",
            "nobody",
            f"{known.retry_after} seconds" if known.retry_after else "",
        )
    ]


def _full(known: Known) -> list[Action]:
    return [
        Action(
            "Go on for now; people empty their mailboxes. Leave out who stays full for weeks.",
            value=f"{known.addresses} addresses",
        ),
        Action(
            "Look when those people last opened or clicked: a mailbox that stays full is "
            "often abandoned."
        ),
    ]


def _complaints(known: Known) -> list[Action]:
    return [
        Action(
            "Stop the mailing that people complain about until you know why.",
            value=known.cohort.get("subject") or _first(known.subjects),
            needs_confirmation=True,
            risk="People who like it get it later.",
        ),
        Action(
            "Look who was asked: send only to people who signed up for this.",
            value=_first(known.usernames),
        ),
        Action(
            "Make leaving easy: a one-click unsubscribe header and a visible link (RFC 8058; "
            "Gmail and Yahoo ask bulk senders for it)."
        ),
    ]


def _suppression(known: Known) -> list[Action]:
    return [
        Action(
            "Look why these recipients are suppressed before anything else.",
            value=f"{known.addresses} addresses",
            call="suppression_review",
        ),
        Action(
            "Lift only those that were suppressed for a reason that is over, and never a "
            "complaint or an unsubscribe.",
            call="client.suppression.remove",
            needs_confirmation=True,
            risk="Mail to dead addresses harms your reputation.",
        ),
    ]


def _unverified(known: Known) -> list[Action]:
    domain = _first(known.sender_domains)
    publish = [
        Action(f"Publish this record for {domain}.", "your DNS", record) for record in known.records
    ]
    return [
        Action(
            f"Add {domain} as a sender domain, publish its three records and verify it, or "
            "send from a domain that is verified.",
            value=domain,
            call="client.domain.add",
            needs_confirmation=True,
            risk="None; nothing is sent by it.",
        ),
        *publish,
        Action(
            "Send again what was rejected: it reached nobody.",
            needs_confirmation=True,
            risk="What is out of date by now arrives late.",
        ),
    ]


def _quota(known: Known) -> list[Action]:
    return [
        Action(
            "Look at the cycle's use, and choose a larger plan or wait for the next cycle.",
            call="client.stats.email_cycle",
            needs_confirmation=True,
            risk="A larger plan costs money.",
        ),
        Action(
            "Find out who used it up: one user's volume may have jumped.",
            value=_first(known.usernames),
        ),
        Action(
            "Send again what was rejected: it reached nobody.",
            needs_confirmation=True,
            risk="What is out of date by now arrives late.",
        ),
    ]


def _gap(known: Known) -> list[Action]:
    return [
        Action(
            "Fetch the window again, and compare the total with the events that came.",
            call="client.activity.search",
        ),
        Action(
            "Look at your own sending log: did mail leave in those hours? If it did, tell SMTP2GO.",
            risk="None.",
        ),
    ]


def _other(known: Known) -> list[Action]:
    return [
        Action("Read the answers below as they came; they fit no known cause."),
        Action(
            "Ask with the answers and an email id.",
            "SMTP2GO support",
            _first(known.recipient_domains),
        ),
    ]


ADVICE: Mapping[Cause, Callable[[Known], list[Action]]] = MappingProxyType(
    {
        "authentication": _authentication,
        "ip-block": _ip_block,
        "domain-reputation": _domain_reputation,
        "throttling": _throttling,
        "bad-list": _bad_list,
        "compromised-user": _compromised,
        "content-block": _content,
        "link-domain-listed": _link,
        "recipient-outage": _outage,
        "recipient-policy": _policy,
        "greylisting": _greylisting,
        "mailbox-full": _full,
        "complaint-spike": _complaints,
        "suppression": _suppression,
        "unverified-sender": _unverified,
        "quota": _quota,
        "data-gap": _gap,
        "other": _other,
    }
)
