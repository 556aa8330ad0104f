"""From an account, or a frame of its events, to what is wrong with its mail."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from smtp2go_kit import encoding
from smtp2go_kit.client import Client
from smtp2go_kit.errors import InvalidArgument
from smtp2go_kit.triage.account import Facts, facts_of
from smtp2go_kit.triage.detection.incidents import Detected, detect
from smtp2go_kit.triage.detection.intake import KINDS, UNTIMED, events_of, is_unknown
from smtp2go_kit.triage.detection.kinds import BLOCKS
from smtp2go_kit.triage.detection.mail import BOUNCED, DELIVERED, NEVER, REJECTED, Mail, mail_of
from smtp2go_kit.triage.detection.screening import Times, named
from smtp2go_kit.triage.findings import LEAST_MAIL, Overview, Report
from smtp2go_kit.triage.log import attempts_of
from smtp2go_kit.triage.wording import number, percent, plain
from smtp2go_kit.triage.writing import WHAT, finding_of, where

NAME = "triage"
AHEAD = pd.Timedelta(minutes=5)
"""How far clocks may differ."""
LEAST_WINDOW = pd.Timedelta(hours=1)
LEAST_PAST = 7
"""Windows of the past that a comparison needs to be worth its name."""
MOST_WINDOWS = 120
MOST_UNDECIDED = 3
DOUBTFUL = 1e-3
"""Probability by chance up to which something is worth a word though it is not a finding."""


def triage(
    client_or_events: Client | pd.DataFrame,
    *,
    window: str | dt.timedelta = "1d",
    compare: str | dt.timedelta = "28d",
    now: dt.datetime | str | None = None,
) -> Report:
    """Find out what is wrong with an account's mail, why, and what to do; changes nothing.

    Compares the last window with the time before it, kind of failure by kind of failure, and
    names for each problem the smallest part of the mail that explains it.

    Args:
        client_or_events: Whose account; or events as ``client.activity.search()`` returns them,
            or a frame with such columns: ``date``, ``event``, ``recipient`` (or ``recipients``,
            ``to``), and as many of ``email_id``, ``sender``, ``subject``, ``username``,
            ``smtp_response``, ``host``, ``outbound_ip`` and ``subaccount_name`` as there are.
        window: How long the present is, as ``"1d"``, ``"6h"`` or a timedelta; 1 hour or more.
            Problems that began up to 7 windows ago are seen too.
        compare: How long the past is, that it is compared with; 28 days is what the statistics
            were measured with. The service keeps 5 days on free plans and 30 on paid ones.
        now: The end of the window; the present, or the newest event of a frame, if not given.

    Raises:
        InvalidArgument: A length or a frame cannot be used.
        Smtp2GoError: The activity could not be read.
    """
    lengths = _length("window", window), _length("compare", compare)
    if lengths[0] < LEAST_WINDOW or lengths[1] < lengths[0]:
        raise InvalidArgument(
            "window",
            "expected 1h or more, and no more than half of the time looked at",
            operation=NAME,
        )
    if isinstance(client_or_events, Client):
        client = client_or_events
        end = pd.Timestamp(_moment(now, client._now()), tz="UTC")
        events = _fetched(client, end - sum(lengths, pd.Timedelta(0)), end)
        return _report(events, lengths, end, facts_of(client, events))
    if not isinstance(client_or_events, pd.DataFrame):
        raise InvalidArgument(
            "client_or_events",
            f"expected a Client or a DataFrame, got {type(client_or_events)}",
            operation=NAME,
        )
    return _report(client_or_events, lengths, _end(client_or_events, now), Facts())


def _length(name: str, value: str | dt.timedelta) -> pd.Timedelta:
    if isinstance(value, dt.timedelta):
        return pd.Timedelta(value)
    found = encoding.RELATIVE.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise InvalidArgument(
            name, f"{value!r} is not a length such as '1d', '6h' or a timedelta", operation=NAME
        )
    return pd.Timedelta(dt.timedelta(**{encoding.UNITS[found[2]]: int(found[1])}))


def _moment(now: dt.datetime | str | None, present: dt.datetime) -> str:
    try:
        return encoding.moment(present if now is None else now, present)
    except (ValueError, OverflowError) as error:
        raise InvalidArgument("now", str(error), operation=NAME) from None


def _fetched(client: Client, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    return client.activity.search(
        start_date=start.isoformat(), end_date=end.isoformat(), event_types=[*KINDS]
    )


def _end(events: pd.DataFrame, now: dt.datetime | str | None) -> pd.Timestamp:
    if now is not None:
        return pd.Timestamp(_moment(now, dt.datetime.now(dt.UTC)), tz="UTC")
    told = events.attrs.get("window")
    if told and told[1]:
        return (
            pd.Timestamp(told[1]).tz_localize("UTC")
            if pd.Timestamp(told[1]).tz is None
            else pd.Timestamp(told[1])
        )
    newest = events_of(events)["date"].max()
    return pd.Timestamp.now("UTC") if pd.isna(newest) else newest


def _report(
    frame: pd.DataFrame,
    lengths: tuple[pd.Timedelta, pd.Timedelta],
    end: pd.Timestamp,
    facts: Facts,
) -> Report:
    window, compare = lengths
    known = events_of(frame)
    # What is still to come is another look back, or a clock that is wrong; then hours lack.
    events = _with_attempts(known[known["date"] <= end + AHEAD].reset_index(drop=True), frame)
    mail = mail_of(events)
    times = _times(mail, window, compare, end)
    detected = detect(mail, times)
    findings = [finding_of(mail, each, end, facts.records) for each in detected.incidents]
    overview = _overview(mail, times)
    return Report(
        account=facts.account,
        start=end - window,
        end=end,
        compared=pd.Timestamp(times.now - times.window * times.count, unit="s", tz="UTC"),
        findings=tuple(findings),
        undecided=tuple(_undecided(mail, detected, overview)),
        notes=(*_unread(frame, known, end), *_notes(frame, mail, times), *facts.unseen),
        overview=overview,
        events=frame,
    )


def _times(mail: Mail, window: pd.Timedelta, compare: pd.Timedelta, end: pd.Timestamp) -> Times:
    now, seconds = int(end.timestamp()), int(window.total_seconds())
    first = int(mail.sent.min()) if len(mail) else now
    reach = min(int((window + compare).total_seconds()), max(now - first, seconds))
    return Times(now, seconds, max(1, min(MOST_WINDOWS, -(-reach // seconds))))


def _with_attempts(events: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """Processed events with the answer to their last attempt: all that is told of waiting mail."""
    attempts = attempts_of(frame).dropna(subset=["smtp_response"])
    put_off = attempts[~attempts["smtp_response"].str.startswith("2").fillna(value=True)]
    if put_off.empty:
        return events
    last = put_off.drop_duplicates(["email_id", "recipient"], keep="last")
    answers = last.set_index(["email_id", "recipient"])["smtp_response"]
    waiting = events[(events["event"] == "processed") & events["smtp_response"].isna()]
    found = answers.reindex(pd.MultiIndex.from_frame(waiting[["email_id", "recipient"]]))
    told = events["smtp_response"].copy()
    told[waiting.index] = found.to_numpy()
    return events.assign(smtp_response=told)


def _overview(mail: Mail, times: Times) -> Overview:
    bins = times.bins(mail.sent)
    now, past = bins == 0, bins > 0

    def counts(part: Any) -> dict[str, int]:
        state = mail.state[part]
        return {
            "emails": len(state),
            "delivered": int((state == DELIVERED).sum()),
            "bounced": int((state == BOUNCED).sum()),
            "rejected": int((state == REJECTED).sum()),
            "waiting": int((mail.ended[part] == NEVER).sum()),
            "complaints": int((mail.complained[part] != NEVER).sum()),
        }

    return Overview(counts(now), counts(past), times.count - 1)


def _undecided(mail: Mail, detected: Detected, overview: Overview) -> list[str]:
    lines: list[str] = []
    count = overview.window["emails"]
    if count < LEAST_MAIL:
        lines.append(
            f"can't tell yet (n={number(count)}): {number(count)} email{'' if count == 1 else 's'} "
            f"left in the window; {LEAST_MAIL} or a longer window tell more"
        )
    told = {incident.what for incident in detected.incidents}
    if told & {*BLOCKS}:
        told |= {*BLOCKS}
    cells = [
        (kind, cell) for kind, cell in detected.undecided if kind not in told and cell.p <= DOUBTFUL
    ]
    for kind, cell in sorted(cells, key=lambda each: each[1].p)[:MOST_UNDECIDED]:
        cohort = where(named(mail, cell)) or "of all mail"
        lines.append(
            f"can't tell yet (n={number(int(cell.n))}): {number(int(cell.x))} emails {cohort} "
            f"{WHAT[kind]}, {percent(100 * cell.expected / cell.n)} is usual; "
            "too few to be sure, as days differ"
        )
    return list(dict.fromkeys(lines))


def _unread(frame: pd.DataFrame, known: pd.DataFrame, end: pd.Timestamp) -> list[str]:
    """Events that were not looked at, and why."""
    lines: list[str] = []
    if untimed := known.attrs.get(UNTIMED, 0):
        lines.append(f"{number(untimed)} events: their date is missing or cannot be read")
    if later := int((known["date"] > end + AHEAD).sum()):
        lines.append(f"{number(later)} events: they are later than {end:%Y-%m-%d %H:%M} UTC")
    kinds = frame["event"].astype("str").value_counts()
    unknown = [(str(kind), int(count)) for kind, count in kinds.items() if is_unknown(str(kind))]
    lines += [
        f"{number(count)} events: the kind {plain(kind, 40)!r} is unknown"
        for kind, count in unknown[:3]
    ]
    return lines


def _notes(frame: pd.DataFrame, mail: Mail, times: Times) -> list[str]:
    notes: list[str] = []
    if frame.attrs.get("truncated"):
        notes.append(
            f"all events: {number(len(frame))} of {number(frame.attrs.get('total', 0))} came"
        )
    if times.count - 1 < LEAST_PAST:
        notes.append(
            f"what is usual for this account: there is mail of only {times.count - 1} windows "
            "before, so what is common elsewhere was taken for usual"
        )
    missing = [name for name in ("outbound_ip", "username") if not _has(mail, name)]
    notes += [f"{name.replace('_', ' ')}: the events do not tell it" for name in missing]
    return notes


def _has(mail: Mail, dimension: str) -> bool:
    return bool(np.any(mail.codes[dimension] >= 0)) or not len(mail)
