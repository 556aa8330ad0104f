"""What a model gave a tool, checked and turned into an operation's arguments."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, get_origin

from mcp_server.called import Called
from mcp_server.refusal import Refused
from mcp_server.schema import added_parameters, own_parameters, parameters
from smtp2go_kit.call import MOST_EMAIL
from smtp2go_kit.checks import fault
from smtp2go_kit.operation import Endpoint, Parameter
from smtp2go_kit.shapes import is_list
from smtp2go_kit.types import Input, Reach

Given = dict[str, Any]


def split(operation: Endpoint, given: Mapping[str, Any]) -> tuple[Given, Given]:
    """The operation's own arguments, and those of its tool.

    Args:
        operation: The operation.
        given: What the model gave.

    Raises:
        Refused: An argument is unknown, or one of the tool's is wrong.
    """
    known = {p.name: p for p in parameters(operation)}
    refuse_unknown(operation, given, known)
    present = {k: _parsed(known[k], v) for k, v in given.items() if v is not None}
    own = {p.name: present[p.name] for p in own_parameters(operation) if p.name in present}
    added = {p.name: present.get(p.name, p.default) for p in added_parameters(operation)}
    for parameter in added_parameters(operation):
        _check(operation, parameter, added[parameter.name])
    return own, added


def refuse_unknown(called: Called, given: Iterable[str], known: Iterable[str]) -> None:
    """Refuse an argument that a tool does not have.

    Args:
        called: What the tool calls.
        given: The names that the model gave.
        known: Those that the tool has.

    Raises:
        Refused: Names the argument and those there are.
    """
    names = [*known]
    for name in given:
        if name not in names:
            raise Refused(_unknown(name, called, names))


def checked(called: Called, parameter: Parameter, value: Any) -> Any:
    """A value of an argument, or its default where there is none.

    Args:
        called: What the tool calls.
        parameter: The argument.
        value: What the model gave; None if nothing.

    Raises:
        Refused: It is missing or wrong.
    """
    if value is None and parameter.required:
        raise Refused(
            f"{called.name}: {parameter.name}: is missing. It is: {parameter.description}."
        )
    known = parameter.default if value is None else value
    _check(called, parameter, known)
    return known


def _unknown(name: str, operation: Called, known: list[str]) -> str:
    shown = name[:60] if name.isprintable() else "an argument"
    if any(p.name == name and p.kind.input is Input.PASSWORD for p in operation.parameters):
        return (
            f"{operation.name} takes no {shown}: passwords do not pass through an assistant. "
            "Leave it out; the server makes one and says which file it is in."
        )
    near = difflib.get_close_matches(name, known, 1)
    meant = f" Did you mean {near[0]}?" if near else ""
    takes = ", ".join(known) or "no arguments"
    return f"{operation.name} has no argument {shown}.{meant} It takes: {takes}."


def _parsed(parameter: Parameter, value: Any) -> Any:
    """A list that came as JSON text, as some clients send them, or one entry without its list."""
    if get_origin(parameter.kind.wire) is not list or not isinstance(value, str):
        return value
    read = from_json(value)
    return [read] if isinstance(read, str) else read


def from_json(text: Any) -> Any:
    """What JSON text of a list or an object stands for; anything else as it is.

    Args:
        text: What a model gave.
    """
    if not isinstance(text, str) or not text.lstrip().startswith(("[", "{")):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _check(operation: Called, parameter: Parameter, value: Any) -> None:
    wrong = fault(value, parameter.kind) if value is not None else None
    if wrong:
        expected = (
            f"one of {', '.join(map(str, wrong.allowed))}" if wrong.allowed else wrong.expected
        )
        raise Refused(f"{operation.name}: {parameter.name}: expected {expected}.")


def with_files(operation: Endpoint, own: Given, folders: tuple[Path, ...]) -> Given:
    """The arguments with files opened where the user allows it, and MIME text as bytes.

    Args:
        operation: The operation.
        own: Its arguments.
        folders: Folders whose files may be attached.

    Raises:
        Refused: A path is outside of them.
    """
    ready = dict(own)
    for parameter in own_parameters(operation):
        value = own.get(parameter.name)
        if value is None or parameter.kind.input is not Input.FILES:
            continue
        if parameter.kind.reach is Reach.HEADERS:
            ready[parameter.name] = _mime(value)
        else:
            paths = value if is_list(value) else [value]
            found = _found(parameter.name, paths, folders)
            ready[parameter.name] = [(path.name, _content(parameter.name, path)) for path in found]
    return ready


def _mime(value: Any) -> Any:
    """An email's own text has header lines; base64 has no colon."""
    is_text = isinstance(value, str) and ":" in value
    return value.encode("utf-8", "surrogateescape") if is_text else value


def paths_of(operation: Endpoint, own: Given) -> list[str]:
    """The files that the arguments name, as they are found.

    Args:
        operation: The operation.
        own: Its arguments, checked before.
    """
    named = [
        own[p.name]
        for p in own_parameters(operation)
        if p.name in own and p.kind.input is Input.FILES and p.kind.reach is not Reach.HEADERS
    ]
    flat = [path for given in named for path in (given if is_list(given) else [given])]
    return [str(Path(path).expanduser().resolve()) for path in flat]


def _path(name: str, given: Any, folders: tuple[Path, ...]) -> Path:
    if not isinstance(given, str) or not given or "\0" in given:
        raise Refused(f"{name}: expected paths of files as text, such as /home/me/mail/a.pdf.")
    if not folders:
        raise Refused(
            f"{name}: no folder is allowed for attachments. Ask the user to start the server "
            "with --attach-from FOLDER, or send a link instead."
        )
    path = _resolved(name, given)
    if not any(path.is_relative_to(folder) for folder in folders):
        allowed = ", ".join(map(str, folders))
        raise Refused(f"{name}: {given[:200]} is outside the allowed folders: {allowed}.")
    return path


def _found(name: str, given: list[Any], folders: tuple[Path, ...]) -> list[Path]:
    """The files to attach, looked at before any is read."""
    found: list[Path] = []
    total = 0
    for text in given:
        path = _path(name, text, folders)
        try:
            if not path.is_file():
                raise Refused(f"{name}: {text[:200]} is not a file. Check the path.")
            total += path.stat().st_size
        except OSError as error:
            raise Refused(f"{name}: {text[:200]} cannot be read ({error.strerror}).") from None
        if total > MOST_EMAIL:
            raise Refused(f"{name}: the files have more than 50 MB together. Send a link instead.")
        found.append(path)
    return found


def _content(name: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(f"{name}: {path} cannot be read ({error.strerror}).") from None


def _resolved(name: str, given: str) -> Path:
    try:
        # Links are followed first, so that none leads out of an allowed folder.
        return Path(given).expanduser().resolve()
    except (OSError, RuntimeError, ValueError):
        raise Refused(f"{name}: {given[:200]} is not a path of a file.") from None
