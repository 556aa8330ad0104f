"""Sends and changes: checked, limited, confirmed, made once, and logged."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcp_types import CallToolResult

from mcp_server import credentials
from mcp_server.answers import Redact, answer
from mcp_server.arguments import paths_of, with_files
from mcp_server.confirmation import LIFE, digest
from mcp_server.message import Recipients
from mcp_server.preview import question
from mcp_server.reading import shown
from mcp_server.refusal import Refused
from mcp_server.setup import Setup
from mcp_server.untrusted import TRUSTED
from smtp2go_kit.call import Call
from smtp2go_kit.errors import ApiError, OutcomeUnknown, Smtp2GoError
from smtp2go_kit.exchange import redactor
from smtp2go_kit.operation import Endpoint, Parameter
from smtp2go_kit.progress import Bar
from smtp2go_kit.secret import Secret
from smtp2go_kit.shapes import is_object
from smtp2go_kit.types import Input

Given = Mapping[str, Any]
REPLACES = "new_password"
QUIET = Bar("", shown=False)
LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Intent:
    """A send or a change that was checked and not made.

    Args:
        call: What would be sent, with placeholders for passwords.
        own: The operation's arguments, with files read.
        extra: What else the tool was told that matters.
        reached: Who would get mail.
        question: All of it in words.
    """

    call: Call
    own: Given
    extra: dict[str, Any]
    reached: Recipients
    question: str

    @property
    def content(self) -> str:
        """The digest that a confirmation is bound to."""
        return digest(self.call, self.extra)


def intend(setup: Setup, operation: Endpoint, own: Given, added: Given) -> Intent:
    """Check everything about a send or a change without making it.

    Args:
        setup: What the server was started with.
        operation: What to call.
        own: Its arguments as the model gave them.
        added: The tool's own arguments.

    Raises:
        Refused: The user's limits forbid it.
        InvalidArgument: An argument is wrong.
    """
    ready = with_files(operation, dict(own), setup.policy.attach_from)
    call = _prepared(setup, operation, ready, dict.fromkeys(_passwords(operation), None))
    extra: dict[str, Any] = {REPLACES: True} if added.get(REPLACES) else {}
    if paths := paths_of(operation, dict(own)):
        extra["files"] = ", ".join(paths)
    try:
        reached = setup.policy.check(call)
        asked = question(call, reached, setup.account, extra)
    except Refused as refused:
        setup.log(call, f"refused: {refused}", "not done")
        raise
    return Intent(call, ready, extra, reached, asked)


def _prepared(
    setup: Setup, operation: Endpoint, own: Given, held: Mapping[str, Secret | None]
) -> Call:
    secrets = {name: secret or credentials.PLACEHOLDER for name, secret in held.items()}
    return setup.client._prepare(operation, (), {**own, **secrets})


def _passwords(operation: Endpoint) -> list[str]:
    return [p.name for p in operation.parameters if p.kind.input is Input.PASSWORD]


def previewed(setup: Setup, intent: Intent) -> CallToolResult:
    """The preview of a send or a change, with the token that allows it once.

    Args:
        setup: What the server was started with.
        intent: What was checked.
    """
    token, name = setup.tokens.give(intent.content), intent.call.operation.name
    text = (
        f"Nothing was sent or changed. This is what {name} would do:\n\n{intent.question}\n\n"
        f"Show this to the user. If they agree, call {name} with the same arguments and "
        f'confirm_token="{token}" (once, within {LIFE / 60:.0f} minutes).'
    )
    data = {"preview": intent.question, "tool": name, "confirm_token": token}
    return answer(text, data, TRUSTED)


def rehearsed(setup: Setup, intent: Intent) -> CallToolResult:
    """What a server that makes no changes answers to one.

    Args:
        setup: What the server was started with.
        intent: What was checked.
    """
    setup.log(intent.call, "dry run", "not done")
    text = f"Dry run: everything was checked and nothing was done.\n\n{intent.question}"
    return answer(text, {"dry_run": True, "preview": intent.question}, TRUSTED)


def make(setup: Setup, intent: Intent, decision: str) -> CallToolResult:
    """Make a confirmed send or change, once, and log what became of it.

    Args:
        setup: What the server was started with.
        intent: What was confirmed.
        decision: How.
    """
    setup.audit.check()
    file: Path | None = None
    call = intent.call
    try:
        setup.allowance.take()
        held, file = _held(setup, intent)
        call = _prepared(setup, call.operation, intent.own, held) if held else call
        result = setup.client._perform(call, QUIET)
    except BaseException as error:
        _failed(setup, intent, decision, error, file)
        raise
    redact = redactor(setup.client._session, call)
    done: Mapping[str, Any] = result if is_object(result) else result.attrs
    request_id = done.get("request_id")
    setup.log(intent.call, decision, "done", redact(str(request_id)) if request_id else None)
    return _shown(setup, call.operation, result, redact, _lead(setup, file))


def _shown(
    setup: Setup, operation: Endpoint, result: Any, redact: Redact, lead: str
) -> CallToolResult:
    try:
        return shown(operation, result, redact, lead)
    except Exception:
        # It is done, and must not be told as a failure, or it would be repeated.
        LOGGER.exception("the answer of %s cannot be shown", operation.name)
        return answer(f"{lead} What the service answered cannot be shown.", {}, TRUSTED)


def _held(setup: Setup, intent: Intent) -> tuple[dict[str, Secret | None], Path | None]:
    """The passwords to send, and the file that a generated one is in."""
    operation = intent.call.operation
    held: dict[str, Secret | None] = {}
    file: Path | None = None
    for parameter in (p for p in operation.parameters if p.kind.input is Input.PASSWORD):
        if parameter.kind.kept and not intent.extra.get(REPLACES):
            given = {p.name: intent.call.arguments.get(p.name) for p in operation.parameters}
            held[parameter.name] = credentials.present(setup.client, parameter, operation, given)
        else:
            held[parameter.name], file = _generated(setup, operation, intent)
    return held, file


def _generated(setup: Setup, operation: Endpoint, intent: Intent) -> tuple[Secret, Path]:
    password = credentials.generate()
    first: Parameter = operation.parameters[0]
    # Written before it is sent: a password that only the service knows would be lost.
    owner = str(intent.call.arguments[first.name])
    return password, credentials.save(password, owner, setup.passwords)


def _failed(
    setup: Setup, intent: Intent, decision: str, error: BaseException, file: Path | None
) -> None:
    if isinstance(error, Refused):
        setup.log(intent.call, f"refused: {error}", "not done")
        return
    unknown = not isinstance(error, Smtp2GoError) or isinstance(error, OutcomeUnknown)
    why = type(error).__name__
    request_id = error.request_id if isinstance(error, (ApiError, OutcomeUnknown)) else None
    setup.log(intent.call, decision, "unknown" if unknown else f"failed: {why}", request_id)
    if file is not None and unknown:
        error.add_note(f"If it did, the password is in {file}.")
    elif file is not None:
        file.unlink(missing_ok=True)
    if unknown and isinstance(error, Exception) and not isinstance(error, OutcomeUnknown):
        error.add_note("It may have taken effect. Do not repeat it before you have looked.")


def _lead(setup: Setup, file: Path | None) -> str:
    lead = f"Done, in {setup.account}."
    if file is not None:
        lead += f" The password is in {file}, which only the user of this machine can read."
    return lead
