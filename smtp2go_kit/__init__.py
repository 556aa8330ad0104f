"""SMTP2GO for people who want to know what happened to their mail, why, and what to do.

Names are imported when they are first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smtp2go_kit.async_client import AsyncClient as AsyncClient
    from smtp2go_kit.call import SizeWarning as SizeWarning
    from smtp2go_kit.client import Client as Client
    from smtp2go_kit.client import connect as connect
    from smtp2go_kit.errors import ApiError as ApiError
    from smtp2go_kit.errors import AuthenticationFailed as AuthenticationFailed
    from smtp2go_kit.errors import InvalidArgument as InvalidArgument
    from smtp2go_kit.errors import MissingArgument as MissingArgument
    from smtp2go_kit.errors import MissingKey as MissingKey
    from smtp2go_kit.errors import NoAnswer as NoAnswer
    from smtp2go_kit.errors import NotFound as NotFound
    from smtp2go_kit.errors import OutcomeUnknown as OutcomeUnknown
    from smtp2go_kit.errors import PermissionDenied as PermissionDenied
    from smtp2go_kit.errors import RateLimited as RateLimited
    from smtp2go_kit.errors import SendFailed as SendFailed
    from smtp2go_kit.errors import ServerError as ServerError
    from smtp2go_kit.errors import Smtp2GoError as Smtp2GoError
    from smtp2go_kit.errors import TimedOut as TimedOut
    from smtp2go_kit.errors import UnexpectedAnswer as UnexpectedAnswer
    from smtp2go_kit.errors import Unreachable as Unreachable
    from smtp2go_kit.errors import ValidationFailed as ValidationFailed
    from smtp2go_kit.frames import child_frame as child_frame
    from smtp2go_kit.sandbox import Sandbox as Sandbox
    from smtp2go_kit.secret import Secret as Secret

__version__ = "0.1.0"

_HOMES = {
    "ApiError": "errors",
    "AsyncClient": "async_client",
    "AuthenticationFailed": "errors",
    "Client": "client",
    "InvalidArgument": "errors",
    "MissingArgument": "errors",
    "MissingKey": "errors",
    "NoAnswer": "errors",
    "NotFound": "errors",
    "OutcomeUnknown": "errors",
    "PermissionDenied": "errors",
    "RateLimited": "errors",
    "Sandbox": "sandbox",
    "Secret": "secret",
    "SendFailed": "errors",
    "ServerError": "errors",
    "SizeWarning": "call",
    "Smtp2GoError": "errors",
    "TimedOut": "errors",
    "UnexpectedAnswer": "errors",
    "Unreachable": "errors",
    "ValidationFailed": "errors",
    "child_frame": "frames",
    "connect": "client",
}

__all__ = [  # noqa: PLE0604 - one list for both, so that they cannot differ
    "__version__",
    *_HOMES,  # pyright: ignore[reportUnsupportedDunderAll] - as above
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)
