"""The API's side of the wire: routing, keys, limits, validation, and the two envelopes."""

from __future__ import annotations

import json
import logging
import re
import uuid
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from smtp2go_kit.call import MOST_EMAIL, MOST_OTHER
from smtp2go_kit.operation import Endpoint
from smtp2go_kit.operations import all_operations
from smtp2go_kit.permissions import ApiKeys, allows
from smtp2go_kit.sandbox.account import Account
from smtp2go_kit.sandbox.delivery import release
from smtp2go_kit.sandbox.requests import NOT_JSON, Arguments, Contract, Refused, arguments_of
from smtp2go_kit.sandbox.tokens import Tokens

LOGGER = logging.getLogger(__name__)
KEY = re.compile(r"api-[A-Za-z0-9]{32}")
PREFIX = "E_ApiResponseCodes."
NO_KEY = (
    "The API Key passed was not in the correct format, Please check the key is correct and try "
    "again. The full API key can be found in the API Keys section in the admin console."
)
UNKNOWN_KEY = "The API Key you provided is not valid or has been revoked."
NO_PERMISSION = "You do not have permission to access this API endpoint"


@dataclass(frozen=True)
class Response:
    """What goes back over HTTP."""

    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass
class Request:
    """A checked request, as a handler sees it.

    Args:
        account: The account asked.
        args: The arguments given, by the contract's names.
        contract: Whose shapes to answer in.
        path: The endpoint's path.
        tokens: Where unfinished searches are kept.
    """

    account: Account
    args: Arguments
    contract: Contract
    path: str
    tokens: Tokens

    @property
    def is_served(self) -> bool:
        """Whether to answer as today's service does."""
        return self.contract == "served"

    def page(
        self, size: int, search: Callable[[], Sequence[Any]]
    ) -> tuple[Sequence[Any], int, str | None]:
        """One page of a search, as :meth:`Tokens.page` gives it.

        Args:
            size: Most results on a page.
            search: Finds all results.
        """
        return self.tokens.page(self.path, self.args, size, search)


Handler = Callable[[Request], Any]
HANDLERS: dict[str, Handler] = {}
TOP_LEVEL: set[str] = set()
"""Paths whose data the document shows beside ``request_id``, without ``data``."""


def answers(op: Endpoint, *, top_level: bool = False) -> Callable[[Handler], Handler]:
    """Register the handler of an operation.

    Args:
        op: The operation.
        top_level: Whether the document shows its data without ``data`` around it.
    """

    def register(handler: Handler) -> Handler:
        HANDLERS[op.path] = handler
        if top_level:
            TOP_LEVEL.add(op.path)
        return handler

    return register


@dataclass
class Service:
    """Answers requests for one account.

    Args:
        account: The account.
        contract: Answer as the API's document says, or as today's service does.
        limits: Whether to refuse too many requests with 429.
        clock: Seconds that only go forward, by which those are counted.
    """

    account: Account
    contract: Contract
    limits: bool
    clock: Callable[[], float]
    _seen: dict[str, deque[float]] = field(
        default_factory=lambda: defaultdict[str, deque[float]](deque)
    )

    def __post_init__(self) -> None:
        self.tokens = Tokens(self.account.now, self.account.seed)
        self.routes = {op.path: op for op in all_operations()}
        for op in all_operations():
            if op.declared.served and op.declared.served.path:
                self.routes[op.declared.served.path] = op
                if self.contract == "served":
                    del self.routes[op.path]
        if self.contract == "served":
            self.routes[ApiKeys.permissions.path] = ApiKeys.permissions

    def respond(
        self, method: str, path: str, headers: Mapping[str, str], content: bytes
    ) -> Response:
        """The answer to one HTTP request.

        Args:
            method: The HTTP method.
            path: The URL's path, such as ``/v3/email/send``.
            headers: The headers, with names in lower case.
            content: The body.
        """
        with self.account.lock:
            request_id = str(uuid.UUID(int=self.account.random.getrandbits(128), version=4))
            release(self.account)
            try:
                return self._answered(method, path, headers, content, request_id)
            except Refused as refused:
                return refusal(refused, request_id)
            except Exception as error:
                LOGGER.exception("%s failed", path)
                broken = Refused(f"The sandbox failed: {error!r}", status=500)
                return refusal(broken, request_id)

    def _answered(
        self, method: str, path: str, headers: Mapping[str, str], content: bytes, request_id: str
    ) -> Response:
        op = self._operation(method, path)
        body = _parsed(content, op)
        self._admit(op, headers, body)
        args = arguments_of(op, body, self.contract)
        request = Request(self.account, args, self.contract, op.path, self.tokens)
        return _ok(
            {**self._envelope(op.path, HANDLERS[op.path](request)), "request_id": request_id}
        )

    def _operation(self, method: str, path: str) -> Endpoint:
        op = self.routes.get("/" + path.strip("/").removeprefix("v3/"))
        if op is None or not path.startswith("/v3/"):
            raise Refused(f"The endpoint {path} does not exist", status=404)
        if method != "POST":
            raise Refused(f"The method {method} is not allowed; use POST", status=405)
        return op

    def _admit(self, op: Endpoint, headers: Mapping[str, str], body: Mapping[str, Any]) -> None:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        bearer = token.strip() if scheme.lower() == "bearer" else ""
        key = headers.get("x-smtp2go-api-key") or bearer or body.get("api_key") or ""
        if not (isinstance(key, str) and KEY.fullmatch(key)):
            raise Refused(NO_KEY, code="INVALID_IN_PAYLOAD", status=403)
        if key != self.account.api_key:
            raise Refused(UNKNOWN_KEY)
        if op is not ApiKeys.permissions and not allows(self.account.permissions, op):
            raise Refused(NO_PERMISSION, code="ENDPOINT_PERMISSION_DENIED")
        if self.limits:
            self._count(op)

    def _count(self, op: Endpoint) -> None:
        budget = op.declared.budget
        if budget is None:
            return
        now, seen = self.clock(), self._seen[op.path]
        while seen and seen[0] <= now - budget.seconds:
            seen.popleft()
        if len(seen) >= budget.requests:
            text = (
                f"This endpoint is rate limited to {budget.requests} requests every "
                f"{budget.seconds:g} seconds"
            )
            raise Refused(text, code="REQ_LIMIT_EXCEEDED", status=429)
        seen.append(now)

    def _envelope(self, path: str, data: Any) -> dict[str, Any]:
        if self.contract == "served":
            return {} if data is None else {"data": data}
        if path in ("/email/send", "/email/mime"):
            # The document says email_response; every published client reads data.
            return {"email_response": data, "data": data}
        if data is None or path in TOP_LEVEL:
            return data or {}
        return {"data": data}


def _parsed(content: bytes, op: Endpoint) -> dict[str, Any]:
    most = MOST_EMAIL if op.path.startswith("/email/") else MOST_OTHER
    if len(content) > most:
        raise Refused(f"The request body is larger than {most} bytes", status=413)
    try:
        body = json.loads(content or b"{}")
    except (ValueError, RecursionError):
        raise Refused(NOT_JSON, code="NON_VALIDATING_IN_PAYLOAD") from None
    if not isinstance(body, dict):
        raise Refused(NOT_JSON, code="NON_VALIDATING_IN_PAYLOAD")
    return body  # pyright: ignore[reportUnknownVariableType] - any JSON object


def refusal(refused: Refused, request_id: str) -> Response:
    """An error in the service's envelope.

    Args:
        refused: What is refused.
        request_id: The request's id.
    """
    data: dict[str, Any] = {"error_code": PREFIX + refused.code, "error": refused.error}
    if refused.field:
        data["error"] = NOT_JSON
        data["field_validation_errors"] = {"fieldname": refused.field, "message": refused.error}
    return _ok({"request_id": request_id, "data": data}, refused.status)


def _ok(envelope: Mapping[str, Any], status: int = 200) -> Response:
    content = json.dumps(envelope).encode()
    return Response(status, {"content-type": "application/json"}, content)
