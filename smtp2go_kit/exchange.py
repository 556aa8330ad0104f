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

from smtp2go_kit.answers import CODES, LEAST_WAIT, Answer, Reply, read, refusal_of, wait_of
from smtp2go_kit.call import Call
from smtp2go_kit.errors import (
    ApiError,
    AuthenticationFailed,
    InvalidArgument,
    NoAnswer,
    NotFound,
    OutcomeUnknown,
    PermissionDenied,
    RateLimited,
    ServerError,
    UnexpectedAnswer,
    Unreachable,
)
from smtp2go_kit.operation import Budget, Effect
from smtp2go_kit.pace import Pace
from smtp2go_kit.secret import Secret
from smtp2go_kit.served import Ask, Served
from smtp2go_kit.settings import Settings
from smtp2go_kit.shapes import object_or_empty

R = TypeVar("R")
MOST_WAIT = 86_400.0
"""Seconds; a service that asks for more is not waited for, but raised as it answered."""
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
    except ApiError as refusal:
        if served is None or not served.explains(refusal):
            raise
        return (yield from _after_refusal(session, call, served, arguments, refusal))


def _after_refusal(
    session: Session, call: Call, served: Served, arguments: Mapping[str, Any], refusal: ApiError
) -> Steps[Answer]:
    """The served form's answer, which alone proves that the service takes it.

    Where that is refused too, it may be for its form or for its values, as the first was: the
    first refusal is raised and tells both, unless only the second has looked at the values.
    """
    proven = served.proves(refusal, call.operation.declared.wrap)
    try:
        answer = yield from _send_served(session, call, served, arguments, refusal)
    except (AuthenticationFailed, PermissionDenied, RateLimited):
        raise
    except InvalidArgument as local:
        if proven:
            raise
        raise _with_both(refusal, local.problem) from local
    except ApiError as second:
        if second is refusal or second.status is None:
            raise
        if second.status == 404 or not proven:
            raise _with_both(refusal, second.message) from second
        session.served.add(call.operation.name)
        raise
    session.served.add(call.operation.name)
    return answer


def _with_both(refusal: ApiError, second: str) -> ApiError:
    """The refusal of the documented form, with what was said of the served one."""
    if second != refusal.message:
        refusal.message = f"{refusal.message} (in the form of today's service: {second})"
    return refusal


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
            body[name] = yield from _asked(session, call, ask, arguments)
        except ApiError as failed:
            # What cannot be asked leaves the first refusal as the thing to tell.
            if refusal is None:
                raise
            raise _with_both(refusal, failed.message) from failed
        except LookupError as missing:
            raise NotFound(
                str(missing.args[0]),
                operation=call.operation.title,
                advice="Look at what there is with the matching search or view",
            ) from None
    return (yield from _send(session, call, served.path or call.operation.path, body))


def _asked(session: Session, call: Call, ask: Ask, arguments: Mapping[str, Any]) -> Steps[Any]:
    """A value that another endpoint knows, on whichever of its pages."""
    body, seen = ask.body(arguments), set[Any]()
    while True:
        attempt = Attempt(ask.path, body, ask.path.strip("/").replace("/", "_"))
        title = f"{call.operation.title} (asking {ask.path})"
        # To ask only reads, so it may be repeated.
        answer = yield from _attempts(session, call, attempt, Effect.READ, title)
        try:
            return ask.pick(answer.data, arguments)
        except LookupError:
            token = object_or_empty(answer.data).get("continue_token")
            if not token or token in seen:
                raise
        seen.add(token)
        body = {**body, "continue_token": token}


def _whole_pages(call: Call, served: Served, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """The arguments less a page size that the rows selected here could not fill."""
    pages = call.operation.declared.pages
    if pages is None or not served.selects(arguments):
        return arguments
    return {name: value for name, value in arguments.items() if name != pages.size}


def _send(session: Session, call: Call, path: str, body: Mapping[str, Any]) -> Steps[Answer]:
    op = call.operation
    attempt = Attempt(path, body, op.name, op.declared.budget)
    answer = yield from _attempts(session, call, attempt, op.effect, op.title)
    if op.effect is Effect.SEND:
        refusal = refusal_of(answer, op.title, redactor(session, call))
        if refusal is not None:
            raise refusal
    return answer


def _attempts(
    session: Session, call: Call, attempt: Attempt, effect: Effect, title: str
) -> Steps[Answer]:
    """One request, repeated while that is safe and may help."""
    redact, limited = redactor(session, call), 0
    for left in range(session.settings.retries, -1, -1):
        retry = session.settings.retries - left
        try:
            reply = yield attempt
        except NoAnswer as failure:
            if effect is not Effect.READ and not isinstance(failure, Unreachable):
                raise OutcomeUnknown(title, redact(str(failure)), check=CHECKS[effect]) from failure
            if not left:
                raise
            attempt = replace(attempt, after=_backoff(retry))
            continue
        outcome = read(reply, title, redact)
        if isinstance(outcome, Answer):
            return outcome
        limited += _is_time_out(outcome)
        wait = _wait(session, outcome, reply, limited - 1 if limited else retry)
        if not left or wait is None or not _may_help(outcome, effect):
            raise _unclear(outcome, effect) or outcome
        attempt = replace(attempt, after=wait)
    raise AssertionError("the last attempt returns or raises")


def _may_help(error: ApiError, effect: Effect) -> bool:
    """Whether the same request may fare better, and certainly did nothing yet."""
    is_read = effect is Effect.READ
    return _is_time_out(error) or (is_read and isinstance(error, ServerError))


def _is_time_out(error: ApiError) -> bool:
    """Whether the service refuses too many requests, and not what a key may send."""
    by_code = error.code is not None and error.code in CODES
    return isinstance(error, RateLimited) and (error.status == 429 or by_code)


def _unclear(error: ApiError, effect: Effect) -> OutcomeUnknown | None:
    """What to raise instead of an error that leaves open whether a change took effect."""
    if effect is Effect.READ or not isinstance(error, (ServerError, UnexpectedAnswer)):
        return None
    unknown = OutcomeUnknown(
        error.operation,
        error.message,
        check=CHECKS[effect],
        status=error.status,
        code=error.code,
        request_id=error.request_id,
        field=error.field,
    )
    unknown.__cause__ = error
    return unknown


def _wait(session: Session, error: ApiError, reply: Reply, retry: int) -> float | None:
    """Seconds this call waits before it tries again; None where the service asks for too many.

    After a 429 every call of the client waits with it.
    """
    said = wait_of(reply)
    if said is not None and said > MOST_WAIT:
        return None
    if not _is_time_out(error):
        return said or _backoff(retry)
    jitter = random.uniform(1.0, 1.1)  # noqa: S311 - spreads clients out, guards nothing
    seconds = max(said, 1.0) if said is not None else LEAST_WAIT * 2**retry * jitter
    LOGGER.warning(
        "%s: rate limited by the service, no request for %.0f seconds", error.operation, seconds
    )
    session.pace.hold(seconds)
    error.retry_after = seconds
    return 0.0


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
