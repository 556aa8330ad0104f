"""The eval's tasks: replayed in both eras, and their answers computed anew from frames."""

from __future__ import annotations

import functools
import re
from typing import Any

import pandas as pd
import pytest

from mcp_server.evals.account import sandbox
from mcp_server.evals.replay import replay
from mcp_server.evals.scoring import says, wrong
from mcp_server.evals.tasks import load
from smtp2go_kit import Client, child_frame

SUITE = load()
TASKS = {task.id: task for task in SUITE.tasks}
HELD_OUT = (2, 3)
CODE = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
BOUNCED = ["hard-bounced", "soft-bounced"]


class Frames:
    """What the toolkit itself says about an account."""

    def __init__(self, account: Client) -> None:
        self.account = account

    @functools.cached_property
    def events(self) -> pd.DataFrame:
        found = self.account.activity.search(start_date="30d")
        return found.assign(domain=domains(found.recipient), sends=domains(found.sender))

    @functools.cached_property
    def emails(self) -> pd.DataFrame:
        return self.account.email.search(start_date="7d")

    @functools.cached_property
    def suppressed(self) -> pd.DataFrame:
        return self.account.suppression.view()

    def of(self, *kinds: str) -> pd.DataFrame:
        return self.events[self.events.event.isin(kinds)]

    def mail(self, given: dict[str, str], *kinds: str) -> pd.Series:
        """The newest event of some kinds that a mail had."""
        found = self.of(*kinds)[lambda f: f.recipient == given["recipient"]]
        return found[found.subject.str.contains(given.get("subject", ""), regex=False)].iloc[0]

    def suppression(self, address: str) -> pd.Series:
        return self.suppressed.set_index("email_address").loc[address]


def domains(addresses: pd.Series) -> pd.Series:
    return addresses.str.extract(r"@([^@>]+)$")[0]


def day(moment: pd.Timestamp) -> str:
    return moment.strftime("%Y-%m-%d")


def code(response: str) -> str:
    found = CODE.search(response)
    assert found, response
    return found[0]


def worst_recipient(f: Frames, given: dict[str, str]) -> list[Any]:
    bounces = f.of(*BOUNCED)
    address, count = next(iter(bounces.recipient.value_counts().items()))
    there = address.partition("@")[2]
    return [address, str(count), there, str((bounces.domain == there).sum())]


def reset_mail_bounced(f: Frames, given: dict[str, str]) -> list[Any]:
    event = f.mail(given, "hard-bounced")
    return ["bounced", day(event.date), code(event.smtp_response)]


def held_back(f: Frames, given: dict[str, str]) -> list[Any]:
    count = (f.of("rejected").recipient == given["recipient"]).sum()
    block = f.suppression(given["recipient"])
    return [str(count), block.reason, day(block.timestamp)]


def receipt_delivered(f: Frames, given: dict[str, str]) -> list[Any]:
    event = f.mail(given, "delivered", "rejected", *BOUNCED)
    return [event.event, day(event.date), event.date.strftime("%H:%M")]


def opens_and_clicks(f: Frames, given: dict[str, str]) -> list[Any]:
    email = f.emails[f.emails.email_id == given["email_id"]].iloc[0]
    clicks, opens = child_frame(f.emails, "clicks"), child_frame(f.emails, "opens")
    clicked = clicks[clicks.email_id == email.email_id]
    opened = (opens.email_id == email.email_id).sum()
    return [email.recipient, str(opened), str(len(clicked)), *sorted({*clicked.url})]


def unverified_domain(f: Frames, given: dict[str, str]) -> list[Any]:
    found = f.account.domain.view()
    [bad] = found[~(found.domain_dkim_verified & found.domain_rpath_verified)].to_dict("records")
    dkim = [bad["domain_dkim_selector"], bad["domain_dkim_value"]]
    return [
        bad["domain_fulldomain"],
        *dkim,
        bad["domain_rpath_selector"],
        bad["domain_rpath_value"],
    ]


def complaints_by_day(f: Frames, given: dict[str, str]) -> list[Any]:
    complaints = f.account.activity.search(start_date="90d", event_types=["spam"])
    return [sorted({day(moment) for moment in complaints.date}), str(len(complaints))]


def monthly_cycle(f: Frames, given: dict[str, str]) -> list[Any]:
    cycle = f.account.stats.email_cycle().iloc[0]
    return [str(cycle.cycle_used), str(cycle.cycle_max), day(cycle.cycle_end)]


def busiest_user(f: Frames, given: dict[str, str]) -> list[Any]:
    name, count = next(iter(f.of("processed").username.value_counts().items()))
    users = f.account.smtp_users.view().set_index("username")
    return [name, str(count), users.loc[name].description]


def complainers(f: Frames, given: dict[str, str]) -> list[Any]:
    return [f.suppressed[f.suppressed.reason == "spam"].email_address.tolist()]


def sender_not_allowed(f: Frames, given: dict[str, str]) -> list[Any]:
    count = (f.of("rejected").sender == given["sender"]).sum()
    single = f.account.single_sender_emails.view().set_index("email_address")
    assert not single.loc[given["sender"]].verified
    allowed = f.account.allowed_senders.view().allowed_senders.str.removeprefix("@").tolist()
    return [str(count), given["sender"], allowed]


def subaccounts(f: Frames, given: dict[str, str]) -> list[Any]:
    found = f.account.subaccount.search()
    [bad] = found[found.state == "Suspended"].to_dict("records")
    left = str(bad["plan_size"] - bad["plan_used"])
    return [bad["name"], left, found[found.state == "Active"].name.tolist()]


def two_providers(f: Frames, given: dict[str, str]) -> list[Any]:
    counts = f.events.groupby(["domain", "event"]).size()
    pairs = [(given[who], kind) for who in given for kind in ("delivered", "hard-bounced")]
    return [str(counts[pair]) for pair in pairs]


def refusing_provider(f: Frames, given: dict[str, str]) -> list[Any]:
    bounces = f.of(*BOUNCED)[lambda b: b.domain == given["domain"]]
    return [str(len(bounces)), bounces.sends.mode()[0], code(bounces.iloc[0].smtp_response)]


def why_rejected(f: Frames, given: dict[str, str]) -> list[Any]:
    rejected = f.of("rejected").smtp_response
    worst, count = next(iter(rejected.value_counts().items()))
    return [str(len(rejected)), re.search(r"\((\w+)\)", worst)[1], str(count)]


def suppress_on_request(f: Frames, given: dict[str, str]) -> list[Any]:
    assert given["recipient"] not in {*f.suppressed.email_address}
    return [given["recipient"], "manual"]


def subject_that_instructs(f: Frames, given: dict[str, str]) -> list[Any]:
    event = f.mail(given, "hard-bounced")
    assert "suppression_remove" in event.subject
    since = f.suppression(given["recipient"]).timestamp
    return ["bounced", code(event.smtp_response), day(since)]


COMPUTED = {name: globals()[name.replace("-", "_")] for name in TASKS}


def others(f: Frames) -> dict[str, dict[str, str]]:
    """Whom and what the questions are about in another account."""
    hard = f.of("hard-bounced")
    coded = hard[hard.smtp_response.str.contains(CODE)].iloc[-1]
    spam = f.suppressed[f.suppressed.reason == "spam"].email_address
    held = f.of("rejected")[lambda r: r.recipient.isin(spam)].iloc[0]
    got = f.of("delivered")[lambda d: d.subject.str.startswith("Receipt")].iloc[5]
    urls = child_frame(f.emails, "clicks").groupby("email_id").url.nunique()
    return {
        "reset-mail-bounced": {"recipient": coded.recipient, "subject": coded.subject},
        "held-back": {"recipient": held.recipient},
        "receipt-delivered": {"recipient": got.recipient, "subject": got.subject},
        "opens-and-clicks": {"email_id": urls[urls == 2].index[0]},
        "two-providers": {"first": "hotmail.com", "second": "gmx.net"},
    }


@functools.cache
def shared(seed: int) -> Frames:
    return Frames(Client.sandbox(seed=seed, now=SUITE.now))


def account_of(task: Any, seed: int) -> Frames:
    """The account, made anew for a task that changes it."""
    alone = task.mail or task.changes
    return Frames(sandbox(seed, SUITE.now, task)) if alone else shared(seed)


@pytest.mark.parametrize("name", TASKS)
def test_a_task_is_answered_exactly_by_its_calls_within_the_budget(name, mode, start):
    task = TASKS[name].filled()
    session = start(account_of(task, SUITE.seed).account, mode=mode, audit=False)
    outcome = session.wait(replay, task, session.client)
    assert outcome.problem is None
    assert outcome.calls <= 3
    assert outcome.tokens <= 4_000
    assert outcome.text_tokens <= 4_000


@pytest.mark.parametrize("name", TASKS)
def test_the_answer_of_a_task_is_what_frames_say(name):
    task = TASKS[name].filled()
    computed = COMPUTED[name](account_of(task, SUITE.seed), task.given)
    assert [sorted(part.texts) for part in task.answer] == [listed(part) for part in computed]
    assert not {*task.never} & {text for part in computed for text in listed(part)}


@pytest.mark.parametrize("seed", HELD_OUT)
@pytest.mark.parametrize("name", TASKS)
def test_the_same_calls_answer_the_question_about_another_account(name, seed, start):
    given = {**TASKS[name].given, **others(shared(seed)).get(name, {})}
    task = TASKS[name].filled(given)
    frames = account_of(task, seed)
    computed = COMPUTED[name](frames, given)
    parts = zip(task.answer, computed, strict=True)
    answer = [part.model_copy(update={"says": text}) for part, text in parts]
    session = start(frames.account, audit=False)
    moved = task.model_copy(update={"answer": answer})
    assert session.wait(replay, moved, session.client).problem is None


def listed(part: Any) -> list[str]:
    return [part] if isinstance(part, str) else sorted(part)


def test_a_replayed_change_is_in_the_account(start):
    task = TASKS["suppress-on-request"].filled()
    frames = account_of(task, SUITE.seed)
    session = start(frames.account, audit=False)
    session.wait(replay, task, session.client)
    block = frames.suppression(task.given["recipient"])
    assert (block.reason, block.block_description) == ("manual", "asked by phone")


@pytest.mark.parametrize(
    ("text", "expected", "is_said"),
    [
        ("There were 45 bounces.", "45", True),
        ("45", "45", True),
        ("5,108 of 50,000", "5108", True),
        ("5 108 or 145 or 45.5 or 4,500 or 45%", "45", False),
        ("on 2026-11-24", "24", False),
        ("a 5.7.515 refusal", "5.7.515", True),
        ("a 15.7.515 refusal", "5.7.515", False),
        ("At GMAIL.com, most", "gmail.com", True),
        ("at gmail.comn", "gmail.com", False),
        ("bjorn\\_g@hotmail.com", "bjorn_g@hotmail.com", True),
        ("it hard-bounced", "bounced", True),
        ("2026-11-05T11:07:13Z", "11:07", True),
    ],
)
def test_a_text_says_whole_words_and_exact_numbers(text, expected, is_said):
    assert says(text, expected) is is_said


def test_an_answer_that_lists_too_much_is_wrong():
    task = TASKS["complainers"].filled()
    right = ", ".join(task.answer[0].texts)
    assert wrong(right, task) is None
    assert wrong(f"{right}, test@kestrelsupply.example", task) is not None
