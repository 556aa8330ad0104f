"""Who receives a domain's mail: its mailbox provider, or the filter in front of its mailboxes.

Known domains of mailboxes tell by themselves. A company's own domain is told by the servers that
took its mail; where none of them is known, the domain stands for itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

GMX = "GMX / WEB.DE"
UNKNOWN = "unknown"
"""The provider of a recipient without a domain."""
BRANDS: Mapping[str, str] = MappingProxyType(
    {"aol": "Yahoo", "gmx": GMX, "hotmail": "Microsoft", "outlook": "Microsoft", "yahoo": "Yahoo"}
)
"""Names that their owner holds in every country."""
COUNTRY = re.compile(r"(\w+)\.(?:com|net|[a-z]{2}|com?\.[a-z]{2})")
MAILBOXES: Mapping[str, str] = MappingProxyType(
    {
        "Gmail": "gmail.com googlemail.com",
        "Microsoft": "live.at live.be live.ca live.cl live.cn live.co.uk live.co.za live.com "
        "live.com.ar live.com.au live.com.mx live.com.my live.com.pt live.com.sg live.de live.dk "
        "live.fr live.ie live.in live.it live.jp live.nl live.no live.se msn.com passport.com "
        "windowslive.com",
        # AT&T, Frontier, Rogers and Sky have their mailboxes at Yahoo.
        "Yahoo": "aim.com ameritech.net att.net bellsouth.net currently.com frontier.com "
        "frontiernet.net myyahoo.com pacbell.net prodigy.net rocketmail.com rogers.com "
        "sbcglobal.net sky.com snet.net swbell.net verizon.net ymail.com",
        # A company of its own, with servers of its own.
        "Yahoo Japan": "yahoo.co.jp ymail.ne.jp",
        "Apple": "icloud.com mac.com me.com",
        GMX: "web.de",
        "T-Online": "magenta.de t-online.de",
        "Proton": "pm.me proton.me protonmail.ch protonmail.com",
        "Fastmail": "fastmail.com fastmail.fm",
        "Zoho": "zoho.com zoho.eu zohomail.com zohomail.eu",
        "Comcast": "comcast.net xfinity.com",
        "Orange": "orange.fr wanadoo.fr",
        "Mail.ru": "bk.ru inbox.ru list.ru mail.ru",
        "Yandex": "ya.ru yandex.com yandex.ru",
        "QQ": "foxmail.com qq.com vip.qq.com",
        "NetEase": "126.com 163.com yeah.net",
        "Charter": "charter.net roadrunner.com rr.com spectrum.net twc.com",
        "Cox": "cox.net",
        "Docomo": "docomo.ne.jp",
        "Free": "free.fr",
        "Interia": "interia.eu interia.pl",
        "KDDI": "au.com ezweb.ne.jp",
        "La Poste": "laposte.net",
        "Libero": "giallo.it inwind.it iol.it libero.it virgilio.it",
        "Naver": "naver.com",
        "Onet": "onet.eu onet.pl op.pl vp.pl",
        "Rambler": "rambler.ru",
        "Seznam": "email.cz post.cz seznam.cz",
        "SFR": "neuf.fr numericable.fr sfr.fr",
        "SoftBank": "i.softbank.jp softbank.ne.jp",
        "WP": "o2.pl wp.pl",
    }
)
SERVERS: Mapping[str, str] = MappingProxyType(
    {
        "Gmail": "gmail-smtp-in.l.google.com",
        "Google Workspace": "aspmx.l.google.com googlemail.com smtp.google.com",
        "Microsoft": "olc.protection.outlook.com",
        "Microsoft 365": "mail.protection.outlook.com mx.microsoft",
        "Yahoo": "yahoodns.net",
        "Apple": "mail.icloud.com",
        GMX: "gmx.net web.de",
        "Proton": "protonmail.ch",
        "Fastmail": "messagingengine.com",
        "Zoho": "zoho.com zoho.eu zoho.in",
        "Yandex": "yandex.net yandex.ru",
        "Rackspace": "emailsrvr.com",
        "GoDaddy": "secureserver.net",
        "Namecheap": "privateemail.com registrar-servers.com",
        "Hostinger": "hostinger.com",
        "Gandi": "gandi.net",
        "Orange": "orange.fr",
        "QQ": "qq.com",
        "NetEase": "netease.com",
        "Mail.ru": "mail.ru",
        "Naver": "naver.com",
        "Libero": "iol.it libero.it",
        "Seznam": "seznam.cz",
        "WP": "wp.pl",
        "Onet": "onet.pl",
        "KPN": "kpnmail.nl",
        "Comcast": "comcast.net",
        "Cloudflare": "mx.cloudflare.net",
        "IONOS": "1and1.com ionos.com ionos.de kundenserver.de perfora.net",
        "OVH": "mail.ovh.net ovh.ca",
        "Proofpoint": "pphosted.com ppe-hosted.com",
        "Mimecast": "mimecast.co.za mimecast.com mimecast-offshore.com",
        "Barracuda": "barracudanetworks.com",
        "Cisco": "iphmx.com",
        "Symantec": "messagelabs.com",
        "Trend Micro": "tmes.trendmicro.com tmes.trendmicro.eu",
        "Sophos": "hydra.sophos.com reflexion.net",
        "N-able": "antispamcloud.com spamexperts.com spamexperts.eu",
        "Hornetsecurity": "hornetsecurity.com",
        "Vade": "vadesecure.com",
        "Fortinet": "fortimail.com fortimailcloud.com",
    }
)


def _names(table: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType({name: owner for owner in table for name in table[owner].split()})


OWNERS = _names(MAILBOXES)
RECEIVERS = _names(SERVERS)


def provider_of(domain: str, host: str = "") -> str:
    """The mailbox provider, or filter, that receives a domain's mail; else the domain itself.

    Args:
        domain: A recipient's domain, in any case.
        host: The server that took the mail, as ``mx01.mail.icloud.com [17.57.155.25]``.
    """
    name = domain.strip().lower().rstrip(".")
    return domain_owner(name) or server_owner(host) or name or UNKNOWN


def providers_of(domains: pd.Series[Any], hosts: pd.Series[Any] | None = None) -> dict[str, str]:
    """The provider of each domain, by the servers that took its mail most often.

    Mail that no server took, such as a hard bounce, thereby counts for the same provider as
    the rest of its domain's.

    Args:
        domains: Recipients' domains, in small letters; any number of times.
        hosts: The server that took each one's mail, missing where none did.
    """
    hosted = {} if hosts is None else _most_often(domains, hosts)
    names = [str(name) for name in domains.dropna().unique()]
    return {name: domain_owner(name) or hosted.get(name) or name or UNKNOWN for name in names}


def _most_often(domains: pd.Series[Any], hosts: pd.Series[Any]) -> dict[str, str]:
    """The known provider whose servers took most of each domain's mail."""
    owners = hosts.map({host: server_owner(str(host)) for host in hosts.dropna().unique()})
    counts = pd.DataFrame({"domain": domains, "owner": owners}).value_counts().reset_index()
    best = counts.sort_values(["count", "owner"], ascending=[False, True])
    best = best.drop_duplicates("domain").astype("str")
    return dict(zip(best["domain"], best["owner"], strict=True))


def domain_owner(domain: str) -> str | None:
    """The provider whose mailboxes a domain is known for, or None.

    Args:
        domain: A recipient's domain, in small letters.
    """
    brand = COUNTRY.fullmatch(domain)
    return OWNERS.get(domain) or (BRANDS.get(brand[1]) if brand else None)


def server_owner(host: str) -> str | None:
    """The provider, or filter, that runs a mail server, or None.

    Args:
        host: The server, as ``mx01.mail.icloud.com [17.57.155.25]``.
    """
    labels = host.partition(" ")[0].rstrip(".").lower().split(".")
    ends = (".".join(labels[place:]) for place in range(len(labels)))
    return next((RECEIVERS[end] for end in ends if end in RECEIVERS), None)
