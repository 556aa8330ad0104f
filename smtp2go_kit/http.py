"""The one place where requests meet httpx: URLs, headers, bodies, and transport errors."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
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
LIBRARIES = frozenset({"httpx", "httpcore", "h11", "anyio", "ssl", "asyncio", "contextlib"})
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


def without_frames(error: BaseException, handled: BaseException | None) -> BaseException:
    """An error and its causes less the libraries' frames, which hold the request and the key.

    Args:
        error: The error of a request.
        handled: What the caller was handling meanwhile, which is left alone.
    """
    link: BaseException | None = error
    seen = {id(handled)}
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        link.__traceback__ = _own_frames(link.__traceback__)
        link = link.__cause__ or link.__context__
    return error


def _own_frames(trace: TracebackType | None) -> TracebackType | None:
    if trace is None:
        return None
    rest = _own_frames(trace.tb_next)
    name = str(trace.tb_frame.f_globals.get("__name__", ""))
    if name.partition(".")[0] in LIBRARIES:
        return rest
    return TracebackType(rest, trace.tb_frame, trace.tb_lasti, trace.tb_lineno)


def failure_of(error: httpx.HTTPError | httpx.InvalidURL, settings: Settings) -> NoAnswer:
    """A transport error as the toolkit's own, without the request that carries the key."""
    cause: Any = str(error) or type(error).__name__
    text = settings.api_key.redact(f"no answer from {settings.base_url}: {cause}")
    if isinstance(error, UNREACHABLE):
        return Unreachable(f"{text}. Check the network, the base URL and any proxy")
    if isinstance(error, httpx.TimeoutException):
        return TimedOut(f"{text}: nothing for {settings.timeout:g} s. Raise Client(timeout=...)")
    return NoAnswer(text)
