"""What became of one recipient's copy of an email, from the rows of its log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from smtp2go_kit.triage.classifier import Classification, classify
from smtp2go_kit.triage.log import is_missing
from smtp2go_kit.triage.wording import number, plain, span

Outcome = Literal[
    "delivered",
    "bounced",
    "hard-bounced",
    "waiting",
    "suppressed",
    "rejected-unverified",
    "rejected-quota",
    "rejected-sandboxed",
    "rejected",
    "complained",
    "unsubscribed",
    "mixed",
    "not-found",
]
ENDS: dict[str, Outcome] = {
    "processed": "waiting",
    "delivered": "delivered",
    "soft-bounced": "bounced",
    "hard-bounced": "hard-bounced",
    "rejected": "rejected",
}
"""What each event makes of an email; the last one counts."""
CAUSES: dict[str, Outcome] = {
    "suppression": "suppressed",
    "unverified-sender": "rejected-unverified",
    "quota": "rejected-quota",
}
"""Why SMTP2GO did not let an email out, by the cause that its words name."""
WORDS: dict[str, str] = {
    "delivered": "delivered",
    "bounced": "bounced",
    "hard-bounced": "hard-bounced",
    "waiting": "still waiting",
    "suppressed": "held back because the recipient is suppressed",
    "rejected-unverified": "rejected because the sender is not verified",
    "rejected-quota": "rejected because of the plan's limit",
    "rejected-sandboxed": "rejected because the credential is in sandbox mode",
    "rejected": "rejected by SMTP2GO",
    "complained": "marked as spam",
    "unsubscribed": "answered with an unsubscribe",
}
CERTAIN, SURE, LIKELY = 0.98, 0.9, 0.7
"""Our own measure of confidence: the event itself says so; it and its text; the text is missing
or says nothing that is known."""


@dataclass(frozen=True)
class Fate:
    """What became of one copy.

    Args:
        outcome: A stable word for it.
        email_id: The email's id; empty if unknown, as what follows.
        recipient: Whose copy.
        sender: Who sent it.
        subject: Its subject.
        outbound_ip: The address of SMTP2GO's that sent it.
        sent: When it left.
        date: When it came to this end; when it left, where it is waiting.
        response: The last answer, as it came.
        answer: What that answer means, where it is a refusal.
        attempts: How often delivery was tried, as far as is told.
        opens: How often it was opened, as far as is told.
    """

    outcome: Outcome
    email_id: str
    recipient: str
    sender: str
    subject: str
    outbound_ip: str
    sent: pd.Timestamp
    date: pd.Timestamp
    response: str
    answer: Classification | None
    attempts: int
    opens: int

    @property
    def confidence(self) -> float:
        """How sure the outcome is, 0 to 1."""
        if self.outcome in ("complained", "unsubscribed"):
            return CERTAIN
        if self.outcome == "delivered":
            return CERTAIN if self.opens else SURE
        known = self.answer is not None and self.answer.category != "other"
        return SURE if known or self.outcome in CAUSES.values() else LIKELY

    def sentence(self, end: pd.Timestamp) -> str:
        """What happened, in one to three sentences.

        Args:
            end: Up to when is known.
        """
        about = f"'{plain(self.subject, 80)}' " if self.subject else ""
        head = f"The email {about}of {moment(self.sent)} to {plain(self.recipient, 80)}"
        return " ".join((f"{head} {self._end(end)}.", *self._further()))

    def _end(self, end: pd.Timestamp) -> str:
        if self.outcome == "waiting":
            return f"has been waiting for {took(self.sent, end)}{self._tried()}"
        if self.outcome in ("delivered", "complained", "unsubscribed"):
            after = took(self.sent, self.date)
            words = {"delivered": "was delivered", "complained": "was marked as spam"}
            return f"{words.get(self.outcome, 'made its reader unsubscribe')} after {after}"
        if self.outcome in ("bounced", "hard-bounced"):
            what = "for good" if self.outcome == "hard-bounced" else "and is not tried again"
            return f"was refused {what} after {took(self.sent, self.date)}{self._tried()}"
        return f"was not let out: it was {WORDS[self.outcome]}"

    def _tried(self) -> str:
        return f" and {number(self.attempts)} attempts" if self.attempts > 1 else ""

    def _further(self) -> Iterator[str]:
        if self.response:
            is_server = self.outcome in ("bounced", "hard-bounced", "waiting")
            kind = f" ({self.answer.category})" if self.answer and is_server else ""
            yield f"The last answer was '{plain(self.response)}'{kind}."
        if self.opens:
            yield f"It was opened {number(self.opens)} time{'' if self.opens == 1 else 's'}."


def fate_of(rows: pd.DataFrame) -> Fate:
    """What became of one copy.

    Args:
        rows: Its rows of a log, oldest first and at least one, with attempts among them.
    """
    ends = rows[rows["event"].isin(ENDS)]
    last = (ends if len(ends) else rows).iloc[-1]
    outcome, date = _outcome(rows, str(last["event"])), last["date"]
    response = _last_text(rows)
    answer = None if outcome == "delivered" or not response else _classified(response)
    if outcome == "rejected":
        outcome = _rejected(response, answer)
    if outcome in ("complained", "unsubscribed"):
        wanted = "spam" if outcome == "complained" else "unsubscribed"
        date, answer = rows.loc[rows["event"] == wanted, "date"].iloc[-1], None
    return Fate(
        outcome=outcome,
        email_id=_first_text(rows["email_id"]),
        recipient=_first_text(rows["recipient"]),
        sender=_first_text(rows["sender"]),
        subject=_first_text(rows["subject"]),
        outbound_ip=_first_text(rows["outbound_ip"]),
        sent=rows["date"].iloc[0],
        date=date,
        response=response,
        answer=answer,
        attempts=int((rows["event"] == "attempt").sum()),
        opens=int((rows["event"] == "opened").sum()),
    )


def _outcome(rows: pd.DataFrame, last: str) -> Outcome:
    kinds = rows["event"]
    if (kinds == "spam").any():
        return "complained"
    wishes = kinds[kinds.isin(["unsubscribed", "resubscribed"])]
    if len(wishes) and wishes.iloc[-1] == "unsubscribed":
        return "unsubscribed"
    # Whatever else is known of an email, such as that it was opened, it has arrived.
    return ENDS.get(last, "waiting" if last == "attempt" else "delivered")


def _rejected(response: str, answer: Classification | None) -> Outcome:
    if "sandbox" in response.lower():
        return "rejected-sandboxed"
    return CAUSES.get(answer.cause, "rejected") if answer else "rejected"


def _classified(response: str) -> Classification | None:
    return None if response.lstrip().startswith("2") else classify(response)


def _last_text(rows: pd.DataFrame) -> str:
    told = rows.loc[rows["event"].isin([*ENDS, "attempt"]), "smtp_response"].dropna()
    return str(told.iloc[-1]) if len(told) else ""


def _first_text(column: pd.Series[str]) -> str:
    told = column.dropna()
    return str(told.iloc[0]) if len(told) else ""


def moment(date: pd.Timestamp) -> str:
    """A moment in words."""
    return "an unknown time" if is_missing(date) else f"{date:%Y-%m-%d %H:%M:%S} UTC"


def took(start: pd.Timestamp, end: pd.Timestamp) -> str:
    """The time between two moments in words."""
    if is_missing(start) or is_missing(end):
        return "an unknown time"
    seconds = max(0.0, (end - start).total_seconds())
    return f"{seconds:.0f} s" if seconds < 120 else span(seconds / 86_400)
