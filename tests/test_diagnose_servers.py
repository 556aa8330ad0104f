"""A sender domain's name servers, and its traffic, as its diagnosis tells them."""

from __future__ import annotations

import dns.resolver
import pandas as pd
import pytest

from smtp2go_kit import InvalidArgument
from smtp2go_kit.triage.domain import diagnose_domain
from tests.name_server import DOMAIN, account, diagnosed, findings, sent, servers, zone

SELECTOR = "s12345._domainkey"


@pytest.fixture
def serve():
    yield from servers()


def test_name_servers_that_disagree_are_named(serve):
    first = serve(zone(without=("ns2.example.test. 300 IN A",)))
    old = zone(without=(SELECTOR, "ns2.example.test. 300 IN A"))
    try:
        serve(old, address="127.0.0.2", port=first.port)
    except OSError:
        pytest.skip("this machine has only one loopback address")
    first.zones.add("ns2.example.test. 300 IN A 127.0.0.2")
    check = diagnosed(first)["name-servers"]
    assert (check.status, check.problems) == ("warn", ("inconsistent",))
    assert f"{SELECTOR}.example.test CNAME" in check.summary
    assert f"ns2.example.test: {SELECTOR}.example.test CNAME NXDOMAIN" in check.evidence


@pytest.mark.parametrize(
    ("behaviour", "problem"), [("silent", "silent"), ("servfail", "lame"), ("", "")]
)
def test_a_name_server_that_does_not_answer_is_named(serve, behaviour, problem):
    first = serve(zone(without=("ns2.example.test. 300 IN A",)))
    try:
        serve(zone(), behaviour, address="127.0.0.2", port=first.port)
    except OSError:
        pytest.skip("this machine has only one loopback address")
    first.zones.add("ns2.example.test. 300 IN A 127.0.0.2")
    check = diagnosed(first, timeout=2.0)["name-servers"]
    assert check.problems == ((problem,) if problem else ())


def test_name_servers_without_an_address_here_are_not_compared(serve):
    diagnosis = diagnosed(
        serve(zone(without=("ns1.example.test. 300 IN A", "ns2.example.test. 300 IN A")))
    )
    assert findings(diagnosis)["name-servers"] == ["unknown", "no-address"]
    assert diagnosis.status == "ok"


@pytest.mark.parametrize(
    ("response", "counts"),
    [
        ("550-5.7.26 This mail is unauthenticated\\n550 5.7.26 gsmtp", True),
        ("421-4.7.27 Your email has been rate limited", True),
        ("550 5.7.515 Access denied", True),
        ("550 5.7.509 DMARC", True),
        ("421 4.7.40 no DMARC record", True),
        ("550-From header sender domain not verified (example.test)", True),
        ("550 5.1.1 no such user at 10.5.7.26", False),
        ("550 15.7.26.1 odd", False),
        ("452 4.2.2 over quota", False),
        (None, False),
    ],
)
def test_refusals_that_name_authentication_are_counted(serve, response, counts):
    events = sent({"event": "hard-bounced", "smtp_response": response}, {})
    check = diagnosed(serve(zone()), events=events)["traffic"]
    assert (check.status, check.problems) == (("fail", ("auth-refused",)) if counts else ("ok", ()))


def test_mail_from_domains_that_nobody_verified_is_named(serve):
    events = sent({}, {"from": "a@news.example.test"}, {"from": "<b@OTHER.test>"}, {"from": None})
    check = diagnosed(serve(zone()), events=events)["traffic"]
    assert (check.status, check.problems) == ("warn", ("unverified-from",))
    assert "other.test" in check.summary
    assert "news.example.test" not in check.summary


@pytest.mark.parametrize(
    "events",
    [
        pd.DataFrame(),
        pd.DataFrame({"event": []}),
        pd.DataFrame({"from": ["nobody", "", None]}),
        pd.DataFrame({"sender": ["a@else.example"]}, index=["x"]),
    ],
)
def test_activity_without_this_domain_says_nothing_of_it(serve, events):
    before = events.copy()
    state = account("else.example")
    check = diagnosed(serve(zone()), state=state, events=events)["traffic"]
    assert (check.status, check.problems) == ("unknown", ("no-traffic",))
    pd.testing.assert_frame_equal(events, before)


def test_an_answer_that_the_resolver_still_holds_is_older_than_the_servers(serve):
    servers = serve(zone())
    try:
        stale = serve(zone(without=(SELECTOR,)), address="127.0.0.2", port=servers.port)
    except OSError:
        pytest.skip("this machine has only one loopback address")
    check = diagnosed(stale)["name-servers"]
    assert (check.status, check.problems) == ("warn", ("cached",))
    assert f"resolver: {SELECTOR}.example.test CNAME NXDOMAIN" in check.evidence


def test_a_server_that_refers_to_others_has_not_answered(serve):
    for behaviour in ("referral", "refused"):
        diagnosis = diagnosed(serve(zone(), behaviour))
        assert findings(diagnosis)["dkim"] == ["unknown", "refused"]


def test_cnames_are_followed_where_the_server_does_not(serve):
    diagnosis = diagnosed(serve(zone(), "lazy"), events=sent())
    assert findings(diagnosis) == {}
    assert "2048 bits" in diagnosis["dkim"].summary


@pytest.mark.parametrize("behaviour", ["", "lazy"])
def test_cnames_that_lead_in_a_circle_lead_nowhere(serve, behaviour):
    circle = (
        "link.example.test. 300 IN CNAME a.example.test.",
        "a.example.test. 300 IN CNAME link.example.test.",
    )
    diagnosis = diagnosed(serve(zone(*circle, without=("link.",)), behaviour))
    assert findings(diagnosis)["tracking"] == ["fail", "wrong-target"]


def test_the_machines_own_resolver_is_asked_where_none_is_given(serve, monkeypatch):
    ours = serve(zone())

    def configured(resolver, *_):
        resolver.nameservers, resolver.port = ours.nameservers, ours.port

    monkeypatch.setattr("dns.resolver.Resolver.read_resolv_conf", configured)
    monkeypatch.setattr("dns.resolver.Resolver.read_registry", configured)
    diagnosis = diagnose_domain(DOMAIN)
    assert findings(diagnosis) == findings(diagnose_domain(DOMAIN, resolver=ours))
    assert diagnosis["receives-mail"].status == "ok"


def test_a_machine_that_names_no_server_is_told_how_to_give_one(monkeypatch):
    def unconfigured(*_):
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr("dns.resolver.Resolver.read_resolv_conf", unconfigured)
    monkeypatch.setattr("dns.resolver.Resolver.read_registry", unconfigured)
    with pytest.raises(InvalidArgument, match=r"resolver: .*nameservers"):
        diagnose_domain(DOMAIN)


def test_a_zone_that_no_server_is_listed_for_is_not_compared(serve):
    assert findings(diagnosed(serve(zone(without=("IN NS",)))))["name-servers"] == [
        "unknown",
        "no-servers",
    ]
