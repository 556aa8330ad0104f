"""What templates of subjects, headers, links and server replies may name, for each email."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
from numpy.random import Generator

from smtp2go_kit.sandbox.seeding.outcomes import Outcomes
from smtp2go_kit.sandbox.seeding.people import Floats, Ints, listed

# The values of a name for some rows of the mailing.
Values = Callable[[Ints], list[Any]]

FIRST_ORDER = 48_210
_BASE62 = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", np.uint8)
_TOKEN_LENGTH = 22
_HEX_LENGTH = 20
_NAME = re.compile(r"{(\w+)")


class Names:
    """Values for the names in templates, made only for the rows that need them."""

    def __init__(self, rng: Generator, outcomes: Outcomes) -> None:
        mailing, persons = outcomes.mailing, outcomes.mailing.people.persons
        starts = mailing.ts[np.unique(mailing.message, return_index=True)[1]]
        orders = range(FIRST_ORDER, FIRST_ORDER + len(starts))
        amounts = rng.lognormal(np.log(68), 0.9, len(starts)).tolist()
        mx = [host.partition(" ")[0] for host in mailing.people.hosts]
        self.email_ids = _email_ids(rng, starts)
        self.values: dict[str, Values] = {
            "email_id": looked_up(self.email_ids, mailing.message),
            "order": looked_up(orders, mailing.message),
            "amount": looked_up(amounts, mailing.message),
            "day": lambda rows: _iso(mailing.ts[rows], "D"),
            "recipient": looked_up([person.address for person in persons], mailing.person),
            "first": looked_up([person.first for person in persons], mailing.person),
            "domain": looked_up([person.domain for person in persons], mailing.person),
            "mx": looked_up(mx, mailing.person),
            "sender_domain": looked_up([each.domain for each in mailing.streams], mailing.stream),
            "ip": looked_up(mailing.ips, mailing.outbound),
            "unix": lambda rows: outcomes.final[rows].astype(np.int64).tolist(),
            "when": lambda rows: [f"{when}Z" for when in _iso(outcomes.final[rows], "ms")],
            "token": lambda rows: _text(rng.integers(62, size=(len(rows), _TOKEN_LENGTH))),
            "hex": lambda rows: _hex(rng, len(rows)),
            "hash": lambda rows: _hex(rng, len(rows)),
            "HEX": lambda rows: [digits.upper() for digits in _hex(rng, len(rows))],
            "number": lambda rows: _numbers(rng, 8, len(rows)),
            "short": lambda rows: _numbers(rng, 3, len(rows)),
        }

    def fill(self, template: str, rows: Ints) -> list[str]:
        """Fill a template for each of the rows."""
        names = list(dict.fromkeys(_NAME.findall(template)))
        if not names:
            return [template] * len(rows)
        numbered = _NAME.sub(lambda found: f"{{{names.index(found[1])}", template)
        return list(map(numbered.format, *(self.values[name](rows) for name in names)))

    def fill_coded(
        self, templates: Sequence[str], codes: Ints, rows: Ints | None = None
    ) -> list[str]:
        """Fill a template for each row.

        Args:
            templates: The templates.
            codes: Which of them, for each text to make.
            rows: The row of the mailing that each is about; all of them if not given.
        """
        # Two may read alike; those that come first are filled first.
        places = {text: place for place, text in reversed(list(enumerate(templates)))}
        alike = np.array([places[text] for text in templates], np.int64)
        codes = alike[codes] if len(codes) else codes
        order = np.argsort(codes, kind="stable")
        starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
        groups = sorted(np.split(order, starts[1:]), key=lambda group: group[:1].tolist())
        filled = np.empty(len(codes), object)
        for group in groups:
            if len(group):
                about = group if rows is None else rows[group]
                filled[group] = self.fill(templates[int(codes[group[0]])], about)
        texts: list[str] = filled.tolist()
        return texts


def looked_up(values: Sequence[Any], places: Ints) -> Values:
    """The values at the places of some rows."""
    return lambda rows: [values[place] for place in places[rows].tolist()]


def _email_ids(rng: Generator, ts: Floats) -> list[str]:
    """Ids as Exim 4.97 makes them: the second in base 62, then what tells them apart."""
    seconds = ts.astype(np.int64)[:, np.newaxis] // 62 ** np.arange(4, -1, -1) % 62
    rest = rng.integers(62, size=(len(ts), 15))
    texts = _text(np.concatenate((seconds, rest), axis=1))
    return [f"1{text[:5]}-{text[5:16]}-{text[16:]}" for text in texts]


def _numbers(rng: Generator, digits: int, count: int) -> list[str]:
    return [str(number) for number in listed(rng.integers(10 ** (digits - 1), 10**digits, count))]


def _hex(rng: Generator, count: int) -> list[str]:
    return _pieces(rng.bytes(count * _HEX_LENGTH // 2).hex(), _HEX_LENGTH)


def _text(digits: Ints) -> list[str]:
    return _pieces(_BASE62[digits].tobytes().decode("ascii"), digits.shape[1])


def _pieces(text: str, length: int) -> list[str]:
    return [text[start : start + length] for start in range(0, len(text), length)]


def _iso(ts: Floats, unit: Literal["D", "ms"]) -> list[str]:
    times = (ts * 1000).astype(np.int64).view("datetime64[ms]")
    texts: list[str] = np.datetime_as_string(times, unit=unit).tolist()
    return texts
