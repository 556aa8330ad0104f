"""The invented account: believable, consistent, and the same for the same seed and time."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from typing import Any

import pandas as pd
import pytest

from smtp2go_kit import Client, child_frame
from smtp2go_kit.sandbox import Sandbox

NOW = "2026-11-20T12:34:56"
DAY = 86_400.0
FINAL = {"delivered": "delivered", "hard-bounced": "hardbounce", "soft-bounced": "softbounce"}


@pytest.fixture(scope="module", params=[1, 8])
def account(request):
    """The account of a seed."""
    return Sandbox(seed=request.param, now=NOW).account


def written(account: Any) -> list[tuple[Any, ...]]:
    """All that can be seen of an account's mail."""
    mail = [
        (e.email_id, e.ts, e.sender, e.recipient, e.subject, e.status, e.response, e.headers)
        for e in account.emails
    ]
    told = [(e.ts, e.event, e.email.email_id, e.smtp_response, e.url) for e in account.events]
    return [*mail, *told, *account.suppressions, *account.users, *account.subaccounts]


def test_the_same_seed_and_time_give_the_same_account():
    first = Sandbox(seed=5, now=NOW)
    assert written(first.account) == written(Sandbox(seed=5, now=NOW).account)
    assert written(first.account) != written(Sandbox(seed=6, now=NOW).account)
    assert written(first.account) != written(Sandbox(seed=5, now="2026-11-20T11:00:00").account)


def test_without_a_time_the_mail_reaches_up_to_now():
    account = Sandbox().account
    assert 0 < dt.datetime.now(dt.UTC).timestamp() - account.emails[-1].ts < DAY


@pytest.mark.parametrize(
    "now", ["2026-03-01T00:00:00", "2024-02-29T23:59:59", "2027-01-01T00:30:00", "2026-11-22"]
)
def test_an_account_can_be_of_any_day(now):
    with Client.sandbox(now=now) as client:
        summary = client.stats.email_summary().iloc[0]
        assert summary["email_count"] > 1_000
        assert summary["cycle_used"] + summary["cycle_remaining"] == summary["cycle_max"]
        assert summary["cycle_start"] <= client._now() < summary["cycle_end"]
        assert client.activity.search(start_date="1h").attrs["total"] < 500


def test_there_are_about_90_days_of_mail_and_none_of_the_future(account):
    now = account.now() // 3600 * 3600
    assert 89 < (now - account.emails[0].ts) / DAY <= 90
    assert {int((now - e.ts) / DAY) for e in account.emails} == set(range(90))
    seen = [time for e in account.emails for v in (*e.opens, *e.clicks) for time in [v.ts]]
    delivered = [e.delivered_ts for e in account.emails if e.delivered_ts]
    assert max(*seen, *delivered, account.emails[-1].ts, account.events[-1].ts) <= now
    assert max(s.ts for s in account.suppressions.values()) <= now


def test_mail_and_events_are_in_the_order_of_time(account):
    for records in (account.emails, account.events):
        times = [record.ts for record in records]
        assert times == sorted(times)


def test_the_rates_are_those_of_an_account_in_some_trouble(account):
    status = Counter(e.status for e in account.emails)
    sent = len(account.emails) - status["rejected"]
    assert 10_000 < len(account.emails) < 40_000
    assert 0.005 < (status["hardbounce"] + status["softbounce"]) / sent < 0.08
    assert 0.00005 < status["complained"] / sent < 0.001
    assert 0.0005 < status["unsubscribed"] / sent < 0.02
    assert 0.1 < sum(bool(e.opens) for e in account.emails) / sent < 0.6
    assert 0.01 < sum(bool(e.clicks) for e in account.emails) / sent < 0.3
    assert status["deferred"] < 50
    assert status["rejected"]


def test_senders_recipients_and_readers_are_many(account):
    domains = Counter(e.recipient.rpartition("@")[2] for e in account.emails)
    assert len({e.sender for e in account.emails}) >= 4
    assert len({e.username for e in account.emails}) >= 4
    assert len(domains) > 20
    assert domains["gmail.com"] / len(account.emails) > 0.1
    assert len({e.host for e in account.emails if e.status == "delivered"}) > 10
    agents = {o.user_agent for e in account.emails for o in e.opens}
    assert len(agents) >= 5
    assert all(len(agent) > 10 for agent in agents)


def test_servers_answer_as_servers_do(account):
    for email in account.emails:
        if email.smtpcode is not None:
            assert email.response.startswith(str(email.smtpcode))
            assert (email.smtpcode < 300) == (email.delivered_ts is not None)
        assert not set("{}") & set(email.response)
    refused = {e.response for e in account.emails if e.status == "hardbounce"}
    for words in ("5.1.1", "support.google.com"):
        assert any(words in response for response in refused)
    assert len({response[:40] for response in refused}) > 8


def test_some_recipient_domain_bounces_far_more_than_the_rest(account):
    sent = Counter(e.recipient.rpartition("@")[2] for e in account.emails)
    bounced = Counter(
        e.recipient.rpartition("@")[2] for e in account.emails if "bounce" in e.status
    )
    shares = {domain: bounced[domain] / sent[domain] for domain in sent if sent[domain] >= 100}
    assert max(shares.values()) > 2 * bounced.total() / sent.total()


def test_each_copy_has_the_events_of_its_status(account):
    told: dict[int, list[str]] = defaultdict(list)
    for event in account.events:
        told[id(event.email)].append(event.event)
    for email in account.emails:
        words = Counter(told[id(email)])
        assert words["processed"] == 1
        assert words["opened"] == len(email.opens)
        assert words["clicked"] == len(email.clicks)
        assert words["rejected"] == (email.status == "rejected")
        assert words["spam"] == (email.status == "complained")
        assert words["unsubscribed"] == (email.status in ("unsubscribed", "unblocked"))
        assert words["delivered"] == (email.delivered_ts is not None)
        for word, status in FINAL.items():
            assert words[word] or email.status != status
        if email.delivered_ts is None:
            assert not email.opens
            assert not email.clicks
        else:
            assert email.ts < email.delivered_ts
            assert all(email.delivered_ts < seen.ts for seen in (*email.opens, *email.clicks))


def test_nobody_gets_mail_after_being_suppressed(account):
    suppressed = {s.email_address: s.ts for s in reversed(account.suppressions.values())}
    assert len(suppressed) > 20
    for email in account.emails:
        address = email.recipient.lower()
        for name in (address, address.rpartition("@")[2], "@" + address.rpartition("@")[2]):
            if email.ts > suppressed.get(name, account.now()):
                assert email.status == "rejected", (email.recipient, email.ts)


def test_each_suppression_and_rejection_has_its_cause(account):
    causes = {"bounce": "hard-bounced", "spam": "spam", "unsubscribe": "unsubscribed"}
    when: dict[tuple[str, str], list[float]] = defaultdict(list)
    for event in account.events:
        when[event.email.recipient.lower(), event.event].append(event.ts)
    assert {reason for _, reason in account.suppressions} == {*causes, "manual"}
    for (address, reason), suppressed in account.suppressions.items():
        if reason in causes:
            assert min(abs(ts - suppressed.ts) for ts in when[address, causes[reason]]) < 60
    for email in account.emails:
        reason = email.response.removeprefix("recipient is on the suppression list (").rstrip(")")
        if email.status == "rejected" and reason in causes:
            assert min(when[email.recipient.lower(), causes[reason]]) < email.ts


def test_the_settings_have_trouble_worth_finding(account):
    domains = account.senders.domains
    assert len(domains) >= 2
    assert any(not domain.dkim_verified for domain in domains.values())
    assert any(domain.dkim_verified and domain.rpath_verified for domain in domains.values())
    assert {s.state for s in account.subaccounts.values()} == {"Active", "Closed", "Suspended"}
    assert len(account.users) >= 4
    assert {e.username for e in account.emails} <= {*account.users, account.api_key[:16]}


def test_the_client_sees_all_of_it(contract):
    sandbox = Sandbox(now=NOW, contract=contract)
    with Client(**sandbox.connection) as client:
        events = client.activity.search(start_date="100d")
        emails = client.email.search(start_date="100d")
        summary = client.stats.email_summary().iloc[0]
    account = sandbox.account
    assert list(events["event"]) == [e.event for e in reversed(account.events)]
    assert events.attrs["total"] == len(account.events)
    assert list(emails["email_id"]) == [e.email_id for e in reversed(account.emails)]
    assert len(child_frame(emails, "opens")) == sum(len(e.opens) for e in account.emails)
    recent = [e.status for e in account.emails if e.ts >= account.now() - 30 * DAY]
    assert summary["hardbounces"] == recent.count("hardbounce")
    assert summary["email_count"] == len(recent)


def test_a_new_send_joins_the_invented_mail(contract):
    sandbox = Sandbox(now=NOW, contract=contract)
    with Client(**sandbox.connection) as client:
        before = client.stats.email_cycle()["cycle_used"].item()
        blocked = client.suppression.view().query("reason == 'unsubscribe'")["email_address"]
        domain = client.domain.view().query("domain_dkim_verified")["domain_fulldomain"].iloc[0]
        answer = client.email.send(f"us@{domain}", ["new@x.test", blocked.iloc[0]], "New")
        found = client.activity.search(search=answer["email_id"])
        assert client.stats.email_cycle()["cycle_used"].item() == before + 2
    assert sorted(found["event"]) == ["delivered", "processed", "processed", "rejected"]


@pytest.mark.parametrize("seed", [1, 7])
def test_no_event_is_there_twice(seed):
    events = Client.sandbox(seed=seed).activity.search(start_date="91d")
    assert not events.duplicated().any()


def test_the_past_is_the_same_at_any_moment_of_an_hour():
    first, last = (
        Client.sandbox(now=moment).activity.search(start_date="2026-11-01")
        for moment in ("2026-11-20T12:00:00", "2026-11-20T12:59:59")
    )
    pd.testing.assert_frame_equal(first, last)


@pytest.mark.parametrize("group", ["activity", "email", "subaccount"])
def test_what_a_search_finds_has_the_columns_of_an_empty_one(contract, group):
    client = Client.sandbox(contract=contract)
    search = getattr(client, group).search
    arguments = {} if group == "subaccount" else {"start_date": "30d"}
    assert len(search(**arguments)) > 0
    assert list(search(**arguments)) == list(search.operation.declared.table.columns)


def test_every_view_and_report_has_the_columns_it_declares(contract):
    client = Client.sandbox(contract=contract)
    views = [client.smtp_users.view, client.domain.view, client.suppression.view]
    views += [client.allowed_senders.view, client.single_sender_emails.view]
    reports = ("bounces", "cycle", "history", "spam", "unsubs", "summary")
    for call in [*views, *(getattr(client.stats, f"email_{name}") for name in reports)]:
        frame = call()
        assert len(frame) > 0
        assert list(frame) == list(call.operation.declared.table.columns), call.operation
