"""An answer's text brought to one form, whatever relayed, folded or masked it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST = 1_500
"""Characters of an answer that are looked at: anybody may write anything there."""
APART = r"\t\n\f\v\r <>()\[\]\"',;:=\\"
MASK = (
    # Addresses; IPv4 and IPv6 addresses; times; ids of Exim and UUIDs.
    rf"[^{APART}]+@[^{APART}]*[^{APART}.]"
    r"|[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}"
    r"|[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{0,4}){3,7}"
    # Times, but for those of the hour after midnight: they may be delays.
    r"|(?:0[1-9]|[1-9][0-9]):[0-9]{2}:[0-9]{2}"
    r"|1[0-9A-Za-z]{5}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4}"
    r"|[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
    # Ids: 12 letters and digits in a row, hexadecimal digits, long numbers.
    + "".join(
        rf"|[A-Za-z_]{{{at}}}[0-9][0-9A-Za-z_]{{{11 - at},}}(?:\.[0-9]+)?" for at in range(12)
    )
    + r"|[0-9A-F]{8,}|[0-9a-f]{8,}|[0-9]{7,}"
)
"""What differs from one answer to the next and never tells what it means.

In the syntax that RE2 and Python share, with the same meaning in both: columns are masked by the
one and single texts by the other.
"""
PART = r"[^\t\n\f\v\r <>()\[\]\"',;:=\\/?&-]"
LETTERS = PART.replace("-]", "0-9-]")
ROUGH = (
    rf"{PART}*@{PART}*"
    r"|[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}"
    rf"|{LETTERS}*(?:[0-9]{LETTERS}*){{6}}[0-9]{PART}*"
)
"""Most of what :data:`MASK` finds, at half the price: it leaves few texts for that."""
MASKED = "*"
BREAKS = re.compile(r"\\r\\n|\\n|\\r|\r\n|\n|\r")
"""Line breaks: the activity stream has real ones, and backslash-n as text."""
RELAYED = re.compile(
    r"""^(?![2-5]\d\d[ -]).{0,400}?
    (?:said|says|returned|respon(?:ded|se|ds)|replied|reason|refused\ to\ talk\ to\ me
      |server\ after\ .{1,160}?|smtp;|diagnostic[ -]code|error|status|because)
    (?:\ (?:with|was|is))?\s*:?\s*(?:smtp;\s*)?['"<(\[]?(?=[2-5]\d\d(?:[ -]|$))""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
"""What a server in between puts before the answer it got."""
PREFIX = re.compile(r"^\s*(?:(?:smtp|esmtp|x-[\w-]+|dns|rfc822)\s*;\s*)+", re.IGNORECASE)
REPLY_TO = re.compile(r"\s*\(in reply to [^)]{1,60}\)", re.IGNORECASE)
CODE = re.compile(r"^[^\w]{0,3}([2-5]\d\d)(?![\w.]|-\d\d\d)(?!-\d+\b(?!\.))")
LINE = re.compile(r"^\s*[2-5]\d\d(?:[- ](?:#?[245]\.\d{1,3}\.\d{1,3}(?![\w.]))?|$)[ ]?")
SPACE = re.compile(r"\s+")
STATUS = re.compile(r"(?<![\w.])([245]\.[0-7]\.\d{1,3})(?![\w]|\.\d)")
BEFORE_A_VERSION = re.compile(r"(?i)(?:\bv|version|exim|postfix|sendmail|exchange)\W{0,2}$")
MASKERS = (re.compile(ROUGH), re.compile(MASK))


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer brought to one form.

    Args:
        text: Its words on one line, without its code and status.
        lowered: The same in small letters, of the same length.
        code: The reply code, such as ``550``; or "".
        status: The enhanced status, such as ``5.1.1``; or "".
    """

    text: str
    lowered: str
    code: str
    status: str


def masked(text: str) -> str:
    """A text with its addresses, IPs, times and ids masked.

    Args:
        text: The answer, of which 1,500 characters are looked at.
    """
    rough, fine = MASKERS
    return fine.sub(MASKED, rough.sub(MASKED, text[:MOST]))


def readings(text: str) -> Iterator[Reply]:
    """The forms that a masked text may have had before its lines were folded.

    Lines are folded at spaces or in the middle of a word, and nothing says which. The form with
    spaces comes first.

    Args:
        text: As :func:`masked` returns it.
    """
    lines = _lines(text)
    code = _code(lines)
    status = _status(" ".join(lines), code)
    words = [_tidy(line, code, status) for line in lines]
    for glue in _glues(len(words) - 1):
        joined = "".join(itertools.chain.from_iterable(zip(words, (*glue, ""), strict=True)))
        whole = SPACE.sub(" ", joined).strip()
        lowered = whole.lower()
        # A few capitals get longer in small letters.
        yield Reply(whole if len(lowered) == len(whole) else lowered, lowered, code, status)


def _lines(text: str) -> list[str]:
    whole = REPLY_TO.sub("", RELAYED.sub("", PREFIX.sub("", BREAKS.sub("\n", text.strip()))))
    return [line for line in whole.split("\n") if line.strip()] or [""]


def _code(lines: list[str]) -> str:
    found = CODE.match(lines[0].lstrip())
    return found[1] if found else ""


def _status(text: str, code: str) -> str:
    for found in STATUS.finditer(text):
        fits = not code or found[1][0] == code[0] or found.start() < 12
        if fits and not BEFORE_A_VERSION.search(text[max(0, found.start() - 12) : found.start()]):
            return found[1]
    return ""


def _tidy(line: str, code: str, status: str) -> str:
    """A line without the code and status at its start, nor again within it."""
    told = CODE.sub("", LINE.sub("", line), count=1)
    if code:
        again = rf"(?<![\w.]){code}(?:-|\s)\s*(?:#?{re.escape(status)}(?![\w.]))?" if status else ""
        told = re.sub(rf"(?<![\w.]){code}-(?=\D|\d\.)", "", told)
        told = re.sub(again, " ", told) if again else told
    return re.sub(rf"\(?#?{re.escape(status)}\)?(?![\w.])", " ", told) if status else told


def _glues(breaks: int) -> Iterator[tuple[str, ...]]:
    if breaks <= 3:
        return itertools.product((" ", ""), repeat=max(breaks, 0))
    return iter(((" ",) * breaks, ("",) * breaks))
