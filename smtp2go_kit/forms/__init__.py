"""Forms for notebooks: every operation by hand, with its checks, confirmation and result.

``form(client.suppression.add)`` is the form of one operation, ``panel(client)`` has all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from smtp2go_kit.client import Client
from smtp2go_kit.forms.composing import SendForm
from smtp2go_kit.forms.desk import Desk as Desk
from smtp2go_kit.forms.desks import desk
from smtp2go_kit.forms.domains import domains as domains
from smtp2go_kit.forms.many import many as many
from smtp2go_kit.forms.model import Model as Model
from smtp2go_kit.forms.model import State as State
from smtp2go_kit.forms.model import model_of as model_of
from smtp2go_kit.forms.suppressions import suppressions as suppressions
from smtp2go_kit.forms.tabs import Panel
from smtp2go_kit.forms.view import Form as Form

__all__ = [
    "Desk",
    "Form",
    "Model",
    "Panel",
    "SendForm",
    "State",
    "allowed_senders",
    "domains",
    "form",
    "many",
    "model_of",
    "panel",
    "send",
    "single_senders",
    "smtp_users",
    "subaccounts",
    "suppressions",
]


def form(call: Callable[..., Any], **values: Any) -> Form:
    """The form of one operation.

    Args:
        call: A call of a client's, such as ``client.suppression.add``.
        values: What to fill in beforehand, by parameter, as the call takes it.

    Raises:
        TypeError: That is no call of a ``Client``, or it has no such field.
        ValueError: A field cannot hold its value; says why.
    """
    made = Form(model_of(call))
    made.fill(**values)
    return made


def send(client: Client, **values: Any) -> SendForm:
    """Compose an email, preview it, try it on yourself, and send it once.

    Args:
        client: The client to send through.
        values: What to fill in beforehand, as ``client.email.send`` takes it.
    """
    made = SendForm(model_of(client.email.send))
    made.fill(**values)
    return made


def panel(client: Client) -> Panel:
    """All operations, a tab for each heading.

    Args:
        client: The client to act through.
    """
    return Panel(client)


def smtp_users(client: Client) -> Desk:
    """The users that may send through SMTP: list, add, edit, remove.

    Args:
        client: The client to act through.
    """
    return desk(client, "smtp_users")


def subaccounts(client: Client) -> Desk:
    """The accounts below the master account: list, add, edit, close, reopen, reinvite.

    Args:
        client: The client to act through.
    """
    return desk(client, "subaccount")


def allowed_senders(client: Client) -> Desk:
    """The addresses and domains that may send: list, add, remove, replace.

    Args:
        client: The client to act through.
    """
    return desk(client, "allowed_senders")


def single_senders(client: Client) -> Desk:
    """The single addresses that are verified to send from: list, add, remove.

    Args:
        client: The client to act through.
    """
    return desk(client, "single_sender_emails")
