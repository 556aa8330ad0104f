"""What answers mean: classes, causes, and the names that the texts give away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from smtp2go_kit.errors import InvalidArgument
from smtp2go_kit.triage.classifier import (
    Rules,
    classify,
    classify_events,
    classify_texts,
)

ANSWERS = Path(__file__).parent / "classified" / "answers.txt"
PRECISE = ("invalid-recipient", "authentication", "reputation-block", "rate-limited")
COLUMNS = [
    "category",
    "permanence",
    "fault",
    "scope",
    "action",
    "named_identity",
    "blocklist",
    "retry_after",
    "provider_token",
    "cause",
    "rule",
    "evidence",
    "confidence",
]


def answers():
    found, category = [], ""
    for line in ANSWERS.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            category = line.removeprefix("# ")
        elif line and not line.startswith("#"):
            found.append((line, category))
    return found


@pytest.mark.parametrize(("text", "category"), answers())
def test_answers_of_many_servers_get_their_class(text: str, category: str) -> None:
    assert classify(text).category == category


@pytest.mark.parametrize(
    ("text", "category", "cause"),
    [
        ("recipient is on the suppression list (bounce)", "policy", "suppression"),
        ("550 a@b.example is suppressed because of a spam complaint", "policy", "suppression"),
        ("Recipient address has previously bounced", "policy", "suppression"),
        ("This recipient has unsubscribed from your mail", "policy", "suppression"),
        (
            (
                "550-From header sender domain not verified (shop.example)\n"
                "550-On your Sending > Verified Senders page\n"
                "550 verify the sender domain or email to be allowed to send."
            ),
            "authentication",
            "unverified-sender",
        ),
        (
            "550 a@b.example is not an allowed sender of this account",
            "authentication",
            "unverified-sender",
        ),
        ("554 5.7.1 The credential is sandboxed", "relay-config", "unverified-sender"),
        ("452 You have reached the limit of your plan", "rate-limited", "quota"),
        ("550 Account rate limit exceeded", "rate-limited", "quota"),
        ("550 Monthly sending quota reached for this account", "rate-limited", "quota"),
    ],
)
def test_what_the_sending_service_says_itself_is_told_apart(
    text: str, category: str, cause: str
) -> None:
    found = classify(text)
    assert (found.category, found.cause) == (category, cause)


@pytest.mark.parametrize(
    "text", ["250 2.0.0 Ok: queued as 4F1C", "250-spam\n250 blocked", "2.0.0 OK", "", "  \n"]
)
def test_a_2xx_answer_or_none_at_all_is_never_classified(text: str) -> None:
    found = classify(text)
    assert (found.category, found.confidence, found.rule, found.cause) == ("other", 0.0, "", "")


def test_what_nobody_knows_is_other_with_low_confidence() -> None:
    found = classify("599 flurble the grommet")
    assert found.category == "other"
    assert 0 < found.confidence < 0.2


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("blocked using zen.spamhaus.org", "Spamhaus ZEN"),
        ("listed in Spamhaus PBL", "Spamhaus PBL"),
        ("see https://www.spamhaus.org/query/ip/192.0.2.7", "Spamhaus"),
        ("blocked using dbl.spamhaus.org", "Spamhaus DBL"),
        ("blocked using multi.surbl.org", "SURBL"),
        ("blocked using bl.spamcop.net", "SpamCop"),
        ("blocked using b.barracudacentral.org", "Barracuda"),
        ("listed on UCEPROTECT-Level 3", "UCEPROTECT"),
        ("blocked using combined.mail.abusix.zone", "Abusix"),
        ("see https://ipcheck.proofpoint.com/?ip=192.0.2.7", "Proofpoint"),
        ("see http://csi.cloudmark.com/reset-request/?ip=192.0.2.7", "Cloudmark CSI"),
    ],
)
def test_block_lists_are_named(text: str, name: str) -> None:
    assert classify(f"554 5.7.1 Client host [192.0.2.7] {text}").blocklist == name


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("451 4.7.1 Greylisted, please try again in 300 seconds", 300),
        ("450 4.2.0 Greylisted, please retry in 5 minutes", 300),
        ("451 Try again in 1 hour", 3_600),
        ("421 retry-after: 60", 60),
        ("450 Greylisting in action, please come back in 00:05:00", 300),
        ("451 Greylisted, please come back later (delayed for 00:04:32)", 272),
        ("451 Try again after 2026-11-28 00:05:00", None),
        ("421 4.7.0 Try again later", None),
    ],
)
def test_the_time_to_wait_is_read_in_seconds(text: str, seconds: int | None) -> None:
    assert classify(text).retry_after == seconds


@pytest.mark.parametrize(
    ("text", "token", "provider"),
    [
        ("550 5.7.1 on our block list (S3150).", "S3150", "Microsoft"),
        ("421 4.7.0 [TSS04] Messages temporarily deferred", "TSS04", "Yahoo"),
        ("554 5.7.1 [HM08] Message rejected due to local policy.", "HM08", "Apple"),
        ("550 5.2.0 Mail rejete. Mail rejected. OFR_506 [506]", "OFR_506", "Orange"),
        ("550 5.5.0 Service refuse. LPN007_510", "LPN007_510", "La Poste"),
        ("554 5.7.1 : (HVU:B1) https://postmaster.aol.com", "HVU:B1", "Yahoo"),
        ("554 Connection refused. IB105.", "IB105", "GoDaddy"),
        ("550 No such recipient (cuda_nsu)", "cuda_nsu", "Barracuda"),
    ],
)
def test_a_providers_own_codes_are_kept(text: str, token: str, provider: str) -> None:
    found = classify(text)
    assert (found.provider_token, found.provider) == (token, provider)


def test_permanence_is_as_meant_and_not_as_coded() -> None:
    assert classify("421 4.7.0 [TSS09] Messages will be permanently deferred").permanence == (
        "permanent"
    )
    assert classify("552 5.2.2 Mailbox full").permanence == "temporary"
    assert classify("554 5.4.7 Delivery expired: connection timed out").permanence == "temporary"
    assert classify("554 5.4.6 Too many hops").permanence == "permanent"


def test_an_address_is_not_given_up_for_what_may_still_change() -> None:
    assert classify("550 5.1.1 User unknown").action == "remove"
    assert classify("450 4.1.1 User unknown").action == "wait"


def test_the_evidence_is_in_the_answer_word_for_word() -> None:
    assert classify("550 5.1.1 User Unknown Here").evidence == "User Unknown"


def test_rules_of_ones_own_come_before_the_shipped_ones(tmp_path: Path) -> None:
    text = "550 5.1.1 User unknown (frobnicated)"
    rule = {"id": "mine", "category": "policy", "patterns": ["Frobnicated"], "action": "none"}
    for rules in (
        Rules.default().extended({"rule": [rule]}),
        Rules.default().extended(_file(tmp_path)),
        Rules.load(_file(tmp_path)),
    ):
        found = classify(text, rules=rules)
        assert (found.category, found.rule, found.action) == ("policy", "mine", "none")
    assert classify(text).category == "invalid-recipient"


def _file(folder: Path) -> Path:
    path = folder / "rules.toml"
    path.write_text(
        "[[rule]]\nid = 'mine'\ncategory = 'policy'\npatterns = ['frobnicated']\naction = 'none'\n"
    )
    return path


@pytest.mark.parametrize(
    "rule",
    [
        {"category": "policy", "patterns": ["x"]},
        {"id": "a", "category": "nonsense", "patterns": ["x"]},
        {"id": "a", "category": "policy"},
        {"id": "a", "category": "policy", "patterns": ["("]},
        {"id": "a", "category": "policy", "patterns": ["x"], "fault": "nobody"},
        {"id": "a", "category": "policy", "patterns": ["x"], "colour": "red"},
    ],
)
def test_a_rule_that_is_none_is_refused(rule: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument):
        Rules.default().extended({"rule": [rule]})


def events(**columns: list[Any]) -> pd.DataFrame:
    return pd.DataFrame(columns)


def test_only_failures_are_classified() -> None:
    kinds = ["processed", "delivered", "soft-bounced", "hard-bounced", "rejected", "spam"]
    found = classify_events(events(event=kinds, smtp_response=["550 5.1.1 User unknown"] * 6))
    assert found["category"].notna().tolist() == [False, False, True, True, True, False]
    assert list(found.columns) == ["event", "smtp_response", *COLUMNS]
    assert found.loc[0, COLUMNS].isna().all()


def test_without_events_whatever_is_no_2xx_answer_is_classified() -> None:
    found = classify_events(events(smtp_response=["250 Ok", "552 5.2.2 Mailbox full", "", None]))
    assert found["category"].isna().tolist() == [True, False, True, True]


def test_an_empty_answer_gives_way_to_the_reason_and_the_error() -> None:
    frame = events(
        event=["rejected"] * 3,
        smtp_response=["", None, "552 5.2.2 Mailbox full"],
        reason=["recipient is on the suppression list (bounce)", "", "550 User unknown"],
        error=["", "550 5.1.1 User unknown", ""],
    )
    assert classify_events(frame)["category"].tolist() == [
        "policy",
        "invalid-recipient",
        "mailbox-full",
    ]


@pytest.mark.parametrize("dtype", ["str", "object", "string", "category"])
def test_any_kind_of_text_and_any_index_do(dtype: str) -> None:
    frame = events(event=["hard-bounced"] * 2, smtp_response=["550 5.1.1 User unknown", "421 x"])
    frame = frame.astype({"smtp_response": dtype}).set_index(pd.Index([7, 7]))
    before = frame.copy(deep=True)
    found = classify_events(frame)
    pd.testing.assert_frame_equal(frame, before)
    assert found.index.tolist() == [7, 7]
    assert found["category"].tolist() == ["invalid-recipient", "connection"]


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"event": ["hard-bounced"]}),
        pd.DataFrame({"x": [1]}),
        pd.DataFrame({"event": [], "smtp_response": []}),
    ],
)
def test_frames_without_answers_are_tolerated(frame: pd.DataFrame) -> None:
    found = classify_events(frame)
    assert len(found) == len(frame)
    assert set(COLUMNS) <= set(found.columns)


def test_a_column_is_classified_as_its_texts_are_one_by_one() -> None:
    texts = [text for text, _ in answers()]
    texts += ["250 Ok", "", "x" * 5_000 + "@b.example user unknown", *texts]
    found = classify_texts(pd.Series(texts, dtype="str"))
    for name in COLUMNS:
        expected = [getattr(classify(text), name) for text in texts]
        assert [None if pd.isna(value) else value for value in found[name]] == expected


@pytest.mark.parametrize("category", PRECISE)
def test_classes_that_are_acted_upon_are_hardly_ever_said_wrongly(category: str) -> None:
    said = [told for text, told in answers() if classify(text).category == category]
    assert said.count(category) >= 0.95 * len(said)
