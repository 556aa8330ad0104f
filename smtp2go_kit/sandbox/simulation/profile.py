"""What kind of account is simulated: its mail, its people, its habits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from smtp2go_kit.sandbox.seeding.streams import Stream


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """A stream of an account, and how much of its mail it makes up.

    Args:
        stream: The mail; ``daily`` is set by the simulation.
        share: Its part of the account's messages.
        campaigns: Weekdays, from Monday as 0, on which all of it is sent; every day if none.
        hour: The hour in UTC at which campaigns start.
    """

    stream: Stream
    share: float
    campaigns: tuple[int, ...] = ()
    hour: int = 9


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """A kind of account.

    Args:
        name: How it is asked for.
        flows: Its mail; the shares add up to 1.
        consumers: Weights of the providers of its consumers.
        companies: Weights of the hosts of its companies.
        business: Share of companies' people among its subscribers.
        reach: People for each message of a day.
        ips: The addresses it sends from.
        subaccounts: Names of its subaccounts.
        risk: Factor of all base failure rates.
    """

    name: str
    flows: tuple[Flow, ...]
    consumers: Mapping[str, float]
    companies: Mapping[str, float]
    business: float
    reach: float
    ips: tuple[str, ...]
    subaccounts: tuple[str, ...] = ()
    risk: float = 1.0

    @property
    def domains(self) -> tuple[str, ...]:
        """Its sender domains, the one with most mail first."""
        shares: dict[str, float] = {}
        for flow in self.flows:
            shares[flow.stream.domain] = shares.get(flow.stream.domain, 0.0) + flow.share
        return tuple(sorted(shares, key=lambda name: -shares[name]))
