"""Records as a DataFrame with declared columns, whatever spelling they came in."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Iterable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Self

import pandas as pd

from smtp2go_kit.answers import structure
from smtp2go_kit.secret import MASK, Secret
from smtp2go_kit.shapes import is_list, is_object
from smtp2go_kit.tables import Columns, Dtype, Table

Row = dict[str, Any]
ODD_DATE = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?)-M")
"""The reference document's example of an event's date."""
EPOCH = re.compile(r"\d{9,11}(\.\d+)?")
"""Unix seconds as text."""
TRUE, FALSE = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no"})
CHILDREN = "children"
MOST_INT = 2**63


class Children(str):
    """Child frames in ``frame.attrs``: as text their names, so that attrs stay plain JSON."""

    __slots__ = ("frames",)
    frames: dict[str, pd.DataFrame]

    def __new__(cls, frames: dict[str, pd.DataFrame]) -> Self:
        """Keep the frames under the text of their names."""
        made = super().__new__(cls, ", ".join(frames))
        made.frames = frames
        return made

    def __deepcopy__(self, memo: object) -> Children:
        # pandas copies attrs deeply on every operation.
        return self

    def __reduce__(self) -> tuple[type[Children], tuple[dict[str, pd.DataFrame]]]:
        # Secrets are not pickled, so that a stored frame holds none.
        shown = {name: f for name, f in self.frames.items() if not f.attrs.get("secret")}
        return Children, (shown,)


def child_frame(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """The records nested in the rows of a frame, as a frame of their own.

    Args:
        frame: What a client's call returned, or a selection of its rows.
        name: The nested field, such as ``opens``, ``clicks``, ``headers`` or ``trackers``.

    Raises:
        KeyError: The frame has no such records, or lacks the columns that identify the parents.

    Returns:
        One row for each nested record, with the columns that identify its parent first; only
        records of parents that are still in *frame*.
    """
    children = frame.attrs.get(CHILDREN)
    if not isinstance(children, Children) or name not in children.frames:
        have = str(children or "") or "none (pd.concat and groupby drop them; take them before)"
        raise KeyError(f"no child frame {name!r} here; this frame has: {have}")
    child = children.frames[name]
    keys: list[str] = child.attrs["key"]
    flat = frame.reset_index() if {*keys} & {*frame.index.names} else frame
    if missing := [key for key in keys if key not in flat.columns]:
        raise KeyError(f"to know the parents, the frame needs its columns {', '.join(missing)}")
    kept = pd.MultiIndex.from_frame(child[keys]).isin(pd.MultiIndex.from_frame(flat[keys]))
    return child[kept].reset_index(drop=True)


def to_frame(records: Iterable[Any], table: Table, attrs: Mapping[str, Any]) -> pd.DataFrame:
    """Records as a frame with the table's columns and dtypes, then any others that came.

    Args:
        records: Objects as the service sent them, or bare values for a one-column table.
        table: The declared columns.
        attrs: What ``frame.attrs`` shall carry.
    """
    objects = _objects(table)
    is_narrow = len(table.columns) == 1
    rows = [_flat(r, table, objects) for r in records if is_narrow or is_object(r)]
    nested = {name: _nested(rows, name, table) for name in table.children}
    nested |= {name: _secrets(rows, name, table.key) for name in table.secrets}
    frame = _typed(rows, table.columns, extra=True)
    frame.attrs.update(attrs)
    if nested:
        frame.attrs[CHILDREN] = Children(nested)
    return frame


def _objects(table: Table) -> frozenset[str]:
    """The fields that flatten into columns: ``metadata`` of ``metadata_url``."""
    parts = (column.split("_") for column in table.columns)
    heads = {"_".join(words[:end]) for words in parts for end in range(1, len(words))}
    return frozenset(heads - table.columns.keys())


def _flat(record: Any, table: Table, objects: frozenset[str] = frozenset()) -> Row:
    if not is_object(record):
        return {next(iter(table.columns)): record}
    row: Row = {}
    for name, value in record.items():
        if name in table.children:
            row[name] = _records_of(value)
            row[f"{name}_count"] = len(row[name])
        elif is_object(value) or is_list(value):
            shown = str(value) if name in table.secrets else _hidden(value, table.secrets)
            _put(row, table.aliases.get(name, name), shown)
        elif value is not None:
            row[table.aliases.get(name, name)] = value
        elif name not in objects:
            # A null beside another spelling of the same field says nothing.
            row.setdefault(table.aliases.get(name, name), None)
    for name, source in table.single.items():
        if not row.get(name) and "," not in str(row.get(source, ",")):
            row[name] = row[source]
    return row


def _hidden(value: Any, secrets: tuple[str, ...]) -> Any:
    """A nested value with its passwords masked."""
    if is_object(value):
        return {k: MASK if k in secrets else _hidden(v, secrets) for k, v in value.items()}
    return [_hidden(entry, secrets) for entry in value] if is_list(value) else value


def _put(row: Row, name: str, value: Any) -> None:
    if is_object(value):
        for inner, entry in value.items():
            _put(row, f"{name}_{inner}", entry)
    elif is_list(value):
        row[name] = ", ".join(v if isinstance(v, str) else str(v) for v in value)
    else:
        row[name] = value


def _records_of(value: Any) -> list[Row]:
    found = structure(value)
    if is_object(found):
        return [found]
    # The document's examples nest records without any value: those are none.
    return [
        entry
        for entry in (found if is_list(found) else [])
        if is_object(entry) and any(v is not None for v in entry.values())
    ]


def _nested(rows: list[Row], name: str, table: Table) -> pd.DataFrame:
    child = table.children[name]
    records = [
        _under({key: row.get(key) for key in child.key}, _flat(record, Table({})), name)
        for row in rows
        for record in row.pop(name, ())
    ]
    keys: dict[str, Dtype] = {key: table.columns[key] for key in child.key}
    frame = _typed(records, {**keys, **child.columns}, extra=True)
    frame.attrs["key"] = list(child.key)
    return frame


def _under(parent: Row, record: Row, name: str) -> Row:
    """A nested record below its parent's key; a field of the same name gets the child's name."""
    own = {f"{name}_{k}" if k in parent else k: value for k, value in record.items()}
    return {**parent, **own}


def _secrets(rows: list[Row], name: str, key: tuple[str, ...]) -> pd.DataFrame:
    hidden = [Secret(str(row[name])) if row.get(name) else None for row in rows]
    for row in rows:
        if row.get(name):
            row[name] = MASK
    frame = _typed(rows, dict.fromkeys(key, "str"), extra=False)
    frame[name] = pd.Series(hidden, dtype="object")
    frame.attrs.update(key=list(key), secret=True)
    return frame


def _typed(rows: list[Row], columns: Columns, *, extra: bool) -> pd.DataFrame:
    found = dict.fromkeys(name for row in rows for name in row if name not in columns)
    data = {
        name: _column([row.get(name) for row in rows], dtype) for name, dtype in columns.items()
    }
    if extra:
        data |= {storable(name): _guessed([row.get(name) for row in rows]) for name in found}
    return pd.DataFrame(data, index=pd.RangeIndex(len(rows)))


def _column(values: list[Any], dtype: Dtype) -> pd.Series[Any]:
    if dtype == "datetime64[us, UTC]":
        return times(values)
    if not PLAIN[dtype].issuperset(map(type, values)):
        values = [READERS[dtype](value) for value in values]
    try:
        return pd.Series(values, dtype=dtype)
    except (UnicodeEncodeError, OverflowError):
        return pd.Series([storable(value) for value in values], dtype=dtype)


def storable(value: Any) -> Any:
    """A value less what pandas cannot store: half an emoji, an integer beyond 64 bits.

    Args:
        value: The value of a cell.
    """
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return None if isinstance(value, int) and not -MOST_INT <= value < MOST_INT else value


def times(values: list[Any]) -> pd.Series[Any]:
    """Times in any of the service's forms, in UTC; what cannot be read is missing."""
    texts = _column([_date_text(value) for value in values], "str")
    # pandas also reads words such as "now".
    iso = texts.where(texts.str.match(r"\d{4}-\d"))
    read = pd.to_datetime(iso, format="ISO8601", utc=True, errors="coerce").dt.as_unit("us")
    for place in texts.index[read.isna() & texts.notna() & (texts != "")]:
        read[place] = _rfc_date(str(texts[place]))
    return read


def _date_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        text = value.strip().upper().removesuffix(" UTC") if value else ""
        if not EPOCH.fullmatch(text):
            return ODD_DATE.sub(r"\1", text) or None
    if isinstance(value, dt.date):
        return value.isoformat()
    number = _number(value)
    if number is None or not 0 <= number < 1e11:
        return None
    return dt.datetime.fromtimestamp(number, dt.UTC).isoformat()


def _rfc_date(text: str) -> Any:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return pd.NaT
    return pd.Timestamp(moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).tz_convert(
        "UTC"
    )


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return None if isinstance(value, float) and math.isnan(value) else str(value)


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return float(value)
    try:
        number = float(value.strip().removesuffix("%") if isinstance(value, str) else value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _count(value: Any) -> int | None:
    if isinstance(value, int):
        return value
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?\d+\s*", value):
        return int(value)
    number = _number(value)
    return int(number) if number is not None else None


def _flag(value: Any) -> bool | None:
    if isinstance(value, bool) or value is None:
        return value
    word = str(value).strip().lower()
    return True if word in TRUE else False if word in FALSE else None


PLAIN: dict[Dtype, frozenset[type]] = {
    "str": frozenset({str, type(None)}),
    "Int64": frozenset({int, type(None)}),
    "boolean": frozenset({bool, type(None)}),
    "float64": frozenset({float}),
}
"""Types that a column takes as they are; any other value is read one by one."""
READERS: dict[Dtype, Callable[[Any], Any]] = {
    "str": _text,
    "Int64": _count,
    "boolean": _flag,
    "float64": lambda value: math.nan if (n := _number(value)) is None else n,
}


def _guessed(values: list[Any]) -> pd.Series[Any]:
    """A field the declaration does not know, typed by what came."""
    kinds: set[type] = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return _column(values, "boolean")
    if kinds == {int} and all(v is None or -MOST_INT <= v < MOST_INT for v in values):
        return _column(values, "Int64")
    return _column(values, "float64" if kinds and kinds <= {int, float} else "str")
