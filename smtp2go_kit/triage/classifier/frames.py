"""Whole columns of answers, classified: each different one once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd

from smtp2go_kit.triage.arrow import encoded, pa, pc, series, spread, text_array
from smtp2go_kit.triage.classifier.deciding import decided
from smtp2go_kit.triage.classifier.ruleset import Rules
from smtp2go_kit.triage.classifier.text import MASK, MASKED, MOST, ROUGH

TEXTS = (
    "category",
    "permanence",
    "fault",
    "scope",
    "action",
    "named_identity",
    "blocklist",
    "provider_token",
    "cause",
    "rule",
    "evidence",
)
COLUMNS = (*TEXTS[:7], "retry_after", *TEXTS[7:], "confidence")
FAILED = ("soft-bounced", "hard-bounced", "rejected")
WORDS = ("smtp_response", "reason", "error")
"""Where an event keeps what was answered; the later ones where the earlier are empty."""
CHUNK = 65_536
SAMPLE = 1_024
Places = np.ndarray[Any, Any]


def classify_events(events: pd.DataFrame, *, rules: Rules | None = None) -> pd.DataFrame:
    """Events with what their answers mean.

    Only failures are classified: bounces and rejections, or without a column ``event`` whatever
    is not a 2xx answer. The columns are missing elsewhere.

    Args:
        events: As ``client.activity.search()`` returns them; a plain frame with
            ``smtp_response``, ``reason`` or ``error`` does as well.
        rules: Rules other than the shipped ones.
    """
    failed = _failed(events)
    found, codes = _classified(_told(events, failed), rules or Rules.default())
    if "event" not in events:
        # Without events, what is no failure shows only by its text.
        nothing = (found["rule"].eq("") & found["confidence"].eq(0.0)).to_numpy()
        codes = np.where(nothing[codes], -1, codes)
    places = np.full(len(events), -1, dtype="int64")
    places[failed] = codes
    return events.assign(**_spread(found, places, events.index))


def classify_texts(texts: pd.Series[Any], *, rules: Rules | None = None) -> pd.DataFrame:
    """What answers mean, one row for each.

    Args:
        texts: The answers; a missing one counts as an empty one.
        rules: Rules other than the shipped ones.
    """
    found, codes = _classified(text_array(texts), rules or Rules.default())
    return pd.DataFrame(_spread(found, codes, texts.index), index=texts.index)


def _failed(events: pd.DataFrame) -> Places:
    if "event" in events:
        return events["event"].isin(FAILED).to_numpy(dtype=bool)
    return np.ones(len(events), dtype=bool)


def _told(events: pd.DataFrame, failed: Places) -> Any:
    """What was answered to each failure: the first of its columns that says anything."""
    told = pa.nulls(int(failed.sum()), pa.large_string()).fill_null("")
    for name in (name for name in WORDS if name in events):
        empty = pc.equal(told, "")
        if not pc.any(empty).as_py():
            break
        column = events[name] if failed.all() else events.loc[failed, name]
        told = (
            pc.if_else(empty, text_array(column), told)
            if pc.max(told).as_py()
            else text_array(column)
        )
    return told


def _classified(array: Any, rules: Rules) -> tuple[pd.DataFrame, Places]:
    """The different classifications of texts, and which of them each text has."""
    different, codes = _different(array)
    found = [decided(text, rules) for text in different]
    columns = {name: [getattr(one, name) for one in found] for name in COLUMNS}
    return pd.DataFrame(columns, columns=list(COLUMNS)), codes


def _different(array: Any) -> tuple[list[str], Places]:
    """The different masked texts, and which of them each text is."""
    longest = pc.max(pc.binary_length(array)).as_py() or 0
    kept = array if longest <= MOST else pc.utf8_slice_codeunits(array, 0, MOST)
    parts = [kept.slice(at, CHUNK) for at in range(0, len(kept), CHUNK)]
    if not parts:
        return [], np.empty(0, dtype="int64")
    with ThreadPoolExecutor() as pool:
        chunks = pa.chunked_array(list(pool.map(_once, parts))).unify_dictionaries().chunks
    codes = [encoded(chunk)[1] for chunk in chunks]
    return chunks[0].dictionary.to_pylist(), np.concatenate(codes).astype("int64")


def _once(array: Any) -> Any:
    """Masked texts, each different one kept once.

    Texts that repeat are masked once; where hardly any does, finding that out is the dearer part.
    """
    sample = array.slice(0, SAMPLE)
    if len(sample.unique()) * 2 > len(sample):
        return _again(pc.dictionary_encode(_masked(array, ROUGH)), MASK)
    return _again(_again(pc.dictionary_encode(array), ROUGH), MASK)


def _again(known: Any, mask: str) -> Any:
    """Texts whose different ones are masked further, and become fewer."""
    fewer = pc.dictionary_encode(_masked(known.dictionary, mask))
    return pa.DictionaryArray.from_arrays(fewer.indices.take(known.indices), fewer.dictionary)


def _masked(array: Any, mask: str) -> Any:
    return pc.replace_substring_regex(array, mask, MASKED)


def _spread(found: pd.DataFrame, places: Places, index: pd.Index[Any]) -> dict[str, Any]:
    """The columns of the classifications, where each row has one, and missing elsewhere."""
    arrays = spread(([str(value) for value in found[name]] for name in TEXTS), places)
    columns = {name: series(array, index, name) for name, array in zip(TEXTS, arrays, strict=True)}
    for name, dtype in (("retry_after", "Int64"), ("confidence", "Float64")):
        numbers = pd.Series([*found[name], None], dtype=dtype).array.take(places)
        columns[name] = pd.Series(numbers, index=index, name=name)
    return {name: columns[name] for name in COLUMNS}
