"""Where today's service takes another form than the document's, and how a client finds out."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from smtp2go_kit import ApiError, InvalidArgument, NotFound, PermissionDenied, ValidationFailed

# What today's service takes, from its published schema (v3.0.4): the type of each field, or of
# its entries in a list; "!" marks what it requires. Only the paths where it differs.
TODAY: dict[str, dict[str, Any]] = {
    "/activity/search": {
        "start_date": str,
        "end_date": str,
        "search": str,
        "search_subject": str,
        "search_sender": str,
        "search_recipient": str,
        "search_usernames": [str],
        "subaccounts": [str],
        "limit": int,
        "continue_token": str,
        "only_latest": bool,
        "event_types": [str],
    },
    "/allowed_senders/update": {"allowed_senders!": [str], "mode!": str, "subaccount_id": str},
    "/allowed_senders/view": {"subaccount_id": str},
    "/email/search": {
        "start_date": str,
        "end_date": str,
        "limit": int,
        "headers": [str],
        "ignore_case": bool,
        "continue_token": str,
    },
    "/users/smtp/add": {
        "username!": str,
        "email_password": str,
        "description": str,
        "archive_enabled": bool,
    },
    "/users/smtp/edit": {"username!": str, "email_password": str, "description": str},
    "/subaccount/add": {
        "fullname!": str,
        "subaccount_email": str,
        "limit": int,
        "dedicated_ip": bool,
    },
    "/subaccount/edit": {"id!": str, "fullname": str, "limit": int, "dedicated_ip": bool},
    "/subaccount/close": {"id!": str, "email": str},
    "/subaccount/reinvite": {"id!": str},
    "/subaccount/reopen": {"id!": str, "email": str},
    "/subaccounts/search": {"search_terms": [str], "states": str, "page_size": int},
}
LEFT = {"email": "left@example.com", "id": "34l8ok", "name": "Left"}
FOUND = {"email": "Shop@Example.com", "id": "34l8oj", "name": "Shop"}
SEARCH = ("/subaccounts/search", {"search_terms": ["shop@example.com"]})
USER = {"username": "authuser", "email_password": "pa$$word", "description": "Since 2021"}

# The call, its arguments, and the requests it must come to after the refused one.
FORMS: list[tuple[str, dict[str, Any], list[tuple[str, dict[str, Any]]]]] = [
    (
        "activity.search",
        {"search_usernames": "authuser", "subaccount_ids": ["34l8oj"], "limit": 10},
        [
            (
                "/activity/search",
                {"search_usernames": ["authuser"], "subaccounts": ["34l8oj"], "limit": 10},
            )
        ],
    ),
    (
        "allowed_senders.update",
        {"allowed_senders": ["@example.com"], "subaccount_id": "bKj21"},
        [
            ("/allowed_senders/view", {"subaccount_id": "bKj21"}),
            (
                "/allowed_senders/update",
                {"allowed_senders": ["@example.com"], "subaccount_id": "bKj21", "mode": "disabled"},
            ),
        ],
    ),
    (
        "email.search",
        {
            "headers": [{"key": "Bcc", "value": "audit@example.com"}],
            "sort_by": "email_ts",
            "sort_dir": "asc",
            "ignore_case": True,
        },
        [("/email/search", {"headers": ["Bcc"], "ignore_case": True})],
    ),
    ("email.search", {"sort_dir": "asc"}, [("/email/search", {})]),
    (
        "smtp_users.add",
        {**USER, "archive_enabled": True},
        [("/users/smtp/add", {**USER, "archive_enabled": True})],
    ),
    ("smtp_users.edit", USER, [("/users/smtp/edit", USER)]),
    (
        "subaccount.add",
        {"email": "new@example.com", "fullname": "New", "limit": 250000, "dedicated_ip": True},
        [
            (
                "/subaccount/add",
                {
                    "subaccount_email": "new@example.com",
                    "fullname": "New",
                    "limit": 250000,
                    "dedicated_ip": True,
                },
            )
        ],
    ),
    (
        "subaccount.edit",
        {"email": "shop@example.com", "fullname": "The shop", "limit": 10000},
        [SEARCH, ("/subaccount/edit", {"id": "34l8oj", "fullname": "The shop", "limit": 10000})],
    ),
    *(
        (
            f"subaccount.{name}",
            {"email": "shop@example.com"},
            [SEARCH, (f"/subaccount/{name}", {"id": "34l8oj"})],
        )
        for name in ("close", "reinvite", "reopen")
    ),
    (
        "subaccount.search",
        {"search_terms": ["shop"], "states": "active", "page_size": 100},
        [("/subaccounts/search", {"search_terms": ["shop"], "states": "active", "page_size": 100})],
    ),
]
each = pytest.mark.parametrize(
    ("title", "arguments", "served"), FORMS, ids=[f"{t}-{len(a)}" for t, a, _ in FORMS]
)


def refusal(field: str, request_id: str = "first") -> httpx.Response:
    """A refusal of one field, in the service's words."""
    data = {
        "error": "An error occurred processing the json data you sent with the request.",
        "error_code": "E_ApiResponseCodes.NON_VALIDATING_IN_PAYLOAD",
        "field_validation_errors": {"fieldname": field, "message": f"The field '{field}' is bad"},
    }
    return httpx.Response(400, json={"request_id": request_id, "data": data})


def is_of(value: Any, kind: Any) -> bool:
    if isinstance(kind, list):
        return isinstance(value, list) and all(type(entry) is kind[0] for entry in value)
    return type(value) is kind


def faults(body: dict[str, Any], fields: dict[str, Any]) -> list[str]:
    """Fields that today's service does not take so: required ones it misses come first."""
    known = {name.rstrip("!"): kind for name, kind in fields.items()}
    missing = [name[:-1] for name in fields if name.endswith("!") and name[:-1] not in body]
    return missing + [k for k, v in body.items() if k not in known or not is_of(v, known[k])]


def today(first: int) -> Any:
    """A service of today, which reports the first or the last (-1) of the bad fields."""

    def answer(request: httpx.Request) -> Any:
        path = request.url.path.removeprefix("/v3")
        body = {k: v for k, v in json.loads(request.content).items() if k != "api_key"}
        if path not in TODAY:
            return httpx.Response(404, json={"data": {"error": "no such endpoint"}})
        if wrong := faults(body, TODAY[path]):
            return refusal(wrong[first])
        if path == "/subaccounts/search":
            return {"data": {"subaccounts": [LEFT, FOUND], "continue_token": ""}}
        if path == "/allowed_senders/view":
            return {"data": {"allowed_senders": [], "mode": "disabled"}}
        return {"data": {}}

    return answer


def call(client: Any, title: str, arguments: dict[str, Any]) -> Any:
    group, method = title.split(".")
    return getattr(getattr(client, group), method)(**arguments)


@each
@pytest.mark.parametrize("first", [0, -1], ids=["first fault", "last fault"])
def test_a_refused_form_is_followed_by_the_served_one(serve, title, arguments, served, first):
    service = serve(today(first))
    call(service.client, title, arguments)
    assert service.sent[1:] == served


@each
def test_the_served_form_is_remembered_for_this_client_only(serve, title, arguments, served):
    service, other = serve(today(0)), serve(today(0))
    call(service.client, title, arguments)
    call(service.client, title, arguments)
    call(other.client, title, arguments)
    assert service.sent[1 + len(served) :] == served
    assert other.sent == service.sent[: 1 + len(served)]


def test_the_served_form_of_one_operation_says_nothing_of_another(serve):
    service = serve(today(0))
    service.client.smtp_users.add("authuser", "pa$$word")
    service.client.smtp_users.edit("authuser", "pa$$word")
    assert [list(body) for _, body in service.sent] == [
        ["user_data"],
        ["username", "email_password"],
    ] * 2


@each
def test_a_refusal_of_another_field_is_raised_at_once(serve, title, arguments, served):
    service = serve(refusal("somewhere_else"))
    with pytest.raises(ValidationFailed) as caught:
        call(service.client, title, arguments)
    assert caught.value.field == "somewhere_else"
    assert len(service.requests) == 1


@each
@pytest.mark.parametrize("status", [400, 403], ids=str)
def test_another_kind_of_refusal_is_raised_at_once(serve, title, arguments, served, status):
    told = {"error": "no", "error_code": "E_ApiResponseCodes.ENDPOINT_PERMISSION_DENIED"}
    service = serve(httpx.Response(status, json={"data": told}))
    with pytest.raises(PermissionDenied):
        call(service.client, title, arguments)
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    ("title", "arguments", "field"),
    [
        ("smtp_users.add", USER, "username"),
        ("subaccount.add", {"email": "new@example.com", "fullname": "New"}, "email"),
        ("activity.search", {"search_usernames": "authuser"}, "search_usernames"),
        ("email.search", {"sort_by": "email_ts"}, "sort_by"),
    ],
)
def test_if_both_forms_are_refused_the_first_refusal_is_raised(serve, title, arguments, field):
    service = serve(refusal(field, "of the document's"), refusal(field, "of the served"))
    with pytest.raises(ValidationFailed) as caught:
        call(service.client, title, arguments)
    assert (caught.value.field, caught.value.request_id) == (field, "of the document's")
    assert len(service.requests) == 2
    with pytest.raises(ValidationFailed):
        call(service.client, title, arguments)
    assert service.sent[2] == service.sent[0]


def test_if_neither_path_exists_the_first_404_is_raised(serve):
    service = serve(404)
    with pytest.raises(NotFound):
        service.client.subaccount.search()
    paths = [path for path, _ in service.sent]
    assert paths == ["/subaccount/search", "/subaccounts/search"]


def test_if_the_id_cannot_be_asked_the_first_refusal_is_raised(serve):
    service = serve(refusal("email"), 404)
    with pytest.raises(ValidationFailed) as caught:
        service.client.subaccount.close("shop@example.com")
    assert caught.value.request_id == "first"


def test_an_address_of_no_subaccount_is_not_found(serve):
    service = serve(today(0))
    with pytest.raises(NotFound, match=r"nobody@example\.com"):
        service.client.subaccount.close("nobody@example.com")
    assert [path for path, _ in service.sent] == ["/subaccount/close", "/subaccounts/search"]


def test_what_today_s_service_cannot_do_is_said_before_it_is_asked_to(serve):
    service = serve(today(0))
    with pytest.raises(InvalidArgument, match="new_email"):
        service.client.subaccount.edit("shop@example.com", "Shop", new_email="new@example.com")
    assert [path for path, _ in service.sent] == ["/subaccount/edit"]


@pytest.mark.parametrize("data", [{}, {"mode": None}, [], None, "ok"], ids=repr)
def test_a_list_of_unknown_mode_is_not_switched_on(serve, data):
    service = serve(refusal("mode"), {"data": data})
    with pytest.raises(NotFound, match="mode"):
        service.client.allowed_senders.update(["@example.com"])
    paths = [path for path, _ in service.sent]
    assert paths == ["/allowed_senders/update", "/allowed_senders/view"]


def told(field: str, message: str) -> httpx.Response:
    fault = {"fieldname": field, "message": message}
    code = "E_ApiResponseCodes.NON_VALIDATING_IN_PAYLOAD"
    data = {"error": "no", "error_code": code, "field_validation_errors": fault}
    if not field:
        data = {"error": message, "error_code": "E_ApiResponseCodes.API_EXCEPTION"}
    return httpx.Response(400, json={"data": data})


@pytest.mark.parametrize("field", ["user_data", "username"])
def test_a_bad_value_in_the_served_form_is_told(serve, field):
    service = serve(told(field, "no"), told("username", "already taken"))
    with pytest.raises(ValidationFailed, match="already taken"):
        service.client.smtp_users.add("authuser", "word")
    assert len(service.requests) == 2


# What only a service of the document says, and what it says to the served form.
DOCUMENTED = [
    ("smtp_users.edit", USER, ("username", "does not exist"), ("user_data", "is mandatory")),
    ("smtp_users.add", USER, ("username", "already taken"), ("", "an error occurred")),
    ("smtp_users.add", USER, ("username", "taken"), ("email_password", "Unknown parameter")),
    ("subaccount.close", {"email": "a@b.co"}, ("email", "not there"), ("", "an error occurred")),
    (
        "subaccount.add",
        {"email": "a@b.co", "fullname": "A"},
        ("email", "is unknown"),
        ("email", "is mandatory"),
    ),
]


@pytest.mark.parametrize(("title", "arguments", "first", "second"), DOCUMENTED)
def test_a_service_of_the_document_is_never_taken_for_todays(
    serve, title, arguments, first, second
):
    service = serve(told(*first), told(*second), {"data": {}})
    with pytest.raises(ValidationFailed, match=first[1]) as caught:
        call(service.client, title, arguments)
    assert caught.value.field == first[0]
    call(service.client, title, arguments)
    assert service.sent[2] == service.sent[0]


def test_a_served_form_is_remembered_though_the_service_refuses_what_it_says(serve):
    taken = {"data": {"error": "in use", "error_code": "E_ApiResponseCodes.API_EXCEPTION"}}
    service = serve(refusal("user_data"), httpx.Response(400, json=taken))
    for _ in range(3):
        with pytest.raises(ApiError, match="in use"):
            service.client.smtp_users.add("authuser", "word")
    assert len(service.requests) == 4


def test_an_id_is_looked_for_on_every_page(serve):
    service = serve(
        refusal("email"),
        {"data": {"subaccounts": [LEFT], "continue_token": "t"}},
        {"data": {"subaccounts": [FOUND], "continue_token": ""}},
        {"data": "closed"},
    )
    service.client.subaccount.close("shop@example.com")
    assert service.sent[2][1]["continue_token"] == "t"
    assert service.sent[3] == ("/subaccount/close", {"id": FOUND["id"]})


@pytest.mark.parametrize(
    "data",
    [[LEFT, FOUND], {"subaccounts": FOUND}, {"subaccounts": [None, "x", FOUND]}],
    ids=["list", "object", "mixed"],
)
def test_an_id_is_found_in_answers_of_any_shape(serve, data):
    service = serve(refusal("email"), {"data": data}, {"data": "closed"})
    service.client.subaccount.close("shop@example.com")
    assert service.sent[2][1] == {"id": FOUND["id"]}


HEADERS = [
    [{"key": "Bcc", "value": "x"}],
    {"Bcc": "x"},
    "Bcc: x",
    ["Bcc: x"],
    [None, {"key": "Bcc", "value": "x"}],
]


@pytest.mark.parametrize("headers", HEADERS, ids=repr)
def test_headers_of_any_shape_are_looked_through_here(serve, headers):
    rows = [{"email_id": "a", "headers": headers}, {"email_id": "b", "headers": None}]
    wanted = ([{"key": "bcc"}], [{"key": "Bcc", "value": "x"}], [{"key": "Bcc", "value": "y"}])
    for filters, found in zip(wanted, (["a"], ["a"], []), strict=True):
        service = serve(refusal("headers"), {"data": {"emails": rows}})
        assert list(service.client.email.search(headers=filters)["email_id"]) == found
        assert service.sent[1][1]["headers"] == [filters[0]["key"]]


def test_todays_service_looks_for_no_header_without_a_name(serve):
    service = serve(refusal("headers"))
    with pytest.raises(ValidationFailed, match=r"headers: .*add its key"):
        service.client.email.search(headers=[{"value": "x"}])


@pytest.mark.parametrize("code", ["NON_VALIDATING_IN_PAYLOAD", "ENDPOINT_PERMISSION_DENIED", ""])
def test_a_path_that_does_not_exist_is_known_by_the_status(serve, code):
    data = {"error": "no such endpoint", "error_code": f"E_ApiResponseCodes.{code}"}
    service = serve(httpx.Response(404, json={"data": data}), {"data": {"subaccounts": []}})
    service.client.subaccount.search()
    assert [path for path, _ in service.sent] == ["/subaccount/search", "/subaccounts/search"]
