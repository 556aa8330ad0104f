"""Rows for many calls, out of a frame or of what somebody pastes: a list, or a table."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from smtp2go_kit.addresses import address_of
from smtp2go_kit.forms.fields import Field
from smtp2go_kit.forms.shape import Shape
from smtp2go_kit.secret import Secret, Unshown
from smtp2go_kit.shapes import is_mapping

Fields = Mapping[str, Field]
Numbered = Iterable[tuple[int, Sequence[Any]]]
MARKS = re.compile(r"[\t,;]")
FLAGS = {"yes": True, "true": True, "no": False, "false": False}


@dataclass(frozen=True)
class Row:
    """One row, read as the client takes it.

    Args:
        number: Its line in the text, or its place in the frame, from 1.
        given: What it gives, by parameter.
        cells: The same as it was written; passwords are secrets.
        problem: Why it cannot be read; empty if it can.
    """

    number: int
    given: Mapping[str, Any]
    cells: Mapping[str, Any]
    problem: str = ""


@dataclass(frozen=True)
class Rows:
    """Rows less those that are blank or repeat another.

    Args:
        columns: The parameters that they give.
        rows: The rows.
        blanks: How many were blank.
        duplicates: How many repeated another.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    blanks: int = 0
    duplicates: int = 0


def rows_of_frame(frame: Any, fields: Fields) -> Rows:
    """The rows of a frame, whose columns are parameters.

    Args:
        frame: A DataFrame, or anything that makes one; columns without names are the first
            parameters.
        fields: The parameters.

    Raises:
        ValueError: It has other columns; names them.
    """
    import pandas as pd

    table = pd.DataFrame(frame)
    columns = tuple(map(str, table.columns))
    if all(isinstance(name, int) for name in table.columns):
        columns = unnamed(fields)
    else:
        _check(columns, fields)
    return _gathered(columns, enumerate(table.itertuples(index=False, name=None), 1), fields)


def rows_of_text(text: str, fields: Fields) -> Rows:
    """The rows of a pasted list or table, which is one if its first line names parameters.

    Args:
        text: The lines.
        fields: The parameters.

    Raises:
        ValueError: Its columns are others, or a quote in it has no end.
    """
    text = text.removeprefix("\ufeff")
    first = next((line for line in io.StringIO(text) if line.strip()), "")
    found = MARKS.search(first)
    mark = found[0] if found else ","
    header = tuple(map(_parameter, first.split(mark)))
    if any(name in fields for name in header):
        _check(header, fields)
        numbered = list(_table(text, mark))
        place = next(n for n, (_, cells) in enumerate(numbered) if any(map(str.strip, cells)))
        return _gathered(header, numbered[place + 1 :], fields)
    columns = unnamed(fields)
    lines = enumerate(io.StringIO(text, newline=None), 1)
    return _gathered(columns, ((n, _cells(line, len(columns))) for n, line in lines), fields)


def unnamed(fields: Fields) -> tuple[str, ...]:
    """The parameters that columns without names are: what is required, and a note beside one.

    Args:
        fields: The parameters.
    """
    required = tuple(name for name, asked in fields.items() if asked.required)
    notes = tuple(name for name in fields if name.endswith("description"))
    return required + notes[:1] if len(required) == 1 else required


def frozen(value: Any) -> Any:
    """A value that equals another where theirs do, and can be looked up.

    Args:
        value: A value of the client's.
    """
    plain = value.tolist() if hasattr(value, "tolist") else value
    if is_mapping(plain):
        return tuple((name, frozen(held)) for name, held in sorted(plain.items()))
    if isinstance(plain, (list, tuple, set)):
        return tuple(map(frozen, plain))  # pyright: ignore[reportUnknownArgumentType] - any values
    return repr(plain) if plain.__hash__ is None else plain


def _check(columns: Sequence[str], fields: Fields) -> None:
    """Refuse columns that are no parameters, are there twice, or are not there."""
    known = f"the columns are {', '.join(fields)}"
    unknown = [repr(name) for name in columns if name not in fields]
    if unknown:
        raise ValueError(f"no such column: {', '.join(unknown)}; {known}")
    if len({*columns}) < len(columns):
        raise ValueError(f"a column is there twice: {', '.join(columns)}")
    lacking = [name for name, asked in fields.items() if asked.required and name not in columns]
    if lacking:
        raise ValueError(f"a column is missing: {', '.join(lacking)}; {known}")


def _parameter(cell: str) -> str:
    """A header's cell as a parameter's name: ``Email address`` is ``email_address``."""
    return re.sub(r"[\s-]+", "_", cell.strip().strip('"').lower())


def _table(text: str, mark: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a table, each with the line that it starts in."""
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=mark, skipinitialspace=True, strict=True
    )
    start = 1
    try:
        for cells in reader:
            yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        raise ValueError(f"line {start} cannot be read: {error}") from error


def _cells(line: str, most: int) -> list[str]:
    """The cells of a line of a list; whatever is left is the last one's."""
    cells = MARKS.split(line, most - 1) if most > 1 else [line]
    return [_unquoted(cell.strip()) for cell in cells]


def _unquoted(cell: str) -> str:
    is_quoted = len(cell) > 1 and cell[0] == cell[-1] == '"'
    return cell[1:-1].replace('""', '"') if is_quoted else cell


def _gathered(columns: tuple[str, ...], numbered: Numbered, fields: Fields) -> Rows:
    kept: dict[Any, Row] = {}
    count = blanks = 0
    for number, cells in numbered:
        count += 1
        row = _row(number, columns, cells, fields)
        if row.given or row.problem:
            kept.setdefault((frozen(row.given), row.problem), row)
        else:
            blanks += 1
    return Rows(columns, tuple(kept.values()), blanks, count - blanks - len(kept))


def _row(number: int, columns: tuple[str, ...], cells: Sequence[Any], fields: Fields) -> Row:
    written = dict(zip(columns, cells, strict=False))
    read = {name: _read(fields[name], cell) for name, cell in written.items()}
    given = {name: value for name, (value, _) in read.items() if value is not None}
    wrong = [f"{name}: {problem}" for name, (_, problem) in read.items() if problem]
    told = {
        name: value if fields[name].shape is Shape.PASSWORD else written[name]
        for name, value in given.items()
    }
    return Row(number, given, told, "; ".join([*_misplaced(columns, cells), *wrong]))


def _read(asked: Field, cell: Any) -> tuple[Any, str]:
    try:
        return cell_of(asked, cell), ""
    except ValueError as wrong:
        return cell, str(wrong)


def _misplaced(columns: tuple[str, ...], cells: Sequence[Any]) -> Iterator[str]:
    """What is wrong with a row whatever its cells hold."""
    if any(not _is_missing(cell) and str(cell).strip() for cell in cells[len(columns) :]):
        yield f"has {len(cells)} cells, and there are {len(columns)} columns: {', '.join(columns)}"
    note = cells[1] if len(cells) > 1 and columns[1].endswith("description") else ""
    if isinstance(note, str) and note and all(map(address_of, MARKS.split(note))):
        yield f"{note!r} is no {columns[1]}: put one address on each line"


def cell_of(asked: Field, cell: Any) -> Any:
    """A cell as the client takes it; None where nothing is given.

    Args:
        asked: The parameter.
        cell: Text, or a value out of a frame.

    Raises:
        ValueError: It cannot be read; says why.
    """
    if _is_missing(cell):
        return None
    if asked.shape is Shape.PASSWORD:
        return _password(cell)
    if isinstance(cell, str):
        read = TEXTS.get(asked.shape)
        return read(asked, cell) if read is not None else asked.read(cell)
    # A column of whole numbers with a gap is one of floats.
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def _is_missing(cell: Any) -> bool:
    import pandas as pd

    return cell is None or (pd.api.types.is_scalar(cell) and pd.isna(cell) is True)


def _password(cell: Any) -> Secret | Unshown | None:
    """A password; a number is none, as its zeros are lost, and is not shown either."""
    if isinstance(cell, str):
        return Secret(cell) if cell else None
    return cell if isinstance(cell, Secret) else Unshown(cell)


def _several(asked: Field, text: str) -> list[Any] | None:
    parts = [part.strip() for part in re.split(r"[;\n]", text)]
    return [_chosen(asked, part) for part in parts if part] or None


def _chosen(asked: Field, text: str) -> Any:
    words = FLAGS if asked.shape is Shape.FLAG else {str(c).lower(): c for c in asked.choices}
    return words.get(text.strip().lower(), text.strip() or None)


TEXTS: Mapping[Shape, Callable[[Field, str], Any]] = {
    Shape.LINES: _several,
    Shape.CHOICES: _several,
    Shape.FILES: _several,
    Shape.CHOICE: _chosen,
    Shape.FLAG: _chosen,
    Shape.EMAIL: _chosen,
}
"""How text is read where a form would not take it as text."""
