"""Files in the forms people have them, written as the API's base64 objects."""

from __future__ import annotations

import base64
import binascii
import mimetypes
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NotRequired, TypeGuard

from typing_extensions import TypedDict

from smtp2go_kit.shapes import is_many, is_object

MOST_NAME = 255
"""Characters of a file's name (the service's own schema)."""
MOST_TYPE = 127
"""Characters of a file's mimetype (the service's own schema)."""
UNNAMED = "attachment.bin"
BYTES = (bytes, bytearray, memoryview)
BREAKS = re.compile(r"[\r\n\0]")


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


File = str | os.PathLike[str] | bytes | tuple[str, bytes] | BinaryIO | FileBlob | NamedBytes
"""A path, a ``(filename, bytes)`` pair, a file opened with ``"rb"``, ``{"filename", "content"}``,
the API's own dict, or bytes without a name."""


def files(value: Any) -> list[Any]:
    """Files as the API's list, from one or many of the forms of ``File``."""
    if _is_one(value):
        return [_file(value)]
    if not is_many(value):
        raise TypeError(_not_a_file(value))
    return [_file(item) for item in value]


def _is_one(value: Any) -> bool:
    is_file = is_object(value) or _is_path(value) or hasattr(value, "read")
    return is_file or _is_named(value) or _is_bytes(value)


def _file(item: Any) -> Any:
    if is_object(item):
        return _from_object(item)
    if _is_named(item):
        return _blob(*item)
    if _is_bytes(item):
        return _blob(UNNAMED, item)
    if _is_path(item):
        return _blob(Path(item).name, _read(Path(item)))
    if hasattr(item, "read"):
        name = getattr(item, "name", None)
        return _blob(Path(name).name if isinstance(name, str) else UNNAMED, _whole(item))
    raise TypeError(_not_a_file(item))


def _whole(file: Any) -> Any:
    """All of a file, wherever it was read or written last."""
    if hasattr(file, "seekable") and file.seekable():
        file.seek(0)
    return file.read()


def _not_a_file(item: Any) -> str:
    return (
        f"a {type(item).__name__} is not a file. Give a path, (filename, bytes), or the API's "
        "dict of filename, fileblob and mimetype"
    )


def _from_object(item: dict[str, Any]) -> dict[str, Any]:
    content = item.get("content", item.get("fileblob"))
    if "content" in item or _is_bytes(content):
        return _blob(item.get("filename", UNNAMED), content, item.get("mimetype"))
    if "filename" in item and "mimetype" not in item:
        return {**item, "mimetype": _mimetype(str(item["filename"]))}
    return item


def _blob(filename: Any, content: Any, mimetype: str | None = None) -> dict[str, Any]:
    if not isinstance(filename, str):
        raise TypeError(f"the filename {filename!r} is not text")
    if not _is_bytes(content):
        kind = type(content).__name__
        raise TypeError(
            f"the content of {filename!r} is a {kind}; give bytes, as from a file opened with "
            "'rb' or from text.encode()"
        )
    return {
        "filename": filename,
        "fileblob": base64.b64encode(bytes(content)).decode("ascii"),
        "mimetype": mimetype or _mimetype(filename),
    }


def _mimetype(filename: str) -> str:
    return mimetypes.guess_type(filename)[0] or "application/octet-stream"


def _read(path: Path) -> bytes:
    if path == Path():
        raise ValueError("an empty text is not a file's path")
    try:
        return path.expanduser().read_bytes()
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "unreadable"
        raise ValueError(f"cannot read the file {str(path)[:MOST_NAME]!r}: {reason}") from None


def _is_path(value: Any) -> TypeGuard[str | os.PathLike[str]]:
    return isinstance(value, (str, os.PathLike))


def _is_bytes(value: Any) -> TypeGuard[bytes]:
    return isinstance(value, BYTES)


def _is_named(value: Any) -> TypeGuard[tuple[str, Any]]:
    """Whether a value is a pair of a name and its content, and not two files."""
    if not (isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str)):  # pyright: ignore[reportUnknownArgumentType] - any tuple
        return False
    name, content = value  # pyright: ignore[reportUnknownVariableType] - as above
    if isinstance(content, (tuple, dict, os.PathLike)) or hasattr(content, "read"):  # pyright: ignore[reportUnknownArgumentType] - as above
        return False
    return not (isinstance(content, str) and _exists(str(name)))  # pyright: ignore[reportUnknownArgumentType] - as above


def _exists(text: str) -> bool:
    try:
        return Path(text).expanduser().exists()
    except (OSError, RuntimeError, ValueError):
        return False


def files_expected(values: Sequence[Mapping[str, Any]]) -> str | None:
    """Wire check of files: names of 1 to 255 characters, types of up to 127, on one line."""
    for blob in values:
        name, kind = str(blob.get("filename") or ""), str(blob.get("mimetype") or "")
        if not 1 <= len(name) <= MOST_NAME or BREAKS.search(name):
            return f"file names of 1 to {MOST_NAME} characters without a newline"
        if len(kind) > MOST_TYPE or BREAKS.search(kind):
            return f"mimetypes of up to {MOST_TYPE} characters without a newline"
    return None


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
