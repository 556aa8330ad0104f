"""Where the key, the region and the URL come from, and which values are refused."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from smtp2go_kit import Client, InvalidArgument, MissingKey, Secret, connect

KEY = "api-0123456789ABCDEFabcdef0123456789"
OTHER = "api-ABCDEFabcdef01234567890123456789"
LOCAL = "http://127.0.0.1:8025/v3"


def key_of(client: Any) -> str:
    return client._session.settings.api_key.reveal()


def url_of(client: Any) -> str:
    return client._session.settings.base_url


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A keyring package of our own, whose get_password is the file's text."""
    package = tmp_path / "keyring"
    package.mkdir()
    (package / "errors.py").write_text("class KeyringError(Exception): ...\n")
    for name in [name for name in sys.modules if name.partition(".")[0] == "keyring"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield package / "__init__.py"
    for name in [name for name in sys.modules if name.partition(".")[0] == "keyring"]:
        del sys.modules[name]


def holding(text: str) -> str:
    return f"""
from keyring import errors
def get_password(service, user):
    assert (service, user) == ("smtp2go", "api_key")
    {text}
"""


def test_the_key_comes_from_the_argument_then_the_environment_then_the_keyring(
    kind, keyring, monkeypatch
):
    keyring.write_text(holding("return 'api-of-the-keyring'"))
    assert key_of(kind()) == "api-of-the-keyring"
    monkeypatch.setenv("SMTP2GO_API_KEY", OTHER)
    assert key_of(kind()) == OTHER
    assert key_of(kind(KEY)) == key_of(kind(api_key=KEY)) == key_of(kind(Secret(KEY))) == KEY


def test_blanks_around_the_key_in_the_environment_do_not_count(kind, monkeypatch):
    monkeypatch.setenv("SMTP2GO_API_KEY", f" {KEY}\n")
    assert key_of(kind()) == KEY


@pytest.mark.parametrize("text", ["", " ", "\n"], ids=repr)
def test_an_empty_key_in_the_environment_is_none(kind, keyring, monkeypatch, text):
    keyring.write_text(holding("return None"))
    monkeypatch.setenv("SMTP2GO_API_KEY", text)
    with pytest.raises(MissingKey):
        kind()


@pytest.mark.parametrize("given", ["", " ", Secret("")], ids=repr)
def test_an_empty_key_is_never_replaced_by_another_one(kind, monkeypatch, given):
    monkeypatch.setenv("SMTP2GO_API_KEY", KEY)
    with pytest.raises(MissingKey):
        kind(given)


@pytest.mark.parametrize(
    "text",
    ["return None", "return ''", "raise errors.KeyringError('locked')"],
    ids=lambda t: t[:12],
)
def test_a_keyring_without_the_key_is_as_good_as_none(kind, keyring, text):
    keyring.write_text(holding(text))
    with pytest.raises(MissingKey):
        kind()


def test_without_the_keyring_package_the_key_is_missing(kind, monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(MissingKey):
        kind()


def test_a_missing_key_is_an_error_that_says_all_the_ways_out(kind):
    with pytest.raises(MissingKey) as caught:
        kind()
    for way in ("SMTP2GO_API_KEY", "Client(api_key=...)", "Client.sandbox()"):
        assert way in str(caught.value)
    assert caught.value.parameter == "api_key"


@pytest.mark.parametrize(
    ("region", "host"),
    [("global", "api"), ("us", "us-api"), ("eu", "eu-api"), ("au", "au-api")],
)
def test_each_region_has_its_url(kind, monkeypatch, region, host):
    url = f"https://{host}.smtp2go.com/v3"
    assert url_of(kind(KEY, region=region)) == url
    monkeypatch.setenv("SMTP2GO_REGION", region.upper())
    assert url_of(kind(KEY)) == url


def test_without_a_region_the_global_one_is_taken(kind):
    assert url_of(kind(KEY)) == "https://api.smtp2go.com/v3"


def test_arguments_go_before_the_environment_and_urls_before_regions(kind, monkeypatch):
    assert url_of(kind(KEY, region="us", base_url=LOCAL)) == LOCAL
    monkeypatch.setenv("SMTP2GO_REGION", "eu")
    assert url_of(kind(KEY, region="us")) == "https://us-api.smtp2go.com/v3"
    monkeypatch.setenv("SMTP2GO_BASE_URL", LOCAL)
    assert url_of(kind(KEY)) == LOCAL
    assert url_of(kind(KEY, region="us")) == "https://us-api.smtp2go.com/v3"
    assert url_of(kind(KEY, base_url="https://example.com/v3")) == "https://example.com/v3"


@pytest.mark.parametrize("url", [LOCAL, f"{LOCAL}/", f"{LOCAL}//"])
def test_a_url_may_end_with_a_slash(serve, url):
    service = serve(base_url=url)
    service.client.stats.email_cycle()
    assert str(service.requests[0].url) == f"{LOCAL}/stats/email_cycle"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("region", "nz", "global, us, eu, au"),
        ("region", "", "global, us, eu, au"),
        ("base_url", "", "https://api"),
        ("base_url", "api.smtp2go.com/v3", "https://api"),
        ("base_url", "ftp://api.smtp2go.com/v3", "https://api"),
        ("base_url", "http://", "https://api"),
        ("base_url", "http://[::1/v3", "https://api"),
        ("base_url", "http://127.0.0.1:port/v3", "https://api"),
        ("base_url", 5, "https://api"),
        ("timeout", 0, "above 0"),
        ("timeout", -1, "above 0"),
        ("timeout", float("inf"), "above 0"),
        ("timeout", float("nan"), "above 0"),
        ("timeout", "30", "above 0"),
        ("timeout", None, "above 0"),
        ("retries", -1, "0 to 10"),
        ("retries", 11, "0 to 10"),
        ("retries", 1.5, "0 to 10"),
        ("retries", "3", "0 to 10"),
        ("retries", None, "0 to 10"),
        ("api_key", f"{KEY} {KEY}", "API Keys"),
        ("api_key", f"{KEY}\n", "API Keys"),
        ("api_key", f"{KEY}é", "API Keys"),
        ("api_key", 5, "int"),
        ("api_key", KEY.encode(), "bytes"),
    ],
)
def test_a_bad_setting_is_refused_by_name(kind, name, value, told):
    with pytest.raises(InvalidArgument, match=f"^{name}: .*{told}") as caught:
        kind(**{"api_key": KEY, name: value})
    assert caught.value.parameter == name


@pytest.mark.parametrize(("name", "value"), [("SMTP2GO_REGION", "nz"), ("SMTP2GO_BASE_URL", "nz")])
def test_a_bad_setting_of_the_environment_is_refused_with_the_variables_name(
    kind, monkeypatch, name, value
):
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidArgument, match=name):
        kind(KEY)


@pytest.mark.parametrize("seconds", [0.5, 30, 300.0])
def test_a_timeout_holds_for_each_part_of_a_request(serve, seconds):
    service = serve(timeout=seconds)
    service.client.stats.email_cycle()
    times = service.requests[0].extensions["timeout"]
    assert times == dict.fromkeys(["connect", "read", "write", "pool"], seconds)


def test_a_client_shows_its_url_and_can_be_looked_at(kind):
    client = kind(KEY, region="eu")
    assert repr(client) == f"<{kind.__name__} https://eu-api.smtp2go.com/v3>"
    assert repr(client.suppression) == "<Suppression: add, remove, view>"
    assert repr(type(client.suppression).add) == "<Operation suppression.add /suppression/add>"


def test_connect_takes_the_account_if_there_is_a_key_and_says_so(monkeypatch, capsys):
    monkeypatch.setenv("SMTP2GO_API_KEY", KEY)
    client = connect()
    assert key_of(client) == KEY
    assert url_of(client) in capsys.readouterr().out


def test_connect_takes_the_sandbox_otherwise_and_says_so(capsys):
    client = connect(now="2026-11-24T09:30:00")
    assert isinstance(client._transport, httpx.MockTransport)
    assert key_of(client) != KEY
    told = capsys.readouterr().out
    assert "SMTP2GO_API_KEY is not set" in told
    assert "sandbox" in told
    assert isinstance(client, Client)
