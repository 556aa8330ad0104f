"""What the service says to keys, paths, methods, sizes and fields, in its own words."""

from __future__ import annotations

import json
import uuid

import httpx
import pytest

from smtp2go_kit import InvalidArgument
from smtp2go_kit.sandbox import Sandbox

GENERIC = (
    "An error occurred processing the json data you sent with the request. Please make sure the "
    "data conforms to the specification for this call (see the documentation here: "
    "https://developers.smtp2go.com/reference/introduction) and try again. Don't forget to set "
    "Content-Type to 'application/json'."
)
CORRECT = "Please correct your JSON payload and try again."
MESSAGE = {"sender": "a@example.com", "to": ["b@x.test"], "subject": "Hello", "text_body": "Hi"}
OTHER_KEY = "api-" + "0" * 32
MEGABYTE = 1024 * 1024


def error(response: httpx.Response) -> tuple[int, str, str]:
    """The status, the code and the text of a refusal."""
    data = response.json()["data"]
    code = data["error_code"]
    assert code.startswith("E_ApiResponseCodes.")
    return response.status_code, code.removeprefix("E_ApiResponseCodes."), data["error"]


def test_an_invalid_sender_is_refused_in_the_services_words(post):
    response = post("/email/send", {**MESSAGE, "sender": "robs_invalid.com"})
    envelope = response.json()
    assert response.status_code == 400
    assert uuid.UUID(envelope.pop("request_id"))
    assert envelope == {
        "data": {
            "error": GENERIC,
            "error_code": "E_ApiResponseCodes.NON_VALIDATING_IN_PAYLOAD",
            "field_validation_errors": {
                "fieldname": "sender",
                "message": "The field 'sender' was expecting a valid RFC-822 formatted email "
                f"field but found 'robs_invalid.com', {CORRECT}",
            },
        }
    }


def test_an_unknown_event_type_is_refused_with_the_allowed_list(post):
    field, message = post.refusal("/activity/search", {"event_types": ["example"]})
    assert field == "event_types"
    assert message == (
        "The field 'event_types' was expecting a value from the allowed list ['processed', "
        "'soft-bounced', 'hard-bounced', 'rejected', 'spam', 'delivered', 'unsubscribed', "
        f"'resubscribed', 'opened', 'clicked'] but instead found '['example']', {CORRECT}"
    )


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/email/send", {k: v for k, v in MESSAGE.items() if k != "to"}, "to"),
        ("/email/send", {**MESSAGE, "to": []}, "to"),
        ("/email/send", {**MESSAGE, "to": "b@x.test"}, "to"),
        ("/email/send", {**MESSAGE, "to": ["b@x.test", "nobody"]}, "to"),
        ("/email/send", {**MESSAGE, "cc": ["b@x.test"] * 101}, "cc"),
        ("/email/send", {**MESSAGE, "subject": "Hello\nBcc: x@x.test"}, "subject"),
        ("/email/send", {**MESSAGE, "sender": None}, "sender"),
        ("/email/send", {**MESSAGE, "sender": "a@example.com\nBcc: x@x.test"}, "sender"),
        ("/email/send", {**MESSAGE, "custom_headers": [{"header": "X-A"}]}, "custom_headers"),
        (
            "/email/send",
            {**MESSAGE, "custom_headers": [{"header": "MIME-Version", "value": "1.0"}]},
            "custom_headers",
        ),
        (
            "/email/send",
            {**MESSAGE, "attachments": [{"filename": "a.txt", "fileblob": "%%"}]},
            "attachments",
        ),
        ("/email/send", {**MESSAGE, "inlines": [{"filename": "a.txt"}]}, "inlines"),
        ("/email/mime", {"mime_email": "not base64!"}, "mime_email"),
        ("/email/mime", {"mime_email": "U3ViamVjdDogaGkKCmhp"}, "mime_email"),
        ("/email/search", {"limit": 5001}, "limit"),
        ("/email/search", {"filter_query": "(subject:a"}, "filter_query"),
        ("/activity/search", {"limit": 1001}, "limit"),
        ("/activity/search", {"limit": 0}, "limit"),
        ("/activity/search", {"limit": "10"}, "limit"),
        ("/activity/search", {"limit": True}, "limit"),
        ("/activity/search", {"start_date": "yesterday"}, "start_date"),
        ("/activity/search", {"only_latest": "yes"}, "only_latest"),
        ("/suppression/add", {"email_address": "no address"}, "email_address"),
        ("/suppression/remove", {"email_address": "b@x.test", "reasons": ["whim"]}, "reasons"),
        ("/domain/add", {"domain": "no domain"}, "domain"),
        ("/stats/email_history", {"group_by": "colour"}, "group_by"),
        ("/domain/view", {"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_field_is_named(post, path, body, field):
    named, message = post.refusal(path, body)
    assert named == field
    assert f"'{field}'" in message
    assert message.endswith(CORRECT)


def test_a_page_of_subaccounts_is_bounded(post, contract):
    path = "/subaccount/search" if contract == "documented" else "/subaccounts/search"
    assert post.refusal(path, {"page_size": 501})[0] == "page_size"


def test_a_bad_filter_query_is_explained(post):
    field, message = post.refusal("/email/search", {"filter_query": "colour:red"})
    assert field == "filter_query"
    assert "unknown field colour" in message


def test_nulls_and_empty_texts_of_optional_fields_count_as_not_given(post):
    names = ("cc", "bcc", "html_body", "custom_headers", "attachments", "inlines", "template_id")
    for nothing in (None, ""):
        sent = post.data("/email/send", {**MESSAGE, **dict.fromkeys(names, nothing), "url": ""})
        assert sent["succeeded"] == 1
    names = ("start_date", "search", "limit", "continue_token", "event_types")
    assert post.data("/activity/search", dict.fromkeys(names, ""))["total_events"] == 4


def test_empty_lists_of_optional_fields_count_as_not_given(post):
    names = ("cc", "bcc", "custom_headers", "attachments", "inlines")
    sent = post.data("/email/send", {**MESSAGE, **{name: [] for name in names}})
    assert sent["succeeded"] == 1


def test_the_reports_take_unknown_fields(post):
    body = {"start_date": "2026-11-01", "colour": "red"}
    assert post.data("/stats/email_summary", body)["email_count"] == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Smtp2go-Api-Key": "{key}"},
        {"x-smtp2go-api-key": "{key}"},
        {"Authorization": "Bearer {key}"},
        {},
    ],
)
def test_the_key_is_taken_from_header_bearer_or_body(post, headers):
    filled = {name: text.format(key=post.api_key) for name, text in headers.items()}
    body = {} if headers else {"api_key": post.api_key}
    assert post("/stats/email_cycle", body, headers=filled).status_code == 200


@pytest.mark.parametrize(
    "key", [None, "", "api-", "api-" + "0" * 31, "api-" + "0" * 33, "API-" + "0" * 32, "0" * 36, 7]
)
def test_an_absent_or_malformed_key_is_forbidden(post, key):
    status, code, text = error(post("/stats/email_cycle", {"api_key": key}, headers={}))
    assert (status, code) == (403, "INVALID_IN_PAYLOAD")
    assert text.startswith("The API Key passed was not in the correct format, ")


def test_an_unknown_key_is_an_exception_that_only_its_text_explains(post):
    response = post("/stats/email_cycle", headers={"X-Smtp2go-Api-Key": OTHER_KEY})
    status, code, text = error(response)
    assert (status, code) == (400, "API_EXCEPTION")
    assert "API Key" in text


def test_a_key_calls_only_what_it_may(posting, contract):
    post = posting(Sandbox(empty=True, contract=contract, permissions=["/email/*", "/domain/view"]))
    assert post("/email/send", MESSAGE).status_code == 200
    assert post("/domain/view").status_code == 200
    for path in ("/activity/search", "/domain/add"):
        assert error(post(path)) == (
            400,
            "ENDPOINT_PERMISSION_DENIED",
            "You do not have permission to access this API endpoint",
        )


@pytest.mark.parametrize("content", [b"{", b"[]", b'"text"', b"7", b"null", b"\xff", b"[" * 10_000])
def test_what_is_no_json_object_is_refused(post, content):
    headers = {"X-Smtp2go-Api-Key": post.api_key}
    response = post("/domain/view", content=content, headers=headers)
    assert error(response) == (400, "NON_VALIDATING_IN_PAYLOAD", GENERIC)


def test_an_empty_body_is_an_empty_object(post):
    headers = {"X-Smtp2go-Api-Key": post.api_key}
    assert post("/domain/view", content=b"", headers=headers).json()["data"] == {"domains": []}


@pytest.mark.parametrize("path", ["/", "/email", "/email/sent", "/email/send/now", "/subaccounts"])
def test_an_unknown_path_is_not_found(post, path):
    assert error(post(path))[0] == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_only_post_is_allowed(post, method):
    response = post.http.request(
        method, f"{post.url}/domain/view", headers={"X-Smtp2go-Api-Key": post.api_key}
    )
    status, _, text = error(response)
    assert status == 405
    assert "POST" in text


@pytest.mark.parametrize(
    ("path", "most"), [("/domain/view", MEGABYTE), ("/email/search", 50 * MEGABYTE)]
)
def test_a_body_is_taken_up_to_its_bound(post, path, most):
    headers = {"X-Smtp2go-Api-Key": post.api_key}
    assert post(path, content=b"{}".ljust(most), headers=headers).status_code == 200
    status, _, text = error(post(path, content=b"{}".ljust(most + 1), headers=headers))
    assert status == 413
    assert str(most) in text


def test_what_the_sandbox_itself_gets_wrong_is_answered_in_json(post, sandbox):
    sandbox.account.emails = None
    status, _, text = error(post("/stats/email_bounces"))
    assert status == 500
    assert "TypeError" in text
    assert post("/domain/view").status_code == 200


@pytest.mark.parametrize("wrong", [{"contract": "old"}, {"seed": -1}, {"now": "tomorrow"}])
def test_a_sandbox_names_its_wrong_argument(wrong):
    with pytest.raises(InvalidArgument) as caught:
        Sandbox(empty=True, **wrong)
    assert caught.value.parameter == next(iter(wrong))


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/activity/search", {"search_usernames": "desk"}, "search_usernames"),
        ("/activity/search", {"subaccount_ids": ["abc123"]}, "subaccount_ids"),
        ("/allowed_senders/update", {"allowed_senders": ["@shop.org"]}, "mode"),
        ("/email/search", {"headers": [{"key": "Bcc"}]}, "headers"),
        ("/email/search", {"sort_by": "email_ts"}, "sort_by"),
        ("/email/search", {"sort_dir": "asc"}, "sort_dir"),
        (
            "/users/smtp/add",
            {"user_data": {"username": "authuser", "email_password": "word"}},
            "user_data",
        ),
        ("/subaccount/add", {"email": "desk@shop.org", "fullname": "Desk"}, "email"),
        ("/subaccount/edit", {"email": "desk@shop.org", "fullname": "Desk"}, "email"),
        ("/subaccount/close", {"email": "desk@shop.org"}, "email"),
        ("/subaccount/reopen", {"email": "desk@shop.org"}, "email"),
    ],
)
def test_todays_service_refuses_the_documented_form(posting, path, body, field):
    served = posting(Sandbox(empty=True, contract="served"))
    documented = posting(Sandbox(empty=True))
    assert served.refusal(path, body)[0] == field
    answer = json.dumps(documented(path, body).json())
    assert "NON_VALIDATING_IN_PAYLOAD" not in answer


def test_todays_service_knows_the_subaccount_search_by_its_plural_alone(posting):
    served = posting(Sandbox(empty=True, contract="served"))
    documented = posting(Sandbox(empty=True))
    assert error(served("/subaccount/search"))[0] == 404
    assert served.data("/subaccounts/search")["continue_token"] == ""
    assert documented.data("/subaccount/search")["subaccounts"] == []
