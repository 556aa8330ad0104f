"""How rates are rated, and which answers of servers count as one."""

from __future__ import annotations

import time

import pytest

from smtp2go_kit.triage.health.rates import BOUNCE, Rate, rate, spam_bands, wilson
from smtp2go_kit.triage.responses import normalised


@pytest.mark.parametrize(
    ("percent", "rating"),
    [(0, "good"), (8, "good"), (8.01, "fair"), (12, "fair"), (12.01, "poor"), (100, "poor")],
)
def test_bounces_are_rated_by_smtp2go_s_bands(percent: float, rating: str) -> None:
    assert Rate("bounce", None, 10_000, percent, BOUNCE).rating == rating


@pytest.mark.parametrize(
    ("percent", "monthly", "rating"),
    [
        (0.06, 50_000, "good"),
        (0.06, 50_001, "fair"),
        (0.05, 50_001, "good"),
        (0.07, 1_000, "fair"),
        (0.10, 60_000, "fair"),
        (0.11, 60_000, "poor"),
    ],
)
def test_complaints_are_rated_more_strictly_above_50_000_emails(
    percent: float, monthly: int, rating: str
) -> None:
    assert Rate("spam", None, monthly, percent, spam_bands(monthly)).rating == rating


def test_unsubscribes_have_no_rating() -> None:
    assert rate("unsubscribe", 5, 1_000).verdict == "SMTP2GO has no band"


def test_a_rate_of_few_emails_is_rated_only_if_it_can_be_nothing_else() -> None:
    assert rate("bounce", 1, 20, BOUNCE).verdict == "too little mail to rate"
    assert rate("spam", 0, 900, spam_bands(900)).verdict == "too little mail to rate"
    assert rate("bounce", 30, 50, BOUNCE).verdict == "poor"
    assert rate("bounce", 9, 100, BOUNCE).verdict == "fair, perhaps good or poor"


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(81, 263, 25.53, 36.62), (15, 148, 6.24, 16.05), (0, 20, 0, 16.11), (1, 29, 0.61, 17.18)],
)
def test_intervals_are_those_newcombe_published(
    count: int, of: int, low: float, high: float
) -> None:
    # Newcombe 1998, Statistics in Medicine 17:857, table I, method 3.
    assert wilson(count, of) == pytest.approx((low, high), abs=0.005)


def test_more_complaints_than_emails_have_no_interval() -> None:
    assert rate("spam", 3, 2, spam_bands(2)).interval is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            (
                "550-5.1.1 The account does not exist. Please try\n550-5.1.1 double-checking\n"
                "550 5.1.1  https://support.google.com/mail/?p=NoSuchUser "
                "614d73f7d9382-29bMqkis6P2si72640995ad.726 - gsmtp"
            ),
            (
                "550-5.1.1 The account does not exist. Please try\\n550-5.1.1 double-checking\\n"
                "550 5.1.1  https://support.google.com/mail/?p=NoSuchUser "
                "3b68486fbcf2c-29bTW6hekTNsi62882770ad.628 - gsmtp"
            ),
        ),
        (
            (
                "550 5.4.1 Access denied. [DB3PEPF80E38B7F.eurprd02.prod.outlook.com "
                "2026-11-23T08:34:38.598Z 08DE80E38B7F3D9A]"
            ),
            (
                "550 5.4.1 Access denied. [AM4PEPF00027A64.eurprd04.prod.outlook.com "
                "2026-11-22T17:00:01.002Z 08DE1FF0A4423C51]"
            ),
        ),
        (
            "553 5.7.2 [TSS09] All messages from 203.0.113.84 will be deferred",
            "553 5.7.2 [TSS09] All messages from 2001:db8::17 will be deferred",
        ),
        (
            "550 Anti-Spoofing policy: a@b.example [vH7Ns8biNg-p6EfZ0QaVMQ.us149]",
            "550 Anti-Spoofing policy: <c.d@e.example> [_g67iKwmNreAb9PeazQFDQ.us227]",
        ),
        (
            "554 delivery error (ann@yahoo.com) [0] - mta1390.mail.ir2.yahoo.com",
            "554 delivery error (bob@yahoo.com) [0] - mta4023.mail.bf1.yahoo.com",
        ),
        (
            "451 try later at 10:20:30, queued as 4XyZ1A2B3Cz",
            "451 try later at 11:21:31, queued as 9Q",
        ),
    ],
)
def test_answers_that_differ_only_by_ids_are_one(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


@pytest.mark.parametrize(
    "text",
    [
        "550 5.7.1 part of their network is on our block list (S3150).",
        "553 5.7.2 [TSS09] permanently deferred; see https://postmaster.yahooinc.com/error-codes",
        "550 5.7.1 [CS01] rejected. Please visit https://support.apple.com/en-us/HT204137",
        "554 5.2.1 STOREDRV.Deliver.Exception:AccountDisabledException; the mailbox is disabled",
        "421 4.7.0 Try again later. https://support.google.com/a/answer/3221692",
    ],
)
def test_what_says_why_stays(text: str) -> None:
    assert normalised(text) == text


def test_the_recipient_s_own_domain_is_masked_and_others_are_not() -> None:
    text = "550 5.1.2 gmail.con does not exist; mail.gmail.con and gmail.con.au are others"
    masked = "550 5.1.2 <domain> does not exist; mail.gmail.con and gmail.con.au are others"
    assert normalised(text, "gmail.con") == masked


def test_a_hostile_answer_takes_no_time() -> None:
    began = time.perf_counter()
    for piece in ("a-", "1-", "a@", "a.", "0a", "::", "[a", "?a=", "1.1."):
        normalised(piece * 1_000_000, "a.example")
    assert time.perf_counter() - began < 1
