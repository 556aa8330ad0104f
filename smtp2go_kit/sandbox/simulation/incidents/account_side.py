"""What the service itself stops, and what its log leaves out."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from smtp2go_kit.sandbox.seeding.people import listed
from smtp2go_kit.sandbox.seeding.streams import API_KEY
from smtp2go_kit.sandbox.simulation.incidents.episode import Episode
from smtp2go_kit.sandbox.simulation.log import KINDS, Log
from smtp2go_kit.sandbox.verification import on_the_list

_OVER = "550 You have reached the limit of your plan ({}): upgrade to keep sending"


class Suppressed(Episode):
    """Recipients who want mail are put on the suppression list, and their mail stops."""

    cause: ClassVar[str] = "suppression"
    rejects: ClassVar[bool] = True

    def plan(self) -> None:
        """Choose a customer's whole domain, or a list that was imported as suppressions."""
        self.domain = self.recipient_domain(
            "Microsoft 365", "Google Workspace", "Mimecast", "Proofpoint", "Postfix", "Barracuda",
            "Cisco", "GoDaddy", "IONOS", "Rackspace",
        )  # fmt: skip
        people, rng = self.world.people, self.world.rng
        theirs = np.array([p.domain == self.domain for p in people.persons], np.bool_)
        self.by_domain = bool(self.incident.target) or bool(rng.random() < 0.5)
        others = rng.random(len(theirs)) < self.share(0.04, 0.12)
        others[people.audiences["staff"][0]] = False
        self.people = np.flatnonzero(theirs if self.by_domain else others)
        self.favour(self.people, 12)
        self.cohort = {"recipient_domain": self.domain} if self.by_domain else {}

    def strike(self) -> None:
        """Reject what goes to them from then on."""
        mailing = self.world.mailing
        self.rows = np.flatnonzero(np.isin(mailing.person, self.people) & self.during())
        for row in listed(self.rows):
            self.world.rejected[row] = on_the_list("manual")

    def settle(self) -> None:
        """Put them on the list."""
        account, persons = self.world.account, self.world.people.persons
        text = "Imported list of unsubscribed customers"
        if self.by_domain:
            account.suppress(self.domain, "manual", self.start, text="Bounced, blocked by support")
            return
        for place in listed(self.people):
            account.suppress(persons[place].address, "manual", self.start, text=text)


class Quota(Episode):
    """The month's mail is used up: the service takes no more."""

    cause: ClassVar[str] = "quota"
    rejects: ClassVar[bool] = True

    def usual_hours(self) -> float:
        """Until the plan is changed or the next cycle begins."""
        return np.inf

    def strike(self) -> None:
        """Reject what is still handed over."""
        world = self.world
        self.rows = np.flatnonzero(self.during())
        for row in listed(self.rows):
            world.rejected[row] = _OVER.format(f"{self.limit:,} emails")

    def plan(self) -> None:
        """What is sent through the API is refused at once, and leaves no trace."""
        world = self.world
        ts, stream, _, _ = world.planned()
        self.limit = max(1, round(float((ts < self.start).sum()) / 1_000)) * 1_000
        by_key = [i for i, each in enumerate(world.streams) if each.username == API_KEY]
        late = (ts >= self.start) & (ts < self.end)
        # Many programs stop once they are refused.
        stops = np.isin(stream, by_key) | (world.rng.random(len(ts)) > self.share(0.3, 0.9))
        world.keep(~(late & stops))

    def settle(self) -> None:
        """All that the plan includes is used."""
        account = self.world.account
        account.cycle_max = account.cycle_used = self.limit


class DataGap(Episode):
    """The log lacks events, or tells them twice: the data is wrong, not the mail.

    Its target is ``missing``, ``finals`` or ``duplicates``.
    """

    cause: ClassVar[str] = "data-gap"

    def usual_hours(self) -> float:
        """Some hours."""
        return float(self.world.rng.uniform(3, 7))

    def begins(self) -> float:
        """When events begin to lack, whenever their mail was sent."""
        return self.start

    def edit(self, log: Log) -> None:
        """Change which events are told."""
        kind, ts = log.kind[log.order], log.ts[log.order]
        during = (ts >= self.start) & (ts < self.end)
        wanted = self.incident.target or "missing"
        finals = np.isin(kind, [KINDS.index(name) for name in KINDS[1:4]])
        chosen = during & finals if wanted == "finals" else during
        chosen &= self.world.rng.random(len(chosen)) < self.share(0.85, 1.0)
        self.rows = np.unique(log.row[log.order[chosen]])
        (log.repeat if wanted == "duplicates" else log.drop)(chosen)
