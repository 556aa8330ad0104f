"""Prompts a user can pick, and completions of their arguments."""

from __future__ import annotations

from typing import Annotated, Any, get_args

from mcp.server import MCPServer
from mcp_types import Completion
from pydantic import Field

from mcp_server.untrusted import clean
from smtp2go_kit.operation import Endpoint
from smtp2go_kit.types import EventType

SINCE = ("24h", "7d", "14d", "30d")
WORDS: dict[str, tuple[str, ...]] = {"since": SINCE, "event": get_args(EventType)}
"""What enum-like arguments may be, by name."""
Since = Annotated[str, Field(description="How far to look back, as 7d")]


def add(server: MCPServer[object], offered: list[Endpoint]) -> None:
    """Give a server its prompts and completions.

    Args:
        server: The server.
        offered: The operations that have tools.
    """
    names = {operation.name for operation in offered}
    if "activity_search" in names:
        server.prompt(title="Why did this person not get the mail?")(why_not_received)
        server.prompt(title="Why are we bouncing?")(why_bouncing)
    if "domain_view" in names:
        server.prompt(title="Set up a sending domain")(set_up_domain)
    server.completion()(complete)  # type: ignore[no-untyped-call]  # the SDK has no types here


def why_not_received(
    recipient: Annotated[str, Field(description="The person's address")], since: Since = "7d"
) -> str:
    """Find out whether somebody got their mail, and why not."""
    recipient, since = _plain(recipient), _plain(since)
    return (
        f"Find out why {recipient} did not get our mail. Call activity_search with "
        f'search_recipient="{recipient}" and start_date="{since}", newest events first. If the '
        "last event is delivered, say so with its time: look in the spam folder. If it is rejected "
        f'or there is none, call suppression_view with email_address="{recipient}". If it bounced, '
        "quote the smtp_response and say whether it is the address, their server, or our "
        "reputation. End with one recommended step, and change nothing without asking me."
    )


def why_bouncing(
    since: Since = "7d",
    event: Annotated[str, Field(description="Only this event, as hard-bounced")] = "",
) -> str:
    """Find out what bounces, where, and what to do."""
    since, event = _plain(since), _plain(event)
    events = f'"{event}"' if event else '"hard-bounced","soft-bounced"'
    return (
        f'Find out why our mail bounces. Call activity_search with start_date="{since}", '
        f'event_types=[{events}] and group_by=["recipient_domain","event"], '
        'then for the worst domain with group_by=["smtp_response"] and search_recipient set to '
        "it. Compare with stats_email_bounces, and check domain_view for unverified DKIM or return "
        "path. Say what is to blame, with numbers, and the three steps that help most."
    )


def set_up_domain(
    domain: Annotated[str, Field(description="The domain to send from, as example.com")],
) -> str:
    """Add a sending domain and get its DNS records right."""
    domain = _plain(domain)
    return (
        f"Set up {domain} for sending. Look with domain_view whether it is there; if not, call "
        "domain_add. List each DNS record to publish as type, name and value, and wait until I say "
        "they are published. Then call domain_verify, and explain what is still wrong, if anything."
    )


def _plain(argument: str) -> str:
    return clean(argument, 254).replace('"', "'")


async def complete(ref: Any, argument: Any, context: Any) -> Completion | None:
    """Complete an argument that has a list of words.

    Args:
        ref: The prompt or the resource template.
        argument: The argument's name and what was typed of it.
        context: The arguments given so far.
    """
    words = [word for word in WORDS.get(argument.name, ()) if word.startswith(argument.value)]
    return Completion(values=words, total=len(words), has_more=False)
