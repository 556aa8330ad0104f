"""Everything the toolkit raises; each is also the builtin that fits.

* Smtp2GoError
  x InvalidArgument       (ValueError)       refused here, before anything was sent
    - MissingArgument     (TypeError)
    - MissingKey
  x NoAnswer              (ConnectionError)  no answer arrived; the request had no effect
    - TimedOut            (TimeoutError)
    - Unreachable                            no connection was made
  x OutcomeUnknown        (RuntimeError)     it may have taken effect: look before repeating
  x ApiError              (RuntimeError)     the service answered, and refused
    - AuthenticationFailed (PermissionError) the key is absent, malformed or unknown
    - PermissionDenied    (PermissionError)  the key may not call this endpoint
    - ValidationFailed    (ValueError)       a field is wrong; ``field`` names it
    - NotFound            (LookupError)      no such path or object
    - RateLimited         (TimeoutError)     still refused after waiting
    - SendFailed          (OSError)          200, but the message was not (all) accepted
    - ServerError         (OSError)          5xx
    - UnexpectedAnswer    (ValueError)       not the JSON the document promises
"""

from __future__ import annotations

from typing import Any


class Smtp2GoError(Exception):
    """Any failure of a call."""

    def __reduce__(self) -> tuple[Any, ...]:
        # Pools of processes pickle errors; the constructors take more than ``args`` holds.
        return _restored, (type(self), self.args, self.__dict__)


def _restored(
    kind: type[Smtp2GoError], args: tuple[Any, ...], state: dict[str, Any]
) -> Smtp2GoError:
    # kind.__new__ would be the first builtin's among the bases, which refuses an OSError.
    layout: type[Exception] = OSError if issubclass(kind, OSError) else Exception
    error = layout.__new__(kind)
    error.args = args
    error.__dict__.update(state)
    return error


def _facts(status: int | None, code: str | None, request_id: str | None) -> str:
    named = (("status", status), ("code", code), ("request", request_id))
    facts = ", ".join(f"{name} {value}" for name, value in named if value is not None)
    return f" [{facts}]" if facts else ""


class InvalidArgument(Smtp2GoError, ValueError):
    """An argument was refused before anything was sent.

    Args:
        parameter: The argument's name.
        problem: What is wrong, with the bound and the next step.
        operation: The operation called, as ``email.send``.
    """

    def __init__(self, parameter: str, problem: str, *, operation: str = "") -> None:
        self.parameter = parameter
        self.problem = problem
        self.operation = operation
        super().__init__(f"{operation}: {parameter}: {problem}".removeprefix(": "))


class MissingArgument(InvalidArgument, TypeError):
    """A required argument was not given."""


class MissingKey(InvalidArgument):
    """No API key was found."""

    def __init__(self) -> None:
        super().__init__(
            "api_key",
            "no API key found. Set the environment variable SMTP2GO_API_KEY, pass "
            "Client(api_key=...), or use Client.sandbox() to work without an account",
        )


class NoAnswer(Smtp2GoError, ConnectionError):
    """No answer arrived, and the request certainly had no effect or only read."""


class TimedOut(NoAnswer, TimeoutError):
    """The answer did not arrive within the client's timeout."""


class Unreachable(NoAnswer):
    """No connection was made, so the request certainly did not reach the service."""


class OutcomeUnknown(Smtp2GoError, RuntimeError):
    """A change or a send may have taken effect although no clear answer arrived.

    Args:
        operation: The operation called, as ``email.send``.
        cause: What happened instead of an answer.
        check: How to find out whether it took effect.
        status: The HTTP status, if one arrived.
        code: The service's ``error_code``, if one arrived.
        request_id: The id to quote to SMTP2GO's support, if one arrived.
        field: The bad field, where the service names it.
    """

    def __init__(
        self,
        operation: str,
        cause: str,
        *,
        check: str,
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
        field: str | None = None,
    ) -> None:
        self.operation = operation
        self.check = check
        self.status = status
        self.code = code
        self.request_id = request_id
        self.field = field
        where = f"{operation}: {field}: " if field else f"{operation}: "
        facts = _facts(status, code, request_id)
        super().__init__(
            f"{where}{cause}{facts}. It may have taken effect and was not repeated. {check}"
        )


class ApiError(Smtp2GoError, RuntimeError):
    """The service answered, and refused.

    Args:
        message: The service's own words.
        operation: The operation called, as ``email.send``.
        status: The HTTP status.
        code: The service's ``error_code``.
        request_id: The id to quote to SMTP2GO's support.
        field: The bad field, where the service names it.
        advice: What to do next; each class has its own where the caller gives none.
        retry_after: Seconds to wait before calling again, where that is known.
    """

    advice = "Quote the request id to SMTP2GO support if the message does not explain it"

    def __init__(
        self,
        message: str,
        *,
        operation: str = "",
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
        field: str | None = None,
        advice: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        self.message = message
        self.operation = operation
        self.status = status
        self.code = code
        self.request_id = request_id
        self.field = field
        self.advice = advice or type(self).advice
        self.retry_after = retry_after
        super().__init__(message)

    def __str__(self) -> str:
        where = f"{self.operation}: {self.field}: " if self.field else f"{self.operation}: "
        facts = _facts(self.status, self.code, self.request_id)
        return f"{where.removeprefix(': ')}{self.message}{facts}. {self.advice}."


class AuthenticationFailed(ApiError, PermissionError):
    """The API key is absent, malformed, unknown or revoked."""

    advice = "Check the key in the SMTP2GO app under Sending > API Keys, and SMTP2GO_API_KEY"


class PermissionDenied(ApiError, PermissionError):
    """The API key may not call this endpoint."""

    advice = "Allow the endpoint for this key in the SMTP2GO app under Sending > API Keys"


class ValidationFailed(ApiError, ValueError):
    """The service found a field wrong; ``field`` names it."""

    advice = "Correct the field and call again; nothing was changed"


class NotFound(ApiError, LookupError):
    """The service has no such path or object."""

    advice = "Look at what there is with the matching view or search, and check the base URL"


class RateLimited(ApiError, TimeoutError):
    """The service still refused after waiting; ``retry_after`` is in seconds."""

    advice = "Wait retry_after seconds (at least 60) before calling again"


class SendFailed(ApiError, OSError):
    """The service answered 200, but did not accept the message for everyone.

    Args:
        message: What failed, in the service's words.
        succeeded: Emails accepted.
        failed: Emails refused.
        failures: The reasons, not tied to recipients.
        email_id: The id of the accepted part, if any.
        operation: The operation called.
        request_id: The id to quote to SMTP2GO's support.
    """

    advice = (
        "Look the message up with activity.search before sending again: a part may have been sent"
    )

    def __init__(
        self,
        message: str,
        *,
        succeeded: int,
        failed: int,
        failures: list[str],
        email_id: str | None,
        operation: str,
        request_id: str | None,
    ) -> None:
        self.succeeded = succeeded
        self.failed = failed
        self.failures = failures
        self.email_id = email_id
        super().__init__(message, operation=operation, status=200, request_id=request_id)


class ServerError(ApiError, OSError):
    """The service failed with a 5xx status."""

    advice = "Try again in some minutes; if it goes on, see status.smtp2go.com"


class UnexpectedAnswer(ApiError, ValueError):
    """The answer is not the JSON that the document promises."""

    advice = "Check SMTP2GO_BASE_URL, and whether a proxy stands between"
