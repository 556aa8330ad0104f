"""What each analysis asks of the toolkit. Heavy modules are loaded by the first call."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mcp_server.arguments import from_json
from mcp_server.refusal import Refused
from smtp2go_kit.errors import PermissionDenied
from smtp2go_kit.progress import Progress
from smtp2go_kit.shapes import is_list, is_object

if TYPE_CHECKING:
    from mcp_server.setup import Setup
    from smtp2go_kit.client import Client

ESSENTIAL = ("what", "cohort", "x", "n", "expected", "since", "seen")
"""Fields of a finding that its verification compares."""
NARROW = ("search_sender", "search_subject", "search_usernames")
GAP = "data-gap"
GIVE = "Give one of triage's findings as it was told, or its verify_fix line."


@dataclass(frozen=True)
class Asked:
    """One call of an analysis.

    Args:
        setup: What the server was started with.
        given: Its arguments, each with its default.
        progress: Told how far a search has come.
    """

    setup: Setup
    given: Mapping[str, Any]
    progress: Progress

    @property
    def client(self) -> Client:
        """The account."""
        from mcp_server.watching import Watched

        return Watched(self.setup.client, self.progress)


def ask_triage(asked: Asked) -> Any:
    """The report."""
    from smtp2go_kit.triage.triaging import triage

    return triage(asked.client, window=asked.given["window"], compare=asked.given["compare"])


def ask_bounces(asked: Asked) -> Any:
    """The causes of bounces, counted."""
    from mcp_server.explaining import explain

    given = asked.given
    only = {name: given[name] for name in NARROW if given[name] is not None}
    return explain(asked.client, given["since"], given["recipient_domain"], only)


def ask_response(asked: Asked) -> Any:
    """The classification."""
    from smtp2go_kit.triage.classifier import classify

    return classify(asked.given["response"])


def ask_trace(asked: Asked) -> Any:
    """The trace."""
    from smtp2go_kit.triage.tracing.timeline import trace

    person, email = asked.given["recipient"], asked.given["email_id"]
    wanted: str = person or email or ""
    if (person is None) is (email is None):
        raise Refused("trace_message: give either recipient or email_id, one of the two.")
    if person is not None and "@" not in person:
        raise Refused(
            "trace_message: recipient: expected an address such as ann@example.com. For an "
            "email's id use email_id."
        )
    if email is not None and "@" in email:
        raise Refused("trace_message: email_id: expected an id. For an address use recipient.")
    return trace(asked.client, wanted, since=asked.given["since"])


def ask_domain(asked: Asked) -> Any:
    """The diagnosis, by what the account says of the domain where the key may ask."""
    return _diagnosed(asked, asked.client, asked.given["domain"])


def _diagnosed(asked: Asked, client: Client, domain: str) -> Any:
    from smtp2go_kit.triage.domain import diagnose_domain

    return diagnose_domain(domain, client=client, resolver=asked.setup.resolver)


def ask_suppressions(asked: Asked) -> Any:
    """The review; without the mail where the key may not see it."""
    from smtp2go_kit.triage.suppressions.reviewing import suppression_review

    since, client = asked.given["since"], asked.client
    try:
        return suppression_review(client, since=since)
    except PermissionDenied:
        return suppression_review(suppressions=client.suppression.view(), since=since)


def ask_compliance(asked: Asked) -> Any:
    """The check, with DNS where it is wanted."""
    from smtp2go_kit.triage.complying.checking import compliance

    client = asked.client
    diagnose = functools.partial(_diagnosed, asked, client) if asked.given["dns"] else None
    return compliance(client, since=asked.given["since"], diagnose=diagnose)


def ask_fix(asked: Asked) -> Any:
    """The verification."""
    from smtp2go_kit.triage.verifying import verify_fix
    from smtp2go_kit.triage.writing import WHAT

    finding = finding_of(asked.given["finding"])
    if finding["what"] not in (*WHAT, GAP):
        # Whatever is never counted would seem to be over.
        raise Refused(f"verify_fix: finding: what: expected what triage told. {GIVE}")
    return verify_fix(finding, asked.client, since=asked.given["since"])


def finding_of(given: Any) -> dict[str, Any]:
    """The essential fields of a finding that a model gave.

    Args:
        given: An object, or its JSON text.

    Raises:
        Refused: It is none.
    """
    told = from_json(given)
    if not is_object(told):
        raise Refused(f"verify_fix: finding: expected an object. {GIVE}")
    if missing := [name for name in ESSENTIAL if name not in told]:
        raise Refused(f"verify_fix: finding: it lacks {', '.join(missing)}. {GIVE}")
    for name in ESSENTIAL:
        if expected := _expected(name, told[name]):
            raise Refused(f"verify_fix: finding: {name}: expected {expected}. {GIVE}")
    return {name: told[name] for name in ESSENTIAL}


def _expected(name: str, value: Any) -> str | None:
    """What a field should have been, or None if it is right."""
    if name == "cohort":
        return None if _is_cohort(value) else "an object of names and texts"
    if name in ("x", "n", "expected"):
        fits = isinstance(value, int | float) and not isinstance(value, bool)
        whole = name == "expected" or isinstance(value, int)
        fits = fits and whole and math.isfinite(value) and 0 <= value < 1e12
        return None if fits else "a number from 0 on"
    return None if isinstance(value, str) and value.strip() else "a text"


def _is_cohort(value: Any) -> bool:
    if not is_object(value):
        return False
    lists = (entry if is_list(entry) else [entry] for entry in value.values())
    return all(isinstance(text, str) for entries in lists for text in entries)
