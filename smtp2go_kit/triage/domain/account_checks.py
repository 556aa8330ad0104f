"""The checks that compare: account and DNS, traffic and account, one name server and another."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from smtp2go_kit.triage.domain.aliases import Alias
from smtp2go_kit.triage.domain.diagnosis import APP, HOST, Check, Status
from smtp2go_kit.triage.domain.findings import Finding, checked, unseen
from smtp2go_kit.triage.domain.lookups import evidence
from smtp2go_kit.triage.domain.observing import Observed
from smtp2go_kit.triage.domain.record_checks import IMPACT, record_of
from smtp2go_kit.triage.domain.servers import Servers
from smtp2go_kit.triage.domain.traffic import MOST_SHOWN, Traffic, read_traffic
from smtp2go_kit.triage.wording import and_more, number, plain

WILDCARD = "A name that nobody published answers too: a missing record looks present, or wrong."
OLD = "Receivers see one answer or the other, so that checks pass and fail by chance."


def check_state(seen: Observed) -> Check:
    """Compare what SMTP2GO says with what DNS says.

    Args:
        seen: What DNS says.
    """
    told = seen.standing
    if told.unseen or (told.sender and not told.records):
        why = told.unseen or f"the account names no records of {told.sender}"
        advice = "Give a client, or the frame that client.domain.view() returned."
        nothing = Finding("no-state", "unknown", f"not compared: {why}", advice, "you")
        return checked("api-state", [nothing], "")
    if not told.sender:
        return checked("api-state", [_not_added(told.domain)], "")
    lines = [line for alias in seen.aliases for line in (_said(alias), *alias.cname.evidence)]
    by = "" if told.sender == told.domain else f", as part of {told.sender}"
    whose = ", from the master account" if told.is_masters else ""
    fine = f"SMTP2GO has verified {told.domain}{by}{whose}, and DNS agrees"
    return checked("api-state", [*_compared(seen)], fine, evidence=lines)


def _not_added(domain: str) -> Finding:
    words = f"{domain} is not among the account's sender domains, nor is a parent of it"
    advice = f'Add it with client.domain.add("{domain}"), and publish the records it answers.'
    impact = (
        "SMTP2GO rejects its mail, or sends it in its own name and unaligned; only single "
        "addresses that were verified may send."
    )
    return Finding("not-added", "fail", words, advice, APP, impact=impact)


def _said(alias: Alias) -> str:
    told = alias.told
    state = {True: "verified", False: "not verified", None: "no word"}[told.verified]
    return f"SMTP2GO on {told.host}: {state}{f' ({told.status})' if told.status else ''}"


def _compared(seen: Observed) -> Iterator[Finding]:
    told = [alias for alias in seen.aliases if alias.told.verified is not None]
    known = [alias for alias in told if not alias.is_unseen]
    right = [alias for alias in known if alias.is_right]
    wrong = [alias for alias in known if not alias.is_right]
    verify = f'client.domain.verify("{seen.standing.sender}")'
    if gone := [alias for alias in wrong if alias.told.verified]:
        yield from _gone(gone)
    if broken := [alias for alias in wrong if not alias.told.verified]:
        yield _broken(broken, verify)
    if stale := [alias for alias in right if not alias.told.verified]:
        words = f"stale: SMTP2GO has not verified {_named(stale)} yet, but DNS is right now"
        advice = f"Call {verify}, or wait: SMTP2GO looks again every 7 minutes."
        until = "Until SMTP2GO looks again, it treats the domain as unverified."
        yield Finding("stale", "warn", words, advice, APP, impact=until)
    if unknown := [alias for alias in told if alias.is_unseen]:
        yield unseen(unknown[0].cname.outcome, _named(unknown))
    if silent := [alias for alias in seen.aliases if alias.told.verified is None]:
        words = f"SMTP2GO does not say whether {_named(silent)} is verified"
        yield Finding("no-word", "unknown", words, "", APP)


def _gone(aliases: list[Alias]) -> Iterator[Finding]:
    words = f"stale: SMTP2GO has {_named(aliases)} as verified, but DNS no longer is right"
    impact = "Verification will break at SMTP2GO's next look; receivers see the fault already."
    records = tuple(record_of(alias.told) for alias in aliases)
    yield Finding("stale", "fail", words, "Publish the records.", records=records, impact=impact)
    yield Finding("will-break", "fail", impact=impact)


def _broken(aliases: list[Alias], verify: str) -> Finding:
    words = f"really broken: SMTP2GO has not verified {_named(aliases)}, and DNS is wrong"
    purposes = [alias.told.purpose for alias in aliases]
    status: Status = "warn" if {*purposes} == {"tracking"} else "fail"
    impact = " ".join(dict.fromkeys(IMPACT[purpose] for purpose in purposes))
    records = tuple(record_of(alias.told) for alias in aliases)
    advice = f"Publish the records, then call {verify}."
    return Finding("broken", status, words, advice, records=records, impact=impact)


def _named(aliases: list[Alias]) -> str:
    names = [f"the {alias.told.purpose} record {alias.told.host}" for alias in aliases]
    return ", ".join(names)


def check_wildcard(seen: Observed) -> Check:
    """Whether names that nobody published answer too.

    Args:
        seen: What DNS says.
    """
    wild, base = seen.wild, seen.standing.base
    said = [*wild.answers.values(), *wild.deep.values()]
    findings: list[Finding] = []
    if wild.found:
        hosts = [a.told.host for a in seen.aliases if wild.is_source(a.cname)]
        so = f", and what is seen at {' and '.join(hosts)} may be its" if hosts else ""
        words = f"a wildcard record answers to any name below {base}{so}"
        advice = "Remove the wildcard, or publish each record that is needed at its own name."
        findings.append(Finding("wildcard", "warn", words, advice))
    elif bad := [answer for answer in said if answer.is_unseen]:
        findings.append(unseen(bad[0].outcome, f"a name below {base}"))
    fine = f"names below {base} that nobody published do not answer"
    lines = evidence(*(wild.found or [wild.answers["CNAME"], wild.answers["A"]]))
    return checked("wildcard", findings, fine, impact=WILDCARD, evidence=lines)


def check_traffic(seen: Observed, events: pd.DataFrame | None) -> Check:
    """What the domain's own mail tells.

    Args:
        seen: What DNS says.
        events: The activity, as ``client.activity.search()`` returns it.
    """
    if events is None:
        advice = "Give events=client.activity.search()."
        nothing = Finding("no-events", "unknown", "no activity was given", advice, "you")
        return checked("traffic", [nothing], "")
    told = read_traffic(events, seen.standing)
    domain = seen.standing.domain
    kinds = ", ".join(f"{number(count)} {plain(kind, 40)}" for kind, count in told.kinds.items())
    fine = f"{_events(told.own)} from {domain} ({kinds}), no refusal names authentication"
    lines = [f"{number(count)} x {text}" for text, count in [*told.refused.items()][:MOST_SHOWN]]
    lines += [
        f"{_events(n)} from {plain(name)}, not verified" for name, n in _top(told.unverified or {})
    ]
    return checked("traffic", [*_refusals(told, domain)], fine, evidence=lines)


def _events(count: int) -> str:
    return f"{number(count)} event{'' if count == 1 else 's'}"


def _top(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: -item[1])[: 2 * MOST_SHOWN]


def _refusals(told: Traffic, domain: str) -> Iterator[Finding]:
    if count := sum(told.refused.values()):
        words = f"{number(count)} refusals of mail from {domain} name its authentication"
        impact = "Receivers, or SMTP2GO itself, do not take its mail."
        advice = "Correct what the other checks name, then send again."
        yield Finding("auth-refused", "fail", words, advice, impact=impact)
    if told.unverified:
        names = [plain(name, 60) for name, _ in _top(told.unverified)[:3]]
        named = and_more(names, len(told.unverified))
        words = f"mail comes from domains that are not verified: {named}"
        impact = "SMTP2GO rejects such mail unless the address is verified, or sends it unaligned."
        advice = "Add and verify these domains, or send from one that is verified."
        yield Finding("unverified-from", "warn", words, advice, APP, impact=impact)
    if not told.own and not told.unverified:
        words = f"of {_events(told.events)}, none is from {domain}"
        yield Finding("no-traffic", "unknown", words, "Look at a longer window.", "you")


def check_servers(seen: Observed) -> Check:
    """Whether each name server of the zone says the same.

    Args:
        seen: What DNS says.
    """
    servers = seen.servers
    fine = f"{len(servers.answers)} name servers of {servers.zone} say the same"
    findings = [*_server_faults(seen)]
    lines = (*evidence(*servers.listed[-1:]), *_by_server(servers))
    return checked("name-servers", findings, fine, impact=OLD, evidence=lines)


def _server_faults(seen: Observed) -> Iterator[Finding]:
    servers, domain = seen.servers, seen.standing.domain
    if seen.is_missing:
        words = f"{domain} has no name servers: it does not exist"
        yield Finding("nxdomain", "fail", words, impact="Nothing below it can be looked up.")
    elif not servers.zone:
        bad = [answer for answer in servers.listed if answer.is_unseen]
        none = Finding(
            "no-servers", "unknown", f"no name servers are listed for {domain}", who=HOST
        )
        yield unseen(bad[0].outcome, f"the name servers of {domain}") if bad else none
    elif len(servers.silent) == len(servers.answers):
        words = f"the name servers of {servers.zone} could not be asked from here"
        yield Finding("timeout" if servers.answers else "no-address", "unknown", words, who=HOST)
    else:
        yield from _disagreement(servers)


def _disagreement(servers: Servers) -> Iterator[Finding]:
    for problem, names, what in (
        ("silent", servers.silent, "does not answer"),
        ("lame", servers.lame, "does not answer for this zone"),
    ):
        if names:
            listed = (f"{plain(name)} ({servers.addresses[name]})" for name in names)
            words = f"{' and '.join(listed)} {what}"
            yield Finding(
                problem, "warn", words, "Take it out of the zone's NS, or repair it.", HOST
            )
    if servers.different:
        words = f"name servers disagree on {_asked(servers, servers.different)}"
        advice = "Wait for the servers to copy the zone; if it stays, ask your DNS provider."
        yield Finding("inconsistent", "warn", words, advice, HOST)
    if servers.outdated:
        words = f"resolvers still hold an older answer to {_asked(servers, servers.outdated)}"
        advice = "Wait until the old answer's TTL has passed."
        yield Finding("cached", "warn", words, advice)


def _asked(servers: Servers, places: list[int]) -> str:
    names = [f"{servers.cached[i].name} {servers.cached[i].type}" for i in places]
    return plain(and_more(names[:3], len(names)))


def _by_server(servers: Servers) -> Iterator[str]:
    for place in (*servers.different, *servers.outdated):
        for name, said in servers.answers.items():
            yield from (plain(f"{name}: {line}", 600) for line in said[place].evidence)
        yield from (f"resolver: {line}" for line in servers.cached[place].evidence)
