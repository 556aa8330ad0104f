"""Domains, users, senders and subaccounts of an empty sandbox, in both contracts."""

from __future__ import annotations

import pytest

from smtp2go_kit import ApiError, Client, NotFound, Secret, ValidationFailed, child_frame

BOB = "bob@customer.test"


def outcome(client: Client, sender: str) -> tuple[str, str]:
    """The status of a message from that sender, and what was said of it."""
    email_id = client.email.send(sender, BOB, "Hello", text_body="Hi")["email_id"]
    copy = client.email.search(email_id=[email_id]).iloc[0]
    return copy["status"], copy["response"]


def add_domain(client: Client, name: str = "shop.org") -> None:
    """Add a domain without looking its records up, which is today's default."""
    client.domain.add(name, auto_verify=False)


def test_mail_from_an_unverified_domain_is_rejected(client):
    for sender in ("me@shop.org", "me@example.com.evil.org", "me@notexample.com"):
        status, response = outcome(client, sender)
        domain = sender.partition("@")[2]
        assert status == "rejected"
        assert response.startswith(f"550-From header sender domain not verified ({domain})")
    assert outcome(client, "me@example.com")[0] == "delivered"


def test_a_domain_sends_once_its_records_are_found(client):
    add_domain(client)
    shown = client.domain.view().iloc[0]
    assert shown["domain_fulldomain"] == "shop.org"
    assert not shown["domain_dkim_verified"]
    host = f"{shown['domain_dkim_selector'].removesuffix('._domainkey')}._domainkey.shop.org"
    assert shown["domain_dkim_status"].startswith(f"Lookup CNAME({host}) failed")
    assert outcome(client, "me@shop.org")[0] == "rejected"
    verified = client.domain.verify("shop.org").iloc[0]
    assert verified[["domain_dkim_verified", "domain_rpath_verified"]].all()
    assert (verified["domain_dkim_status"], verified["domain_rpath_value"]) == (
        "",
        "return.smtp2go.net",
    )
    assert outcome(client, "me@news.shop.org")[0] == "delivered"
    client.domain.remove("shop.org")
    assert client.domain.view().empty
    assert outcome(client, "me@shop.org")[0] == "rejected"


def test_a_label_nodns_is_never_found(client):
    add_domain(client, "nodns.shop.org")
    verified = client.domain.verify("nodns.shop.org")
    assert not verified["domain_dkim_verified"].item()
    assert not child_frame(verified, "trackers")["cname_verified"].item()
    assert outcome(client, "me@nodns.shop.org")[0] == "rejected"


def test_a_domain_is_looked_up_at_once_when_asked(client):
    found = client.domain.add("shop.org", auto_verify=True, tracking_subdomain="click")
    assert found["domain_dkim_verified"].item()
    tracker = child_frame(found, "trackers").iloc[0]
    assert (tracker["fulldomain"], tracker["cname_verified"]) == ("click.shop.org", True)


def test_only_todays_service_looks_a_new_domain_up_by_itself(client, contract):
    found = client.domain.add("shop.org")
    assert found["domain_dkim_verified"].item() == (contract == "served")


def test_verifying_requests_a_certificate_for_tracked_links(client, contract):
    add_domain(client)
    verified = client.domain.verify("shop.org", requisition_ssl=True)
    status = child_frame(verified, "trackers")["ssl_status"].item()
    if contract == "documented":
        assert "certificate has been requested" in status
    else:
        assert status != status  # today's answers leave the field out


def test_a_renamed_return_path_is_unverified_until_it_is_looked_up(client):
    shown = client.domain.add("shop.org", auto_verify=True).iloc[0]
    old = shown["domain_rpath_selector"]
    renamed = client.domain.returnpath("shop.org", old, "returns").iloc[0]
    assert renamed["domain_rpath_selector"] == "returns"
    assert (renamed["domain_rpath_verified"], renamed["domain_dkim_verified"]) == (False, True)
    assert "CNAME(returns.shop.org)" in renamed["domain_rpath_status"]
    assert outcome(client, "me@shop.org")[0] == "rejected"
    client.domain.verify("shop.org")
    assert outcome(client, "me@shop.org")[0] == "delivered"


def test_a_renamed_tracker_is_unverified_until_it_is_looked_up(client):
    client.domain.add("shop.org", auto_verify=True)
    renamed = client.domain.tracking("shop.org", "link", "track")
    tracker = child_frame(renamed, "trackers").iloc[0]
    assert (tracker["subdomain"], tracker["cname_verified"]) == ("track", False)
    verified = child_frame(client.domain.verify("shop.org"), "trackers")
    assert verified["cname_verified"].item()


@pytest.mark.parametrize("rename", ["returnpath", "tracking"])
def test_renaming_needs_the_present_subdomain(client, rename):
    add_domain(client)
    with pytest.raises(ValidationFailed) as caught:
        getattr(client.domain, rename)("shop.org", "other", "new")
    assert caught.value.field == "old_subdomain"


def test_a_domain_is_added_once_and_must_be_known(client):
    add_domain(client)
    with pytest.raises(ApiError, match="already exists") as twice:
        add_domain(client, "SHOP.org.")
    with pytest.raises(ApiError, match="not found") as unknown:
        client.domain.verify("other.org")
    assert twice.value.code == unknown.value.code == "API_EXCEPTION"
    assert len(client.domain.view()) == 1


def test_an_smtp_user_is_added_with_its_defaults(client):
    [added] = client.smtp_users.add("authuser", "s3cret-word", comments="Desk")["results"]
    assert added["comments"] == "Desk"
    assert isinstance(added["email_password"], Secret)
    shown = client.smtp_users.view()
    assert list(shown["username"]) == ["authuser"]
    for flag in ("custom_ratelimit", "feedback_enabled", "archive_enabled"):
        assert not shown[flag].item()
    assert "s3cret-word" not in shown.to_string()
    secret = child_frame(shown, "email_password")["email_password"].item()
    assert secret.reveal() == "s3cret-word"


def test_editing_an_smtp_user_sets_what_is_not_given_to_its_default(client):
    client.smtp_users.add("authuser", "first", comments="Desk", archive_enabled=True)
    client.smtp_users.edit("authuser", "second", description="Till")
    shown = client.smtp_users.view(username="authuser").iloc[0]
    assert (shown["comments"], shown["description"], shown["archive_enabled"]) == (
        "",
        "Till",
        False,
    )
    secrets = child_frame(client.smtp_users.view(), "email_password")["email_password"]
    assert [secret.reveal() for secret in secrets] == ["second"]


def test_an_smtp_user_has_a_name_of_its_own_and_can_be_removed(client):
    client.smtp_users.add("authuser", "word")
    client.smtp_users.add("other-user", "word")
    with pytest.raises(ApiError, match="already in use"):
        client.smtp_users.add("authuser", "word")
    [removed] = client.smtp_users.remove("authuser")["results"]
    assert removed["username"] == "authuser"
    assert list(client.smtp_users.view()["username"]) == ["other-user"]
    with pytest.raises(ApiError, match="not found"):
        client.smtp_users.edit("authuser", "word")


def test_a_subaccount_is_closed_reopened_and_reinvited(client):
    client.subaccount.add("desk@shop.org", "Shop Desk", limit=20_000)
    shown = client.subaccount.search().iloc[0]
    assert (shown["name"], shown["state"], shown["plan_remaining"]) == (
        "Shop Desk",
        "Active",
        20_000,
    )
    client.subaccount.reinvite("desk@shop.org")
    client.subaccount.close("Desk@Shop.org")
    assert client.subaccount.search()["state"].item() == "Closed"
    with pytest.raises(ApiError, match="not Active"):
        client.subaccount.close("desk@shop.org")
    client.subaccount.reopen("desk@shop.org")
    assert client.subaccount.search()["state"].item() == "Active"
    with pytest.raises(ApiError, match="not Closed"):
        client.subaccount.reopen("desk@shop.org")


def test_a_subaccount_is_edited(client, contract):
    client.subaccount.add("desk@shop.org", "Desk")
    client.subaccount.edit("desk@shop.org", "Till", limit=250_000, dedicated_ip=True)
    shown = client.subaccount.search().iloc[0]
    assert (shown["name"], shown["plan_size"]) == ("Till", 250_000)
    if contract == "documented":
        client.subaccount.edit("desk@shop.org", "Till", new_email="till@shop.org")
        assert client.subaccount.search()["email"].item() == "till@shop.org"
        client.subaccount.add("other@shop.org", "Other")
        with pytest.raises(ApiError, match="already exists"):
            client.subaccount.edit("other@shop.org", "Other", new_email="till@shop.org")


def test_a_subaccount_has_an_address_of_its_own_and_must_be_known(client):
    client.subaccount.add("desk@shop.org", "Desk")
    with pytest.raises(ApiError, match="already exists"):
        client.subaccount.add("DESK@shop.org", "Desk again")
    for change in (client.subaccount.close, client.subaccount.reinvite):
        with pytest.raises((ApiError, NotFound), match=r"nobody@shop\.org"):
            change("nobody@shop.org")


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({}, ["Apple", "Apricot", "Pear", "Plum"]),
        ({"sort_direction": "desc"}, ["Plum", "Pear", "Apricot", "Apple"]),
        ({"search_terms": ["ap"]}, ["Apple", "Apricot"]),
        ({"search_terms": ["PEAR", "plum@"]}, ["Pear", "Plum"]),
        ({"search_terms": ["ap"], "fuzzy_search": False}, []),
        ({"search_terms": ["apple", "plum@shop.org"], "fuzzy_search": False}, ["Apple", "Plum"]),
        ({"states": "closed"}, ["Pear"]),
        ({"states": "active", "search_terms": ["p"]}, ["Apple", "Apricot", "Plum"]),
        ({"states": "suspended"}, []),
        ({"page_size": 1}, ["Apple", "Apricot", "Pear", "Plum"]),
    ],
)
def test_subaccounts_are_found(client, wanted, names):
    for name in ("Plum", "Apple", "Pear", "Apricot"):
        client.subaccount.add(f"{name.lower()}@shop.org", name)
    client.subaccount.close("pear@shop.org")
    found = client.subaccount.search(**wanted)
    assert list(found["name"]) == names
    assert found.attrs["total"] == len(names)


def test_subaccount_search_terms_may_be_nested_as_in_the_documents_sample(post, client, contract):
    client.subaccount.add("january@shop.org", "January")
    path = "/subaccount/search" if contract == "documented" else "/subaccounts/search"
    found = post.data(path, {"search_terms": [["january", "deals"]]})
    assert [s["name"] for s in found["subaccounts"]] == ["January"]


def test_allowed_senders_are_added_removed_and_replaced(client, contract):
    add = client.allowed_senders.add(["@shop.org", "me@example.com", "@shop.org"])
    assert add["allowed_senders"] == ["@shop.org", "me@example.com"]
    client.allowed_senders.remove(["@shop.org", "absent@example.com"])
    assert list(client.allowed_senders.view()["allowed_senders"]) == ["me@example.com"]
    client.allowed_senders.update(["a@x.test", "b@x.test"])
    view = client.allowed_senders.view()
    assert list(view["allowed_senders"]) == ["a@x.test", "b@x.test"]
    assert view.attrs.get("mode") == ("disabled" if contract == "served" else None)
    client.allowed_senders.update([])
    assert client.allowed_senders.view().empty


def test_a_single_sender_follows_the_link_of_the_second_email(client):
    client.single_sender_emails.add("me@shop.org", message="please confirm")
    assert not client.single_sender_emails.view()["verified"].item()
    client.single_sender_emails.add("Me@shop.org")
    assert client.single_sender_emails.view()["verified"].item()
    assert outcome(client, "me@shop.org")[0] == "delivered"


def test_a_single_sender_is_listed_unverified_until_it_is_removed(client):
    for _ in range(2):
        client.single_sender_emails.add("unverified+1@shop.org")
    client.single_sender_emails.add("me@shop.org")
    assert list(client.single_sender_emails.view()["verified"]) == [False, False]
    client.single_sender_emails.remove("unverified+1@shop.org")
    client.single_sender_emails.add("you@shop.org")
    shown = client.single_sender_emails.view(email_address="me@shop.org")
    assert list(shown["email_address"]) == ["me@shop.org"]
    assert not shown["verified"].item()
    assert outcome(client, "me@shop.org")[0] == "rejected"
    client.single_sender_emails.remove("ME@shop.org")
    assert list(client.single_sender_emails.view()["email_address"]) == ["you@shop.org"]
    with pytest.raises(ApiError, match="not found"):
        client.single_sender_emails.remove("me@shop.org")


def test_a_verified_single_sender_sends_without_its_domain(client, sandbox):
    client.single_sender_emails.add("me@shop.org")
    sandbox.account.senders.single["me@shop.org"] = True  # its owner follows the link
    assert outcome(client, "Me <me@shop.org>")[0] == "delivered"
    assert outcome(client, "you@shop.org")[0] == "rejected"


def test_calls_on_behalf_of_a_subaccount_leave_the_master_account_alone(client):
    client.subaccount.add("desk@shop.org", "Desk")
    theirs = {"subaccount_id": client.subaccount.search()["id"].item()}
    client.domain.add("shop.org", **theirs)
    client.allowed_senders.add(["@shop.org"], **theirs)
    client.single_sender_emails.add("me@shop.org", **theirs)
    for view in (
        client.domain.view,
        client.allowed_senders.view,
        client.single_sender_emails.view,
    ):
        assert len(view(**theirs)) == 1
        assert view().empty
    with pytest.raises(ValidationFailed) as caught:
        client.domain.view(subaccount_id="nobody")
    assert caught.value.field == "subaccount_id"
