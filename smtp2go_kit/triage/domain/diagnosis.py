"""What a diagnosis of a sender domain says: ten checks, each with its evidence and its fix."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

Status = Literal["ok", "warn", "fail", "unknown"]
Name = Literal[
    "api-state",
    "dkim",
    "return-path",
    "tracking",
    "wildcard",
    "dmarc",
    "spf",
    "receives-mail",
    "traffic",
    "name-servers",
]
ORDER: tuple[Status, ...] = ("ok", "unknown", "warn", "fail")
"""From the best to the worst."""
ADDED: tuple[Name, ...] = ("traffic", "name-servers")
"""Checks that only add to what others say."""
DNS, PROVIDER, APP, HOST = "you (DNS)", "SMTP2GO", "you (SMTP2GO)", "your DNS provider"
"""Who has to act."""


class Record(NamedTuple):
    """A DNS record to publish.

    Args:
        type: Its type, as ``CNAME``.
        name: Its full name.
        value: Its value.
    """

    type: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Args:
        name: Which check it is.
        status: How it went; ``unknown`` where it could not be seen.
        summary: What was found, in one sentence.
        problems: What is wrong, as stable ids such as ``missing``; with the status ``ok`` they
            are worth knowing and do no harm.
        evidence: What DNS answered, as ``name TTL type value`` or ``name type NXDOMAIN``, and
            what SMTP2GO or the servers of recipients said.
        impact: What it does to mail; empty where there is no problem.
        advice: What to do, in one sentence; empty where there is nothing to do.
        records: The exact records to publish.
        who: Who has to act; empty where nobody has.
    """

    name: Name
    status: Status
    summary: str
    problems: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    impact: str = ""
    advice: str = ""
    records: tuple[Record, ...] = ()
    who: str = ""


@dataclass(frozen=True, repr=False)
class Diagnosis:
    """What is right and wrong with a sender domain; shows itself in a notebook.

    ``diagnosis["dkim"]`` is a check by its name.

    Args:
        domain: The domain, in ASCII and small letters.
        checks: The ten checks, in order.
    """

    domain: str
    checks: tuple[Check, ...]

    @property
    def status(self) -> Status:
        """The worst of all checks: ``fail``, ``warn``, ``unknown`` or ``ok``.

        Traffic and name servers only add to the others, so that not seeing them counts for
        nothing here.
        """
        unseen = [c for c in self.checks if c.name in ADDED and c.status == "unknown"]
        return worst(check.status for check in self.checks if check not in unseen)

    def __getitem__(self, name: str) -> Check:
        found = {check.name: check for check in self.checks}
        return found[name]  # type: ignore[index]  # any text may be asked for

    def to_frame(self) -> pd.DataFrame:
        """One row a check, everything as text; what a check has several of stands on lines."""
        import pandas as pd

        rows = [_texts(check) for check in self.checks]
        return pd.DataFrame(rows, dtype="str").rename(columns={"name": "check"})

    def to_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        return {
            "domain": self.domain,
            "status": self.status,
            "checks": [_jsonable(check) for check in self.checks],
        }

    def __repr__(self) -> str:
        from smtp2go_kit.triage.domain.rendering import text

        return text(self)

    def _repr_html_(self) -> str:
        from smtp2go_kit.triage.domain.rendering import fragment

        return fragment(self, level=3)


def worst(statuses: Iterable[Status]) -> Status:
    """The worst of some statuses.

    Args:
        statuses: The statuses; of none, the worst is ``ok``.
    """
    return ORDER[max(map(ORDER.index, statuses), default=0)]


def _texts(check: Check) -> dict[str, str]:
    return asdict(check) | {
        "problems": ", ".join(check.problems),
        "evidence": "\n".join(check.evidence),
        "records": "\n".join(" ".join(record) for record in check.records),
    }


def _jsonable(check: Check) -> dict[str, Any]:
    return asdict(check) | {
        "problems": list(check.problems),
        "evidence": list(check.evidence),
        "records": [record._asdict() for record in check.records],
    }
