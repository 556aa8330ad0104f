"""Mailbox providers as data: domains, MX hosts and how their servers behave."""

from __future__ import annotations

from dataclasses import dataclass

from smtp2go_kit.sandbox.seeding import provider_replies as replies
from smtp2go_kit.sandbox.seeding.provider_replies import GSMTP, Failure, Replies

# No server of the recipient speaks here: this is what the sending side writes down.
_UNREACHED: Replies = {
    "bad-domain": (
        "550 5.1.2 DNS error: the domain {domain} does not exist (NXDOMAIN)",
        "550 5.4.4 Unrouteable address: {domain} has neither an MX nor an A record",
    ),
    "connection": (
        "451 4.4.1 Connection timed out while connecting to {mx}",
        "421 4.4.2 {mx} lost connection while sending end of data",
        "451 4.4.3 Temporary DNS failure while looking up the MX of {domain}",
    ),
}


@dataclass(frozen=True, slots=True, eq=False)
class Provider:
    """Who hosts mailboxes, and how its servers behave.

    Args:
        name: As people call it.
        domains: Recipient domains, the most common first.
        mx: MX hosts as ``name [ip]``, with ``{domain}`` and ``{dashed}`` for hosted domains.
        delivered: Its answer on accepting mail, a template as in ``provider_replies``.
        failures: Its answers on refusing mail.
        share: Of consumer mailboxes; 0 for hosts of company domains.
        delay: Median seconds until it accepts a message.
        slow: Share of messages it takes only after minutes, such as by greylisting.
        feedback_loop: Whether complaints of its users reach the sender.
    """

    name: str
    domains: tuple[str, ...]
    mx: tuple[str, ...]
    delivered: str
    failures: Replies
    share: float = 0.0
    delay: float = 2.0
    slow: float = 0.0
    feedback_loop: bool = False

    def replies(self, failure: Failure) -> tuple[str, ...]:
        """What the sender reads after a failure; empty where this provider has no such reply."""
        found = self.failures.get(failure) or _UNREACHED.get(failure, ())
        return (found,) if isinstance(found, str) else found


_MICROSOFT_OK = (
    "250 2.6.0 <E{email_id}@message-id.smtpcorp.com> [InternalId={number}{short}9, "
    "Hostname=AM9PR04MB{HEX:.4}.eurprd04.prod.outlook.com] {number:.5} bytes in 0.{short}, "
    "{short:.2}.{number:.3} KB/sec Queued mail for delivery -> 250 2.1.5"
)
_GMX_OK = "250 Requested mail action okay, completed: id=1M{token:.5}-1v{HEX:.5}0-00{hex:.4}"

PROVIDERS: tuple[Provider, ...] = (
    Provider(
        name="Gmail",
        domains=("gmail.com", "googlemail.com"),
        mx=(
            "gmail-smtp-in.l.google.com [142.250.102.27]",
            "gmail-smtp-in.l.google.com [172.253.116.26]",
            "alt1.gmail-smtp-in.l.google.com [142.251.9.27]",
        ),
        delivered=f"250 2.0.0 OK  {{unix}} {GSMTP}",
        failures=replies.GOOGLE,
        share=0.45,
        delay=1.1,
    ),
    Provider(
        name="Outlook.com",
        domains=("hotmail.com", "outlook.com", "hotmail.co.uk", "live.com", "msn.com"),
        mx=(
            "hotmail-com.olc.protection.outlook.com [52.101.68.15]",
            "outlook-com.olc.protection.outlook.com [52.101.73.12]",
        ),
        delivered=_MICROSOFT_OK,
        failures=replies.OUTLOOK,
        share=0.18,
        delay=2.4,
        feedback_loop=True,
    ),
    Provider(
        name="Yahoo",
        domains=("yahoo.com", "aol.com", "yahoo.co.uk", "ymail.com", "rocketmail.com"),
        mx=(
            "mta5.am0.yahoodns.net [67.195.228.94]",
            "mta6.am0.yahoodns.net [98.136.96.91]",
            "mta7.am0.yahoodns.net [67.195.204.74]",
        ),
        delivered="250 ok dirdel",
        failures=replies.YAHOO,
        share=0.15,
        delay=4.5,
        slow=0.01,
        feedback_loop=True,
    ),
    Provider(
        name="iCloud",
        domains=("icloud.com", "me.com", "mac.com"),
        mx=("mx01.mail.icloud.com [17.57.155.25]", "mx02.mail.icloud.com [17.56.9.31]"),
        delivered="250 2.0.0 Ok: queued as {HEX:.12}",
        failures=replies.APPLE,
        share=0.13,
        delay=1.8,
    ),
    Provider(
        name="GMX/web.de",
        domains=("gmx.net", "web.de", "gmx.de", "gmx.at"),
        mx=("mx00.emig.gmx.net [212.227.15.9]", "mx-ha02.web.de [212.227.17.8]"),
        delivered=_GMX_OK,
        failures=replies.GMX,
        share=0.09,
        delay=3.2,
        slow=0.03,
    ),
    Provider(
        name="Google Workspace",
        domains=(
            "brightwaterdental.example",
            "copperfieldbooks.example",
            "lanternstudio.example",
            "mossandmarrow.example",
            "northquaycoffee.example",
            "pepperpotcatering.example",
            "redgumjoinery.example",
            "saltbushyoga.example",
            "tallpinesschool.example",
            "wrenhousearchitects.example",
        ),
        mx=("aspmx.l.google.com [142.250.110.27]", "alt2.aspmx.l.google.com [142.251.9.26]"),
        delivered=f"250 2.0.0 OK  {{unix}} {GSMTP}",
        failures=replies.WORKSPACE,
        delay=1.3,
    ),
    Provider(
        name="Microsoft 365",
        domains=(
            "harbourfreight.example",
            "aldercourthotel.example",
            "birchandbyrne.example",
            "castlegatelaw.example",
            "dunmoreplumbing.example",
            "eastportmarine.example",
            "fairviewclinic.example",
            "greystoneproperty.example",
            "hollowayfoods.example",
            "ironbridgetools.example",
            "kingsmerecollege.example",
            "larkspurcare.example",
        ),
        mx=(
            "{dashed}.mail.protection.outlook.com [52.101.68.8]",
            "{dashed}.mail.protection.outlook.com [52.101.73.3]",
        ),
        delivered=_MICROSOFT_OK,
        failures=replies.MICROSOFT_365,
        delay=2.8,
    ),
    Provider(
        name="Mimecast",
        domains=("oakhaminsurance.example", "quillandco.example", "stonebridgebank.example"),
        mx=(
            "eu-smtp-inbound-1.mimecast.com [195.130.217.211]",
            "eu-smtp-inbound-2.mimecast.com [91.220.42.221]",
        ),
        delivered="250 SmtpThread-{number}-{unix}482@uk-mta-{short}.uk.mimecast.lan "
        "Received OK [{token}.uk{short}]",
        failures=replies.MIMECAST,
        delay=4.0,
        slow=0.05,
    ),
    Provider(
        name="Proofpoint",
        domains=("meridianhealth.example", "tresslerfreight.example"),
        mx=("mxa-0012ab01.gslb.pphosted.com [148.163.158.5]",),
        delivered="250 2.0.0 4{token:.9}-1 Message accepted for delivery",
        failures=replies.PROOFPOINT,
        delay=5.0,
        slow=0.02,
    ),
    Provider(
        name="Postfix",
        domains=(
            "bayviewpottery.example",
            "cobblersrow.example",
            "finchleyviolins.example",
            "tidepoolbrewery.example",
        ),
        mx=("mail.{domain} [198.51.100.25]", "mx.{domain} [198.51.100.114]"),
        delivered="250 2.0.0 Ok: queued as {HEX:.10}",
        failures=replies.POSTFIX,
        delay=0.8,
        slow=0.12,
    ),
)


def provider_index(name: str) -> int:
    """Where in ``PROVIDERS`` the provider of that name stands."""
    return next(i for i, provider in enumerate(PROVIDERS) if provider.name == name)
