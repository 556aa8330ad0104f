"""What the key may call, as today's service answers it; the document has no such path."""

from __future__ import annotations

from smtp2go_kit.permissions import ApiKeys
from smtp2go_kit.sandbox.service import Request, answers


@answers(ApiKeys.permissions)
def permissions(request: Request) -> list[str]:
    """The paths this key may call."""
    return list(request.account.permissions)
