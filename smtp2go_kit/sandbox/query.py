"""The ``filter_query`` of /email/search: a subset of Whoosh's query language."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase, translate
from itertools import accumulate, pairwise
from operator import attrgetter
from typing import Any, NamedTuple, get_args

from whoosh.qparser import plugins, syntax
from whoosh.qparser.default import QueryParser
from whoosh.qparser.plugins import GroupPlugin
from whoosh.qparser.syntax import InfixOperator, Operator, PrefixOperator
from whoosh.query.compound import And, Or
from whoosh.query.qcore import Every, Query
from whoosh.query.ranges import TermRange
from whoosh.query.terms import Prefix, Term, Wildcard
from whoosh.query.wrappers import Not

from smtp2go_kit.sandbox.account import Email, Status

Predicate = Callable[[Email], bool]
Fold = Callable[[str], str]

OpenBracket, CloseBracket = GroupPlugin.OpenBracket, GroupPlugin.CloseBracket
MAX_LENGTH = 2_000
MAX_DEPTH = 30
ANY = ""  # the field of a term that names none
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
FIELDS = (*filter(None, TEXTS), *NUMBERS, "status", "headers")
HEADERS = ("from", "to", "cc", "bcc", "reply-to", "subject")
# Whoosh's own expression takes cubic time on "[ to [ to [ to".
RANGE = re.compile(
    r"(?P<open>[\[{])\s*+(?P<start>[^\s\[\]{}]*)\s*\bTO\b"
    r"\s*+(?P<end>[^\s\[\]{}]*)\s*(?P<close>[\]}])"
)
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


class QueryError(ValueError):
    """A ``filter_query`` that cannot be understood."""

    def __init__(self, problem: str) -> None:
        """Say what is wrong and which fields there are."""
        super().__init__(f"{problem} (fields: {', '.join(FIELDS)})")


def compile_query(text: str, *, ignore_case: bool = False) -> Predicate:
    """Turn a query into a test of one email; a blank query finds every email.

    Args:
        text: Terms and ``field:term`` with NOT, AND, OR and mere spaces, which mean AND too;
            the first of these binds tightest, parentheses group.
        ignore_case: Compare texts and header values without regard to case.

    Raises:
        QueryError: The syntax is wrong, or a field or status word is unknown.
    """
    if len(text) > MAX_LENGTH:
        raise QueryError(f"the query is longer than {MAX_LENGTH:,} characters")
    if not text.strip():
        return lambda _: True
    # Not normalised: that would read `*:* AND subject:a` as `*:*`.
    tree = StrictParser(ANY, None, _plugins()).parse(text, normalize=False)
    return _predicate(tree, str.casefold if ignore_case else str)


class Exact(Term):
    """A term in single quotes, the only form that searches headers."""


class ExactNode(syntax.TextNode):
    """The token of a term in single quotes."""

    qclass: Any = Exact


def _plugins() -> list[Any]:
    # Whoosh says py.typed, but its plugins have no annotations.
    plugin: Any = plugins
    single = plugin.SingleQuotePlugin(r"(?<![^\s(:])'(?P<text>.*?)'(?=[\s)]|$)")
    single.nodetype = ExactNode
    # Whoosh's own phrases lose the spaces between their words.
    double = plugin.SingleQuotePlugin(r'(?<![^\s(:])"(?P<text>[^"]*)"(?=[\s)]|$)')
    double.nodetype = syntax.TextNode
    fields = plugin.FieldsPlugin(r"(?<![^\s(])(?P<text>[\w-]+|[*]):")
    wildcards = plugin.WildcardPlugin(r"(?P<text>[*?])")
    # AndNotGroup parses its left side twice, so a chain of ANDNOT takes 2**n steps.
    word = r"(?<![^\s()]){}(?![^\s()])".format
    operators = plugin.OperatorsPlugin(
        And=word("AND"),
        Or=word("OR"),
        Not=word("NOT"),
        AndNot=None,
        AndMaybe=None,
        Require=None,
    )
    others = [plugin.RangePlugin(RANGE), plugin.GroupPlugin(), plugin.EveryPlugin()]
    return [single, double, fields, wildcards, operators, *others]


class Token(NamedTuple):
    """A piece of the query as Whoosh's taggers cut it, whitespace left in."""

    kind: type[syntax.SyntaxNode]
    text: str

    def is_a(self, *kinds: type[syntax.SyntaxNode]) -> bool:
        """Whether the token is of one of these kinds."""
        return issubclass(self.kind, kinds)


class StrictParser(QueryParser):
    """Whoosh's parser, refusing what it would silently drop or take for a term."""

    def tag(self, text: str, pos: int = 0, debug: bool = False) -> syntax.GroupNode:
        """Split a query into tokens and check that they can be put together."""
        group = super().tag(text, pos, debug)
        nodes: list[Any] = list(group)
        tokens = [Token(type(n), text[n.startchar : n.endchar]) for n in nodes]
        for check in (_check_fields, _check_words, _check_operands, _check_brackets):
            check(tokens)
        return group


def _check_fields(tokens: Sequence[Token]) -> None:
    for name, value in pairwise([*tokens, Token(CloseBracket, "")]):
        if not name.is_a(syntax.FieldnameNode):
            continue
        if name.text.rstrip(":") not in FIELDS:
            raise QueryError(f"unknown field {name.text} (text with a colon goes in quotes)")
        if not (value.kind.has_fieldname or value.is_a(OpenBracket)):
            raise QueryError(f"{name.text} has no value right after the colon")


def _check_words(tokens: Sequence[Token]) -> None:
    for text in (token.text for token in tokens if token.is_a(syntax.WordNode)):
        if text in ("ANDNOT", "ANDMAYBE"):
            raise QueryError(f"{text} is not an operator; AND, OR and NOT are")
        if text.startswith('"'):
            raise QueryError("a double quote does not enclose a phrase")


def _check_operands(tokens: Sequence[Token]) -> None:
    words = [token for token in tokens if not token.is_a(syntax.Whitespace)]
    for left, right in pairwise([Token(OpenBracket, "("), *words, Token(CloseBracket, ")")]):
        if left.is_a(PrefixOperator) and right.is_a(PrefixOperator):
            raise QueryError("NOT is followed by another NOT")
        if left.is_a(Operator, OpenBracket) and right.is_a(InfixOperator):
            raise QueryError(f"{right.text} has no term before it")
        if left.is_a(Operator) and right.is_a(CloseBracket):
            raise QueryError(f"{left.text} has no term after it")
        if left.is_a(OpenBracket) and right.is_a(CloseBracket):
            raise QueryError("a pair of parentheses is empty")


def _check_brackets(tokens: Sequence[Token]) -> None:
    steps = [token.is_a(OpenBracket) - token.is_a(CloseBracket) for token in tokens]
    depths = list(accumulate(steps, initial=0))
    if min(depths) < 0 or depths[-1] != 0:
        raise QueryError("a parenthesis has no partner")
    # Whoosh walks the tree by recursion.
    if max(depths) > MAX_DEPTH:
        raise QueryError(f"parentheses are nested more than {MAX_DEPTH} deep")


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
