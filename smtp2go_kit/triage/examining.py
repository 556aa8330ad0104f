"""An account examined: what is wrong with its mail, and its health, from one download."""

from __future__ import annotations

import dataclasses
import datetime as dt

from smtp2go_kit import encoding
from smtp2go_kit.client import Client
from smtp2go_kit.errors import InvalidArgument
from smtp2go_kit.triage import look, triage
from smtp2go_kit.triage.findings import Report
from smtp2go_kit.triage.wording import span

LEAST = dt.timedelta(hours=2)
"""The shortest time that can be cut into a present and a past."""


def examine(client: Client, *, since: str, window: dt.timedelta) -> Report:
    """What is wrong with an account's mail, with its health; changes nothing.

    Args:
        client: Whose account.
        since: First moment to look at, UTC: ISO 8601, or a time ago such as ``"30d"``; 2 hours
            ago or more.
        window: The last of that time, which is compared with what was before it: 1 hour or more.
            Where it would leave a past shorter than itself, the halves are compared.

    Raises:
        InvalidArgument: *since* is too late.
        Smtp2GoError: The activity could not be read.
    """
    now = client._now()
    reach = _reach(since, now)
    last = min(window, reach / 2)
    report = triage(client, window=last, compare=reach - last, now=now)
    health = look(client, now=now, events=report.events)
    notes = report.notes if last == window else (_short(window), *report.notes)
    return dataclasses.replace(report, notes=notes, health=health)


def _reach(since: str, now: dt.datetime) -> dt.timedelta:
    start = encoding.moment(since, now)
    reach = now - dt.datetime.fromisoformat(start).replace(tzinfo=dt.UTC)
    if reach < dt.timedelta():
        raise InvalidArgument("since", f"{start} is still to come")
    if reach < LEAST:
        problem = f"{since} is too late; 2h ago or more is needed to compare with the past"
        raise InvalidArgument("since", problem)
    return reach


def _short(window: dt.timedelta) -> str:
    length = span(window / dt.timedelta(days=1))
    reach = f"all that was looked at is less than two windows of {length}"
    return f"what is usual: the past is short. {reach}, so its halves were compared"
