"""Columns of text in the form of pyarrow, whose functions work on all of them at once."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd

# pyarrow comes without types.
pa: Any = importlib.import_module("pyarrow")
pc: Any = importlib.import_module("pyarrow.compute")


def text_array(column: pd.Series[Any]) -> Any:
    """A column as one pyarrow array of text, "" where it has nothing.

    Args:
        column: Text of any kind; anything else as text.
    """
    kept = column if isinstance(column.dtype, pd.StringDtype) else column.astype("str")
    found = pa.array(kept, type=pa.large_string(), from_pandas=True)
    whole = found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
    return pc.fill_null(whole, "") if whole.null_count else whole


def series(array: Any, index: pd.Index[Any], name: str) -> pd.Series[Any]:
    """A pyarrow array of text as a column.

    Args:
        array: The array.
        index: The column's index, as long.
        name: The column's name.
    """
    return pd.Series(pd.array(array, dtype="str"), index=index, name=name)


def spread(table: Iterable[Iterable[str]], places: np.ndarray[Any, Any]) -> list[Any]:
    """The values of several columns where places say so, and nothing where one is below 0.

    Args:
        table: The different values of each column.
        places: Which of them each row has.
    """
    rows = np.flatnonzero(places >= 0)
    at = pa.array(places[rows].astype("int32"))

    def taken(values: Iterable[str]) -> Any:
        return pc.take(pa.array(list(values), pa.large_string()), at)

    with ThreadPoolExecutor() as pool:
        told = list(pool.map(taken, table))
    if len(rows) == len(places):
        return told
    known = pa.array(places >= 0).buffers()[1]
    return [_among(array, rows, known, len(places)) for array in told]


def _among(array: Any, rows: np.ndarray[Any, Any], known: Any, length: int) -> Any:
    """Texts at some rows of a longer array: cheaper than to take each of its rows."""
    ends = np.zeros(length + 1, dtype="int64")
    ends[rows + 1] = pc.binary_length(array).to_numpy(zero_copy_only=False)
    data = array.buffers()[2] if len(array) else pa.py_buffer(b"")
    return pa.LargeStringArray.from_buffers(length, pa.py_buffer(np.cumsum(ends)), data, known)


def encoded(array: Any) -> tuple[list[str], np.ndarray[Any, Any]]:
    """The different texts of an array, and which of them each row has.

    Args:
        array: The array, or a dictionary of one.
    """
    once = array if isinstance(array, pa.DictionaryArray) else pc.dictionary_encode(array)
    return once.dictionary.to_pylist(), once.indices.to_numpy(zero_copy_only=False)
