"""What may differ between answers that mean the same, and must not change their class."""

from __future__ import annotations

import itertools
from pathlib import Path

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from smtp2go_kit.triage.classifier import Rules, classify, classify_events, classify_texts
from smtp2go_kit.triage.classifier.text import masked, readings

ANSWERS = Path(__file__).parent / "classified" / "answers.txt"
BASES = (
    "550 5.1.1 <{address}>: Recipient address rejected: User unknown in virtual mailbox table",
    "550 5.7.1 Service unavailable; Client host [{ip}] blocked using zen.spamhaus.org",
    "552 5.2.2 <{address}>: user is over quota",
    "421 4.7.0 [TSS04] Messages from {ip} temporarily deferred due to unexpected volume - {ip}",
    "450 4.2.0 <{address}>: Recipient address rejected: Greylisted, please try again later",
    "550 5.7.26 Unauthenticated email from {host} is not accepted due to domain's DMARC policy",
    "554 5.7.1 Message rejected as spam by {host} id {queue}",
    "451 4.3.0 Temporary lookup failure {queue}",
    "550 5.2.1 The email account {address} that you tried to reach is disabled",
    "554 5.7.1 <{address}>: Relay access denied",
    "552 5.3.4 Message size exceeds fixed limit {queue}",
    "550 Benutzer nicht bekannt: {address}",
    "550 5.1.1 Użytkownik nie istnieje {address}",
    "550 Почтовый ящик заблокирован {address}",
    "550 5.7.1 送信ドメイン認証に失敗しました {queue}",
    "550 5.1.1 Utilisateur inconnu {address}",
)
LABEL = st.from_regex(r"[a-z][a-z0-9]{2,8}", fullmatch=True)
DOMAIN = st.builds("{}.{}".format, LABEL, st.sampled_from(("example", "test", "invalid")))
ADDRESS = st.one_of(
    st.builds("{}@{}".format, LABEL, DOMAIN),
    st.sampled_from(("*****@icloud.com", "<address>", "x***@***.example", "****")),
)
IP = st.one_of(st.ip_addresses(v=4).map(str), st.sampled_from(("10.5.1.20", "4.16.55.1")))
QUEUE = st.one_of(
    st.from_regex(r"[0-9A-F]{10,12}", fullmatch=True),
    st.from_regex(r"1[a-zA-Z]{5}-0[0-9A-Za-z]{5}-[A-Z0-9]{2}", fullmatch=True),
    st.from_regex(r"[0-9a-f]{13}-[0-9a-f]{13}si[0-9]{7}qtb\.[0-9]{3}", fullmatch=True),
    st.uuids().map(str),
)
FILLED = st.builds(
    lambda base, address, ip, host, queue: base.format(
        address=address, ip=ip, host=host, queue=queue
    ),
    st.sampled_from(BASES),
    ADDRESS,
    IP,
    DOMAIN,
    QUEUE,
)
PLAIN = {
    base: classify(base.format(address="a@b.example", ip="192.0.2.7", host="b.example", queue="-"))
    for base in BASES
}
FAILURES = ANSWERS.read_text(encoding="utf-8").splitlines()
FAILURES = [line for line in FAILURES if line and not line.startswith("#")]


def parts(text: str) -> tuple[str, str, str]:
    """Code, status and words of an answer."""
    code, _, rest = text.partition(" ")
    status, _, words = rest.partition(" ")
    return (code, status, words) if status[:1] in "45" and "." in status else (code, "", rest)


@given(st.sampled_from(BASES), ADDRESS, IP, DOMAIN, QUEUE)
def test_addresses_ips_hosts_and_queue_ids_change_nothing(
    base: str, address: str, ip: str, host: str, queue: str
) -> None:
    found = classify(base.format(address=address, ip=ip, host=host, queue=queue))
    assert (found.category, found.cause) == (PLAIN[base].category, PLAIN[base].cause)


@given(FILLED, st.data(), st.sampled_from(("\n", "\r\n", "\\n", "\\r\\n")), st.booleans())
def test_folded_lines_with_their_codes_repeated_change_nothing(
    text: str, data: st.DataObject, brk: str, repeated: bool
) -> None:
    code, status, words = parts(text)
    tokens = words.split(" ")
    cuts = data.draw(st.sets(st.integers(1, max(1, len(tokens) - 1)), max_size=4))
    places = [0, *sorted(cut for cut in cuts if cut < len(tokens)), len(tokens)]
    lines = [" ".join(tokens[a:b]) for a, b in itertools.pairwise(places)]
    first, more = (f"{status} " if status else ""), (f"{status} " if status and repeated else "")
    starts = [first, *[more] * (len(lines) - 1)]
    marks = [*"-" * (len(lines) - 1), " "]
    folded = [
        f"{code}{mark}{start}{line}" for mark, start, line in zip(marks, starts, lines, strict=True)
    ]
    assert classify(brk.join(folded)).category == classify(text).category


@given(st.sampled_from(BASES[:11]), st.data(), st.sampled_from(("\n", "\\n", "\r\n ")))
def test_a_line_folded_in_the_middle_of_a_word_changes_nothing(
    base: str, data: st.DataObject, brk: str
) -> None:
    text = base.format(address="a@b.example", ip="192.0.2.7", host="b.example", queue="4F1C")
    code, status, words = parts(text)
    at = data.draw(st.integers(1, len(words) - 1))
    folded = f"{code}-{status} {words[:at]}{brk}{code} {status} {words[at:]}"
    assert classify(folded).category == classify(text).category


@given(FILLED, st.sampled_from((str.upper, str.lower, str.title, str.swapcase)))
def test_case_changes_nothing(text: str, change) -> None:
    if "ß" not in text:
        assert classify(change(text)).category == classify(text).category


@given(
    FILLED,
    DOMAIN,
    st.ip_addresses(v=4).map(str),
    st.sampled_from(
        (
            "host mx.{host}[{ip}] said: {text} (in reply to RCPT TO command)",
            "SMTP error from remote mail server after RCPT TO:<a@{host}>: {text}",
            "host mx.{host} [{ip}]: SMTP error from remote mail server after end of data: {text}",
            "{ip} does not like recipient.\nRemote host said: {text}\nGiving up on {ip}.",
            "smtp; {text}",
            "smtp;{text}",
            "{text} (in reply to end of DATA command)",
        )
    ),
)
def test_whoever_relays_an_answer_changes_nothing(text: str, host: str, ip: str, form: str) -> None:
    relayed = form.format(host=host, ip=ip, text=text)
    assert classify(relayed).category == classify(text).category


@given(st.text(max_size=80), st.sampled_from(("250", "250-", "251 2.1.5", "200")))
def test_a_2xx_answer_is_never_classified(words: str, start: str) -> None:
    found = classify(f"{start} {words}")
    assert (found.category, found.confidence) == ("other", 0.0)


@given(st.text(max_size=2_000))
def test_whatever_a_server_writes_is_answered(text: str) -> None:
    found = classify(text)
    assert 0 <= found.confidence <= 1
    assert isinstance(found.retry_after, int | None)


@given(IP, st.sampled_from(("Message not accepted", "Sorry")))
def test_an_ip_is_never_read_as_a_status(ip: str, words: str) -> None:
    assert classify(f"550 {ip} {words}").category == classify(f"550 {words}").category


@given(st.lists(st.one_of(st.sampled_from(FAILURES), FILLED, st.text()), max_size=40))
def test_a_column_is_classified_as_each_of_its_texts(texts: list[str]) -> None:
    column = pd.Series(texts, dtype="str")
    expected = [classify(text) for text in texts]
    found = classify_texts(column)
    frame = pd.DataFrame({"smtp_response": column, "event": "hard-bounced"})
    for told in (found, classify_events(frame)):
        assert told["rule"].tolist() == [one.rule for one in expected]
        assert told["category"].tolist() == [one.category for one in expected]


@given(st.one_of(st.sampled_from(FAILURES), FILLED, st.text()))
def test_what_a_pattern_needs_is_in_every_text_it_fits(text: str) -> None:
    lowered = next(readings(masked(text))).lowered
    for rule in Rules.default().rules:
        for needed, pattern in rule.patterns:
            assert needed in lowered or not pattern.search(lowered)
