"""Incidents put in words: findings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from smtp2go_kit.triage.advice import Known, actions_for
from smtp2go_kit.triage.detection.abuse import Burst
from smtp2go_kit.triage.detection.cohort import Parts
from smtp2go_kit.triage.detection.gaps import Gap
from smtp2go_kit.triage.detection.incident import Incident
from smtp2go_kit.triage.detection.mail import Mail
from smtp2go_kit.triage.finding import Cause, Finding
from smtp2go_kit.triage.intervals import jeffreys
from smtp2go_kit.triage.responses import normalised
from smtp2go_kit.triage.wording import number, percent, plain

MOST_RESPONSES = 5
LONGEST = 500
"""Characters of an answer that a finding keeps."""
CLEAR = 1e-8
"""Probability by chance, up to which addresses may be advised against."""
NAMED = 5
"""Values of a dimension that advice may name."""
WHAT: Mapping[str, str] = {
    "invalid": "bounced as unknown addresses",
    "mailbox-full": "bounced off full mailboxes",
    "authentication": "were refused for failed authentication",
    "ip-block": "were refused for the IP they left from",
    "domain-reputation": "were refused for the sender domain's reputation",
    "link-domain-listed": "were refused for a link in them",
    "content-block": "were refused for their content",
    "block": "were blocked",
    "throttling": "were put off until SMTP2GO gave up",
    "greylisting": "were put off by greylisting",
    "unreachable": "could not be handed over: no connection",
    "policy": "were refused by the recipients' rules",
    "other": "bounced for reasons not known",
    "suppression": "were held back, as their recipients are suppressed",
    "unverified-sender": "were held back, as their sender is not verified",
    "quota": "were held back, as the account's limit is reached",
    "rejected": "were held back by SMTP2GO",
    "slow": "are late or still waiting",
    "complaint": "were marked as spam",
    "volume": "were sent that are not like this user's mail",
}
LABELS: Mapping[str, str] = {
    "provider": "at {}",
    "recipient_domain": "to {}",
    "sender_domain": "from {}",
    "sender": "from {}",
    "username": "of user {}",
    "subject": 'with subject "{}"',
    "outbound_ip": "from IP {}",
    "subaccount": "of subaccount {}",
}
WAITS: Mapping[str, str] = {
    "authentication": "an hour after the records are verified",
    "unverified-sender": "an hour after the domain is verified",
    "throttling": "in 4 hours; it often ends by itself",
    "greylisting": "in 2 hours; it ends by itself",
    "recipient-outage": "in 4 hours, as servers come back by themselves",
    "complaint-spike": "after the next mailing; complaints take a day to arrive",
    "bad-list": "after the next mailing to the same list",
    "mailbox-full": "in 7 days",
}


def finding_of(
    mail: Mail, incident: Incident, seen: pd.Timestamp, records: Mapping[str, tuple[str, ...]]
) -> Finding:
    """A finding in words.

    Args:
        mail: The copies.
        incident: What was detected.
        seen: The end of the time that was looked at.
        records: Missing DNS records by sender domain.
    """
    verdict = incident.verdict
    responses = _responses(mail, incident)
    return Finding(
        cause=verdict.cause,
        problem=_problem(incident),
        why=verdict.why,
        confidence=verdict.confidence,
        since=_moment(incident.since),
        until=_moment(incident.until),
        seen=seen,
        cohort={k: v[0] if len(v) == 1 else v for k, v in incident.parts.items()},
        what=incident.what,
        x=incident.x,
        n=incident.n,
        interval=jeffreys(min(incident.x, incident.n), incident.n),
        expected=incident.expected,
        excess=incident.x - incident.expected,
        responses=tuple(text for text, _ in responses),
        email_ids=tuple(email_id for _, email_id in responses),
        ruled_out=(*verdict.ruled_out, *_tested(incident)),
        actions=actions_for(verdict.cause, _known(mail, incident, records)),
        verify=_verify(verdict.cause, incident),
    )


def _moment(seconds: int) -> pd.Timestamp:
    return pd.Timestamp(seconds, unit="s", tz="UTC")


def where(parts: Parts) -> str:
    """A cohort in words.

    Args:
        parts: Dimensions and their values.
    """
    return " ".join(
        LABELS[name].format(" and ".join(plain(value, 80) for value in values))
        for name, values in parts.items()
    )


def _problem(incident: Incident) -> str:
    since = f"since {_moment(incident.since):%Y-%m-%d %H:%M} UTC"
    if isinstance(incident.more, Gap):
        gap, until = incident.more, f"{_moment(incident.until):%Y-%m-%d %H:%M} UTC"
        return (
            f"The data is not whole: {gap.what} from {_moment(incident.since):%Y-%m-%d %H:%M} to "
            f"{until} ({number(round(gap.missing))} of {number(round(gap.of))} {gap.counted})."
        )
    if isinstance(incident.more, Burst):
        return (
            f"{number(incident.x)} emails {where(incident.parts)} {since} are not like its mail: "
            f"{'; '.join(incident.more.traits)}."
        )
    cohort = where(incident.parts)
    share = percent(100 * incident.x / incident.n)
    usual = percent(100 * incident.expected / incident.n)
    return (
        f"{number(incident.x)} of {number(incident.n)} emails{f' {cohort}' if cohort else ''} "
        f"{WHAT[incident.what]} {since} ({share}; {usual} is usual)."
    )


def _tested(incident: Incident) -> tuple[str, ...]:
    if incident.case is None or np.isnan(incident.p):
        return ()
    chance = f"{incident.p:.1g}" if incident.p > 1e-12 else "less than 1e-12"
    return (f"Chance: on an ordinary day this happens with a probability of {chance}.",)


def _responses(mail: Mail, incident: Incident) -> list[tuple[str, str]]:
    """Answers as they came, one of each wording, the most frequent first."""
    theirs = mail.answers[incident.failed[mail.answers.index]]
    if theirs.empty:
        return []
    # The newest first, and then by id, so that the order of a frame's rows changes nothing.
    when = mail.events.loc[theirs["row"], ["date", "email_id"]].set_index(theirs.index)
    theirs = theirs.loc[when.sort_values(["date", "email_id"], ascending=[False, True]).index]
    counted = theirs.groupby("text", sort=False)["row"].agg(["size", "first"]).head(2_000)
    wordings: dict[str, tuple[int, str, int]] = {}
    for text, size, row in counted.itertuples():
        key = normalised(str(text))
        count, first, at = wordings.get(key, (0, str(text), int(row)))
        wordings[key] = (count + int(size), first, at)
    top = sorted(wordings.values(), key=lambda each: -each[0])[:MOST_RESPONSES]
    ids = mail.events["email_id"]
    return [(text[:LONGEST], _text(ids.iloc[row])) for _, text, row in top if text]


def _text(value: Any) -> str:
    return "" if pd.isna(value) else str(value)


def _known(mail: Mail, incident: Incident, records: Mapping[str, tuple[str, ...]]) -> Known:
    theirs = mail.answers[incident.failed[mail.answers.index]]
    domains = _top(mail, incident, "sender_domain")
    waits = theirs["retry_after"].dropna()
    return Known(
        cohort={name: ", ".join(values) for name, values in incident.parts.items()},
        sender_domains=domains,
        recipient_domains=_top(mail, incident, "recipient_domain"),
        outbound_ips=_top(mail, incident, "outbound_ip"),
        usernames=_top(mail, incident, "username"),
        subjects=_top(mail, incident, "subject"),
        blocklists=_frequent(theirs["blocklist"]),
        retry_after=int(waits.median()) if len(waits) else None,
        addresses=len(np.unique(mail.codes["recipient"][incident.failed])),
        confidence=incident.verdict.confidence,
        clear=incident.p <= CLEAR and _is_one_list(incident),
        records=tuple(line for domain in domains for line in records.get(domain, ())),
    )


def _is_one_list(incident: Incident) -> bool:
    """Whether one kind of message failed: a stolen password sends several to the same strangers."""
    return incident.case is not None and (
        incident.case.only("subject") or incident.case.count("subject") == 1
    )


def _frequent(names: pd.Series[Any]) -> tuple[str, ...]:
    counted = names[names.fillna("") != ""].value_counts()
    return tuple(str(name) for name in counted.index[:NAMED])


def _top(mail: Mail, incident: Incident, dimension: str) -> tuple[str, ...]:
    codes = mail.codes[dimension][incident.failed]
    found, counts = np.unique(codes[codes >= 0], return_counts=True)
    names = [str(name) for name in mail.names[dimension][found]]
    pairs = sorted(zip(counts.tolist(), names, strict=True), key=lambda pair: (-pair[0], pair[1]))
    return tuple(name for _, name in pairs[:NAMED])


def _verify(cause: Cause, incident: Incident) -> str:
    if cause == "data-gap":
        return "verify_fix(finding): the same window, fetched again, should have no gap."
    if cause == "compromised-user":
        return "verify_fix(finding), 2 hours after the password is changed."
    needed = enough(incident.x / max(1, incident.n), incident.expected / max(1, incident.n))
    cohort = where(incident.parts) or "of the account"
    some = f"{number(needed)} new emails {cohort} are" if needed > 1 else f"1 new email {cohort} is"
    when = WAITS.get(cause, "2 hours after the change")
    return f"verify_fix(finding), {when}: about {some} enough to tell."


def enough(share: float, usual: float) -> int:
    """New emails after which a share that is back to usual can be told from the failing one.

    Args:
        share: The failing share, 0 to 1.
        usual: The usual one.
    """
    share, usual = min(max(share, 0.002), 0.98), min(max(usual, 1e-4), 0.9)
    if share <= usual:
        return 1_000
    gain = (1 - usual) * np.log((1 - usual) / (1 - share)) + usual * np.log(usual / share)
    return int(np.ceil(np.log(20) / max(float(gain), 1e-6)))
