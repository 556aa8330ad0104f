"""Servers that refuse mail for what it is or where it comes from."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from smtp2go_kit.sandbox.seeding.schedule import HOUR
from smtp2go_kit.sandbox.simulation.hosts import called
from smtp2go_kit.sandbox.simulation.incidents.block_replies import (
    BANNED,
    CONTENT,
    DOMAIN,
    LINK_SHARES,
    LINKS,
    SLOW,
    TENANT_RULES,
)
from smtp2go_kit.sandbox.simulation.incidents.episode import Episode

# So few messages are all refused, or nothing would be seen of it.
FEW = 4


class IpBlock(Episode):
    """One of the account's addresses gets onto a provider's block list."""

    cause: ClassVar[str] = "ip-block"

    def plan(self) -> None:
        """Choose the provider."""
        self.name = self.host("Outlook.com", "Microsoft 365")
        self.favour_host(self.name, 36)

    def strike(self) -> None:
        """Refuse nearly all mail from it."""
        name, world = self.name, self.world
        here = world.at(name) & self.during()
        ip = int(np.argmax(np.bincount(world.mailing.outbound[here], minlength=1)))
        self.rows = world.some(here & (world.mailing.outbound == ip), self.share(0.6, 1.0))
        world.refuse(self.rows, "reputation-block", BANNED.get(name, BANNED["Outlook.com"]))
        self.cohort = {"provider": called(name), "outbound_ip": world.mailing.ips[ip]}


class SharedIpBlock(Episode):
    """The addresses that many senders share are slowed down, then blocked, by Microsoft."""

    cause: ClassVar[str] = "ip-block"

    def plan(self) -> None:
        """Choose the provider."""
        self.name = self.host("Outlook.com", "Microsoft 365")
        self.favour_host(self.name, 30)

    def strike(self) -> None:
        """Refuse much of the mail from all but one of them."""
        world, name = self.world, self.name
        spared = len(world.mailing.ips) - 1
        shared = world.mailing.outbound != spared if spared else world.at(name)
        here = world.at(name) & shared
        early = world.some(here & world.since(self.start - 2 * HOUR, self.start), 0.25)
        wait = world.rng.uniform(0.3, 3, len(early)) * HOUR
        until = world.mailing.ts[early] + wait
        world.defer(early, "rate-limited", SLOW, until, np.full(len(early), fill_value=True))
        self.rows = world.some(here & self.during(), self.share(0.45, 0.95))
        world.refuse(self.rows, "reputation-block", BANNED.get(name, BANNED["Outlook.com"])[:1])
        self.cohort = {"provider": called(name)}


class DomainReputation(Episode):
    """A provider thinks little of a sender domain."""

    cause: ClassVar[str] = "domain-reputation"

    def strike(self) -> None:
        """Refuse much of its mail at Gmail, and some where lists of domains are used."""
        world = self.world
        domain = world.streams[self.stream()].domain
        mine = world.from_domain(domain) & self.during() & self.accepted()
        shares = {
            "Gmail": (0.3, 0.9),
            "Google Workspace": (0.2, 0.7),
            "Outlook.com": (0.02, 0.25),
            "iCloud": (0.0, 0.3),
            "Postfix": (0.1, 0.5),
        }
        found: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = []
        for name, (least, most) in shares.items():
            rows = world.some(mine & world.at(name), self.share(least, most))
            world.refuse(rows, "reputation-block", DOMAIN[name])
            found.append(rows)
        self.rows = np.sort(np.concatenate(found))
        self.cohort = {"sender_domain": domain}


class ContentBlock(Episode):
    """Filters everywhere take one message for spam."""

    cause: ClassVar[str] = "content-block"
    wordings: ClassVar[dict[str, tuple[str, ...]]] = CONTENT

    def plan(self) -> None:
        """Choose the message, or bring in a new one."""
        self.place = self.stream()
        self.number = self.subject(self.place)
        if self.number < 0:
            self.number = self.renamed(self.place, "A small thank-you, only until midnight")
        self.cohort = {"subject": self.world.streams[self.place].subjects[self.number]}

    def renamed(self, place: int, subject: str) -> int:
        """Give half of a stream's mail a new subject."""
        number = self.world.add_subject(place, subject)
        ts, stream, _, numbers = self.world.planned()
        mine = (stream == place) & (ts >= self.start) & (ts < self.end)
        numbers[mine & (self.world.rng.random(len(ts)) < 0.5)] = number
        return number

    def strike(self) -> None:
        """Refuse much of it, at some providers more than at others."""
        mailing = self.world.mailing
        mine = (mailing.stream == self.place) & (mailing.subject == self.number)
        self.refuse_by(mine & self.during() & self.accepted())

    def refuse_by(self, mine: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> None:
        """Let each provider refuse its share in its own words."""
        found = [self.rows]
        for name, replies in self.wordings.items():
            strictness = LINK_SHARES.get(name, 0.9) if self.wordings is LINKS else 0.8
            share = self.share(0.3, 0.95) * strictness * self.world.rng.uniform(0.6, 1.1)
            here = mine & self.world.at(name)
            rows = self.world.some(here, max(share, FEW / max(FEW, int(here.sum()))))
            self.world.refuse(rows, "spam-content", replies)
            found.append(rows)
        self.rows = np.sort(np.concatenate(found))


class ListedLink(ContentBlock):
    """The domain of the links in a sender's mail gets onto a block list."""

    cause: ClassVar[str] = "link-domain-listed"
    wordings: ClassVar[dict[str, tuple[str, ...]]] = LINKS

    def plan(self) -> None:
        """Choose the sender whose links they are."""
        self.place = self.stream()
        stream = self.world.streams[self.place]
        self.cohort = {"sender_domain": stream.domain, "username": stream.username}

    def strike(self) -> None:
        """Refuse it where links are looked up."""
        self.refuse_by((self.world.mailing.stream == self.place) & self.during() & self.accepted())


class RecipientPolicy(Episode):
    """One company makes a rule that stops the account's mail."""

    cause: ClassVar[str] = "recipient-policy"

    def plan(self) -> None:
        """Choose the company."""
        self.domain = self.recipient_domain(*TENANT_RULES)
        self.cohort = {"recipient_domain": self.domain}

    def strike(self) -> None:
        """Refuse nearly all mail to it."""
        world = self.world
        here = world.to_domain(self.domain) & self.during()
        self.rows = world.some(here, self.share(0.75, 1.0))
        hosts = {host.name for host in world.people.providers if np.any(here & world.at(host.name))}
        rules = next((TENANT_RULES[name] for name in hosts if name in TENANT_RULES), ())
        chosen = rules or TENANT_RULES["Postfix"]
        world.refuse(self.rows, "policy", chosen[:1])
