"""Further pages, and how often the service lets itself be asked."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest

from smtp2go_kit import Client
from smtp2go_kit.sandbox import Sandbox

MESSAGE = {"sender": "a@example.com", "to": ["b@x.test"], "subject": "Hello", "text_body": "Hi"}
LIFE = 300


@pytest.fixture(autouse=True)
def mail(post, client):
    """Five messages, and so ten events; and three subaccounts."""
    for _ in range(5):
        post.data("/email/send", MESSAGE)
    for name in ("one", "two", "three"):
        client.subaccount.add(f"{name}@shop.org", name)


@pytest.fixture
def token(post):
    """The token of the second page of the activity stream."""
    return post.data("/activity/search", {"limit": 3})["continue_token"]


def pages(post: Any, path: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    """The pages of a search, down to one without a token."""
    found = [post.data(path, body)]
    while token := found[-1].get("continue_token"):
        found.append(post.data(path, {**body, "continue_token": token}))
        assert len(found) < 20
    return found


def test_the_pages_of_the_activity_stream_are_whole(post):
    whole = post.data("/activity/search")["events"]
    found = pages(post, "/activity/search", {"limit": 3})
    assert [len(page["events"]) for page in found] == [3, 3, 3, 1]
    assert [event for page in found for event in page["events"]] == whole
    assert {page["total_events"] for page in found} == {10}
    assert found[-1]["continue_token"] is None


def test_each_page_has_a_token_of_its_own(post):
    tokens = [page["continue_token"] for page in pages(post, "/activity/search", {"limit": 2})]
    assert len(set(tokens)) == len(tokens) == 5


def test_a_page_asked_for_again_is_the_same(post, token):
    body = {"limit": 3, "continue_token": token}
    assert post.data("/activity/search", body) == post.data("/activity/search", body)


def test_mail_that_arrives_meanwhile_moves_no_page(post, token):
    whole = post.data("/activity/search")["events"]
    post.data("/email/send", MESSAGE)
    second = post.data("/activity/search", {"limit": 3, "continue_token": token})
    assert second["events"] == whole[3:6]
    assert second["total_events"] == 10


def test_a_full_last_page_is_the_last(post):
    assert [len(p["events"]) for p in pages(post, "/activity/search", {"limit": 5})] == [5, 5]


def test_the_pages_of_the_email_search_end_as_in_the_contract(post, contract):
    found = pages(post, "/email/search", {"limit": 2})
    assert [len(page["emails"]) for page in found] == [2, 2, 1]
    assert [page["count"] for page in found] == ([5] * 3 if contract == "documented" else [2, 2, 1])
    assert ("continue_token" in found[-1]) == (contract == "documented")


def test_the_pages_of_subaccounts_end_as_in_the_contract(post, contract):
    path = "/subaccount/search" if contract == "documented" else "/subaccounts/search"
    found = pages(post, path, {"page_size": 2})
    assert [[s["name"] for s in page["subaccounts"]] for page in found] == [
        ["one", "three"],
        ["two"],
    ]
    assert found[-1]["continue_token"] == (None if contract == "documented" else "")


def test_a_token_lives_five_minutes(post, clock, token):
    body = {"limit": 3, "continue_token": token}
    clock.turn(LIFE - 1)
    following = post.data("/activity/search", body)["continue_token"]
    clock.turn(1)
    field, message = post.refusal("/activity/search", body)
    assert field == "continue_token"
    assert "expired" in message
    assert post.data("/activity/search", {"limit": 3, "continue_token": following})["events"]


@pytest.mark.parametrize(
    "changed", [{"limit": 4}, {"search": "Hello"}, {"only_latest": True}, {"limit": None}]
)
def test_a_token_goes_only_with_the_parameters_it_was_given_for(post, token, changed):
    body = {"limit": 3, "continue_token": token, **changed}
    field, message = post.refusal("/activity/search", body)
    assert field == "continue_token"
    assert "other parameters" in message


def test_a_token_goes_only_with_the_endpoint_it_was_given_for(post, token):
    assert post.refusal("/email/search", {"limit": 3, "continue_token": token})[0] == (
        "continue_token"
    )


@pytest.mark.parametrize("garbage", ["x", "..", "a.b.c", "eyJ.eyJ.", "ü.é", "\ud800.\udfff.a", " "])
def test_a_token_that_is_none_is_refused(post, garbage):
    assert post.refusal("/activity/search", {"continue_token": garbage})[0] == "continue_token"


def test_a_token_with_another_offset_is_refused(post, token):
    head, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    claims["dat"]["off"] = 0
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    body = {"limit": 3, "continue_token": f"{head}.{forged}.{signature}"}
    assert post.refusal("/activity/search", body)[0] == "continue_token"


def test_a_token_of_another_account_is_refused(posting, contract, clock, token):
    other = posting(Sandbox(seed=2, empty=True, contract=contract, now=clock))
    body = {"limit": 3, "continue_token": token}
    assert other.refusal("/activity/search", body)[0] == "continue_token"


def limited(contract: Any, clock: Any) -> Sandbox:
    """An empty account that refuses too many requests."""
    return Sandbox(empty=True, limits=True, contract=contract, now=clock)


@pytest.mark.parametrize(("path", "most"), [("/activity/search", 60), ("/email/search", 20)])
def test_more_searches_in_a_minute_than_allowed_are_refused(posting, contract, clock, path, most):
    post = posting(limited(contract, clock))
    for _ in range(most):
        post.data(path)
        clock.turn(0.5)
    response = post(path)
    assert response.status_code == 429
    assert response.json()["data"]["error_code"] == "E_ApiResponseCodes.REQ_LIMIT_EXCEEDED"
    assert post("/domain/view").status_code == 200
    clock.turn(60 - most * 0.5)
    post.data(path)
    assert post(path).status_code == 429


def test_refused_requests_count_as_well(posting, contract, clock):
    post = posting(limited(contract, clock))
    for _ in range(20):
        post.refusal("/email/search", {"limit": 0})
    assert post("/email/search").status_code == 429


def test_without_limits_nothing_is_refused(post):
    assert {post("/email/search").status_code for _ in range(30)} == {200}


class Watched(httpx.BaseTransport):
    """A transport that keeps the statuses of what another one answers."""

    def __init__(self, transport: httpx.BaseTransport) -> None:
        self.transport = transport
        self.statuses: list[int] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self.transport.handle_request(request)
        self.statuses.append(response.status_code)
        return response


def searches(client: Client) -> None:
    for number in range(150):
        assert client.activity.search().empty
        if number % 4 == 0:
            assert client.email.search().empty


def test_a_client_with_its_own_budgets_never_sees_a_429(contract, clock):
    sandbox = limited(contract, clock)
    watched = Watched(sandbox)
    started = clock()
    client = Client(
        sandbox.api_key,
        base_url="http://sandbox/v3",
        transport=watched,
        clock=lambda: clock().timestamp(),
        sleep=clock.turn,
        now=clock,
    )
    searches(client)
    assert set(watched.statuses) == {200}
    assert 60 < (clock() - started).total_seconds() < 200


def test_a_client_without_budgets_waits_after_each_429(contract, clock):
    sandbox = limited(contract, clock)
    watched = Watched(sandbox)
    options = {**sandbox.connection, "transport": watched, "budgets": False}
    searches(Client(**options, clock=lambda: clock().timestamp(), sleep=clock.turn))
    assert watched.statuses.count(200) == 188
    assert watched.statuses.count(429) >= 2
