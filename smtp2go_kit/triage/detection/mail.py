"""Every recipient's copy of every email, as arrays: when it left, what became of it, and whose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smtp2go_kit.triage.classifier import classify_texts
from smtp2go_kit.triage.detection.kinds import CODES, kinds_of
from smtp2go_kit.triage.hosting import provider

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

WAITING, DELIVERED, BOUNCED, REJECTED = range(4)
STATES = {
    "delivered": DELIVERED,
    "soft-bounced": BOUNCED,
    "hard-bounced": BOUNCED,
    "rejected": REJECTED,
}
DIMENSIONS = (
    "provider",
    "recipient_domain",
    "sender_domain",
    "username",
    "subject",
    "outbound_ip",
    "subaccount",
    "sender",
)
"""What copies can have in common."""
OTHERS = "other servers"
"""The provider of domains whose provider is not known: mostly companies' own servers."""
ASKED = 20
"""Copies of each recipient domain that its provider is learnt from."""
RETRIED = ("mailbox-full", "throttling", "greylisting", "unreachable")
"""Failures that are tried again, so that the bounce comes days after the rest of its mailing."""
LONGEST = 72 * 3_600
"""Seconds that mail is tried again for, at most."""
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, eq=False)
class Mail:
    """Copies as arrays of one length; times are Unix seconds.

    Args:
        sent: When each left.
        ended: When it was delivered, bounced or rejected; ``NEVER`` while it waits.
        state: ``WAITING``, ``DELIVERED``, ``BOUNCED`` or ``REJECTED``.
        kind: The code of the kind of failure, -1 where none is known.
        complained: When its reader complained; ``NEVER`` if not.
        orphan: Whether its end is known, but not that it left.
        told: The place in *events* of the event that tells most of it.
        codes: For each dimension (and ``recipient``), the place of each copy's value in *names*;
            -1 where it is not known.
        names: The values of each dimension.
        answers: The classified answers of failed copies; its index is the copy's number.
        events: The events that this was made from.
    """

    sent: Ints
    ended: Ints
    state: NDArray[np.int8]
    kind: NDArray[np.int8]
    complained: Ints
    orphan: Bools
    told: Ints
    codes: Mapping[str, Ints]
    names: Mapping[str, pd.Index[Any]]
    answers: pd.DataFrame
    events: pd.DataFrame

    def __len__(self) -> int:
        return len(self.sent)

    def places(self, dimension: str, names: Sequence[str]) -> Ints:
        """The places of values in a dimension; those that no copy has are left out."""
        found = self.names[dimension].get_indexer(pd.Index(names))
        return found[found >= 0].astype(np.int64)

    def members(self, cohort: Mapping[str, str | Sequence[str]]) -> Bools:
        """Which copies belong to a cohort.

        Args:
            cohort: Dimensions, each with a value or several.
        """
        inside = np.ones(len(self), np.bool_)
        for dimension, names in cohort.items():
            listed = (names,) if isinstance(names, str) else names
            # What is not known has the place -1: the last of the flags, which is never set.
            wanted = np.zeros(len(self.names[dimension]) + 1, np.bool_)
            wanted[self.places(dimension, listed)] = True
            inside &= wanted[self.codes[dimension]]
        return inside


def mail_of(events: pd.DataFrame) -> Mail:
    """The copies that events are about.

    Args:
        events: As :func:`~smtp2go_kit.triage.detection.intake.events_of` returns them.
    """
    if events["email_id"].isna().all():
        # Without ids nothing ties an end to its beginning: each end is a copy of its own.
        events = events[~_is(events, "processed")].reset_index(drop=True)
    copy, count = _copies(events)
    seconds, is_sent = seconds_of(events["date"]), _is(events, "processed")
    state, ended, told = _ends(events, copy, seconds, count)
    begun = np.full(count, -1)
    begun[copy[is_sent]] = np.flatnonzero(is_sent)
    sent = _least(copy[is_sent], seconds[is_sent], count)
    orphan = sent == NEVER
    sent = np.where(orphan, ended, sent)
    spam = _is(events, "spam")
    complained = _least(copy[spam], seconds[spam], count)
    kept = np.flatnonzero(sent != NEVER)
    answers = _answers(events, _telling(told, begun, state)[kept], state[kept])
    codes, names = _coded(_described(events, told[kept]))
    mail = Mail(
        sent=sent[kept],
        ended=ended[kept],
        state=state[kept],
        kind=_kind(answers, state[kept]),
        complained=complained[kept],
        orphan=orphan[kept],
        told=told[kept],
        codes=codes,
        names=names,
        answers=answers,
        events=events,
    )
    only_ends = len(mail) > 0 and mail.orphan.mean() > 0.5
    return replace(mail, sent=_sent_like(mail)) if only_ends else mail


def _sent_like(mail: Mail) -> Ints:
    """When each copy left, if nothing but ends is known.

    What was given up after retries left when the last delivered mail of its subject and user did;
    else the last bounces of a mailing would be a mailing of their own, all of which fails.
    """
    retried = (mail.state == BOUNCED) & np.isin(mail.kind, [CODES[name] for name in RETRIED])
    retried &= mail.orphan & (mail.codes["subject"] >= 0)
    key = mail.codes["subject"] * (len(mail.names["username"]) + 1) + mail.codes["username"]
    order, place = np.lexsort((mail.ended, key)), np.arange(len(mail))
    first = np.maximum.accumulate(np.where(np.diff(key[order], prepend=-2) != 0, place, 0))
    last = np.maximum.accumulate(np.where((mail.state == DELIVERED)[order], place, -1))
    at, ended = mail.ended[order[last]], mail.ended[order]
    moved = retried[order] & (last >= first) & (ended - at <= LONGEST)
    sent = mail.sent.copy()
    sent[order[moved]] = at[moved]
    return sent


def _is(events: pd.DataFrame, name: str) -> Bools:
    return (events["event"] == name).to_numpy(np.bool_)


def seconds_of(dates: pd.Series[Any]) -> Ints:
    """Moments as Unix seconds.

    Args:
        dates: Moments to the microsecond, UTC.
    """
    seconds: Ints = np.asarray(dates.astype("int64"), np.int64) // 1_000_000
    return seconds


def _copies(events: pd.DataFrame) -> tuple[Ints, int]:
    """The number of the copy that each event is about, and how many there are."""
    person = pd.factorize(events["recipient"], use_na_sentinel=False)[0].astype(np.int64)
    if events["email_id"].isna().all():
        return np.arange(len(events)), len(events)
    email = pd.factorize(events["email_id"], use_na_sentinel=False)[0].astype(np.int64)
    copy, pairs = pd.factorize(email * (int(person.max(initial=0)) + 1) + person)
    return copy.astype(np.int64), len(pairs)


def _least(copy: Ints, seconds: Ints, count: int) -> Ints:
    least = np.full(count, NEVER)
    np.minimum.at(least, copy, seconds)
    return least


def _ends(
    events: pd.DataFrame, copy: Ints, seconds: Ints, count: int
) -> tuple[NDArray[np.int8], Ints, Ints]:
    """How each copy ended, when, and the event that tells most of it."""
    state, ended, told = np.zeros(count, np.int8), np.full(count, NEVER), np.full(count, -1)
    told[copy[::-1]] = np.arange(len(copy))[::-1]
    # A refusal after a delivery says more than the delivery.
    for name, end in STATES.items():
        rows = np.flatnonzero(_is(events, name))
        state[copy[rows]], ended[copy[rows]], told[copy[rows]] = end, seconds[rows], rows
    return state, ended, told


def _telling(told: Ints, begun: Ints, state: NDArray[np.int8]) -> Ints:
    """The event that tells what a server refused: the end, or the attempts of late mail."""
    failed = (state == BOUNCED) | (state == REJECTED)
    return np.where(failed | (begun < 0), told, begun)


def _answers(events: pd.DataFrame, rows: Ints, state: NDArray[np.int8]) -> pd.DataFrame:
    """The classified answers of copies that failed, or that were put off."""
    text = events["smtp_response"].iloc[rows]
    text.index = pd.RangeIndex(len(rows))
    failed = (state == BOUNCED) | (state == REJECTED)
    put_off = ~failed & text.notna().to_numpy()
    chosen = text[failed | put_off]
    chosen = chosen[failed[chosen.index] | ~chosen.str.startswith("2").fillna(value=True)]
    found = classify_texts(chosen.fillna(""))
    return found.assign(text=chosen, row=rows[chosen.index])


def _kind(answers: pd.DataFrame, state: NDArray[np.int8]) -> NDArray[np.int8]:
    kind = np.full(len(state), -1, np.int8)
    rejected = pd.Series(state[answers.index] == REJECTED, answers.index)
    kind[answers.index] = kinds_of(answers, rejected).to_numpy(np.int8)
    return kind


def _described(events: pd.DataFrame, told: Ints) -> Iterator[tuple[str, pd.Series[Any]]]:
    """What copies can have in common, one dimension after the other to spare memory."""
    recipient = _taken(events, "recipient", told)
    domain = _mapped(recipient, _domains)
    yield "provider", _providers(events, told, domain)
    yield "recipient_domain", domain
    yield "recipient", recipient
    del recipient, domain
    yield "sender_domain", _mapped(_taken(events, "sender", told), _domains)
    yield "subject", _mapped(_taken(events, "subject", told), _templates)
    for name in ("sender", "username", "outbound_ip", "subaccount"):
        yield name, _taken(events, name, told)


def _providers(events: pd.DataFrame, told: Ints, domain: pd.Series[Any]) -> pd.Series[Any]:
    """The provider of each copy, learnt from some copies of each domain."""
    codes, names = pd.factorize(domain)
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], codes[order])
    some = order[(np.arange(len(order)) - starts < ASKED) & (codes[order] >= 0)]
    rows = events.iloc[told[some]].reset_index(drop=True)
    found = provider(rows).groupby(codes[some]).first().reindex(range(len(names)))
    known = found.where(found.to_numpy() != names, OTHERS).astype("str")
    return pd.Series(known.array.take(codes, allow_fill=True), index=domain.index)


def _taken(events: pd.DataFrame, name: str, rows: Ints) -> pd.Series[Any]:
    return events[name].iloc[rows].reset_index(drop=True)


def _mapped(column: pd.Series[Any], change: Callable[[pd.Series[Any]], Any]) -> pd.Series[Any]:
    """A column changed by its different values only."""
    codes, names = pd.factorize(column)
    changed = change(pd.Series(names, dtype="str"))
    return pd.Series(changed.array.take(codes, allow_fill=True), index=column.index)


def _domains(addresses: pd.Series[Any]) -> pd.Series[Any]:
    return addresses.str.replace(r"^.*@", "", regex=True)


def _templates(subjects: pd.Series[Any]) -> pd.Series[Any]:
    """Subjects without the numbers that differ from one email to the next."""
    return subjects.str.replace(r"\d+", "#", regex=True).str.slice(0, 200)


def _coded(
    table: Iterable[tuple[str, pd.Series[Any]]],
) -> tuple[dict[str, Ints], dict[str, pd.Index[Any]]]:
    codes: dict[str, Ints] = {}
    names: dict[str, pd.Index[Any]] = {}
    for name, column in table:
        found, values = pd.factorize(column)
        codes[name], names[name] = found.astype(np.int64), pd.Index(values)
    return codes, names
