"""What a call would do, in names and numbers, for the person who must agree to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from smtp2go_kit.call import Call
from smtp2go_kit.forms.fields import label_of
from smtp2go_kit.operation import Effect
from smtp2go_kit.secret import Secret
from smtp2go_kit.shapes import is_list

MOST_SHOWN = 20
"""Entries of a list that are named; the others are counted."""


def phrase_of(call: Call) -> str:
    """What must be typed before a call that destroys: what it destroys.

    The address, domain or user; for several entries their number, for none ``everything``.

    Args:
        call: The checked call.
    """
    required = next(p for p in call.operation.parameters if p.required)
    value = call.arguments[required.name]
    if not is_list(value):
        return str(value)
    if len(value) == 1:
        return str(value[0])
    return f"{len(value)} entries" if value else "everything"


def title_of(call: Call) -> str:
    """What a call does, in one line.

    Args:
        call: The checked call.
    """
    return _halves(call)[0]


def _halves(call: Call) -> tuple[str, str]:
    """What a call does, and what else its summary says."""
    first, _, rest = call.operation.summary.replace("``", "").partition("\n\n")
    does, *more = re.split(r"[;:] ", first.rstrip("."), maxsplit=1)
    follows = f"{more[0][0].upper()}{more[0][1:]}." if more else ""
    return does, " ".join([follows, *rest.split()]).strip()


def details_of(call: Call) -> Iterator[tuple[str, str]]:
    """The arguments of a call: what each is called, and its names and numbers.

    Args:
        call: The checked call.
    """
    for name, value in call.arguments.items():
        if isinstance(value, Secret):
            yield label_of(name), "(hidden)"
        elif is_list(value):
            yield f"{label_of(name)} ({len(value)})", _listed(value)
        else:
            yield label_of(name), str(value)


def _listed(values: list[Any]) -> str:
    more = len(values) - MOST_SHOWN
    shown = ", ".join(map(str, values[:MOST_SHOWN]))
    return f"{shown} and {more} more" if more > 0 else shown


def warning_of(call: Call) -> str:
    """Why it is asked first.

    Args:
        call: The checked call.
    """
    if call.operation.effect is Effect.SEND:
        return "This sends real mail and cannot be called back."
    return f"{_halves(call)[1]} It takes effect at once.".strip()
