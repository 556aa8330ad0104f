"""What the server does not do, said in words that a model can act on."""

from __future__ import annotations


class Refused(Exception):
    """The server does not do this; the text says why and what to do instead."""
