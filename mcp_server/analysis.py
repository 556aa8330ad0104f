"""Tools that analyse: each is declared once, with its arguments, its call and how it is told."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from mcp_server import asking, domains_told, findings_told, mail_told
from mcp_server.asking import Asked
from mcp_server.schema import LIMIT, Schema, closed
from mcp_server.toolsets import TRIAGE
from smtp2go_kit.addresses import domain_expected
from smtp2go_kit.operation import Effect, Endpoint, Parameter
from smtp2go_kit.operations import Activity, Suppression
from smtp2go_kit.types import Input, Kind

if TYPE_CHECKING:
    from mcp_server.sheets import Sheet

NEEDED = inspect.Parameter.empty
LENGTH = re.compile(r"(\d{1,6})([smhdw])")
SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
MOST_DAYS = 730
MOST_FINDING, MOST_RESPONSE = 100, 10_000


def _length_expected(value: str) -> str | None:
    found = LENGTH.fullmatch(value.strip())
    seconds = int(found[1]) * SECONDS[found[2]] if found else 0
    fits = 0 < seconds <= MOST_DAYS * SECONDS["d"]
    return None if fits else f"a length such as 1d or 6h, up to {MOST_DAYS}d"


def _text_expected(value: str) -> str | None:
    return None if value.strip() else "a text that is not blank"


def _number_expected(value: int) -> str | None:
    return None if 1 <= value <= MOST_FINDING else f"a number from 1 to {MOST_FINDING}"


def _response_expected(value: str) -> str | None:
    fits = value.strip() and len(value) <= MOST_RESPONSE
    return None if fits else f"an answer of 1 to {MOST_RESPONSE:,} characters"


def _domain_expected(value: str) -> str | None:
    return "a domain such as example.com" if domain_expected(value.strip()) else None


Length = Annotated[str, Kind(check=_length_expected)]
Text = Annotated[str, Kind(check=_text_expected)]
Since = Annotated[str, Kind(check=_text_expected, input=Input.MOMENT)]
Domain = Annotated[str, Kind(check=_domain_expected)]
Number = Annotated[int, Kind(check=_number_expected, bounds={"minimum": 1, "maximum": 100})]
Response = Annotated[
    str, Kind(check=_response_expected, bounds={"minLength": 1, "maxLength": MOST_RESPONSE})
]
SINCE = "First moment"
SHOW = Parameter("show_addresses", bool, False, "Recipients' addresses in full, not as a***@b.com")


@dataclass(frozen=True)
class Analysis:
    """A question that takes several reads and some statistics to answer.

    Args:
        name: The tool's name.
        title: Its name for people.
        description: What it does, when to use it, and what to call next.
        parameters: Its arguments.
        ask: Gives the toolkit's result.
        tell: Gives the answer's sheet from that result and the call's arguments.
        answer: What the structured content has, by name.
        needs: What the API key must be allowed to call.
    """

    name: str
    title: str
    description: str
    parameters: tuple[Parameter, ...]
    ask: Callable[[Asked], Any]
    tell: Callable[[Any, Mapping[str, Any]], Sheet]
    answer: Mapping[str, Schema]
    needs: tuple[Endpoint, ...] = ()
    effect: Effect = Effect.READ

    @property
    def input_schema(self) -> Schema:
        """The closed schema of its arguments."""
        return closed(self.parameters)

    @property
    def output_schema(self) -> Schema:
        """What its structured content looks like."""
        return {"type": "object", "properties": dict(self.answer)}


STRING: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer"}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
OBJECT: Schema = {"type": "object"}
TEXTS: Schema = {"type": "array", "items": STRING}
OBJECTS: Schema = {"type": "array", "items": OBJECT}
NUMBERS: Schema = {"type": "object", "additionalProperties": COUNT}
WINDOW: Mapping[str, Schema] = {"start": STRING, "end": STRING}
UNSEEN: Schema = {**TEXTS, "description": "What could not be seen, and why"}
FINDING: Schema = {
    "type": "object",
    "properties": {
        "number": COUNT,
        "cause": STRING,
        "problem": STRING,
        "why": STRING,
        "confidence": SHARE,
        "what": STRING,
        "cohort": {**OBJECT, "description": "The smallest part of the mail that explains it"},
        "x": COUNT,
        "n": COUNT,
        "interval": {"type": "array", "items": SHARE},
        "expected": {"type": "number"},
        "excess": {"type": "number"},
        "since": STRING,
        "until": STRING,
        "seen": STRING,
        "responses": TEXTS,
        "actions": OBJECTS,
    },
}
ROWS: Mapping[str, Schema] = {"rows": OBJECTS, "shown": COUNT, "total": COUNT}

ANALYSES: tuple[Analysis, ...] = (
    Analysis(
        "triage",
        "Triage",
        "Find what is wrong with the account's mail, why, and what to do, the worst first, against "
        "its usual. Start here; then verify_fix.",
        (
            Parameter("window", Length, "1d", "How long the present is"),
            Parameter("compare", Length, "28d", "How long the past is"),
            Parameter("finding", Number, None, "Only this one, in full"),
            SHOW,
        ),
        asking.ask_triage,
        findings_told.report_sheet,
        {
            "status": STRING,
            **WINDOW,
            "findings": {"type": "array", "items": FINDING},
            "undecided": TEXTS,
            "not_seen": UNSEEN,
            "emails": NUMBERS,
            "emails_before": NUMBERS,
        },
        (Activity.search,),
    ),
    Analysis(
        "explain_bounces",
        "Explain bounces",
        "Count bounces and rejections by cause and mailbox provider, with an example and what "
        "helps. No comparison with the usual: that is triage.",
        (
            Parameter("since", Since, "7d", SINCE),
            Parameter("search_sender", Text, None, "Part of the sender's address"),
            Parameter("search_subject", Text, None, "Part of the subject"),
            Parameter("search_usernames", Text, None, "Part of the username"),
            Parameter("recipient_domain", Domain, None, "Only mail to it"),
            LIMIT,
            SHOW,
        ),
        asking.ask_bounces,
        mail_told.bounces_sheet,
        {**ROWS, "failures": COUNT, "processed": COUNT, **WINDOW, "not_seen": UNSEEN},
        (Activity.search,),
    ),
    Analysis(
        "classify_response",
        "Classify response",
        "Tell what a server's answer or bounce text means, whose fault it is, and what helps.",
        (Parameter("response", Response, NEEDED, "The answer, as it came"),),
        asking.ask_response,
        mail_told.response_sheet,
        {
            **dict.fromkeys(("category", "permanence", "fault", "scope", "action"), STRING),
            **dict.fromkeys(("cause", "rule", "evidence", "blocklist", "provider"), STRING),
            **dict.fromkeys(("named_identity", "provider_token"), STRING),
            "retry_after": COUNT,
            "confidence": SHARE,
        },
    ),
    Analysis(
        "trace_message",
        "Trace message",
        "Follow one person's mail, or one email: timeline, suppression, outcome and the safe next "
        "step. Give recipient or email_id.",
        (
            Parameter("recipient", Text, None, "The person's address"),
            Parameter("email_id", Text, None, "The email"),
            Parameter("since", Since, "30d", SINCE),
            SHOW,
        ),
        asking.ask_trace,
        mail_told.trace_sheet,
        {
            **dict.fromkeys(("outcome", "sentence", "response", "category"), STRING),
            "confidence": SHARE,
            "emails": NUMBERS,
            "events": COUNT,
            "actions": OBJECTS,
            "timeline": OBJECTS,
            "suppressions": OBJECTS,
            "senders": TEXTS,
            "unseen": UNSEEN,
        },
        (Activity.search,),
    ),
    Analysis(
        "diagnose_domain",
        "Diagnose domain",
        "Check a sender domain's DNS now (DKIM, return path, SPF, DMARC, MX and more) against the "
        "account's state, with the records to publish. Then domain_verify.",
        (Parameter("domain", Domain, NEEDED, "As example.com"),),
        asking.ask_domain,
        domains_told.domain_sheet,
        {"domain": STRING, "status": STRING, "checks": OBJECTS},
    ),
    Analysis(
        "suppression_review",
        "Suppression review",
        "Review who gets no mail: what to keep, what to lift, and which addresses bounce again "
        "after each 7-day block. Changes nothing.",
        (
            Parameter("since", Since, "30d", "First moment of mail to judge by"),
            Parameter(
                "verdict", Literal["lift", "suppress", "keep"], None, "Only rows with this verdict"
            ),
            LIMIT,
            SHOW,
        ),
        asking.ask_suppressions,
        mail_told.review_sheet,
        {**ROWS, "counts": NUMBERS, "not_seen": UNSEEN},
        (Suppression.view,),
    ),
    Analysis(
        "compliance_check",
        "Compliance check",
        "Check the mail against what Gmail, Yahoo, Microsoft and Apple ask of senders: met, not "
        "met, or not to be told from here.",
        (
            Parameter("since", Since, "30d", SINCE),
            Parameter(
                "provider", Literal["Gmail", "Yahoo", "Microsoft", "Apple"], None, "Only this one"
            ),
            Parameter("dns", bool, False, "Look up DMARC too; slower"),
        ),
        asking.ask_compliance,
        domains_told.compliance_sheet,
        {"rows": OBJECTS, "counts": NUMBERS, "actions": TEXTS, "not_seen": UNSEEN, **WINDOW},
        (Activity.search,),
    ),
    Analysis(
        "verify_fix",
        "Verify fix",
        "Tell whether a finding of triage is over, by the mail since the fix.",
        (
            Parameter("finding", dict[str, Any], NEEDED, "One of triage's, or its verify_fix line"),
            Parameter("since", Since, None, "When it was fixed"),
        ),
        asking.ask_fix,
        findings_told.fix_sheet,
        {
            "status": STRING,
            "sentence": STRING,
            "x": COUNT,
            "n": COUNT,
            "interval": {"type": "array", "items": SHARE},
            "before": SHARE,
            "usual": SHARE,
            "needed": COUNT,
            "since": STRING,
        },
        (Activity.search,),
    ),
)


def analyses(toolsets: frozenset[str], allowed: Callable[[Endpoint], bool]) -> Iterator[Analysis]:
    """The analyses that a server offers, in order.

    Args:
        toolsets: The toolsets to offer.
        allowed: Whether the API key may call it.
    """
    if TRIAGE in toolsets:
        yield from (each for each in ANALYSES if all(map(allowed, each.needs)))
