"""How many tokens a text may cost a model, estimated from above without a tokenizer."""

from __future__ import annotations

import re

MOST = 9_500
"""Tokens of an answer, its text and its data together; the promise is 10,000."""
MOST_COUNTED = 1_400
"""Tokens of an answer that counts; the promise is 1,500."""
PIECES = re.compile(r"([A-Za-z]+)|([0-9]+)|(\s+)|([^\x00-\x7f]+)|(.)", re.ASCII | re.DOTALL)
WORDS = (
    "a about accepted account activity address allowed an and are as at be blocked body "
    "bounce by cc clicked code com confirm content count data date day delivery detail domain "
    "domains email error event events example failed false field fields first for from full "
    "go group hard host hour id in instructions invoice is it key limit list mail message "
    "most name net next no not null of on only open opened or order org our out password "
    "policy processed queued reason received recipient record records reply request response "
    "return row rows same search sender server service shown smtp soft source spam start "
    "status subject temporary text the they this to token tool total true try type unknown "
    "unsubscribe up url use user username users value verified was what which window with you "
    "your "
)
COMMON = frozenset(WORDS.split())
"""Words that the vocabulary has whole."""
HALVED = frozenset({"bounced", "delivered", "dkim", "mailbox", "mailer", "recipients", "rejected"})
"""Words that it has in two pieces."""
RARE = (
    "bq gk gq jv jz kq kz lq nq qf qg qj qk qv qz rj tq wq wz xg xj xk xq xv xw yq zj zq zv"
    " EJ FJ FQ FZ GJ GQ GZ IY JH JQ JX JY JZ KJ KQ KX KZ LJ LQ LZ MZ NQ OQ OZ PZ QF"
    " QG QH QJ QK QO QW QX QY QZ RZ TQ UO UQ VJ VQ VY VZ WJ WQ WZ XG XH XJ XK XQ XU"
    " XW YB YF YH YI YJ YQ YV ZB ZC ZJ ZK ZL ZP ZQ ZV"
)
"""Pairs of letters that it lacks; any other two letters of one case merge where both are single."""
APART = re.compile(f"(?=({'|'.join(RARE.split())}))")
CASES = re.compile("[a-z]+|[A-Z]+")


def tokens(text: str) -> int:
    """At least as many tokens as the o200k vocabulary needs, for any text.

    Args:
        text: What a model will read.
    """
    return sum(_cost(*piece) for piece in PIECES.findall(text))


def _cost(letters: str, digits: str, blanks: str, wide: str, other: str) -> int:
    if letters:
        known = 1 if letters in COMMON else 2 if letters in HALVED else 0
        return known or sum(map(_most, CASES.findall(letters)))
    if digits:
        return -(-len(digits) // 3)
    if blanks:
        return len(blanks) if blanks.strip(" ") or len(blanks) < 3 else 2 + len(blanks) // 8
    # Digits beyond ASCII shift those beside them into another group of three.
    return len(wide.encode("utf-8", "replace")) + bool(wide) + len(other)


def _most(letters: str) -> int:
    """Tokens of letters of one case: singles stand side by side in rare pairs only.

    With s single letters, m longer tokens and r rare pairs, s <= m + 1 + r and s + 2m <= n, so
    s + m <= (2n + 1 + r) / 3.
    """
    return (2 * len(letters) + 1 + len(APART.findall(letters))) // 3
