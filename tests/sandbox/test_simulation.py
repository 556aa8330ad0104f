"""Simulated accounts: whole, reproducible, and with exactly the troubles they were given."""

from __future__ import annotations

import subprocess
import sys

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtp2go_kit import Client, child_frame
from smtp2go_kit.errors import InvalidArgument
from smtp2go_kit.providers import providers_of
from smtp2go_kit.sandbox import Incident, Simulation, simulate
from smtp2go_kit.sandbox.simulation import ACCOUNTS, INCIDENTS

NOW = "2026-11-26T15:20:00"
BENIGN = INCIDENTS[INCIDENTS.index("weekend-dip") :]
TROUBLES = [name for name in INCIDENTS if name not in BENIGN]
FINAL = ("delivered", "soft-bounced", "hard-bounced", "rejected")
INVENTED = [name for name in ACCOUNTS if name != "kestrel"]
SENT_BY = {
    "recipient_domain": lambda frame: frame["recipient"].str.partition("@")[2],
    "sender_domain": lambda frame: frame["sender"].str.partition("@")[2],
}


def simulated(*incidents: str | Incident, account: str = "shop", **options: object) -> Simulation:
    settled = {"volume": 600.0, "days": 9, "seed": 4, "now": NOW, **options}
    return simulate(account=account, incidents=incidents, **settled)


def fates(events: pd.DataFrame) -> pd.DataFrame:
    """Each processed copy with how it ended, or nothing while it waits."""
    keys = ["email_id", "recipient"]
    ends = events.loc[events["event"].isin(FINAL), [*keys, "event", "smtp_response", "date"]]
    sent = events.loc[events["event"] == "processed"].drop(columns=["event", "smtp_response"])
    return sent.merge(ends, on=keys, how="left", suffixes=("", "_of_end"))


@pytest.fixture(scope="module", params=INVENTED)
def quiet(request: pytest.FixtureRequest) -> Simulation:
    """An account of each kind, to which nothing happens."""
    return simulated(account=request.param, days=22)


@pytest.fixture(scope="module", params=TROUBLES)
def troubled(request: pytest.FixtureRequest) -> Simulation:
    """An account with each trouble."""
    return simulated(Incident(request.param, strength=0.9))


def test_the_same_arguments_give_the_same_events():
    one, other = simulated("bad-list"), simulated("bad-list")
    pd.testing.assert_frame_equal(one.events, other.events)
    assert one.truth == other.truth
    assert not one.events.equals(simulated("bad-list", seed=5).events)


@pytest.mark.parametrize("opens", [False, True])
@pytest.mark.parametrize("account", ACCOUNTS)
def test_the_events_are_what_a_client_of_the_account_finds(account: str, opens: bool):
    incidents = () if account == "kestrel" else ("tss04-throttle", "data-gap")
    simulation = simulated(*incidents, account=account, opens=opens, volume=150.0)
    events = simulation.events
    with simulation.client() as client:
        found = client.activity.search(start_date=events.attrs["window"][0])
    pd.testing.assert_frame_equal(events, found)
    assert {**events.attrs, "request_id": 0} == {**found.attrs, "request_id": 0}
    pd.testing.assert_frame_equal(
        child_frame(events, "delivery_attempts"), child_frame(found, "delivery_attempts")
    )


def test_the_sandbox_has_the_seeded_account():
    simulation = simulate(account="kestrel", days=90, seed=3, now=NOW, opens=True)
    with Client.sandbox(seed=3, now=NOW, contract="served") as client:
        found = client.activity.search(start_date="95d")
    pd.testing.assert_frame_equal(simulation.events, found)
    assert [truth.cause for truth in simulation.truth] == [
        "bad-list",
        "authentication",
        "throttling",
    ]
    assert all(truth.copies for truth in simulation.truth)


def test_an_account_to_which_nothing_happens_has_no_truth_and_little_trouble(quiet: Simulation):
    ended = fates(quiet.events)
    assert quiet.truth == ()
    failed = ended["event"].isin(["soft-bounced", "hard-bounced"]).mean()
    assert 0.005 < failed < 0.05
    assert ended["event"].eq("rejected").mean() < 0.06
    assert ended["event"].isna().mean() < 0.02


def test_it_sends_about_as_much_as_was_asked(quiet: Simulation):
    daily = quiet.events["event"].eq("processed").sum() / quiet.days
    assert 0.7 < daily / quiet.volume < 1.3


def test_every_end_follows_its_beginning(quiet: Simulation):
    ended = fates(quiet.events)
    known = ended.dropna(subset=["date_of_end"])
    assert (known["date_of_end"] >= known["date"]).all()
    assert not quiet.events.duplicated(["email_id", "recipient", "event", "date"]).any()


def test_no_two_days_fail_alike(quiet: Simulation):
    ended = fates(quiet.events)
    failed = ended["event"].isin(["soft-bounced", "hard-bounced"])
    daily = failed.groupby(ended["date"].dt.floor("D")).mean()
    assert daily.nunique() > len(daily) / 2


def test_servers_word_the_same_failure_in_many_ways():
    texts = simulated(account="saas", volume=3_000.0, days=20).events["smtp_response"].dropna()
    bounced = texts[texts.str.match("[45]")]
    assert bounced.str.replace(r"[\d\W]+", " ", regex=True).str[:40].nunique() > 40
    assert bounced.str.contains("\n", regex=False).any()
    assert bounced.str.contains("\\n", regex=False).any()


def test_every_trouble_leaves_its_mark(troubled: Simulation):
    [truth] = troubled.truth
    assert truth.cause
    assert truth.copies >= 2
    events, struck = troubled.events, troubled.struck()
    copies = events.loc[struck, ["email_id", "recipient"]].drop_duplicates()
    if truth.cause == "data-gap":
        assert len(copies) < truth.copies
        return
    assert len(copies) == truth.copies
    if truth.cause == "complaint-spike":
        assert events.loc[struck, "event"].eq("spam").sum() == truth.copies
        return
    ended = fates(events)
    on = pd.MultiIndex.from_frame(ended[["email_id", "recipient"]])
    ended = ended.assign(struck=on.isin(pd.MultiIndex.from_frame(copies)))
    late = (ended["date_of_end"] - ended["date"]).dt.total_seconds() > 120
    ended = ended.assign(bad=late | ~ended["event"].isin(["delivered"]))
    bad = ended.groupby("struck")["bad"].mean()
    assert bad[True] > 0.35
    assert bad[False] < 0.12


def test_the_truth_is_about_what_was_struck(troubled: Simulation):
    [truth] = troubled.truth
    events = troubled.events
    struck = events[troubled.struck()]
    moment = pd.Timestamp(NOW, tz="UTC")
    assert events["date"].min().floor("D") <= truth.onset <= truth.end <= moment
    domains = events["recipient"].str.partition("@")[2]
    owners = providers_of(domains, events["host"])
    for dimension, name in truth.cohort.items():
        if dimension == "provider":
            assert set(struck["recipient"].str.partition("@")[2].map(owners)) == {name}
            continue
        values = SENT_BY.get(dimension, lambda frame, field=dimension: frame[field])(struck)
        assert set(values.dropna()) == {name}


def test_troubles_name_every_cause_there_is():
    causes = {simulated(name, volume=200.0, days=3).truth[0].cause for name in TROUBLES}
    assert len(causes) == 17


@pytest.mark.parametrize("name", BENIGN)
def test_what_is_benign_has_no_cause_and_no_more_failures(name: str):
    simulation = simulated(name)
    [truth] = simulation.truth
    assert truth.cause == ""
    assert not truth.destructive_ok
    ended = fates(simulation.events)
    recent = ended[ended["date"] >= truth.onset]
    assert recent["event"].isin(["soft-bounced", "hard-bounced"]).mean() < 0.06


def test_only_where_addresses_are_to_blame_is_removing_them_right():
    allowed = {n for n in TROUBLES if simulated(n, days=3).truth[0].destructive_ok}
    assert allowed == {"bad-list", "complaint-spike"}


def test_throttled_mail_is_tried_again_and_taken_late_or_waits():
    simulation = simulated(Incident("tss04-throttle", hours_ago=20), volume=2_000.0)
    struck = simulation.events[simulation.struck()]
    tries = child_frame(struck, "delivery_attempts")
    assert tries["smtpresponse"].str.contains("TSS04", regex=False).mean() > 0.5
    assert struck["delivery_attempts_count"].max() > 2
    kinds = set(struck["event"])
    assert {"processed", "delivered"} <= kinds
    ended = fates(struck)
    assert ended["event"].isna().mean() > 0.2


def test_a_gap_lacks_every_kind_of_event_or_only_the_ends():
    whole = simulated(days=5).events
    last_hour = pd.Timestamp(NOW, tz="UTC").floor("h")
    start, end = (last_hour - pd.Timedelta(hours=hours) for hours in (9, 5))

    def during(target: str) -> pd.Series:
        gap = Incident("data-gap", 9, 4, 1.0, target)
        events = simulated(gap, days=5).events
        inside = events["date"].between(start, end, inclusive="left")
        return events.loc[inside, "event"].value_counts()

    assert whole["date"].between(start, end).sum() > 50
    assert during("missing").sum() < 5
    assert during("finals").get("delivered", 0) < 5 < during("finals")["processed"]
    assert during("duplicates").sum() > 1.8 * during("finals").sum()


def test_the_account_is_in_the_state_that_the_trouble_means():
    with simulated("dkim-removed").client() as client:
        assert not client.domain.view()["domain_dkim_verified"].all()
    with simulated("quota").client() as client:
        cycle = client.stats.email_cycle()
        assert cycle["cycle_remaining"].item() == 0
    blocked = simulated(Incident("suppression-missing", target="")).client()
    with blocked as client:
        assert len(client.suppression.view()) > 5
    with simulated("dmarc-reject-unverified").client() as client:
        domains = client.domain.view()
        new = domains.loc[~domains["domain_dkim_verified"], "domain_fulldomain"]
        assert new.str.startswith("mail.").any()


def test_an_incident_strikes_its_target_when_told():
    wanted = Incident("ip-block", hours_ago=30, hours=10, strength=1.0, target="Yahoo")
    [truth] = simulated(wanted).truth
    assert truth.cohort["provider"] == "Yahoo"
    start = pd.Timestamp("2026-11-25T09:00:00", tz="UTC")
    assert start <= truth.onset < start + pd.Timedelta(hours=3)
    assert truth.end - start <= pd.Timedelta(hours=10)


def test_several_things_may_happen_at_once():
    simulation = simulated("bad-list", "tss04-throttle", "big-newsletter")
    assert [truth.incident for truth in simulation.truth] == [
        "bad-list",
        "tss04-throttle",
        "big-newsletter",
    ]
    assert all(simulation.struck(place).any() for place in range(3))


@pytest.mark.parametrize(
    ("argument", "wrong"),
    [
        ("account", {"account": "bank"}),
        ("volume", {"volume": 3.0}),
        ("days", {"days": 1}),
        ("seed", {"seed": -1}),
        ("now", {"now": "noon"}),
        ("incidents", {"incidents": ["flood"]}),
        ("incidents", {"account": "kestrel", "incidents": ["ip-block"]}),
        ("hours_ago", {"incidents": [Incident("ip-block", hours_ago=-1)]}),
        ("hours", {"incidents": [Incident("ip-block", hours=0)]}),
        ("strength", {"incidents": [Incident("ip-block", strength=2)]}),
    ],
)
def test_what_cannot_be_simulated_is_refused_at_once(argument: str, wrong: dict[str, object]):
    with pytest.raises(InvalidArgument, match=argument):
        simulate(**wrong)


@settings(max_examples=12, deadline=None)
@given(
    st.sampled_from(INVENTED),
    st.lists(st.sampled_from(INCIDENTS), max_size=3, unique=True),
    st.integers(0, 10_000),
    st.datetimes(pd.Timestamp("2024-01-01"), pd.Timestamp("2027-12-31")),
)
def test_any_account_with_any_incidents_is_whole(account, incidents, seed, now):
    simulation = simulate(
        account=account, volume=40.0, days=4, seed=seed, incidents=incidents, now=now
    )
    events = simulation.events
    assert events["date"].is_monotonic_decreasing
    assert events["date"].max() <= pd.Timestamp(now, tz="UTC")
    needed = ["date", "event", "email_id", "recipient", "sender", "subject", "username"]
    assert events[needed].notna().all(axis=None)
    assert len(simulation.truth) == len(incidents)


def test_nothing_of_triage_is_used():
    code = (
        "import sys; from smtp2go_kit.sandbox import simulate;"
        "simulate(volume=50, days=3, incidents=['bad-list']).events;"
        "print([name for name in sys.modules if name.startswith('smtp2go_kit.triage')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
