"""Where the API key, the region and the base URL come from: arguments before environment."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import urlsplit

from smtp2go_kit.errors import InvalidArgument, MissingKey
from smtp2go_kit.secret import Secret, type_name

Region = Literal["global", "us", "eu", "au"]
HOSTS: dict[str, str] = {
    "global": "https://api.smtp2go.com/v3",
    "us": "https://us-api.smtp2go.com/v3",
    "eu": "https://eu-api.smtp2go.com/v3",
    "au": "https://au-api.smtp2go.com/v3",
}
KEY = "SMTP2GO_API_KEY"
REGION = "SMTP2GO_REGION"
BASE_URL = "SMTP2GO_BASE_URL"
SERVICE = "smtp2go"
USER = "api_key"


@dataclass(frozen=True)
class Settings:
    """How a client reaches the service.

    Args:
        api_key: The key; its text is never shown.
        base_url: The URL that paths such as ``/email/send`` follow.
        timeout: Seconds to wait for a connection, and for each piece of an answer.
        retries: Most repetitions of a request where repeating is safe; 0 to 10.
    """

    api_key: Secret
    base_url: str
    timeout: float = 30.0
    retries: int = 3


def resolve(
    api_key: str | Secret | None,
    region: str | None,
    base_url: str | None,
    timeout: float,
    retries: int,
) -> Settings:
    """Settings from arguments, then the environment, then (the key) the keyring.

    Args:
        api_key: The key, or None to look it up.
        region: ``global``, ``us``, ``eu`` or ``au``.
        base_url: Overrides the region's URL.
        timeout: Seconds, more than 0.
        retries: 0 to 10.
    """
    if not _is_number(timeout) or not 0 < timeout < float("inf"):
        raise InvalidArgument("timeout", f"expected seconds above 0, got {timeout!r}")
    if type(retries) is not int or retries not in range(11):
        raise InvalidArgument("retries", f"expected a whole number from 0 to 10, got {retries!r}")
    return Settings(_key(api_key), _url(region, base_url), timeout, retries)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def has_key() -> bool:
    """Whether the environment or the keyring holds a key."""
    return bool(os.environ.get(KEY, "").strip() or _from_keyring())


def _key(given: str | Secret | None) -> Secret:
    key = _found() if given is None else given
    if not isinstance(key, Secret):
        raise InvalidArgument("api_key", f"expected text, got a {type_name(key)}")
    if not key.reveal().strip():
        raise MissingKey
    if not _can_be_sent(key):
        raise InvalidArgument(
            "api_key",
            "has a blank, a newline or a character outside ASCII. Copy it again from the "
            "SMTP2GO app under Sending > API Keys",
        )
    return key


def _found() -> Secret:
    return Secret(os.environ.get(KEY, "").strip() or _from_keyring() or "")


def _can_be_sent(key: Secret) -> bool:
    text = key.reveal()
    return text.isascii() and text.isprintable() and " " not in text


def _from_keyring() -> str | None:
    try:
        import keyring
        import keyring.errors
    except ImportError:
        return None
    try:
        return keyring.get_password(SERVICE, USER)
    except keyring.errors.KeyringError:
        return None


def _is_url(text: object) -> bool:
    if not isinstance(text, str) or re.search(r"\s", text):
        return False
    try:
        parts = urlsplit(text)
        is_base = not (parts.query or parts.fragment) and parts.port != 0
        return is_base and parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _url(region: str | None, base_url: str | None) -> str:
    if base_url is not None:
        return _checked_url("base_url", base_url)
    if region is not None:
        return _url_of("region", region)
    if url := os.environ.get(BASE_URL, "").strip():
        return _checked_url(BASE_URL, url)
    return _url_of(REGION, os.environ.get(REGION, "").strip().lower() or "global")


def _checked_url(name: str, url: str) -> str:
    if not _is_url(url):
        raise InvalidArgument(name, f"expected a URL such as {HOSTS['global']}, got {url!r}")
    if urlsplit(url).username is not None:
        raise InvalidArgument(name, "has a user name in it, which errors would show; leave it out")
    return url.rstrip("/")


def _url_of(name: str, region: str) -> str:
    if region not in HOSTS:
        allowed = ", ".join(get_args(Region))
        raise InvalidArgument(name, f"expected one of {allowed}, got {region!r}")
    return HOSTS[region]
