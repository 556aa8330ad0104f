"""Mail that fails authentication, and senders that the service doesn't let send."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np

from smtp2go_kit.sandbox.account import Domain, Senders, Tracker
from smtp2go_kit.sandbox.seeding.people import Ints
from smtp2go_kit.sandbox.seeding.provider_replies import EDGE, GSMTP
from smtp2go_kit.sandbox.seeding.schedule import HOUR
from smtp2go_kit.sandbox.simulation.hosts import HOSTS
from smtp2go_kit.sandbox.simulation.incidents.episode import Episode
from smtp2go_kit.sandbox.verification import not_verified

# How many of a provider's servers insist, from strict to lenient.
_INSIST = {
    "Gmail": 0.9, "Yahoo": 0.85, "Outlook.com": 0.85, "iCloud": 0.5, "GMX/web.de": 0.6,
    "Comcast": 0.5, "Google Workspace": 0.35, "Microsoft 365": 0.3, "Mimecast": 0.35,
    "Proofpoint": 0.3, "Proton": 0.3, "Barracuda": 0.25, "Cisco": 0.2, "Postfix": 0.08,
}  # fmt: skip
_REJECTED_BY_POLICY: dict[str, tuple[str, ...]] = {
    "Gmail": (
        (
            "550-5.7.26 Unauthenticated email from {sender_domain} is not accepted due to\n"
            "550-5.7.26 domain's DMARC policy. Please contact the administrator of\n"
            "550-5.7.26 {sender_domain} domain if this was a legitimate mail. To learn about\n"
            "550-5.7.26 the DMARC initiative, go to\n"
            f"550 5.7.26  https://support.google.com/mail/?p=DmarcRejection {GSMTP}"
        ),
    ),
    "Microsoft 365": (
        (
            "550 5.7.509 Access denied, sending domain {sender_domain} does not pass DMARC "
            f"verification and has a DMARC policy of reject. {EDGE}"
        ),
    ),
    "Yahoo": (
        (
            "554 5.7.9 Message not accepted for policy reasons. See "
            "https://postmaster.yahooinc.com/error-codes"
        ),
        (
            "550 5.7.9 Message not accepted: {sender_domain} DMARC policy is reject. See "
            "https://senders.yahooinc.com/smtp-error-codes/"
        ),
    ),
    "iCloud": (
        (
            "554 5.7.1 Your message was rejected due to {sender_domain}'s DMARC policy. See "
            "https://support.apple.com/en-us/HT204137 for info"
        ),
    ),
    "GMX/web.de": (
        (
            "554-Transaction failed\n554-Message rejected by DMARC policy of {sender_domain}\n"
            "554 For explanation visit https://postmaster.gmx.net/en/case?c=r0601&i=ip&v={ip}"
        ),
    ),
    "Mimecast": (
        (
            "550 DMARC Sender Invalid - envelope rejected - "
            "https://community.mimecast.com/docs/DOC-1369#550 [{token}.uk{short}]"
        ),
    ),
    "Proofpoint": ("550 5.7.1 Email rejected per DMARC policy for {sender_domain}",),
    "Comcast": ("550 5.7.1 {token} Message rejected, DMARC policy of {sender_domain}",),
    "Postfix": ("550 5.7.1 <{recipient}>: rejected by DMARC policy for {sender_domain}",),
}
_REJECTED_BY_POLICY["Google Workspace"] = _REJECTED_BY_POLICY["Gmail"]
_REJECTED_BY_POLICY["Outlook.com"] = _REJECTED_BY_POLICY["Microsoft 365"]


class DkimRemoved(Episode):
    """Somebody takes a sender domain's records out of its DNS."""

    cause: ClassVar[str] = "authentication"

    def strike(self) -> None:
        """Refuse its mail wherever authentication is demanded."""
        world = self.world
        self.domain = world.streams[self.stream()].domain
        mine = world.from_domain(self.domain) & self.during() & self.accepted()
        found: list[Ints] = []
        for host in HOSTS:
            if replies := host.replies("authentication"):
                share = _INSIST.get(host.name, 0.1) * self.share(0.55, 1.05)
                rows = world.some(mine & world.at(host.name), share)
                world.refuse(rows, "authentication", replies)
                found.append(rows)
        self.rows = np.sort(np.concatenate(found))
        self.cohort = {"sender_domain": self.domain}

    def settle(self) -> None:
        """The service notices, as it looks every few minutes."""
        for senders in _all_senders(self):
            if known := senders.domains.get(self.domain):
                known.dkim_verified = known.rpath_verified = False


class UnverifiedSubdomain(Episode):
    """Mail begins from a new subdomain without records, whose policy says to reject it."""

    cause: ClassVar[str] = "authentication"

    def plan(self) -> None:
        """Send a part of the account's mail from it."""
        world, old = self.world, self.world.streams[self.stream()]
        name, _, rest = old.sender.partition("@")
        self.domain = f"mail.{rest}"
        subjects = ("Your account statement", "We've moved: our new sender address", *old.subjects)
        stream = replace(old, sender=f"{name}@{self.domain}", subjects=subjects)
        place = world.add_stream(stream)
        who, chances = world.people.audiences[stream.audience]
        hours = max(1.0, (self.end - self.start) / HOUR)
        count = max(12, int(world.volume * self.share(0.06, 0.25) * hours / 24))
        person = world.rng.choice(who, count, p=chances)
        ts = world.rng.uniform(self.start, self.end, count)
        world.add_sends(place, ts, person, world.rng.integers(len(subjects), size=count))
        self.cohort = {"sender_domain": self.domain}

    def strike(self) -> None:
        """Refuse it wherever the policy is heeded."""
        world = self.world
        mine = world.from_domain(self.domain) & self.accepted()
        found = [self.rows]
        for name, replies in _REJECTED_BY_POLICY.items():
            rows = world.some(mine & world.at(name), 0.5 if name == "Postfix" else 0.96)
            world.refuse(rows, "authentication", replies)
            found.append(rows)
        self.rows = np.sort(np.concatenate(found))

    def settle(self) -> None:
        """It was added, but its records never were."""
        member = self.world.account.member_id
        self.world.account.senders.domains[self.domain] = Domain(
            self.domain, f"s{member}", f"em{member}", [Tracker("link")]
        )


class UnverifiedSender(Episode):
    """An application sends from a domain that was never verified, so nothing leaves."""

    cause: ClassVar[str] = "unverified-sender"
    rejects: ClassVar[bool] = True

    def plan(self) -> None:
        """Let part of a stream come from a domain that nobody verified."""
        world, place = self.world, self.stream()
        old = world.streams[place]
        self.domain = f"{old.domain.partition('.')[0]}-app.example"
        sender = f"{old.sender.partition('@')[0]}@{self.domain}"
        new = world.add_stream(replace(old, sender=sender))
        ts, stream, _, _ = world.planned()
        mine = (stream == place) & (ts >= self.start) & (ts < self.end)
        stream[mine & (world.rng.random(len(ts)) < self.share(0.4, 1.0))] = new
        self.new, self.sender = new, sender
        self.cohort = {"sender_domain": self.domain, "sender": sender}

    def strike(self) -> None:
        """The service rejects all of it."""
        self.rows = np.flatnonzero(self.world.mailing.stream == self.new)
        for row in self.rows.tolist():
            self.world.rejected[row] = not_verified(self.sender)

    def settle(self) -> None:
        """It is on the list of domains since a month, waiting for its records."""
        account = self.world.account
        account.senders.domains[self.domain] = Domain(
            self.domain, f"s{account.member_id}", f"em{account.member_id}", [Tracker("link")]
        )
        account.senders.single[self.sender] = False


def _all_senders(episode: Episode) -> list[Senders]:
    account = episode.world.account
    return [account.senders, *(each.senders for each in account.subaccounts.values())]
