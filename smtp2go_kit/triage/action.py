"""What somebody can do about a finding: exactly what, who, and at what risk."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from smtp2go_kit.triage.wording import plain

WHAT = 600
"""Characters of an action's sentences that are shown."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do; nothing here does it.

    Args:
        what: What to do, a sentence in the imperative.
        who: Who can do it: ``you``, ``your DNS``, ``SMTP2GO support``, ``the recipient's admin``,
            or ``nobody`` where waiting is all.
        value: The exact record, address or setting; empty if there is none.
        risk: What can go wrong by doing it, in a sentence.
        destructive: Whether it loses something that doing the opposite does not bring back.
        needs_confirmation: Whether somebody must agree before it is done.
        call: The client's call that does it, as ``client.suppression.remove``; empty if none.
    """

    what: str
    who: str = "you"
    value: str = ""
    risk: str = "None."
    destructive: bool = False
    needs_confirmation: bool = False
    call: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        return plain(self.sentence, 2 * WHAT)

    @property
    def sentence(self) -> str:
        """All of it on one line: what, who, the value, the risk and whether to ask first."""
        value = f' Value: "{plain(self.value, WHAT)}".' if self.value else ""
        risk = f" Risk: {plain(self.risk, WHAT)}" if self.risk not in ("", "None.") else ""
        ask = " Ask before you do it." if self.needs_confirmation else ""
        call = f" Call: {self.call}." if self.call else ""
        return f"{plain(self.what, WHAT)} ({plain(self.who, 60)}){value}{call}{risk}{ask}"
