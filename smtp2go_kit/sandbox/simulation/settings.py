"""What a simulated account has set up: users, sender domains and subaccounts."""

from __future__ import annotations

from datetime import UTC, datetime

from smtp2go_kit.sandbox.account import DAY, Account, Domain, Senders, SmtpUser, Subaccount, Tracker
from smtp2go_kit.sandbox.seeding.streams import API_KEY
from smtp2go_kit.sandbox.simulation.world import World
from smtp2go_kit.sandbox.smtp_users import DEFAULTS

DAYS_OF_A_PLAN = 31


def settle(account: Account, world: World) -> None:
    """Give an account what its mail is sent with, all of it in order."""
    now = world.window.now
    month = datetime.fromtimestamp(now, UTC).replace(day=1, hour=0, minute=0, second=0)
    account.cycle_start = month.replace(microsecond=0).timestamp()
    account.cycle_max = _plan_size(world.volume)
    for name in world.profile.subaccounts:
        known = Subaccount(account.letters(6), name, f"mail@{name.split()[0].lower()}.example", 0)
        account.subaccounts[known.id] = known
    for flow in world.profile.flows:
        user, domain = flow.stream.username, flow.stream.domain
        if user != API_KEY and user not in account.users:
            secret = account.letters(16)
            account.users[user] = SmtpUser(user, secret, settings={**DEFAULTS})
        senders = _senders(account, flow.stream.subaccount)
        if domain not in senders.domains:
            senders.domains[domain] = _verified(account, domain, now)


def stop(account: Account, world: World) -> None:
    """Put on the suppression list who left before the window."""
    for place, reason in world.stopped.items():
        since = world.window.start - (1 + place % 300) * DAY
        account.suppress(world.people.persons[place].address, reason, since)


def _plan_size(volume: float) -> int:
    """The next larger plan: the service sells 10,000, 50,000, 100,000 and so on."""
    needed = volume * DAYS_OF_A_PLAN * 1.25
    plans = (10_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000)
    return next((plan for plan in plans if plan >= needed), round(needed))


def _senders(account: Account, subaccount: str) -> Senders:
    known = (each for each in account.subaccounts.values() if each.name == subaccount)
    found = next(known, None)
    return account.senders if found is None else found.senders


def _verified(account: Account, name: str, now: float) -> Domain:
    return Domain(
        name,
        f"s{account.member_id}",
        f"em{account.member_id}",
        [Tracker("link", verified=True, enabled=True, ssl_status=f"issued: {int(now - 75 * DAY)}")],
        dkim_verified=True,
        rpath_verified=True,
    )
