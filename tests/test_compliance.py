"""What Gmail, Yahoo, Microsoft and Apple ask of senders, checked on the sandbox and on frames."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtp2go_kit import Client, InvalidArgument, Sandbox
from smtp2go_kit.triage.complying.checking import Compliance, Row, compliance
from smtp2go_kit.triage.domain.diagnosis import Check, Diagnosis

NOW = "2026-11-20T12:00:00"
START = pd.Timestamp("2026-11-19T00:00:00Z")
VERIFIED = pd.DataFrame(
    [
        {
            "domain_fulldomain": "shop.example",
            "domain_dkim_selector": "s1",
            "domain_dkim_verified": True,
            "domain_rpath_selector": "em1",
            "domain_rpath_verified": True,
        }
    ]
)


def mail(
    count: int, domain: str, *, kind: str = "delivered", text: str = "250 OK", **more: Any
) -> Any:
    """That many emails to a provider, a second apart, each with its end."""
    sender = more.pop("sender", "news@shop.example")
    start = more.pop("start", START)
    prefix = more.pop("prefix", kind)
    rows = {
        "date": start + pd.to_timedelta(range(count), unit="s"),
        "recipient": [f"{prefix}{n}@{domain}" for n in range(count)],
        "email_id": [f"{prefix}-{domain}-{n}" for n in range(count)],
    }
    frame = pd.DataFrame(rows).assign(sender=sender, **{"from": sender})
    ends = frame.assign(event=kind, smtp_response=text, date=frame["date"] + pd.Timedelta("2s"))
    return pd.concat([frame.assign(event="processed"), ends], ignore_index=True)


def complaints(count: int, of: pd.DataFrame) -> pd.DataFrame:
    done = of[of["event"] == "delivered"].head(count)
    return done.assign(event="spam", date=done["date"] + pd.Timedelta("1h"), smtp_response=None)


def checked(*parts: pd.DataFrame, **options: Any) -> Compliance:
    events = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    return compliance(events, **options)


def row(found: Compliance, provider: str, kind: str, limit: float | None = None) -> Row:
    (wanted,) = [
        row
        for row in found.rows
        if (row.provider, row.asked.kind) == (provider, kind) and limit in (None, row.asked.limit)
    ]
    return wanted


def diagnosed(status: Any) -> Any:
    names: Any = ("dkim", "return-path", "dmarc", "receives-mail")
    return lambda domain: Diagnosis(domain, tuple(Check(n, status, f"{n} is so") for n in names))


def test_an_account_without_mail_can_t_tell_anything() -> None:
    found = compliance(Client.sandbox(empty=True, now=NOW))
    assert {row.result for row in found.rows} == {"unknown"}
    assert {row.provider for row in found.rows} == {"Gmail", "Yahoo", "Microsoft", "Apple"}
    assert all("n=0" in row.found.why for row in found.rows)
    assert found.failed == ()


@pytest.mark.parametrize(("count", "result"), [(0, "pass"), (2, "unknown"), (20, "fail")])
def test_complaints_are_judged_by_their_interval(count: int, result: str) -> None:
    sent = mail(1_000, "yahoo.com")
    found = row(checked(sent, complaints(count, sent)), "Yahoo", "complaints", 0.003)
    assert found.result == result
    assert (found.found.count, found.found.of) == (count, 1_000)
    low, high = found.found.interval or (1, 0)
    assert low <= count / 1_000 <= high


def test_few_emails_can_t_show_that_complaints_are_few() -> None:
    found = row(checked(mail(100, "yahoo.com")), "Yahoo", "complaints", 0.003)
    assert (found.result, found.found.why) == ("unknown", "can't tell yet (n=100)")


def test_complaints_are_of_what_was_delivered_there_and_never_of_all_mail() -> None:
    sent = mail(300, "yahoo.com")
    found = checked(sent, complaints(6, sent), mail(5_000, "gmail.com"))
    assert row(found, "Yahoo", "complaints", 0.003).result == "fail"
    assert row(found, "Yahoo", "complaints", 0.003).found.of == 300
    assert row(found, "Microsoft", "complaints").found.of == 0


@pytest.mark.parametrize(("provider", "domain"), [("Gmail", "gmail.com"), ("Apple", "icloud.com")])
def test_without_a_feedback_loop_no_complaint_shows_nothing(provider: str, domain: str) -> None:
    found = checked(mail(5_000, domain))
    rows = [r for r in found.rows if (r.provider, r.asked.kind) == (provider, "complaints")]
    assert {r.result for r in rows} == {"unknown"}
    assert all("no feedback loop" in r.found.why for r in rows)
    if provider == "Gmail":
        assert rows[0].actions[0].value == "https://postmaster.google.com"


@pytest.mark.parametrize(("count", "applies"), [(4_999, False), (5_000, True)])
def test_5000_in_24_hours_make_a_bulk_sender_of_gmail_s(count: int, applies: bool) -> None:
    found = checked(mail(count, "gmail.com"), domains=VERIFIED)
    assert row(found, "Gmail", "dmarc").applies is applies
    assert row(found, "Gmail", "authentication").applies
    assert row(found, "Gmail", "bulk").found.number.startswith(f"{count:,} in the busiest 24 hours")
    assert row(found, "Gmail", "bulk").result == ("unknown" if applies else "pass")


def test_24_hours_are_any_and_not_a_day_s() -> None:
    late = mail(2_500, "gmail.com", start=pd.Timestamp("2026-11-19T20:00:00Z"), prefix="a")
    early = mail(2_500, "gmail.com", start=pd.Timestamp("2026-11-20T02:00:00Z"), prefix="b")
    assert row(checked(late, early), "Gmail", "dmarc").applies


def test_one_primary_domain_s_mail_counts_together_and_two_s_apart() -> None:
    one = mail(3_000, "gmail.com", sender="a@news.shop.co.uk", prefix="a")
    two = mail(3_000, "gmail.com", sender="a@shop.co.uk", prefix="b")
    other = mail(3_000, "gmail.com", sender="a@deal.co.uk", prefix="c")
    assert row(checked(one, two), "Gmail", "dmarc").applies
    assert not row(checked(one, other), "Gmail", "dmarc").applies


def test_yahoo_and_apple_name_no_number_so_that_their_rules_are_asked_of_all() -> None:
    found = checked(mail(10, "yahoo.com"), mail(10, "icloud.com"), mail(10, "outlook.com"))
    assert row(found, "Yahoo", "dmarc").applies
    assert row(found, "Apple", "authentication").applies
    assert not row(found, "Microsoft", "authentication").applies


def test_verified_domains_authenticate_and_unverified_ones_do_not() -> None:
    sent = mail(500, "yahoo.com")
    assert row(checked(sent, domains=VERIFIED), "Yahoo", "authentication").result == "pass"
    broken = VERIFIED.assign(domain_rpath_verified=False, domain_rpath_status="NXDOMAIN")
    found = row(checked(sent, domains=broken), "Yahoo", "authentication")
    assert found.result == "fail"
    assert "not verified (return path): NXDOMAIN" in found.found.why
    assert row(checked(sent, domains=broken), "Yahoo", "alignment").result == "fail"


def test_what_to_do_names_the_records_of_the_domains_that_fail() -> None:
    broken = VERIFIED.assign(domain_dkim_verified=False, domain_dkim_value="dkim.smtp2go.net")
    found = checked(mail(100, "yahoo.com"), domains=broken)
    values = [action.value for action in found.actions]
    assert values == ["s1._domainkey.shop.example CNAME dkim.smtp2go.net", "shop.example"]
    assert row(found, "Yahoo", "bulk").result == "fail"
    assert row(found, "Yahoo", "bulk").actions == []
    refused = mail(50, "yahoo.com", kind="hard-bounced", text="550 5.7.26 not authenticated")
    assert [action.value for action in checked(refused, domains=broken).actions] == values


def test_where_the_records_are_found_by_now_nobody_is_told_to_publish_them() -> None:
    refused = mail(50, "yahoo.com", kind="hard-bounced", text="550 5.7.26 not authenticated")
    (action,) = row(checked(refused, domains=VERIFIED), "Yahoo", "authentication").actions
    assert "Publish" not in action.what
    assert action.call == "diagnose_domain"


def test_events_alone_can_t_show_authentication_but_refusals_can() -> None:
    sent = mail(500, "yahoo.com")
    assert row(checked(sent), "Yahoo", "authentication").result == "unknown"
    text = "554 5.7.9 Message not accepted for policy reasons: failed DMARC authentication"
    refused = mail(100, "yahoo.com", kind="hard-bounced", text=text)
    found = row(checked(sent, refused, domains=VERIFIED), "Yahoo", "authentication")
    assert (found.result, found.found.count, found.found.of) == ("fail", 100, 600)


def test_refusals_that_were_mended_a_week_ago_do_not_count() -> None:
    text = "550 5.7.26 This mail is unauthenticated: SPF and DKIM did not pass"
    old = mail(50, "gmail.com", kind="hard-bounced", text=text, start=START - pd.Timedelta("9D"))
    found = row(checked(old, mail(500, "gmail.com"), domains=VERIFIED), "Gmail", "authentication")
    assert (found.result, found.found.count) == ("pass", 0)


def test_mail_from_a_domain_that_is_not_the_account_s_is_not_aligned() -> None:
    sent = mail(500, "yahoo.com", sender="a@other.example")
    found = checked(sent, domains=VERIFIED)
    assert row(found, "Yahoo", "alignment").result == "fail"
    assert row(found, "Yahoo", "authentication").result == "unknown"


@pytest.mark.parametrize(
    ("status", "result"),
    [("ok", "pass"), ("warn", "pass"), ("fail", "fail"), ("unknown", "unknown")],
)
def test_a_diagnosis_tells_of_dmarc(status: str, result: str) -> None:
    sent = mail(10, "yahoo.com")
    found = checked(sent, domains=VERIFIED, diagnose=diagnosed(status))
    assert row(found, "Yahoo", "dmarc").result == result
    assert row(found, "Yahoo", "dmarc").found.why == "dmarc is so"
    assert row(found, "Yahoo", "resolves").result == result


def test_without_a_diagnosis_dmarc_can_t_be_seen_from_here() -> None:
    found = row(checked(mail(10, "yahoo.com"), domains=VERIFIED), "Yahoo", "dmarc")
    assert found.result == "unknown"
    assert "can't be seen from here" in found.found.why


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (
            "reverse-dns",
            "550 5.7.25 The IP address sending this message does not have a PTR record",
        ),
        ("tls", "550 5.7.29 This message was sent over a connection without TLS"),
    ],
)
def test_servers_are_judged_by_what_is_refused_for_them(kind: str, text: str) -> None:
    sent = mail(500, "gmail.com")
    assert row(checked(sent), "Gmail", kind).result == "pass"
    refused = mail(50, "gmail.com", kind="hard-bounced", text=text)
    found = row(checked(sent, refused), "Gmail", kind)
    assert found.result == "fail"
    assert found.actions[0].who == "SMTP2GO support"
    assert row(checked(mail(20, "gmail.com")), "Gmail", kind).found.why == "can't tell yet (n=20)"


def test_one_click_can_t_be_seen_and_says_what_to_send() -> None:
    found = row(checked(mail(10, "gmail.com")), "Gmail", "one-click")
    assert found.result == "unknown"
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in found.actions[0].value


@pytest.mark.parametrize(("hours", "result"), [(47, "unknown"), (49, "fail")])
def test_unsubscribes_are_honoured_within_48_hours(hours: int, result: str) -> None:
    first = mail(1, "gmail.com", prefix="a")
    gone = first[1:].assign(event="unsubscribed", date=START)
    later = mail(1, "gmail.com", prefix="a", start=START + pd.Timedelta(hours=hours))
    later["email_id"] = "later"
    found = row(checked(first, gone, later), "Gmail", "honoured")
    assert (found.result, found.found.of) == (result, 1)


def test_a_from_address_at_the_provider_itself_fails() -> None:
    found = checked(mail(10, "gmail.com", sender="me@gmail.com"), mail(10, "yahoo.com", prefix="y"))
    assert row(found, "Gmail", "own-from").result == "fail"
    assert row(found, "Yahoo", "own-from").result == "pass"
    assert found.failed[0].provider == "Gmail"


def test_workspace_and_365_mailboxes_are_not_the_consumer_ones() -> None:
    company = mail(6_000, "company.example", text="250 2.0.0 OK 17 a-b.1 - gsmtp")
    assert not row(checked(company, mail(1, "gmail.com")), "Gmail", "dmarc").applies


@pytest.mark.parametrize("contract", ["documented", "served"])
def test_the_seeded_account_is_checked_with_its_own_domains(contract: Any) -> None:
    found = compliance(Client.sandbox(now=NOW, contract=contract))
    assert found.unseen == ()
    assert row(found, "Gmail", "bulk").result == "pass"
    table = found.to_frame()
    assert set(table["result"]) <= {"pass", "fail", "unknown"}
    assert table["low"].dropna().between(0, 1).all()
    assert len(json.loads(json.dumps(found.to_dict()))["rows"]) == len(table)


def test_domains_that_the_key_may_not_see_are_told() -> None:
    sandbox = Sandbox(empty=True, now=NOW)
    client = Client(**sandbox.connection)
    client.email.send("shop@example.com", ["ann@gmail.com"], "Hi", text_body="Hi")
    sandbox.account.permissions = ("/activity/search",)
    found = compliance(client)
    assert found.unseen[0].startswith("sender domains: ")
    assert row(found, "Gmail", "authentication").result == "unknown"


@pytest.mark.parametrize("frame", [pd.DataFrame(), pd.DataFrame({"event": ["delivered"]})])
def test_a_frame_that_tells_nothing_gives_nothing_but_unknowns(frame: pd.DataFrame) -> None:
    found = compliance(frame)
    assert {row.result for row in found.rows} == {"unknown"}
    assert "an unknown time" in repr(found)


def test_a_plain_frame_without_ids_is_enough() -> None:
    plain = pd.DataFrame(
        {
            "date": ["2026-11-20T06:00:00"] * 2,
            "event": ["processed", "delivered"],
            "recipients": ["Ann@Yahoo.com"] * 2,
        }
    )
    assert row(compliance(plain), "Yahoo", "complaints", 0.003).found.of == 1


def test_it_shows_itself_and_nothing_foreign_does_harm() -> None:
    sent = mail(10, "yahoo.com", sender="x@<script>.example")
    found = checked(sent, domains=VERIFIED)
    assert "<script" not in found._repr_html_()
    assert repr(found).isascii()
    assert all(len(line) <= 100 for line in repr(found).splitlines())
    assert "of the mail delivered there was marked as spam" in " ".join(repr(found).split())


def test_a_time_still_to_come_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="since"):
        compliance(Client.sandbox(empty=True, now=NOW), since="2027-01-01")


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 300), st.integers(0, 300))
def test_more_complaints_never_turn_a_failure_into_a_pass(one: int, other: int) -> None:
    few, many = sorted((one, other))
    sent = mail(300, "yahoo.com")
    order = ("pass", "unknown", "fail")
    results = [
        row(checked(sent, complaints(count, sent)), "Yahoo", "complaints", 0.003).result
        for count in (few, many)
    ]
    assert order.index(results[0]) <= order.index(results[1])
