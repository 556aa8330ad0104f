"""The mathematics of triage: how surprising a count is, since when, and which part explains it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from smtp2go_kit.triage import triage
from smtp2go_kit.triage.detection.cohort import gains
from smtp2go_kit.triage.detection.onset import stretch
from smtp2go_kit.triage.detection.surprise import (
    LEAST,
    RHO,
    RHO_MOST,
    discoveries,
    overdispersion,
    surprise,
)
from smtp2go_kit.triage.finding import Finding

NOW = "2026-11-20T12:00:00"
END = pd.Timestamp(NOW, tz="UTC")
SHARES = (1e-4, 1e-3, 0.01, 0.05, 0.3, 0.7)
DOMAINS = {
    "Gmail": ("gmail.com", "googlemail.com"),
    "Microsoft": ("outlook.com", "hotmail.com", "live.com"),
    "Yahoo": ("yahoo.com", "ymail.com"),
    "Apple": ("icloud.com", "me.com"),
    "GMX / WEB.DE": ("gmx.de", "web.de"),
}
OWNERS = {domain: owner for owner, domains in DOMAINS.items() for domain in domains}
IPS = ("203.0.113.1", "203.0.113.2", "203.0.113.3")
ODD = "550 5.0.0 Something odd happened"


def grid(sizes: tuple[int, ...], concentrations: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """Cases, all, share and concentration of the grid, one a column."""
    rows = [
        (x, n, share, concentration)
        for n, share, concentration in product(sizes, SHARES, concentrations)
        for x in sorted({1, 2, 3, n, *np.geomspace(1, n, 12).astype(int).tolist()})
        if x <= n
    ]
    return np.array(rows, np.float64).T


def off(sizes: tuple[int, ...], concentrations: tuple[int, ...], least: float) -> Any:
    """Relative errors where the exact value is not below *least*."""
    x, n, share, concentration = grid(sizes, concentrations)
    a, b = share * concentration, (1 - share) * concentration
    exact = stats.betabinom.sf(x - 1, n, a, b)
    kept = exact >= least
    assert kept.sum() > 200
    return np.abs(surprise(x, n, share, concentration)[kept] / exact[kept] - 1)


def one(x: float, n: float, share: float, concentration: float) -> float:
    return float(surprise(*(np.array([float(v)]) for v in (x, n, share, concentration)))[0])


def test_surprise_is_the_beta_binomial_tail_within_5_percent_where_the_past_tells() -> None:
    # Measured: at most 3.1 %. What scipy gives below 1e-9 is rounding.
    assert off((3, 20, 100, 1_000), (20, 100, 400, 2_000), 1e-9).max() < 0.05


def test_surprise_is_within_a_fifth_where_next_to_nothing_is_known() -> None:
    # Measured: at most 15 %, at a concentration of 2 and 5,000 emails.
    assert off((1_000, 5_000), (2, 5, 20), 1e-9).max() < 0.2


def test_surprise_stays_small_beyond_what_scipy_can_tell() -> None:
    assert 0 <= one(60, 100, 0.01, 400) < 1e-12


counted = st.integers(1, 20_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
usual = st.floats(0, 1)
known = st.floats(2, 5_000)


@given(counted, usual, known)
def test_surprise_is_a_probability(counts: tuple[int, int], share: float, sure: float) -> None:
    assert 0 <= one(*counts, share, sure) <= 1


@given(st.integers(0, 20_000), usual, known)
def test_no_case_is_no_surprise(n: int, share: float, sure: float) -> None:
    assert one(0, n, share, sure) == 1.0


@given(counted, usual, known)
def test_more_cases_are_never_less_surprising(
    counts: tuple[int, int], share: float, sure: float
) -> None:
    x, n = counts
    assert one(min(x + 1, n), n, share, sure) <= one(x, n, share, sure) * (1 + 1e-9)


@given(counted, usual, usual, known)
def test_cases_surprise_more_where_fewer_are_usual(
    counts: tuple[int, int], share: float, other: float, sure: float
) -> None:
    low, high = sorted((share, other))
    assert one(*counts, low, sure) <= one(*counts, high, sure) * (1 + 1e-6) + 1e-12


def test_ordinary_days_are_as_rarely_surprising_as_said() -> None:
    draw = np.random.default_rng(1)
    n, share, concentration = 400, 0.02, 1 / RHO - 1
    shares = draw.beta(share * concentration, (1 - share) * concentration, 50_000)
    counts = np.bincount(draw.binomial(n, shares))
    x = np.arange(len(counts), dtype=np.float64)
    p = surprise(x, *(np.full(len(x), float(v)) for v in (n, share, concentration)))
    for level in (0.1, 0.01, 0.001):
        assert counts[p <= level].sum() <= 1.15 * level * counts.sum()


def varied(rho: float, share: float, days: int = 4_000) -> tuple[Any, Any, Any]:
    """Cases, all and expected cases of days that differ by *rho*."""
    draw = np.random.default_rng(7)
    n = draw.integers(50, 500, days)
    concentration = 1 / rho - 1
    shares = draw.beta(share * concentration, (1 - share) * concentration, days)
    return draw.binomial(n, shares).astype(np.float64), n.astype(np.float64), share * n


@pytest.mark.parametrize("rho", [0.01, 0.03, 0.1])
@pytest.mark.parametrize("share", [0.02, 0.1, 0.4])
def test_overdispersion_is_learnt_from_many_days(rho: float, share: float) -> None:
    assert overdispersion(*varied(rho, share)) == pytest.approx(rho, rel=0.15)


@pytest.mark.parametrize("prior", [RHO, 0.02])
def test_overdispersion_is_the_prior_without_data(prior: float) -> None:
    for none in (np.zeros(0), np.zeros(30)):
        assert overdispersion(none, none, none, prior=prior) == pytest.approx(prior)


def test_overdispersion_of_days_without_any_is_still_a_part_of_the_prior() -> None:
    draw = np.random.default_rng(3)
    n = np.full(2_000, 300.0)
    x = draw.binomial(300, 0.05, 2_000).astype(np.float64)
    assert overdispersion(x, n, 0.05 * n) == pytest.approx(RHO * LEAST)


def test_overdispersion_has_an_upper_bound() -> None:
    n = np.full(200, 100.0)
    assert overdispersion(np.where(np.arange(200) % 2, 100.0, 0.0), n, 0.5 * n) == RHO_MOST


@given(st.lists(st.floats(1e-12, 1), min_size=1, max_size=60), st.floats(0.001, 0.5))
def test_discoveries_are_those_of_benjamini_and_hochberg(values: list[float], rate: float) -> None:
    p = np.array(values)
    adjusted = stats.false_discovery_control(p, method="bh")
    assume(not np.isclose(adjusted, rate, rtol=1e-9).any())  # rounding decides there
    assert (p <= discoveries(p, rate)).tolist() == (adjusted <= rate).tolist()


def test_nothing_tested_discovers_nothing() -> None:
    assert discoveries(np.zeros(0), 0.01) == 0.0
    assert discoveries(np.ones(5), 0.01) == 0.0


amounts = st.floats(0, 1e6)


@given(amounts, amounts)
def test_a_cohort_gains_nothing_by_as_many_cases_as_expected_or_fewer(x: float, e: float) -> None:
    low, high = sorted((x, e))
    assert gains(np.array([low]), np.array([high])).tolist() == [0.0]


@given(st.integers(1, 10**6), st.floats(1e-6, 1))
def test_a_cohort_gains_the_log_likelihood_ratio_of_its_cases(x: int, part: float) -> None:
    e = x * part * 0.999
    found = gains(np.array([float(x)]), np.array([e]))[0]
    exact = stats.poisson.logpmf(x, x) - stats.poisson.logpmf(x, e)
    assert found == pytest.approx(exact, rel=1e-6, abs=1e-6)
    assert found >= 0


@st.composite
def lines(draw: st.DrawFn) -> tuple[int, int, int]:
    """How many copies there are, and the first and the last that fails."""
    count = draw(st.integers(1, 120))
    first = draw(st.integers(0, count - 1))
    return count, first, draw(st.integers(first, count - 1))


@given(lines(), st.floats(1e-4, 0.3), st.randoms(use_true_random=False))
def test_the_stretch_is_where_all_fails(
    line: tuple[int, int, int], chance: float, random: Any
) -> None:
    count, first, last = line
    order = random.sample(range(count), count)
    place = np.array(order)
    at = 1_790_000_000 + 60 * place
    failed = (place >= first) & (place <= last)
    found = stretch(at, failed, np.full(count, chance))
    assert found == (at.min() + 60 * first, at.min() + 60 * last)


@given(st.integers(1, 100), st.floats(0, 1))
def test_without_failures_there_is_no_stretch(count: int, chance: float) -> None:
    at = np.arange(count)
    assert stretch(at, np.zeros(count, np.bool_), np.full(count, chance)) is None


@pytest.mark.parametrize("change", [30, 200, 370])
def test_a_stretch_begins_where_more_fails_than_usual(change: int) -> None:
    draw = np.random.default_rng(change)
    place = np.arange(400)
    misses = []
    for _ in range(50):
        failed = draw.random(400) < np.where(place >= change, 0.6, 0.02)
        found = stretch(place, failed, np.full(400, 0.02))
        assert found is not None
        misses.append(abs(found[0] - change))
    assert np.median(misses) <= 2
    assert np.quantile(misses, 0.9) <= 12


def planted(fails: Callable[[pd.DataFrame], Any], share: float = 0.9) -> tuple[Finding, ...]:
    """What is found in the mail of 15 days, of which a part fails for 12 hours."""
    draw = np.random.default_rng(11)
    count = 6_000
    domains = draw.choice([*OWNERS], count)
    mail = pd.DataFrame(
        {
            "date": END - pd.to_timedelta(np.linspace(15 * 86_400, 60, count).round(), unit="s"),
            "recipient": [f"p{n}@{domain}" for n, domain in enumerate(domains)],
            "provider": [OWNERS[domain] for domain in domains],
            "sender": draw.choice(["a@one.example", "b@two.example", "c@three.example"], count),
            "subject": draw.choice(["News", "Order", "Invoice", "Welcome"], count),
            "username": draw.choice(["site", "till", "crm"], count),
            "outbound_ip": draw.choice(IPS, count),
        }
    )
    late = (mail["date"] >= END - pd.Timedelta(hours=12)) & (draw.random(count) < share)
    broken = late & fails(mail)
    usual = draw.random(count) < 0.004
    frame = mail.drop(columns="provider").assign(
        event=np.where(broken | usual, "hard-bounced", "delivered"),
        smtp_response=np.where(broken | usual, ODD, "250 OK"),
    )
    return triage(frame, now=NOW).findings


def names(finding: Finding) -> dict[str, set[str]]:
    return {k: {v} if isinstance(v, str) else set(v) for k, v in finding.cohort.items()}


@pytest.mark.parametrize("owner", DOMAINS)
def test_a_provider_that_fails_is_the_cohort(owner: str) -> None:
    (finding,) = planted(lambda mail: mail["provider"] == owner)
    assert names(finding) == {"provider": {owner}}


@pytest.mark.parametrize("ip", IPS)
def test_a_provider_that_fails_from_one_ip_is_narrowed_to_it(ip: str) -> None:
    found = planted(lambda mail: (mail["provider"] == "Microsoft") & (mail["outbound_ip"] == ip))
    assert [names(each) for each in found] == [{"provider": {"Microsoft"}, "outbound_ip": {ip}}]


@pytest.mark.parametrize("pair", [("Gmail", "Yahoo"), ("Apple", "Microsoft")])
def test_two_providers_that_fail_alike_are_one_cohort(pair: tuple[str, str]) -> None:
    (finding,) = planted(lambda mail: mail["provider"].isin(pair))
    assert names(finding) == {"provider": set(pair)}


@pytest.mark.parametrize("share", [0.2, 0.5, 1.0])
def test_what_fails_alike_everywhere_is_not_narrowed(share: float) -> None:
    (finding,) = planted(lambda _: True, share=share)
    assert names(finding) == {}


@pytest.mark.parametrize(
    ("dimension", "column", "value"),
    [
        ("sender_domain", "sender", "b@two.example"),
        ("subject", "subject", "Invoice"),
        ("username", "username", "crm"),
        ("outbound_ip", "outbound_ip", IPS[1]),
    ],
)
def test_whatever_fails_by_itself_is_the_cohort(dimension: str, column: str, value: str) -> None:
    (finding,) = planted(lambda mail: mail[column] == value)
    assert names(finding) == {dimension: {value.rpartition("@")[2]}}


@settings(max_examples=8)
@given(st.integers(2, 46))
def test_since_is_within_two_emails_of_the_cohort(hours: int) -> None:
    begun = END - pd.Timedelta(hours=hours)
    draw = np.random.default_rng(hours)
    count = 3_000
    date = END - pd.to_timedelta(np.linspace(15 * 86_400, 60, count).round(), unit="s")
    gmail = draw.random(count) < 0.4
    broken = gmail & (date >= begun)
    frame = pd.DataFrame(
        {
            "date": date,
            "recipient": [
                f"p{n}@{'gmail.com' if there else 'web.de'}" for n, there in enumerate(gmail)
            ],
            "event": np.where(broken, "hard-bounced", "delivered"),
            "smtp_response": np.where(broken, ODD, "250 OK"),
        }
    )
    (finding,) = triage(frame, now=NOW).findings
    assert finding.since == date[broken].min().floor("s")
    assert finding.until == date[broken].max().floor("s")
