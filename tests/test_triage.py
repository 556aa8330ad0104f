"""The health of an account, looked at on the sandbox."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import httpx
import pandas as pd
import pytest

from smtp2go_kit import Client, InvalidArgument, PermissionDenied, Sandbox
from smtp2go_kit.triage import Health, look
from smtp2go_kit.triage.health.copies import by_day, copies

NOW = "2026-11-20T12:00:00"


def sandbox_client(**options: Any) -> tuple[Sandbox, Client]:
    sandbox = Sandbox(**{"empty": True, "now": NOW, **options})
    return sandbox, Client(**sandbox.connection)


def send(client: Client, *to: str) -> None:
    client.email.send("shop@example.com", [*to], "Your order", text_body="Thanks")


def mixed(ok: int, **magic: int) -> Client:
    """A client that has sent mail to recipients who do what their names say."""
    _, client = sandbox_client()
    names = ["ann"] * ok + [word for word, count in magic.items() for _ in range(count)]
    for start in range(0, len(names), 100):
        part = enumerate(names[start : start + 100], start)
        send(client, *(f"{name}+{place}@shop{place % 3}.example" for place, name in part))
    return client


@pytest.fixture(scope="module")
def seeded() -> Health:
    return look(Client.sandbox(now=NOW))


def rates(health: Health) -> dict[str, tuple[int | None, int]]:
    return {rate.name: (rate.count, rate.of) for rate in health.rates}


def test_an_account_without_mail_is_healthy_and_gets_no_rating() -> None:
    health = look(Client.sandbox(empty=True))
    assert health.attention == []
    assert [rate.rating for rate in health.rates] == [None, None, None]
    assert "no email left" in repr(health)
    assert "too little mail to rate" in repr(health)
    assert "no data" not in repr(health)
    assert health.to_html().count("<img") == 1


def test_each_rate_is_its_count_of_the_emails_that_left() -> None:
    client = mixed(86, bounce=6, full=3, complaint=2, unsubscribe=1, reject=2, deferred=2)
    health = look(client)
    assert rates(health) == {"bounce": (9, 100), "spam": (2, 100), "unsubscribe": (1, 100)}
    assert health.rates[0].rating == "fair"
    volume = health.volume
    assert (volume.emails, volume.messages, volume.addresses) == (100, 2, 100)
    assert (volume.delivered, volume.bounced, volume.waiting, volume.rejected) == (89, 9, 2, 2)


def test_the_account_s_own_rates_are_those_of_its_stats() -> None:
    client = mixed(196, bounce=3, full=1, complaint=1)
    found = {rate.name: rate for rate in look(client).account_rates or []}
    assert (found["bounce"].count, found["bounce"].of, found["bounce"].percent) == (4, 201, 1.99)
    assert (found["spam"].count, found["spam"].percent) == (1, 0.5)


def test_both_contracts_give_the_same_health(seeded: Health) -> None:
    health = look(Client.sandbox(now=NOW, contract="served"))
    assert health.attention == seeded.attention
    assert health.to_dict()["volume"] == seeded.to_dict()["volume"]
    assert health.to_dict()["domains"] == seeded.to_dict()["domains"]


def test_the_seeded_account_s_troubles_are_found(seeded: Health) -> None:
    found = "\n".join(seeded.attention)
    assert "kestreltrade.example is not verified (DKIM and return path), and sent " in found
    assert "harbourfreight.example" in found
    assert "because their sender is not verified" in found
    assert all(any(c.isdigit() for c in sentence) for sentence in seeded.attention)


def test_a_day_with_many_bounces_needs_attention() -> None:
    health = look(mixed(60, bounce=40))
    assert "On 1 day more than 12 % of emails bounced: 2026-11-20 40 of 100 (40.00 %)." in (
        health.attention
    )


def test_poor_and_fair_rates_need_attention_once() -> None:
    assert look(mixed(91, bounce=9)).attention == [
        (
            "9.00 % of emails (9 of 100) bounced in the last 30 days, by SMTP2GO's count; above "
            "8 % is fair by SMTP2GO's bands."
        )
    ]


def test_domains_that_bounce_are_ordered_by_bounces_then_rate() -> None:
    _, client = sandbox_client()
    send(client, *(f"bounce+{n}@busy.example" for n in range(6)))
    send(client, *(f"ann+{n}@busy.example" for n in range(20)))
    send(client, *(f"bounce+{n}@dead.example" for n in range(6)))
    send(client, *(f"bounce+{n}@few.example" for n in range(4)))
    domains = look(client).domains
    assert domains["domain"].tolist() == ["dead.example", "busy.example"]
    assert domains["sent"].tolist() == [6, 26]
    assert domains["percent"].tolist() == pytest.approx([100, 100 * 6 / 26])


def test_a_domain_that_bounces_most_of_its_mail_is_named_with_numbers() -> None:
    _, client = sandbox_client()
    send(client, *(f"bounce+{n}@dead.example" for n in range(6)))
    assert "1 recipient domain bounced most of its mail in these 30 days: dead.example 6 of 6." in (
        look(client).attention
    )


def test_a_nearly_used_quota_needs_attention() -> None:
    sandbox, client = sandbox_client()
    sandbox.account.cycle_used = 45_001
    (sentence,) = look(client).attention
    assert sentence.startswith("45,001 of 50,000 (90.00 %) emails of the cycle are used; the cycle")


def test_much_rejected_mail_needs_attention_with_the_reason() -> None:
    found = look(mixed(10, reject=10)).attention
    assert (
        "SMTP2GO rejected 10 of 20 (50.00 %) emails, mostly for: recipient is on the suppression "
        "list (manual)."
    ) in found


def test_an_unverified_domain_answers_only_for_its_own_mail() -> None:
    sandbox, client = sandbox_client()
    client.domain.add("corp.nodns", auto_verify=True)
    client.domain.add("news.corp.nodns")
    sandbox.account.senders.domains["news.corp.nodns"].dkim_verified = True
    sandbox.account.senders.domains["news.corp.nodns"].rpath_verified = True
    client.email.send("a@news.corp.nodns", "ann@example.net", "Hi", text_body="Hi")
    client.email.send("a@mail.corp.nodns", "ann@example.net", "Hi", text_body="Hi")
    table = look(client).unverified
    assert table is not None
    assert table[["domain", "sent", "rejected"]].to_dict("records") == [
        {"domain": "corp.nodns", "sent": 0, "rejected": 1}
    ]
    assert "NXDOMAIN" in table["dkim_status"].iloc[0]


def test_suppressions_are_counted_by_reason() -> None:
    client = mixed(0, bounce=2, complaint=1)
    client.suppression.add("bob@example.com")
    table = look(client).suppressions
    assert table is not None
    assert dict(zip(table["reason"], table["addresses"], strict=True)) == {
        "bounce": 2,
        "manual": 1,
        "spam": 1,
    }


def test_what_may_not_be_seen_is_noted_and_the_rest_is_there() -> None:
    _, client = sandbox_client(permissions=("/activity/*", "/stats/*"))
    send_permitted = look(client)
    assert send_permitted.suppressions is None
    assert send_permitted.unverified is None
    assert send_permitted.quota is not None
    assert [line.partition(":")[0] for line in send_permitted.unseen] == [
        "sender domains",
        "suppressions",
    ]
    assert "You do not have permission" in repr(send_permitted)
    assert "Could not see" in send_permitted.to_html()


def test_without_the_stats_the_window_s_rates_remain() -> None:
    _, client = sandbox_client(permissions=("/activity/*", "/email/send"))
    send(client, "ann@example.net")
    health = look(client)
    assert health.account_rates is None
    assert health.quota is None
    assert rates(health)["bounce"] == (0, 1)
    assert health.to_dict()["quota"] is None


def test_the_rate_of_complaints_is_known_without_their_number() -> None:
    allowed = ("/activity/*", "/stats/email_summary")
    _, client = sandbox_client(permissions=allowed)
    spam = (look(client).account_rates or [])[1]
    assert (spam.count, spam.percent) == (None, 0.0)
    assert "? of 0" in repr(look(client))


def test_without_the_activity_there_is_nothing_to_look_at() -> None:
    _, client = sandbox_client(permissions=("/stats/*",))
    with pytest.raises(PermissionDenied):
        look(client)


@pytest.mark.parametrize("since", ["yesterday", "2027-01-01", "999999w"])
def test_a_window_that_is_none_is_refused(since: str) -> None:
    with pytest.raises(InvalidArgument, match="since"):
        look(Client.sandbox(empty=True, now=NOW), since=since)


def test_the_window_reaches_from_since_to_now() -> None:
    client = Client.sandbox(now=NOW)
    until = pd.Timestamp("2026-11-10T00:00:00Z")
    health = look(client, since="7d", now=until)
    assert (health.start, health.end) == (pd.Timestamp("2026-11-03T00:00:00Z"), until)
    assert health.events["date"].between(health.start, health.end).all()
    assert len(health.volume.per_day) == 8


def test_a_free_plan_s_forgotten_days_are_told() -> None:
    sandbox, client = sandbox_client()
    sandbox.account.cycle_max = 1_000
    assert look(client).unseen == ["activity before 2026-11-15: free plans keep 5 days"]
    assert look(client, since="5d").unseen == []


def test_empty_and_cut_answers_are_told() -> None:
    sandbox, _ = sandbox_client()

    def answer(request: httpx.Request) -> httpx.Response:
        if "/stats/" in request.url.path:
            return httpx.Response(200, json={"data": None})
        told = sandbox.handle_request(request).json()
        if "/activity/" in request.url.path:
            told["data"]["total_events"] = 3
        return httpx.Response(200, json=told)

    client = Client(**{**sandbox.connection, "transport": httpx.MockTransport(answer)})
    assert look(client).unseen == [
        "all events: 0 of 3 came",
        "SMTP2GO's own rates: the answer was empty",
        "the quota: the answer was empty",
    ]


def test_an_event_about_many_recipients_counts_for_each() -> None:
    client = mixed(1)
    events = client.activity.search(start_date="1d")
    listed = events.assign(
        recipient=pd.Series([None] * len(events), dtype="str"),
        recipients="ann@one.example, Bob@Two.example",
    )
    found = copies(listed)
    assert found["domain"].tolist() == ["one.example", "two.example"]
    assert found["delivered"].tolist() == [True, True]


def test_days_without_mail_are_rows_too() -> None:
    start, end = pd.Timestamp("2026-11-01T22:00Z"), pd.Timestamp("2026-11-04T01:00Z")
    days = by_day(copies(Client.sandbox(empty=True).activity.search()), start, end)
    assert days["day"].dt.strftime("%d").tolist() == ["01", "02", "03", "04"]
    assert days["sent"].tolist() == [0, 0, 0, 0]


def test_failures_are_grouped_with_one_answer_as_it_came() -> None:
    table = look(mixed(0, bounce=3, full=1)).responses
    assert table["emails"].tolist() == [3, 1]
    assert table["response"].iloc[0].startswith("550 5.1.1 <address>: Recipient address rejected")
    assert table["domains"].tolist() == [3, 1]
    assert "550 5.1.1 <bounce+" in table["example"].iloc[0]


def test_a_failure_without_any_answer_is_shown_as_one() -> None:
    sandbox, client = sandbox_client()
    send(client, "bounce@example.net")
    sandbox.account.events[-1].smtp_response = ""
    assert look(client).responses["response"].tolist() == ["no reason given"]


def test_empty_and_full_tables_have_the_same_columns(seeded: Health) -> None:
    empty = look(Client.sandbox(empty=True))
    for name in ("domains", "recent", "responses", "rejections", "unverified", "suppressions"):
        one, other = getattr(empty, name), getattr(seeded, name)
        assert one.dtypes.to_dict() == other.dtypes.to_dict(), name


def test_without_pyarrow_s_strings_all_is_the_same(seeded: Health) -> None:
    with pd.option_context("mode.string_storage", "python"):
        health = look(Client.sandbox(now=NOW))
    assert health.to_dict() == seeded.to_dict()


def test_importing_triage_imports_no_matplotlib() -> None:
    code = "import sys, smtp2go_kit.triage; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
