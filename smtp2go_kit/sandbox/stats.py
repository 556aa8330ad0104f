"""Answers for the reports."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

from smtp2go_kit.operations import Stats
from smtp2go_kit.sandbox import times
from smtp2go_kit.sandbox.account import DAY, Account, Email
from smtp2go_kit.sandbox.service import Request, answers
from smtp2go_kit.sandbox.verification import on_the_list

WINDOW = 30 * DAY
BOUNCED = ("softbounce", "hardbounce")


def _recent(request: Request) -> list[Email]:
    start = request.account.now() - WINDOW
    return [
        e
        for e in request.account.emails
        if e.ts >= start and request.args.get("username") in (None, e.username)
    ]


def _percent(part: int, whole: int, request: Request) -> float | str:
    share = round(100 * part / whole, 2) if whole else 0.0
    return f"{share:.2f}" if request.is_served else share


def _counts(request: Request) -> dict[str, int]:
    emails = _recent(request)
    status = Counter(e.status for e in emails)
    return {
        "emails": len(emails),
        "rejects": status["rejected"],
        "bounce_rejects": _suppressed(emails, "bounce"),
        "spam_rejects": _suppressed(emails, "spam"),
        "softbounces": status["softbounce"],
        "hardbounces": status["hardbounce"],
        "spams": status["complained"],
        "unsubscribes": status["unsubscribed"],
        "opens": sum(len(e.opens) for e in emails),
        "clicks": sum(len(e.clicks) for e in emails),
    }


def _suppressed(emails: list[Email], reason: str) -> int:
    """How many were rejected because an earlier one had bounced, or was called spam."""
    why = on_the_list(reason)
    return sum(e.status == "rejected" and e.response == why for e in emails)


def _unsubscribe_field(request: Request) -> str:
    return "unsubscribe_percent" if request.is_served else "unsubscribes_percent"


@answers(Stats.email_bounces)
def email_bounces(request: Request) -> dict[str, Any]:
    """Bounces of the last 30 days."""
    counts = _counts(request)
    bounces = counts["softbounces"] + counts["hardbounces"]
    shown = {k: counts[k] for k in ("emails", "rejects", "softbounces", "hardbounces")}
    return shown | {"bounce_percent": _percent(bounces, counts["emails"], request)}


@answers(Stats.email_spam)
def email_spam(request: Request) -> dict[str, Any]:
    """Complaints of the last 30 days."""
    counts = _counts(request)
    shown = {k: counts[k] for k in ("emails", "rejects", "spams")}
    return shown | {"spam_percent": _percent(counts["spams"], counts["emails"], request)}


@answers(Stats.email_unsubs)
def email_unsubs(request: Request) -> dict[str, Any]:
    """Unsubscribes of the last 30 days."""
    counts = _counts(request)
    shown: dict[str, Any] = {k: counts[k] for k in ("emails", "rejects", "unsubscribes")}
    percent = _percent(counts["unsubscribes"], counts["emails"], request)
    return shown | {_unsubscribe_field(request): percent}


@answers(Stats.email_cycle)
def email_cycle(request: Request) -> dict[str, Any]:
    """The billing cycle."""
    account = request.account
    write = times.with_offset if request.is_served else times.plain
    return {
        "cycle_start": write(account.cycle_start),
        "cycle_end": write(_month_after(account.cycle_start)),
        "cycle_used": account.cycle_used,
        "cycle_remaining": max(0, account.cycle_max - account.cycle_used),
        "cycle_max": account.cycle_max,
    }


def _month_after(start: float) -> float:
    # 31 days on is in the next month or on its first days, whatever the month.
    later = start + 31 * DAY
    day = int(times.plain(later)[8:10])
    first = int(times.plain(start)[8:10])
    return later - (day - first) * DAY if day - first in range(4) else later


@answers(Stats.email_summary)
def email_summary(request: Request) -> dict[str, Any]:
    """The four reports together."""
    counts = _counts(request)
    bounces = counts["softbounces"] + counts["hardbounces"]
    shown: dict[str, Any] = email_cycle(request) | {
        "email_count": counts["emails"],
        "bounce_rejects": counts["bounce_rejects"],
        "softbounces": counts["softbounces"],
        "hardbounces": counts["hardbounces"],
        "bounce_percent": _percent(bounces, counts["emails"], request),
        "spam_rejects": counts["spam_rejects"],
        "spam_percent": _percent(counts["spams"], counts["emails"], request),
        "unsubscribes": counts["unsubscribes"],
        _unsubscribe_field(request): _percent(counts["unsubscribes"], counts["emails"], request),
    }
    if request.is_served:
        shown |= {
            "spam_emails": counts["spams"],
            "opens": counts["opens"],
            "clicks": counts["clicks"],
            "rejects": counts["rejects"],
        }
    return shown


@answers(Stats.email_history)
def email_history(request: Request) -> dict[str, Any]:
    """Use by SMTP username, sender address, sender domain or subaccount."""
    groups: dict[str, list[Email]] = defaultdict(list)
    group_by = request.args.get("group_by", _default_group(request))
    emails = _in_history(request)
    for email in emails:
        groups[GROUPS[group_by](email)].append(email)
    named = group_by in ("domain", "subaccount")
    history = [
        _history_row(group, request) | ({group_by: name} if named else {})
        for name, group in sorted(groups.items(), key=lambda item: -len(item[1]))
    ]
    return {"count": len(emails), "history": history} | _totals(emails, request)


def _totals(emails: list[Email], request: Request) -> dict[str, float]:
    if not request.is_served:
        return {}
    counted = _by_outcome(emails)
    return {f"{word}_percent_total": _share(count, emails) for word, count in counted.items()}


def _default_group(request: Request) -> str:
    return "email_address" if request.is_served else "username"


def _in_history(request: Request) -> list[Email]:
    now, args = request.account.now(), request.args
    if args.get("subaccounts"):
        return []  # all of the invented mail is the master account's
    start = times.read(args["start_date"]) if "start_date" in args else now - WINDOW
    end = times.read(args["end_date"]) if "end_date" in args else float("inf")
    return [e for e in request.account.emails if start <= e.ts < end]


def _history_row(emails: list[Email], request: Request) -> dict[str, Any]:
    size = sum(e.size for e in emails)
    row: dict[str, Any] = {
        "used": len(emails),
        "bytecount": size,
        "avgsize": round(size / len(emails), 2),
        "email_address": emails[-1].sender,
        "username": emails[-1].username,
        "lastip": "192.0.2.24",
    }
    return row | (_served_counts(emails, request.account) if request.is_served else {})


def _served_counts(emails: list[Email], account: Account) -> dict[str, Any]:
    counted = _by_outcome(emails)
    domain = account.senders.domains.get(_domain_of(emails[-1]))
    user = account.users.get(emails[-1].username)
    return {
        **{"spam" if word == "spam" else f"{word}s": count for word, count in counted.items()},
        **{f"{word}_percent": _share(count, emails) for word, count in counted.items()},
        "clicks": sum(len(e.clicks) for e in emails),
        "domain_verified": bool(domain and domain.dkim_verified),
        "description": user.settings.get("description", "") if user else "",
    }


def _by_outcome(emails: list[Email]) -> dict[str, int]:
    status = Counter[str](e.status for e in emails)
    return {
        "bounce": sum(status[word] for word in BOUNCED),
        "reject": status["rejected"],
        "spam": status["complained"],
        "unsubscribe": status["unsubscribed"],
        "open": sum(len(e.opens) for e in emails),
    }


def _share(count: int, emails: list[Email]) -> float:
    return round(100 * count / len(emails), 2) if emails else 0.0


def _domain_of(email: Email) -> str:
    return email.sender.rpartition("@")[2]


GROUPS: dict[str, Callable[[Email], str]] = {
    "username": lambda email: email.username,
    "email_address": lambda email: email.sender,
    "domain": _domain_of,
    "subaccount": lambda _: "",
}
