"""How many tokens a text may cost a model, estimated from above without a tokenizer."""

from __future__ import annotations

import re

MOST = 9_500
"""Tokens of an answer, its text and its data together; the promise is 10,000."""
MOST_COUNTED = 1_400
"""Tokens of an answer that counts; the promise is 1,500."""
PIECES = re.compile(r"([a-z]+)|([A-Z]+)|([0-9]+)|(\s+)|([^\x00-\x7f]+)|([^\w\s]|_)", re.ASCII)
LETTERS, CAPITALS, DIGITS, BLANKS = 3, 2, 3, 8


def tokens(text: str) -> int:
    """At least as many tokens as the o200k vocabulary needs, for any text.

    Args:
        text: What a model will read.
    """
    total = 0
    for lower, upper, digits, blank, wide, _ in PIECES.findall(text):
        total += (
            -(-len(lower) // LETTERS)
            + -(-len(upper) // CAPITALS)
            + -(-len(digits) // DIGITS)
            + -(-len(blank) // BLANKS)
            + len(wide.encode("utf-8", "replace"))
        )
        total += not (lower or upper or digits or blank or wide)
    return total
