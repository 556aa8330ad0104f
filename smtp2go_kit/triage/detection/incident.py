"""One thing out of the ordinary: its cause, its cohort, and what of it failed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from smtp2go_kit.triage.detection.abuse import STRANGE, Burst
from smtp2go_kit.triage.detection.cohort import Parts
from smtp2go_kit.triage.detection.gaps import Gap
from smtp2go_kit.triage.detection.mail import Bools, Mail
from smtp2go_kit.triage.detection.reasons import WHY
from smtp2go_kit.triage.detection.verdict import Case, Verdict

HARM = {"greylisting": 0.2, "throttling": 0.7, "complaint-spike": 10.0, "data-gap": 0.5}
"""What one case of a cause counts against a lost email; late mail arrives, and a complaint does
more harm than a bounce."""


@dataclass(frozen=True, eq=False)
class Incident:
    """Something out of the ordinary.

    Args:
        verdict: Its cause.
        parts: What its cohort has in common.
        what: What is counted.
        copies: All copies of the cohort since it began.
        failed: Those that it happened to.
        expected: Cases to expect among them.
        since: When it began, Unix seconds.
        until: The last case.
        p: How probable that is on an ordinary day.
        case: What it was judged from; None for gaps and bursts.
        more: What words need beside that.
    """

    verdict: Verdict
    parts: Parts
    what: str
    copies: Bools
    failed: Bools
    expected: float
    since: int
    until: int
    p: float
    case: Case | None = None
    more: Gap | Burst | None = None

    @property
    def x(self) -> int:
        """Cases."""
        return round(self.more.missing) if isinstance(self.more, Gap) else int(self.failed.sum())

    @property
    def n(self) -> int:
        """All that could have been cases."""
        return round(self.more.of) if isinstance(self.more, Gap) else int(self.copies.sum())

    @property
    def harm(self) -> float:
        """Cases beyond the usual, by how bad they are."""
        return (self.x - self.expected) * HARM.get(self.verdict.cause, 1.0)


def of_gap(mail: Mail, gap: Gap) -> Incident:
    """What is wrong with the data, as an incident.

    Args:
        mail: The copies.
        gap: The problem.
    """
    inside = (mail.sent >= gap.start) & (mail.sent < gap.end)
    verdict = Verdict("data-gap", 0.9, WHY["data-gap"])
    nothing = np.zeros(len(mail), np.bool_)
    return Incident(
        verdict, {}, "data-gap", inside, nothing, 0.0, gap.start, gap.end, 0.0, more=gap
    )


def of_burst(mail: Mail, burst: Burst) -> Incident:
    """Mail that is not like its user's, as an incident.

    Args:
        mail: The copies.
        burst: The mail.
    """
    why = WHY["compromised-user"].format(traits="; ".join(burst.traits))
    sure = min(0.95, 0.6 + 0.1 * (burst.points - STRANGE))
    at = mail.sent[burst.copies]
    return Incident(
        Verdict("compromised-user", sure, why),
        {"username": (burst.username,)},
        "volume",
        burst.copies,
        burst.copies,
        0.0,
        int(at.min()),
        int(at.max()),
        0.0,
        more=burst,
    )
