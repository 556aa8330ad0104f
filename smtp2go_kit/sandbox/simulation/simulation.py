"""Simulate an account, and know what is wrong with it."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from smtp2go_kit.errors import InvalidArgument
from smtp2go_kit.sandbox.account import Account
from smtp2go_kit.sandbox.clock import Clock, clock_of
from smtp2go_kit.sandbox.simulation.profile import Profile
from smtp2go_kit.sandbox.simulation.truth import Incident, Truth

if TYPE_CHECKING:
    import pandas as pd

    from smtp2go_kit.client import Client
    from smtp2go_kit.sandbox.simulation.played import Played
    from smtp2go_kit.sandbox.transport import Sandbox

ACCOUNTS = ("shop", "saas", "newsletter", "agency", "kestrel")
"""Kinds of account; ``kestrel`` is the one that a sandbox has, with its three troubles."""
INCIDENTS = (
    "ip-block",
    "shared-ip-block",
    "tss04-throttle",
    "dkim-removed",
    "dmarc-reject-unverified",
    "bad-list",
    "compromised-user",
    "content-block",
    "dbl-link",
    "hosted-outage",
    "greylisting",
    "mailbox-full-drift",
    "complaint-spike",
    "suppression-missing",
    "quota",
    "recipient-policy",
    "data-gap",
    "domain-reputation",
    "unverified-sender",
    "weekend-dip",
    "holiday",
    "slow-day",
    "big-newsletter",
    "new-subject",
    "new-user",
)
"""What can happen; from ``weekend-dip`` on it only looks like trouble."""
_STATE = (
    "users", "senders", "subaccounts", "suppressions", "cycle_max", "cycle_start", "cycle_used",
    "emails", "events",
)  # fmt: skip


class Simulation:
    """A simulated account: its events, what is wrong with it, and clients for it.

    Args:
        account: The kind of account.
        volume: Mean messages a day.
        days: How far back its mail reaches.
        seed: Which account of its kind.
        incidents: What happens to it.
        now: Its present moment.
        opens: Whether its log has openings and clicks.
    """

    def __init__(
        self,
        account: str | Profile,
        volume: float,
        days: int,
        seed: int,
        incidents: tuple[Incident, ...],
        now: dt.datetime,
        *,
        opens: bool,
    ) -> None:
        self.kind, self.volume, self.days, self.seed = account, volume, days, seed
        self.incidents, self.now, self._opens = incidents, now, opens

    def __repr__(self) -> str:
        kind = self.kind if isinstance(self.kind, str) else self.kind.name
        happened = ", ".join(incident.name for incident in self.incidents) or "nothing"
        return f"<Simulation of {kind}, {self.volume:g} a day for {self.days} days: {happened}>"

    @cached_property
    def events(self) -> pd.DataFrame:
        """All events, as ``client.activity.search`` returns them by today's contract."""
        from smtp2go_kit.sandbox.simulation.frame import events_of

        return events_of(self._played)

    @property
    def truth(self) -> tuple[Truth, ...]:
        """What is wrong, in the order of the incidents."""
        return self._played.truths

    def struck(self, number: int = 0) -> pd.Series[bool]:
        """Which events are about mail that an incident struck, by the index of ``events``.

        Args:
            number: Place of the incident in ``truth``.
        """
        from smtp2go_kit.sandbox.simulation.frame import struck_events

        return struck_events(self._played, number)

    def account(self) -> Account:
        """The account, as a sandbox keeps it."""
        return self.sandbox().account

    def sandbox(self, **settings: Any) -> Sandbox:
        """A sandbox that answers for the account.

        Args:
            **settings: As of ``Sandbox``, such as ``limits``; today's contract if not given.
        """
        from smtp2go_kit.sandbox.transport import Sandbox

        settings = {"contract": "served", **settings, "empty": True}
        made = Sandbox(seed=self.seed, now=self.now, **settings)
        self._played.fill()
        for name in _STATE:
            setattr(made.account, name, copy.deepcopy(getattr(self._played.account, name)))
        return made

    def client(self, **settings: Any) -> Client:
        """A client of the account, answered in process.

        Args:
            **settings: As of ``sandbox``.
        """
        from smtp2go_kit.client import Client

        return Client(**self.sandbox(**settings).connection)

    @cached_property
    def _played(self) -> Played:
        from smtp2go_kit.sandbox.simulation import engine, kestrel
        from smtp2go_kit.sandbox.simulation.accounts import PROFILES

        account = Account(seed=self.seed, now=self.now.timestamp)
        if self.kind == "kestrel":
            played = kestrel.play(account, self.days)
        else:
            profile = PROFILES[self.kind] if isinstance(self.kind, str) else self.kind
            played = engine.play(account, profile, self.volume, self.days, self.incidents)
        if not self._opens:
            played.log.forget_views()
        return played


def simulate(
    *,
    account: str | Profile = "shop",
    volume: float = 2_000.0,
    days: int = 29,
    seed: int = 1,
    incidents: Sequence[str | Incident] = (),
    now: Clock = None,
    opens: bool = False,
) -> Simulation:
    """Simulate an account to which things happen, and know what they were.

    Args:
        account: One of ``ACCOUNTS``, or a profile of its own. ``kestrel`` is the account of
            every sandbox; it has its own volume and troubles.
        volume: Mean messages a day, 20 or more.
        days: How far back its mail reaches, 2 to 365.
        seed: Which account of its kind; the same arguments and hour give the same events.
        incidents: What happens to it, by name or with details.
        now: Its present moment (ISO-8601), which stands still; the real one if not given.
        opens: Whether its log has openings and clicks too.

    Raises:
        InvalidArgument: An argument is out of bounds, or an incident is not known.
    """
    happened = tuple(Incident(i) if isinstance(i, str) else i for i in incidents)
    _check(account, volume, days, seed, happened)
    return Simulation(account, volume, days, seed, happened, clock_of(now)(), opens=opens)


def _check(
    account: str | Profile, volume: float, days: int, seed: int, incidents: tuple[Incident, ...]
) -> None:
    if isinstance(account, str) and account not in ACCOUNTS:
        raise InvalidArgument("account", f"expected one of {', '.join(ACCOUNTS)}, got {account!r}")
    if not volume >= 20:
        raise InvalidArgument("volume", f"expected 20 messages a day or more, got {volume!r}")
    if not 2 <= days <= 365:
        raise InvalidArgument("days", f"expected 2 to 365 days, got {days!r}")
    if type(seed) is not int or seed < 0:
        raise InvalidArgument("seed", f"expected a whole number from 0, got {seed!r}")
    if account == "kestrel" and incidents:
        raise InvalidArgument("incidents", "the seeded account has its own")
    for incident in incidents:
        _check_incident(incident, days)


def _check_incident(incident: Incident, days: int) -> None:
    if incident.name not in INCIDENTS:
        known = ", ".join(INCIDENTS)
        raise InvalidArgument("incidents", f"expected one of {known}, got {incident.name!r}")
    ago, strength = incident.hours_ago, incident.strength
    if ago is not None and not 0 < ago <= 24 * days:
        raise InvalidArgument("hours_ago", f"expected up to {24 * days} hours, got {ago!r}")
    if incident.hours is not None and not incident.hours > 0:
        raise InvalidArgument("hours", f"expected more than 0, got {incident.hours!r}")
    if strength is not None and not 0 <= strength <= 1:
        raise InvalidArgument("strength", f"expected 0 to 1, got {strength!r}")
