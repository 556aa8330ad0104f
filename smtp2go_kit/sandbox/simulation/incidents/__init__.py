"""What can happen to a simulated account, by name."""

from __future__ import annotations

from collections.abc import Mapping

from smtp2go_kit.sandbox.simulation.incidents.account_side import DataGap, Quota, Suppressed
from smtp2go_kit.sandbox.simulation.incidents.authentication import (
    DkimRemoved,
    UnverifiedSender,
    UnverifiedSubdomain,
)
from smtp2go_kit.sandbox.simulation.incidents.benign import (
    BigNewsletter,
    Dip,
    NewSubject,
    NewUser,
    Weekend,
)
from smtp2go_kit.sandbox.simulation.incidents.blocks import (
    ContentBlock,
    DomainReputation,
    IpBlock,
    ListedLink,
    RecipientPolicy,
    SharedIpBlock,
)
from smtp2go_kit.sandbox.simulation.incidents.episode import Episode
from smtp2go_kit.sandbox.simulation.incidents.people_side import (
    BadList,
    ComplaintSpike,
    CompromisedUser,
)
from smtp2go_kit.sandbox.simulation.incidents.waiting import (
    FullMailboxes,
    Greylisting,
    Outage,
    Throttle,
)
from smtp2go_kit.sandbox.simulation.truth import Incident
from smtp2go_kit.sandbox.simulation.world import World

KINDS: Mapping[str, type[Episode]] = {
    "ip-block": IpBlock,
    "shared-ip-block": SharedIpBlock,
    "tss04-throttle": Throttle,
    "dkim-removed": DkimRemoved,
    "dmarc-reject-unverified": UnverifiedSubdomain,
    "bad-list": BadList,
    "compromised-user": CompromisedUser,
    "content-block": ContentBlock,
    "dbl-link": ListedLink,
    "hosted-outage": Outage,
    "greylisting": Greylisting,
    "mailbox-full-drift": FullMailboxes,
    "complaint-spike": ComplaintSpike,
    "suppression-missing": Suppressed,
    "quota": Quota,
    "recipient-policy": RecipientPolicy,
    "data-gap": DataGap,
    "domain-reputation": DomainReputation,
    "unverified-sender": UnverifiedSender,
    "weekend-dip": Weekend,
    "holiday": Dip,
    "slow-day": Dip,
    "big-newsletter": BigNewsletter,
    "new-subject": NewSubject,
    "new-user": NewUser,
}
"""Those from ``weekend-dip`` on are benign."""


def begin(world: World, incident: Incident) -> Episode:
    """An incident in a world."""
    return KINDS[incident.name](world, incident)


__all__ = ["KINDS", "Episode", "begin"]
