"""Type tests: read by mypy and pyright, never run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Coroutine
from email.message import EmailMessage
from pathlib import Path
from typing import Any, assert_type

import pandas as pd

from smtp2go_kit import AsyncClient, Client, Sandbox, Secret, child_frame, connect
from smtp2go_kit.operations.allowed_senders import AllowedSendersAnswer
from smtp2go_kit.operations.email import Sent
from smtp2go_kit.operations.smtp_users import SmtpUsersAnswer
from smtp2go_kit.operations.subaccount import Acknowledged, SubaccountAnswer
from smtp2go_kit.operations.suppression import Removed, Suppressed

client = Client("api-key")
assert_type(Client.sandbox(seed=2, empty=True, contract="served"), Client)
assert_type(AsyncClient.sandbox(now="2026-11-24"), AsyncClient)
assert_type(connect(), Client)
assert_type(Client(Secret("api-key"), region="eu", transport=Sandbox()), Client)
with Client() as entered:
    assert_type(entered, Client)

# Every search, view and report is a frame.
assert_type(client.activity.search(start_date="7d", event_types=["opened"], limit=1), pd.DataFrame)
assert_type(client.activity.search(start_date=dt.date(2026, 11, 1), progress=False), pd.DataFrame)
assert_type(client.activity.search(end_date=pd.Timestamp("2026-11-01")), pd.DataFrame)
assert_type(client.email.search(headers=[{"key": "Bcc", "value": "a@b.c"}]), pd.DataFrame)
assert_type(client.subaccount.search(states="active"), pd.DataFrame)
assert_type(client.domain.view(), pd.DataFrame)
assert_type(client.domain.tracking("example.com", "link", "track"), pd.DataFrame)
assert_type(client.stats.email_history(group_by="email_address"), pd.DataFrame)
assert_type(client.suppression.view(wildcard="@example.com"), pd.DataFrame)
assert_type(child_frame(client.email.search(), "opens"), pd.DataFrame)

# Everything else is a small typed answer.
assert_type(client.email.send("a@b.c", "d@e.f", "Hello", cc=["g@h.i"]), Sent)
assert_type(client.email.send("a@b.c", ["d@e.f"], "Hello", attachments=Path("a.pdf")), Sent)
assert_type(client.email.send("a@b.c", "d@e.f", "Hello", attachments=[("a", b"b")]), Sent)
assert_type(client.email.send("a@b.c", "d@e.f", "Hello", custom_headers={"X-A": "b"}), Sent)
assert_type(client.email.send("a@b.c", "d@e.f", "Hello").get("failures", []), list[str])
assert_type(client.email.mime(EmailMessage()), Sent)
assert_type(client.email.mime(b""), Sent)
assert_type(client.suppression.add("a@b.c", block_description="by phone"), Suppressed)
assert_type(client.suppression.remove("a@b.c", ["spam", "manual"]), Removed)
assert_type(client.allowed_senders.update(["@example.com"]), AllowedSendersAnswer)
assert_type(client.subaccount.add("a@b.c", "Name", limit=10000), SubaccountAnswer)
assert_type(client.subaccount.close("a@b.c"), Acknowledged)
assert_type(client.single_sender_emails.add("a@b.c"), Acknowledged)
users = client.smtp_users.add("name", Secret("word"), custom_ratelimit_value=5)
assert_type(users, SmtpUsersAnswer)
assert_type(users.get("results", [])[0].get("email_password"), Secret | None)
assert_type(Secret("word").reveal(), str)

# A method is a plain function of these parameters, on one client and awaited on the other.
added: Callable[[str], Suppressed] = client.suppression.add
awaited: Callable[[str], Coroutine[Any, Any, Suppressed]] = AsyncClient().suppression.add

# What the declarations do not allow is an error; an unused ignore would be one too.
client.suppression.add(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - an address is text
client.suppression.add("a@b.c", bogus=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue] - there is no such parameter
client.suppression.add("a@b.c", "by phone")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue] - optional ones are given by name
client.suppression.remove("a@b.c")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue] - the reasons are required
client.suppression.remove("a@b.c", ["bored"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType] - no such reason
client.activity.search(event_types=["bounced"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType] - no such event
client.activity.search(limit="10")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - a limit is a number
client.stats.email_history(group_by="domain")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - not in the document
client.subaccount.add("a@b.c", "Name", limit=12345)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - no such plan
client.email.mime(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - not an email
client.activity.find()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue] - there is no such method
client.actvity.search()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue] - nor such a group
Client(region="nz")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - no such region


async def main() -> None:
    """The same calls, awaited."""
    async with AsyncClient("api-key") as aclient:
        assert_type(aclient, AsyncClient)
        assert_type(await aclient.activity.search(limit=1), pd.DataFrame)
        assert_type(await aclient.email.send("a@b.c", "d@e.f", "Hello"), Sent)
        assert_type(await aclient.suppression.add("a@b.c"), Suppressed)
        pending: Coroutine[Any, Any, Suppressed] = aclient.suppression.add("a@b.c")
        assert pending["added"]  # type: ignore[index]  # pyright: ignore[reportIndexIssue] - it was not awaited
        await aclient.suppression.add(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - an address is text
