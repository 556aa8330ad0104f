"""Answers for sender domains; their DNS is pretended: a label ``nodns`` never resolves."""

from __future__ import annotations

from typing import Any

from smtp2go_kit import operations
from smtp2go_kit.sandbox import account as held
from smtp2go_kit.sandbox.allowed_senders import senders_of
from smtp2go_kit.sandbox.requests import CORRECT, Refused, invalid
from smtp2go_kit.sandbox.service import Request, answers

DKIM, RETURN, TRACK = "dkim.smtp2go.net", "return.smtp2go.net", "track.smtp2go.net"
TARGETS = {"dkim": DKIM, "rpath": RETURN, "cname": TRACK}
SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gov", "net", "org"})
"""Labels that are part of a country's suffix, as in co.uk."""
UNPUBLISHED = "nodns"


@answers(operations.Domain.add)
def add(request: Request) -> dict[str, Any]:
    """Add a domain, unverified unless asked to look at once."""
    args, senders = request.args, senders_of(request)
    name = args["domain"].lower().rstrip(".")
    if name in senders.domains:
        raise Refused(f"The domain {name} already exists on your account")
    number = request.account.member_id
    domain = held.Domain(
        fulldomain=name,
        dkim_selector=f"s{number}",
        rpath_selector=args.get("returnpath_subdomain") or f"em{number}",
        trackers=[held.Tracker(args.get("tracking_subdomain") or "link")],
    )
    senders.domains[name] = domain
    domain.subaccount_access |= args.get("subaccount_access") or {}
    if args.get("auto_verify", request.is_served):
        _look_up(domain)
    shown = _domains(request, [domain])
    for record in (shown["domains"][0]["domain"], *shown["domains"][0]["trackers"]):
        # Only this answer tells the targets as values before they are verified.
        record |= {f"{k}_value": t for k, t in TARGETS.items() if f"{k}_value" in record}
    return shown


@answers(operations.Domain.remove, top_level=True)
def remove(request: Request) -> dict[str, Any] | None:
    """Remove a domain; today's service shows what is left."""
    domain = _known(request)
    senders = senders_of(request)
    del senders.domains[domain.fulldomain]
    return _domains(request, list(senders.domains.values())) if request.is_served else None


@answers(operations.Domain.returnpath)
def returnpath(request: Request) -> dict[str, Any]:
    """Rename the return path."""
    domain, args = _known(request), request.args
    if domain.rpath_selector != args["old_subdomain"]:
        raise _not_used("return path", domain.rpath_selector)
    domain.rpath_selector, domain.rpath_verified = args["new_subdomain"], False
    return _domains(request, [domain])


@answers(operations.Domain.tracking)
def tracking(request: Request) -> dict[str, Any]:
    """Rename a tracker."""
    domain, args = _known(request), request.args
    tracker = next((t for t in domain.trackers if t.subdomain == args["old_subdomain"]), None)
    if tracker is None:
        raise _not_used("tracking", ", ".join(t.subdomain for t in domain.trackers))
    tracker.subdomain, tracker.verified = args["new_subdomain"], False
    return _domains(request, [domain])


@answers(operations.Domain.verify)
def verify(request: Request) -> dict[str, Any]:
    """Look the records up."""
    domain = _known(request)
    _look_up(domain)
    if request.args.get("requisition_ssl"):
        for tracker in domain.trackers:
            tracker.ssl_status = "An SSL certificate has been requested and will be enabled shortly"
    return _domains(request, [domain])


@answers(operations.Domain.view)
def view(request: Request) -> dict[str, Any]:
    """List the domains."""
    if "domain" in request.args:
        return _domains(request, [_known(request)])
    return _domains(request, list(senders_of(request).domains.values()))


def _known(request: Request) -> held.Domain:
    name = request.args["domain"].lower().rstrip(".")
    domain = senders_of(request).domains.get(name)
    if domain is None:
        raise Refused(f"The domain {name} was not found on your account")
    return domain


def _not_used(what: str, used: str) -> Refused:
    return invalid(
        "old_subdomain",
        f"The field 'old_subdomain' was expecting the present {what} subdomain '{used}', {CORRECT}",
    )


def _look_up(domain: held.Domain) -> None:
    found = UNPUBLISHED not in domain.fulldomain.split(".")
    domain.dkim_verified = domain.rpath_verified = found
    for tracker in domain.trackers:
        tracker.verified = found


def _domains(request: Request, domains: list[held.Domain]) -> dict[str, Any]:
    return {"domains": [_domain(domain, request) for domain in domains]}


def _domain(domain: held.Domain, request: Request) -> dict[str, Any]:
    name = domain.fulldomain
    *sub, label, suffix = _parted(name)
    selector = domain.dkim_selector
    shown: dict[str, Any] = {
        "fulldomain": name,
        "subdomain": ".".join(filter(None, sub)) or None,
        "domain": label if request.is_served else f"{label}.{suffix}",
        "suffix": suffix,
        "dkim_selector": selector if request.is_served else f"{selector}._domainkey",
        "rpath_selector": domain.rpath_selector,
        **_record("dkim", f"{selector}._domainkey.{name}", domain.dkim_verified, DKIM, request),
        **_record(
            "rpath", f"{domain.rpath_selector}.{name}", domain.rpath_verified, RETURN, request
        ),
    }
    if request.is_served:
        shown["setup_link"] = "unavailable"
    trackers = [_tracker(t, domain, request) for t in domain.trackers]
    newer = {"subaccount_access": domain.subaccount_access, "from_master": False}
    return {"domain": shown, "trackers": trackers} | (newer if request.is_served else {})


def _parted(name: str) -> list[str]:
    """The labels of a domain, with a suffix such as co.uk as one."""
    labels = name.split(".")
    if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in SECOND_LEVEL:
        labels[-2:] = [".".join(labels[-2:])]
    return labels if len(labels) > 1 else [*labels, ""]


def _tracker(tracker: held.Tracker, domain: held.Domain, request: Request) -> dict[str, Any]:
    host = f"{tracker.subdomain}.{domain.fulldomain}"
    *_, label, suffix = _parted(domain.fulldomain)
    shown: dict[str, Any] = {
        "fulldomain": host,
        "subdomain": tracker.subdomain,
        "domain": label if request.is_served else domain.fulldomain,
        "suffix": suffix,
        **_record("cname", host, tracker.verified, TRACK, request),
        "enabled": tracker.enabled,
    }
    return shown if request.is_served else shown | {"ssl_status": tracker.ssl_status}


def _record(kind: str, host: str, verified: bool, target: str, request: Request) -> dict[str, Any]:
    """One CNAME's fields; the service keeps the value empty until it is verified."""
    failed = (
        f"Lookup CNAME({host}) failed, The target NS server f.gtld-servers.net. returned a "
        "non-success RCode of NXDOMAIN"
    )
    fields: dict[str, Any] = {
        f"{kind}_verified": verified,
        f"{kind}_status": "" if verified else failed,
        f"{kind}_value": target if verified or not request.is_served else "",
    }
    return fields | ({f"{kind}_expected": target} if request.is_served else {})
