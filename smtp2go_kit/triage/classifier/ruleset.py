"""The rules of the classifier: data that ships with it, and that a user can put before."""

from __future__ import annotations

import functools
import importlib.resources
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from smtp2go_kit.errors import InvalidArgument
from smtp2go_kit.triage.classifier.kinds import Action, Category, Fault, Permanence, Scope
from smtp2go_kit.triage.classifier.needles import needle
from smtp2go_kit.triage.classifier.text import Reply

OVERRIDES: Mapping[str, tuple[str, ...]] = {
    "permanence": (*get_args(Permanence), "coded"),
    "fault": get_args(Fault),
    "scope": get_args(Scope),
    "action": get_args(Action),
    "cause": (),
    "named_identity": (),
    "provider": (),
}
"""What a rule may say beside its category, and the values that are allowed where not any is."""
FIELDS = {"id", "category", "patterns", "code", "status", "confidence", *OVERRIDES}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: where a pattern fits, and code and status do, the category is known.

    Args:
        name: Its id.
        category: What it says.
        patterns: What it looks for in the lower-case text, each with what the text must contain
            for it; none if code or status are enough.
        code: Which reply codes it is for; None for any.
        status: Which enhanced statuses it is for; None for any.
        overrides: What it says beside the category.
        confidence: From 0 to 1.
    """

    name: str
    category: Category
    patterns: tuple[tuple[str, re.Pattern[str]], ...]
    code: re.Pattern[str] | None
    status: re.Pattern[str] | None
    overrides: Mapping[str, str]
    confidence: float

    def evidence(self, reply: Reply) -> str | None:
        """What of an answer this rule is for, or None."""
        if self.code and not self.code.fullmatch(reply.code):
            return None
        if self.status and not self.status.fullmatch(reply.status):
            return None
        if not self.patterns:
            return " ".join(filter(None, (reply.code, reply.status)))
        for needed, pattern in self.patterns:
            if needed in reply.lowered and (found := pattern.search(reply.lowered)):
                return reply.text[found.start() : found.end()]
        return None


@dataclass(frozen=True, eq=False)
class Rules:
    """An ordered set of rules; the first that fits decides.

    Args:
        rules: The rules, the strongest first.
    """

    rules: tuple[Rule, ...]

    @classmethod
    def default(cls) -> Rules:
        """The rules that ship with the package."""
        return _shipped()

    @classmethod
    def load(cls, path: str | Path) -> Rules:
        """The rules of a TOML file, alone.

        Args:
            path: The file, with a table ``[[rule]]`` for each rule.
        """
        try:
            told = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        except (OSError, ValueError) as wrong:
            raise InvalidArgument("path", f"{path}: {wrong}") from None
        return cls(tuple(_rules(told)))

    def extended(self, more: str | Path | Mapping[str, Any]) -> Rules:
        """These rules, with others put before them.

        Args:
            more: A TOML file, or what it would hold: ``{"rule": [{"id": …, "category": …,
                "patterns": […]}]}``.
        """
        first = _rules(more) if isinstance(more, Mapping) else Rules.load(more).rules
        return Rules((*first, *self.rules))


@functools.cache
def data(name: str) -> dict[str, Any]:
    """What a TOML file of the package holds.

    Args:
        name: The file's name, as ``names.toml``.
    """
    folder = importlib.resources.files("smtp2go_kit.triage.classifier") / "rules"
    return tomllib.loads((folder / name).read_text(encoding="utf-8"))


@functools.cache
def _shipped() -> Rules:
    folder = importlib.resources.files("smtp2go_kit.triage.classifier") / "rules"
    layers = sorted(file.name for file in folder.iterdir() if file.name[:2].isdigit())
    return Rules(tuple(rule for name in layers for rule in _rules(data(name))))


def _rules(told: Mapping[str, Any]) -> Iterable[Rule]:
    if unknown := sorted(set(told) - {"rule", "confidence"}):
        raise InvalidArgument("rules", f"{', '.join(unknown)} is unknown; rules stand in [[rule]]")
    usual = float(told.get("confidence", 0.95))
    return [_rule(entry, usual) for entry in told.get("rule", ())]


def _rule(entry: Mapping[str, Any], usual: float) -> Rule:
    name = _checked(entry)
    return Rule(
        name=name,
        category=entry["category"],
        patterns=tuple((needle(text), _pattern(text, name)) for text in entry.get("patterns", ())),
        code=_pattern(entry["code"], name) if entry.get("code") else None,
        status=_pattern(entry["status"], name) if entry.get("status") else None,
        overrides={field: str(entry[field]) for field in OVERRIDES if field in entry},
        confidence=float(entry.get("confidence", usual)),
    )


def _checked(entry: Mapping[str, Any]) -> str:
    """A rule's name, once the rule is seen to be one."""
    name = str(entry.get("id", ""))
    if not name or entry.get("category") not in get_args(Category):
        raise InvalidArgument("rule", f"{dict(entry)!r} needs an id, and a category that exists")
    if unknown := sorted(set(entry) - FIELDS):
        raise InvalidArgument(f"rule {name}", f"{', '.join(unknown)} is nothing that a rule has")
    if isinstance(entry.get("patterns", []), str):
        raise InvalidArgument(f"rule {name}", "patterns is a list, also of one pattern")
    if not any(entry.get(field) for field in ("patterns", "code", "status")):
        raise InvalidArgument(f"rule {name}", "patterns, a code or a status must say when it fits")
    for field, allowed in OVERRIDES.items():
        if allowed and entry.get(field, allowed[0]) not in allowed:
            raise InvalidArgument(f"rule {name}", f"{field} is one of {', '.join(allowed)}")
    return name


def _pattern(text: str, name: str) -> re.Pattern[str]:
    try:
        # Texts are searched in small letters; IGNORECASE is for capitals in a user's pattern.
        flags = re.IGNORECASE if re.search(r"(?<!\\)[A-Z]", text) else re.NOFLAG
        return re.compile(text, flags)
    except re.error as wrong:
        raise InvalidArgument(f"rule {name}", f"not a pattern: {wrong}") from None
