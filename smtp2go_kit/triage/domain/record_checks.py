"""The checks of the three CNAMEs that SMTP2GO asks a sender domain to publish."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from smtp2go_kit.triage.domain.aliases import Alias, faults
from smtp2go_kit.triage.domain.diagnosis import PROVIDER, Check, Record, Status
from smtp2go_kit.triage.domain.findings import Finding, checked, unseen
from smtp2go_kit.triage.domain.keys import key_fault
from smtp2go_kit.triage.domain.lookups import UNSEEN, Answer, evidence
from smtp2go_kit.triage.domain.observing import Observed
from smtp2go_kit.triage.domain.spf import Spf
from smtp2go_kit.triage.domain.standing import Told

CLOUDFLARE = tuple(
    ipaddress.ip_network(text)
    for text in (
        *("104.16.0.0/13", "104.24.0.0/14", "108.162.192.0/18", "141.101.64.0/18"),
        *("162.158.0.0/15", "172.64.0.0/13", "173.245.48.0/20", "188.114.96.0/20"),
        *("190.93.240.0/20", "197.234.240.0/22", "198.41.128.0/17", "2606:4700::/32"),
    )
)
"""Where Cloudflare's proxy answers (www.cloudflare.com/ips)."""
WORDS = {
    "missing": "{host} has no CNAME",
    "doubled-name": "the CNAME stands at {misplaced}, where the zone's name was added again",
    "underscore-dropped": "the CNAME stands at {misplaced}, without the underscore",
    "wrong-target": "{host} leads to {found}, not to {target}",
    "indirect": "{host} leads to {target} by way of {found}",
    "beside-cname": "{host} has {own} beside its CNAME, which DNS forbids (RFC 1034 3.6.2)",
    "wrong-type": "{host} has {own} in place of a CNAME",
    "proxied": "{host} answers with the addresses {addresses} in place of its CNAME, {proxy}",
    "flattened": "{host} answers with the addresses of {target} in place of its CNAME",
}
ADVICE = {
    "missing": "Publish the CNAME.",
    "doubled-name": "Publish the CNAME at {host} and remove the other: many panels add the zone's "
    "name themselves, so that only what stands before it is to be entered.",
    "underscore-dropped": "Publish the CNAME at {host}, with the underscore.",
    "wrong-target": "Change the CNAME so that it leads to {target}.",
    "indirect": "Let the CNAME lead straight to {target}: SMTP2GO looks at that CNAME itself.",
    "beside-cname": "Remove {own} at {host}, and keep the CNAME alone.",
    "wrong-type": "Remove {own} at {host}, and publish the CNAME.",
    "proxied": "Switch the proxy off for this name (at Cloudflare: DNS only), so that the CNAME "
    "itself shows.",
    "flattened": "Switch CNAME flattening off for this name, so that the CNAME itself shows.",
}
IMPACT = {
    "DKIM": "Mail carries no DKIM signature of the domain: Gmail, Yahoo and Microsoft ask for one, "
    "and DMARC passes by SPF alone.",
    "return path": "SPF does not pass for the domain, and bounces may not come back.",
    "tracking": "Tracked links cannot use the domain, or lead nowhere.",
}
EITHER = "Resolvers answer with one or the other, so that checks pass and fail by chance."
KEYS = {
    "no-key": "there is no DKIM key at {target}",
    "two-records": "there are several DKIM keys at {target}",
    "broken-key": "the DKIM key at {target} cannot be read",
    "revoked-key": "the DKIM key at {target} is revoked: its p= is empty",
    "weak-key": "the DKIM key at {target} has {bits} bits, and verifiers take none below 1024",
}
ASK = "Ask SMTP2GO's support, with the DNS answers."


def record_of(told: Told) -> Record:
    """The record to publish.

    Args:
        told: What the account says of it.
    """
    return Record("CNAME", told.host, told.target)


def found_wrong(seen: Observed, alias: Alias) -> list[Finding]:
    """What is wrong with one CNAME.

    Args:
        seen: What DNS says.
        alias: What it has at the name.
    """
    return [_finding(seen, alias, problem) for problem in faults(alias, seen.wild)]


def _finding(seen: Observed, alias: Alias, problem: str) -> Finding:
    if problem in UNSEEN:
        return unseen(problem, alias.told.host)
    facts = _facts(alias, seen)
    words = WORDS[problem].format_map(facts)
    if problem == "missing" and seen.wild.found:
        words += ", only what a wildcard record answers to any name"
    is_there = problem == "beside-cname"
    records = () if is_there else (record_of(alias.told),)
    advice, impact = ADVICE[problem].format_map(facts), EITHER if is_there else ""
    status = _gravity(alias, problem)
    return Finding(problem, status, words, advice, records=records, impact=impact)


def _gravity(alias: Alias, problem: str) -> Status:
    is_tracking = alias.told.purpose == "tracking"
    harmless = problem == "missing" and not alias.told.verified
    mild = problem == "indirect" or (is_tracking and (problem == "flattened" or harmless))
    return "warn" if mild else "fail"


def _facts(alias: Alias, seen: Observed) -> dict[str, str]:
    own = [answer.type for answer in alias.beside(seen.wild)]
    addresses = [value for answer in alias.own("A", "AAAA") for value in answer.values]
    misplaced = [answer.name for _, answer in alias.slips]
    is_known = any(is_cloudflares(text) for text in addresses)
    proxy = "Cloudflare's proxy (orange cloud)" if is_known else "as behind a proxy (orange cloud)"
    return {
        "host": alias.told.host,
        "target": alias.told.target,
        "found": ", ".join(alias.cname.values),
        "own": " and ".join(own),
        "addresses": ", ".join(addresses),
        "misplaced": ", ".join(misplaced),
        "proxy": proxy,
    }


def is_cloudflares(address: str) -> bool:
    """Whether an address is one of Cloudflare's proxies.

    Args:
        address: The address.
    """
    ip = ipaddress.ip_address(address)
    return any(ip in network for network in CLOUDFLARE if network.version == ip.version)


def not_told(seen: Observed, what: str) -> Finding:
    """The finding that the account did not name a record.

    Args:
        seen: What DNS says.
        what: The record.
    """
    why = seen.standing.unseen or "the account names none for this domain"
    advice = "Give a client, or the frame that client.domain.view() returned."
    return Finding("no-state", "unknown", f"{what} is not known: {why}", advice, "you")


def check_dkim(seen: Observed) -> Check:
    """The CNAME of the DKIM selector, and the key it leads to.

    Args:
        seen: What DNS says.
    """
    if not (aliases := seen.of("DKIM")):
        return checked("dkim", [not_told(seen, "the DKIM selector")], "")
    findings = [f for alias in aliases for f in (*found_wrong(seen, alias), *_key(seen, alias))]
    lines = [line for a in aliases for line in _lines(a, "CNAME", "TXT")]
    fine = f"{aliases[0].told.host} leads to {_leads(aliases[0], seen)}"
    return checked("dkim", findings, fine, impact=IMPACT["DKIM"], evidence=lines)


def _leads(alias: Alias, seen: Observed) -> str:
    fault, bits = key_fault(alias.here["TXT"].values)
    if fault and not seen.sees_provider:
        return f"{alias.told.target}, whose key this resolver does not see"
    return f"{alias.told.target}" + (f" and its key of {bits} bits" if bits else "")


def _key(seen: Observed, alias: Alias) -> Iterator[Finding]:
    text = alias.here["TXT"]
    if not alias.is_right or alias.own("TXT") or _is_out_of_sight(seen, text):
        return
    if text.is_unseen:
        yield unseen(text.outcome, f"the DKIM key at {alias.told.target}")
        return
    fault, bits = key_fault(text.values)
    if fault:
        words = KEYS[fault].format(target=alias.told.target, bits=bits)
        yield Finding(fault, "fail", words, ASK, PROVIDER)


def _is_out_of_sight(seen: Observed, answer: Answer) -> bool:
    """Whether this resolver knows nothing of SMTP2GO, so that it cannot tell what is gone there."""
    return not seen.sees_provider and answer.outcome in ("empty", "nxdomain", "refused")


def check_return_path(seen: Observed) -> Check:
    """The CNAME of the return path, and the SPF and MX it leads to.

    Args:
        seen: What DNS says.
    """
    if not (aliases := seen.of("return path")):
        return checked("return-path", [not_told(seen, "the return path")], "")
    both = list(zip(aliases, seen.returns, strict=True))
    findings = [
        f for alias, spf in both for f in (*found_wrong(seen, alias), *_passes(seen, alias, spf))
    ]
    lines = [line for alias in aliases for line in _lines(alias, "CNAME", "TXT", "MX")]
    told, spf = aliases[0].told, seen.returns[0]
    rest = f", whose SPF costs {spf.lookups} of 10 lookups" if spf.records else ""
    fine = f"{told.host} leads to {told.target}{rest}"
    return checked("return-path", findings, fine, impact=IMPACT["return path"], evidence=lines)


def _passes(seen: Observed, alias: Alias, spf: Spf) -> Iterator[Finding]:
    if not alias.is_right or alias.own("TXT", "MX") or _is_out_of_sight(seen, spf.answer):
        return
    for problem in ("two-records", "syntax", "too-many-lookups", "broken-include"):
        if problem in spf.problems:
            words = f"SPF does not pass at {alias.told.target}: {spf.problems[problem]}"
            yield Finding(problem, "fail", words, ASK, PROVIDER)
    yield from _through(alias, "no-spf", "fail", is_there=bool(spf.records))
    is_there = bool(alias.here["MX"].values or alias.here["A"].values)
    yield from _through(alias, "no-mx", "warn", is_there=is_there)


def _through(alias: Alias, problem: str, status: Status, *, is_there: bool) -> Iterator[Finding]:
    """What is not there through the return path's CNAME."""
    what, kind = ("SPF", "TXT") if problem == "no-spf" else ("MX", "MX")
    answer = alias.here[kind]
    if answer.is_unseen:
        yield unseen(answer.outcome, f"the {what} at {alias.told.target}")
    elif not is_there:
        yield Finding(problem, status, f"{alias.told.target} has no {what}", ASK, PROVIDER)


def _lines(alias: Alias, *kinds: str) -> tuple[str, ...]:
    """The evidence: what stands at the name, what stands there as well, and usual slips."""
    own = alias.own("TXT", "MX", "A", "AAAA")
    slips = [answer for _, answer in alias.slips]
    through = [alias.here[kind] for kind in kinds] if alias.cname.values else [alias.cname]
    return evidence(*through, *own, *slips)


def check_tracking(seen: Observed) -> Check:
    """The CNAMEs of tracked links.

    Args:
        seen: What DNS says.
    """
    told = seen.standing
    if told.tracking == "off":
        return checked("tracking", [], "tracking is off, so that no record is needed")
    if not (aliases := seen.of("tracking")):
        return _guessed(seen)
    findings = [finding for alias in aliases for finding in found_wrong(seen, alias)]
    lines = [line for alias in aliases for line in _lines(alias, "CNAME")]
    hosts = ", ".join(alias.told.host for alias in aliases)
    fine = f"{hosts} leads to {aliases[0].told.target}"
    if told.certificate:
        lines.append(f"SMTP2GO on its certificate: {told.certificate}")
    return checked("tracking", findings, fine, impact=IMPACT["tracking"], evidence=lines)


def _guessed(seen: Observed) -> Check:
    """What stands at usual names of trackers, where the account did not tell them."""
    for alias in seen.guessed:
        findings = found_wrong(seen, alias)
        found = {finding.problem for finding in findings}
        addresses = [value for answer in alias.own("A", "AAAA") for value in answer.values]
        proxied = found == {"proxied"} and any(map(is_cloudflares, addresses))
        if alias.is_right or "doubled-name" in found or proxied:
            fine = f"{alias.told.host} leads to {alias.told.target}"
            mild = [finding._replace(status="warn") for finding in findings]
            lines = _lines(alias, "CNAME")
            return checked("tracking", mild, fine, impact=IMPACT["tracking"], evidence=lines)
    lines = evidence(*(alias.cname for alias in seen.guessed))
    nothing = not_told(seen, "the name of tracked links")
    return checked("tracking", [nothing], "", evidence=lines)
