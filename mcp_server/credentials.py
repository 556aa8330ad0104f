"""Passwords of SMTP users: made here, written to a file of the user's, never shown."""

from __future__ import annotations

import os
import re
import secrets
import string
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcp_server.audit import private_file
from mcp_server.refusal import Refused
from smtp2go_kit.operation import Effect, Endpoint, Parameter
from smtp2go_kit.operations import GROUPS
from smtp2go_kit.secret import Secret

if TYPE_CHECKING:
    from smtp2go_kit.client import Client

LENGTH = 24
ALPHABET = string.ascii_letters + string.digits
PLACEHOLDER = Secret("a password is made when the call is confirmed")


def generate() -> Secret:
    """A password of 24 letters and digits, 142 bits from the system's generator."""
    return Secret("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))


def save(password: Secret, username: str, folder: Path) -> Path:
    """Write a password to a new file that only the user may read, and give its path.

    Args:
        password: The password.
        username: Whose it is; part of the file's name.
        folder: Where to write it.
    """
    stem = re.sub(r"[^\w.@-]", "_", username)[:60]
    path = folder / f"{stem}-{secrets.token_hex(4)}.txt"
    try:
        descriptor = private_file(path)
        folder.chmod(0o700)
    except OSError as error:
        raise Refused(
            f"Not done: the new password could not be kept in {folder} ({error.strerror})."
        ) from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"username: {username}\npassword: {password.reveal()}\n")
    return path


def present(
    client: Client, parameter: Parameter, operation: Endpoint, given: Mapping[str, Any]
) -> Secret:
    """The password that a user has now, as the service keeps it.

    Args:
        client: Whom to ask with.
        parameter: The password's parameter.
        operation: The operation that keeps it.
        given: The operation's other arguments, which name the user.

    Raises:
        Refused: The service does not tell it.
    """
    from smtp2go_kit.frames import child_frame

    view = _viewing(operation, parameter.name)
    key = view.declared.table.key if view.declared.table else ()
    named = {name: given[name] for name in key}
    frame = client._perform(client._prepare(view, (), named))
    held = child_frame(frame, parameter.name)
    # The service may answer with other users too.
    of_user = held[(held[list(key)] == list(named.values())).all(axis=1)]
    found = [s for s in of_user[parameter.name] if isinstance(s, Secret) and not _is_mask(s)]
    if len(found) != 1:
        raise Refused(
            f"Not done: the service does not tell the present password of {named}. Call again "
            "with new_password=true to set a generated one; programs that sign in with the old "
            "one must then be changed."
        )
    return found[0]


def _is_mask(secret: Secret) -> bool:
    return {*secret.reveal()} <= {"*", "\u2022"}


def _viewing(operation: Endpoint, secret: str) -> Endpoint:
    """The reading operation, beside this one, whose records hold the secret."""
    for group in GROUPS.values():
        beside = [*group._operations()]
        if operation in beside:
            for other in beside:
                table = other.declared.table
                if other.effect is Effect.READ and table and secret in table.secrets:
                    return other
    raise AssertionError(f"nothing shows {secret}")
