"""The desk of sender domains: the records to publish, their state, and what can be done."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import httpx
import pytest

from smtp2go_kit import Client
from smtp2go_kit.forms import State
from smtp2go_kit.forms.domains import domains
from tests.conftest import KEY, Service

HOSTILE = '"><img src=x onerror=alert(1)>'
TRADE = "kestreltrade.example"


class Reader(HTMLParser):
    """The tags of a page, the cells of its tables, and its copy buttons."""

    def __init__(self, markup):
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.copies: dict[str, str | None] = {}
        self._copied: str | None = None
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._copied = dict(attrs).get("data-copy") if tag == "button" else None
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data):
        if self._copied is not None:
            self.copies[data] = self._copied
            self._copied = None
        elif self.rows and self.rows[-1]:
            self.rows[-1][-1] += f"{data} "

    def named(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]

    @property
    def body(self):
        return [[cell.strip() for cell in row] for row in self.rows[1:]]


@pytest.fixture(params=["documented", "served"])
def contract(request):
    return request.param


@pytest.fixture
def client(contract):
    return Client.sandbox(contract=contract, now="2026-11-24T09:00:00")


@pytest.fixture
def desk(client):
    return domains(client)


def picked(client, name=TRADE):
    made = domains(client)
    made.picker.value = name
    return made


def scripted(*script):
    service = Service(*script)
    arguments = {"transport": service, "clock": service.clock, "sleep": service.clock.sleep}
    return service, Client(KEY, **arguments)


def a_domain(name="a.example", **fields):
    told = {"fulldomain": name, "dkim_selector": "s1", "rpath_selector": "em1", **fields}
    return {"domain": told, "trackers": []}


def with_trackers(*trackers):
    return {"data": {"domains": [a_domain() | {"trackers": list(trackers)}]}}


def words(markup):
    return html.unescape(re.sub(r"<[^>]+>", " ", markup))


def test_the_desk_opens_with_the_state_of_each_record_of_each_domain_in_words(desk):
    assert Reader(desk.listing.overview.value).body == [
        ["kestrelsupply.example", "✔ verified", "✔ verified", "✔ verified"],
        ["kestrelpost.example", "✔ verified", "✔ verified", "✔ verified"],
        [TRADE, "✘ not yet", "✘ not yet", "not in use"],
    ]
    assert "Pick a domain" in desk.records.value
    assert desk.row is None


def test_an_account_without_domains_is_told_to_add_one(contract):
    made = domains(Client.sandbox(empty=True, contract=contract))
    assert "add one below" in made.listing.overview.value


def test_a_picked_domain_shows_the_exact_records_to_publish(client):
    rows = Reader(picked(client).records.value).body
    assert [row[:4] for row in rows] == [
        ["DKIM", "CNAME", f"s12345._domainkey.{TRADE}", "dkim.smtp2go.net"],
        ["Return path", "CNAME", f"em12345.{TRADE}", "return.smtp2go.net"],
    ]
    assert all(row[4].startswith("✘ not yet") and "NXDOMAIN" in row[4] for row in rows)


def test_each_copy_button_says_what_it_copies_and_holds_just_that(client):
    assert Reader(picked(client).records.value).copies == {
        "Copy host of DKIM": f"s12345._domainkey.{TRADE}",
        "Copy value of DKIM": "dkim.smtp2go.net",
        "Copy host of return path": f"em12345.{TRADE}",
        "Copy value of return path": "return.smtp2go.net",
    }


def test_the_records_are_a_real_table(client):
    made = picked(client)
    for markup in (made.records.value, made.listing.overview.value):
        read = Reader(markup)
        assert len(read.named("caption")) == 1
        assert {head["scope"] for head in read.named("th")} == {"col", "row"}


def test_one_sentence_says_what_to_do_next(client):
    made = picked(client)
    assert "Publish 2 records at your DNS provider, then press Verify" in made.records.value
    assert f"Tracking through link.{TRADE} is off" in made.records.value
    assert made.records.value.count('role="status"') == 1
    made.picker.value = "kestrelpost.example"
    assert "3 of 3 records are verified: there is nothing to do." in made.records.value
    made.picker.index = 0
    assert "Pick a domain" in made.records.value


def test_one_click_verifies_the_picked_domain_and_shows_what_was_found(client):
    made = picked(client)
    verify = made.actions["verify"]
    for _ in range(3):
        verify.go.click()
    assert verify.model.state is State.DONE
    assert "2 of 2 records are verified" in made.records.value
    assert [row[4] for row in Reader(made.records.value).body] == ["✔ verified", "✔ verified"]
    assert Reader(made.listing.overview.value).body[2][1:3] == ["✔ verified", "✔ verified"]


def test_verify_can_be_pressed_again_until_the_records_are_there():
    found = a_domain(dkim_verified=True, rpath_verified=True)
    answers = [a_domain(), a_domain(), a_domain(), found]
    service, client = scripted(*({"data": {"domains": [answer]}} for answer in answers))
    made = picked(client, "a.example")
    verify = made.actions["verify"]
    verify.go.click()
    assert "Publish 2 records" in made.records.value
    assert verify.again.description == "Verify again"
    verify.again.click()
    assert "2 of 2 records are verified" in made.records.value
    assert [path for path, _ in service.sent].count("/domain/verify") == 2


def test_an_added_domain_is_picked_and_its_records_shown(client):
    made = domains(client)
    add = made.actions["add"]
    add.fill(domain="Nodns.Kettles.example", tracking_subdomain="track")
    for _ in range(3):
        add.go.click()
    assert add.model.state is State.DONE
    assert made.picker.value == "nodns.kettles.example"
    assert "Publish 3 records" in made.records.value
    copied = Reader(made.records.value).copies
    assert copied["Copy host of tracking"] == "track.nodns.kettles.example"
    assert made.actions["verify"].model.values["domain"] == "nodns.kettles.example"


@pytest.mark.parametrize(
    ("action", "old", "purpose"),
    [("returnpath", "em12345", "return path"), ("tracking", "link", "tracking")],
)
def test_a_rename_starts_from_the_old_label_and_can_be_followed_by_another(
    client, action, old, purpose
):
    made = picked(client, "kestrelpost.example")
    rename = made.actions[action]
    assert rename.model.values["old_subdomain"] == old
    rename.fill(new_subdomain="first")
    for _ in range(3):
        rename.go.click()
    assert rename.model.state is State.DONE
    assert "Publish 1 record at" in made.records.value
    copied = Reader(made.records.value).copies
    assert copied[f"Copy host of {purpose}"] == "first.kestrelpost.example"
    rename.again.click()
    assert rename.model.values["old_subdomain"] == "first"
    rename.fill(new_subdomain="second")
    rename.go.click()
    assert "second.kestrelpost.example" in made.records.value


def test_a_removal_needs_the_domain_typed(client):
    made = picked(client)
    remove = made.actions["remove"]
    remove.go.click()
    remove.typed.value = "kestrel"
    remove.yes.click()
    assert TRADE in list(made.result["domain_fulldomain"])
    remove.typed.value = TRADE
    remove.yes.click()
    assert remove.model.state is State.DONE
    assert TRADE not in made.picker.options
    assert made.row is None
    assert "Pick a domain" in made.records.value


def test_an_answer_is_shown_at_once_even_if_the_list_cannot_be_read_again():
    added = {"data": {"domains": [a_domain("new.example", dkim_value="dkim.smtp2go.net")]}}
    _, client = scripted({"data": {"domains": []}}, added, httpx.Response(403))
    made = domains(client)
    made.actions["add"].fill(domain="new.example")
    made.actions["add"].go.click()
    assert made.listing.model.state is State.FAILED
    assert "s1._domainkey.new.example" in made.records.value
    assert made.row is None


def test_a_refusal_is_told_beside_its_field_and_the_records_stay(client):
    made = picked(client)
    before = made.records.value
    rename = made.actions["returnpath"]
    rename.fill(old_subdomain="wrong", new_subdomain="returns")
    rename.go.click()
    assert rename.model.state is State.FAILED
    assert 'role="alert"' in rename.entries["old_subdomain"].error.value
    assert made.records.value == before


def test_what_is_picked_from_a_subaccounts_list_is_done_for_that_subaccount(client):
    account = client.subaccount.search()["id"].iloc[0]
    client.domain.add("nodns.sub.example", subaccount_id=account)
    made = domains(client)
    made.listing.model.rearm()
    made.listing.fill(subaccount_id=account)
    made.listing.go.click()
    made.picker.value = "nodns.sub.example"
    for name in ("verify", "returnpath", "tracking", "remove"):
        assert made.actions[name].model.values["subaccount_id"] == account
    made.actions["verify"].go.click()
    assert made.actions["verify"].model.state is State.DONE


def test_what_dns_has_instead_is_told_in_the_status():
    wrong = a_domain(dkim_value="old.example.net", dkim_verified=False, dkim_status="Target: old")
    _, client = scripted({"data": {"domains": [wrong]}})
    status = Reader(picked(client, "a.example").records.value).body[0][4]
    assert re.findall(r"✘ not yet|DNS has now: old.example.net|Target: old", status) == [
        "✘ not yet",
        "DNS has now: old.example.net",
        "Target: old",
    ]


def test_several_trackers_are_told_apart_by_their_hosts():
    both = [{"subdomain": label, "cname_verified": label == "a"} for label in ("a", "b")]
    _, client = scripted(with_trackers(*both))
    made = picked(client, "a.example")
    assert {
        "Copy host of tracking a.a.example": "a.a.example",
        "Copy host of tracking b.a.example": "b.a.example",
    }.items() <= Reader(made.records.value).copies.items()
    assert Reader(made.listing.overview.value).body[0][3] == "✘ not yet"
    assert made.actions["tracking"].model.values["old_subdomain"] == "a"


def test_a_domain_of_which_the_service_tells_nothing_needs_nothing():
    _, client = scripted({"data": {"domains": [{"domain": {"fulldomain": "a.example"}}]}})
    assert "named no records" in picked(client, "a.example").records.value


@pytest.mark.parametrize("answer", [{"domains": []}, {"domains": [{}]}, {}])
def test_an_answer_that_names_no_domain_leaves_the_records_as_they_are(answer):
    listed = {"data": {"domains": [a_domain()]}}
    _, client = scripted(listed, {"data": answer}, listed)
    made = picked(client, "a.example")
    before = made.records.value
    made.actions["verify"].go.click()
    assert made.actions["verify"].model.state is State.DONE
    assert made.records.value == before


@pytest.mark.parametrize("enabled", [True, False])
def test_hostile_names_are_shown_as_text(enabled):
    tracker = {"fulldomain": HOSTILE, "subdomain": HOSTILE, "cname_status": HOSTILE}
    tracker |= {"cname_value": HOSTILE, "cname_expected": f"{HOSTILE}2", "enabled": enabled}
    fields = dict.fromkeys(
        ("dkim_selector", "dkim_status", "dkim_value", "rpath_expected"), HOSTILE
    )
    hostile = a_domain(HOSTILE, **fields) | {"trackers": [tracker, tracker]}
    _, client = scripted({"data": {"domains": [hostile]}})
    made = picked(client, HOSTILE)
    for markup in (made.records.value, made.listing.overview.value):
        assert HOSTILE in words(markup)
        assert Reader(markup).named("img") == []
        assert not any("onerror" in attrs for _, attrs in Reader(markup).tags)
    copies = Reader(made.records.value).copies
    assert copies["Copy host of DKIM"] == f"{HOSTILE}._domainkey.{HOSTILE}"
    assert (f"Copy host of tracking {HOSTILE}" in copies) is enabled


def test_the_desk_leaves_a_still_page_without_what_was_entered(client):
    bundle = picked(client)._repr_mimebundle_()
    assert "This works in a running notebook" in bundle["text/html"]
    assert TRADE not in bundle["text/html"] + bundle["text/plain"]
