"""What a form leaves where no kernel runs: GitHub, an untrusted notebook, a printout."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from smtp2go_kit.forms.markup import definitions, heading, panel, paragraph, w

HOW = "This works in a running notebook: open it in Jupyter and run this cell."


class Box(w.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """Widgets one below the other, with a still page for where they cannot be shown.

    Args:
        title: What it is called.
        children: The widgets.
        named: The labels that the still page names.
        kind: What they are.
    """

    def __init__(
        self, title: str, children: Sequence[Any], named: Iterable[str] = (), kind: str = "Fields"
    ) -> None:
        self.title = title
        self._still = fallback(title, named, kind)
        super().__init__(list(children))  # pyright: ignore[reportUnknownMemberType] - as above

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.title}>"

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        # The widgets' own text would hold whatever was typed, and be saved with the notebook.
        widgets: Any = super()
        told: dict[str, Any] = widgets._repr_mimebundle_(**options)
        return {**told, "text/plain": repr(self), "text/html": self._still}


def fallback(title: str, named: Iterable[str], kind: str) -> str:
    """A form as a still page: its title and its labels, and nothing that was entered.

    Args:
        title: The form's title.
        named: Its labels.
        kind: What they are.
    """
    labels = ", ".join(named)
    listed = definitions([(kind, labels)]) if labels else ""
    return panel(heading(title, 4), listed, paragraph(HOW))
