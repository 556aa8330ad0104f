"""The one place where requests meet httpx: URLs, headers, bodies, and transport errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import httpx

from smtp2go_kit.answers import Reply
from smtp2go_kit.encoding import json_bytes
from smtp2go_kit.errors import NoAnswer, TimedOut, Unreachable
from smtp2go_kit.secret import MASK
from smtp2go_kit.settings import Settings

if TYPE_CHECKING:
    from smtp2go_kit.exchange import Attempt

KEY_HEADER = "x-smtp2go-api-key"
USER_AGENT = "smtp2go-kit (python)"
UNREACHABLE = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.ProxyError,
)


class _Body(bytes):
    """A request body; a traceback that shows local values shows its size, not the key."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<body of {len(self)} bytes>"


class _Headers(httpx.Headers):
    """Request headers whose ``repr`` masks the key."""

    def __repr__(self) -> str:
        shown = {k: MASK if k == KEY_HEADER else v for k, v in self.items()}
        return f"Headers({shown})"


def build_request(settings: Settings, attempt: Attempt) -> httpx.Request:
    """The POST of an attempt, with the key in its header and its body.

    Args:
        settings: The key and the base URL.
        attempt: The path and the body.
    """
    key = settings.api_key.reveal
    content = _Body(json_bytes({"api_key": key(), **attempt.body}))
    request = httpx.Request("POST", settings.base_url + attempt.path, content=content)
    headers = {
        "content-type": "application/json",
        "accept": "application/json",
        "accept-encoding": "gzip, deflate",
        "user-agent": USER_AGENT,
        KEY_HEADER: key(),
    }
    request.headers = _Headers({**request.headers, **headers})
    request.extensions = {"timeout": httpx.Timeout(settings.timeout).as_dict()}
    return request


def reply_of(response: httpx.Response) -> Reply:
    """What came back, without httpx."""
    headers: Mapping[str, str] = {name.lower(): text for name, text in response.headers.items()}
    return Reply(response.status_code, headers, response.content)


def without_frames(error: BaseException) -> BaseException:
    """An error and its causes less their tracebacks, whose frames hold the request and the key."""
    link: BaseException | None = error
    while link is not None:
        link.__traceback__ = None
        link = link.__cause__ or link.__context__
    return error


def failure_of(error: httpx.HTTPError | httpx.InvalidURL, settings: Settings) -> NoAnswer:
    """A transport error as the toolkit's own, without the request that carries the key."""
    cause: Any = str(error) or type(error).__name__
    text = settings.api_key.redact(f"no answer from {settings.base_url}: {cause}")
    if isinstance(error, UNREACHABLE):
        return Unreachable(f"{text}. Check the network, the base URL and any proxy")
    if isinstance(error, httpx.TimeoutException):
        return TimedOut(f"{text}: nothing for {settings.timeout:g} s. Raise Client(timeout=...)")
    return NoAnswer(text)
