"""What a question about mail is asked of: an account, or frames that somebody has already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from smtp2go_kit import encoding
from smtp2go_kit.client import Client
from smtp2go_kit.errors import InvalidArgument, Smtp2GoError
from smtp2go_kit.triage.log import is_missing, log_of
from smtp2go_kit.types import Moment

ClientOrEvents = Client | pd.DataFrame


@dataclass(frozen=True, eq=False)
class Source:
    """Events of a window, and where more can be asked.

    Args:
        client: The account; None where only frames are given.
        raw: The events as they came.
        log: The same as a log.
        start: First moment looked at, UTC; missing if nothing tells.
        end: Moment looked up to, UTC; missing if nothing tells.
        unseen: What could not be seen, and why; grows as it is asked.
    """

    client: Client | None
    raw: pd.DataFrame
    log: pd.DataFrame
    start: pd.Timestamp
    end: pd.Timestamp
    unseen: list[str] = field(default_factory=list[str])

    def ask(
        self, what: str, given: pd.DataFrame | None, view: Callable[[Client], pd.DataFrame]
    ) -> pd.DataFrame | None:
        """A list of the account's, as it was given or as the account tells it.

        Args:
            what: Its name, for what could not be seen.
            given: The list where somebody has it already.
            view: How to ask for it.
        """
        if given is not None:
            return given
        if self.client is None:
            self.unseen.append(f"{what}: events alone do not tell; give a client")
            return None
        try:
            return view(self.client)
        except Smtp2GoError as error:
            self.unseen.append(f"{what}: {error}")
            return None


def source_of(
    asked: ClientOrEvents,
    since: Moment,
    now: dt.datetime | None,
    operation: str,
    **search: Any,
) -> Source:
    """The events of a window, from an account or from a frame.

    Args:
        asked: The account, or events.
        since: First moment to look at.
        now: Moment to look up to; the client's present, or a frame's last event, if not given.
        operation: Who asks, for errors.
        **search: What else to ask the activity stream for.

    Raises:
        InvalidArgument: *since* is no time, or still to come.
        Smtp2GoError: The activity could not be read.
    """
    if isinstance(asked, pd.DataFrame):
        return _given(asked, since, now, operation)
    until = now or asked._now()
    begin = _start(since, until, operation)
    raw = asked.activity.search(start_date=begin, end_date=now, **search)
    start, end = (pd.Timestamp(moment) for moment in raw.attrs["window"])
    return Source(asked, raw, log_of(raw), start, end, _truncated(raw))


def _given(raw: pd.DataFrame, since: Moment, now: dt.datetime | None, operation: str) -> Source:
    log = log_of(raw)
    end = _end(raw, log, now)
    if is_missing(end):
        return Source(None, raw, log, end, end, ["when: no event has a time"] * bool(len(log)))
    start = pd.Timestamp(_moment(since, end.to_pydatetime(), operation), tz="UTC")
    known = _window(raw.attrs)
    kept = log["date"].isna() | log["date"].between(start, end)
    begin = max(start, known[0]) if known else start
    return Source(None, raw, log[kept].reset_index(drop=True), begin, end, _truncated(raw))


def _end(raw: pd.DataFrame, log: pd.DataFrame, now: dt.datetime | None) -> pd.Timestamp:
    if now is not None:
        given = pd.Timestamp(now)
        return given.tz_localize("UTC") if given.tz is None else given.tz_convert("UTC")
    known = _window(raw.attrs)
    last: pd.Timestamp = log["date"].max() if known is None else known[1]
    return last


def _window(attrs: Mapping[Any, Any]) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    window = attrs.get("window")
    return None if not window else (pd.Timestamp(window[0]), pd.Timestamp(window[1]))


def _truncated(raw: pd.DataFrame) -> list[str]:
    if not raw.attrs.get("truncated"):
        return []
    return [f"all events: {len(raw):,} of {raw.attrs['total']:,} came"]


def _start(since: Moment, now: dt.datetime, operation: str) -> str:
    start = _moment(since, now, operation)
    if start > encoding.moment(now, now):
        raise InvalidArgument("since", f"{start} is still to come", operation=operation)
    return start


def _moment(since: Moment, now: dt.datetime, operation: str) -> str:
    try:
        return encoding.moment(since, now)
    except (ValueError, OverflowError) as error:
        raise InvalidArgument("since", str(error), operation=operation) from None
