"""Kinds of failure that are counted apart, and which kind a classified answer belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

KINDS = (
    "invalid",
    "mailbox-full",
    "authentication",
    "ip-block",
    "domain-reputation",
    "link-domain-listed",
    "content-block",
    "block",
    "throttling",
    "greylisting",
    "unreachable",
    "policy",
    "other",
    "suppression",
    "unverified-sender",
    "quota",
    "rejected",
    "slow",
    "complaint",
)
"""``block`` is a bad reputation whose owner the answer does not name, ``slow`` is mail that waits
or waited for long, ``rejected`` what SMTP2GO held back without saying why."""
CODES: Mapping[str, int] = MappingProxyType({kind: code for code, kind in enumerate(KINDS)})
BLOCKS = ("ip-block", "domain-reputation", "link-domain-listed", "content-block", "block")
"""Refusals for what the sender is or writes; servers word one in several ways."""
REJECTIONS = ("suppression", "unverified-sender", "quota", "rejected")
"""What SMTP2GO itself does not let out."""
NAMED: Mapping[str, str] = MappingProxyType(
    {
        "authentication": "authentication",
        "ip-block": "ip-block",
        "domain-reputation": "domain-reputation",
        "link-domain-listed": "link-domain-listed",
        "content-block": "content-block",
        "throttling": "throttling",
        "greylisting": "greylisting",
        "mailbox-full": "mailbox-full",
        "recipient-outage": "unreachable",
        "recipient-policy": "policy",
        "bad-list": "invalid",
        "quota": "quota",
        "suppression": "suppression",
        "unverified-sender": "unverified-sender",
    }
)
"""The kind of an answer that names its cause."""
CATEGORIES: Mapping[str, str] = MappingProxyType(
    {
        "invalid-recipient": "invalid",
        "inactive-mailbox": "invalid",
        "bad-domain": "invalid",
        "mailbox-full": "mailbox-full",
        "reputation-block": "block",
        "spam-content": "content-block",
        "authentication": "authentication",
        "policy": "policy",
        "relay-config": "policy",
        "rate-limited": "throttling",
        "connection": "unreachable",
    }
)
"""The kind of an answer by its category, where it does not name its cause."""
HELD: Mapping[str, str] = MappingProxyType(
    {
        "rate-limited": "quota",
        "mailbox-full": "quota",
        "authentication": "unverified-sender",
        "relay-config": "unverified-sender",
        "reputation-block": "suppression",
        "invalid-recipient": "suppression",
        "inactive-mailbox": "suppression",
    }
)
"""What SMTP2GO means where its own words sound like a receiving server's."""
ADDRESSES = frozenset({"invalid-recipient", "inactive-mailbox", "bad-domain", "mailbox-full"})
"""Categories that are about the mailbox, whatever else an answer says."""


def kinds_of(answers: pd.DataFrame, rejected: pd.Series[bool]) -> pd.Series[Any]:
    """The code of the kind of each failed copy.

    Args:
        answers: ``category``, ``cause`` and ``named_identity``, as the classifier gives them.
        rejected: Whether SMTP2GO held the copy back.
    """
    named = answers["cause"].map(NAMED)
    # Rates are limited for whoever is named, and mail that links elsewhere is not.
    by_link = answers["named_identity"].eq("url-domain") & answers["category"].eq("rate-limited")
    named = named.mask(by_link, "link-domain-listed")
    by_category = answers["category"].map(CATEGORIES).fillna("other")
    kind = named.fillna(by_category).mask(answers["category"].isin(ADDRESSES), by_category)
    held = named.where(named.isin(REJECTIONS), answers["category"].map(HELD)).fillna("rejected")
    return kind.mask(rejected, held).mask(~rejected & kind.isin(REJECTIONS), by_category).map(CODES)
