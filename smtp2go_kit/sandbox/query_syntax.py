"""The syntax of a ``filter_query``: Whoosh's, less what the service does not take."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from whoosh.qparser import plugins, syntax
from whoosh.qparser.default import QueryParser
from whoosh.qparser.plugins import GroupPlugin
from whoosh.qparser.syntax import InfixOperator, Operator, PrefixOperator
from whoosh.query.qcore import Query
from whoosh.query.terms import Term

OpenBracket, CloseBracket = GroupPlugin.OpenBracket, GroupPlugin.CloseBracket
MAX_LENGTH = 2_000
MAX_DEPTH = 30
ANY = ""  # the field of a term that names none
FIELDS = (
    "sender",
    "recipient",
    "subject",
    "host",
    "email_id",
    "sent_ts",
    "delivered_ts",
    "smtpcode",
    "status",
    "headers",
)
# Whoosh's own expression takes cubic time on "[ to [ to [ to".
RANGE = re.compile(
    r"(?P<open>[\[{])\s*+(?P<start>[^\s\[\]{}]*)\s*\bTO\b"
    r"\s*+(?P<end>[^\s\[\]{}]*)\s*(?P<close>[\]}])"
)


class QueryError(ValueError):
    """A ``filter_query`` that cannot be understood."""

    def __init__(self, problem: str) -> None:
        """Say what is wrong and which fields there are."""
        super().__init__(f"{problem} (fields: {', '.join(FIELDS)})")


def parse(text: str) -> Query:
    """The tree of a query.

    Args:
        text: The query, which is not blank.

    Raises:
        QueryError: The syntax is wrong, or a field is unknown.
    """
    if len(text) > MAX_LENGTH:
        raise QueryError(f"the query is longer than {MAX_LENGTH:,} characters")
    # Not normalised: that would read `*:* AND subject:a` as `*:*`.
    tree: Query = StrictParser(ANY, None, _plugins()).parse(text, normalize=False)
    return tree


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
