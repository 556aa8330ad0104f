"""The desks that need nothing beside their list and their forms."""

from __future__ import annotations

from smtp2go_kit.client import Client
from smtp2go_kit.forms.desk import Desk, Pick
from smtp2go_kit.forms.model import Model
from smtp2go_kit.forms.view import Form
from smtp2go_kit.operation import Effect, Endpoint

PICKS = {
    "smtp_users": Pick("username", {"edit": "username", "remove": "username"}),
    "subaccount": Pick(
        "email",
        dict.fromkeys(("edit", "close", "reopen", "reinvite"), "email"),
        {"fullname": "name", "limit": "plan_size", "new_email": ""},
    ),
    "allowed_senders": Pick("allowed_senders", {"remove": "allowed_senders"}),
    "single_sender_emails": Pick(
        "email_address", {"add": "email_address", "remove": "email_address"}
    ),
}
TITLES = {
    "smtp_users": "SMTP users",
    "subaccount": "Subaccounts",
    "allowed_senders": "Allowed senders",
    "single_sender_emails": "Single senders",
}


def desk(client: Client, group: str) -> Desk:
    """The desk of one heading, with what there is already listed.

    Args:
        client: The client to act through.
        group: The heading, such as ``smtp_users``.
    """
    listing, actions = forms_of(client, group)
    made = Desk(TITLES[group], listing, PICKS[group], actions)
    made.refresh()
    return made


def forms_of(client: Client, group: str) -> tuple[Form, dict[str, Form]]:
    """The form that lists what there is under a heading, and those that change it.

    Args:
        client: The client to act through.
        group: The heading, such as ``domain``.
    """
    operations: list[Endpoint] = list(getattr(client, group)._operations())
    listing = next(op for op in operations if op.effect is Effect.READ)
    changes = {op.__name__: op for op in operations if op.effect is not Effect.READ}
    return _form(client, listing), {name: _form(client, op) for name, op in changes.items()}


def _form(client: Client, operation: Endpoint) -> Form:
    return Form(Model(operation, client))
