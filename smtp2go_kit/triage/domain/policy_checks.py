"""The checks of a domain's own records: DMARC, SPF, and whether it receives mail."""

from __future__ import annotations

from collections.abc import Iterator

from smtp2go_kit.triage.domain.diagnosis import APP, Check, Record, Status
from smtp2go_kit.triage.domain.dmarc import POLICIES, Dmarc
from smtp2go_kit.triage.domain.findings import Finding, checked, unseen
from smtp2go_kit.triage.domain.lookups import UNSEEN, evidence
from smtp2go_kit.triage.domain.observing import Observed
from smtp2go_kit.triage.domain.spf import Spf, Term, of_spf
from smtp2go_kit.triage.wording import plain

NEEDLESS = "spf.smtp2go.com"
"""Not needed since June 2019, as the return path has an SPF of its own (smtp2go.com/blog)."""
BULK = "Gmail, Yahoo and Microsoft refuse bulk mail of domains without DMARC."
NO_SPF = "Other servers of the domain fail SPF; mail through SMTP2GO has its return path's."
DEAD = "Receivers refuse mail from a domain that cannot be answered."
GONE = "does not exist: it was never registered, has expired, or is not delegated"
DMARC_STATUS: dict[str, Status] = {
    "two-records": "fail",
    "invalid": "fail",
    "wrong-place": "warn",
    "doubled-name": "warn",
    "legacy-tag": "ok",
    "rua-invalid": "warn",
    "rua-unresolvable": "warn",
    "rua-unauthorised": "warn",
}
DMARC_ADVICE = {
    "two-records": "Keep one record: receivers take none of several.",
    "invalid": "Correct the record.",
    "wrong-place": "Move the record to _dmarc.",
    "doubled-name": "Move the record: the zone's name was added again.",
    "legacy-tag": "It may be taken out.",
    "rua-invalid": "Write rua=mailto: and an address.",
    "rua-unresolvable": "Send reports to an address that exists.",
    "rua-unauthorised": "Ask the reports' receiver to publish v=DMARC1 there: no reports come.",
}
REWRITTEN = ("invalid", "wrong-place", "doubled-name")
"""Problems that a correct record at its place solves."""
REPORTS = "Aggregate reports do not arrive; mail is not harmed."
SPF_STATUS: dict[str, Status] = {
    "two-records": "fail",
    "too-many-lookups": "fail",
    "syntax": "fail",
    "broken-include": "fail",
    "too-many-void-lookups": "warn",
    "plus-all": "warn",
    "ptr": "warn",
}
SPF_ADVICE = {
    "two-records": "Merge them into one record.",
    "too-many-lookups": "Take out includes that are no longer used.",
    "syntax": "Correct the term.",
    "broken-include": "Take the include out, or correct it.",
    "too-many-void-lookups": "Take out names that no longer exist.",
    "plus-all": "End the record in ~all or -all: +all lets anybody send as the domain.",
    "ptr": "Take ptr out: it is slow, and receivers may skip it (RFC 7208 5.5).",
}


def check_dmarc(seen: Observed) -> Check:
    """The DMARC record that applies, and whether mail through SMTP2GO can pass it.

    Args:
        seen: What DNS says.
    """
    dmarc = seen.dmarc
    findings = [*_policy_faults(dmarc), *_aligned(seen)]
    fine = f"_dmarc.{dmarc.at} asks for p={dmarc.policy}"
    if dmarc.at not in (dmarc.domain, ""):
        fine = f"{dmarc.domain} falls under _dmarc.{dmarc.at}, for it p={dmarc.policy}"
    return checked("dmarc", findings, fine, impact=BULK, evidence=evidence(*dmarc.answers))


def _policy_faults(dmarc: Dmarc) -> Iterator[Finding]:
    for problem, words in dmarc.problems.items():
        if problem in UNSEEN:
            yield unseen(problem, f"_dmarc.{dmarc.domain}")
            continue
        impact = REPORTS if problem.startswith("rua-") else ""
        records = (_dmarc_record(dmarc),) if problem in REWRITTEN else ()
        status, advice = DMARC_STATUS[problem], DMARC_ADVICE[problem]
        yield Finding(problem, status, words, advice, records=records, impact=impact)
    if dmarc.at or dmarc.problems:
        return
    if bad := [answer for answer in dmarc.answers if answer.is_unseen]:
        yield unseen(bad[0].outcome, bad[0].name)
        return
    words = f"no DMARC record applies to {dmarc.domain}"
    yield Finding("no-dmarc", "warn", words, "Publish one.", records=(_dmarc_record(dmarc),))


def _dmarc_record(dmarc: Dmarc, **changed: str) -> Record:
    """The record as it should be: as it is, but for what is wrong with it."""
    tags = {tag: value for tag, value in dmarc.tags.items() if tag != "v"} | changed
    for tag, allowed in (("p", POLICIES), ("sp", POLICIES), ("np", POLICIES), *_ALIGNMENTS):
        if tag in tags and tags[tag].lower() not in allowed:
            del tags[tag]
    ordered = {"v": "DMARC1", "p": tags.pop("p", "none"), **tags}
    value = "; ".join(f"{tag}={text}" for tag, text in ordered.items())
    return Record("TXT", f"_dmarc.{dmarc.at or dmarc.domain}", plain(value, 600))


_ALIGNMENTS = (("aspf", ("r", "s")), ("adkim", ("r", "s")))


def _aligned(seen: Observed) -> Iterator[Finding]:
    dmarc, told = seen.dmarc, seen.standing
    by_spf = _carries(seen, "return path") and not dmarc.is_strict("aspf")
    is_parents = bool(told.sender) and told.sender != told.domain
    by_dkim = _carries(seen, "DKIM") and not (is_parents and dmarc.is_strict("adkim"))
    lost = not (by_spf or by_dkim)
    if not told.unseen and lost and dmarc.policy in ("quarantine", "reject"):
        yield _certain_loss(dmarc)
    if dmarc.is_strict("aspf"):
        words = "aspf=s leaves SPF unaligned: the return path is a subdomain"
        impact = "DMARC passes by DKIM alone, and fails where a signature is damaged on the way."
        records = (_dmarc_record(dmarc, aspf="r"),)
        status: Status = "fail" if lost and not told.unseen else "warn"
        advice = "Take aspf=s out."
        yield Finding("strict-spf-alignment", status, words, advice, records=records, impact=impact)
    if is_parents and dmarc.is_strict("adkim"):
        words = f"adkim=s leaves DKIM unaligned: {told.sender} signs for {told.domain}"
        advice = f'Take adkim=s out, or add {told.domain} with client.domain.add("{told.domain}").'
        impact = "DMARC passes by SPF alone, and fails where mail is forwarded."
        records = (_dmarc_record(dmarc, adkim="r"),)
        status = "fail" if lost else "warn"
        yield Finding(
            "strict-dkim-alignment", status, words, advice, records=records, impact=impact
        )


def _carries(seen: Observed, purpose: str) -> bool:
    """Whether a record lets DMARC pass, as far as SMTP2GO and DNS say."""
    if seen.standing.unseen:
        return True
    found = seen.of(purpose)
    return any(a.told.verified is not False and (a.is_right or a.is_unseen) for a in found)


def _certain_loss(dmarc: Dmarc) -> Finding:
    words = f"p={dmarc.policy} while neither DKIM nor SPF is verified for {dmarc.domain}"
    fate = "refused" if dmarc.policy == "reject" else "put into the spam folder"
    impact = f"All of its mail through SMTP2GO fails DMARC, and is {fate}."
    advice = "Verify the domain first, and until then send from another."
    return Finding(
        f"{dmarc.policy}-unverified", "fail", words, advice, f"you ({APP})", impact=impact
    )


def check_spf(seen: Observed) -> Check:
    """The domain's own SPF, which mail through SMTP2GO does not need.

    Args:
        seen: What DNS says.
    """
    spf = seen.spf
    if spf.answer.is_unseen:
        findings = [unseen(spf.answer.outcome, f"the SPF of {spf.domain}")]
    elif seen.is_missing:
        findings = [Finding("nxdomain", "fail", f"{spf.domain} {GONE}")]
    elif not spf.records:
        findings = [Finding("no-spf", "ok", f"{spf.domain} has no SPF, and SMTP2GO needs none")]
    else:
        findings = [*_spf_faults(spf), *_spf_includes(spf)]
    fine = f"one SPF record, {spf.lookups} of 10 lookups" if spf.records else ""
    return checked("spf", findings, fine, impact=NO_SPF, evidence=_spf_lines(spf))


def _spf_lines(spf: Spf) -> tuple[str, ...]:
    return (*(of_spf(spf.answer) or spf.answer.evidence), *spf.lines)


def _spf_faults(spf: Spf) -> Iterator[Finding]:
    for problem, words in spf.problems.items():
        if problem in UNSEEN:
            yield unseen(problem, words.removesuffix(" could not be looked up"))
        elif problem != "broken-include" or not _names_wrong(words):
            records = (_merged(spf),) if problem == "two-records" else ()
            status, advice = SPF_STATUS[problem], SPF_ADVICE[problem]
            yield Finding(problem, status, words, advice, records=records)


def _names_wrong(words: str) -> bool:
    return _is_wrong_include(words.split(maxsplit=1)[0])


def _is_wrong_include(name: str) -> bool:
    return name != NEEDLESS and name.endswith((".smtp2go.com", "smtp2go.net"))


def _spf_includes(spf: Spf) -> Iterator[Finding]:
    own = [term for term in spf.terms if term.name == "include"]
    for term in own:
        name = term.value.lower().rstrip(".")
        if name == NEEDLESS:
            words = f"include:{NEEDLESS} is not needed, and costs one of 10 lookups"
            yield Finding("unneeded-include", "ok", words, "It may be taken out.")
        elif _is_wrong_include(name) or name == "smtp2go.com":
            status: Status = "fail" if "broken-include" in spf.problems else "warn"
            words = f"{term.text} names no SPF of SMTP2GO"
            rest = Record("TXT", spf.domain, _written(t for t in spf.terms if t != term))
            yield Finding("wrong-include", status, words, "Take it out.", records=(rest,))


def _merged(spf: Spf) -> Record:
    """All records as one; of their ends, the mildest but for +all."""
    terms = list(dict.fromkeys(text for record in spf.records for text in record.split()[1:]))
    ends = [text for text in terms if text.lower() in ("-all", "~all", "?all", "+all", "all")]
    end = next((text for text in ("~all", "?all", "-all") if text in ends), "~all")
    kept = [text for text in terms if text not in ends]
    return Record("TXT", spf.domain, plain(" ".join(["v=spf1", *kept, end]), 600))


def _written(terms: Iterator[Term]) -> str:
    return plain(" ".join(["v=spf1", *(term.text for term in terms)]), 600)


def check_receiving(seen: Observed) -> Check:
    """Whether the domain exists and can receive mail, as receivers ask of a From address.

    Args:
        seen: What DNS says.
    """
    apex, domain = seen.apex, seen.standing.domain
    mail = [apex[kind] for kind in ("MX", "A", "AAAA")]
    soa = next((answer for answer in seen.zone if answer.values), seen.zone[0])
    fine = f"{domain} receives mail at {_mail_at(seen)}"
    lines = evidence(*(answer for answer in mail if answer.values or answer.type == "MX"), soa)
    return checked("receives-mail", [*_reception(seen)], fine, impact=DEAD, evidence=lines)


def _mail_at(seen: Observed) -> str:
    mx = seen.apex["MX"].values
    return ", ".join(text.split()[-1].rstrip(".") for text in mx[:4]) or "its own address"


def _reception(seen: Observed) -> Iterator[Finding]:
    apex, domain = seen.apex, seen.standing.domain
    mail = [apex[kind] for kind in ("MX", "A", "AAAA")]
    if seen.is_missing:
        yield Finding("nxdomain", "fail", f"{domain} {GONE}", "Register or delegate it.")
        return
    if apex["MX"].values and all(text.split()[-1] == "." for text in apex["MX"].values):
        words = f"{domain} has a null MX, which says that it takes no mail (RFC 7505)"
        advice = "Publish an MX that takes replies and bounces."
        yield Finding("null-mx", "fail", words, advice)
    elif not any(answer.values for answer in mail):
        if bad := [answer for answer in mail if answer.is_unseen]:
            yield unseen(bad[0].outcome, f"where {domain} receives mail")
        else:
            yield Finding("no-mx", "fail", f"{domain} has no MX and no address", "Publish an MX.")
    yield from _zone_faults(seen)


def _zone_faults(seen: Observed) -> Iterator[Finding]:
    domain = seen.standing.domain
    if seen.apex["CNAME"].values and any(seen.apex[kind].is_own for kind in ("NS", "SOA", "MX")):
        words = f"{domain} has a CNAME beside other records, which DNS forbids (RFC 1034 3.6.2)"
        yield Finding("beside-cname", "fail", words, "Replace the CNAME by addresses.")
    if not any(answer.values for answer in seen.zone):
        if bad := [answer for answer in seen.zone if answer.is_unseen]:
            yield unseen(bad[0].outcome, f"the SOA of {domain}")
        else:
            words = f"{domain} has no SOA, which Yahoo asks for"
            yield Finding("no-soa", "warn", words, "Ask your DNS provider for one.")
    if seen.mail_hosts and all(a.outcome in ("empty", "nxdomain") for a in seen.mail_hosts):
        words = f"no server of its MX has an address here ({_mail_at(seen)})"
        yield Finding("mx-unresolved", "ok", words, "Check that replies arrive.")
