"""A value that is never shown unless it is asked for."""

from __future__ import annotations

import hmac
from typing import Any, NoReturn

MASK = "********"


class Secret:
    """A password or key whose ``repr``, ``str`` and format are a mask.

    Args:
        value: The text to keep. Read it back with :meth:`reveal`.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The text itself."""
        return self._value

    def redact(self, text: str) -> str:
        """A text with every occurrence of the secret masked."""
        return text.replace(self._value, MASK) if self._value else text

    def __repr__(self) -> str:
        return f"Secret({MASK!r})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(
            self._value.encode(), other._value.encode()
        )

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a Secret is not pickled: call reveal() and store the text where it is safe"
        )


class Unshown:
    """What was given for a secret and is none; only its kind is told."""

    def __init__(self, value: object) -> None:
        self.kind = type(value).__name__

    def __repr__(self) -> str:
        return f"<{self.kind}>"


def hide(value: Any) -> Any:
    """A text as a secret; any other value that could hold one by its kind alone.

    Args:
        value: What a caller gave.
    """
    if isinstance(value, str):
        return Secret(value)
    return value if value is None or isinstance(value, (Secret, int, float)) else Unshown(value)


def type_name(value: Any) -> str:
    """The name of a value's type, also of one that is not shown."""
    return value.kind if isinstance(value, Unshown) else type(value).__name__
