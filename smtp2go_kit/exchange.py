"""What happens between a call and its answer, without doing any I/O.

A generator yields the attempts to make and is sent the replies; each client drives it with
its own waiting::

    form ─────> attempts     one answer in the documented or the served form; one request,
    (served)    (retries)    repeated while that is safe. Pages of records: paging.py.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from smtp2go_kit.answers import LEAST_WAIT, Answer, Reply, read, refusal_of, wait_of
from smtp2go_kit.call import Call
from smtp2go_kit.errors import (
    ApiError,
    NoAnswer,
    NotFound,
    OutcomeUnknown,
    UnexpectedAnswer,
    Unreachable,
    ValidationFailed,
)
from smtp2go_kit.operation import Budget, Effect
from smtp2go_kit.pace import Pace
from smtp2go_kit.secret import Secret
from smtp2go_kit.served import Served
from smtp2go_kit.settings import Settings

R = TypeVar("R")
LOGGER = logging.getLogger("smtp2go_kit")
CHECKS = {
    Effect.SEND: "Look for the message with activity.search before sending it again",
    Effect.WRITE: "Look at the present state with the matching view or search",
    Effect.DESTROY: "Look at the present state with the matching view or search",
}


@dataclass(frozen=True)
class Attempt:
    """Send this body to this path, after waiting this many seconds."""

    path: str
    body: Mapping[str, Any] = field(repr=False)
    name: str
    budget: Budget | None = None
    after: float = 0.0


Steps = Generator[Attempt, Reply, R]


@dataclass
class Session:
    """What all calls of one client share.

    Args:
        settings: The key, the URL, the retries.
        pace: When requests may leave.
        served: Operations that the service has been found to take in the served form only.
    """

    settings: Settings
    pace: Pace
    served: set[str] = field(default_factory=set[str])


def form(session: Session, call: Call, arguments: Mapping[str, Any]) -> Steps[Answer]:
    """One answer: the documented form, or the served one where only that is taken.

    Args:
        session: What the client's calls share.
        call: The call.
        arguments: Wire arguments in place of the call's own, if any.
    """
    op, served = call.operation, call.operation.declared.served
    arguments = arguments or call.arguments
    if served and op.name in session.served:
        return (yield from _send_served(session, call, served, arguments, None))
    body = {op.declared.wrap: dict(arguments)} if op.declared.wrap else dict(arguments)
    try:
        return (yield from _send(session, call, op.path, body))
    except (NotFound, ValidationFailed) as refusal:
        if served is None or not served.explains(refusal):
            raise
        return (yield from _after_refusal(session, call, served, arguments, refusal))


def _after_refusal(
    session: Session, call: Call, served: Served, arguments: Mapping[str, Any], refusal: ApiError
) -> Steps[Answer]:
    try:
        answer = yield from _send_served(session, call, served, arguments, refusal)
    except (NotFound, ValidationFailed) as second:
        if served.explains(second):
            raise refusal from second
        raise
    session.served.add(call.operation.name)
    return answer


def _send_served(
    session: Session,
    call: Call,
    served: Served,
    arguments: Mapping[str, Any],
    refusal: ApiError | None,
) -> Steps[Answer]:
    body = served.body(_whole_pages(call, served, arguments), call.operation.title)
    for name, ask in served.asks.items():
        try:
            answer = yield from _ask(session, call, ask.path, ask.body(arguments))
        except (NotFound, ValidationFailed) as failed:
            # What cannot be asked leaves the first refusal as the thing to tell.
            raise refusal or failed from failed
        try:
            body[name] = ask.pick(answer.data, arguments)
        except LookupError as missing:
            raise NotFound(str(missing.args[0]), operation=call.operation.title) from None
    return (yield from _send(session, call, served.path or call.operation.path, body))


def _whole_pages(call: Call, served: Served, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """The arguments less a page size that the rows selected here could not fill."""
    pages = call.operation.declared.pages
    if pages is None or not served.selects(arguments):
        return arguments
    return {name: value for name, value in arguments.items() if name != pages.size}


def _ask(session: Session, call: Call, path: str, body: dict[str, Any]) -> Steps[Answer]:
    """A question to another endpoint, which only reads and so may be repeated."""
    attempt = Attempt(path, body, path.strip("/").replace("/", "_"))
    return (yield from _attempts(session, call, attempt, Effect.READ))


def _send(session: Session, call: Call, path: str, body: Mapping[str, Any]) -> Steps[Answer]:
    op = call.operation
    attempt = Attempt(path, body, op.name, op.declared.budget)
    answer = yield from _attempts(session, call, attempt, op.effect)
    if op.effect is Effect.SEND:
        refusal = refusal_of(answer, op.title, redactor(session, call))
        if refusal is not None:
            raise refusal
    return answer


def _attempts(session: Session, call: Call, attempt: Attempt, effect: Effect) -> Steps[Answer]:
    """One request, repeated while that is safe and may help."""
    title, redact = call.operation.title, redactor(session, call)
    for retry in range(session.settings.retries + 1):
        last = retry == session.settings.retries
        try:
            reply = yield attempt
        except NoAnswer as failure:
            if effect is not Effect.READ and not isinstance(failure, Unreachable):
                raise OutcomeUnknown(title, redact(str(failure)), check=CHECKS[effect]) from failure
            if last:
                raise
            attempt = replace(attempt, after=_backoff(retry))
        else:
            if reply.status == 429:
                _hold(session, reply, retry, title)
            if last or not _may_help(reply, effect):
                return _read(reply, title, redact, effect)
            after = 0.0 if reply.status == 429 else wait_of(reply) or _backoff(retry)
            attempt = replace(attempt, after=after)
    raise AssertionError("the last attempt returns or raises")


def _may_help(reply: Reply, effect: Effect) -> bool:
    """Whether the same request may fare better, and certainly did nothing yet."""
    return reply.status == 429 or (reply.status >= 500 and effect is Effect.READ)


def _read(reply: Reply, title: str, redact: Callable[[str], str], effect: Effect) -> Answer:
    outcome = read(reply, title, redact)
    if isinstance(outcome, Answer):
        return outcome
    unclear = reply.status >= 500 or isinstance(outcome, UnexpectedAnswer)
    if effect is not Effect.READ and unclear:
        raise OutcomeUnknown(
            title, outcome.message, check=CHECKS[effect], status=reply.status
        ) from outcome
    raise outcome


def _hold(session: Session, reply: Reply, retry: int, title: str) -> None:
    said = wait_of(reply)
    jitter = random.uniform(1.0, 1.1)  # noqa: S311 - spreads clients out, guards nothing
    seconds = max(said, 1.0) if said is not None else LEAST_WAIT * 2**retry * jitter
    LOGGER.warning("%s: rate limited by the service, waiting %.0f seconds", title, seconds)
    session.pace.hold(seconds)


def _backoff(retry: int) -> float:
    return float(2**retry) * random.uniform(0.5, 1.0)  # noqa: S311 - as above


def redactor(session: Session, call: Call) -> Callable[[str], str]:
    """A function that masks the key and the call's passwords in a text."""
    secrets: list[Secret] = [session.settings.api_key, *call.secrets()]

    def redact(text: str) -> str:
        for secret in secrets:
            text = secret.redact(text)
        return text

    return redact
