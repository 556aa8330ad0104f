"""Failures in words that a model can act on: what happened, the fix, the next call."""

from __future__ import annotations

import re
from collections.abc import Callable

from mcp_server.called import Called
from mcp_server.untrusted import clean
from smtp2go_kit.errors import (
    ApiError,
    AuthenticationFailed,
    InvalidArgument,
    MissingArgument,
    NoAnswer,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Smtp2GoError,
    ValidationFailed,
)
from smtp2go_kit.operation import Effect, Endpoint
from smtp2go_kit.operations import GROUPS

MOST_TEXT = 400
MARKUP = re.compile(r"<[^>]*>?")
TOKEN = "continue_token"  # noqa: S105 - the name of a field
STALE = (
    "the service forgot where it was, which it does after 5 minutes; leave it out to start anew."
)
FIELD = re.compile(r"[\w.\[\]-]{1,60}")


def told(error: Exception, operation: Called, redact: Callable[[str], str]) -> str:
    """An error's text for a model.

    Args:
        error: What was raised.
        operation: What was called.
        redact: Masks secrets.
    """
    if isinstance(error, InvalidArgument):
        problem = _clean(error.problem, redact)
        return f"{operation.name}: {error.parameter}: {problem}. {_next(error, operation)}"
    if isinstance(error, OutcomeUnknown):
        check = in_tools(error.check)
        return (
            f"{operation.name}: no clear answer came, so it may have taken effect. Do not repeat "
            f"it. {check} {_request(error.request_id)}"
        ).strip()
    if isinstance(error, ApiError):
        return _refused(error, operation, redact)
    if isinstance(error, NoAnswer):
        return (
            f"{operation.name}: the service could not be reached, and nothing was changed. Try "
            "once more in a minute; if it fails again, tell the user."
        )
    if isinstance(error, (Smtp2GoError, TypeError)):
        return f"{operation.name}: {_clean(str(error), redact)}"
    return (
        f"{operation.name}: the server failed ({type(error).__name__}). Tell the user; its log "
        "on stderr has the details."
    )


def _next(error: InvalidArgument, operation: Called) -> str:
    if error.parameter == "api_key":
        return "Only the user can fix this, where the server is started."
    wanted = next((p for p in operation.parameters if p.name == error.parameter), None)
    meaning = clean(wanted.description.replace("``", ""), MOST_TEXT) if wanted else ""
    says = f"It is: {meaning} " if meaning else ""
    done = "" if operation.effect is Effect.READ else "Nothing was sent. "
    return f"{says if isinstance(error, MissingArgument) else ''}{done}Correct it and call again."


def _refused(error: ApiError, operation: Called, redact: Callable[[str], str]) -> str:
    if error.field == TOKEN:
        return f"{operation.name}: cursor: {STALE}"
    named = redact(error.field or "")
    field = f"{named}: " if FIELD.fullmatch(named) else ""
    quoted = _clean(error.message, redact)
    advice = "" if isinstance(error, NotFound) else f"{in_tools(error.advice)}."
    facts = f"{_request(error.request_id)} {advice}".strip()
    return (
        f'{operation.name}: {field}the service refused, in its words (data): "{quoted}". '
        f"{facts}{_after(error, operation)}"
    )


def _after(error: ApiError, operation: Called) -> str:
    if isinstance(error, RateLimited) and error.retry_after:
        return f" Wait {error.retry_after:.0f} seconds."
    if isinstance(error, AuthenticationFailed):
        return " Only the user can fix this, where the server is started."
    if isinstance(error, ValidationFailed):
        return ""
    if operation.effect is Effect.READ and not isinstance(error, NotFound):
        return ""
    views = [op.name for op in _beside(operation) if op.effect is Effect.READ]
    return f" See what there is with {' or '.join(views)}." if views else ""


def _beside(operation: Called) -> list[Endpoint]:
    """The operations under the same heading; none for an analysis."""
    groups = ([*group._operations()] for group in GROUPS.values())
    none: list[Endpoint] = []
    return next((beside for beside in groups if operation in beside), none)


def _request(request_id: str | None) -> str:
    return f"Request id {request_id}." if FIELD.fullmatch(request_id or "") else ""


def in_tools(text: str) -> str:
    """A text of the toolkit's with its operations called by the names of tools.

    Args:
        text: The toolkit's words.
    """
    names = {op.title: op.name for g in GROUPS.values() for op in g._operations()}
    return re.sub(r"\b[a-z_]+\.[a-z_]+\b", lambda found: names.get(found[0], found[0]), text)


def _clean(text: str, redact: Callable[[str], str]) -> str:
    # Cut before the markup is looked for; a quote would end the quotation it stands in.
    start = MARKUP.sub(" ", redact(text)[: 10 * MOST_TEXT])
    return clean(start, MOST_TEXT).replace('"', "'").rstrip(".")
