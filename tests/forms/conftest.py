"""What the tests of the forms share: a form on a scripted service, and values for every field."""

from __future__ import annotations

import datetime as dt
import html
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from ipywidgets.embed import dependency_state

from smtp2go_kit import Client
from smtp2go_kit.forms import State, form
from smtp2go_kit.operation import Effect, Endpoint
from smtp2go_kit.operations import all_operations
from tests.conftest import KEY, Service

OPERATIONS = list(all_operations())
NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
MIME = (
    b"From: Shop <shop@example.com>\r\nTo: Ann <ann@example.org>, bob@example.org\r\n"
    b"Cc: carol@example.org\r\nBcc: dave@example.org\r\nSubject: Your kettle\r\n\r\nIt is here.\r\n"
)
VALUES: dict[str, Any] = {
    "allowed_senders": ["@example.com", "ann@example.org"],
    "archive_enabled": True,
    "attachments": [("kettle.txt", b"1 kettle"), ("list.csv", b"a,b\n")],
    "audit_email": "audit@example.com",
    "auto_verify": False,
    "bcc": ["dave@example.org"],
    "block_description": "asked by phone",
    "cc": ["carol@example.org"],
    "clicked_only": True,
    "comments": "first line\nsecond line",
    "continue_token": "token-1",
    "custom_headers": {"Reply-To": "help@example.com", "X-Time": "12:30"},
    "custom_ratelimit": True,
    "custom_ratelimit_period": "3600",
    "custom_ratelimit_value": 1500,
    "dedicated_ip": True,
    "description": "the shop's printer",
    "domain": "news.example.com",
    "email": "owner@example.com",
    "email_address": "ann@example.org",
    "email_id": ["1er8bV-6Tw0Mi-7h", "1er8bV-6Tw0Mi-8i"],
    "email_password": "hunter2-canary-password",
    "end_date": "2026-11-20T09:30:00",
    "event_types": ["spam", "delivered"],
    "feedback_domain": "feedback.example.com",
    "feedback_enabled": False,
    "feedback_html": "<p>%%UNSUBSCRIBE%%</p>",
    "feedback_text": "Unsubscribe",
    "filter_query": "recipient:gmail.com AND status:refused",
    "fullname": "The second shop",
    "fuzzy_search": False,
    "group_by": "email_address",
    "headers": [{"key": "X-Shop", "value": "2"}],
    "html_body": '<p>Here: <img src="cid:logo.png"></p>',
    "ignore_case": True,
    "inlines": [("logo.png", b"\x89PNG")],
    "limit": 1500,
    "message": "Please click.",
    "mime_email": MIME,
    "new_email": "owner2@example.com",
    "new_subdomain": "returns",
    "old_subdomain": "em12345",
    "only_latest": True,
    "open_tracking_enabled": True,
    "opened_only": False,
    "page_size": 20,
    "reasons": ["spam", "bounce"],
    "requisition_ssl": True,
    "returnpath_subdomain": "em",
    "search": "kettle",
    "search_recipient": "ann",
    "search_sender": "shop",
    "search_subject": "Your",
    "search_terms": ["shop", "second"],
    "search_usernames": "printer",
    "sender": "Shop <shop@example.com>",
    "sort_by": "delivered_at",
    "sort_dir": "asc",
    "sort_direction": "desc",
    "start_date": "2026-11-01",
    "states": "active",
    "status_counts": False,
    "subaccount_id": "sub-1",
    "subaccount_ids": ["sub-1", "sub-2"],
    "subject": "Your kettle",
    "text_body": "It is here.\n\n- The shop",
    "to": ["Ann <ann@example.org>", "bob@example.org"],
    "tracking_subdomain": "link",
    "username": "printer@example.com",
    "wildcard": "example",
}
OTHERWISE = {
    "subaccount.add": {"limit": 250000},
    "subaccount.edit": {"limit": 250000},
    "stats.email_history": {"start_date": "7d", "end_date": "24h"},
}
SENT = {"data": {"succeeded": 1, "failed": 0, "failures": [], "email_id": "1er8bV-6Tw0Mi-7h"}}


def _valid(operation: Endpoint, *, every: bool = False) -> dict[str, Any]:
    values = VALUES | OTHERWISE.get(operation.title, {})
    asked = (p for p in operation.parameters if not p.kind.local)
    return {p.name: values[p.name] for p in asked if every or p.required}


class Bench:
    """The form of one operation, filled in by widgets, before a scripted service.

    Args:
        operation: The operation.
        script: The service's answers; a good one if not given.
        options: Further arguments of the client.
    """

    def __init__(self, operation: Endpoint, *script: Any, **options: Any) -> None:
        good = SENT if operation.effect is Effect.SEND else {"data": {}}
        self.operation = operation
        self.service = Service(*(script or (good,)))
        clock = self.service.clock
        arguments = {"transport": self.service, "clock": clock, "sleep": clock.sleep}
        self.client = Client(KEY, **{**arguments, "now": lambda: NOW, **options})
        group, name = operation.title.split(".")
        self.call: Callable[..., Any] = getattr(getattr(self.client, group), name)
        self.form = form(self.call)
        self.model = self.form.model

    def fill(self, *, every: bool = False, **values: Any) -> Bench:
        """Fill in the required fields, or every one."""
        self.form.fill(**_valid(self.operation, every=every) | values)
        return self

    def press(self, times: int = 1) -> Bench:
        """Press the first button; a person who is fast presses it three times."""
        for _ in range(times):
            self.form.go.click()
        return self

    def agree(self, times: int = 1) -> Bench:
        """Type what must be typed, and press the final button."""
        if self.model.state is State.CONFIRMING:
            self.form.typed.value = self.model.phrase
        for _ in range(times):
            self.form.yes.click()
        return self

    def finish(self) -> Bench:
        """Do everything that leads to the call."""
        return self.fill().press().agree()

    @property
    def count(self) -> int:
        return len(self.service.requests)

    @property
    def status(self) -> str:
        """The status as it is read."""
        return html.unescape(self.form.status.value)

    def beside(self, name: str) -> str:
        """What is said beside a field."""
        return html.unescape(self.form.entries[name].error.value)

    def bundle(self) -> dict[str, Any]:
        """What the notebook's file keeps of the form."""
        return self.form._repr_mimebundle_()

    def everything(self) -> str:
        """All that widgets, outputs, texts and the notebook's file hold."""
        state: dict[str, Any] = dependency_state([self.form], drop_defaults=False)
        texts = [repr(self.form), repr(self.model), str(self.model.message), str(self.model.errors)]
        texts += [repr(self.model.values), repr(self.model.call), repr(self.model.letter)]
        return "\n".join([_written(state), _written(self.bundle()), *texts])


def _written(state: Any) -> str:
    return json.dumps(state, default=lambda value: bytes(value).decode("latin-1"))


@pytest.fixture(scope="session")
def bench() -> type[Bench]:
    """Opens a form before a scripted service."""
    return Bench


@pytest.fixture(scope="session")
def valid() -> Callable[..., dict[str, Any]]:
    """Values for an operation, as the client takes them."""
    return _valid


@pytest.fixture(scope="session")
def named() -> Callable[[str], Endpoint]:
    """An operation by its title."""
    return {operation.title: operation for operation in OPERATIONS}.__getitem__


@pytest.fixture(scope="session")
def told() -> Callable[..., httpx.Response]:
    """A refusal in the service's envelope, with the bad field if there is one."""

    def tell(status: int, error: str = "Sorry", field: str = "", code: str = "") -> httpx.Response:
        data: dict[str, Any] = {"error": error}
        if field:
            code = code or "NON_VALIDATING_IN_PAYLOAD"
            data["field_validation_errors"] = {"fieldname": field, "message": error}
        named = {"error_code": f"E_ApiResponseCodes.{code}"} if code else {}
        return httpx.Response(status, json={"request_id": "req-1", "data": {**data, **named}})

    return tell


def _those(*effects: Effect) -> list[Endpoint]:
    return [operation for operation in OPERATIONS if operation.effect in effects]


def _title(operation: Endpoint) -> str:
    return operation.title


@pytest.fixture(params=OPERATIONS, ids=_title)
def operation(request: pytest.FixtureRequest) -> Endpoint:
    """Each operation in turn."""
    return request.param


@pytest.fixture(params=_those(Effect.SEND, Effect.DESTROY), ids=_title)
def asking(request: pytest.FixtureRequest) -> Endpoint:
    """Each operation that sends or destroys, in turn."""
    return request.param


@pytest.fixture(params=_those(Effect.READ, Effect.WRITE), ids=_title)
def ready(request: pytest.FixtureRequest) -> Endpoint:
    """Each operation that is done at once, in turn."""
    return request.param


@pytest.fixture(autouse=True)
def _no_shell() -> Iterator[None]:
    """Forms need no IPython shell, and must not start one: it would swallow errors."""
    from traitlets.config import SingletonConfigurable

    def shells() -> list[str]:
        kinds = SingletonConfigurable.__subclasses__()
        return [k.__name__ for k in kinds if k.__name__ == "InteractiveShell" and k.initialized()]

    before = shells()
    yield
    assert shells() == before
