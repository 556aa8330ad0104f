"""Which mailbox provider each event is about, as far as the events themselves tell."""

from __future__ import annotations

import functools
from collections.abc import Hashable, Mapping
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
import pandas as pd

from smtp2go_kit.providers import UNKNOWN, domain_owner, server_owner
from smtp2go_kit.triage.arrow import encoded, pa, pc, text_array

FINGERPRINTS: Mapping[str, str] = MappingProxyType(
    {
        "Mimecast": r"mimecast",
        "Proofpoint": r"pphosted|ppe-hosted|proofpoint\.com",
        "Barracuda": r"cuda_nsu|barracudanetworks\.com/reputation|ess\.barracuda",
        "Cisco": r"iphmx\.com",
        "Symantec": r"messagelabs|symanteccloud",
        "Trend Micro": r"tmes\.trendmicro|trendmicro\.eu",
        "Sophos": r"hydra\.sophos",
        "Google Workspace": r"\bgsmtp\b|support\.google\.com",
        "Microsoft": r"\.olc\.protection\.outlook\.com|postmaster\.live\.com|\(S\d{3,4}\)",
        "Microsoft 365": r"\.prod\.(?:protection\.)?outlook\.com|\bEOP-|\.eop-|\bAS\(\d+\)"
        r"|\[InternalId=\d+",
        "Yahoo": r"yahoo(?:dns|inc)?\.(?:com|net)|\[TSS?\d\d\]|\[PH\d\d\]",
        "Apple": r"HT204137|\[(?:CS|HM|BS)\d\d\]|icloud\.com",
        "GMX / WEB.DE": r"gmx\.net|web\.de|Nemesis ESMTP|gmx\.com/|kundenserver",
        "T-Online": r"rx\.t-online\.de",
        "Orange": r"\bOFR\w{0,4}_\d{3}",
        "La Poste": r"\bLPN\w{0,4}_\d{3}",
        "SFR": r"GU_EIB_\d",
        "GoDaddy": r"\bIB\d{3}\b|secureserver\.net",
        "Rackspace": r"\(G\d{1,2}\)|emailsrvr\.com",
        "Zoho": r"mx\.zoho|zoho\.com",
        "Yandex": r"yandex\.(?:ru|net|com)|ya\.cc/",
        "Mail.ru": r"mail\.ru/",
        "QQ": r"mail\.qq\.com",
        "NetEase": r"mail\.163\.com",
        "Proton": r"protonmail|proton\.(?:ch|me)",
        "Fastmail": r"messagingengine\.com",
        "Comcast": r"postmaster\.comcast\.net",
        "OVH": r"\.ovh\.net",
        "Charter": r"charter\.net|AUP#[IO]-?\d{4}",
        "Cox": r"AUP#CX|cox\.net",
    }
)
"""What only one provider writes, in its refusals and in its 250 answers alike."""
ANY = "|".join(FINGERPRINTS.values())
Places = np.ndarray[Any, Any]
ASKED = 8
"""Answers of a domain that are looked at: servers of a domain word theirs alike."""


class Resolver(Hashable, Protocol):
    """What is asked for a domain's mail servers: a ``dns.resolver.Resolver`` of dnspython."""

    def resolve(self, qname: str, rdtype: str) -> Any:
        """The records of one type, each with an ``exchange``."""
        ...


def provider(events: pd.DataFrame, *, resolver: Resolver | None = None) -> pd.Series[str]:
    """The mailbox provider, or filter in front of the mailboxes, that each event is about.

    Known domains of mailboxes tell by themselves. Another domain belongs to whoever took, or
    refused, most of its mail in these events: by the server, then by words that only one provider
    writes. Where neither tells, its MX records do if a resolver is given; else it stands for
    itself.

    Args:
        events: As ``client.activity.search()`` returns them; missing columns are tolerated.
        resolver: A ``dns.resolver.Resolver`` to ask for MX records; none are asked for without.
    """
    names, codes = _domains(events)
    owners = np.array([domain_owner(name) or "" for name in names], dtype=object)
    blank = np.array([name == "" for name in names], dtype=bool)[codes]
    for votes in (_by_server, _by_words):
        rows = np.flatnonzero((owners[codes] == "") & ~blank)
        owners = _learned(owners, *votes(events, rows, codes))
    whole = np.array([_or_asked(*pair, resolver) for pair in zip(owners, names, strict=True)])
    found = pd.Series(whole[codes], index=events.index, dtype="str", name="provider")
    if blank.any():
        rows = np.flatnonzero(blank)
        found.iloc[rows] = _alone(events, rows)
    return found


def _or_asked(owner: str, name: str, resolver: Resolver | None) -> str:
    asked = _by_mx(resolver, name) if resolver and name and not owner else ""
    return owner or asked or name or UNKNOWN


def _domains(events: pd.DataFrame) -> tuple[list[str], Places]:
    """The different recipient domains, in small letters, and which one each event has.

    It is "" where an event has no recipient.
    """
    told = pa.nulls(len(events), pa.large_string()).fill_null("")
    for name in (name for name in ("recipient", "recipients", "to") if name in events):
        empty = pc.equal(told, "")
        if not pc.any(empty).as_py():
            break
        given = text_array(events[name])
        # Of several recipients, the first counts.
        first = pc.replace_substring_regex(given, ",.*", "") if name != "recipient" else given
        told = pc.if_else(empty, first, told)
    tails = pc.dictionary_encode(pc.replace_substring_regex(told, r"^.*@", ""))
    clean = pc.utf8_rtrim(pc.utf8_trim(pc.utf8_lower(tails.dictionary), " >\t\r\n"), ".")
    names, places = encoded(clean)
    return names, places[tails.indices.to_numpy(zero_copy_only=False)]


def _by_server(events: pd.DataFrame, rows: Places, codes: Places) -> tuple[Places, Places]:
    """The domains of rows, and who runs the server that each one's mail went to."""
    return codes[rows], _servers(events, rows)


def _by_words(events: pd.DataFrame, rows: Places, codes: Places) -> tuple[Places, Places]:
    """The domains of some rows of each, and who wrote the answers there."""
    order = rows[np.argsort(codes[rows], kind="stable")]
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    place = np.arange(len(order)) - np.repeat(starts, np.diff(starts, append=len(order)))
    asked = order[place < ASKED]
    return codes[asked], _words(events, asked)


def _servers(events: pd.DataFrame, rows: Places) -> Places:
    if "host" not in events or not len(rows):
        return np.full(len(rows), "", dtype=object)
    places, hosts = pd.factorize(events["host"].iloc[rows])
    owners = [server_owner(str(host)) or "" for host in hosts]
    return np.array([*owners, ""], dtype=object)[places]


def _words(events: pd.DataFrame, rows: Places) -> Places:
    told = np.full(len(rows), "", dtype=object)
    if "smtp_response" not in events or not len(rows):
        return told
    answers = text_array(events["smtp_response"].iloc[rows])
    left = np.flatnonzero(pc.match_substring_regex(answers, ANY).to_numpy(zero_copy_only=False))
    for owner, pattern in FINGERPRINTS.items():
        fits = pc.match_substring_regex(answers.take(pa.array(left)), pattern)
        hit = fits.to_numpy(zero_copy_only=False)
        told[left[hit]], left = owner, left[~hit]
    return told


def _alone(events: pd.DataFrame, rows: Places) -> Places:
    """Who received events that name no recipient, each by itself."""
    told = _servers(events, rows)
    told = np.where(told == "", _words(events, rows), told)
    return np.where(told == "", UNKNOWN, told)


def _learned(owners: Places, codes: Places, told: Places) -> Places:
    """Owners, with the most frequent one of each domain that has none yet."""
    votes = pd.DataFrame({"code": codes[told != ""], "owner": told[told != ""]})
    counts = votes.value_counts().reset_index()
    best = counts.sort_values(["count", "owner"], ascending=[False, True]).drop_duplicates("code")
    found = owners.copy()
    found[best["code"].to_numpy(dtype="int64")] = best["owner"].to_numpy(dtype=object)
    return found


@functools.lru_cache(maxsize=65_536)
def _by_mx(resolver: Resolver, name: str) -> str:
    """Who runs a domain's mail servers; "" where nobody known does, or no answer came."""
    import dns.exception

    try:
        records = sorted(resolver.resolve(name, "MX"), key=lambda record: int(record.preference))
    except dns.exception.DNSException:
        return ""
    return next((owner for record in records if (owner := server_owner(str(record.exchange)))), "")
