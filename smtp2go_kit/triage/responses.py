"""What servers answered, grouped: what differs from one answer to the next is masked."""

from __future__ import annotations

import re

import pandas as pd

from smtp2go_kit.triage.health.copies import KEY, addressed, domain_of

MOST = 1_000
"""Characters of an answer that are looked at: anybody may write anything there."""
FIRST = re.compile(r"^(\d{3})-(?=\D|\d\.)")
"""The hyphen of an answer's first line, which says that more lines follow."""
BREAKS = re.compile(r"\\r\\n|\\n|\r?\n")
"""Line breaks: the activity stream has real ones, and backslash-n as text."""
REPEATED = re.compile(r"(?m)(?<=\n)\d{3}[- ](?:\d\.\d{1,3}\.\d{1,3}\s)?")
"""The code and status at the start of each further line."""
MASKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<![^\s<>()\[\],;:\"'=])[^\s<>()\[\],;:\"'=]{1,64}@[\w.-]+\w"), "<address>"),
    (re.compile(r"<(<address>)>"), r"\1"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?"), "<time>"),
    (re.compile(r"\b\d\d:\d\d:\d\d(?:\.\d+)?\b"), "<time>"),
    (re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\w)"), "<ip>"),
    (
        re.compile(r"(?i)(?<![\w:])[0-9a-f]{0,4}:(?:[0-9a-f]{0,4}:){1,6}[0-9a-f]{1,4}(?![\w:])"),
        "<ip>",
    ),
    # Servers of a cluster differ by the number in their name.
    (re.compile(r"(?<![\w.-])(?=[\w-]*\d)[\w-]+(?:\.[\w-]+){1,6}\.[A-Za-z]{2,}\b"), "<host>"),
    (re.compile(r"(?<=[?&])(\w{1,20}=)(?=[\w%-]*[A-Za-z])(?=(?:[\w%-]*?\d){2})[\w%-]+"), r"\1<id>"),
    (re.compile(r"\b[0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4}\b"), "<id>"),
    (
        re.compile(r"(?i)(queued as|(?:message|queue)[ -]?id)([ :=]+)(?=\S*\d)[\w<>.@-]+"),
        r"\1\2<id>",
    ),
    (re.compile(r"\[[\w-]{16,}(?:\.[\w-]+)?\]"), "[<id>]"),
    # Queue ids mix letters and digits; class names and words have next to no digits.
    (
        re.compile(
            r"(?<![\w-])(?=[\w-]{12})(?=[\w-]*[A-Za-z])(?=(?:[\w-]*?\d){3})[\w-]+(?:\.\d+)?\b"
        ),
        "<id>",
    ),
    (re.compile(r"(?i)\b(?=[0-9a-f]{8})(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]+\b"), "<id>"),
    # Numbers of help pages say more than they vary.
    (re.compile(r"(?<![/=\w])\d{7,}\b"), "<number>"),
    (re.compile(r"\s+"), " "),
)


def normalised(text: str, domain: str = "") -> str:
    """An answer on one line, with addresses, IPs, times, hosts, ids and long numbers masked.

    Args:
        text: The answer, of which 1,000 characters are looked at.
        domain: The recipient's domain, masked too.
    """
    line = FIRST.sub(r"\1 ", REPEATED.sub("", BREAKS.sub("\n", text[:MOST].strip())))
    for pattern, mask in MASKS:
        line = pattern.sub(mask, line)
    if domain and domain in line.lower():
        line = re.sub(rf"(?i)(?<![\w.@-]){re.escape(domain)}(?![\w-]|\.\w)", "<domain>", line)
    return line.strip()


def responses(events: pd.DataFrame, kinds: tuple[str, ...]) -> pd.DataFrame:
    """What was answered to failed emails, the most frequent first.

    Columns: ``emails``, ``response`` (masked), ``domains`` (how many recipient domains),
    ``domain`` (the most frequent one) and ``example`` (one answer as it came).

    Args:
        events: As ``client.activity.search()`` returns them.
        kinds: The events to look at, such as ``("soft-bounced", "hard-bounced")``.
    """
    failed = addressed(events[events["event"].isin(kinds)])
    failed = failed.drop_duplicates([*KEY, "event"])
    told = pd.DataFrame(
        {
            "domain": domain_of(failed["recipient"]),
            "example": _first_of(failed, "smtp_response", "reason", "error"),
        }
    )
    told["response"] = _masked(told)
    pairs = told.groupby(["response", "domain"], as_index=False, sort=False).agg(
        emails=("example", "size"), example=("example", "first")
    )
    table = (
        pairs.sort_values(["emails", "domain"], ascending=[False, True])
        .groupby("response", as_index=False)
        .agg(
            emails=("emails", "sum"),
            domains=("domain", "size"),
            domain=("domain", "first"),
            example=("example", "first"),
        )
    )
    ordered = table.sort_values(["emails", "response"], ascending=[False, True])
    return ordered.astype({"emails": "Int64", "domains": "Int64"}).reset_index(drop=True)


def _first_of(frame: pd.DataFrame, *names: str) -> pd.Series[str]:
    found = frame[names[0]].replace("", None)
    for name in names[1:]:
        found = found.fillna(frame[name].replace("", None))
    return found.fillna("no reason given").str[:MOST].astype("str")


def _masked(told: pd.DataFrame) -> pd.Series[str]:
    pairs = told[["example", "domain"]].drop_duplicates()
    known = {(text, name): normalised(text, name) for text, name in pairs.itertuples(index=False)}
    found = [known[pair] for pair in zip(told["example"], told["domain"], strict=True)]
    return pd.Series(found, index=told.index, dtype="str")
