"""What may be wrong with a sender domain's records, each fault by itself."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.name_server import (
    DOMAIN,
    PROVIDER,
    account,
    diagnosed,
    findings,
    sent,
    servers,
    txt,
    zone,
)

KEY = PROVIDER.partition("p=")[2].partition("\n")[0].replace('" "', "").rstrip('"')


@pytest.fixture
def serve():
    yield from servers()


def weak_key():
    """An RSA key of 512 bits, in DER as RFC 8017 has it."""
    bare = bytes.fromhex("3048024100") + bytes([0x80] * 64) + bytes.fromhex("0203010001")
    return base64.b64encode(bare).decode()


@pytest.mark.parametrize(
    ("record", "text", "expected"),
    [
        ("DKIM", "v=DKIM1; p=", ["fail", "revoked-key"]),
        ("DKIM", "v=DKIM1; p=MIGfMA0G", ["fail", "broken-key"]),
        ("DKIM", "v=DKIM1; p=" + "!" * 20, ["fail", "broken-key"]),
        ("DKIM", "v=DKIM2; p=" + KEY, ["fail", "broken-key"]),
        ("DKIM", "v=DKIM1; k=rsa; p=" + KEY[:300], ["fail", "broken-key"]),
        ("DKIM", "hello", ["fail", "broken-key"]),
        ("DKIM", "v=DKIM1; k=rsa; p=" + weak_key(), ["fail", "weak-key"]),
        ("DKIM", "v=DKIM1; k=ed25519; p=" + base64.b64encode(bytes(32)).decode(), None),
        ("DKIM", "p=" + KEY, None),
    ],
)
def test_the_key_that_the_selector_leads_to_is_read(serve, record, text, expected):
    rest = "\n".join(line for line in PROVIDER.splitlines() if "dkim." not in line)
    resolver = serve(zone(txt("dkim.smtp2go.net", text), provider=rest))
    check = diagnosed(resolver)["dkim"]
    assert findings(diagnosed(resolver)).get("dkim") == expected
    assert check.who == ("SMTP2GO" if expected else "")


def test_a_resolver_that_sees_nothing_of_the_provider_does_not_blame_it(serve):
    diagnosis = diagnosed(serve(zone(provider="")), events=sent())
    assert findings(diagnosis) == {}
    assert "does not see" in diagnosis["dkim"].summary


SELECTOR, RETURN, LINK = "s12345._domainkey", "em12345", "link"
CNAMES = {SELECTOR: "dkim", RETURN: "return", LINK: "track"}
CHECKS = {SELECTOR: "dkim", RETURN: "return-path", LINK: "tracking"}


@pytest.mark.parametrize("label", CNAMES)
@pytest.mark.parametrize(
    ("record", "status", "problem"),
    [
        ("{label}.example.test. 300 IN CNAME {target}.example.test.", "fail", "wrong-target"),
        ("{label}.example.test. 300 IN A 192.0.2.7", "fail", "proxied"),
        ("{label}.example.test. 300 IN AAAA 2001:db8::7", "fail", "proxied"),
        ("{label}.example.test. 300 IN MX 10 mail.example.test.", "fail", "wrong-type"),
        (
            "{label}.example.test.example.test. 300 IN CNAME {target}.",
            "fail",
            "doubled-name",
        ),
        (
            """{label}.example.test. 300 IN CNAME a.example.test.
            a.example.test. 300 IN CNAME {target}.
            {target}. 300 IN AAAA 2001:db8::1""",
            "warn",
            "indirect",
        ),
        (
            """{label}.example.test. 300 IN CNAME {target}.
            {label}.example.test. 300 IN A 192.0.2.7""",
            "fail",
            "beside-cname",
        ),
    ],
)
def test_what_may_be_wrong_with_a_cname_is_named(serve, label, record, status, problem):
    target = f"{CNAMES[label]}.smtp2go.net"
    resolver = serve(zone(record.format(label=label, target=target), without=(f"{label}.",)))
    check = diagnosed(resolver)[CHECKS[label]]
    assert (check.status, check.problems) == (status, (problem,))
    assert check.advice
    if problem != "beside-cname":
        assert check.records == (("CNAME", f"{label}.example.test", target),)


def test_an_underscore_that_a_panel_dropped_is_found(serve):
    record = "s12345.domainkey.example.test. 300 IN CNAME dkim.smtp2go.net."
    diagnosis = diagnosed(serve(zone(record, without=(SELECTOR,))))
    assert diagnosis["dkim"].problems == ("underscore-dropped",)


def test_addresses_of_the_target_are_a_flattened_cname(serve):
    resolver = serve(zone("link.example.test. 300 IN A 198.51.100.80", without=("link.",)))
    assert findings(diagnosed(resolver))["tracking"] == ["warn", "flattened"]


def test_a_name_doubled_by_the_zone_above_is_found(serve):
    record = f"{SELECTOR}.news.example.test.example.test. 300 IN CNAME dkim.smtp2go.net."
    diagnosis = diagnosed(
        serve(zone(record)), "news.example.test", state=account("news.example.test")
    )
    assert diagnosis["dkim"].problems == ("doubled-name",)


def test_a_tracker_that_is_off_needs_no_record(serve):
    diagnosis = diagnosed(serve(zone(without=("link.",))), state=account(tracker=False))
    assert diagnosis["tracking"].status == "ok"


def test_records_that_only_a_wildcard_answers_are_missing(serve):
    wild = "*.example.test. 300 IN A 192.0.2.9"
    diagnosis = diagnosed(serve(zone(wild, without=(SELECTOR, RETURN, "link."))))
    assert {diagnosis[name].problems for name in ("dkim", "return-path", "tracking")} == {
        ("missing",)
    }
    assert findings(diagnosis)["wildcard"] == ["warn", "wildcard"]


def test_a_return_path_whose_target_lost_its_spf_or_mx_is_the_providers_fault(serve):
    for lost, expected in (("v=spf1", ["fail", "no-spf"]), ("MX", ["warn", "no-mx"])):
        rest = "\n".join(
            line for line in PROVIDER.splitlines() if not (lost in line and "return." in line)
        )
        check = diagnosed(serve(zone(provider=rest)))["return-path"]
        assert [check.status, *check.problems] == expected
        assert check.who == "SMTP2GO"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("v=spf1 -all", None),
        ("V=SPF1 IP4:192.0.2.0/24 A:mail.example.test/28 mx:example.test//64 ~ALL", None),
        (
            "v=spf1 exists:%{ir}.%{v}._spf.%{d2} exp=why.example.test x=y ip6:2001:db8::/32 -all",
            None,
        ),
        ("v=spf10 -all", ["ok", "no-spf"]),
        ("v=spf1 include:spf.smtp2go.com -all", ["ok", "unneeded-include"]),
        ("v=spf1 include:smtp2go.net -all", ["fail", "wrong-include"]),
        ("v=spf1 +all", ["warn", "plus-all"]),
        ("v=spf1 all", ["warn", "plus-all"]),
        ("v=spf1 ptr -all", ["warn", "ptr"]),
        ("v=spf1 ip4:192.0.2.999 -all", ["fail", "syntax"]),
        ("v=spf1 ip4:2001:db8::1 -all", ["fail", "syntax"]),
        ("v=spf1 include: -all", ["fail", "syntax"]),
        ("v=spf1 include=a.test -all", ["fail", "syntax"]),
        ("v=spf1 redirect:a.test", ["fail", "syntax"]),
        ("v=spf1 ipv4:192.0.2.1 -all", ["fail", "syntax"]),
        ("v=spf1 mx; -all", ["fail", "syntax"]),
        ("v=spf1 include:nobody.test -all", ["fail", "broken-include"]),
        ("v=spf1 include:a..b -all", ["fail", "broken-include"]),
        ("v=spf1 include:example.test -all", ["fail", "too-many-lookups"]),
        (
            "v=spf1 a:x.test a:y.test mx:z.test -all",
            ["warn", "too-many-void-lookups"],
        ),
        ("v=spf1 -all include:nobody.test a a a a a a a a a a a", None),
        ("v=spf1 mx a a a a a a a a a -all", None),
        ("v=spf1 mx a a a a a a a a a a -all", ["fail", "too-many-lookups"]),
    ],
)
def test_what_may_be_wrong_with_spf_is_named(serve, text, expected):
    resolver = serve(zone(txt(DOMAIN, text), without=("v=spf1",)))
    assert findings(diagnosed(resolver)).get("spf") == expected


def test_two_spf_records_are_merged_into_the_one_to_publish(serve):
    extra = txt(DOMAIN, "v=spf1 ip4:192.0.2.0/24 mx ~all")
    check = diagnosed(serve(zone(extra)))["spf"]
    assert check.records == (("TXT", DOMAIN, "v=spf1 mx ip4:192.0.2.0/24 ~all"),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("v=DMARC1; p=reject", None),
        ("v = DMARC1 ;p = none;", None),
        ("v=DMARC1; p=none; rua=mailto:a@example.test, mailto:b@sub.example.test!10m", None),
        ("v=DMARC1; p=none; pct=50", ["ok", "legacy-tag"]),
        ("v=DMARC1; p=nothing", ["fail", "invalid"]),
        ("v=DMARC1; rua=mailto:a@example.test", ["fail", "invalid"]),
        ("v=DMARC1; p=none; aspf=strict", ["fail", "invalid"]),
        ("v=DMARC1 p=none", ["fail", "invalid"]),
        ("v=dmarc1; p=none", ["fail", "invalid"]),
        ("v=DMARC1; p=none; rua=a@example.test", ["warn", "rua-invalid"]),
        ("v=DMARC1; p=none; rua=mailto:a@nobody.test", ["warn", "rua-unresolvable"]),
        ("v=DMARC1; p=none; rua=mailto:a@reports.example", ["warn", "rua-unauthorised"]),
        ("v=DMARC1; p=none; rua=mailto:a@allowed.example", None),
        ("v=spf1 -all", ["warn", "no-dmarc"]),
    ],
)
def test_what_may_be_wrong_with_dmarc_is_named(serve, text, expected):
    others = (
        "sub.example.test. 300 IN MX 10 mail.example.test.",
        "reports.example. 300 IN MX 10 mail.example.test.",
        "allowed.example. 300 IN MX 10 mail.example.test.",
        txt("example.test._report._dmarc.allowed.example", "v=DMARC1"),
    )
    resolver = serve(zone(txt("_dmarc.example.test", text), *others, without=("_dmarc",)))
    assert findings(diagnosed(resolver)).get("dmarc") == expected


@pytest.mark.parametrize(
    ("name", "problem"),
    [("example.test", "wrong-place"), ("_dmarc.example.test.example.test", "doubled-name")],
)
def test_a_dmarc_record_elsewhere_is_found(serve, name, problem):
    resolver = serve(zone(txt(name, "v=DMARC1; p=none"), without=("_dmarc",)))
    check = diagnosed(resolver)["dmarc"]
    assert check.problems == (problem,)
    assert check.records == (("TXT", "_dmarc.example.test", "v=DMARC1; p=none"),)


def test_a_policy_above_that_cannot_be_seen_leaves_dmarc_unknown(serve):
    resolver = serve(zone("news.example.test. 300 IN A 192.0.2.3", without=("_dmarc",)))
    resolver.zones.broken.add("_dmarc.example.test.")
    assert findings(diagnosed(resolver, "news.example.test"))["dmarc"] == ["unknown", "servfail"]


def test_an_include_that_cannot_be_seen_leaves_spf_unknown(serve):
    resolver = serve(zone(txt(DOMAIN, "v=spf1 include:else.test -all"), without=("v=spf1",)))
    resolver.zones.broken.add("else.test.")
    assert findings(diagnosed(resolver))["spf"] == ["unknown", "servfail"]


@pytest.mark.parametrize("target", ["dkim", "return"])
def test_a_target_that_cannot_be_seen_leaves_its_record_unknown(serve, target):
    resolver = serve(zone())
    resolver.zones.broken.add(f"{target}.smtp2go.net.")
    check = {"dkim": "dkim", "return": "return-path"}[target]
    assert findings(diagnosed(resolver))[check] == ["unknown", "servfail"]


def test_a_return_path_whose_spf_is_broken_is_the_providers_fault(serve):
    broken = PROVIDER.replace("include:spf.smtp2go.com", "include:gone.smtp2go.com")
    check = diagnosed(serve(zone(provider=broken)))["return-path"]
    assert (check.status, check.problems, check.who) == ("fail", ("broken-include",), "SMTP2GO")


def test_two_dmarc_records_are_as_none(serve):
    resolver = serve(zone(txt("_dmarc.example.test", "v=DMARC1; p=reject")))
    assert findings(diagnosed(resolver))["dmarc"] == ["fail", "two-records"]


@pytest.mark.parametrize(
    ("records", "domain", "policy"),
    [
        ({"example.test": "p=none; sp=reject"}, "a.b.example.test", "reject"),
        ({"example.test": "p=reject; sp=none; np=quarantine"}, "gone.example.test", "quarantine"),
        ({"test": "psd=y; p=reject"}, "example.test", "reject"),
        ({"test": "psd=y; p=reject", "example.test": "p=none"}, "a.example.test", "none"),
        (
            {"example.test": "p=quarantine; psd=n", "test": "p=reject"},
            "a.example.test",
            "quarantine",
        ),
        ({"example.test": "p=reject; t=y"}, "example.test", "quarantine"),
        (
            {"7.6.5.4.3.example.test": "p=reject", "example.test": "p=none"},
            "9.8.7.6.5.4.3.example.test",
            "none",
        ),
    ],
)
def test_the_policy_is_found_by_walking_up_the_tree(serve, records, domain, policy):
    texts = (txt(f"_dmarc.{name}", f"v=DMARC1; {tags}") for name, tags in records.items())
    there = () if domain.startswith("gone") else (f"{domain}. 300 IN A 192.0.2.3",)
    resolver = serve(zone(*texts, *there, without=("_dmarc",)))
    diagnosis = diagnosed(resolver, domain)
    assert f"p={policy}" in diagnosis["dmarc"].summary, diagnosis


@pytest.mark.parametrize(
    ("without", "extra", "expected"),
    [
        (("IN MX",), (), None),
        (("IN MX", "example.test. 300 IN A 192"), (), ["fail", "no-mx"]),
        (("IN SOA",), (), ["warn", "no-soa"]),
        (("mail.example.test. 300 IN A",), (), ["ok", "mx-unresolved"]),
        ((), ("example.test. 300 IN CNAME www.test.",), ["fail", "beside-cname"]),
    ],
)
def test_a_sender_must_be_able_to_receive(serve, without, extra, expected):
    resolver = serve(zone(*extra, without=without, provider=PROVIDER.replace("mail.", "m.")))
    assert findings(diagnosed(resolver)).get("receives-mail") == expected


TEXTS = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=120),
    st.lists(
        st.sampled_from(
            [
                *("v=spf1", "v=DMARC1;", "v=DKIM1;", "p=", "p=none;", "p=reject", "rua=mailto:a@b"),
                *("include:a..b", "include:.", "redirect=example.test", "include:_x.example.test"),
                *("a:%{i}", "ip4:1/2", "+all", ";", "=", "mx////", "a/", "psd=y;", "sp=;", "-all"),
                *("p=MIIB", "aspf=s;", "include:é.test", "exists:x", "p=MAA=", "p=MIAwAA=="),
            ]
        ),
        max_size=12,
    ).map(" ".join),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["", "_dmarc.", "em12345.", "dkim"]), TEXTS), max_size=4))
def test_whatever_is_published_gets_ten_checks(serve, published):
    resolver = serve(zone(without=("v=spf1", "_dmarc")))
    for name, text in published:
        where = "dkim.smtp2go.net" if name == "dkim" else f"{name}{DOMAIN}"
        resolver.zones.put(where, text)
    diagnosis = diagnosed(resolver, timeout=0.5)
    assert len(diagnosis.checks) == 10
    json.dumps(diagnosis.to_dict())
    assert repr(diagnosis)
    assert diagnosis._repr_html_()
