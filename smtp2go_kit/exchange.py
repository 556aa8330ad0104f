"""What happens between a call and its answer, without doing any I/O.

A generator yields the attempts to make and is sent the replies; each client drives it with
its own waiting::

    records ──> form ──> attempts        pages of records, one page's documented or served
    (pages)   (served)   (retries)       form, one request repeated while that is safe
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from smtp2go_kit.answers import LEAST_WAIT, Answer, Reply, check_accepted, read, wait_of
from smtp2go_kit.call import Call
from smtp2go_kit.errors import (
    ApiError,
    NoAnswer,
    NotFound,
    OutcomeUnknown,
    UnexpectedAnswer,
    ValidationFailed,
)
from smtp2go_kit.operation import Budget, Effect
from smtp2go_kit.pace import Pace
from smtp2go_kit.secret import Secret
from smtp2go_kit.served import Row, Served
from smtp2go_kit.settings import Settings

R = TypeVar("R")
LOGGER = logging.getLogger("smtp2go_kit")
CHECKS = {
    Effect.SEND: "Look for the message with activity.search before sending it again",
    Effect.WRITE: "Look at the present state with the matching view or search",
    Effect.DESTROY: "Look at the present state with the matching view or search",
}


class Unsent(NoAnswer):
    """The request certainly did not reach the service: no connection was made."""


@dataclass(frozen=True)
class Attempt:
    """Send this body to this path, after waiting this many seconds."""

    path: str
    body: Mapping[str, Any]
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


@dataclass
class Records:
    """The rows of all pages, and what the answers said beside them.

    Args:
        rows: The records as they came.
        beside: The other fields of the last page.
        total: All matching records by the service's count.
        truncated: Whether more records exist than were fetched.
        token: Where the next page starts, if this ended at the end of a page.
    """

    rows: list[Any]
    beside: dict[str, Any]
    total: int
    truncated: bool
    token: str | None
    request_id: str | None


def exchange(
    session: Session, call: Call, progress: Callable[[int, int], None]
) -> Steps[Answer | Records]:
    """A call's answer: records where its operation declares them, else what came.

    Args:
        session: What the client's calls share.
        call: The call.
        progress: Told the rows fetched so far and the rows to come in all.
    """
    table = call.operation.declared.table
    if table is None or not table.rows:
        return (yield from _form(session, call, {}))
    return (yield from _records(session, call, progress))


def _records(session: Session, call: Call, progress: Callable[[int, int], None]) -> Steps[Records]:
    rows: list[Any] = []
    limit, asked = _limit(call), _page_arguments(call)
    token: str | None = None
    while True:
        page = yield from _form(session, call, asked)
        records, beside = _split(page.data, call)
        rows += records
        last, token = token or asked.get("continue_token"), beside.get("continue_token") or None
        if token is None or token == last or not records:
            token = None
        total = _total(beside, call, len(rows))
        progress(len(rows), total)
        if token is None or (limit and len(rows) >= limit and not _selects(session, call)):
            return _cut(session, call, rows, beside, total, token, page.request_id)
        asked = {**asked, "continue_token": token}


def _cut(
    session: Session,
    call: Call,
    rows: list[Any],
    beside: dict[str, Any],
    total: int,
    token: str | None,
    request_id: str | None,
) -> Records:
    limit = _limit(call)
    if _selects(session, call) and call.operation.declared.served:
        for name, select in call.operation.declared.served.select.items():
            if name in call.arguments:
                rows = select(rows, call.arguments)
        total = len(rows)
    over = limit is not None and len(rows) > limit
    return Records(
        rows[:limit],
        beside,
        total if token or over else len(rows),
        bool(token or over),
        None if over else token,
        request_id,
    )


def _limit(call: Call) -> int | None:
    pages = call.operation.declared.pages
    return call.arguments.get(pages.size) if pages and pages.caps else None


def _page_arguments(call: Call) -> dict[str, Any]:
    pages = call.operation.declared.pages
    asked = dict(call.arguments)
    if pages and pages.size in asked:
        asked[pages.size] = min(asked[pages.size], pages.most)
    elif pages and pages.always:
        asked[pages.size] = pages.most
    return asked


def _selects(session: Session, call: Call) -> bool:
    served = call.operation.declared.served
    used = call.operation.name in session.served
    return bool(used and served and served.selects(call.arguments))


def _split(data: Any, call: Call) -> tuple[list[Any], dict[str, Any]]:
    table = call.operation.declared.table
    if table is None or data is None or isinstance(data, str):
        return [], {}
    if isinstance(data, list):
        return cast(list[Any], data), {}
    beside = dict(cast(dict[str, Any], data))
    found = [beside.pop(name) for name in table.rows if name in beside]
    rows: Any = next((records for records in found if records is not None), [])
    return cast(list[Any], rows) if isinstance(rows, list) else [rows], beside


def _total(beside: Mapping[str, Any], call: Call, fetched: int) -> int:
    table = call.operation.declared.table
    for name in table.total if table else ():
        if isinstance(beside.get(name), int):
            return max(cast(int, beside[name]), fetched)
    return fetched


def _form(session: Session, call: Call, arguments: Mapping[str, Any]) -> Steps[Answer]:
    """One answer: the documented form, or the served one where only that is taken."""
    op, served = call.operation, call.operation.declared.served
    arguments = arguments or call.arguments
    if served and op.name in session.served:
        return (yield from _send_served(session, call, served, arguments))
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
        answer = yield from _send_served(session, call, served, arguments)
    except (NotFound, ValidationFailed) as second:
        if served.explains(second):
            raise refusal from second
        raise
    session.served.add(call.operation.name)
    return answer


def _send_served(
    session: Session, call: Call, served: Served, arguments: Mapping[str, Any]
) -> Steps[Answer]:
    body = served.body(arguments, call.operation.title)
    for name, ask in served.asks.items():
        answer = yield from _ask(session, call, ask.path, ask.body(arguments))
        try:
            body[name] = ask.pick(answer.data, arguments)
        except LookupError as missing:
            raise NotFound(str(missing.args[0]), operation=call.operation.title) from None
    return (yield from _send(session, call, served.path or call.operation.path, body))


def _ask(session: Session, call: Call, path: str, body: dict[str, Any]) -> Steps[Answer]:
    """A question to another endpoint, which only reads and so may be repeated."""
    attempt = Attempt(path, body, path.strip("/").replace("/", "_"))
    return (yield from _attempts(session, call, attempt, Effect.READ))


def _send(session: Session, call: Call, path: str, body: Mapping[str, Any]) -> Steps[Answer]:
    op = call.operation
    attempt = Attempt(path, body, op.name, op.declared.budget)
    answer = yield from _attempts(session, call, attempt, op.effect)
    if op.effect is Effect.SEND:
        check_accepted(answer, op.title, redactor(session, call))
    return answer


def _attempts(session: Session, call: Call, attempt: Attempt, effect: Effect) -> Steps[Answer]:
    """One request, repeated while that is safe and may help."""
    title, redact = call.operation.title, redactor(session, call)
    for retry in range(session.settings.retries + 1):
        last = retry == session.settings.retries
        after = 0.0
        try:
            reply = yield attempt
        except Unsent:
            if last:
                raise
            after = _backoff(retry)
        except NoAnswer as error:
            if effect is not Effect.READ:
                raise OutcomeUnknown(title, redact(str(error)), check=CHECKS[effect]) from None
            if last:
                raise
            after = _backoff(retry)
        else:
            if reply.status == 429 and not last:
                _hold(session, reply, retry, title)
            elif reply.status >= 500 and effect is Effect.READ and not last:
                after = _backoff(retry)
            else:
                return _read(reply, title, redact, effect)
        attempt = Attempt(attempt.path, attempt.body, attempt.name, attempt.budget, after)
    raise AssertionError("the last attempt returns or raises")


def _read(reply: Reply, title: str, redact: Callable[[str], str], effect: Effect) -> Answer:
    try:
        return read(reply, title, redact)
    except ApiError as error:
        unclear = reply.status >= 500 or isinstance(error, UnexpectedAnswer)
        if effect is not Effect.READ and unclear:
            raise OutcomeUnknown(
                title, error.message, check=CHECKS[effect], status=reply.status
            ) from error
        raise


def _hold(session: Session, reply: Reply, retry: int, title: str) -> None:
    said = wait_of(reply)
    jitter = random.uniform(1.0, 1.1)  # noqa: S311 - spreads clients out, guards nothing
    seconds = max(said, 1.0) if said is not None else LEAST_WAIT * 2**retry * jitter
    LOGGER.warning("%s: rate limited by the service, waiting %.0f seconds", title, seconds)
    session.pace.hold(seconds)


def _backoff(retry: int) -> float:
    return 2**retry * random.uniform(0.5, 1.0)  # noqa: S311 - spreads clients out


def redactor(session: Session, call: Call) -> Callable[[str], str]:
    """A function that masks the key and the call's passwords in a text."""
    secrets: list[Secret] = [session.settings.api_key, *call.secrets()]

    def redact(text: str) -> str:
        for secret in secrets:
            text = secret.redact(text)
        return text

    return redact
