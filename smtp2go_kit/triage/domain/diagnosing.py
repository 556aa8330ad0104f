"""``diagnose_domain``: ten checks of a sender domain, against DNS as it is now."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import dns.exception
import dns.name
import dns.resolver

from smtp2go_kit.addresses import domain_expected
from smtp2go_kit.errors import InvalidArgument
from smtp2go_kit.triage.domain.account_checks import (
    check_servers,
    check_state,
    check_traffic,
    check_wildcard,
)
from smtp2go_kit.triage.domain.diagnosis import Diagnosis
from smtp2go_kit.triage.domain.observing import observe
from smtp2go_kit.triage.domain.policy_checks import check_dmarc, check_receiving, check_spf
from smtp2go_kit.triage.domain.record_checks import (
    check_dkim,
    check_return_path,
    check_tracking,
)
from smtp2go_kit.triage.domain.standing import standing

if TYPE_CHECKING:
    import pandas as pd

    from smtp2go_kit.client import Client

OPERATION = "triage.diagnose_domain"


def diagnose_domain(
    domain: str,
    *,
    client: Client | None = None,
    state: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
    resolver: dns.resolver.Resolver | None = None,
    timeout: float = 2.0,
) -> Diagnosis:
    """Find out what is wrong with a sender domain, and which record makes it right.

    Looks, and changes nothing. Ten checks: what SMTP2GO says of the domain against what DNS
    says; the CNAMEs of DKIM, return path and tracking with what they lead to; wildcards; DMARC;
    SPF; whether the domain receives mail; its traffic; and whether its name servers agree.

    Without *client* and *state* the names of SMTP2GO's records are not known, and what depends
    on them is ``unknown``. A subdomain of a sender domain is looked at as a part of it.

    Args:
        domain: The domain, as ``example.com``; also an international one, or with a dot at the
            end.
        client: Whose sender domains; asked once, unless *state* is given.
        state: What ``client.domain.view()`` returned.
        events: What ``client.activity.search()`` returned, for the check of traffic.
        resolver: Where to ask; the machine's own if not given. Each name server of the zone is
            asked as well, at the address that this resolver gives and at its port.
        timeout: Seconds that one question may take, above 0 and at most 60. All are asked side
            by side, and the whole takes four times that at most.

    Raises:
        InvalidArgument: *domain* is none, or another argument is wrong.
    """
    name = _domain(domain)
    _check_timeout(timeout)
    seen = observe(standing(name, client, state), _resolver(resolver), timeout)
    checks = (
        check_state(seen),
        check_dkim(seen),
        check_return_path(seen),
        check_tracking(seen),
        check_wildcard(seen),
        check_dmarc(seen),
        check_spf(seen),
        check_receiving(seen),
        check_traffic(seen, events),
        check_servers(seen),
    )
    return Diagnosis(name, checks)


def _domain(given: str) -> str:
    """A domain in ASCII and small letters, without a dot at the end."""
    text = given.strip() if isinstance(given, str) else ""
    if "@" in text:
        raise _wrong("domain", f"an address; give its domain {text.rpartition('@')[2]!r}")
    if domain_expected(text) or text.rstrip(".").rpartition(".")[2].isdigit():
        raise _wrong("domain", f"{given!r} is no domain name such as example.com")
    try:
        name = dns.name.from_text(text, idna_codec=dns.name.IDNA_2008_UTS_46)
    except (dns.exception.DNSException, UnicodeError) as error:
        raise _wrong("domain", f"{given!r} is no domain name: {error}") from None
    return name.to_text(omit_final_dot=True).lower()


def _check_timeout(timeout: float) -> None:
    is_number = isinstance(timeout, int | float) and math.isfinite(timeout)
    if not is_number or not 0 < timeout <= 60:
        raise _wrong("timeout", f"{timeout!r} is no number of seconds above 0, at most 60")


def _resolver(given: dns.resolver.Resolver | None) -> dns.resolver.Resolver:
    if given is not None:
        return given
    try:
        return dns.resolver.Resolver()
    except dns.resolver.NoResolverConfiguration:
        problem = "this machine names no DNS server; pass dns.resolver.Resolver(configure=False)"
        raise _wrong("resolver", f"{problem} with nameservers of your own") from None


def _wrong(parameter: str, problem: str) -> InvalidArgument:
    return InvalidArgument(parameter, problem, operation=OPERATION)
