"""What the sender can mend."""

from __future__ import annotations

from smtp2go_kit.triage.action import Action
from smtp2go_kit.triage.advice.known import Known, first_of

SURE = 0.7
"""Confidence from which on removing addresses is advised."""


def authentication(known: Known) -> list[Action]:
    """SPF, DKIM or DMARC failed."""
    domain = first_of(known.sender_domains)
    named = domain or "the sender domain"
    return [
        Action(
            f"Look which DNS record of {named} is missing or wrong.",
            value=domain,
            call="diagnose_domain",
        ),
        *_published(known, named),
        Action(
            f"When the records are published, let SMTP2GO verify {named}, then send what "
            "bounced again.",
            value=domain,
            call="client.domain.verify",
            risk="What is sent before the records are seen bounces again.",
            needs_confirmation=True,
        ),
    ]


def _published(known: Known, domain: str) -> list[Action]:
    return [
        Action(f"Publish this record for {domain}.", "your DNS", record) for record in known.records
    ]


def unverified(known: Known) -> list[Action]:
    """The sender is not verified at SMTP2GO."""
    domain = first_of(known.sender_domains)
    named = domain or "the domain that it is from"
    return [
        Action(
            f"Add {named} as a sender domain, publish its three records and verify it, or "
            "send from a domain that is verified.",
            value=domain,
            call="client.domain.add",
            needs_confirmation=True,
            risk="None; nothing is sent by it.",
        ),
        *_published(known, named),
        Action(
            "Send again what was rejected: it reached nobody.",
            needs_confirmation=True,
            risk="What is out of date by now arrives late.",
        ),
    ]


def bad_list(known: Known) -> list[Action]:
    """Addresses do not exist."""
    source = known.cohort.get("subject") or first_of(known.subjects)
    stop = Action(
        "Stop sending to the list that these addresses came from, and find out how it "
        "was gathered.",
        value=source,
        risk="People on it who did ask get nothing.",
        needs_confirmation=True,
    )
    if known.confidence < SURE or not known.clear:
        return [stop, _not_yours(known)]
    return [
        stop,
        Action(
            f"Take what does not exist off the list, {known.counted}, after a look at it: the "
            "answers say that they are unknown.",
            value=known.counted,
            destructive=True,
            needs_confirmation=True,
            risk="A mailbox that was only out of order would get no mail.",
            call="client.suppression.add",
        ),
        Action("Ask new addresses to confirm before the first campaign (double opt-in)."),
        _not_yours(known),
    ]


def _not_yours(known: Known) -> Action:
    """Mail of somebody else's looks the same, if it has one subject and leaves by day."""
    return Action(
        "If nobody of yours sent this message, change the password of its user: then somebody "
        "else has it.",
        value=known.cohort.get("username") or first_of(known.usernames),
        call="client.smtp_users.edit",
        needs_confirmation=True,
        risk="Your own programs that use it stop until they have the new one.",
    )


def compromised(known: Known) -> list[Action]:
    """Somebody else sends as a user."""
    user = known.cohort.get("username") or first_of(known.usernames)
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


def content(known: Known) -> list[Action]:
    """Filters mind what the mail contains."""
    subject = known.cohort.get("subject") or first_of(known.subjects)
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
        _not_yours(known),
    ]


def link(known: Known) -> list[Action]:
    """A linked domain is on a blocklist."""
    lists = ", ".join(known.blocklists)
    return [
        Action(
            "Take the listed link out of the message, or link to another domain.",
            value=known.cohort.get("subject") or first_of(known.subjects),
        ),
        Action(
            "Look the link domains up, mend what they were listed for (often a hacked page), "
            "and ask for removal.",
            value=lists,
        ),
        Action("Keep the addresses that bounced: the refusal says nothing about them."),
    ]


def complaints(known: Known) -> list[Action]:
    """Readers mark the mail as spam."""
    return [
        Action(
            "Stop the mailing that people complain about until you know why.",
            value=known.cohort.get("subject") or first_of(known.subjects),
            needs_confirmation=True,
            risk="People who like it get it later.",
        ),
        Action(
            "Look who was asked: send only to people who signed up for this.",
            value=first_of(known.usernames),
        ),
        Action(
            "Make leaving easy: a one-click unsubscribe header and a visible link (RFC 8058; "
            "Gmail and Yahoo ask bulk senders for it)."
        ),
    ]


def suppression(known: Known) -> list[Action]:
    """Recipients are suppressed."""
    return [
        Action(
            "Look why these recipients are suppressed before anything else.",
            value=known.counted,
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


def quota(known: Known) -> list[Action]:
    """The account's limit is reached."""
    return [
        Action(
            "Look at the cycle's use, and choose a larger plan or wait for the next cycle.",
            call="client.stats.email_cycle",
            needs_confirmation=True,
            risk="A larger plan costs money.",
        ),
        Action(
            "Find out who used it up: one user's volume may have jumped.",
            value=first_of(known.usernames),
        ),
        Action(
            "Send again what was rejected: it reached nobody.",
            needs_confirmation=True,
            risk="What is out of date by now arrives late.",
        ),
    ]
