"""Whether a text says what it should."""

from __future__ import annotations

import json
import re
from typing import Any

from mcp_server.evals.tasks import Expected, Task

NUMBER = re.compile(r"\d+(\.\d+)?")
MOMENT = re.compile(r"(?<=\d)T(?=\d\d:)")
THOUSANDS = re.compile(r"(?<=\d)[,'\u2019\u00a0\u202f](?=\d{3}(?!\d))")


def says(text: str, expected: str) -> bool:
    """Whether a text contains another, in any case; a number must be exactly that number.

    Args:
        text: An answer.
        expected: What it has to contain, as a whole word.
    """
    if NUMBER.fullmatch(expected):
        pattern = rf"(?<![\w.:/-]){re.escape(expected)}(?!\w|[.:/-]\d|\s?%)"
        return re.search(pattern, THOUSANDS.sub("", text)) is not None
    before = r"(?<!\w)" if expected[:1].isalnum() else ""
    after = r"(?!\w)" if expected[-1:].isalnum() else ""
    # A model may escape what Markdown would take for a mark.
    plain = " ".join(MOMENT.sub(" ", text).replace("\\", "").split()).casefold()
    return re.search(before + re.escape(expected.casefold()) + after, plain) is not None


def wrong(answer: str, task: Task) -> str | None:
    """What is wrong with an answer, or None.

    Args:
        answer: What a model answered.
        task: What it was asked.
    """
    missing = [t for part in task.answer for t in part.texts if not says(answer, t)]
    if missing:
        return f"the answer lacks {', '.join(missing)}"
    false = [text for text in task.never if says(answer, text)]
    return f"the answer has {', '.join(false)}" if false else None


def differs(part: Expected, values: list[Any], text: str) -> str | None:
    """How the results of the calls differ from a part of the answer, or None.

    Args:
        part: The part.
        values: What stands in its place.
        text: What a model would read of that call.
    """
    shown = [v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for v in values]
    found = len(shown) == len(part.texts) and all(
        any(says(value, expected) for value in shown) for expected in part.texts
    )
    if not found:
        return f"expected {part.says} as {part.field}, found {', '.join(shown)[:300] or 'nothing'}"
    # In a table two small numbers look like one with thousands.
    texts = (text, text.replace(",", " , "))
    hidden = [expected for expected in part.texts if not any(says(t, expected) for t in texts)]
    return f"the text lacks {', '.join(hidden)}" if hidden else None
