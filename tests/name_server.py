"""A DNS server for tests, the zones it serves, and a sender domain's state and mail."""

from __future__ import annotations

import contextlib
import json
import threading
import tomllib
from collections import defaultdict
from pathlib import Path

import dns.resolver
import pandas as pd
from dnslib import QTYPE, RCODE, RR, TXT, DNSError
from dnslib.server import DNSLogger, DNSServer

from smtp2go_kit.frames import to_frame
from smtp2go_kit.operations.domain import DOMAINS
from smtp2go_kit.triage.domain import diagnose_domain

DATA = Path(__file__).parent / "data"
ZONES = {path.stem: tomllib.loads(path.read_text()) for path in (DATA / "zones").glob("*.toml")}
PROVIDER = (DATA / "smtp2go.zone").read_text()
GOOD = ZONES["good"]["zone"]
DOMAIN = "example.test"


class Zones:
    """Answers from zone files, as a resolver gives them: CNAMEs followed, wildcards filled in.

    Args:
        text: Records as zone files have them.
        behaviour: ``servfail``, ``refused`` or ``referral`` for names below example.test, or
            ``silent`` for all, if not to answer; ``lazy`` to follow no CNAME.
    """

    def __init__(self, text, behaviour=""):
        self.records = defaultdict(list)
        self.behaviour = behaviour
        self.broken = set()
        self.asked = []
        self.add(text)

    def add(self, text):
        for record in RR.fromZone("\n".join(map(str.strip, text.splitlines()))):
            self.records[str(record.rname).lower()].append(record)

    def put(self, name, text):
        """Publish a text that a zone file could not hold."""
        data = text.encode()
        parts = [data[at : at + 250] for at in range(0, len(data), 250)] or [b""]
        self.records[f"{name}."].append(RR(name, QTYPE.TXT, ttl=300, rdata=TXT(parts)))

    def resolve(self, request, _handler):
        name, kind = str(request.q.qname).lower(), QTYPE[request.q.qtype]
        self.asked.append((name, kind))
        reply = request.reply()
        if self.behaviour == "silent":
            raise DNSError("no answer")
        if self.behaviour not in ("", "lazy") and name.endswith(f"{DOMAIN}."):
            if self.behaviour == "referral":
                reply.add_auth(*RR.fromZone(f"{DOMAIN}. 300 IN NS ns1.else.test."))
            else:
                reply.header.rcode = getattr(RCODE, self.behaviour.upper())
            return reply
        self._add(reply, name, kind)
        if self.broken & {name, *(str(record.rdata) for record in reply.rr)} and kind != "CNAME":
            reply.header.rcode = RCODE.SERVFAIL
        return reply

    def _add(self, reply, name, kind, hops=0):
        here = self.records.get(name) or self._wild(name)
        found = [record for record in here if QTYPE[record.rtype] == kind]
        # By its number: in dnslib NS and PTR are subclasses of CNAME.
        aliases = [record for record in here if QTYPE[record.rtype] == "CNAME"]
        if not here and not any(known.endswith(f".{name}") for known in self.records):
            reply.header.rcode = RCODE.NXDOMAIN
        for record in found or aliases:
            reply.add_answer(RR(name, record.rtype, ttl=record.ttl, rdata=record.rdata))
        if aliases and not found and hops < 8 and self.behaviour != "lazy":
            self._add(reply, str(aliases[0].rdata.label).lower(), kind, hops + 1)

    def _wild(self, name):
        parent = name.partition(".")[2]
        while parent and not any(f".{known}".endswith(f".{parent}") for known in self.records):
            parent = parent.partition(".")[2]
        return self.records.get(f"*.{parent}", [])


def _bound(zones, address, port, tries=20):
    """Servers at one port; a free one for UDP may be taken for TCP."""
    quiet = DNSLogger("-request,-reply,-truncated,-error")
    udp = DNSServer(zones, address, port, logger=quiet)
    try:
        return udp, DNSServer(zones, address, udp.server.server_address[1], tcp=True, logger=quiet)
    except OSError:
        udp.server.server_close()
        if port or not tries:
            raise
    return _bound(zones, address, port, tries - 1)


@contextlib.contextmanager
def serving(text="", behaviour="", address="127.0.0.1", port=0):
    """A resolver whose only server answers from zones, over UDP and TCP at one port."""
    zones = Zones(text, behaviour)
    udp, tcp = _bound(zones, address, port)
    port = udp.server.server_address[1]
    for server in (udp, tcp):
        serve = server.server.serve_forever
        threading.Thread(target=serve, args=(0.01,), daemon=True).start()
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = [address], port
    resolver.zones = zones
    yield resolver
    for server in (udp, tcp):
        server.stop()
        server.server.server_close()


def servers():
    """The body of a fixture that starts servers and stops them in the end."""
    with contextlib.ExitStack() as stack:
        yield lambda *given, **named: stack.enter_context(serving(*given, **named))


def account(domain=DOMAIN, *, tracker=True, **verified):
    """A sender domain as today's service tells it."""
    said = {"dkim": True, "return_path": True, "tracking": True} | verified
    told = {
        "domain": {
            "fulldomain": domain,
            "dkim_selector": "s12345",
            "dkim_verified": said["dkim"],
            "dkim_expected": "dkim.smtp2go.net",
            "dkim_status": "" if said["dkim"] else "Lookup CNAME failed",
            "rpath_selector": "em12345",
            "rpath_verified": said["return_path"],
            "rpath_expected": "return.smtp2go.net",
        },
        "trackers": [
            {
                "fulldomain": f"link.{domain}",
                "subdomain": "link",
                "cname_verified": said["tracking"],
                "cname_expected": "track.smtp2go.net",
                "enabled": tracker,
                "ssl_status": "issued: 1789340400",
            }
        ],
    }
    return to_frame([told], DOMAINS, {})


def sent(*rows, domain=DOMAIN):
    default = {"event": "delivered", "from": f"Shop <orders@{domain}>", "smtp_response": "250 ok"}
    return pd.DataFrame([default | row for row in rows or ({},)])


def findings(diagnosis):
    return {
        check.name: [check.status, *check.problems]
        for check in diagnosis.checks
        if check.status != "ok" or check.problems
    }


def zone(*extra, without=(), provider=PROVIDER):
    """The good zone less the lines that have certain texts, with others added."""
    kept = [line for line in GOOD.splitlines() if not any(text in line for text in without)]
    return "\n".join([provider, *kept, *extra])


def txt(name, text):
    parts = " ".join(json.dumps(text[at : at + 250]) for at in range(0, len(text), 250))
    return f"{name}. 300 IN TXT {parts}"


def diagnosed(resolver, domain=DOMAIN, *, state=None, timeout=2.0, **given):
    known = account() if state is None else state
    return diagnose_domain(domain, state=known, resolver=resolver, timeout=timeout, **given)
