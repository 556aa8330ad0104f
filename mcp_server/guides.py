"""Resources: how to ask, what the words mean, and one email in full."""

from __future__ import annotations

import anyio.to_thread
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError

from mcp_server import failures
from mcp_server.answers import as_csv
from mcp_server.listing import columns_of, rows_of
from mcp_server.setup import Setup
from mcp_server.untrusted import UNTRUSTED, fenced
from smtp2go_kit.operation import Endpoint
from smtp2go_kit.operations import Email

EMAIL = "smtp2go://email/{email_id}"
FILTER_QUERY = """\
# filter_query of email_search

A Whoosh query over the copies of sent mail, one copy a recipient.

- Fields: sender, recipient, subject, status, smtpcode, host, email_id, sent_ts, delivered_ts, and
  headers:'Name: exact value'.
- `recipient:gmail.com AND status:refused` both; `OR` either; `NOT` without; brackets group.
- `subject:"your invoice"` a phrase; `subject:invoic*` a beginning; `recipient:?nn@example.com` one
  unknown letter.
- `smtpcode:[500 TO 599]` a range, also of times: `sent_ts:[20261101 TO 20261107]`.
- Capital letters count unless ignore_case is true.
- A search without start_date looks at today only.

Prefer activity_search where it can answer: the service means to withdraw email_search and takes
20 of its requests a minute.
"""
EVENTS = """\
# Events of activity_search

- processed: the service took the message from you
- delivered: the receiving server accepted it (which is not yet the inbox)
- soft-bounced: refused for now, or after retries; look at smtp_response
- hard-bounced: refused for good; the address is then suppressed
- rejected: never sent, for the recipient is suppressed or the sender is not allowed
- spam: the recipient complained
- unsubscribed, resubscribed: the recipient's own choice
- opened, clicked: the recipient's programs fetched a picture or a link; machines do so too
"""
STATUSES = """\
# Words of states

- suppression reason: manual (you), spam (complaint), bounce (hard bounce), unsubscribe
- subaccount states: active, closed, suspended
- domain_view: dkim_verified and rpath_verified should both be true, or mail may fail DMARC; where
  one is false, publish a CNAME from <selector>.<domain> to its *_expected, else *_value, and call
  domain_verify; fields=["domain_fulldomain","trackers"] shows the tracking subdomains
- email_search status: the state of one recipient's copy; status_counts=true lists those in use
"""
CAUSES = """\
# Causes that triage names

What each means, and who can mend it.

- authentication: SPF, DKIM or DMARC fails for a sender domain; your DNS (diagnose_domain)
- unverified-sender: SMTP2GO does not let the sender out before it is verified; you
- ip-block: a provider refuses the IP that mail left from; SMTP2GO, it is shared
- domain-reputation: it refuses your domain; you, by sending less and only what is wanted
- throttling, greylisting: put off, not refused; wait, and send more evenly
- content-block, link-domain-listed: the text, or a link in it; you, in that mail
- bad-list: many addresses that do not exist; you, at the source of the list
- compromised-user: an SMTP user sends what is not yours; you, now: a new password
- complaint-spike: readers mark it as spam; you: ask for consent, unsubscribe easily
- mailbox-full, recipient-outage, recipient-policy: on their side; wait, or ask their admin
- suppression: held back, as the recipient is suppressed (suppression_review)
- quota: the account's limit is reached; you, in the plan
- data-gap: events are missing, so that nothing can be said of that time
- other: the answers do not tell

A finding's interval is the 95 % interval of x of n; excess is x less what is usual.
"""
TEXTS = (
    ("smtp2go://guide/causes", "What the causes of triage mean", CAUSES),
    ("smtp2go://guide/filter-query", "How to write filter_query", FILTER_QUERY),
    ("smtp2go://guide/events", "What the events mean", EVENTS),
    ("smtp2go://guide/statuses", "What states and reasons mean", STATUSES),
)


def add(server: MCPServer[object], setup: Setup, offered: list[Endpoint]) -> None:
    """Give a server its resources.

    Args:
        server: The server.
        setup: Whose account.
        offered: The operations that have tools.
    """
    for uri, title, text in TEXTS:
        _add_text(server, uri, title, text)
    search: Endpoint = Email.search
    if search in offered:
        _add_email(server, setup, search)


def _add_text(server: MCPServer[object], uri: str, title: str, text: str) -> None:
    name, about = uri.rpartition("/")[2], text.split("\n\n")[1].splitlines()[0]
    described = f"{title}: {about}"

    @server.resource(uri, name=name, title=title, description=described, mime_type="text/markdown")
    def guide() -> str:
        return text


def _add_email(server: MCPServer[object], setup: Setup, search: Endpoint) -> None:
    @server.resource(
        EMAIL,
        title="One email",
        description="The copies of one email of the last 30 days, with opens, clicks and headers",
        mime_type="text/csv",
        meta=dict(UNTRUSTED),
    )
    async def email(email_id: str) -> str:
        return await anyio.to_thread.run_sync(lambda: _email(setup, search, email_id))


def _email(setup: Setup, search: Endpoint, email_id: str) -> str:
    table = search.declared.table
    assert table is not None  # noqa: S101 - narrows for the type checkers
    try:
        call = setup.client._prepare(search, (), {"email_id": [email_id], "start_date": "30d"})
        frame = setup.client._perform(call)
    except Exception as error:
        raise ResourceError(failures.told(error, search, setup.redact)) from error
    if frame.empty:
        raise ResourceNotFoundError(
            f"no email {email_id[:80]!r} in the last 30 days; activity_search and email_search "
            "give ids"
        )
    columns = [*columns_of(table, None, detailed=True), *table.children]
    rows = rows_of(frame.head(20), table, columns, setup.redact)
    return fenced(as_csv([c for c in columns if any(c in row for row in rows)], rows))
