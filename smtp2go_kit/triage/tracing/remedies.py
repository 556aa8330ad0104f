"""The safe next actions for one email, by what became of it and what its answer means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import pandas as pd

from smtp2go_kit.triage.action import Action
from smtp2go_kit.triage.complying.sender_domains import SenderDomain
from smtp2go_kit.triage.log import is_missing
from smtp2go_kit.triage.suppressions.suppressed import Entry
from smtp2go_kit.triage.tracing.fate import Fate, moment
from smtp2go_kit.triage.wording import number

PATIENCE = pd.Timedelta(days=3)
"""How long mail may wait before somebody should ask; servers give up after 2 to 5 days
(RFC 5321 4.5.4.1)."""
OPT_OUTS = ("spam", "unsubscribe")
"""Reasons of a suppression that are its reader's own wish."""
NEVER_LIFT = Action(
    "Leave the address suppressed: its reader asked for no more mail. Only a new request of "
    "theirs, in writing, changes that."
)


def remedies(
    fate: Fate,
    entries: Sequence[Entry],
    senders: Sequence[SenderDomain],
    end: pd.Timestamp,
) -> list[Action]:
    """What to do about one email, the first first; nothing here is destructive without evidence.

    Args:
        fate: What became of it.
        entries: The suppressions in force for its recipient.
        senders: The state of the domain it was sent from.
        end: Up to when is known.
    """
    if fate.outcome in ("complained", "unsubscribed"):
        return [NEVER_LIFT]
    if fate.outcome == "suppressed" and not entries:
        return [_looked_up(fate)]
    found = _by_outcome(fate, senders, end)
    lifted = [action for entry in entries for action in for_entry(entry, entries)]
    return list(dict.fromkeys([*found, *lifted]))


def _by_outcome(fate: Fate, senders: Sequence[SenderDomain], end: pd.Timestamp) -> list[Action]:
    if fate.outcome == "waiting":
        return _waiting(fate, end)
    if fate.outcome == "rejected-unverified":
        return _verified(fate, senders)
    if fate.outcome in ("bounced", "hard-bounced"):
        return _answered(fate, senders)
    return [FIXED[fate.outcome](fate)] if fate.outcome in FIXED else []


def for_entry(entry: Entry, entries: Sequence[Entry]) -> list[Action]:
    """What to do about one suppression in force.

    Args:
        entry: The suppression.
        entries: All that are in force for the same recipient.
    """
    if entry.reason in OPT_OUTS:
        return [NEVER_LIFT]
    if any(other.reason in OPT_OUTS for other in entries):
        return []
    if entry.reason != "bounce":
        return [_asked(entry)]
    if entry.cause == "elsewhere" and not entry.bounces:
        return [lift(entry)]
    return [_let_end(entry)]


def lift(entry: Entry) -> Action:
    """Lift a bounce that was not the address's fault, or is over.

    Args:
        entry: The suppression.
    """
    what = "Take the address off the list: mail to it has arrived since."
    if entry.delivered is None:
        what = (
            "Once the cause of the refusal is mended, take the address off the list: the refusal "
            "was not about the address."
        )
    return Action(
        what,
        value=entry.address,
        risk="If the cause is not mended, it bounces and is suppressed again.",
        destructive=True,
        needs_confirmation=True,
        call="client.suppression.remove",
    )


def suppress(entry: Entry, times: int) -> Action:
    """Suppress an address by hand that does not work.

    Args:
        entry: The address.
        times: How often it hard-bounced because of itself, each after a block.
    """
    return Action(
        f"Suppress the address by hand: it hard-bounces after each block ({number(times)} times).",
        value=entry.address,
        risk="It gets no mail until somebody lifts that.",
        destructive=True,
        needs_confirmation=True,
        call="client.suppression.add",
    )


def _looked_up(fate: Fate) -> Action:
    """For somebody whose suppressions are not known: by the reason that SMTP2GO gave."""
    if any(f"({reason})" in fate.response.lower() for reason in OPT_OUTS):
        return NEVER_LIFT
    return Action(
        "Look why the recipient is suppressed, before anybody lifts that.",
        value=fate.recipient,
        call="client.suppression.view",
    )


def _asked(entry: Entry) -> Action:
    note = f" ({entry.note})" if entry.note else ""
    return Action(
        f"Ask whoever suppressed it by hand why, before anybody lifts it{note}.",
        value=entry.address,
        needs_confirmation=True,
    )


def _let_end(entry: Entry) -> Action:
    if entry.cause == "address":
        return Action(
            "Leave it suppressed, and ask the person for an address that works.",
            value=entry.address,
        )
    return Action(
        f"Wait: SMTP2GO lifts bounces after 7 days, this one about {moment(entry.ends)}. Before "
        "that, find out why it bounced.",
        value=entry.address,
    )


def _waiting(fate: Fate, end: pd.Timestamp) -> list[Action]:
    if not is_missing(fate.sent) and end - fate.sent > PATIENCE:
        return [_support(fate, "Ask SMTP2GO what became of this email: it waits for too long.")]
    wait = "Wait: SMTP2GO tries again by itself. Sending it again makes throttling worse."
    after = fate.answer.retry_after if fate.answer else None
    return [Action(wait, value=f"{after} s" if after else "")]


def _verified(fate: Fate, senders: Sequence[SenderDomain]) -> list[Action]:
    if "allowed sender" in fate.response.lower():
        return [_allowed(fate)]
    mended = [action for sender in senders for action in sender.actions]
    if mended:
        return mended
    return [
        Action(
            "Verify the sender domain, or send from one that is verified, and send it again.",
            value=fate.sender.rpartition("@")[2],
            call="client.domain.view",
        )
    ]


def _allowed(fate: Fate) -> Action:
    return Action(
        "Add the sender to the account's allowed senders, or send from one that is among them.",
        value=fate.sender,
        risk="Whoever has the key may then send from it.",
        call="client.allowed_senders.add",
        needs_confirmation=True,
    )


def _answered(fate: Fate, senders: Sequence[SenderDomain]) -> list[Action]:
    """By what the server's answer asks for; an answer that nothing knows is for a person."""
    wanted = fate.answer.action if fate.answer else "none"
    if wanted == "fix-dns":
        mended = [action for sender in senders for action in sender.actions]
        return mended or [_diagnosed(fate)]
    return [ANSWERED.get(wanted, _read)(fate)]


def _diagnosed(fate: Fate) -> Action:
    return Action(
        "Look the sender domain's DNS up, and mend what it finds.",
        who="your DNS",
        value=fate.sender.rpartition("@")[2],
        call="smtp2go_kit.triage.diagnose_domain",
    )


def _support(fate: Fate, what: str) -> Action:
    facts = (fate.email_id, fate.outbound_ip, fate.response)
    return Action(what, who="SMTP2GO support", value="; ".join(filter(None, facts)))


def _read(fate: Fate) -> Action:
    return Action(
        "Read the answer: no rule knows it. Do not take it for a bad address.", value=fate.response
    )


ANSWERED: Mapping[str, Callable[[Fate], Action]] = MappingProxyType(
    {
        "remove": lambda fate: Action(
            "Do not send to the address again as it is: look for a slip in its spelling, or ask "
            "the person for another.",
            value=fate.recipient,
        ),
        "wait": lambda fate: Action(
            "Send it again later: SMTP2GO does not try a bounced email again.",
            value=fate.recipient,
            needs_confirmation=True,
        ),
        "slow-down": lambda fate: Action(
            "Send more slowly to this provider, and this email again in some hours.",
            value=fate.recipient.rpartition("@")[2],
        ),
        "edit-content": lambda fate: Action(
            "Change what the answer objects to (links, attachments, wording) and send it to "
            "yourself at that provider first.",
            value=fate.response,
        ),
        "contact-smtp2go": lambda fate: _support(
            fate, "Send SMTP2GO this answer with the sending address: its reputation is theirs."
        ),
        "contact-recipient": lambda fate: Action(
            "Send this answer to the recipient's admin and ask to be let in.",
            who="the recipient's admin",
            value=fate.response,
        ),
    }
)
"""What each action of the classifier means for one email."""
FIXED: Mapping[str, Callable[[Fate], Action]] = MappingProxyType(
    {
        "delivered": lambda fate: Action(
            "Nothing to mend: their server took it. If it is not seen, ask the recipient to look "
            "into junk and quarantine, and give their admin this answer.",
            who="the recipient",
            value=fate.response,
        ),
        "rejected-quota": lambda _: Action(
            "Raise the plan, or wait until the cycle ends, and send it again.",
            call="client.stats.email_cycle",
        ),
        "rejected-sandboxed": lambda _: Action(
            "Take the API key or SMTP user out of sandbox mode, and send it again.",
            needs_confirmation=True,
        ),
        "rejected": lambda fate: _support(fate, "Ask SMTP2GO why it was not let out."),
    }
)
"""What to do about outcomes that need no other facts."""
