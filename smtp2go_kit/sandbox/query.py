"""The ``filter_query`` of /email/search: a subset of Whoosh's query language."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase, translate
from operator import attrgetter
from typing import get_args

from whoosh.query.compound import And, Or
from whoosh.query.qcore import Every, Query
from whoosh.query.ranges import TermRange
from whoosh.query.terms import Prefix, Term, Wildcard
from whoosh.query.wrappers import Not

from smtp2go_kit.sandbox.account import Email, Status
from smtp2go_kit.sandbox.query_syntax import ANY, Exact, QueryError, parse

Predicate = Callable[[Email], bool]
Fold = Callable[[str], str]

TEXTS: Mapping[str, Callable[[Email], tuple[str, ...]]] = {
    ANY: attrgetter("sender", "header_from", "recipient", "subject"),
    "sender": attrgetter("sender", "header_from"),
    "recipient": lambda email: (email.recipient,),
    "subject": lambda email: (email.subject,),
    "host": lambda email: (email.host,),
    "email_id": lambda email: (email.email_id,),
}
NUMBERS: Mapping[str, Callable[[Email], float | None]] = {
    "sent_ts": attrgetter("ts"),
    "delivered_ts": attrgetter("delivered_ts"),
    "smtpcode": attrgetter("smtpcode"),
}
HEADERS = ("from", "to", "cc", "bcc", "reply-to", "subject")
STATUSES: Mapping[str, tuple[Status, ...]] = {
    **{status: (status,) for status in get_args(Status)},
    "defer": ("deferred",),
    "hard-bounce": ("hardbounce",),
    "refused": ("hardbounce",),
    "soft-bounce": ("softbounce",),
    "returned": ("softbounce",),
    "ok": ("delivered",),
    "sent": ("delivered",),
    "spam": ("complained",),
    "0": ("failed", "hardbounce", "softbounce", "rejected"),
    "1": ("delivered", "unsubscribed", "complained"),
}


def compile_query(text: str, *, ignore_case: bool = False) -> Predicate:
    """Turn a query into a test of one email; a blank query finds every email.

    Args:
        text: Terms and ``field:term`` with NOT, AND, OR and mere spaces, which mean AND too;
            the first of these binds tightest, parentheses group.
        ignore_case: Compare texts and header values without regard to case.

    Raises:
        QueryError: The syntax is wrong, or a field or status word is unknown.
    """
    if not text.strip():
        return lambda _: True
    return _predicate(parse(text), str.casefold if ignore_case else str)


def _predicate(node: Query, fold: Fold) -> Predicate:  # noqa: PLR0911 - a case a node type
    match node:
        case And():
            every = [_predicate(part, fold) for part in node.subqueries]
            return lambda email: all(part(email) for part in every)
        case Or():
            some = [_predicate(part, fold) for part in node.subqueries]
            return lambda email: any(part(email) for part in some)
        case Not():
            part = _predicate(node.query, fold)
            return lambda email: not part(email)
        case Exact(fieldname="headers"):
            return _headers(str(node.text), fold)
        case Term():
            return _term(node.fieldname, str(node.text), fold)
        case Prefix():
            return _pattern(node.fieldname, f"{node.text}*", fold)
        case Wildcard():
            return _pattern(node.fieldname, str(node.text), fold)
        case TermRange():
            return _range(node)
        case Every():
            return lambda _: True
        case _:
            raise QueryError(f"{type(node).__name__} queries are not understood")


def _term(field: str, text: str, fold: Fold) -> Predicate:
    if field in NUMBERS:
        return _equal(field, text)
    if field == "status":
        return _status(text)
    if field == "headers":
        raise QueryError("headers: takes single quotes, as in headers:'X-Name: Exact value'")
    wanted, values = fold(text), TEXTS[field]
    if field == "email_id":
        return lambda email: fold(email.email_id) == wanted
    return lambda email: any(wanted in fold(value) for value in values(email))


def _pattern(field: str, pattern: str, fold: Fold) -> Predicate:
    if field == "status":
        return _status(pattern)
    if field not in TEXTS:
        raise QueryError(f"{field}: takes no wildcard")
    values, glob = TEXTS[field], fold(pattern).replace("[", "[[]")
    if glob == "*":
        return lambda email: any(values(email))
    # In a text a pattern may begin at any word, and its end is open like a plain term's.
    at_word = r"(?!\B\w)" + translate(f"{glob}*")
    found = re.compile(r"\A" + translate(glob) if field == "email_id" else at_word).search
    return lambda email: any(found(fold(value)) for value in values(email))


def _status(text: str) -> Predicate:
    named = [words for word, words in STATUSES.items() if fnmatchcase(word, text.lower())]
    if not named:
        raise QueryError(f"unknown status {text!r}; the statuses are {', '.join(STATUSES)}")
    wanted = {status for words in named for status in words}
    return lambda email: email.status in wanted


def _number(field: str, text: str) -> float:
    if not re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", text):
        raise QueryError(f"{field}: takes a number, not {text!r}")
    return float(text)


def _equal(field: str, text: str) -> Predicate:
    wanted = _number(field, text)
    # A whole number of Unix seconds stands for all of that second.
    return _numeric(field, lambda value: wanted in (value, math.floor(value)))


def _range(node: TermRange) -> Predicate:
    field = node.fieldname
    if field not in NUMBERS:
        raise QueryError(f"ranges are for {', '.join(NUMBERS)}, not {field or 'terms'}")
    low = _number(field, node.start) if node.start else -math.inf
    high = _number(field, node.end) if node.end else math.inf
    after = operator.gt if node.startexcl else operator.ge
    before = operator.lt if node.endexcl else operator.le
    return _numeric(field, lambda value: after(value, low) and before(value, high))


def _numeric(field: str, holds: Callable[[float], bool]) -> Predicate:
    read = NUMBERS[field]
    return lambda email: (value := read(email)) is not None and holds(value)


def _headers(text: str, fold: Fold) -> Predicate:
    wanted = {_header(part, fold) for part in text.split(";") if part.strip()}
    if not wanted:
        raise QueryError("headers: names no header, as in headers:'X-Name: Exact value'")

    def match(e: Email) -> bool:
        standard = (e.header_from, e.to, e.cc, e.bcc, e.reply_to, e.subject)
        present = [*e.headers, *zip(HEADERS, standard, strict=True)]
        return wanted <= {(name.lower(), fold(value)) for name, value in present}

    return match


def _header(part: str, fold: Fold) -> tuple[str, str]:
    name, _, value = (text.strip() for text in part.partition(":"))
    if not (name and value):
        raise QueryError(f"headers: takes 'Name: value', not {part.strip()!r}")
    return name.lower(), fold(value)
