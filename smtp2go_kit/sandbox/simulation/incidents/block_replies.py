"""What servers say that block mail for where it comes from, or for what is in it."""

from __future__ import annotations

from smtp2go_kit.sandbox.seeding.provider_replies import EDGE, GSMTP

_OUR_LIST = (
    "550 5.7.1 Unfortunately, messages from [{ip}] weren't sent. Please contact your Internet "
    "service provider since part of their network is on our block list (S3150). You can also "
    "refer your provider to http://mail.live.com/mail/troubleshooting.aspx#errors. "
)
BANNED: dict[str, tuple[str, ...]] = {
    "Outlook.com": (_OUR_LIST + EDGE, _OUR_LIST.replace("S3150", "S3140") + EDGE),
    "Microsoft 365": (
        (
            "550 5.7.606 Access denied, banned sending IP [{ip}]. To request removal from "
            "this list "
            "please visit https://sender.office.com/ and follow the directions. For more "
            "information "
            f"please go to http://go.microsoft.com/fwlink/?LinkID=526655 AS(1430) {EDGE}"
        ),
        (
            f"550 5.7.511 Access denied, banned sender[{{ip}}]. To request removal from this list "
            f"please forward this message to delist@microsoft.com. AS(1410) {EDGE}"
        ),
    ),
    "Yahoo": (
        (
            "553 5.7.2 [TSS09] All messages from {ip} will be permanently deferred; Retrying will "
            "NOT succeed. See https://postmaster.yahooinc.com/error-codes"
        ),
        (
            "553 5.7.1 [BL21] Connections will not be accepted from {ip}, because the ip is in "
            "Spamhaus's list; see http://postmaster.yahoo.com/550-bl23.html"
        ),
    ),
    "GMX/web.de": (
        (
            "554-gmx.net (mxgmx{short}) Nemesis ESMTP Service not available\n554-No SMTP service\n"
            "554-IP address is block listed.\n554 For explanation visit "
            "https://postmaster.gmx.net/en/case?c=bl&i=ip&v={ip}&r=1N{token:.5}"
        ),
    ),
}
SLOW = (
    (
        "451 4.7.650 The mail server [{ip}] has been temporarily rate limited due to IP "
        "reputation. "
        f"For e-mail delivery information, see https://aka.ms/postmaster (S775) {EDGE}"
    ),
)
DOMAIN: dict[str, tuple[str, ...]] = {
    "Gmail": (
        (
            "550-5.7.1 [{ip}      19] Gmail has detected that this message is\n"
            "550-5.7.1 likely suspicious due to the very low reputation of the sending\n"
            "550-5.7.1 domain. To best protect our users from spam, the message has been\n"
            "550-5.7.1 blocked. For more information, go to\n"
            f"550 5.7.1  https://support.google.com/mail/answer/188131 {GSMTP}"
        ),
        (
            "550-5.7.1 [{ip}      19] Our system has detected that this message is\n"
            "550-5.7.1 likely suspicious due to the very low reputation of the sending\n"
            "550-5.7.1 domain. To best protect our users from spam, the message has been\n"
            "550-5.7.1 blocked. Please visit\n"
            f"550 5.7.1  https://support.google.com/mail/answer/188131 {GSMTP}"
        ),
        (
            "421-4.7.28 Gmail has detected an unusual rate of unsolicited mail originating\n"
            "421-4.7.28 from your DKIM domain [{sender_domain}      36]. To protect our users\n"
            "421-4.7.28 from spam, mail has been temporarily rate limited. For more\n"
            "421-4.7.28 information, go to\n"
            f"421 4.7.28  https://support.google.com/mail/?p=UnsolicitedRateLimitError {GSMTP}"
        ),
    ),
    "Outlook.com": (
        (
            "550 5.7.1 Service unavailable, MailFrom domain is listed in Spamhaus. To "
            "request removal "
            f"from this list see https://www.spamhaus.org/query/domain/{{sender_domain}} "
            f"(S8002) {EDGE}"
        ),
    ),
    "iCloud": (
        (
            "550 5.7.1 Mail from domain {sender_domain} rejected, domain present in the "
            "Spamhaus DBL. "
            "See https://support.apple.com/en-us/102322"
        ),
    ),
    "Postfix": (
        (
            "554 5.7.1 Service unavailable; Sender address [bounce@{sender_domain}] blocked using "
            "dbl.spamhaus.org; https://www.spamhaus.org/query/domain/{sender_domain}"
        ),
    ),
}
DOMAIN["Google Workspace"] = DOMAIN["Gmail"]
CONTENT: dict[str, tuple[str, ...]] = {
    "Gmail": (
        ("550-5.7.1 [{ip}      12] Gmail has detected that this message\n"
        "550-5.7.1 is likely unsolicited mail. To reduce the amount of spam sent to\n"
        "550-5.7.1 Gmail, this message has been blocked. For more information, go to\n"
        f"550 5.7.1  https://support.google.com/mail/?p=UnsolicitedMessageError {GSMTP}"),
        ("550-5.7.1 [{ip}      18] Our system has detected that this message is\n"
        "550-5.7.1 likely suspicious due to the nature of the content or the links within.\n"
        "550-5.7.1 To best protect our users from spam, the message has been blocked.\n"
        f"550 5.7.1  https://support.google.com/mail/answer/188131 {GSMTP}"),
    ),
    "Google Workspace": (
        ("550-5.7.1 [{ip}      12] Gmail has detected that this message is\n"
        "550-5.7.1 likely unsolicited mail. To reduce the amount of spam sent to Gmail,\n"
        "550-5.7.1 this message has been blocked. Please visit\n"
        f"550 5.7.1  https://support.google.com/mail/?p=UnsolicitedMessageError {GSMTP}"),
    ),
    "Outlook.com": (f"550 5.7.1 Message rejected as spam by Content Filtering. {EDGE}",),
    "Microsoft 365": (
        f"550 5.7.520 Message blocked because it was identified as spam AS(4810) {EDGE}",
        f"550 5.7.1 Message rejected as spam by Content Filtering. {EDGE}",
    ),
    "Yahoo": (
        ("554 Message not allowed - [PH01] Email not accepted for policy reasons. Please visit "
        "https://postmaster.yahooinc.com/error-codes"),
        "554 Message not allowed - [299]",
    ),
    "GMX/web.de": (
        ("554-Transaction failed\n554-Reject due to policy restrictions: the message looks like "
        "spam.\n554 For explanation visit https://postmaster.gmx.net/en/case?c=c&v={ip}&r=1N"
        "{token:.5}"),
    ),
    "iCloud": (
        ("554 5.7.1 [CS01] Message rejected due to local policy. Please visit "
        "https://support.apple.com/en-us/HT204137"),
    ),
    "Mimecast": (("554 Email rejected due to security policies - "
    "https://community.mimecast.com/docs/"
                 "DOC-1369#554 [{token}.uk{short}]"),),
    "Proofpoint": ("554 5.7.1 Message classified as spam and refused - {token}",),
    "Barracuda": ("550 Message content rejected, UBE, id={number}-{short} (cuda_nsu)",),
    "Postfix": ("554 5.7.1 Spam message rejected", "550 5.7.1 Message contains spam or virus."),
    "Comcast": ("550 5.2.0 {token} This message has been rejected as spam.",),
}  # fmt: skip
LINKS: dict[str, tuple[str, ...]] = {
    "Gmail": (
        (
            "550-5.7.1 [{ip}      18] Gmail has detected that this message is likely\n"
            "550-5.7.1 suspicious due to the very low reputation of the URL domain\n"
            "550-5.7.1 [{sender_domain}]. To best protect our users from spam, the message\n"
            f"550 5.7.1 has been blocked. https://support.google.com/mail/answer/188131 {GSMTP}"
        ),
        (
            "421-4.7.28 Gmail has detected an unusual rate of unsolicited mail containing\n"
            "421-4.7.28 one of your URL domains [{sender_domain}      39]. To protect our\n"
            "421-4.7.28 users from spam, mail with the URL has been temporarily rate limited.\n"
            f"421 4.7.28  https://support.google.com/mail/?p=UnsolicitedRateLimitError {GSMTP}"
        ),
    ),
    "iCloud": (
        (
            "550 5.7.1 Message rejected: a URL in the message body is present in the "
            "Spamhaus DBL. See "
            "https://support.apple.com/en-us/102322"
        ),
    ),
    "GMX/web.de": (
        (
            "554-Transaction failed\n554-Reject due to policy restrictions: the message contains a "
            "listed URL (link.{sender_domain})\n554 "
            "https://postmaster.gmx.net/en/case?c=u&r=1N{token:.5}"
        ),
    ),
    "Postfix": (
        (
            "554 5.7.1 Blacklisted URL in message (link.{sender_domain}) [dbl]. See "
            "https://www.spamhaus.org/query/domain/{sender_domain}"
        ),
        (
            "550 5.7.1 This message contains a URL listed in SURBL: link.{sender_domain} "
            "(multi.surbl.org)"
        ),
        "554 5.7.1 Message rejected: contains URI listed at black.uribl.com [link.{sender_domain}]",
    ),
    "Barracuda": (
        (
            "550 Blocked (bad URL: http://link.{sender_domain} listed in bru intent database) "
            "id={number}-{short}"
        ),
    ),
    "Proofpoint": ("554 5.7.1 URL reputation: link.{sender_domain} is listed - {token:.12}",),
    "Mimecast": (
        (
            "554 Email rejected due to URL protection: link.{sender_domain} is listed (DBL) - "
            "https://community.mimecast.com/docs/DOC-1369#554 [{token}.uk{short}]"
        ),
    ),
    "IONOS": ("554 Transaction failed: URL link.{sender_domain} on blocklist, case {HEX:.10}",),
    "GoDaddy": (
        (
            "554 5.7.1 {token:.10} message contains a URL on a blocklist (DBL): "
            "link.{sender_domain} IB504"
        ),
    ),
    "T-Online": ("550 5.7.0 Message contains a blocked link (URIBL) - rejected",),
}
LINK_SHARES = {"Gmail": 0.55, "iCloud": 0.6}
TENANT_RULES = {
    "Microsoft 365": (
        "550 5.7.1 TRANSPORT.RULES.RejectMessage; the message was rejected by organization policy",
        "550 5.7.1 RESOLVER.RST.RestrictedToRecipientsPermission; not authorized [{domain}]",
    ),
    "Google Workspace": (
        (
            "550-5.7.1 The user or domain that you are sending to (or from) has a policy that\n"
            "550-5.7.1 prohibited the mail that you sent. Please contact your domain\n"
            "550-5.7.1 administrator for further details. For more information, please visit\n"
            f"550 5.7.1  https://support.google.com/a/answer/172179 {GSMTP}"
        ),
    ),
    "Mimecast": (
        (
            "550 Administrative prohibition - envelope blocked - "
            "https://community.mimecast.com/docs/DOC-1369#550 [{token}.uk{short}]"
        ),
    ),
    "Proofpoint": ("550 5.7.0 Local Policy Violation - {token}",),
    "Postfix": ("554 5.7.1 <{recipient}>: Recipient address rejected: Access denied by policy",),
    "Barracuda": ("550 permanent failure for one or more recipients ({recipient}:blocked)",),
    "Cisco": (
        "550 #5.7.1 Your access to submit messages to this e-mail system has been rejected.",
    ),
}
