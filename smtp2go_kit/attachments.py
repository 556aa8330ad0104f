"""Files in the forms people have them, written as the API's base64 objects."""

from __future__ import annotations

import base64
import binascii
import mimetypes
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NotRequired, TypeGuard

from typing_extensions import TypedDict

from smtp2go_kit.shapes import is_object

MOST_NAME = 255
"""Characters of a file's name (the service's own schema)."""
UNNAMED = "attachment.bin"


class FileBlob(TypedDict):
    """A file as the API takes it: ``fileblob`` is base64."""

    filename: str
    fileblob: str
    mimetype: NotRequired[str]


class NamedBytes(TypedDict):
    """A file as a name and its bytes; the client does the base64."""

    filename: str
    content: bytes
    mimetype: NotRequired[str]


File = str | os.PathLike[str] | bytes | tuple[str, bytes] | FileBlob | NamedBytes
"""A path, a ``(filename, bytes)`` pair, ``{"filename", "content"}``, the API's own dict, or bytes
without a name."""


def files(value: Any) -> list[Any]:
    """Files as the API's list, from one or many of the forms of ``File``."""
    if _is_path(value) or _is_pair(value) or is_object(value) or isinstance(value, bytes):
        return [_file(value)]
    return [_file(item) for item in value]


def _file(item: Any) -> Any:
    if is_object(item):
        return _from_object(item)
    if _is_pair(item):
        return _blob(*item)
    if isinstance(item, bytes):
        return _blob(UNNAMED, item)
    if _is_path(item):
        return _blob(Path(item).name, _read(Path(item)))
    raise ValueError(
        f"a {type(item).__name__} is not a file. Give a path, (filename, bytes), or the API's "
        "dict of filename, fileblob and mimetype"
    )


def _from_object(item: dict[str, Any]) -> dict[str, Any]:
    content = item.get("content", item.get("fileblob"))
    if isinstance(content, bytes):
        return _blob(item.get("filename", UNNAMED), content, item.get("mimetype"))
    if "filename" in item and "mimetype" not in item:
        return {**item, "mimetype": _mimetype(str(item["filename"]))}
    return item


def _blob(filename: str, content: bytes, mimetype: str | None = None) -> dict[str, Any]:
    return {
        "filename": filename,
        "fileblob": base64.b64encode(content).decode("ascii"),
        "mimetype": mimetype or _mimetype(filename),
    }


def _mimetype(filename: str) -> str:
    return mimetypes.guess_type(filename)[0] or "application/octet-stream"


def _read(path: Path) -> bytes:
    try:
        return path.expanduser().read_bytes()
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise ValueError(f"cannot read the file {str(path)!r}: {reason}") from error


def _is_path(value: Any) -> TypeGuard[str | os.PathLike[str]]:
    return isinstance(value, (str, os.PathLike))


def _is_pair(value: Any) -> TypeGuard[tuple[str, bytes]]:
    return isinstance(value, tuple) and tuple(map(type, value)) == (str, bytes)  # pyright: ignore[reportUnknownArgumentType] - any tuple


def files_expected(values: Sequence[Mapping[str, Any]]) -> str | None:
    """Wire check of files: a name of 1 to 255 characters, on one line."""
    names = (str(blob.get("filename") or "") for blob in values)
    wrong = any(not 1 <= len(n) <= MOST_NAME or re.search(r"[\r\n\0]", n) for n in names)
    return "file names of 1 to 255 characters without a newline" if wrong else None


def is_base64(text: str) -> bool:
    """Whether a text is base64.

    Args:
        text: The text; line breaks in it do not count.
    """
    try:
        base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True
