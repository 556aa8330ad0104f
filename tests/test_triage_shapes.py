"""What triage makes of the shapes that mail has: silences, lateness, pairs, few columns."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import pandas as pd
import pytest

from smtp2go_kit.triage import Finding, triage

NOW = pd.Timestamp("2026-10-14 20:00", tz="UTC")
OK = ("delivered", 0.1, "250 2.0.0 Ok: queued as 4XyZ")
DOMAINS = {"gmail.com": 4, "t-online.de": 2, "firma-a.example": 2, "firma-b.example": 2}
COMPANIES = {"gmail.com": 4} | {f"firma-{letter}.example": 0.6 for letter in "abcdefghij"}
Fate = tuple[str, float, str] | None
"""An end, how many minutes later, and what was answered; None while it waits."""


class Sent(NamedTuple):
    """One email: its age in hours, its recipient and outbound IP, and a number from 0 to 1."""

    age: float
    to: str
    ip: str
    chance: float


Fates = Callable[[Sent], Fate]
"""What becomes of an email."""
Extra = Iterable[tuple[float, str, str, str]]
"""More mail: its age in hours, recipient, subject and user."""


def frame(
    daily: int,
    fate: Fates,
    *,
    domains: dict[str, float] = DOMAINS,
    hours: Sequence[int] = range(8, 20),
    people: int = 400,
    extra: Extra = (),
) -> pd.DataFrame:
    """Events of 29 days of an account."""
    draw = random.Random(1)
    known = [f"p{n}@{draw.choices([*domains], [*domains.values()])[0]}" for n in range(people)]
    sent = [
        (24.0 * day + 20 - draw.choice(hours) - draw.random(), draw.choice(known), "Note", "app")
        for day in range(29)
        for _ in range(daily)
    ]
    rows = [row for n, mail in enumerate((*sent, *extra)) for row in _events(n, mail, fate, draw)]
    return pd.DataFrame([row for row in rows if row["date"] < NOW])


def _events(
    number: int, mail: tuple[float, str, str, str], fate: Fates, draw: random.Random
) -> Iterable[dict[str, object]]:
    age, recipient, subject, username = mail
    ip, left = f"10.0.0.{draw.randint(1, 5)}", NOW - pd.Timedelta(hours=age)
    base = {"email_id": f"e{number}", "recipient": recipient, "sender": "info@acme.example"}
    base |= {"username": username, "subject": subject, "outbound_ip": ip}
    end = fate(Sent(age, recipient, ip, draw.random()))
    if end is None or end[0] != "rejected":
        yield base | {"date": left, "event": "processed"}
    if end is not None:
        event, minutes, text = end
        at = left + pd.Timedelta(minutes=minutes)
        yield base | {"date": at, "event": event, "smtp_response": text}


def arrives(_: Sent) -> Fate:
    return OK


def found(events: pd.DataFrame) -> dict[str, Finding]:
    return {finding.cause: finding for finding in triage(events, now=NOW.isoformat()).findings}


@pytest.mark.parametrize("last", ["2026-10-14 09:10", "2026-10-14 10:40", "2026-10-13 20:40"])
def test_an_account_that_fell_silent_has_a_gap_up_to_now(last: str) -> None:
    events = frame(500, arrives, hours=range(8, 24))
    silent = events[events["date"] < pd.Timestamp(last, tz="UTC")]
    gap = found(silent)["data-gap"]
    assert abs(gap.since - pd.Timestamp(last, tz="UTC")) < pd.Timedelta(minutes=30)
    assert gap.until == NOW


def test_a_silence_across_the_night_is_one_gap() -> None:
    events = frame(500, arrives)
    start, end = (pd.Timestamp(text, tz="UTC") for text in ("2026-10-13 15:00", "2026-10-14 11:00"))
    gap = found(events[(events["date"] < start) | (events["date"] > end)])["data-gap"]
    assert gap.since - start < pd.Timedelta(hours=1)
    assert end - gap.until < pd.Timedelta(hours=1)


def test_a_campaign_without_a_subject_is_no_gap_afterwards() -> None:
    weekly = [
        (24 * day + 9 + n / 400, f"p{n}@gmail.com", f"Weekly {day}", "app")
        for day in (1, 7, 14, 21, 28)
        for n in range(300)
    ]
    events = frame(100, arrives, extra=weekly)
    for columns in ([], ["subject"], ["subject", "username", "sender", "email_id"]):
        assert found(events.drop(columns=columns)) == {}


def test_lateness_at_one_provider_is_told_beside_a_quota_of_all_mail() -> None:
    def fate(mail: Sent) -> Fate:
        if mail.age < 30 and mail.chance < 0.3:
            return ("rejected", 0, "550 Monthly email quota exceeded")
        return None if mail.to.endswith("t-online.de") and mail.age < 9 else OK

    told = found(frame(300, fate))
    assert set(told) == {"quota", "recipient-outage"}
    assert told["recipient-outage"].cohort == {"provider": "T-Online"}


@pytest.mark.parametrize(
    ("late", "cause"), [(("delivered", 20, OK[2]), "greylisting"), (None, "recipient-outage")]
)
def test_servers_of_many_companies_are_no_provider_that_slows_down(late: Fate, cause: str) -> None:
    told = found(
        frame(
            300,
            lambda mail: late if "firma" in mail.to and mail.age < 10 else OK,
            domains=COMPANIES,
        )
    )
    assert set(told) == {cause}


def test_mail_that_has_no_end_anywhere_is_a_gap_of_the_data() -> None:
    domains = dict.fromkeys(("gmail.com", "t-online.de", "yahoo.com", "gmx.de"), 1.0)
    waits = frame(20, lambda mail: None if mail.age < 9 else OK, domains=domains)
    (finding,) = triage(waits, now=NOW.isoformat()).findings
    assert finding.cause == "data-gap"


def test_a_provider_that_takes_some_mail_late_slows_down() -> None:
    def fate(mail: Sent) -> Fate:
        slow = mail.to.endswith("gmail.com") and mail.age < 10 and mail.chance < 0.5
        return ("delivered", 90, OK[2]) if slow else OK

    assert set(found(frame(300, fate))) == {"throttling"}


@pytest.mark.parametrize(("mailboxes", "daily"), [(3, 4), (1, 9)])
def test_mailboxes_that_are_always_full_are_no_late_mail(mailboxes: int, daily: int) -> None:
    text = "452-4.2.2 The recipient's inbox is out of storage space. - gsmtp"
    extra = [
        (24.0 * day + 12 * n / daily, f"full{box}@gmail.com", "Note", "app")
        for day in range(29)
        for box in range(mailboxes)
        for n in range(daily)
    ]
    events = frame(
        150,
        lambda mail: ("soft-bounced", 48 * 60, text) if mail.to[:4] == "full" else OK,
        extra=extra,
    )
    assert found(events) == {}


def test_what_is_given_up_belongs_to_its_mailing_also_where_only_ends_are_known() -> None:
    text = "451 4.4.1 connect to mx1.firma-a.example: Connection timed out"
    mailing = [(53 + n / 5_000, f"q{n}@firma-a.example", "The Weekly", "news") for n in range(2500)]
    events = frame(
        100,
        lambda mail: (
            ("soft-bounced", 48 * 60, text) if mail.to[0] == "q" and mail.chance < 0.003 else OK
        ),
        extra=mailing,
    )
    assert (events["event"] == "soft-bounced").sum() >= 5
    assert found(events) == {}
    assert found(events[events["event"] != "processed"]) == {}


def test_mail_of_one_subject_to_strangers_alone_at_a_new_pace_is_somebody_else_s() -> None:
    places = ("gmail.com", "t-online.de", "firma-a.example")
    extra = [
        (2 + 7 * n / 1500, f"x{n}@{places[n % 3]}", "Account suspended", "app") for n in range(1500)
    ]

    def fate(mail: Sent) -> Fate:
        if mail.to[0] != "x" or mail.chance > 0.35:
            return OK
        spam = mail.chance < 0.2
        text = "550 High probability of spam" if spam else "550 5.1.1 user unknown"
        return ("soft-bounced" if spam else "hard-bounced", 0.1, text)

    told = found(frame(150, fate, extra=extra))
    assert set(told) == {"compromised-user"}
    assert "password" in told["compromised-user"].actions[0].what


def test_one_ip_that_one_provider_blocks_is_found_among_much_mail() -> None:
    text = "550 5.7.1 Unfortunately, messages from [10.0.0.1] weren't sent. Please contact your "
    text += "provider since part of their network is on our block list (S3150)."
    events = frame(
        3_000,
        lambda mail: (
            ("soft-bounced", 0.1, text)
            if mail.to.endswith("hotmail.com")
            and ((mail.ip == "10.0.0.1" and mail.age < 6) or mail.chance < 0.004)
            else OK
        ),
        domains={"gmail.com": 7, "hotmail.com": 1.5, "yahoo.com": 1.5},
        people=9_000,
    )
    report = triage(events, now=NOW.isoformat())
    (finding,) = report.findings
    assert finding.cause == "ip-block"
    assert finding.cohort == {"outbound_ip": "10.0.0.1", "provider": "Microsoft"}
    assert not any("block" in line for line in report.undecided)


def test_one_address_that_is_held_back_again_and_again_is_no_finding() -> None:
    extra = [(age, "dead@firma-a.example", "Note", "app") for age in (3.0, 5, 7, 9, 11, 26)]
    events = frame(
        60,
        lambda mail: ("rejected", 0, "") if mail.to[:4] == "dead" else OK,
        people=120,
        extra=extra,
    )
    assert found(events) == {}


@pytest.mark.parametrize(
    "text",
    ["550 From header sender domain not verified", "550 5.7.1 rejected by DMARC policy"],
)
def test_advice_reads_well_where_no_sender_is_known(text: str) -> None:
    events = frame(
        100,
        lambda mail: (
            ("rejected" if "header" in text else "soft-bounced", 0.1, text)
            if mail.age < 10 and mail.chance < 0.5
            else OK
        ),
    )
    (finding,) = found(events.drop(columns=["sender", "subject", "username"])).values()
    for action in finding.actions:
        assert not any(gap in action.sentence for gap in (" of is", "Add as", "  ", "verify ,"))
