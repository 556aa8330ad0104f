"""How many tokens a text may cost a model, estimated from above without a tokenizer."""

from __future__ import annotations

import math
import re

MOST = 9_500
"""Tokens of an answer, its text and its data together; the promise is 10,000."""
MOST_COUNTED = 1_400
"""Tokens of an answer that counts; the promise is 1,500."""
PIECES = re.compile(r"([A-Za-z]+)|([0-9]+)|(\s+)|([^\x00-\x7f]+)|(.)", re.ASCII | re.DOTALL)
COMMON = frozenset(
    [
        "a",
        "about",
        "accepted",
        "account",
        "activity",
        "address",
        "allowed",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "blocked",
        "body",
        "bounce",
        "by",
        "cc",
        "clicked",
        "code",
        "com",
        "confirm",
        "content",
        "count",
        "data",
        "date",
        "day",
        "delivery",
        "detail",
        "domain",
        "domains",
        "email",
        "error",
        "event",
        "events",
        "example",
        "failed",
        "false",
        "field",
        "fields",
        "first",
        "for",
        "from",
        "full",
        "go",
        "group",
        "hard",
        "host",
        "hour",
        "id",
        "in",
        "instructions",
        "invoice",
        "is",
        "it",
        "key",
        "limit",
        "list",
        "mail",
        "message",
        "most",
        "name",
        "net",
        "next",
        "no",
        "not",
        "null",
        "of",
        "on",
        "only",
        "open",
        "opened",
        "or",
        "order",
        "org",
        "our",
        "out",
        "password",
        "policy",
        "processed",
        "queued",
        "reason",
        "received",
        "recipient",
        "record",
        "records",
        "reply",
        "request",
        "response",
        "return",
        "row",
        "rows",
        "same",
        "search",
        "sender",
        "server",
        "service",
        "shown",
        "smtp",
        "soft",
        "source",
        "spam",
        "start",
        "status",
        "subject",
        "temporary",
        "text",
        "the",
        "they",
        "this",
        "to",
        "token",
        "tool",
        "total",
        "true",
        "try",
        "type",
        "unknown",
        "unsubscribe",
        "up",
        "url",
        "use",
        "user",
        "username",
        "users",
        "value",
        "verified",
        "was",
        "what",
        "which",
        "window",
        "with",
        "you",
        "your",
    ]
)
"""Words that the vocabulary has whole."""
HALVED = frozenset({"bounced", "delivered", "dkim", "mailbox", "mailer", "recipients", "rejected"})
"""Words that it has in two pieces."""
WORST = 0.85
"""Tokens a character of the letters that merge worst (measured: 0.83 for rare capitals)."""


def tokens(text: str) -> int:
    """At least as many tokens as the o200k vocabulary needs, for any text.

    Args:
        text: What a model will read.
    """
    return sum(_cost(*piece) for piece in PIECES.findall(text))


def _cost(letters: str, digits: str, blanks: str, wide: str, other: str) -> int:
    if letters:
        return 1 if letters in COMMON else 2 if letters in HALVED else _worst(len(letters))
    if digits:
        return -(-len(digits) // 3)
    # Spaces merge; other blanks need not.
    spaces = blanks.count(" ")
    return _worst(spaces) + len(blanks) - spaces + len(wide.encode("utf-8", "replace")) + len(other)


def _worst(characters: int) -> int:
    return math.ceil(characters * WORST)
