"""Troubles of simulated accounts are named by their cause, and nothing is made of good days."""

from __future__ import annotations

import datetime as dt
import functools
import json

import pandas as pd
import pytest

from smtp2go_kit import InvalidArgument
from smtp2go_kit.sandbox import Incident, Simulation, simulate
from smtp2go_kit.triage import triage, verify_fix
from smtp2go_kit.triage.finding import Finding
from smtp2go_kit.triage.findings import Report

NOW = "2026-11-18T17:00:00"
TROUBLES = (
    ("ip-block", "ip-block"),
    ("shared-ip-block", "ip-block"),
    ("tss04-throttle", "throttling"),
    ("dkim-removed", "authentication"),
    ("dmarc-reject-unverified", "authentication"),
    ("bad-list", "bad-list"),
    ("compromised-user", "compromised-user"),
    ("content-block", "content-block"),
    ("dbl-link", "link-domain-listed"),
    ("hosted-outage", "recipient-outage"),
    ("greylisting", "greylisting"),
    ("complaint-spike", "complaint-spike"),
    ("suppression-missing", "suppression"),
    ("quota", "quota"),
    ("recipient-policy", "recipient-policy"),
    ("data-gap", "data-gap"),
    ("domain-reputation", "domain-reputation"),
    ("unverified-sender", "unverified-sender"),
)
BENIGN = ("weekend-dip", "holiday", "slow-day", "big-newsletter", "new-subject", "new-user")
LEARNT = ("recipient", "recipients", "to")


@functools.cache
def simulated(incident: str = "", account: str = "shop") -> Simulation:
    # By night, a gap of this account's data lacks next to nothing.
    by_day = Incident(incident, hours_ago=9, hours=5) if incident == "data-gap" else incident
    incidents = (by_day,) if incident else ()
    return simulate(account=account, volume=1_000, days=22, seed=5, incidents=incidents, now=NOW)


@functools.cache
def triaged(incident: str = "", account: str = "shop") -> Report:
    made = simulated(incident, account)
    return triage(made.events, now=made.now)


def first(incident: str) -> Finding:
    return triaged(incident).findings[0]


@pytest.mark.parametrize(("incident", "cause"), TROUBLES, ids=[name for name, _ in TROUBLES])
def test_a_trouble_is_named_by_its_cause(incident: str, cause: str) -> None:
    assert first(incident).cause == cause


@pytest.mark.parametrize("incident", [name for name, _ in TROUBLES])
def test_only_a_bad_list_leads_to_advice_that_loses_addresses(incident: str) -> None:
    for finding in triaged(incident).findings:
        losing = [action for action in finding.actions if action.destructive]
        assert not losing or (finding.cause == "bad-list" and incident == "bad-list")
        assert all(action.needs_confirmation for action in losing)


@pytest.mark.parametrize("incident", ["", *BENIGN])
def test_good_days_have_no_findings(incident: str) -> None:
    assert triaged(incident).findings == ()
    assert triaged(incident).status in ("healthy", "can't tell yet")


@pytest.mark.parametrize("incident", ["ip-block", "dkim-removed", "bad-list", "content-block"])
def test_the_onset_is_within_six_hours(incident: str) -> None:
    [truth] = simulated(incident).truth
    assert abs(first(incident).since - truth.onset) < pd.Timedelta(hours=6)


def test_a_finding_counts_its_cases_with_their_interval() -> None:
    finding = first("dkim-removed")
    low, high = finding.interval
    assert 0 < finding.expected < finding.x <= finding.n
    assert low < finding.x / finding.n < high <= 1
    assert finding.excess == finding.x - finding.expected


def test_the_cohort_of_removed_dkim_is_its_sender_domain() -> None:
    [truth] = simulated("dkim-removed").truth
    assert first("dkim-removed").cohort["sender_domain"] == truth.cohort["sender_domain"]


def test_responses_are_verbatim_and_belong_to_their_emails() -> None:
    events, finding = simulated("ip-block").events, first("ip-block")
    assert 1 <= len(finding.responses) <= 5
    for text, email_id in zip(finding.responses, finding.email_ids, strict=True):
        theirs = events.loc[events["email_id"] == email_id, "smtp_response"].dropna()
        assert any(answer.startswith(text[:500]) for answer in theirs)


def test_a_report_is_the_same_for_an_account_and_for_its_events() -> None:
    made = simulated("content-block")
    asked = triage(made.client(), now=made.now)
    assert [f.cause for f in asked.findings] == [f.cause for f in triaged("content-block").findings]
    assert asked.findings[0].problem == first("content-block").problem


def test_missing_dns_records_are_named_to_be_published() -> None:
    made = simulated("unverified-sender")
    finding = triage(made.client(), now=made.now).findings[0]
    assert finding.cause == "unverified-sender"
    assert any(finding.actions[0].value in str(action) for action in finding.actions)


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """As somebody else's export has it: few columns, times as text, lists of recipients."""
    kept = ["date", "event", "email_id", "sender", "subject", "username", "smtp_response"]
    table = pd.DataFrame(frame[kept]).assign(
        date=frame["date"].dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
        recipients=[[name] for name in frame["recipient"]],
    )
    return table.sample(frac=1, random_state=1)


@pytest.mark.parametrize(
    "incident", ["ip-block", "tss04-throttle", "bad-list", "suppression-missing"]
)
def test_a_plain_frame_in_any_order_is_enough(incident: str) -> None:
    made = simulated(incident)
    frame = plain(made.events)
    before = frame.copy(deep=True)
    assert triage(frame, now=made.now).findings[0].cause == dict(TROUBLES)[incident]
    pd.testing.assert_frame_equal(frame, before)


def test_a_frame_whose_times_are_numbers_is_read() -> None:
    made = simulated("dkim-removed")
    seconds = made.events["date"].astype("int64") // 1_000_000
    assert triage(made.events.assign(date=seconds), now=made.now).findings[0].cause == (
        "authentication"
    )


def test_a_frame_without_ids_is_read_by_its_ends() -> None:
    made = simulated("dkim-removed")
    frame = pd.DataFrame(made.events.drop(columns="email_id"))
    assert triage(frame, now=made.now).findings[0].cause == "authentication"


@pytest.mark.parametrize("name", ["date", "event"])
def test_a_frame_without_what_is_needed_is_refused(name: str) -> None:
    with pytest.raises(InvalidArgument, match=f"a column {name} is needed"):
        triage(simulated().events.drop(columns=name), now=NOW)


def test_a_frame_without_recipients_is_refused() -> None:
    frame = simulated().events
    with pytest.raises(InvalidArgument, match="recipient or recipients or to"):
        triage(frame.drop(columns=[n for n in LEARNT if n in frame.columns]), now=NOW)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"window": "yesterday"}, "window"),
        ({"window": "10m"}, "window"),
        ({"window": "7d", "compare": "1d"}, "window"),
        ({"compare": 28}, "compare"),
        ({"now": "soon"}, "now"),
    ],
)
def test_a_length_that_cannot_be_used_is_refused(given: dict[str, object], named: str) -> None:
    with pytest.raises(InvalidArgument, match=f"{named}: "):
        triage(simulated().events, **given)  # type: ignore[arg-type]


def test_something_else_than_events_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="client_or_events"):
        triage([{"event": "delivered"}], now=NOW)  # type: ignore[arg-type]


def test_windows_can_be_timedeltas() -> None:
    made = simulated("dkim-removed")
    report = triage(made.events, window=dt.timedelta(days=1), compare="2w", now=made.now)
    assert report.findings[0].cause == "authentication"
    assert report.end - report.start == dt.timedelta(days=1)


def test_no_mail_at_all_cannot_be_told_about() -> None:
    report = triage(simulated().events.head(0), now=NOW)
    assert report.findings == ()
    assert report.status == "can't tell yet"
    assert report.undecided[0].startswith("can't tell yet (n=0)")


def test_a_past_that_is_too_short_is_said_to_be() -> None:
    made = simulated("dkim-removed")
    events = made.events[made.events["date"] > pd.Timestamp(made.now) - pd.Timedelta(days=2)]
    assert any("windows before" in note for note in triage(events, now=made.now).notes)


def test_a_truncated_search_is_said_to_be() -> None:
    frame = simulated().events.copy()
    frame.attrs |= {"truncated": True, "total": 999_999}
    assert any("of 999,999 came" in note for note in triage(frame, now=NOW).notes)


def test_a_finding_that_goes_on_is_not_fixed() -> None:
    made = simulated("dkim-removed")
    found = verify_fix(first("dkim-removed"), made.events, since="12h")
    assert found.status == "not yet"
    assert found.sentence.startswith("It goes on")


def test_a_finding_without_new_mail_cannot_be_told_about() -> None:
    found = verify_fix(first("dkim-removed"), simulated("dkim-removed").events)
    assert found.status == "can't tell yet"
    assert found.needed > 0


def test_mail_that_arrives_again_is_a_fix() -> None:
    made = simulated("dkim-removed")
    finding = first("dkim-removed")
    later = made.events[made.events["date"] < finding.since].copy()
    later["date"] += pd.Timedelta(days=28)
    later.attrs.clear()
    found = verify_fix(finding, later, since=str(finding.until)[:19])
    assert found.status == "recovered"
    assert found.x / max(1, found.n) < 0.05


def test_a_finding_that_went_through_json_can_be_verified() -> None:
    made = simulated("dkim-removed")
    told = json.loads(json.dumps(first("dkim-removed").to_dict()))
    assert verify_fix(told, made.events, since="12h").status == "not yet"


@pytest.mark.parametrize(
    ("change", "problem"),
    [({"cohort": {"planet": "Mars"}}, "planet"), ({"x": None}, "it lacks x")],
)
def test_a_finding_that_tells_too_little_is_refused(
    change: dict[str, object], problem: str
) -> None:
    told = first("dkim-removed").to_dict() | change
    told = {name: value for name, value in told.items() if value is not None}
    with pytest.raises(InvalidArgument, match=problem):
        verify_fix(told, simulated().events)


def test_a_stolen_password_is_not_over_while_its_mail_goes_on() -> None:
    made = simulated("compromised-user")
    finding = first("compromised-user")
    during = str(finding.since + (finding.until - finding.since) / 2)[:19]
    found = verify_fix(finding, made.events, since=during, now=made.now)
    assert found.status == "not yet"


def test_a_stolen_password_is_over_when_its_mail_has_ended() -> None:
    made = simulated("compromised-user")
    finding = first("compromised-user")
    clean = made.events[~made.struck().to_numpy() | (made.events["date"] < finding.since)]
    assert verify_fix(finding, clean, since=str(finding.since)[:19]).status == "recovered"


def test_a_gap_that_is_filled_is_fixed() -> None:
    finding = first("data-gap")
    assert verify_fix(finding, simulated("data-gap").events).status == "not yet"
    assert verify_fix(finding, simulated().events, since="2026-11-18").status == "recovered"


def test_what_is_not_known_to_be_counted_is_refused() -> None:
    told = first("dkim-removed").to_dict() | {"what": "luck"}
    with pytest.raises(InvalidArgument, match="luck"):
        verify_fix(told, simulated().events)


def test_an_account_whose_mail_has_no_ip_at_times_has_no_cohort_of_all_ips() -> None:
    troubles = ("dkim-removed", "suppression-missing")
    made = simulate(account="shop", volume=1_000, days=22, seed=5, incidents=troubles, now=NOW)
    causes = {finding.cause: finding for finding in triage(made.events, now=made.now).findings}
    assert "outbound_ip" not in causes["authentication"].cohort
    assert "suppression" in causes
