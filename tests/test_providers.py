"""Which provider receives a domain's mail."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp2go_kit.providers import MAILBOXES, SERVERS, provider_of, providers_of


@pytest.mark.parametrize(
    ("domain", "provider"),
    [
        ("gmail.com", "Gmail"),
        ("GoogleMail.com", "Gmail"),
        ("outlook.fr", "Microsoft"),
        ("hotmail.co.uk", "Microsoft"),
        ("live.com", "Microsoft"),
        ("msn.com", "Microsoft"),
        ("yahoo.com.br", "Yahoo"),
        ("aol.de", "Yahoo"),
        ("ymail.com", "Yahoo"),
        ("yahoo.co.jp", "Yahoo Japan"),
        ("me.com", "Apple"),
        ("gmx.net", "GMX / WEB.DE"),
        ("web.de", "GMX / WEB.DE"),
        ("t-online.de", "T-Online"),
    ],
)
def test_domains_of_mailboxes_belong_to_their_provider(domain: str, provider: str) -> None:
    assert provider_of(domain) == provider


@pytest.mark.parametrize(
    "domain",
    ["live.example", "gmail.con", "notgmail.com", "gmail.com.example", "yahoo.example.com"],
)
def test_domains_that_only_look_alike_stand_for_themselves(domain: str) -> None:
    assert provider_of(domain) == domain


@pytest.mark.parametrize(
    ("host", "provider"),
    [
        ("aspmx.l.google.com [142.250.1.27]", "Google Workspace"),
        ("alt2.aspmx.l.google.com", "Google Workspace"),
        ("ALT1.GMAIL-SMTP-IN.L.GOOGLE.COM.", "Gmail"),
        ("shop-example.mail.protection.outlook.com", "Microsoft 365"),
        ("shop-example.o-v1.mx.microsoft", "Microsoft 365"),
        ("hotmail-com.olc.protection.outlook.com", "Microsoft"),
        ("mxa-0012ab01.gslb.pphosted.com", "Proofpoint"),
        ("eu-smtp-inbound-1.mimecast.com", "Mimecast"),
    ],
)
def test_a_companys_domain_belongs_to_whoever_runs_its_servers(host: str, provider: str) -> None:
    assert provider_of("shop.example", host) == provider


@pytest.mark.parametrize(
    "host", ["", "mx.shop.example", "evilmimecast.com", "mimecast.com.example"]
)
def test_servers_that_nobody_knows_say_nothing(host: str) -> None:
    assert provider_of("shop.example", host) == "shop.example"


def test_a_domain_of_mailboxes_is_believed_before_a_server() -> None:
    assert provider_of("gmail.com", "eu-smtp-inbound-1.mimecast.com") == "Gmail"


def test_no_name_has_two_owners() -> None:
    for table in (MAILBOXES, SERVERS):
        listed = " ".join(table.values()).split()
        assert len(listed) == len(set(listed))


@given(
    st.lists(st.tuples(st.text(), st.none() | st.sampled_from(["mx.web.de", "x", "a.iphmx.com"])))
)
def test_every_domain_has_a_provider(rows: list[tuple[str, str | None]]) -> None:
    frame = pd.DataFrame(rows, columns=["domain", "host"]).astype("str")
    assert set(providers_of(frame["domain"], frame["host"])) == set(frame["domain"])
    assert all(providers_of(frame["domain"]).values())
