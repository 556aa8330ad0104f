"""DKIM's public keys, as DNS publishes them (RFC 6376 3.6.1, RFC 8301, RFC 8463)."""

from __future__ import annotations

import base64
import binascii
from typing import Literal

Fault = Literal["", "no-key", "two-records", "broken-key", "revoked-key", "weak-key"]
LEAST_BITS = 1024
"""Bits of an RSA key below which verifiers take no signature (RFC 8301 3.2)."""
RSA_OID = bytes.fromhex("06092a864886f70d010101")
"""The algorithm that the DER of an RSA key names."""


def key_fault(texts: tuple[str, ...]) -> tuple[Fault, int]:
    """What is wrong with a published key, and its bits where they are known.

    Args:
        texts: The TXT records at the selector.
    """
    keys = [tags for text in texts if (tags := tags_of(text)) and "p" in tags]
    if len(keys) != 1:
        return ("two-records" if keys else "broken-key" if texts else "no-key"), 0
    tags = keys[0]
    if tags.get("v", "DKIM1") != "DKIM1":
        return "broken-key", 0
    if not tags["p"]:
        return "revoked-key", 0
    bits = _bits(tags["p"], tags.get("k", "rsa"))
    return ("broken-key" if not bits else "weak-key" if 0 < bits < _least(tags) else ""), bits


def tags_of(text: str) -> dict[str, str]:
    """The tags of a record of the form ``name=value; name=value``, without white space around.

    Args:
        text: The record.
    """
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip(): "".join(value.split()) for name, is_tag, value in pairs if is_tag}


def _least(tags: dict[str, str]) -> int:
    return 256 if tags.get("k") == "ed25519" else LEAST_BITS


def _bits(encoded: str, kind: str) -> int:
    try:
        data = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return 0
    if kind == "ed25519":
        return 256 if len(data) == 32 else 0
    try:
        return _modulus(data).bit_length() if kind == "rsa" else 0
    except (IndexError, ValueError):
        return 0


def _modulus(data: bytes) -> int:
    """The modulus of an RSA key, bare or as SubjectPublicKeyInfo; ValueError if it is none."""
    body = _inside(data, 0x30)
    if RSA_OID in body[:16]:
        bits = _inside(body[2 + body[1] :], 0x03)
        body = _inside(bits[1:], 0x30)
    return int.from_bytes(_inside(body, 0x02), "big")


def _inside(data: bytes, tag: int) -> bytes:
    """What the first element of some DER holds; ValueError if it is another or cut off."""
    size, start = data[1], 2
    if size & 0x80:
        start += size & 0x7F
        size = int.from_bytes(data[2:start], "big")
    if data[0] != tag or len(data) < start + size:
        raise ValueError
    return data[start : start + size]
