"""What holds for every operation: it is declared, and asked for, as the API's document says."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import httpx
import pytest

from smtp2go_kit import AsyncClient, Client, Sandbox

DOCUMENT = json.loads((Path(__file__).parent / "data" / "operations.json").read_text())
URL = "https://api.smtp2go.com/v3"
KEY = "api-0123456789ABCDEFabcdef0123456789"
OPTIONAL = {("/stats/email_history", "group_by")}
"""Required by the document, which also gives its default."""
INVENTED = {
    "array": ["bKj21"],
    "[string]": ["deals@example.com"],
    "string": "text",
    "boolean": True,
    "integer": 10,
    "fileblob": "UERG",
    "mime_email": "UERG",
}
TYPES = {"string": str, "integer": int, "boolean": bool, "array": list[str], "[string]": list[str]}

each = pytest.mark.parametrize("entry", DOCUMENT, ids=[e["path"].strip("/") for e in DOCUMENT])
contracts = pytest.mark.parametrize("contract", ["documented", "served"])


def place(path: str) -> tuple[str, str]:
    """The group and the method that a path is called by."""
    heading, *_, method = path.strip("/").split("/")
    return "smtp_users" if heading == "users" else heading, method


def method_of(client: Any, entry: dict[str, Any]) -> Any:
    group, method = place(entry["path"])
    return getattr(getattr(client, group), method)


def parameters(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """The document's parameters; those within user_data stand for it."""
    first = entry["params"][0] if entry["params"] else {}
    return first["fields"] if first.get("name") == "user_data" else entry["params"]


def is_required(entry: dict[str, Any], parameter: dict[str, Any]) -> bool:
    return parameter["required"] and (entry["path"], parameter["name"]) not in OPTIONAL


def value_of(parameter: dict[str, Any]) -> Any:
    """The document's example value, or one of the right type where it has none."""
    name, kind = parameter["name"], parameter["type"]
    if name in INVENTED:
        return INVENTED[name]
    if "example" in parameter:
        return json.loads(parameter["example"])
    if "fields" in parameter:
        return [{field["name"]: value_of(field) for field in parameter["fields"]}]
    if "enum" in parameter:
        return parameter["enum"] if kind.startswith("[") else parameter["enum"][0]
    return INVENTED[kind]


def examples(entry: dict[str, Any]) -> dict[str, Any]:
    return {p["name"]: value_of(p) for p in parameters(entry)}


def body_of(entry: dict[str, Any], arguments: dict[str, Any]) -> dict[str, Any]:
    """The body that the document describes for these arguments."""
    wrapped = bool(entry["params"]) and entry["params"][0]["name"] == "user_data"
    return {"api_key": KEY, **({"user_data": arguments} if wrapped else arguments)}


def exact(value: Any) -> str:
    """A JSON value as text, in which 1, 1.0 and true differ."""
    return json.dumps(value, sort_keys=True)


def test_there_are_the_36_operations_of_the_document_and_no_others():
    client = Client(KEY)
    declared = {
        getattr(group, name).operation.path
        for group in vars(client).values()
        if hasattr(group, "_client")
        for name in dir(group)
        if not name.startswith("_")
    }
    assert len(DOCUMENT) == 36
    assert declared == {entry["path"] for entry in DOCUMENT}


@each
def test_an_operation_is_called_by_the_names_in_its_path(entry):
    method = method_of(Client(KEY), entry)
    assert method.operation.path == entry["path"]
    assert method.__name__ == entry["path"].rpartition("/")[2]


@each
def test_parameters_are_the_documents_in_its_order_with_required_ones_first(entry):
    signature = inspect.signature(method_of(Client(KEY), entry))
    given = [(n, p.default is p.empty) for n, p in signature.parameters.items() if n != "progress"]
    told = [(p["name"], is_required(entry, p)) for p in parameters(entry)]
    assert given == sorted(told, key=lambda parameter: not parameter[1])


@each
def test_required_parameters_may_be_positional_and_optional_ones_are_keywords(entry):
    for parameter in inspect.signature(method_of(Client(KEY), entry)).parameters.values():
        required = parameter.default is parameter.empty
        assert parameter.kind is (
            parameter.POSITIONAL_OR_KEYWORD if required else parameter.KEYWORD_ONLY
        )


def test_only_operations_with_many_pages_take_progress_besides():
    client = Client(KEY)
    taking = {
        entry["path"]
        for entry in DOCUMENT
        if "progress" in inspect.signature(method_of(client, entry)).parameters
    }
    assert taking == {"/activity/search", "/email/search", "/subaccount/search"}


@each
def test_types_on_the_wire_are_the_documents(entry):
    declared = {p.name: p.kind.wire for p in method_of(Client(KEY), entry).operation.parameters}
    for parameter in parameters(entry):
        wire, name = declared[parameter["name"]], parameter["name"]
        inner = get_args(wire)[0] if get_origin(wire) is list else wire
        if "enum" in parameter:
            assert get_origin(inner) is Literal, name
            assert list(get_args(inner)) == parameter["enum"], name
            assert parameter["type"].startswith("[") == (inner is not wire), name
        elif parameter["type"] == "[object]":
            fields = {field["name"] for field in parameter["fields"]}
            assert inner.__required_keys__ | inner.__optional_keys__ == fields, name
        else:
            assert wire == TYPES[parameter["type"]], name


@each
def test_every_parameter_is_described_in_the_docstring(entry):
    method = method_of(Client(KEY), entry)
    names = list(inspect.signature(method).parameters)
    section = re.search(r"(?ms)^Args:\n(.*?)(?=^\S|\Z)", inspect.getdoc(method))
    described = re.findall(r"(?m)^    (\w+): \S", section[1] if section else "")
    assert described == names


@each
def test_an_operation_has_a_summary_of_one_line(entry):
    summary, *rest = inspect.getdoc(method_of(Client(KEY), entry)).splitlines()
    assert summary.endswith((".", "!"))
    assert not rest or not rest[0]


@each
def test_both_clients_have_the_same_signature_and_only_one_is_awaited(entry):
    plain, awaited = method_of(Client(KEY), entry), method_of(AsyncClient(KEY), entry)
    assert inspect.signature(plain) == inspect.signature(awaited)
    assert plain.__doc__ == awaited.__doc__
    assert inspect.iscoroutinefunction(awaited)
    assert not inspect.iscoroutinefunction(plain)


@each
@contracts
def test_the_sandbox_answers_the_operation(entry, contract):
    sandbox = Sandbox(empty=True, contract=contract)
    renamed = contract == "served" and entry["path"] == "/subaccount/search"
    path = "/subaccounts/search" if renamed else entry["path"]
    with httpx.Client(transport=sandbox, base_url="http://sandbox/v3") as web:
        reply = web.post(path, json={"api_key": sandbox.api_key})
    needs = [p["name"] for p in parameters(entry) if is_required(entry, p)]
    assert reply.status_code == (400 if needs else 200)
    assert "request_id" in reply.json()


@each
def test_a_call_with_the_documents_examples_is_the_documents_request(serve, entry):
    service = serve(api_key=KEY)
    method_of(service.client, entry)(**examples(entry))
    (request,) = service.requests
    assert request.method == "POST"
    assert str(request.url) == URL + entry["path"]
    assert request.headers["X-Smtp2go-Api-Key"] == KEY
    assert request.headers["Content-Type"] == "application/json"
    assert exact(json.loads(request.content)) == exact(body_of(entry, examples(entry)))


@each
def test_required_arguments_can_be_given_by_position(serve, entry):
    service = serve()
    required = {p["name"]: value_of(p) for p in parameters(entry) if is_required(entry, p)}
    method_of(service.client, entry)(*required.values())
    sent = json.loads(service.requests[0].content)
    sent = sent.get("user_data", sent)
    assert {name: sent[name] for name in required} == required


@each
def test_none_is_not_sent(serve, entry):
    service = serve(api_key=KEY)
    required = {p["name"]: value_of(p) for p in parameters(entry) if is_required(entry, p)}
    nones = {p["name"]: None for p in parameters(entry) if p["name"] not in required}
    method_of(service.client, entry)(**required, **nones)
    # All pages of a search are asked for as few large ones.
    largest = {"limit": 1000} if entry["path"] == "/activity/search" else {}
    body = body_of(entry, required) | largest
    assert exact(json.loads(service.requests[0].content)) == exact(body)


def test_history_is_grouped_by_the_documents_default(serve):
    service = serve()
    service.client.stats.email_history()
    assert service.sent == [("/stats/email_history", {"group_by": "username"})]
