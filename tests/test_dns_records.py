"""The DNS records that a sender domain needs, in the document's words and in today's service's."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from smtp2go_kit import Client, child_frame
from smtp2go_kit.dns_records import RECORDS, dns_records, is_same

CONTRACTS = ("documented", "served")
DOCUMENT = {
    entry["path"]: entry["response_example"]
    for entry in json.loads((Path(__file__).parent / "data" / "operations.json").read_text())
}
# As recorded from today's service; the status of a record that is verified names its target.
LIVE = {
    "domain": {
        "fulldomain": "shop.example.co.uk",
        "subdomain": "shop",
        "domain": "example",
        "suffix": "co.uk",
        "dkim_expected": "dkim.smtp2go.net",
        "dkim_selector": "s571172",
        "dkim_verified": True,
        "dkim_status": "Target: dkim.smtp2go.net",
        "dkim_value": "dkim.smtp2go.net",
        "rpath_expected": "return.smtp2go.net",
        "rpath_selector": "em571172",
        "rpath_verified": False,
        "rpath_status": "Target: old.example.net",
        "rpath_value": "old.example.net",
        "setup_link": "",
    },
    "trackers": [
        {"subdomain": "link", "cname_verified": True, "cname_value": "Track.SMTP2GO.net."}
    ],
}


@pytest.fixture(params=CONTRACTS)
def contract(request):
    return request.param


@pytest.fixture
def client(contract):
    return Client.sandbox(empty=True, contract=contract)


def looked_up(client, *domains):
    for domain in domains:
        client.domain.add(domain, auto_verify=True)
    return client.domain.view()


def answered(record):
    return {"data": {"domains": [record]}}


def told(frame, *columns):
    return list(frame[list(columns)].itertuples(index=False, name=None))


def test_a_domain_needs_three_records_with_their_full_names(client):
    records = dns_records(client.domain.add("news.example.co.uk", auto_verify=False))
    assert told(records, "purpose", "type", "host", "value") == [
        ("DKIM", "CNAME", "s12345._domainkey.news.example.co.uk", "dkim.smtp2go.net"),
        ("return path", "CNAME", "em12345.news.example.co.uk", "return.smtp2go.net"),
        ("tracking", "CNAME", "link.news.example.co.uk", "track.smtp2go.net"),
    ]
    assert set(records["domain"]) == {"news.example.co.uk"}


def test_a_record_that_was_not_found_says_so_and_why(client):
    records = dns_records(looked_up(client, "nodns.example.com"))
    assert not records["verified"].any()
    assert records["found"].isna().all()
    assert records["status"].str.contains("NXDOMAIN").all()


def test_a_record_that_is_verified_was_found(client):
    records = dns_records(looked_up(client, "kettles.example"))
    assert records["verified"].all()
    assert list(records["found"]) == list(records["value"])


def test_every_call_of_the_heading_tells_the_records(client):
    added = dns_records(client.domain.add("nodns.example.com", auto_verify=False))
    frames = (
        client.domain.view(),
        client.domain.verify("nodns.example.com"),
        client.domain.returnpath("nodns.example.com", "em12345", "returns"),
        client.domain.tracking("nodns.example.com", "link", "track"),
    )
    viewed, verified, returned, tracked = map(dns_records, frames)
    pd.testing.assert_frame_equal(viewed, added)
    pd.testing.assert_frame_equal(verified, added)
    assert returned["host"][1] == "returns.nodns.example.com"
    assert tracked["host"][2] == "track.nodns.example.com"


def test_the_columns_are_the_same_for_no_domain(client):
    none, some = dns_records(client.domain.view()), dns_records(looked_up(client, "a.example"))
    assert len(none) == 0
    assert none.dtypes.astype(str).to_dict() == dict(RECORDS.columns)
    assert some.dtypes.to_dict() == none.dtypes.to_dict()


def test_domains_keep_their_own_trackers_and_a_selection_tells_only_its_own(client):
    frame = looked_up(client, "a.example", "b.example")
    assert list(dns_records(frame)["host"][[2, 5]]) == ["link.a.example", "link.b.example"]
    assert set(dns_records(frame.iloc[1:])["domain"]) == {"b.example"}


def test_a_tracker_that_is_off_needs_no_record(contract):
    frame = Client.sandbox(contract=contract, now="2026-11-24T09:00:00").domain.view()
    off = child_frame(frame, "trackers").query("~enabled")["domain_fulldomain"]
    assert list(off) == ["kestreltrade.example"]
    records = dns_records(frame)
    assert list(records.query("purpose == 'tracking'")["domain"]) == [
        "kestrelsupply.example",
        "kestrelpost.example",
    ]


@pytest.mark.parametrize("path", ["/domain/add", "/domain/view", "/domain/verify"])
def test_the_documents_own_examples_are_read(serve, path):
    service = serve(DOCUMENT[path])
    records = dns_records(service.client.domain.view())
    hosts = ["s12345._domainkey.example.com", "em12345.example.com", "link.example123.com"]
    assert list(records["host"]) == hosts[: len(records)]
    assert list(records["found"].dropna()) == list(records.query("verified")["value"])
    assert len(records) == 3


def test_what_dns_has_instead_is_told_beside_what_it_should_have(serve):
    records = dns_records(serve(answered(LIVE)).client.domain.view())
    assert told(records, "host", "found", "verified", "status")[:2] == [
        (
            "s571172._domainkey.shop.example.co.uk",
            "dkim.smtp2go.net",
            True,
            LIVE["domain"]["dkim_status"],
        ),
        ("em571172.shop.example.co.uk", "old.example.net", False, "Target: old.example.net"),
    ]
    assert told(records, "host", "value", "found")[2] == (
        "link.shop.example.co.uk",
        "track.smtp2go.net",
        "Track.SMTP2GO.net.",
    )


def test_a_record_whose_host_the_service_does_not_tell_is_left_out(serve):
    bare = {"domain": {"fulldomain": "a.example", "dkim_selector": "s1"}, "trackers": []}
    records = dns_records(serve(answered(bare)).client.domain.view())
    assert told(records, "host", "value") == [("s1._domainkey.a.example", "dkim.smtp2go.net")]
    assert records[["found", "verified", "status"]].isna().all(axis=None)


def test_records_of_a_domain_without_a_name_are_left_out(serve):
    unnamed = {"domain": {"dkim_selector": "s1"}, "trackers": [{"subdomain": "link"}]}
    assert len(dns_records(serve(answered(unnamed)).client.domain.view())) == 0


def test_a_frame_that_lost_its_trackers_says_so_and_tells_the_rest(client):
    frame = looked_up(client, "a.example")
    frame.attrs.clear()
    with pytest.warns(UserWarning, match="lost its child frame 'trackers'"):
        records = dns_records(frame)
    assert list(records["purpose"]) == ["DKIM", "return path"]


def test_a_frame_without_any_trackers_lost_none(serve):
    frame = serve(answered(LIVE | {"trackers": []})).client.domain.view()
    frame.attrs.clear()
    assert list(dns_records(frame)["purpose"]) == ["DKIM", "return path"]


def test_case_and_a_final_dot_are_nothing_to_dns():
    assert is_same("Track.SMTP2GO.net.", "track.smtp2go.net")
    assert not is_same("track.smtp2go.net", "track.smtp2go.com")
