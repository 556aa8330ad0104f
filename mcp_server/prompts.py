"""Prompts a user can pick, and completions of their arguments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, get_args

from mcp.server import MCPServer
from mcp_types import Completion
from pydantic import Field

from mcp_server.called import Called
from mcp_server.untrusted import clean
from smtp2go_kit.types import EventType

SINCE = ("24h", "7d", "14d", "30d")
WORDS: dict[str, tuple[str, ...]] = {"since": SINCE, "event": get_args(EventType)}
"""What enum-like arguments may be, by name."""
Since = Annotated[str, Field(description="How far to look back, as 7d")]


def add(server: MCPServer[object], offered: Sequence[Called]) -> None:
    """Give a server its prompts and completions.

    Args:
        server: The server.
        offered: What has tools.
    """
    asking = Asking(frozenset(called.name for called in offered))
    if asking.has("trace_message", "activity_search"):
        server.prompt(title="Why did this person not get the mail?")(asking.why_not_received)
    if asking.has("triage", "activity_search"):
        server.prompt(title="Why are we bouncing?")(asking.why_bouncing)
    if asking.has("domain_view"):
        server.prompt(title="Set up a sending domain")(asking.set_up_domain)
    server.completion()(complete)  # type: ignore[no-untyped-call]  # the SDK has no types here


@dataclass(frozen=True)
class Asking:
    """The prompts, by the tools there are.

    Args:
        names: The names of the tools.
    """

    names: frozenset[str]

    def has(self, *names: str) -> bool:
        """Whether there is one of some tools.

        Args:
            *names: Their names.
        """
        return not self.names.isdisjoint(names)

    def why_not_received(
        self,
        recipient: Annotated[str, Field(description="The person's address")],
        since: Since = "7d",
    ) -> str:
        """Find out whether somebody got their mail, and why not."""
        recipient, since = _plain(recipient), _plain(since)
        end = "End with one recommended step, and change nothing without asking me."
        if self.has("trace_message"):
            return (
                f"Find out why {recipient} did not get our mail. Call trace_message with "
                f'recipient="{recipient}" and since="{since}". Tell the outcome with its time, '
                "quote the last answer, and say whether it is the address, their server, a "
                "suppression or our reputation; if it was delivered, look in the spam folder. "
                f"{end}"
            )
        return (
            f"Find out why {recipient} did not get our mail. Call activity_search with "
            f'search_recipient="{recipient}" and start_date="{since}", newest events first. If '
            "the last event is delivered, say so with its time: look in the spam folder. If it is "
            "rejected or there is none, call suppression_view with "
            f'email_address="{recipient}". If it bounced, quote the smtp_response and say whether '
            f"it is the address, their server, or our reputation. {end}"
        )

    def why_bouncing(
        self,
        since: Since = "7d",
        event: Annotated[str, Field(description="Only this event, as hard-bounced")] = "",
    ) -> str:
        """Find out what bounces, where, and what to do."""
        since, event = _plain(since), _plain(event)
        end = "Say what is to blame, with numbers, and the three steps that help most."
        if self.has("triage"):
            only = f' Look only at rows with event="{event}".' if event else ""
            return (
                "Find out why our mail bounces. Call triage for what is out of the ordinary, and "
                f'explain_bounces with since="{since}" for all causes.{only} For the worst finding '
                "call triage again with its number, and diagnose_domain for its sender domain "
                f"where the cause is authentication. {end}"
            )
        events = f'"{event}"' if event else '"hard-bounced","soft-bounced"'
        return (
            f'Find out why our mail bounces. Call activity_search with start_date="{since}", '
            f'event_types=[{events}] and group_by=["recipient_domain","event"], then for the '
            'worst domain with group_by=["smtp_response"] and search_recipient set to it. Compare '
            "with stats_email_bounces, and check domain_view for unverified DKIM or return path. "
            f"{end}"
        )

    def set_up_domain(
        self,
        domain: Annotated[str, Field(description="The domain to send from, as example.com")],
    ) -> str:
        """Add a sending domain and get its DNS records right."""
        domain = _plain(domain)
        look = f' and diagnose_domain with domain="{domain}"' if self.has("diagnose_domain") else ""
        return (
            f"Set up {domain} for sending. Look with domain_view whether it is there; if not, call "
            "domain_add. List each DNS record to publish as type, name and value, and wait until I "
            f"say they are published. Then call domain_verify{look}, and explain what is still "
            "wrong, if anything."
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
