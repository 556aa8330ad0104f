"""The events of a simulation as the frame that today's service's answer becomes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from smtp2go_kit.frames import CHILDREN, Children
from smtp2go_kit.operations.activity import EVENTS
from smtp2go_kit.sandbox import times
from smtp2go_kit.sandbox.account import DAY
from smtp2go_kit.sandbox.seeding.clients import BROWSERS, CLIENTS
from smtp2go_kit.sandbox.seeding.people import Floats, Ints, listed
from smtp2go_kit.sandbox.seeding.reactions import complaint, unsubscribe_reason
from smtp2go_kit.sandbox.simulation.log import KINDS
from smtp2go_kit.sandbox.simulation.played import Played

PATH = "/activity/search"


def events_of(played: Played) -> pd.DataFrame:
    """All events, newest first, as a search of the whole time by today's contract gives them."""
    order = played.log.order[::-1]
    row, kind = played.log.row[order], played.log.kind[order]
    frame = pd.DataFrame(
        {
            **_of_emails(played, row),
            **_of_events(played, order, row, kind),
        },
        columns=list(EVENTS.columns),
    )
    counts, child = _attempts(played, frame, row, kind)
    frame["delivery_attempts_count"] = counts
    frame.attrs.update(_attrs(played, len(frame)))
    frame.attrs[CHILDREN] = Children({"delivery_attempts": child})
    return frame


def struck_events(played: Played, number: int) -> pd.Series[bool]:
    """Which of the events are about mail that one of the incidents struck."""
    row = played.log.row[played.log.order[::-1]]
    return pd.Series(np.isin(row, played.struck[number]))


def _of_emails(played: Played, row: Ints) -> dict[str, pd.Series[Any]]:
    written = played.written
    texts = {name: _taken(values, places[row]) for name, (values, places) in written.coded.items()}
    sender = texts.pop("header_from")
    size = pd.array(written.size[row], dtype="Int64")
    return {
        **texts,
        "from": sender,
        "sender_full": sender,
        "recipients": _recipients(played, row),
        "subject": _taken(written.subject, row),
        "subaccount_name": texts["subaccount"],
        "bcc": _taken([""], np.zeros_like(row)),
        "byte_size": pd.Series(size),
    }


def _recipients(played: Played, row: Ints) -> pd.Series[Any]:
    """The address of To, and that of Cc where there is one."""
    mailing = played.outcomes.mailing
    addresses = [person.address for person in mailing.people.persons]
    pairs, places = np.unique(np.stack((mailing.to, mailing.cc)), axis=1, return_inverse=True)
    known = zip(listed(pairs[0]), listed(pairs[1]), strict=True)
    texts = [addresses[to] if cc < 0 else f"{addresses[to]}, {addresses[cc]}" for to, cc in known]
    return _taken(texts, places.ravel()[row])


def _of_events(played: Played, order: Ints, row: Ints, kind: Ints) -> dict[str, pd.Series[Any]]:
    answered = np.isin(kind, [KINDS.index(name) for name in KINDS[1:5]])
    responses = _taken([*played.written.response, ""], np.where(answered, row, -1))
    view = played.log.view[order]
    return {
        "date": _dates(played.log.ts[order]),
        "event": _taken(KINDS, kind),
        "smtp_response": responses,
        "reason": _reasons(played, row, kind),
        "error": _taken([""], np.zeros_like(row)),
        "originating_host": _taken([""], np.zeros_like(row)),
        **_of_views(played, view, kind),
    }


def _reasons(played: Played, row: Ints, kind: Ints) -> pd.Series[Any]:
    told: dict[str, Callable[[int], str]] = {
        "rejected": lambda place: played.written.response[place],
        "unsubscribed": unsubscribe_reason,
        "spam": complaint,
    }
    numbers = [KINDS.index(name) for name in told]
    chosen = np.flatnonzero(np.isin(kind, numbers))
    reasons = [
        told[KINDS[which]](place)
        for which, place in zip(listed(kind[chosen]), listed(row[chosen]), strict=True)
    ]
    places = np.full(len(row), len(reasons))
    places[chosen] = np.arange(len(reasons))
    return _taken([*reasons, ""], places)


def _of_views(played: Played, view: Ints, kind: Ints) -> dict[str, pd.Series[Any]]:
    """Openings and clicks, each with its program, and nothing for other events."""
    opened, clicked = kind == KINDS.index("opened"), kind == KINDS.index("clicked")
    count = len(CLIENTS)
    program = np.full(len(view), count + len(BROWSERS))
    program[opened] = played.opens.client[view[opened]]
    program[clicked] = count + played.clicks.client[view[clicked]]
    programs = (*CLIENTS, *BROWSERS)
    seconds = pd.Series(pd.array([pd.NA] * len(view), dtype="Int64"))
    seconds[opened] = played.opens.detail[view[opened]]
    places = np.full(len(view), -1)
    places[clicked] = view[clicked]
    # Without clicks in the log, no links have to be made up.
    urls = _urls(played) if clicked.any() else []
    return {
        "email_client_fullname": _taken([*(each.fullname for each in programs), ""], program),
        "email_client_name": _taken([*(each.name for each in programs), ""], program),
        "metadata_url": _taken([*urls, ""], places),
        "metadata_read_secs": seconds,
        "metadata_user_agent": _taken([*(each.user_agent for each in programs), ""], program),
    }


def _urls(played: Played) -> list[str]:
    mailing, clicks = played.outcomes.mailing, played.clicks
    urls = [url for stream in mailing.streams for url in stream.urls]
    counts = np.array([len(stream.urls) for stream in mailing.streams], np.int64)
    stream = mailing.stream[clicks.row]
    codes = (np.cumsum(counts) - counts)[stream] + clicks.detail % counts[stream]
    return played.names.fill_coded(urls, codes, clicks.row)


def _taken(values: Sequence[str], places: Ints, empty: str | None = None) -> pd.Series[Any]:
    """The texts at some places; an empty one is missing, as today's service leaves it out."""
    texts = pd.array([value or empty for value in values], dtype="str")
    return pd.Series(texts.take(places))


def _dates(ts: np.ndarray[Any, np.dtype[np.float64]]) -> pd.Series[Any]:
    """Times in whole seconds, as the activity stream writes them."""
    seconds = np.floor(ts).astype("datetime64[s]").astype("datetime64[us]")
    return pd.Series(pd.DatetimeIndex(seconds, tz="UTC"))


def _attempts(
    played: Played, frame: pd.DataFrame, row: Ints, kind: Ints
) -> tuple[pd.Series[Any], pd.DataFrame]:
    hosts, reached = played.written.coded["host"]
    count, first, texts, times_of = _tries(played)
    count = np.where(kind == 0, count[row], 0)
    counts = pd.Series(pd.array(count, dtype="Int64")).where(pd.Series(count > 0))
    parent = np.repeat(np.arange(len(row)), count)
    place = np.arange(len(parent)) - np.repeat(np.cumsum(count) - count, count)
    place += first[row[parent]]
    keys = frame[["email_id", "recipient", "event", "date"]].take(parent)
    child = keys.reset_index(drop=True).assign(
        smtptime=_dates(times_of[place]),
        host=_taken(hosts, reached[row[parent]], empty=""),
        smtpresponse=_taken(texts, place),
    )
    child.attrs["key"] = ["email_id", "recipient", "event", "date"]
    return counts, child


def _tries(played: Played) -> tuple[Ints, Ints, list[str], Floats]:
    """How many tries each email took and where they begin among all; their answers and times."""
    written = played.written
    count = np.fromiter((bool(text) for text in written.response), np.int64)
    first, more = np.arange(len(count)), len(count)
    for row, tries in written.tries.items():
        count[row] = len(tries) if count[row] else 0
        first[row], more = more, more + len(tries)
    late = list(chain.from_iterable(written.tries.values()))
    sent = played.outcomes.mailing.ts
    times_of = np.where(np.isnan(written.delivered), sent, written.delivered)
    texts = [*written.response, *(text for _, text in late)]
    return count, first, texts, np.concatenate((times_of, [ts for ts, _ in late]))


def _attrs(played: Played, count: int) -> dict[str, Any]:
    window = played.outcomes.mailing.window
    start = window.start - window.start % DAY
    now = dt.datetime.fromtimestamp(played.account.now(), dt.UTC)
    return {
        "total_events": count,
        "endpoint": PATH,
        "window": (times.zulu(start), times.zulu(now.timestamp())),
        "total": count,
        "truncated": False,
        "continue_token": None,
        "fetched_at": times.zulu(now.timestamp()),
        "request_id": None,
    }
