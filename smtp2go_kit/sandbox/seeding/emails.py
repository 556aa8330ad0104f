"""Turn planned mail and what became of it into emails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from math import isnan
from typing import Any

import numpy as np
from numpy.random import Generator

from smtp2go_kit.sandbox.account import Account, Email, Status
from smtp2go_kit.sandbox.seeding.names import Names
from smtp2go_kit.sandbox.seeding.outcomes import FAILURES, Outcomes
from smtp2go_kit.sandbox.seeding.people import Bools, Floats, Ints
from smtp2go_kit.sandbox.seeding.reactions import Reactions
from smtp2go_kit.sandbox.seeding.schedule import Mailing
from smtp2go_kit.sandbox.seeding.streams import API_KEY

# Texts, and for each row of the mailing the place of its one.
Coded = tuple[Sequence[str], Ints]
Tries = tuple[tuple[float, str], ...]

KEY_USERNAME_LENGTH = 16
_STATUSES: tuple[Status, ...] = ("delivered", "hardbounce", "softbounce", "deferred", "rejected")


@dataclass(slots=True)
class Written:
    """The emails, by row of the mailing, as they are after sending.

    Args:
        coded: The fields whose texts come again and again.
        subject: The subjects.
        headers: The headers of each, beside the usual ones.
        size: Bytes.
        response: The last answer of a server, or why it was rejected.
        status: Place in ``_STATUSES``.
        tries: All tries of mail that took more than one.
        mailing: The mailing.
        delivered: When it was accepted, or not a number.
    """

    coded: dict[str, Coded]
    subject: list[str]
    headers: list[tuple[tuple[str, str], ...]]
    size: Ints
    response: list[str]
    status: Ints
    tries: dict[int, Tries]
    mailing: Mailing
    delivered: Floats


def write(
    rng: Generator, account: Account, outcomes: Outcomes, reactions: Reactions, names: Names
) -> Written:
    """Write down the emails, in the order of the mailing."""
    mailing = outcomes.mailing
    subject, headers, size = _contents(rng, mailing, names)
    response = _responses(outcomes, names)
    tries = _tries(outcomes, names, response)
    conditions = [outcomes.delivered, outcomes.hard, outcomes.decided]
    status = np.select(conditions, [0, 1, 2], 3)
    # What was rejected never reached a server.
    for row, why in reactions.rejected.items():
        status[row], response[row] = _STATUSES.index("rejected"), why
        tries.pop(row, None)
    delivered = np.where(status == 0, outcomes.final, np.nan)
    sent = status != _STATUSES.index("rejected")
    coded = _coded(account, outcomes, names, sent)
    return Written(coded, subject, headers, size, response, status, tries, mailing, delivered)


def emails_of(written: Written) -> list[Email]:
    """The emails, as an account keeps them."""
    mailing = written.mailing
    columns: dict[str, Sequence[Any]] = {
        name: [values[place] for place in places.tolist()]
        for name, (values, places) in written.coded.items()
    }
    columns |= {
        "ts": mailing.ts.tolist(),
        "recipients": _recipients(mailing),
        "bcc": [""] * len(mailing),
        "subject": written.subject,
        "headers": written.headers,
        "size": written.size.tolist(),
        "status": [_STATUSES[place] for place in written.status.tolist()],
        "response": written.response,
        "smtpcode": _codes(written),
        "attempts": [written.tries.get(row, ()) for row in range(len(mailing))],
        "delivered_ts": [None if isnan(ts) else ts for ts in written.delivered.tolist()],
    }
    # Openings and clicks come later, to a list of each email's own.
    names = [field.name for field in fields(Email) if field.name not in ("opens", "clicks")]
    return list(map(Email, *(columns[name] for name in names)))


def _recipients(mailing: Mailing) -> list[tuple[str, ...]]:
    alone = [(person.address,) for person in mailing.people.persons]
    both = zip(mailing.to.tolist(), mailing.cc.tolist(), strict=True)
    return [alone[to] if cc < 0 else alone[to] + alone[cc] for to, cc in both]


def _codes(written: Written) -> list[int | None]:
    sent = written.status != _STATUSES.index("rejected")
    pairs = zip(written.response, sent.tolist(), strict=True)
    return [int(text[:3]) if is_sent and text[:3].isdigit() else None for text, is_sent in pairs]


def _coded(account: Account, outcomes: Outcomes, names: Names, sent: Bools) -> dict[str, Coded]:
    mailing, persons = outcomes.mailing, outcomes.mailing.people.persons
    # The last entry is nobody: that is where the place -1 leads.
    mailboxes = [*(f"{person.name} <{person.address}>" for person in persons), ""]
    nowhere = outcomes.failure == FAILURES.index("bad-domain")
    return {
        "email_id": (names.email_ids, mailing.message),
        "recipient": ([person.address for person in persons], mailing.person),
        "to": (mailboxes, mailing.to),
        "cc": (mailboxes, mailing.cc),
        "host": ([*mailing.people.hosts, ""], np.where(sent & ~nowhere, mailing.person, -1)),
        "outbound_ip": ([*mailing.ips, ""], np.where(sent, mailing.outbound, -1)),
        **{name: (texts, mailing.stream) for name, texts in _origins(account, mailing).items()},
    }


def _origins(account: Account, mailing: Mailing) -> dict[str, list[str]]:
    key = account.api_key[:KEY_USERNAME_LENGTH]
    return {
        "sender": [stream.sender for stream in mailing.streams],
        "header_from": [stream.header_from for stream in mailing.streams],
        "reply_to": [stream.reply_to for stream in mailing.streams],
        "username": [
            key if each.username == API_KEY else each.username for each in mailing.streams
        ],
        "subaccount": [stream.subaccount for stream in mailing.streams],
    }


def _contents(
    rng: Generator, mailing: Mailing, names: Names
) -> tuple[list[str], list[tuple[tuple[str, str], ...]], Ints]:
    median = np.array([stream.size for stream in mailing.streams])[mailing.stream]
    sizes = median * rng.lognormal(0.0, 0.25, len(mailing))[mailing.message]
    first = np.cumsum([0, *(len(stream.subjects) for stream in mailing.streams)])
    subjects = [subject for stream in mailing.streams for subject in stream.subjects]
    subject = names.fill_coded(subjects, first[mailing.stream] + mailing.subject)
    return subject, _headers(mailing, names), sizes.astype(np.int64)


def _headers(mailing: Mailing, names: Names) -> list[tuple[tuple[str, str], ...]]:
    headers: list[tuple[tuple[str, str], ...]] = [()] * len(mailing)
    for stream in mailing.streams:
        rows = np.flatnonzero(mailing.of(stream))
        filled = (
            [(key, value) for value in names.fill(template, rows)]
            for key, template in stream.headers
        )
        for row, pairs in zip(rows.tolist(), zip(*filled, strict=True), strict=False):
            headers[row] = pairs
    return headers


def _responses(outcomes: Outcomes, names: Names) -> list[str]:
    providers, codes = outcomes.mailing.people.providers, outcomes.mailing.provider.copy()
    templates = [each.delivered for each in providers]
    known: dict[str, int] = {}
    for row, reply in outcomes.replies.items():
        codes[row] = known.setdefault(reply, len(providers) + len(known))
    return names.fill_coded([*templates, *known], codes)


def _tries(outcomes: Outcomes, names: Names, response: list[str]) -> dict[int, Tries]:
    """Every try of mail that was put off, the last one with the answer that it ended with."""
    tries = [(row, ts, text) for row, each in outcomes.tries.items() for ts, text in each]
    known: dict[str, int] = {}
    codes = [known.setdefault(text, len(known)) for _, _, text in tries]
    rows = np.array([row for row, _, _ in tries], np.int64)
    texts = names.fill_coded(list(known), np.array(codes, np.int64), rows)
    found: dict[int, Tries] = {}
    for (row, ts, _), text in zip(tries, texts, strict=True):
        found[row] = (*found.get(row, ()), (ts, text))
    decided = outcomes.decided
    for row in found:
        if decided[row]:
            found[row] += ((float(outcomes.final[row]), response[row]),)
    return found
