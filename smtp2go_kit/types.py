"""The kinds of value that operations take: Python types, wire types, bounds and inputs.

A parameter's annotation is all there is. ``Annotated[..., Kind(...)]`` says what goes on the
wire, how a Python value is written there, which bound it keeps and how a form asks for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from email.message import Message
from enum import Enum
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args, get_origin

from typing_extensions import TypedDict

from smtp2go_kit import addresses, attachments, encoding, mime
from smtp2go_kit.attachments import File, FileBlob
from smtp2go_kit.secret import Secret


class Input(Enum):
    """How a form asks for a value when its type alone does not say."""

    LINE = "line"
    PARAGRAPH = "paragraph"
    HTML = "html"
    PASSWORD = "password"  # noqa: S105 - the name of an input
    MOMENT = "moment"
    FILES = "files"


class Reach(Enum):
    """Whether a value makes mail go to the addresses it names."""

    NONE = "none"
    OPEN = "open"
    BLIND = "blind"
    HEADERS = "headers"


NO_BOUNDS: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True)
class Kind:
    """What an annotation alone does not say of a value.

    Args:
        wire: The JSON type, where it differs from the annotation.
        encode: Writes a Python value as a wire value; raises ValueError with the problem.
        check: Tells what a wire value should have been, or None if it is right.
        each: Tells the same of each entry of a list.
        hint: What to do about a value that is wrong, for the caller.
        input: How a form asks for it.
        local: Whether it stays in the client and is never sent.
        timed: Whether ``encode`` also takes the present moment.
        bounds: The bounds of ``check`` in JSON Schema's words, where it has a word for them.
        reach: Whether mail goes to the addresses it names; by ``HEADERS`` those of an email.
        kept: Whether the object has this password already, and may keep it.
    """

    wire: Any = None
    encode: Callable[..., Any] | None = None
    check: Callable[[Any], str | None] | None = None
    each: Callable[[Any], str | None] | None = None
    hint: str = ""
    input: Input = Input.LINE
    local: bool = False
    timed: bool = False
    bounds: Mapping[str, int] = field(default_factory=lambda: NO_BOUNDS, hash=False)
    reach: Reach = Reach.NONE
    kept: bool = False


def kind_of(annotation: Any) -> Kind:
    """The kind of an annotation, with its wire type filled in; ``| None`` is taken off."""
    bare = without_none(annotation)
    if get_origin(bare) is Annotated:
        kind = next((m for m in bare.__metadata__ if isinstance(m, Kind)), Kind())
        bare = without_none(bare.__origin__)
    else:
        kind = Kind()
    return kind if kind.wire is not None else replace(kind, wire=bare)


def without_none(annotation: Any) -> Any:
    """An annotation less its ``| None``."""
    members = [a for a in get_args(annotation) if a is not type(None)]
    if type(None) in get_args(annotation) and len(members) == 1:
        return members[0]
    return annotation


class CustomHeader(TypedDict):
    """A header to put on an email, as the API writes it."""

    header: str
    value: str


class HeaderFilter(TypedDict, total=False):
    """A header and the value an email must have in it."""

    key: str
    value: str


EventType = Literal[
    "processed",
    "soft-bounced",
    "hard-bounced",
    "rejected",
    "spam",
    "delivered",
    "unsubscribed",
    "resubscribed",
    "opened",
    "clicked",
]
SuppressionReason = Literal["manual", "spam", "bounce", "unsubscribe"]
GroupBy = Literal["username", "email_address"]
SortBy = Literal["email_ts", "delivered_at"]
Direction = Literal["asc", "desc"]
SubaccountState = Literal["active", "closed", "suspended"]
PlanSize = Literal[
    10000,
    20000,
    40000,
    60000,
    80000,
    100000,
    250000,
    500000,
    1000000,
    2000000,
    3000000,
    5000000,
    10000000,
]

ONE_ADDRESS = (
    f"One address in a string, as a@example.com or Name <a@example.com>, of at most "
    f"{addresses.MOST_ADDRESS} characters"
)
AT_LEAST_ONE = {"minItems": 1}
EmailAddress = Annotated[str, Kind(check=addresses.address_expected)]
Invited = Annotated[str, Kind(check=addresses.address_expected, reach=Reach.OPEN)]
"""An address that gets a message of the service's own."""
Auditor = Annotated[str, Kind(check=addresses.address_or_none_expected, reach=Reach.BLIND)]
"""An address that gets blind copies, or an empty text that takes one away."""
Mailbox = Annotated[str, Kind(check=addresses.mailbox_expected, hint=ONE_ADDRESS)]
Mailboxes = Annotated[
    str | Sequence[str],
    Kind(
        wire=list[str],
        encode=encoding.as_list,
        check=encoding.recipients_expected,
        each=addresses.mailbox_expected,
        hint=f"{ONE_ADDRESS}; several as a list",
        input=Input.PARAGRAPH,
        bounds={"minItems": 1, "maxItems": encoding.MOST_RECIPIENTS},
        reach=Reach.OPEN,
    ),
]
COPIES = Kind(
    wire=list[str],
    encode=encoding.as_list,
    check=encoding.copies_expected,
    each=addresses.mailbox_expected,
    hint=f"{ONE_ADDRESS}; several as a list",
    input=Input.PARAGRAPH,
    bounds={"maxItems": encoding.MOST_RECIPIENTS},
    reach=Reach.OPEN,
)
Copies = Annotated[str | Sequence[str], COPIES]
BlindCopies = Annotated[str | Sequence[str], replace(COPIES, reach=Reach.BLIND)]
AddressOrDomain = Annotated[str, Kind(check=addresses.address_or_domain_expected)]
DomainName = Annotated[str, Kind(check=addresses.domain_expected)]
Subdomain = Annotated[str, Kind(check=addresses.subdomain_expected)]
Line = Annotated[str, Kind(check=encoding.line_expected)]
"""Text on one line that may not be empty."""
Text = Annotated[str, Kind(input=Input.PARAGRAPH)]
Html = Annotated[str, Kind(input=Input.HTML)]
Limit = Annotated[int, Kind(check=encoding.at_least_one_expected, bounds={"minimum": 1})]
NonEmpty = Annotated[
    list[str],
    Kind(check=encoding.non_empty_expected, input=Input.PARAGRAPH, bounds=AT_LEAST_ONE),
]
Senders = Annotated[
    list[str],
    Kind(
        check=encoding.non_empty_expected,
        each=addresses.address_or_domain_expected,
        input=Input.PARAGRAPH,
        bounds=AT_LEAST_ONE,
    ),
]
AllSenders = Annotated[
    list[str], Kind(each=addresses.address_or_domain_expected, input=Input.PARAGRAPH)
]
Reasons = Annotated[
    list[SuppressionReason], Kind(check=encoding.non_empty_expected, bounds=AT_LEAST_ONE)
]
Moment = Annotated[
    str | dt.datetime | dt.date,
    Kind(
        wire=str,
        encode=encoding.moment,
        check=encoding.moment_expected,
        input=Input.MOMENT,
        timed=True,
    ),
]
Headers = Annotated[
    Mapping[str, str] | CustomHeader | Sequence[CustomHeader],
    Kind(
        wire=list[CustomHeader],
        encode=encoding.custom_headers,
        check=encoding.headers_expected,
        input=Input.PARAGRAPH,
    ),
]
Files = Annotated[
    File | Sequence[File],
    Kind(
        wire=list[FileBlob],
        encode=attachments.files,
        check=attachments.files_expected,
        input=Input.FILES,
    ),
]
Mime = Annotated[
    Message | bytes | str,
    Kind(
        wire=str,
        encode=mime.mime,
        check=mime.mime_expected,
        input=Input.FILES,
        reach=Reach.HEADERS,
    ),
]
PASSWORD = Kind(
    wire=str, encode=encoding.password, check=encoding.password_expected, input=Input.PASSWORD
)
NewPassword = Annotated[str | Secret, PASSWORD]
Password = Annotated[str | Secret, replace(PASSWORD, kept=True)]
NewUsername = Annotated[
    str,
    Kind(check=encoding.username_expected, bounds={"minLength": 5, "maxLength": 100}),
]
Period = Annotated[str, Kind(check=encoding.period_expected)]
Progress = Annotated[bool, Kind(local=True)]
