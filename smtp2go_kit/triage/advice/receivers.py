"""What others must mend, or time."""

from __future__ import annotations

from smtp2go_kit.triage.action import Action
from smtp2go_kit.triage.advice.known import Known, first_of


def ip_block(known: Known) -> list[Action]:
    """The IP is blocked."""
    ip = first_of(known.outbound_ips)
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
            value=known.counted,
        ),
    ]


def domain_reputation(known: Known) -> list[Action]:
    """The sender domain has a bad reputation."""
    domain = first_of(known.sender_domains)
    lists = ", ".join(known.blocklists)
    return [
        Action(
            f"Look {domain or 'your domain'} up at {lists or 'the big domain blocklists'} and ask "
            "for its removal once the cause is mended.",
            value=domain,
        ),
        Action(
            "Send only to people who opened or clicked lately, and less of it, until "
            f"{known.provider} takes the mail again.",
            risk="Some people get less mail.",
        ),
        Action("Look for what changed before: volume, lists, complaints.", value=domain),
    ]


def throttling(known: Known) -> list[Action]:
    """The provider slows the mail down."""
    wait = f"{known.retry_after} seconds" if known.retry_after else "some hours"
    return [
        Action(
            f"Send less an hour to {known.provider}; what still waits is tried again.",
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
            first_of(known.outbound_ips),
        ),
    ]


def outage(known: Known) -> list[Action]:
    """The recipients' servers are down."""
    return [
        Action(
            "Wait: SMTP2GO tries again. Send what bounced once more when they are back.",
            value=first_of(known.recipient_domains),
            risk="Mail that is needed now arrives late.",
        ),
        Action(
            "If it lasts longer than a day, tell them by telephone.",
            "the recipient's admin",
            first_of(known.recipient_domains),
        ),
        Action(
            "Keep the addresses, and lift those that were suppressed by it.",
            call="suppression_review",
        ),
    ]


def policy(known: Known) -> list[Action]:
    """The recipients' own rules refuse the mail."""
    return [
        Action(
            "Ask them to allow your sender, with the answers below as they are.",
            "the recipient's admin",
            f"{first_of(known.sender_domains)} to {first_of(known.recipient_domains)}",
        ),
        Action("Keep the addresses: the rule is about you, not about them."),
    ]


def greylisting(known: Known) -> list[Action]:
    """First attempts are put off."""
    return [
        Action(
            "Do nothing: it arrives on a later attempt.",
            "nobody",
            f"{known.retry_after} seconds" if known.retry_after else "",
        )
    ]


def full(known: Known) -> list[Action]:
    """Mailboxes are full."""
    return [
        Action(
            "Go on for now; people empty their mailboxes. Leave out who stays full for weeks.",
            value=known.counted,
        ),
        Action(
            "Look when those people last opened or clicked: a mailbox that stays full is "
            "often abandoned."
        ),
    ]


def gap(known: Known) -> list[Action]:
    """Events are missing."""
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


def other(known: Known) -> list[Action]:
    """The answers fit no known cause."""
    return [
        Action("Read the answers below as they came; they fit no known cause."),
        Action(
            "Ask with the answers and an email id.",
            "SMTP2GO support",
            first_of(known.recipient_domains),
        ),
    ]
