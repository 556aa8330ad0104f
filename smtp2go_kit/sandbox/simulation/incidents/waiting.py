"""Mail that servers put off: for a while, or until it is given up."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from smtp2go_kit.sandbox.account import DAY
from smtp2go_kit.sandbox.seeding.people import Bools, Floats, Ints
from smtp2go_kit.sandbox.seeding.schedule import HOUR, MINUTE
from smtp2go_kit.sandbox.simulation.hosts import GREYLISTING, called
from smtp2go_kit.sandbox.simulation.incidents.episode import Episode

_THROTTLED: dict[str, tuple[str, ...]] = {
    "Yahoo": (
        (
            "421 4.7.0 [TSS04] Messages from {ip} temporarily deferred due to unexpected volume or "
            "user complaints - 4.16.55.1; see https://postmaster.yahooinc.com/error-codes"
        ),
    ),
    "Gmail": (
        (
            "421-4.7.28 Gmail has detected an unusual rate of unsolicited mail originating\n"
            "421-4.7.28 from your IP address. To protect our users from spam, mail sent from your\n"
            "421-4.7.28 IP address has been temporarily rate limited. Please visit\n"
            "421 4.7.28  https://support.google.com/mail/?p=UnsolicitedRateLimitError "
            "{hex:.13}-29b{hash:.8}si{number}ad.{short} - gsmtp"
        ),
    ),
    "Outlook.com": (
        (
            "451 4.7.650 The mail server [{ip}] has been temporarily rate limited due to IP "
            "reputation. For e-mail delivery information, see https://aka.ms/postmaster (S775)"
        ),
    ),
}
_DOWN = (
    "451 4.4.1 Connection timed out while connecting to {mx}",
    "421 4.4.1 [{domain}] connect to {mx}: Connection timed out",
    "421 4.4.2 Connection to {mx} refused",
)
_GIVEN_UP = (
    "554 5.4.7 Delivery expired (message too old): connect to {mx}: Connection timed out",
    "451 4.4.1 Connection timed out while connecting to {mx}",
)
_FULL: dict[str, tuple[str, ...]] = {
    "Gmail": (
        (
            "452-4.2.2 The recipient's inbox is out of storage space. Please direct the\n"
            "452-4.2.2 recipient to\n"
            "452 4.2.2  https://support.google.com/mail/?p=OverQuotaTemp "
            "{hex:.13}-29b{hash:.8}si{number}ad.{short} - gsmtp"
        ),
        (
            "552-5.2.2 The recipient's inbox is out of storage space and inactive. Please\n"
            "552-5.2.2 direct the recipient to\n"
            "552 5.2.2  https://support.google.com/mail/?p=OverQuotaPerm "
            "{hex:.13}-29b{hash:.8}si{number}ad.{short} - gsmtp"
        ),
    ),
}


class Throttle(Episode):
    """A provider takes an account's mail only slowly."""

    cause: ClassVar[str] = "throttling"

    def plan(self) -> None:
        """Choose the provider."""
        self.name = self.host("Yahoo")
        self.favour_host(self.name, 24)

    def strike(self) -> None:
        """Put much of the mail off for hours; most of it is taken, some waits, some fails."""
        world, name = self.world, self.name
        self.rows = world.some(world.at(name) & self.during(), self.share(0.4, 0.92))
        count, ts = len(self.rows), world.mailing.ts[self.rows]
        hours = world.rng.lognormal(np.log(self.share(3.0, 9.0)), 0.8, count)
        until = ts + hours * HOUR
        replies = _THROTTLED.get(name, _THROTTLED["Yahoo"])
        world.defer(self.rows, "rate-limited", replies, until, hours < 30)
        self.cohort = {"provider": called(name)}


class Outage(Episode):
    """The servers of one company can't be reached."""

    cause: ClassVar[str] = "recipient-outage"

    def plan(self) -> None:
        """Choose the company."""
        self.domain = self.recipient_domain(
            "Postfix", "GoDaddy", "IONOS", "Rackspace", "Barracuda", "Microsoft 365",
            "Google Workspace", "Mimecast", "Proofpoint", "Cisco", "T-Online", "Orange", "Comcast",
        )  # fmt: skip
        self.cohort = {"recipient_domain": self.domain}

    def strike(self) -> None:
        """Nothing gets through until it ends; what waits too long is given up."""
        world = self.world
        self.rows = world.some(world.to_domain(self.domain) & self.during(), self.share(0.9, 1.05))
        ts = world.mailing.ts[self.rows]
        # The service gives up after some hours here, so that an outage of a day shows as bounces.
        patience = world.rng.uniform(3, 14, len(ts)) * HOUR
        back = self.end + world.rng.uniform(0, 90, len(ts)) * MINUTE
        is_kept = (ts + patience > back) & (self.end < self.now)
        until = np.where(is_kept, np.maximum(back, ts + 60), ts + patience)
        world.defer(self.rows, "connection", _DOWN, until, is_kept)
        given_up = self.rows[~is_kept & (until < self.now)]
        for row in given_up[world.rng.random(len(given_up)) < 0.4].tolist():
            world.outcomes.replies[row] = _GIVEN_UP[0]


class Greylisting(Episode):
    """Small hosts begin to greylist: mail comes minutes late, as is meant."""

    cause: ClassVar[str] = "greylisting"

    def strike(self) -> None:
        """Put mail off at their first sight of it."""
        world = self.world
        hosts = ("Postfix", "IONOS", "GoDaddy", "Orange", "GMX/web.de")
        target = (self.host(),) if self.incident.target else hosts
        mine = world.at(*target) & self.during() & self.accepted()
        self.rows = world.some(mine, self.share(0.4, 0.9))
        count, ts = len(self.rows), world.mailing.ts[self.rows]
        minutes = world.rng.lognormal(np.log(18), 0.6, count)
        stubborn = world.rng.random(count) < 0.04
        until = ts + np.where(stubborn, world.rng.uniform(4, 30, count) * 60, minutes) * MINUTE
        world.defer(self.rows, "rate-limited", GREYLISTING, until, ~stubborn)
        self.cohort = {"provider": called(target[0])} if self.incident.target else {}


class FullMailboxes(Episode):
    """More and more mailboxes of a provider are full, as after a change of its storage rules."""

    cause: ClassVar[str] = "mailbox-full"

    def usual_start(self) -> float:
        """More than a week ago."""
        return self.now - float(self.world.rng.uniform(5, 9)) * DAY

    def strike(self) -> None:
        """Fill mailboxes one after the other; a full one refuses everything."""
        world, name = self.world, self.host("Gmail", "Outlook.com", "Microsoft 365")
        people = world.people
        full = self._full_from(name)
        mailing = world.mailing
        mine = (mailing.ts > full[mailing.person]) & (mailing.ts < self.end) & self.accepted()
        self.rows = np.flatnonzero(mine)
        at = next(host for host in people.providers if host.name == name)
        replies = _FULL.get(name, at.replies("mailbox-full"))
        temporary = tuple(reply for reply in replies if reply.startswith("4"))
        permanent = tuple(reply for reply in replies if not reply.startswith("4")) or temporary
        is_soft = world.rng.random(len(self.rows)) < 0.6
        self._refuse(self.rows[is_soft], temporary or permanent)
        self._refuse(self.rows[~is_soft], permanent)
        self.cohort = {"provider": called(name)}

    def _refuse(self, rows: Ints, replies: tuple[str, ...]) -> None:
        world = self.world
        if not replies[0].startswith("4"):
            world.refuse(rows, "mailbox-full", replies)
            return
        until: Floats = world.mailing.ts[rows] + world.rng.uniform(2, 20, len(rows)) * HOUR
        world.defer(rows, "mailbox-full", replies, until, np.full(len(rows), fill_value=False))

    def _full_from(self, name: str) -> Floats:
        world, people = self.world, self.world.people
        place = next(i for i, host in enumerate(people.providers) if host.name == name)
        there: Bools = people.provider == place
        # Faster and faster towards the end.
        when = self.start + (self.end - self.start) * world.rng.beta(1.6, 1.0, len(there))
        fills = there & (world.rng.random(len(there)) < self.share(0.05, 0.15))
        return np.where(fills, when, np.inf)
