"""The health of an account: what its mail did, and what of it needs attention."""

from smtp2go_kit.triage.health import Health, look

__all__ = ["Health", "look"]
