"""What is entered in a field, as the value that the client takes, and back."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from smtp2go_kit import attachments
from smtp2go_kit.forms.shape import Shape, Upload
from smtp2go_kit.mime import mime
from smtp2go_kit.secret import Secret

if TYPE_CHECKING:
    from smtp2go_kit.forms.fields import Field

NUMBER = re.compile(r"\d+|\d{1,3}(?:,\d{3})+")


def _line(_: Field, text: str) -> str | None:
    return text.strip() or None


def _paragraph(_: Field, text: str) -> str | None:
    return text if text.strip() else None


def _lines(_: Field, text: str) -> list[str] | None:
    return [line.strip() for line in text.splitlines() if line.strip()] or None


def _number(_: Field, text: str) -> int | None:
    plain = text.strip()
    if not plain:
        return None
    if not NUMBER.fullmatch(plain):
        raise ValueError(f"expected a whole number, got {plain!r}")
    return int(plain.replace(",", ""))


def _pairs(asked: Field, text: str) -> list[dict[str, str]] | None:
    pairs = [_pair(asked, line) for line in _lines(asked, text) or []]
    return pairs or None


def _pair(asked: Field, line: str) -> dict[str, str]:
    name, colon, value = line.partition(":")
    pair = dict(zip(asked.keys, (name.strip(), value.strip()), strict=True))
    if not colon or not (any(pair.values()) if asked.halves else name.strip()):
        raise ValueError(f"write each line as Name: value; {line!r} has no name and colon")
    return {k: v for k, v in pair.items() if v or not asked.halves}


def _choices(_: Field, chosen: tuple[Any, ...]) -> list[Any] | None:
    return list(chosen) or None


def _files(_: Field, uploads: tuple[Upload, ...]) -> list[dict[str, Any]] | None:
    return [_blob(upload) for upload in uploads] or None


def _blob(upload: Upload) -> dict[str, Any]:
    blob = {"filename": upload.name, "content": upload.content}
    return {**blob, "mimetype": upload.mimetype} if upload.mimetype else blob


def _email(_: Field, uploads: tuple[Upload, ...]) -> bytes | None:
    if len(uploads) > 1:
        raise ValueError(f"one email at a time, got {len(uploads)} files; remove the others")
    return uploads[0].content if uploads else None


READERS: Mapping[Shape, Callable[[Field, Any], Any]] = {
    Shape.LINE: _line,
    Shape.MOMENT: _line,
    Shape.PARAGRAPH: _paragraph,
    Shape.HTML: _paragraph,
    Shape.LINES: _lines,
    Shape.NUMBER: _number,
    Shape.PAIRS: _pairs,
    Shape.CHOICES: _choices,
    Shape.FILES: _files,
    Shape.EMAIL: _email,
}


def _as_lines(_: Field, value: Any) -> str:
    return "\n".join(map(_on_one_line, [value] if isinstance(value, str) else value))


def _on_one_line(value: Any) -> str:
    text = str(value)
    if len(text.splitlines()) > 1 or text != text.rstrip("\r\n"):
        raise ValueError(f"{text[:80]!r} has a line break, so a form would make two entries of it")
    return text


def _as_pairs(asked: Field, value: Any) -> str:
    return "\n".join(
        _on_one_line(": ".join(str(pair.get(key, "")) for key in asked.keys))
        for pair in _pairs_of(asked, value)
    )


def _pairs_of(asked: Field, value: Any) -> list[Any]:
    if not isinstance(value, Mapping):
        return list(value)
    pair: dict[str, Any] = dict(value)  # pyright: ignore[reportUnknownArgumentType] - any mapping
    if {*asked.keys} & {*pair}:
        return [pair]
    first, second = asked.keys
    return [{first: name, second: text} for name, text in pair.items()]


def _as_choices(asked: Field, value: Any) -> tuple[Any, ...]:
    return tuple(_as_choice(asked, v) for v in ([value] if isinstance(value, str) else value))


def _as_choice(asked: Field, value: Any) -> Any:
    if value not in asked.choices:
        raise ValueError(f"{value!r} is none of {', '.join(map(str, asked.choices))}")
    return value


def _as_uploads(_: Field, value: Any) -> tuple[Upload, ...]:
    if isinstance(value, Upload):
        return (value,)
    blobs = attachments.files(value)
    if any("filename" not in b or "fileblob" not in b for b in blobs):
        raise ValueError("give files as paths, (filename, bytes) pairs or {'filename', 'content'}")
    return tuple(
        Upload(b["filename"], base64.b64decode(b["fileblob"]), b.get("mimetype", "")) for b in blobs
    )


def _as_email(_: Field, value: Any) -> tuple[Upload, ...]:
    return (Upload("email.eml", base64.b64decode(mime(value))),)


WRITERS: Mapping[Shape, Callable[[Field, Any], Any]] = {
    Shape.LINE: lambda _, value: str(value),
    Shape.MOMENT: lambda _, value: str(value),
    Shape.NUMBER: lambda _, value: str(value),
    Shape.LINES: _as_lines,
    Shape.PAIRS: _as_pairs,
    Shape.CHOICE: _as_choice,
    Shape.CHOICES: _as_choices,
    Shape.FILES: _as_uploads,
    Shape.EMAIL: _as_email,
    Shape.PASSWORD: lambda _, value: value if isinstance(value, Secret) else Secret(value),
}
