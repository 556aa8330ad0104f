"""From a finding to its mail."""

from __future__ import annotations

import pandas as pd
import pytest

from smtp2go_kit.sandbox import simulate
from smtp2go_kit.triage import triage

NOW = "2026-11-18T17:00:00"


@pytest.fixture(scope="module")
def events() -> pd.DataFrame:
    return simulate(volume=600, seed=5, incidents=["dkim-removed"], now=NOW).events


def test_the_mail_of_a_finding_is_the_events_of_its_cohort_before_and_after(
    events: pd.DataFrame,
) -> None:
    report = triage(events, now=NOW)
    finding = next(f for f in report.findings if f.cause == "authentication")
    told = report.mail_of(finding)
    assert list(told.columns) == list(events.columns)
    assert told.index.is_monotonic_increasing
    assert told.index.isin(events.index).all()
    assert {"processed", "delivered", "hard-bounced"} <= set(told["event"])
    assert told["sender"].str.endswith(f"@{finding.cohort['sender_domain']}").all()
    assert told["date"].min() < finding.since - pd.Timedelta(days=20)
    late = told[told["date"] >= finding.since]
    assert late["smtp_response"].isin(finding.responses).any()
    assert len(told) < len(events)


def test_mail_without_a_known_provider_is_that_of_other_servers(events: pd.DataFrame) -> None:
    from smtp2go_kit.triage.drilling import mail_of

    ours = mail_of(events, {"provider": "other servers"})
    assert 0 < len(ours) < len(events)
    assert not ours["recipient"].str.endswith("@gmail.com").any()


def test_without_ids_the_rows_that_a_finding_counts_are_its_mail(events: pd.DataFrame) -> None:
    plain = events[["date", "event", "recipient", "sender", "smtp_response"]]
    report = triage(plain.sample(frac=1, random_state=1), now=NOW)
    finding = next(f for f in report.findings if f.cause == "authentication")
    told = report.mail_of(finding)
    assert set(told["event"]) <= {"delivered", "soft-bounced", "hard-bounced", "rejected"}
    assert len(told[told["date"] >= finding.since]) >= finding.x


def test_an_event_of_several_recipients_is_one_row() -> None:
    from smtp2go_kit.triage.drilling import mail_of

    frame = pd.DataFrame(
        {
            "date": ["2026-11-18T10:00:00Z"] * 4,
            "event": ["processed", "delivered", "opened", "delivered"],
            "email_id": ["a", "a", "a", "b"],
            "recipients": [
                ["ann@one.example", "bob@one.example"],
                *[["ann@one.example"]] * 2,
                "c@x",
            ],
        }
    )
    assert mail_of(frame, {"recipient_domain": "one.example"}).index.tolist() == [0, 1, 2]
    assert mail_of(frame, {"recipient_domain": "nobody.example"}).empty
    assert len(mail_of(frame, {})) == 4
