"""What a text must contain for a pattern to fit: hundreds of patterns are too many to try each."""

from __future__ import annotations

import re

PIECE = re.compile(
    r"""(?P<escape>\\[^\W\d_])       # a class or an edge, as \w or \b
    |\\(?P<quoted>.)                 # a character that would mean something else
    |(?P<set>\[(?:\\.|[^\]\\])+\])
    |(?P<open>\()|(?P<close>\))|(?P<or>\|)
    |(?P<times>[?*]|\{\d*,?\d*\}|\+)
    |(?P<edge>[\^$.])
    |(?P<plain>.)""",
    re.VERBOSE | re.DOTALL,
)


def needle(pattern: str) -> str:
    """The longest run of characters that every match of a pattern has; "" if none is certain.

    Args:
        pattern: A regular expression.
    """
    runs, depth = [""], 0
    for piece in PIECE.finditer(pattern):
        kind = piece.lastgroup
        if kind in ("open", "close"):
            depth += 1 if kind == "open" else -1
            runs.append("")
        elif kind == "or" and depth == 0:
            return ""
        elif depth == 0:
            _add(runs, kind, piece)
    return max(runs, key=len).lower()


def _add(runs: list[str], kind: str | None, piece: re.Match[str]) -> None:
    if kind in ("plain", "quoted"):
        runs[-1] += piece[kind]
    elif kind == "times" and not piece["times"].startswith("+"):
        # What comes before may be missing.
        runs[-1:] = [runs[-1][:-1], ""]
    else:
        runs.append("")
