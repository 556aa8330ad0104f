"""What the records of an answer look like as a DataFrame, declared without pandas."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

Dtype = Literal["str", "Int64", "boolean", "float64", "datetime64[us, UTC]"]
Columns = Mapping[str, Dtype]

STR: Dtype = "str"
COUNT: Dtype = "Int64"
FLAG: Dtype = "boolean"
RATE: Dtype = "float64"
TIME: Dtype = "datetime64[us, UTC]"

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Child:
    """Records nested in each row, as a frame of their own.

    Args:
        key: Columns of the parent that the child's rows repeat.
        columns: The child's own columns and dtypes.
    """

    key: tuple[str, ...]
    columns: Columns


@dataclass(frozen=True)
class Table:
    """The records of an answer as columns.

    Args:
        columns: Every column with its dtype, in order; nested objects joined with ``_``.
        rows: Names under which answers carry the records; none means one record, the answer.
        total: Names under which answers count all matching records.
        aliases: Other spellings of columns, to the one used here.
        children: Nested lists, by the field that holds them.
        secrets: Columns that show a mask; their values are in the child frame of that name.
        key: The columns that say whose secret it is.
        single: Columns that, where missing, take another's value if that is one address.
        counted: The parameter that asks for counts in place of rows.
        window: Days that a call without a start date looks back, to midnight; None where a
            call has no dates.
        brief: Columns that a short listing shows; all if not given.
        groups: What records may be counted by: columns, the ``_domain`` of a column of
            addresses, or the ``day`` or ``hour`` of the first time among ``brief``.
    """

    columns: Columns
    rows: tuple[str, ...] = ()
    total: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    children: Mapping[str, Child] = field(default_factory=dict[str, Child])
    secrets: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    single: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    counted: str = ""
    window: int | None = None
    brief: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    def default_start(self, now: dt.datetime) -> dt.datetime:
        """The midnight, in UTC, from which a call without a start date looks.

        Args:
            now: The moment of the call.
        """
        today = dt.datetime.combine(now.astimezone(dt.UTC).date(), dt.time.min, dt.UTC)
        return today - dt.timedelta(days=self.window or 0)
