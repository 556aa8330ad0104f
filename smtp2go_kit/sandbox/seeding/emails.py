"""Turn planned mail and what became of it into emails."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
from numpy.random import Generator

from smtp2go_kit.sandbox.account import Account, Email, Status
from smtp2go_kit.sandbox.seeding.names import Names, looked_up
from smtp2go_kit.sandbox.seeding.outcomes import FAILURES, Outcomes
from smtp2go_kit.sandbox.seeding.people import listed
from smtp2go_kit.sandbox.seeding.providers import PROVIDERS
from smtp2go_kit.sandbox.seeding.reactions import Reactions
from smtp2go_kit.sandbox.seeding.schedule import Mailing
from smtp2go_kit.sandbox.seeding.streams import API_KEY, STREAMS

# One list for each field of an email.
Columns = dict[str, list[Any]]

KEY_USERNAME_LENGTH = 16
_STATUSES: tuple[Status, ...] = ("delivered", "hardbounce", "softbounce", "deferred")


def write(
    rng: Generator, account: Account, outcomes: Outcomes, reactions: Reactions, names: Names
) -> list[Email]:
    """The emails, in the order of the mailing, with their first status after sending."""
    mailing = outcomes.mailing
    columns: Columns = {
        **_addresses(mailing, names),
        **_origins(account, mailing),
        **_contents(rng, mailing, names),
        **_deliveries(outcomes, names),
    }
    _overwrite_rejected(columns, reactions)
    return list(map(Email, *(columns[field.name] for field in fields(Email))))


def _addresses(mailing: Mailing, names: Names) -> Columns:
    persons = mailing.people.persons
    # The last entry is nobody: that is where the place -1 leads.
    mailboxes = [*(f"{person.name} <{person.address}>" for person in persons), ""]
    alone = [(person.address,) for person in persons]
    both = zip(mailing.to.tolist(), mailing.cc.tolist(), strict=True)
    rows = np.arange(len(mailing))
    return {
        "email_id": names.values["email_id"](rows),
        "ts": mailing.ts.tolist(),
        "recipient": names.values["recipient"](rows),
        "recipients": [alone[to] if cc < 0 else alone[to] + alone[cc] for to, cc in both],
        "to": looked_up(mailboxes, mailing.to)(rows),
        "cc": looked_up(mailboxes, mailing.cc)(rows),
        "bcc": [""] * len(mailing),
    }


def _origins(account: Account, mailing: Mailing) -> Columns:
    key = account.api_key[:KEY_USERNAME_LENGTH]
    by_stream: dict[str, list[str]] = {
        "sender": [stream.sender for stream in STREAMS],
        "header_from": [stream.header_from for stream in STREAMS],
        "reply_to": [stream.reply_to for stream in STREAMS],
        "username": [key if each.username == API_KEY else each.username for each in STREAMS],
    }
    rows = np.arange(len(mailing))
    return {field: looked_up(values, mailing.stream)(rows) for field, values in by_stream.items()}


def _contents(rng: Generator, mailing: Mailing, names: Names) -> Columns:
    chosen = zip(listed(mailing.stream), listed(mailing.subject), strict=True)
    median = np.array([stream.size for stream in STREAMS])[mailing.stream]
    sizes = median * rng.lognormal(0.0, 0.25, len(mailing))[mailing.message]
    return {
        "subject": names.fill_each([STREAMS[place].subjects[i] for place, i in chosen]),
        "headers": _headers(mailing, names),
        "size": sizes.astype(np.int64).tolist(),
    }


def _headers(mailing: Mailing, names: Names) -> list[tuple[tuple[str, str], ...]]:
    headers: list[tuple[tuple[str, str], ...]] = [()] * len(mailing)
    for stream in STREAMS:
        rows = np.flatnonzero(mailing.of(stream))
        filled = (
            [(key, value) for value in names.fill(template, rows)]
            for key, template in stream.headers
        )
        for row, pairs in zip(rows.tolist(), zip(*filled, strict=True), strict=False):
            headers[row] = pairs
    return headers


def _deliveries(outcomes: Outcomes, names: Names) -> Columns:
    mailing, rows = outcomes.mailing, np.arange(len(outcomes.mailing))
    templates = looked_up([each.delivered for each in PROVIDERS], mailing.provider)(rows)
    for row, template in outcomes.replies.items():
        templates[row] = template
    responses = names.fill_each(templates)
    delivered = zip(outcomes.final.tolist(), outcomes.delivered.tolist(), strict=True)
    reached = np.where(outcomes.failure == FAILURES.index("bad-domain"), -1, mailing.person)
    return {
        "status": _statuses(outcomes),
        "host": looked_up([*mailing.people.hosts, ""], reached)(rows),
        "outbound_ip": names.values["ip"](rows),
        "response": responses,
        "smtpcode": [int(response[:3]) for response in responses],
        "delivered_ts": [ts if is_delivered else None for ts, is_delivered in delivered],
        "opens": [[] for _ in responses],
        "clicks": [[] for _ in responses],
    }


def _statuses(outcomes: Outcomes) -> list[Status]:
    conditions = [outcomes.delivered, outcomes.hard, outcomes.decided]
    places = np.select(conditions, [0, 1, 2], 3)
    return [_STATUSES[place] for place in places.tolist()]


def _overwrite_rejected(columns: Columns, reactions: Reactions) -> None:
    """What was rejected never reached a server."""
    for row, why in reactions.rejected.items():
        columns["status"][row] = "rejected"
        columns["response"][row] = why
        columns["host"][row] = columns["outbound_ip"][row] = ""
        columns["smtpcode"][row] = columns["delivered_ts"][row] = None
