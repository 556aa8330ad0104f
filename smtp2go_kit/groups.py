"""What both clients share: the headings of the API, and what their calls have in common."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, Self

from smtp2go_kit.operation import Caller, Endpoint
from smtp2go_kit.progress import Progress
from smtp2go_kit.settings import Region, resolve

if TYPE_CHECKING:
    from smtp2go_kit.answers import Answer, Reply
    from smtp2go_kit.call import Call
    from smtp2go_kit.exchange import Attempt
    from smtp2go_kit.operations import (
        Activity,
        AllowedSenders,
        Domain,
        Email,
        SingleSenderEmails,
        SmtpUsers,
        Stats,
        Subaccount,
        Suppression,
    )
    from smtp2go_kit.paging import Records
    from smtp2go_kit.sandbox import Contract
    from smtp2go_kit.secret import Secret

Now = Callable[[], dt.datetime]


def utc_now() -> dt.datetime:
    """The present moment."""
    return dt.datetime.now(dt.UTC)


class Groups(Caller):
    """The headings of the API, as attributes of a client."""

    activity: Activity[Self]
    """What happened to each email."""
    allowed_senders: AllowedSenders[Self]
    """The addresses and domains that may send."""
    email: Email[Self]
    """Sending email, and searching what was sent."""
    domain: Domain[Self]
    """Sender domains and their DNS records."""
    smtp_users: SmtpUsers[Self]
    """The users that may send through SMTP."""
    stats: Stats[Self]
    """Counts and rates over the last 30 days and the billing cycle."""
    suppression: Suppression[Self]
    """Addresses and domains that get no mail."""
    subaccount: Subaccount[Self]
    """Accounts below this one."""
    single_sender_emails: SingleSenderEmails[Self]
    """Single addresses verified to send from."""

    def __init__(
        self,
        api_key: str | Secret | None,
        region: Region | None,
        base_url: str | None,
        timeout: float,
        retries: int,
        budgets: bool,
        clock: Callable[[], float],
        now: Now,
    ) -> None:
        # Naming a client costs little more than httpx; the operations come with the first one.
        from smtp2go_kit.exchange import Session
        from smtp2go_kit.operations import GROUPS
        from smtp2go_kit.pace import Pace

        settings = resolve(api_key, region, base_url, timeout, retries)
        self._session = Session(settings, Pace(clock, enforced=budgets))
        self._now = now
        for name, group in GROUPS.items():
            setattr(self, name, group(self))

    @classmethod
    def sandbox(
        cls,
        *,
        seed: int = 1,
        now: dt.datetime | str | None = None,
        contract: Contract = "documented",
        empty: bool = False,
        limits: bool = False,
        **options: Any,
    ) -> Self:
        """A client of an invented account on this machine: no key, no network.

        Args:
            seed: Which account; the same seed and hour give the same account.
            now: The account's present moment, which then stands still; else the real one.
            contract: Answer as the API's document says, or as today's service does.
            empty: Start without any mail.
            limits: Refuse too many requests with 429, as the service does.
            options: Further arguments of the client.
        """
        from smtp2go_kit.sandbox import Sandbox

        clock = {name: options[name] for name in ("clock",) if name in options}
        made = Sandbox(seed=seed, now=now, contract=contract, empty=empty, limits=limits, **clock)
        return cls(**{**made.connection, **options})

    def __repr__(self) -> str:
        made = vars(self).get("_session")
        where = made.settings.base_url if made else "without settings"
        return f"<{type(self).__name__} {where}>"

    def _prepare(self, operation: Endpoint, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call:
        from smtp2go_kit.call import prepare

        return prepare(operation, args, kwargs, self._now())

    def _steps(self, call: Call, bar: Progress) -> Generator[Attempt, Reply, Answer | Records]:
        from smtp2go_kit.paging import fetch

        return fetch(self._session, call, bar.update)
