"""Users whose mail no longer looks like theirs: new subjects, to strangers, at odd hours.

A new list is written to strangers with a new subject too, but with one subject, by day, and not
at a pace that its user never had.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from smtp2go_kit.triage.detection.kinds import BLOCKS, CODES
from smtp2go_kit.triage.detection.mail import Bools, Floats, Ints, Mail
from smtp2go_kit.triage.detection.screening import Times

HOUR = 3_600
LEAST = 15
"""Fewest copies of a burst."""
KNOWN = 50
"""Fewest earlier copies of a user whose habits are known."""
ODD_HOURS = 0.015
"""Share of a user's mail below which an hour of the day is an odd one for it; 1/24 is the mean."""
RECENT = 3
"""Windows that a burst is looked for in."""
MOSTLY = 0.5
"""Share of a burst from which a trait is the burst's."""
ALL = 0.95
"""Share to strangers from which it is to them alone."""
MAIN = 0.1
"""Share of a burst from which a subject is one of its main ones."""
REFUSED = 0.1
"""Share refused for reputation or content, which a user's own mail seldom meets."""
PACE = 4.0
"""Times the busiest hours so far, from which the pace is not the user's."""
STRANGE = 3.0
"""Points from which somebody else is likely behind it."""


@dataclass(frozen=True, eq=False)
class Burst:
    """Mail of a user that is not like its mail.

    Args:
        username: The user.
        copies: The copies of the burst.
        strangers: Share of the user's recent mail with new subjects that goes to recipients who
            had no mail from the account before.
        subjects: New subjects that make up a good part of it.
        odd_hours: Share in hours in which the user hardly sends.
        pace: Its busiest hour against the user's busiest ones before.
        new_senders: Share from addresses that the user did not use before.
        refused: Share refused for reputation or content.
    """

    username: str
    copies: Bools
    strangers: float
    subjects: int
    odd_hours: float
    pace: float
    new_senders: float
    refused: float

    @property
    def points(self) -> float:
        """How much of it is not like the user."""
        return (
            min(self.subjects - 1, 3) * 0.75
            + 1.5 * (self.odd_hours >= MOSTLY)
            + 1.0 * (self.pace >= PACE)
            + 0.5 * (self.pace >= 2 * PACE)
            + 1.0 * (self.new_senders >= MOSTLY)
            + 0.75 * (self.refused >= REFUSED)
            # A mailing of one's own reaches some whom one knows, or minds no filter.
            + 1.0 * (self.strangers >= ALL and self.pace >= 2 * PACE and self.refused >= REFUSED)
            # One subject that no filter minds is a campaign, though at an odd time.
            - 1.5 * (self.subjects == 1 and self.refused < REFUSED)
        )

    @property
    def traits(self) -> list[str]:
        """The same in words."""
        told = (
            (self.strangers, f"{100 * self.strangers:.0f} % goes to people new to the account"),
            (self.subjects > 1, f"it has {self.subjects} new subjects"),
            (self.odd_hours, f"{100 * self.odd_hours:.0f} % left at hours it hardly sends in"),
            (self.pace >= PACE, f"its pace is {self.pace:.0f} times the busiest so far"),
            (self.new_senders, f"{100 * self.new_senders:.0f} % has sender addresses new to it"),
            (self.refused >= REFUSED, f"{100 * self.refused:.0f} % is refused as spam or blocked"),
        )
        return [words for share, words in told if share >= MOSTLY]


def bursts(mail: Mail, times: Times) -> Iterator[Burst]:
    """Bursts that somebody else than the user is likely behind.

    Args:
        mail: The copies.
        times: The windows.
    """
    bins = times.bins(mail.sent)
    recent, past = (bins >= 0) & (bins < RECENT), bins >= RECENT
    strange = recent & _new(mail.codes["subject"], past) & _new(mail.codes["recipient"], past)
    users = mail.codes["username"]
    counts = np.bincount(users[strange & (users >= 0)], minlength=1)
    for user in np.flatnonzero(counts >= LEAST):
        theirs = users == user
        if (theirs & past).sum() >= KNOWN:
            burst = _burst(mail, int(user), theirs & strange, theirs & past)
            if burst.strangers >= MOSTLY and burst.points >= STRANGE:
                yield burst


def _new(codes: Ints, past: Bools) -> Bools:
    """Which copies have a value that no copy had in the past."""
    known = np.zeros(int(codes.max(initial=0)) + 2, np.bool_)
    known[codes[past]] = True
    new: Bools = ~known[codes] & (codes >= 0)
    return new


def _burst(mail: Mail, user: int, strange: Bools, past: Bools) -> Burst:
    subjects, counts = np.unique(mail.codes["subject"][strange], return_counts=True)
    same = np.isin(mail.codes["subject"], subjects) & (mail.codes["username"] == user)
    copies = same & (mail.sent >= mail.sent[strange].min())
    blocked = np.isin(mail.kind, [CODES[kind] for kind in BLOCKS])
    return Burst(
        username=str(mail.names["username"][user]),
        copies=copies,
        strangers=float(strange.sum() / copies.sum()),
        subjects=int((counts >= MAIN * counts.sum()).sum()),
        odd_hours=_odd(mail.sent[copies], mail.sent[past]),
        pace=_busiest(mail.sent[copies], 1.0) / max(2.0, _busiest(mail.sent[past], 0.98)),
        new_senders=float(_new(mail.codes["sender"], past)[copies].mean()),
        refused=float(blocked[copies].mean()),
    )


def _busiest(at: Ints, quantile: float) -> float:
    """Copies of a busy hour."""
    return float(np.quantile(np.unique(at // HOUR, return_counts=True)[1], quantile))


def _odd(at: Ints, past: Ints) -> float:
    habit: Floats = np.bincount((past // HOUR) % 24, minlength=24) / max(1, len(past))
    return float((habit[(at // HOUR) % 24] < ODD_HOURS).mean())
