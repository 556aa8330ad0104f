"""The panel: all operations, a tab for each heading; a form is made when it is first wanted."""

from __future__ import annotations

from typing import Any

from smtp2go_kit.client import Client
from smtp2go_kit.forms.desks import TITLES
from smtp2go_kit.forms.fields import label_of
from smtp2go_kit.forms.markup import TABS_STYLE, heading, paragraph, shown, tabs, w
from smtp2go_kit.forms.model import Model
from smtp2go_kit.forms.static import Box
from smtp2go_kit.forms.view import Form
from smtp2go_kit.operation import Endpoint
from smtp2go_kit.operations import GROUPS


class Panel(Box):
    """A tab for each heading of the API, with its operations to choose from.

    Args:
        client: The client to act through.
    """

    def __init__(self, client: Client) -> None:
        self.tabs: dict[str, GroupTab] = {name: GroupTab(client, name) for name in GROUPS}
        titles = [TITLES.get(name, label_of(name)) for name in self.tabs]
        self.tab = tabs(list(self.tabs.values()), titles)
        children = [shown(TABS_STYLE + heading("All operations")), self.tab]
        super().__init__("All operations", children, titles, "Headings")
        self.tab.observe(self._opened, "selected_index")
        self._opened(None)

    def form(self, title: str) -> Form:
        """Open an operation's form.

        Args:
            title: The operation, such as ``suppression.add``.
        """
        group, _, name = title.partition(".")
        self.tab.selected_index = list(self.tabs).index(group)
        return self.tabs[group].choose(name)

    def _opened(self, _: object) -> None:
        list(self.tabs.values())[self.tab.selected_index or 0].choose()


class GroupTab(Box):
    """The operations of one heading: one is chosen, and its form is shown.

    Args:
        client: The client to act through.
        group: The heading.
    """

    def __init__(self, client: Client, group: str) -> None:
        found = getattr(client, group)
        self._client = client
        self._operations: dict[str, Endpoint] = {op.__name__: op for op in found._operations()}
        self.forms: dict[str, Form] = {}
        self.choice = w.Dropdown(options=list(self._operations), description="Operation")
        self._place = w.VBox()
        about = shown(paragraph((type(found).__doc__ or "").splitlines()[0]))
        super().__init__(group, [about, self.choice, self._place], self._operations, "Operations")
        self.choice.observe(self._chosen, "value")

    def choose(self, name: str = "") -> Form:
        """Show the form of an operation.

        Args:
            name: The operation's name; the one that is chosen if not given.
        """
        self.choice.value = name or self.choice.value
        chosen: str = self.choice.value
        if chosen not in self.forms:
            self.forms[chosen] = Form(Model(self._operations[chosen], self._client))
        shown_now: list[Any] = [self.forms[chosen]]
        if list(self._place.children) != shown_now:
            self._place.children = shown_now
        return self.forms[chosen]

    def _chosen(self, _: object) -> None:
        self.choose()
