"""What went wrong with a call: whether it may be done all the same, and which field it is about."""

from __future__ import annotations

import re

from smtp2go_kit.errors import ApiError, InvalidArgument, OutcomeUnknown, SendFailed, Smtp2GoError
from smtp2go_kit.operation import Effect, Endpoint

MAY_BE_SENT = "It may have been sent."
SILENT = (
    f"{MAY_BE_SENT} The service took the request and said nothing of the email: look for it in the "
    "activity before sending it again."
)
MAY_BE_DONE = "It may have taken effect."


def may_be_done(error: BaseException, effect: Effect) -> bool:
    """Whether a call may have taken effect although it failed.

    Args:
        error: What it raised.
        effect: What it does.
    """
    if effect is Effect.READ:
        return False
    if isinstance(error, SendFailed):
        return error.succeeded > 0 or bool(error.email_id)
    return isinstance(error, OutcomeUnknown) or not isinstance(error, Smtp2GoError)


def in_words(error: BaseException, effect: Effect) -> str:
    """An error in words; of one that is not ours only the kind, as it may quote anything.

    Args:
        error: What a call raised.
        effect: What the call does.
    """
    known = isinstance(error, Smtp2GoError)
    told = str(error) if known else f"{type(error).__name__} came in between; see form.model.error."
    if not may_be_done(error, effect):
        return told
    return f"{MAY_BE_SENT if effect is Effect.SEND else MAY_BE_DONE} {told}"


def field_of(error: BaseException, operation: Endpoint) -> tuple[str, str]:
    """The parameter that an error is about, and what is wrong with it; empty where none is.

    Args:
        error: What a call raised.
        operation: The operation called.
    """
    if isinstance(error, InvalidArgument):
        return error.parameter, error.problem
    if not isinstance(error, (ApiError, OutcomeUnknown)) or not error.field:
        return "", ""
    problem = error.message if isinstance(error, ApiError) else str(error)
    return _parameter(error.field, operation), problem


def _parameter(field: str, operation: Endpoint) -> str:
    """The parameter that a field such as ``user_data.username`` or ``to[0]`` belongs to."""
    served = operation.declared.served
    renamed = {new: old for old, new in served.rename.items()} if served else {}
    known = {p.name for p in operation.parameters}
    parts = [renamed.get(part, part) for part in re.split(r"[.\[\]]+", field)]
    return next((part for part in parts if part in known), "")
