"""What to do about each cause, with the exact values where they are known; nothing does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from smtp2go_kit.triage.action import Action
from smtp2go_kit.triage.advice import receivers, senders
from smtp2go_kit.triage.advice.known import Known
from smtp2go_kit.triage.finding import Cause

__all__ = ["ADVICE", "Known", "actions_for"]


ADVICE: Mapping[Cause, Callable[[Known], list[Action]]] = MappingProxyType(
    {
        "authentication": senders.authentication,
        "ip-block": receivers.ip_block,
        "domain-reputation": receivers.domain_reputation,
        "throttling": receivers.throttling,
        "bad-list": senders.bad_list,
        "compromised-user": senders.compromised,
        "content-block": senders.content,
        "link-domain-listed": senders.link,
        "recipient-outage": receivers.outage,
        "recipient-policy": receivers.policy,
        "greylisting": receivers.greylisting,
        "mailbox-full": receivers.full,
        "complaint-spike": senders.complaints,
        "suppression": senders.suppression,
        "unverified-sender": senders.unverified,
        "quota": senders.quota,
        "data-gap": receivers.gap,
        "other": receivers.other,
    }
)


def actions_for(cause: Cause, known: Known) -> tuple[Action, ...]:
    """What to do, the most helpful first.

    Args:
        cause: Why the mail fails.
        known: What the actions may name.
    """
    return tuple(ADVICE[cause](known))
