"""What triage advises: for every cause something exact, and nothing that loses mail by mistake."""

from __future__ import annotations

import functools
import json
import operator
import re
from collections.abc import Mapping
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp2go_kit import Client
from smtp2go_kit import triage as surface
from smtp2go_kit.sandbox import simulate
from smtp2go_kit.triage import Finding, triage, verify_fix
from smtp2go_kit.triage.advice import Known, actions_for
from smtp2go_kit.triage.finding import Cause

NOW = "2026-11-20T12:00:00"
END = pd.Timestamp(NOW, tz="UTC")
CAUSES: tuple[Cause, ...] = get_args(Cause)
SURE = 0.7
WHO = {"you", "your DNS", "SMTP2GO support", "the recipient's admin", "nobody"}
TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d"
ANSWERS: Mapping[str, str] = {
    "authentication": "550 5.7.26 Unauthenticated email from shop.example is not accepted due to "
    "domain's DMARC policy.",
    "ip-block": "550 5.7.1 Service unavailable; Client host [203.0.113.1] blocked using "
    "zen.spamhaus.org; https://check.spamhaus.org/query/ip/203.0.113.1",
    "domain-reputation": "550-5.7.1 Our system has detected that this message is likely\n"
    "550-5.7.1 suspicious due to the very low reputation of the sending\n550 5.7.1 domain. - gsmtp",
    "throttling": "421 4.7.0 [TSS04] Messages from 203.0.113.1 temporarily deferred due to "
    "unexpected volume or user complaints - 4.16.55.1",
    "bad-list": "550 5.1.1 User unknown",
    "content-block": "550 5.7.1 Message rejected as spam by Content Filtering.",
    "link-domain-listed": "554 5.7.1 The message contains a URL listed in the Spamhaus DBL",
    "recipient-outage": "554 5.4.7 Delivery expired (message too old): connect to "
    "mx1.firm.example: Connection timed out",
    "recipient-policy": "554 5.7.1 Recipient address rejected: Access denied by policy",
    "greylisting": "451 4.7.1 Greylisted, please try again in 300 seconds",
    "mailbox-full": "552 5.2.2 mailbox full; user is over quota",
    "suppression": "recipient is on the suppression list (manual)",
    "unverified-sender": "550-From header sender domain not verified (shop.example)\n"
    "550 verify the sender domain or email to be allowed to send.",
    "quota": "550 You have reached the limit of your plan (2,000 emails): upgrade to keep sending",
    "other": "550 Odd",
}
BY_DOMAIN = ("recipient-policy", "recipient-outage", "suppression")
HELD_BACK = ("suppression", "unverified-sender", "quota")


def ends(share: float = 1.0, *, by_domain: bool = False, daily: int = 192) -> pd.DataFrame:
    """Mail of 15 days; ``broken`` is a share of the last 12 hours of a part of it."""
    count = 15 * daily
    place = np.arange(count)
    late = place >= count - daily // 2
    sender = np.where(place % 3 == 0, "news@shop.example", "orders@mail.example")
    domain = np.array(["gmail.com", "web.de", "firm.example", "yahoo.com", "uni.example"])
    to = domain[place % 5]
    theirs = to == "firm.example" if by_domain else place % 3 == 0
    return pd.DataFrame(
        {
            "date": END - pd.to_timedelta((count - place) * 86_400 // daily - 60, unit="s"),
            "email_id": [f"id-{n}" for n in place],
            "recipient": [f"ann{n}@{name}" for n, name in enumerate(to)],
            "sender": sender,
            "subject": np.where(place % 3 == 0, "News", "Your order"),
            "username": np.where(place % 3 == 0, "site", "till"),
            "outbound_ip": np.where(place % 2, "203.0.113.1", "203.0.113.2"),
            "broken": late & theirs & (np.random.default_rng(2).random(count) < share),
        }
    )


def both(sent: pd.DataFrame, answer: str, event: str) -> pd.DataFrame:
    """Emails as they left, and how they ended."""
    plain = sent.drop(columns="broken")
    ended = plain.assign(
        date=sent["date"] + pd.Timedelta(seconds=5),
        event=np.where(sent["broken"], event, "delivered"),
        smtp_response=np.where(sent["broken"], answer, "250 OK"),
    )
    return pd.concat([plain.assign(event="processed", smtp_response=None), ended])


@functools.cache
def events(cause: str) -> pd.DataFrame:
    if cause == "compromised-user":
        return simulate(volume=300, days=16, incidents=[cause], seed=5, now=NOW).events
    sent = ends(by_domain=cause in BY_DOMAIN)
    if cause == "complaint-spike":
        fine = both(sent, "250 OK", "delivered")
        read = fine[fine["event"] == "delivered"][sent["broken"].to_numpy()]
        return pd.concat([fine, read.assign(event="spam")])
    if cause == "data-gap":
        fine = both(sent, "250 OK", "delivered")
        return pd.concat([fine, fine.tail(400)])
    answer = ANSWERS[cause]
    soft = "soft-bounced" if answer.startswith("4") else "hard-bounced"
    return both(sent, answer, "rejected" if cause in HELD_BACK else soft)


@functools.cache
def found(cause: str) -> Finding:
    (finding, *_) = triage(events(cause), now=NOW).findings
    return finding


each_cause = pytest.mark.parametrize("cause", CAUSES)


@each_cause
def test_every_cause_is_found(cause: Cause) -> None:
    assert found(cause).cause == cause


@each_cause
def test_every_finding_says_what_to_do_and_who_can(cause: Cause) -> None:
    actions = found(cause).actions
    assert actions
    for action in actions:
        assert re.fullmatch(r"[A-Z].*\.", action.what, re.DOTALL)
        assert action.who in WHO


@each_cause
def test_every_problem_has_its_numbers_and_a_time(cause: Cause) -> None:
    finding = found(cause)
    assert f"{finding.x:,} " in finding.problem or f"about {finding.x:,}" in finding.problem
    assert re.search(rf"(since|from) {TIME}", finding.problem)
    assert finding.problem.endswith(".")
    if cause not in ("data-gap", "compromised-user"):
        assert finding.problem.startswith(f"{finding.x:,} of {finding.n:,} emails ")
        assert f"since {finding.since:%Y-%m-%d %H:%M} UTC" in finding.problem
        assert re.search(r"\([\d.]+ %; [\d.]+ % is usual\)", finding.problem)


@each_cause
def test_every_finding_says_when_to_look_again(cause: Cause) -> None:
    text = found(cause).verify
    assert text.startswith("verify_fix(finding)")
    assert re.search(r"\d+ (hours|days)|an hour|after the next|fetched again", text)
    if cause not in ("data-gap", "compromised-user"):
        assert re.search(r"about [\d,]+ new emails? .* (is|are) enough to tell\.", text)


@each_cause
def test_every_finding_comes_back_from_json_and_can_be_verified(cause: Cause) -> None:
    told = found(cause).to_dict()
    back = json.loads(json.dumps(told, allow_nan=False))
    assert back == told
    by_itself, by_json = (
        verify_fix(finding, events(cause), since=str(found(cause).since)[:19])
        for finding in (found(cause), back)
    )
    assert by_json.to_dict() == by_itself.to_dict()
    assert by_itself.status == "not yet"


@each_cause
def test_what_a_finding_counts_fits_together(cause: Cause) -> None:
    finding = found(cause)
    assert 0 < finding.x <= finding.n
    assert finding.since <= finding.until
    assert 0 < finding.confidence <= 1
    assert len(finding.responses) == len(finding.email_ids) <= 5
    assert finding.why.endswith(".")


def test_answers_are_quoted_as_they_came() -> None:
    for cause, answer in ANSWERS.items():
        assert found(cause).responses == (answer,)


names = st.lists(st.text(min_size=1, max_size=20), max_size=3).map(tuple)
cohorts = st.dictionaries(
    st.sampled_from(["provider", "sender_domain", "subject", "username", "outbound_ip"]),
    st.text(min_size=1, max_size=20),
)
anything = st.builds(
    Known,
    cohort=cohorts,
    sender_domains=names,
    recipient_domains=names,
    outbound_ips=names,
    usernames=names,
    subjects=names,
    blocklists=names,
    retry_after=st.none() | st.integers(0, 10**6),
    addresses=st.integers(0, 10**6),
    confidence=st.floats(0, 1),
    clear=st.booleans(),
    records=names,
)


@given(st.sampled_from(CAUSES), anything)
def test_nothing_destructive_is_advised_but_for_a_sure_and_clear_bad_list(
    cause: Cause, known: Known
) -> None:
    losing = [action for action in actions_for(cause, known) if action.destructive]
    sure = cause == "bad-list" and known.confidence >= SURE and known.clear
    assert len(losing) == sure
    for action in losing:
        assert action.needs_confirmation
        assert action.risk not in ("", "None.")
        assert f"{known.addresses} addresses" in action.value


@given(st.sampled_from(CAUSES), anything)
def test_advice_is_there_whatever_is_known(cause: Cause, known: Known) -> None:
    for action in actions_for(cause, known):
        assert action.what.strip()
        assert action.who in WHO
        assert action.risk
        assert json.loads(json.dumps(action.to_dict())) == action.to_dict()
        assert ("Ask before you do it." in str(action)) == action.needs_confirmation


@given(st.sampled_from(CAUSES), anything)
def test_what_changes_an_account_is_asked_for_first(cause: Cause, known: Known) -> None:
    reading = ("diagnose_domain", "suppression_review", "client.activity.", "client.stats.")
    for action in actions_for(cause, known):
        if action.call and not action.call.startswith(reading):
            assert action.needs_confirmation


@each_cause
def test_every_call_that_is_advised_exists(cause: Cause) -> None:
    sure = Known({}, confidence=1.0, clear=True)
    with Client.sandbox(empty=True) as client:
        for action in (*actions_for(cause, sure), *found(cause).actions):
            if action.call.startswith("client."):
                assert callable(operator.attrgetter(action.call[7:])(client))
            elif action.call:
                assert action.call in surface.__all__


@pytest.mark.parametrize("cause", ["authentication", "unverified-sender"])
def test_each_missing_record_is_to_be_published_by_the_dns(cause: Cause) -> None:
    records = ("em1.shop.example CNAME return.smtp2go.net", "s1._domainkey.shop.example CNAME x.y")
    known = Known({}, sender_domains=("shop.example",), records=records)
    publish = [action for action in actions_for(cause, known) if action.who == "your DNS"]
    assert tuple(action.value for action in publish) == records


def test_advice_names_what_failed() -> None:
    def values(cause: str) -> set[str]:
        return {action.value for action in found(cause).actions}

    assert "shop.example" in values("authentication")
    assert {"203.0.113.1", "203.0.113.2"} & values("ip-block")
    assert "News" in values("content-block")
    assert "firm.example" in values("recipient-outage")
    assert "300 seconds" in values("greylisting")
    assert found("compromised-user").cohort["username"] in values("compromised-user")


@pytest.mark.parametrize(("daily", "clear"), [(48, False), (144, True), (192, True)])
def test_a_bad_list_that_may_be_chance_costs_no_address(daily: int, clear: bool) -> None:
    sent = both(ends(0.5, daily=daily), ANSWERS["bad-list"], "hard-bounced")
    (finding,) = triage(sent, now=NOW).findings
    chance = float(finding.ruled_out[-1].rpartition(" ")[2].rstrip("."))
    assert (chance <= 1e-8) == clear
    assert any(action.destructive for action in finding.actions) == clear


@pytest.mark.parametrize("share", [0.2, 0.5, 1.0])
def test_as_many_good_emails_as_said_are_enough_to_see_a_fix(share: float) -> None:
    sent = ends(share, daily=480)
    finding = triage(both(sent, ANSWERS["authentication"], "hard-bounced"), now=NOW).findings[0]
    told = re.search(r"about ([\d,]+) new email", finding.verify)
    assert told is not None
    needed = int(told[1].replace(",", ""))
    after = sent[sent["sender"] == "news@shop.example"].head(2_000).assign(broken=False)
    after = after.assign(date=END + pd.to_timedelta(np.arange(1, len(after) + 1), unit="s"))
    seen = both(after.head(needed), "", "delivered")
    assert verify_fix(finding, seen, since=NOW).status == "recovered"
    less = verify_fix(finding, both(after.head(needed // 3), "", "delivered"), since=NOW)
    assert less.status == "can't tell yet"
    assert less.n + less.needed == needed


def test_a_finding_is_only_read_by_verify_fix() -> None:
    told: dict[str, Any] = found("authentication").to_dict()
    before = json.dumps(told)
    verify_fix(told, events("authentication"))
    assert json.dumps(told) == before
