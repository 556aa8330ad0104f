"""A line of JSON for each send and change, in a file that only the user can read."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mcp_server.refusal import Refused
from smtp2go_kit.call import Call
from smtp2go_kit.secret import MASK, Secret
from smtp2go_kit.shapes import is_list, is_object
from smtp2go_kit.types import Input

MOST_TEXT = 120
"""Characters of an argument that are kept as they are; longer ones by size and hash."""
NAME = "audit.jsonl"
LOGGER = logging.getLogger(__name__)


def state_folder() -> Path:
    """Where this machine keeps the server's files for this user."""
    from platformdirs import user_state_path

    return user_state_path("smtp2go-kit", appauthor=False)


def private_file(path: Path) -> int:
    """Open a file for appending that only the user may read, and give its descriptor.

    Args:
        path: The file; its folder is made with the same protection.

    Raises:
        OSError: It cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    if hasattr(os, "fchmod"):
        os.fchmod(descriptor, 0o600)  # it may be there already, and open to others
    return descriptor


class AuditLog:
    """The log; without a path it keeps none.

    Args:
        path: The file to append to.
        account: Whose account it is.
    """

    def __init__(self, path: Path | None, account: str) -> None:
        self.path = path
        self._account = account
        self._lock = threading.Lock()

    def check(self) -> None:
        """Raise Refused if the log could not be written, before anything is done."""
        if self.path is None:
            return
        try:
            os.close(private_file(self.path))
        except OSError as error:
            raise Refused(
                f"Not done: the audit log {self.path} cannot be written ({error.strerror}). Ask "
                "the user to free it, to choose another with --audit-log, or to start the server "
                "with --no-audit."
            ) from None

    def write(
        self,
        call: Call,
        decision: str,
        outcome: str,
        *,
        redact: Callable[[str], str],
        request_id: str | None = None,
    ) -> None:
        """Add the line of one send or change.

        Args:
            call: What was asked for.
            decision: How it was confirmed, or why it was refused.
            outcome: What became of it.
            redact: Masks secrets.
            request_id: The service's id of it.
        """
        if self.path is None:
            return
        line = {
            "time": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "account": self._account,
            "tool": call.operation.name,
            "arguments": _arguments(call),
            "decision": decision,
            "outcome": outcome,
            "request_id": request_id,
        }
        text = redact(json.dumps(line, ensure_ascii=True)) + "\n"
        try:
            with self._lock, os.fdopen(private_file(self.path), "w", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            # What was done or refused must be told all the same.
            LOGGER.warning("the audit log lacks a line: %s", error.strerror)


def _arguments(call: Call) -> dict[str, Any]:
    contents = {
        p.name
        for p in call.operation.parameters
        if p.kind.input in (Input.PARAGRAPH, Input.HTML, Input.FILES) and p.kind.wire is str
    }
    return {k: _size(v) if k in contents else redacted(v) for k, v in call.arguments.items()}


def redacted(value: Any) -> Any:
    """An argument as the log keeps it: no secrets, no contents.

    Args:
        value: Its wire value.
    """
    if isinstance(value, Secret):
        return MASK
    if is_object(value):
        shown: Mapping[str, Any] = value
        return {k: _size(str(v)) if k == "fileblob" else redacted(v) for k, v in shown.items()}
    if is_list(value):
        return [redacted(entry) for entry in value]
    return _size(value) if isinstance(value, str) and len(value) > MOST_TEXT else value


def _size(text: str) -> str:
    content = text.encode("utf-8", "surrogatepass")
    return f"<{len(text)} characters, sha256 {hashlib.sha256(content).hexdigest()[:16]}>"
