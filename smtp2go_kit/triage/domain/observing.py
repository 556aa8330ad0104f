"""Everything that is asked of DNS for a diagnosis, as much of it at once as can be."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import dns.resolver

from smtp2go_kit.triage.domain.aliases import Alias, Wild, look
from smtp2go_kit.triage.domain.dmarc import Dmarc, find_dmarc
from smtp2go_kit.triage.domain.lookups import Answer, Lookups
from smtp2go_kit.triage.domain.servers import Servers, ask_servers
from smtp2go_kit.triage.domain.spf import Spf, count_spf
from smtp2go_kit.triage.domain.standing import Standing, Told

T = TypeVar("T")
AT_ONCE = 64
"""Questions that are open at the same time."""
BOUND = 4
"""Timeouts that a whole diagnosis may take: what comes later is not asked any more."""
WILD = ("CNAME", "A", "AAAA", "TXT", "MX")
APEX = ("MX", "A", "AAAA", "SOA", "TXT", "NS", "CNAME")
MOST_HOSTS = 8
"""Servers of an MX whose addresses are looked up."""
LABELS = ("link", "track")
"""Where SMTP2GO's users have their tracker: the first is the service's own default."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What DNS says of a domain.

    Args:
        standing: What the account says of it.
        aliases: What DNS has at the names of its records.
        guessed: The same at usual names of trackers, where the account did not tell them.
        wild: What it says to names that nobody published.
        apex: What the domain itself has, by type.
        zone: The SOA records of the domain and its parents.
        spf: The domain's SPF.
        returns: The SPF of the return path.
        dmarc: The domain's DMARC.
        servers: What each name server says.
        mail_hosts: The addresses of the servers of its MX.
        sees_provider: Whether this resolver sees anything of the targets at all.
    """

    standing: Standing
    aliases: tuple[Alias, ...]
    guessed: tuple[Alias, ...]
    wild: Wild
    apex: dict[str, Answer]
    zone: tuple[Answer, ...]
    spf: Spf
    returns: tuple[Spf, ...]
    dmarc: Dmarc
    servers: Servers
    mail_hosts: tuple[Answer, ...]
    sees_provider: bool

    def of(self, purpose: str) -> list[Alias]:
        """What DNS has at the names of the records of a purpose.

        Args:
            purpose: The purpose.
        """
        return [alias for alias in self.aliases if alias.told.purpose == purpose]

    @property
    def is_missing(self) -> bool:
        """Whether the domain does not exist."""
        outcomes = {answer.outcome for answer in self.apex.values()}
        return "nxdomain" in outcomes and "found" not in outcomes and "empty" not in outcomes


def observe(standing: Standing, resolver: dns.resolver.Resolver, timeout: float) -> Observed:
    """Ask DNS for everything.

    Args:
        standing: What the account says of the domain.
        resolver: Where to ask.
        timeout: Seconds that one question may take, above 0; all take four times that at most.
    """
    deadline = time.monotonic() + BOUND * timeout
    with ThreadPoolExecutor(AT_ONCE) as pool, ThreadPoolExecutor(AT_ONCE) as looking:
        lookups = Lookups(resolver, timeout, deadline, pool)
        lookups.start(standing.domain, *APEX)
        return _gathered(standing, lookups, looking)


def _gathered(standing: Standing, lookups: Lookups, looking: ThreadPoolExecutor) -> Observed:
    def begin(ask: Callable[..., T], *args: object) -> Future[T]:
        return looking.submit(ask, lookups, *args)

    domain, base = standing.domain, standing.base
    aliases = [begin(look, told, base) for told in standing.records]
    guessed = [begin(look, told, base) for told in _guesses(standing)]
    returns = [begin(count_spf, told.host) for told in standing.told("return path")]
    wild, zone = begin(_wild, base), begin(_zone, domain)
    spf, dmarc = begin(count_spf, domain), begin(find_dmarc, domain)
    servers = begin(ask_servers, domain, _questions(standing))
    hosts, targets = begin(_mail_hosts, domain), begin(_sees_any, standing.records)
    return Observed(
        standing,
        tuple(future.result() for future in aliases),
        tuple(future.result() for future in guessed),
        wild.result(),
        {kind: lookups.answer(domain, kind) for kind in APEX},
        zone.result(),
        spf.result(),
        tuple(future.result() for future in returns),
        dmarc.result(),
        servers.result(),
        hosts.result(),
        targets.result(),
    )


def _guesses(standing: Standing) -> list[Told]:
    from smtp2go_kit.dns_records import TARGETS

    if standing.tracking != "unknown":
        return []
    target = TARGETS["tracking"]
    names = (f"{label}.{standing.base}" for label in LABELS)
    return [Told("tracking", name, target, None, "") for name in names]


def _wild(lookups: Lookups, base: str) -> Wild:
    # A name that nobody has published, yet the same each time: two looks can be compared.
    label = hashlib.sha256(base.encode()).hexdigest()[:12]
    name, deep = f"{label}.{base}", f"{label}._domainkey.{base}"
    lookups.start(name, *WILD)
    lookups.start(deep, *WILD)
    return Wild(
        {kind: lookups.answer(name, kind) for kind in WILD},
        {kind: lookups.answer(deep, kind) for kind in WILD},
    )


def _zone(lookups: Lookups, domain: str) -> tuple[Answer, ...]:
    labels = domain.split(".")
    names = (".".join(labels[start:]) for start in range(max(1, len(labels) - 1)))
    return tuple(lookups.answers((name, "SOA") for name in names))


def _mail_hosts(lookups: Lookups, domain: str) -> tuple[Answer, ...]:
    values = lookups.answer(domain, "MX").values
    names = [name for text in values[:MOST_HOSTS] if (name := text.split()[-1].rstrip("."))]
    return tuple(lookups.answers((name, kind) for name in names for kind in ("A", "AAAA")))


def _questions(standing: Standing) -> list[tuple[str, str]]:
    hosts = [(told.host, "CNAME") for told in standing.records]
    apex = [(standing.domain, "TXT"), (standing.domain, "MX")]
    return [*hosts, (f"_dmarc.{standing.domain}", "TXT"), *apex]


def _sees_any(lookups: Lookups, records: tuple[Told, ...]) -> bool:
    kinds = {"DKIM": ("TXT",), "return path": ("TXT", "MX"), "tracking": ("A",)}
    asked = [(told.target, kind) for told in records for kind in kinds[told.purpose]]
    return any(answer.outcome == "found" for answer in lookups.answers(asked))
