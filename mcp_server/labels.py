"""What a tool says of itself beside its schemas: title, description, hints."""

from __future__ import annotations

from mcp_types import ToolAnnotations

from mcp_server.schema import brief
from smtp2go_kit.operation import Effect, Endpoint


def title(operation: Endpoint) -> str:
    """A tool's name for people."""
    group, _, name = operation.title.partition(".")
    return f"{group} {name}".replace("_", " ").capitalize()


def description(operation: Endpoint) -> str:
    """What a tool does, when to use it, and that it asks first."""
    asks = "" if operation.effect is Effect.READ else "Asks the user first."
    parts = (brief(operation.summary.replace("\n", " ")), operation.declared.use, asks)
    return " ".join(f"{part.rstrip('.')}." for part in parts if part)


def hints(operation: Endpoint) -> ToolAnnotations:
    """All five hints, from the effect."""
    effect = operation.effect
    return ToolAnnotations(
        title=title(operation),
        read_only_hint=effect is Effect.READ,
        destructive_hint=effect in (Effect.DESTROY, Effect.SEND),
        idempotent_hint=effect in (Effect.READ, Effect.DESTROY),
        open_world_hint=True,
    )
