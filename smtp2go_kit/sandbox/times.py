"""Times as the API takes them and as each endpoint writes them."""

from __future__ import annotations

import datetime as dt
from email.utils import parsedate_to_datetime


def read(text: str) -> float:
    """Unix seconds of an ISO-8601 text or an email's Date; UTC where it has no zone."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        moment = parsedate_to_datetime(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()


def midnight(now: float) -> float:
    """Unix seconds of the start of the day in UTC."""
    return now - now % 86_400


def zulu(ts: float) -> str:
    """As in the activity stream: ``2024-02-12T05:54:07Z``."""
    return plain(ts) + "Z"


def plain(ts: float) -> str:
    """As in the document's examples: ``2021-04-20T00:00:00``."""
    return _moment(ts).strftime("%Y-%m-%dT%H:%M:%S")


def spaced(ts: float) -> str:
    """As in served suppressions: ``2022-11-14 07:54:45``."""
    return _moment(ts).strftime("%Y-%m-%d %H:%M:%S")


def with_offset(ts: float) -> str:
    """As in served cycles: ``2022-11-01 00:00:00+00:00``."""
    return spaced(ts) + "+00:00"


def with_fraction(ts: float) -> str:
    """As in served emails: ``2016-06-27 01:06:42.668336+00:00``."""
    return _moment(ts).strftime("%Y-%m-%d %H:%M:%S.%f") + "+00:00"


def _moment(ts: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(ts, dt.UTC)
