"""Which mailbox provider an event is about, by what the events themselves tell."""

from __future__ import annotations

import dns.exception
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp2go_kit.triage.hosting import provider


def told(*rows: tuple[str, str, str]) -> list[str]:
    frame = pd.DataFrame(list(rows), columns=["recipient", "host", "smtp_response"])
    return provider(frame).tolist()


def test_domains_of_mailboxes_tell_by_themselves() -> None:
    assert told(("a@gmail.com", "", ""), ("B@Outlook.FR", "", ""), ("c@web.de", "", "")) == [
        "Gmail",
        "Microsoft",
        "GMX / WEB.DE",
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("250 2.0.0 OK 1700000000 d75a77b69052e - gsmtp", "Google Workspace"),
        (
            "250 2.6.0 <a@b> [InternalId=12, Hostname=AM0.eurprd05.prod.outlook.com] Queued",
            "Microsoft 365",
        ),
        ("250 ok dirdel x.olc.protection.outlook.com", "Microsoft"),
        ("421 4.7.0 [TSS04] Messages from 192.0.2.7 temporarily deferred", "Yahoo"),
        ("554 5.7.1 [CS01] https://support.apple.com/en-us/HT204137", "Apple"),
        ("550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550", "Mimecast"),
        ("554 5.7.0 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.7", "Proofpoint"),
        ("550 No such recipient (cuda_nsu)", "Barracuda"),
        ("550 5.2.0 Mail rejete. OFR_506 [506]", "Orange"),
        ("550 Service refuse. LPN007_510", "La Poste"),
        ("554 Connection refused. IB105.", "GoDaddy"),
        ("550 5.1.1 Email address could not be found, or was misspelled (G8)", "Rackspace"),
        ("250 Ok", "firm.example"),
    ],
)
def test_words_that_only_one_provider_writes_tell(text: str, name: str) -> None:
    assert told(("a@firm.example", "", text)) == [name]


def test_what_one_answer_tells_holds_for_the_whole_domain() -> None:
    assert told(
        ("a@firm.example", "aspmx.l.google.com [192.0.2.1]", "250 ok"),
        ("b@firm.example", "", "550 5.1.1 User unknown"),
        ("c@other.example", "", "550 5.1.1 User unknown"),
    ) == ["Google Workspace", "Google Workspace", "other.example"]


def test_the_most_frequent_server_of_a_domain_counts() -> None:
    rows = [("a@firm.example", "mx1.mimecast.com", "")] * 2
    rows += [("a@firm.example", "mx.iphmx.com", "")]
    assert told(*rows) == ["Mimecast"] * 3


def test_events_without_a_recipient_tell_each_by_themselves() -> None:
    assert told(("", "mxa.gslb.pphosted.com", ""), ("", "", "250 - gsmtp"), ("", "", "x")) == [
        "Proofpoint",
        "Google Workspace",
        "unknown",
    ]


def test_missing_columns_are_tolerated_and_other_recipient_columns_read() -> None:
    assert provider(pd.DataFrame({"to": ["Ann <a@gmail.com>, b@web.de"]})).tolist() == ["Gmail"]
    both = pd.DataFrame({"recipient": ["", None], "recipients": ["a@gmail.com", "b@web.de"]})
    assert provider(both).tolist() == ["Gmail", "GMX / WEB.DE"]
    assert provider(pd.DataFrame({"event": ["delivered"]})).tolist() == ["unknown"]
    assert provider(pd.DataFrame()).tolist() == []


def test_the_index_is_the_events_own() -> None:
    frame = pd.DataFrame({"recipient": ["a@gmail.com", "", "b@x.example"]}, index=[3, 3, 5])
    found = provider(frame)
    assert found.index.tolist() == [3, 3, 5]
    assert found.tolist() == ["Gmail", "unknown", "x.example"]


class Record:
    def __init__(self, preference: int, exchange: str) -> None:
        self.preference, self.exchange = preference, exchange


class Zone:
    """A resolver with one domain, that counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def resolve(self, qname: str, rdtype: str) -> list[Record]:
        assert rdtype == "MX"
        self.asked.append(qname)
        if qname != "firm.example":
            raise dns.exception.Timeout
        return [Record(20, "mx.unknown.example."), Record(10, "firm.mail.protection.outlook.com.")]


def test_mx_records_are_asked_for_once_where_nothing_else_tells() -> None:
    zone = Zone()
    frame = pd.DataFrame(
        {"recipient": ["a@firm.example", "b@firm.example", "c@gmail.com", "d@x.example"]}
    )
    for _ in range(2):
        assert provider(frame, resolver=zone).tolist() == [
            "Microsoft 365",
            "Microsoft 365",
            "Gmail",
            "x.example",
        ]
    assert sorted(zone.asked) == ["firm.example", "x.example"]


@given(
    st.lists(
        st.tuples(
            st.text(max_size=20),
            st.none() | st.sampled_from(["", "mx.web.de", "x"]),
            st.none() | st.text(max_size=30),
        )
    )
)
def test_every_event_has_a_provider(rows: list[tuple[str, str | None, str | None]]) -> None:
    frame = pd.DataFrame(rows, columns=["recipient", "host", "smtp_response"])
    found = provider(frame)
    assert len(found) == len(rows)
    assert found.str.len().gt(0).all()
