"""A sender domain's diagnosis, against a DNS server of the tests' own."""

from __future__ import annotations

import json
import socket

import dns.resolver
import httpx
import pandas as pd
import pytest

from smtp2go_kit import Client, InvalidArgument
from smtp2go_kit.triage.domain import diagnose_domain
from tests.name_server import (
    DOMAIN,
    PROVIDER,
    ZONES,
    account,
    diagnosed,
    findings,
    sent,
    servers,
    txt,
    zone,
)


@pytest.fixture
def serve():
    yield from servers()


@pytest.mark.parametrize("name", sorted(ZONES))
def test_each_zone_gives_exactly_the_findings_expected_of_it(name, serve):
    zone = ZONES[name]
    resolver = serve(PROVIDER + zone.get("zone", ""), zone.get("behaviour", ""))
    verified = {key.replace("-", "_"): value for key, value in zone["verified"].items()}
    diagnosis = diagnose_domain(
        DOMAIN, state=account(**verified), events=sent(), resolver=resolver, timeout=2.0
    )
    assert findings(diagnosis) == zone["expected"], diagnosis
    json.dumps(diagnosis.to_dict())


def test_a_client_tells_the_names_of_the_records(serve):
    client = Client.sandbox(empty=True)
    client.domain.add(DOMAIN, auto_verify=True)
    diagnosis = diagnose_domain(DOMAIN, client=client, resolver=serve(zone()))
    assert findings(diagnosis) == {"traffic": ["unknown", "no-events"]}
    assert diagnosis.status == "ok"


def test_a_key_that_may_not_see_domains_leaves_the_state_unknown(serve):
    refused = httpx.Response(
        403, json={"data": {"error": "no", "error_code": "E_ApiResponseCodes"}}
    )
    client = Client(f"api-{'0' * 32}", transport=httpx.MockTransport(lambda _: refused))
    diagnosis = diagnose_domain(DOMAIN, client=client, resolver=serve(zone()))
    assert diagnosis["api-state"].status == "unknown"
    assert "could not be read" in diagnosis["api-state"].summary
    assert diagnosis["dmarc"].status == "ok"


def test_without_an_account_dns_alone_tells_what_it_can(serve):
    diagnosis = diagnose_domain(DOMAIN, resolver=serve(zone()))
    assert findings(diagnosis) == {
        "api-state": ["unknown", "no-state"],
        "dkim": ["unknown", "no-state"],
        "return-path": ["unknown", "no-state"],
        "traffic": ["unknown", "no-events"],
    }
    assert "client=" in diagnosis["api-state"].summary


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ("link.example.test. 300 IN A 104.21.32.1", ["warn", "proxied"]),
        ("link.example.test. 300 IN A 192.0.2.80", ["unknown", "no-state"]),
        ("track.example.test. 300 IN CNAME track.smtp2go.net.", None),
        (
            "link.example.test.example.test. 300 IN CNAME track.smtp2go.net.",
            ["warn", "doubled-name"],
        ),
    ],
)
def test_without_an_account_a_tracker_is_looked_for_at_its_usual_names(serve, record, expected):
    resolver = serve(zone(record, without=("link.",)))
    assert findings(diagnose_domain(DOMAIN, resolver=resolver)).get("tracking") == expected


def test_a_service_that_does_not_say_whether_a_record_is_verified_leaves_it_unknown(serve):
    state = account()
    state["domain_dkim_verified"] = pd.NA
    diagnosis = diagnosed(serve(zone()), state=state)
    assert findings(diagnosis)["api-state"] == ["unknown", "no-word"]
    assert diagnosis["dkim"].status == "ok"


def test_a_plain_frame_with_some_of_the_columns_is_a_state(serve):
    told = {
        "domain_fulldomain": ["Example.Test"],
        "domain_dkim_selector": ["s12345._domainkey"],
        "domain_dkim_verified": [True],
        "domain_rpath_selector": ["em12345"],
        "domain_rpath_verified": ["true"],
    }
    for frame in (pd.DataFrame(told), pd.DataFrame(told, dtype="object")):
        frame["domain_rpath_verified"] = [True]
        diagnosis = diagnosed(serve(zone()), state=frame, events=sent())
        assert findings(diagnosis) == {}


def test_a_sender_domain_without_records_is_not_called_verified(serve):
    frame = pd.DataFrame({"domain_fulldomain": [DOMAIN]})
    diagnosis = diagnosed(serve(zone()), state=frame)
    assert findings(diagnosis)["api-state"] == ["unknown", "no-state"]


def test_a_domain_that_was_never_added_says_so_and_loses_all_its_mail(serve):
    strict = txt("_dmarc.example.test", "v=DMARC1; p=reject")
    resolver = serve(zone(strict, without=("_dmarc",)))
    diagnosis = diagnosed(resolver, state=account("other.test"))
    assert findings(diagnosis)["api-state"] == ["fail", "not-added"]
    assert findings(diagnosis)["dmarc"] == ["fail", "reject-unverified"]
    assert 'client.domain.add("example.test")' in diagnosis["api-state"].advice


def test_a_subdomain_counts_as_part_of_the_sender_domain_above_it(serve):
    extra = ("news.example.test. 300 IN MX 10 mail.example.test.",)
    diagnosis = diagnosed(serve(zone(*extra)), "news.example.test")
    assert findings(diagnosis) == {
        "spf": ["ok", "no-spf"],
        "traffic": ["unknown", "no-events"],
    }
    assert "as part of example.test" in diagnosis["api-state"].summary
    assert "falls under _dmarc.example.test" in diagnosis["dmarc"].summary


def test_strict_dkim_alignment_leaves_a_subdomain_unaligned(serve):
    strict = txt("_dmarc.example.test", "v=DMARC1; p=none; sp=reject; adkim=s")
    extra = (strict, "news.example.test. 300 IN MX 10 mail.example.test.")
    resolver = serve(zone(*extra, without=("_dmarc",)))
    diagnosis = diagnosed(resolver, "news.example.test")
    assert findings(diagnosis)["dmarc"] == ["warn", "strict-dkim-alignment"]
    assert "dmarc" not in findings(diagnosed(resolver))


def test_nothing_but_the_resolver_given_is_asked(serve, monkeypatch):
    resolver, asked = serve(zone()), []
    send = socket.socket.sendto

    def watched(sock, data, *rest):
        if sock.getsockname()[1] != resolver.port:  # not the server's answer
            asked.append(rest[-1])
        return send(sock, data, *rest)

    monkeypatch.setattr(socket.socket, "sendto", watched)
    diagnosed(resolver)
    assert set(asked) == {("127.0.0.1", resolver.port)}


def test_the_resolver_given_is_not_changed(serve):
    resolver = serve(zone())
    resolver.timeout, resolver.lifetime, resolver.cache = 7.0, 9.0, dns.resolver.Cache()
    diagnosed(resolver)
    assert (resolver.timeout, resolver.lifetime) == (7.0, 9.0)
    assert resolver.nameservers == ["127.0.0.1"]
    assert not resolver.cache.data


@pytest.mark.parametrize(
    "domain",
    [
        *("", " ", "example", "a@example.test", "192.0.2.1", "https://example.test/", "a..test"),
        *(
            "-",
            "x" * 64 + ".test",
            ".".join(["abcdefghi"] * 30),
            None,
            5,
            "two words.test",
            "ü" * 60 + ".test",
        ),
    ],
)
def test_what_is_no_domain_is_refused_before_anything_is_asked(serve, domain):
    resolver = serve(zone())
    with pytest.raises(InvalidArgument, match=r"triage\.diagnose_domain: domain: "):
        diagnose_domain(domain, resolver=resolver)
    assert not resolver.zones.asked


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), 61, "2", None])
def test_a_timeout_is_a_number_of_seconds(serve, timeout):
    with pytest.raises(InvalidArgument, match="timeout"):
        diagnose_domain(DOMAIN, resolver=serve(), timeout=timeout)


def test_a_frame_of_something_else_is_no_state(serve):
    with pytest.raises(InvalidArgument, match="domain_fulldomain"):
        diagnose_domain(DOMAIN, resolver=serve(), state=pd.DataFrame({"domain": [DOMAIN]}))


@pytest.mark.parametrize(
    ("domain", "name"),
    [
        ("Example.TEST.", "example.test"),
        (" example.test ", "example.test"),
        ("bücher.test", "xn--bcher-kva.test"),
        ("BÜCHER.Test", "xn--bcher-kva.test"),
    ],
)
def test_a_domain_is_looked_up_in_ascii_and_small_letters(serve, domain, name):
    resolver = serve(zone())
    assert diagnose_domain(domain, resolver=resolver, timeout=0.5).domain == name
    assert (f"_dmarc.{name}.", "TXT") in resolver.zones.asked


def test_a_diagnosis_shows_itself_in_every_form_alike(serve):
    zones = ZONES["reject-unverified"]
    state = account(dkim=False, return_path=False, tracking=False)
    diagnosis = diagnosed(serve(PROVIDER + zones["zone"]), state=state)
    frame, told = diagnosis.to_frame(), json.loads(json.dumps(diagnosis.to_dict()))
    text, html = repr(diagnosis), diagnosis._repr_html_()
    assert [*frame["check"]] == [check["name"] for check in told["checks"]]
    for check in diagnosis.checks:
        assert check.summary.split()[0] in text
        for record in check.records:
            assert " ".join(record) in text
            assert " ".join(record) in html
    assert told["status"] == diagnosis.status == "fail"
    assert told["checks"][1]["records"][0]["type"] == "CNAME"
    assert text.isascii()
    assert set(map(type, frame.to_numpy().ravel())) == {str}


def test_what_others_publish_can_do_nothing_to_a_page_or_a_terminal(serve):
    evil = "v=spf1 <script>alert(1)</script> \x1b[31m\u202e -all"
    resolver = serve(zone(without=("v=spf1",)))
    resolver.zones.put(DOMAIN, evil)
    state = account(dkim=False)
    state["domain_dkim_status"] = "<img src=x>\x1b[2J"
    diagnosis = diagnosed(resolver, state=state, events=sent({"from": "<b>@<i>.test"}))
    assert diagnosis["spf"].problems == ("syntax",)
    html = diagnosis._repr_html_()
    assert "<script>" not in html
    assert "<img" not in html
    for shown in (repr(diagnosis), html, json.dumps(diagnosis.to_dict(), ensure_ascii=False)):
        assert "\x1b" not in shown
        assert "\u202e" not in shown
