"""Whether the data is whole: hours without events, ends without beginnings, clocks that differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from smtp2go_kit.triage.detection.mail import (
    NEVER,
    REJECTED,
    WAITING,
    Bools,
    Floats,
    Ints,
    Mail,
    seconds_of,
)
from smtp2go_kit.triage.detection.screening import Times

HOUR, DAY = 3_600, 86_400
WEEK = 168
LEAST_HOURS = 2
"""Fewest hours without any event that are a gap."""
LEAST_EVENTS = 12.0
"""Fewest emails that the quietest of the same hours of earlier weeks must have had."""
QUIET = 0.3
"""Share of the usual that a gap may still have: it need not have swallowed every event."""
NOTHING = 0.03
"""Share up to which what is left does not matter."""
CAMPAIGN = 0.15
"""Share of a day's mail from which an hour's mail of one subject is a campaign."""
SLOW_DAY, HALF_A_DAY = 30.0, 12
"""The same of silences longer than these hours, which a slow day or a holiday may be."""
FEW_WEEKS = 3
"""Earlier weeks below which they do not tell what else a day may be."""
BESIDE = 4
"""Hours beside a silence that tell how busy these days are: a break of the data is sharp, a slow
day is not."""
LEAST_COPIES, LEAST_ORPHANS = 15, 5
"""Fewest copies that tell of a gap; ends without a beginning have no other reason."""
LOST = 0.4
"""Share of an hour's copies without an end, at every provider, from which ends are missing."""
REPEATED = 0.02
"""Share of the events that came twice, from which pages overlap."""
SETTLED = 4 * HOUR
"""Age from which an end is to be expected: greylisting and retries are mostly over."""
RECENT = 3
"""Windows in which a gap matters."""


@dataclass(frozen=True)
class Gap:
    """What is wrong with the data.

    Args:
        what: The problem, as a clause.
        start: When it begins, Unix seconds.
        end: When it ends.
        missing: Events or copies that are missing or wrong.
        of: Those that should be there.
        counted: What is counted, and what of it is wrong.
        misleads: Whether other numbers of that time cannot be relied upon.
    """

    what: str
    start: int
    end: int
    missing: float
    of: float
    counted: str
    misleads: bool = True


def gaps(mail: Mail, times: Times) -> Iterator[Gap]:
    """The problems of the data in the last windows, the largest first.

    Args:
        mail: The copies, with the events they come from.
        times: The windows.
    """
    if not len(mail):
        return
    looks = (_stopped, _silences, _without_end, _without_start, _repeats, _clocks)
    found = [gap for look in looks for gap in look(mail, times)]
    yield from sorted(found, key=lambda gap: -gap.missing)


def _silences(mail: Mail, times: Times) -> Iterator[Gap]:
    """Hours in which next to nothing happened, though mail is usually sent in them."""
    copies = _per_hour(mail.sent[~_in_campaign(mail, times)], times)
    most, habit = min(RECENT * times.window // HOUR, len(copies) - WEEK), _habit(copies)
    for first, last in _runs(copies, habit, most):
        usual = _usual(copies, habit, first, last)
        found = int(copies[first : last + 1].sum())
        hours = last - first + 1
        if hours < LEAST_HOURS or usual < _enough(hours) or found > QUIET * usual:
            continue
        if found <= NOTHING * usual or _broken(mail, times, first, last) >= QUIET:
            start, end = times.now - (last + 1) * HOUR, times.now - first * HOUR
            yield Gap(
                "next to nothing came",
                start,
                end,
                usual - found,
                usual,
                "emails missing, as it seems",
            )


def _stopped(mail: Mail, times: Times) -> Iterator[Gap]:
    """Nothing since the newest event, though the same time of each earlier week had mail."""
    last = max(int(mail.sent.max()), int(seconds_of(mail.events["date"]).max()))
    if times.now - last < LEAST_HOURS * HOUR:
        return
    own = mail.sent[~_in_campaign(mail, times)]
    weeks = _same_of_weeks(own, last, times.now, times)
    busy = _same_of_weeks(own, last - DAY, last, times)
    if not weeks or not any(busy):
        return
    level = ((own > last - DAY) & (own <= last)).sum() / float(np.median(busy))
    usual = min(weeks) * min(1.0, float(level))
    if usual >= (_enough((times.now - last) // HOUR) if len(weeks) >= FEW_WEEKS else SLOW_DAY):
        missing = float(np.median(weeks))
        yield Gap("no mail left", last, times.now, missing, missing, "emails missing, as it seems")


def _enough(hours: int) -> float:
    return LEAST_EVENTS if hours <= HALF_A_DAY else SLOW_DAY


def _same_of_weeks(sent: Ints, start: int, end: int, times: Times) -> list[int]:
    """Emails of the same time of each earlier week that there is mail of."""
    first = times.now - times.window * times.count
    starts = range(start - WEEK * HOUR, first - 1, -WEEK * HOUR)
    return [int(((sent > at) & (sent <= at + end - start)).sum()) for at in starts]


def _broken(mail: Mail, times: Times, first: int, last: int) -> float:
    """Share of the copies of some hours that lack their beginning or their end.

    On a holiday there is little mail too, but what there is is whole.
    """
    ago = (times.now - mail.sent) // HOUR
    inside = (ago >= first) & (ago <= last)
    lost = (mail.state == WAITING) & (mail.kind < 0) & (times.now - mail.sent > SETTLED)
    return float((lost | mail.orphan)[inside].mean()) if inside.any() else 1.0


def _in_campaign(mail: Mail, times: Times) -> Bools:
    """Copies of subjects of which an hour has much of its day's mail; campaigns keep to no hour."""
    hour = np.maximum((times.now - mail.sent) // HOUR, 0)
    cell = hour * (int(mail.codes["subject"].max(initial=0)) + 2) + mail.codes["subject"] + 1
    _, where, counts = np.unique(cell, return_inverse=True, return_counts=True)
    known = mail.codes["subject"] >= 0
    much: Bools = known & (counts[where] > CAMPAIGN * np.bincount(hour // 24)[hour // 24])
    return much


def _habit(copies: Ints) -> Floats:
    """What each hour usually has: the middle of the same hours of all weeks."""
    whole = len(copies) // WEEK * WEEK
    middle = np.median(copies[:whole].reshape(-1, WEEK), axis=0) if whole else np.zeros(WEEK)
    return np.resize(middle, len(copies))


def _per_hour(seconds: Ints, times: Times) -> Ints:
    ago = (times.now - seconds) // HOUR
    hours = times.window * times.count // HOUR
    counted: Ints = np.bincount(ago[(ago >= 0) & (ago < hours)], minlength=hours)
    return counted


def _runs(copies: Ints, habit: Floats, most: int) -> Iterator[tuple[int, int]]:
    """First and last hour (ago) of each silence that begins in the last *most* hours.

    Hours without habit, as at night, do not end a silence; the hours that it begins and ends in
    are only partly silent.
    """
    quiet = (habit >= 1) & (copies <= QUIET * habit)
    silent = quiet | ((habit < 1) & (copies == 0))
    edges = np.flatnonzero(np.diff(np.concatenate(([0], silent.astype(np.int8), [0]))))
    for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        inside = start + np.flatnonzero(quiet[start:stop])
        for place in (0, -1):
            if len(inside) > LEAST_HOURS and copies[inside[place]]:
                inside = np.delete(inside, place)
        if len(inside) and inside[0] < most:
            yield int(inside[0]), int(inside[-1])


def _usual(copies: Ints, habit: Floats, first: int, last: int) -> float:
    """Copies of the quietest of the same hours of earlier weeks, if these days are as busy."""
    weeks = [int(copies[first + k : last + 1 + k].sum()) for k in _weeks(copies, last)]
    if not weeks:
        return 0.0
    busy = np.flatnonzero(habit >= 1)
    beside = [busy[busy > last][:BESIDE], busy[busy < first][-BESIDE:]]
    levels = (_level(copies, hours) for hours in beside if len(hours))
    return min(weeks) * min((1.0, *levels))


def _weeks(copies: Ints, last: int) -> range:
    return range(WEEK, len(copies) - last, WEEK)


def _level(copies: Ints, hours: Ints) -> float:
    """How busy some hours are, against the same hours of earlier weeks: 1 is as usual."""
    usual = [int(copies[hours + k].sum()) for k in _weeks(copies, int(hours.max()))]
    middle = float(np.median(usual)) if usual else 0.0
    return float(copies[hours].sum()) / middle if middle else 0.0


def _without_end(mail: Mail, times: Times) -> Iterator[Gap]:
    """Hours whose mail has no end at any provider, or whose ends have no beginning."""
    bins = times.bins(mail.sent)
    recent = (bins >= 0) & (bins < RECENT) & (times.now - mail.sent > SETTLED)
    lost = (mail.state == WAITING) & (mail.kind < 0)
    if (recent & lost).sum() < LEAST_COPIES:
        return
    providers = mail.codes["provider"][recent]
    hours = (times.now - mail.sent[recent]) // HOUR
    table = pd.DataFrame({"hour": hours, "provider": providers, "lost": lost[recent]})
    grouped = table.groupby("hour")["lost"]
    bad = grouped.mean()[(grouped.mean() >= LOST) & (grouped.sum() >= 3)].index
    inside = table[table["hour"].isin(bad)]
    if len(inside) < LEAST_COPIES or not _everywhere(inside):
        return
    start, end = times.now - (int(max(bad)) + 1) * HOUR, times.now - int(min(bad)) * HOUR
    missing = float(inside["lost"].sum())
    what = "mail of every provider has no end"
    yield Gap(what, start, end, missing, float(len(inside)), "emails of those hours")


def _without_start(mail: Mail, times: Times) -> Iterator[Gap]:
    """Ends without beginnings, where beginnings are usually there."""
    bins = times.bins(mail.sent)
    settled = (bins >= 0) & (mail.ended != NEVER) & (mail.state != REJECTED)
    lost = settled & mail.orphan
    recent = bins < RECENT
    usual = (lost & ~recent).sum() / max(1, (settled & ~recent).sum())
    count, of = int((lost & recent).sum()), int((settled & recent).sum())
    if count >= LEAST_ORPHANS and usual <= 0.02 and count >= 0.01 * of:
        at = mail.sent[lost & recent]
        inside = settled & (mail.sent >= at.min()) & (mail.sent <= at.max())
        what = "mail ends that never began"
        of_hours = float(inside.sum())
        yield Gap(
            what,
            int(at.min()),
            int(at.max()),
            float(count),
            of_hours,
            "emails of that time",
            misleads=False,
        )


def _repeats(mail: Mail, times: Times) -> Iterator[Gap]:
    """Events that came more than once."""
    keys = ["date", "event", "email_id", "recipient"]
    seconds = seconds_of(mail.events["date"])
    recent = (times.now - seconds) < RECENT * times.window
    if mail.events["email_id"].isna().all():
        return
    events = mail.events.loc[recent, keys]
    twice = events.duplicated().to_numpy()
    if twice.sum() >= LEAST_COPIES and twice.sum() >= REPEATED * len(events):
        at = seconds[recent][twice]
        what = "events came more than once"
        missing, of = float(twice.sum()), float(len(events))
        yield Gap(what, int(at.min()), int(at.max()), missing, of, "recent events", misleads=False)


def _everywhere(inside: pd.DataFrame) -> bool:
    """Whether the ends are missing alike wherever the mail went."""
    shares = inside.groupby("provider")["lost"].agg(["mean", "size"])
    large = shares[shares["size"] >= 3]
    return len(large) >= 3 and bool((large["mean"] >= LOST / 2).mean() >= 0.8)


def _clocks(mail: Mail, times: Times) -> Iterator[Gap]:
    """Ends before their beginnings."""
    bins = times.bins(mail.sent)
    recent = (bins < RECENT) & (mail.ended != NEVER)
    early = recent & (mail.ended < mail.sent - 60)
    if early.sum() >= LEAST_COPIES:
        start, end = int(mail.ended[early].min()), int(mail.sent[early].max())
        count, of = float(early.sum()), float(recent.sum())
        yield Gap("mail ends before it begins", start, end, count, of, "recent emails")
