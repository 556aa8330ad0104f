"""What becomes of a message handed to the sandbox: one outcome for each recipient."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from smtp2go_kit.addresses import address_of
from smtp2go_kit.sandbox.account import Account, Clicked, Email, Event, Opened
from smtp2go_kit.sandbox.verification import is_verified, not_verified, on_the_list

AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Thunderbird/145.0"
CLIENT = ("Thunderbird", "Thunderbird 145.0")
READER_IP = "198.51.100.24"
STEP = 1e-6
"""Seconds between the events of an email, which all have happened when its send is answered."""
MX = "mx1.{domain} [198.51.100.10]"


@dataclass(frozen=True)
class Message:
    """A message as it was handed over.

    Args:
        header_from: The From header.
        to: The To recipients, as written; cc and bcc likewise.
        subject: The subject.
        headers: Custom headers.
        size: Bytes of the whole message.
    """

    header_from: str
    to: tuple[str, ...]
    subject: str
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    reply_to: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    size: int = 0

    @property
    def sender(self) -> str:
        """The bare sender address."""
        return address_of(self.header_from).lower()

    @property
    def recipients(self) -> tuple[str, ...]:
        """Every bare recipient address, once."""
        written = itertools.chain(self.to, self.cc, self.bcc)
        return tuple(dict.fromkeys(address_of(mailbox) for mailbox in written))


def accept(account: Account, message: Message, ts: float | None = None) -> dict[str, object]:
    """Take a message, let its copies meet their fate, and answer as the service does.

    Args:
        account: The sending account.
        message: The message.
        ts: When it is sent, in Unix seconds; now if not given.
    """
    recipients = message.recipients
    failures = [_failure(r) for r in recipients if _magic(r) == "fail"]
    if account.cycle_used + len(recipients) > account.cycle_max:
        failures = ["Message failed - Error: 452 You have reached the limit of your plan"]
    if failures:
        return {"succeeded": 0, "failed": 1, "failures": failures, "email_id": None}
    email_id, sent = account.new_email_id(), account.now() if ts is None else ts
    for recipient in recipients:
        _deliver(account, replace(_copy(account, message, email_id, recipient), ts=sent))
    account.cycle_used += len(recipients)
    return {"succeeded": 1, "failed": 0, "failures": [], "email_id": email_id}


def schedule(account: Account, message: Message, due: float) -> None:
    """Keep a message until it is due.

    Args:
        account: The sending account.
        message: The message.
        due: Unix seconds.
    """
    account.scheduled.append((due, message))


def release(account: Account) -> None:
    """Send what has come due.

    Args:
        account: The sending account.
    """
    now = account.now()
    due = [kept for kept in account.scheduled if kept[0] <= now]
    account.scheduled = [kept for kept in account.scheduled if kept[0] > now]
    for ts, message in sorted(due, key=lambda kept: kept[0]):
        accept(account, message, ts)


def _failure(recipient: str) -> str:
    return (
        f"Message failed - Error: 452-4.2.2 <{recipient}> The email account that you tried to "
        "reach is over quota."
    )


def _magic(recipient: str) -> str:
    """The word that drives the outcome: the local part up to ``+`` or ``-``."""
    local = recipient.partition("@")[0].lower()
    return local.partition("+")[0].partition("-")[0]


def _copy(account: Account, message: Message, email_id: str, recipient: str) -> Email:
    return Email(
        email_id=email_id,
        ts=account.now(),
        sender=message.sender,
        header_from=message.header_from,
        recipient=recipient,
        recipients=message.recipients,
        subject=message.subject,
        username=account.api_key[:16],
        to=", ".join(message.to),
        cc=", ".join(message.cc),
        bcc=", ".join(message.bcc),
        reply_to=message.reply_to,
        headers=message.headers,
        size=message.size,
        host=MX.format(domain=recipient.rpartition("@")[2]),
        outbound_ip="203.0.113.10",
    )


def _deliver(account: Account, email: Email) -> None:
    bisect.insort(account.emails, email, key=lambda kept: kept.ts)
    for event in _fate(account, email):
        bisect.insort(account.events, event, key=lambda kept: kept.ts)


def _fate(account: Account, email: Email) -> Iterator[Event]:
    yield Event(email.ts, "processed", email)
    refusal = _refusal(account, email)
    if refusal:
        email.status, email.response, email.host = "rejected", refusal, ""
        yield Event(email.ts, "rejected", email, smtp_response=refusal, reason=refusal)
    else:
        yield from OUTCOMES.get(_magic(email.recipient), _delivered)(account, email)


def _refusal(account: Account, email: Email) -> str:
    if suppressed := account.suppression_of(email.recipient):
        return on_the_list(suppressed.reason)
    if _magic(email.recipient) in ("reject", "rejected"):
        return on_the_list("manual")
    if account.senders.mode != "disabled":
        # A list in force stands in for sender domains and single senders.
        allowed = account.senders.allows(email.sender)
        return "" if allowed else f"550 {email.sender} is not an allowed sender of this account"
    return "" if is_verified(account, email.sender) else not_verified(email.sender)


def _delivered(account: Account, email: Email) -> Iterator[Event]:
    email.status, email.smtpcode = "delivered", 250
    email.delivered_ts = email.ts + STEP
    email.response = f"250 2.0.0 Ok: queued as {account.letters(11).upper()}"
    yield Event(email.delivered_ts, "delivered", email, smtp_response=email.response)


def _hard(account: Account, email: Email) -> Iterator[Event]:
    yield _bounced(
        email,
        "hard-bounced",
        550,
        "550 5.1.1 <{}>: Recipient address rejected: User unknown in virtual mailbox table",
    )
    email.status = "hardbounce"
    account.suppress(email.recipient, "bounce", email.ts, text=email.response)


def _soft(account: Account, email: Email) -> Iterator[Event]:
    yield _bounced(email, "soft-bounced", 552, "552 5.2.2 <{}>: Mailbox is full")
    email.status = "softbounce"


def _blocked(account: Account, email: Email) -> Iterator[Event]:
    yield _bounced(email, "soft-bounced", 554, "554 5.7.1 Message to <{}> rejected as spam")
    email.status = "softbounce"


def _bounced(email: Email, event: str, code: int, text: str) -> Event:
    email.smtpcode, email.response = code, text.format(email.recipient)
    return Event(email.ts + STEP, event, email, smtp_response=email.response)


def _deferred(account: Account, email: Email) -> Iterator[Event]:
    email.status, email.smtpcode = "deferred", 451
    email.response = f"451 4.7.1 <{email.recipient}>: Greylisted, please try again later"
    yield from ()


def _complained(account: Account, email: Email) -> Iterator[Event]:
    yield from _delivered(account, email)
    email.status = "complained"
    text = "This is not something I signed up for"
    account.suppress(email.recipient, "spam", email.ts + 2 * STEP, complain=text)
    yield Event(email.ts + 2 * STEP, "spam", email, reason=text)


def _unsubscribed(account: Account, email: Email) -> Iterator[Event]:
    yield from _delivered(account, email)
    email.status = "unsubscribed"
    account.suppress(email.recipient, "unsubscribe", email.ts + 2 * STEP)
    yield _seen(email, "unsubscribed", 2 * STEP)


def _opened(account: Account, email: Email) -> Iterator[Event]:
    yield from _delivered(account, email)
    email.opens.append(Opened(email.ts + 2 * STEP, READER_IP, AGENT, 8))
    yield replace(_seen(email, "opened", 2 * STEP), read_secs=8)


def _clicked(account: Account, email: Email) -> Iterator[Event]:
    yield from _opened(account, email)
    url = "https://www.example.com/"
    email.clicks.append(Clicked(email.ts + 3 * STEP, READER_IP, AGENT, url))
    yield replace(_seen(email, "clicked", 3 * STEP), url=url)


def _seen(email: Email, event: str, after: float) -> Event:
    return Event(
        email.ts + after,
        event,
        email,
        client_name=CLIENT[0],
        client_fullname=CLIENT[1],
        user_agent=AGENT,
    )


OUTCOMES: dict[str, Callable[[Account, Email], Iterator[Event]]] = {
    "bounce": _hard,
    "hardbounce": _hard,
    "softbounce": _soft,
    "full": _soft,
    "blocked": _blocked,
    "deferred": _deferred,
    "complaint": _complained,
    "spam": _complained,
    "unsubscribe": _unsubscribed,
    "open": _opened,
    "click": _clicked,
}
"""Magic local parts, alone or before ``+`` or ``-``; also ``fail`` (a 200 with failed 1) and
``reject``. Anything else is delivered."""
