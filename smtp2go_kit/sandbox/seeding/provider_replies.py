"""What the mail servers of the large providers answer when they don't take a message.

Templates for ``str.format`` with these names: ``recipient``, ``domain`` (of the recipient),
``sender_domain``, ``ip`` (that sent the mail), ``mx`` (host name), ``email_id``, ``unix``,
``when`` (ISO time), and made-up parts of queue ids: ``hex``, ``hash`` and ``HEX`` (20 digits
each), ``token`` (22 letters and digits), ``number`` (8 digits) and ``short`` (3 digits).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Failure = Literal[
    "invalid-recipient",
    "inactive-mailbox",
    "mailbox-full",
    "bad-domain",
    "reputation-block",
    "policy",
    "spam-content",
    "authentication",
    "rate-limited",
    "connection",
]
# One reply, or several of which the server gives any.
Replies = Mapping[Failure, str | tuple[str, ...]]

GSMTP = "{hex:.13}-29b{hash:.8}si{number}ad.{short} - gsmtp"
EDGE = "[DB3PEPF{HEX:.8}.eurprd02.prod.outlook.com {when} 08DE{HEX:.12}]"
_DOC = "- https://community.mimecast.com/docs/DOC-1369"
_LOG = "[{token}.uk{short}]"
_CASE = "For explanation visit https://postmaster.{domain}/en/case?v={ip}&r=1N{token:.5}"
_HT = "https://support.apple.com/en-us/HT204137"
_YAHOO = "https://postmaster.yahooinc.com/error-codes"

GOOGLE: Replies = {
    "invalid-recipient": (
        "550-5.1.1 The email account that you tried to reach does not exist. Please try\n"
        "550-5.1.1 double-checking the recipient's email address for typos or\n"
        "550-5.1.1 unnecessary spaces. For more information, go to\n"
        f"550 5.1.1  https://support.google.com/mail/?p=NoSuchUser {GSMTP}"
    ),
    "inactive-mailbox": (
        "550-5.2.1 The email account that you tried to reach is inactive. For more\n"
        "550-5.2.1 information, go to\n"
        f"550 5.2.1  https://support.google.com/mail/?p=DisabledUser {GSMTP}"
    ),
    "mailbox-full": (
        (
            "452-4.2.2 The recipient's inbox is out of storage space. Please direct the\n"
            "452-4.2.2 recipient to\n"
            f"452 4.2.2  https://support.google.com/mail/?p=OverQuotaTemp {GSMTP}"
        ),
        (
            "552-5.2.2 The recipient's inbox is out of storage space and inactive. Please\n"
            "552-5.2.2 direct the recipient to\n"
            f"552 5.2.2  https://support.google.com/mail/?p=OverQuotaPerm {GSMTP}"
        ),
    ),
    "reputation-block": (
        "550-5.7.1 [{ip}      19] Gmail has detected that this message is\n"
        "550-5.7.1 likely suspicious due to the very low reputation of the sending\n"
        "550-5.7.1 domain. To best protect our users from spam, the message has been\n"
        "550-5.7.1 blocked. For more information, go to\n"
        f"550 5.7.1  https://support.google.com/mail/answer/188131 {GSMTP}"
    ),
    "spam-content": (
        "550-5.7.1 [{ip}      18] Gmail has detected that this message\n"
        "550-5.7.1 is likely unsolicited mail. To reduce the amount of spam sent to\n"
        "550-5.7.1 Gmail, this message has been blocked. For more information, go to\n"
        f"550 5.7.1  https://support.google.com/mail/?p=UnsolicitedMessageError {GSMTP}"
    ),
    "authentication": (
        "550-5.7.26 Your email has been blocked because the sender is unauthenticated.\n"
        "550-5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM.\n"
        "550-5.7.26\n550-5.7.26  Authentication results:\n"
        "550-5.7.26  DKIM = did not pass\n"
        "550-5.7.26  SPF [{sender_domain}] with ip: [{ip}] = did not pass\n"
        "550-5.7.26\n550-5.7.26  For instructions on setting up authentication, go to\n"
        f"550 5.7.26  https://support.google.com/mail/answer/81126#authentication {GSMTP}"
    ),
    "rate-limited": (
        (
            "450-4.2.1 The user you are trying to contact is receiving email at a rate that\n"
            "450-4.2.1 prevents additional messages from being delivered. Please resend your\n"
            "450-4.2.1 message at a later time. For more information, go to\n"
            f"450 4.2.1  https://support.google.com/mail/?p=ReceivingRate {GSMTP}"
        ),
        (
            "421-4.7.28 Gmail has detected an unusual rate of unsolicited mail originating\n"
            "421-4.7.28 from your DKIM domain [{sender_domain}      35]. To protect our users\n"
            "421-4.7.28 from spam, mail has been temporarily rate limited. Please visit\n"
            f"421 4.7.28  https://support.google.com/mail/?p=UnsolicitedRateLimitError {GSMTP}"
        ),
    ),
}

WORKSPACE: Replies = {
    **GOOGLE,
    "policy": (
        "550-5.7.1 The user or domain that you are sending to (or from) has a policy that\n"
        "550-5.7.1 prohibited the mail that you sent. Please contact your domain\n"
        "550-5.7.1 administrator for further details. For more information, please visit\n"
        f"550 5.7.1  https://support.google.com/a/answer/172179 {GSMTP}"
    ),
}

OUTLOOK: Replies = {
    "invalid-recipient": (
        f"550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302). {EDGE}"
    ),
    "inactive-mailbox": (
        "554 5.2.1 STOREDRV.Deliver.Exception:AccountDisabledException; Failed to process "
        "message due to a permanent exception: the mailbox is disabled [Hostname=DB3PEPF{HEX:.8}]"
    ),
    "mailbox-full": (
        "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException."
        "MapiExceptionShutoffQuotaExceeded; Failed to process message due to a permanent "
        "exception with message Cannot open mailbox. [Hostname=DB3PEPF{HEX:.8}]"
    ),
    "reputation-block": (
        "550 5.7.1 Unfortunately, messages from [{ip}] weren't sent. Please contact your "
        "Internet service provider since part of their network is on our block list (S3150). "
        "You can also refer your provider to "
        f"http://mail.live.com/mail/troubleshooting.aspx#errors. {EDGE}"
    ),
    "spam-content": f"550 5.7.1 Message rejected as spam by Content Filtering. {EDGE}",
    "authentication": (
        "550 5.7.515 Access denied, sending domain {sender_domain} doesn't meet the required "
        "authentication level. The sender's domain in the 5322.From address doesn't meet the "
        "authentication requirements defined for the sender. To learn how to fix this see: "
        "https://go.microsoft.com/fwlink/p/?linkid=2319303 Spf= Fail , Dkim= Fail , "
        f"DMARC= Fail {EDGE}"
    ),
    "rate-limited": (
        "451 4.7.650 The mail server [{ip}] has been temporarily rate limited due to IP "
        f"reputation. For e-mail delivery information, see https://aka.ms/postmaster (S775) {EDGE}"
    ),
}

MICROSOFT_365: Replies = {
    **OUTLOOK,
    "invalid-recipient": (
        (
            "550 5.4.1 Recipient address rejected: Access denied. For more information see "
            f"https://aka.ms/EXOSmtpErrors {EDGE}"
        ),
        (
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient {recipient} not found by SMTP "
            "address lookup"
        ),
    ),
    "reputation-block": (
        "550 5.7.606 Access denied, banned sending IP [{ip}]. To request removal from this list "
        "please visit https://sender.office.com/ and follow the directions. For more information "
        f"please go to http://go.microsoft.com/fwlink/?LinkID=526655 AS(1430) {EDGE}"
    ),
    "policy": (
        "550 5.7.1 TRANSPORT.RULES.RejectMessage; the message was rejected by organization policy"
    ),
    "rate-limited": (
        f"451 4.7.500 Server busy. Please try again later from [{{ip}}]. (AS77713301) {EDGE}"
    ),
}

YAHOO: Replies = {
    "invalid-recipient": (
        "552 1 Requested mail action aborted, mailbox not found",
        (
            "554 delivery error: dd This user doesn't have a {domain} account ({recipient}) [0] - "
            "mta1{short}.mail.ir2.yahoo.com"
        ),
    ),
    "inactive-mailbox": (
        "554 30 Sorry, your message to {recipient} cannot be delivered. This mailbox is disabled "
        "(554.30)."
    ),
    "mailbox-full": (
        "554 delivery error: dd Sorry, your message to {recipient} cannot be delivered. This "
        "account is over quota. [0] - mta1{short}.mail.ir2.yahoo.com"
    ),
    "reputation-block": (
        "553 5.7.2 [TSS09] All messages from {ip} will be permanently deferred; Retrying will "
        f"NOT succeed. See {_YAHOO}"
    ),
    "policy": f"554 5.7.9 Message not accepted for policy reasons. See {_YAHOO}",
    "spam-content": (
        "554 Message not allowed - [PH01] Email not accepted for policy reasons. Please visit "
        f"{_YAHOO}"
    ),
    "authentication": (
        "550 5.7.9 This mail has been blocked because the sender is unauthenticated. Yahoo "
        "requires all senders to authenticate with either SPF or DKIM. Authentication results: "
        "DKIM = did not pass, SPF [{sender_domain}] with ip: [{ip}] = did not pass. See "
        "https://senders.yahooinc.com/smtp-error-codes/"
    ),
    "rate-limited": (
        "421 4.7.0 [TSS04] Messages from {ip} temporarily deferred due to unexpected volume or "
        f"user complaints - 4.16.55.1; see {_YAHOO}"
    ),
}

APPLE: Replies = {
    "invalid-recipient": "550 5.1.1 <{recipient}>: user does not exist",
    "inactive-mailbox": "550 5.1.1 <{recipient}>: inactive email address",
    "mailbox-full": "552 5.2.2 <{recipient}>: user is over quota",
    "reputation-block": (
        f"550 5.7.1 [HM08] Message rejected due to local policy. Please visit {_HT}"
    ),
    "policy": f"554 5.7.1 [CS01] Message rejected due to local policy. Please visit {_HT}",
    "spam-content": f"554 5.7.1 [CS02] Message rejected due to local policy. Please visit {_HT}",
    "authentication": (
        "554 5.7.1 Your message was rejected due to {sender_domain}'s DMARC policy. "
        f"See {_HT} for info"
    ),
    "rate-limited": (
        "421 4.7.1 Messages to {recipient} deferred due to excessive volume. Try again later - "
        f"{_HT}"
    ),
}

GMX: Replies = {
    "invalid-recipient": f"550-Requested action not taken: mailbox unavailable\n550 {_CASE}",
    "inactive-mailbox": (
        "550-Requested action not taken: mailbox unavailable\n"
        f"550-The account has been disabled\n550 {_CASE}"
    ),
    "mailbox-full": (
        "552-Requested mail action aborted: exceeded storage allocation\n"
        f"552-Quota exceeded. The recipient's mailbox is full\n552 {_CASE}"
    ),
    "reputation-block": (
        "554-{domain} (mxgmx{short}) Nemesis ESMTP Service not available\n554-No SMTP service\n"
        f"554-IP address is block listed.\n554 {_CASE}"
    ),
    "spam-content": (
        "554-Transaction failed\n554-Reject due to policy restrictions: the message looks like "
        f"spam.\n554 {_CASE}"
    ),
    "authentication": (
        "554-Transaction failed\n554-Unauthenticated email from {sender_domain} is not accepted: "
        f"neither SPF nor DKIM passed.\n554 {_CASE}"
    ),
    "rate-limited": (
        "450-Requested mail action not taken: mailbox unavailable\n"
        f"450-Mail send limit exceeded, please try again later.\n450 {_CASE}"
    ),
}

MIMECAST: Replies = {
    "invalid-recipient": f"550 Invalid Recipient {_DOC}#550 {_LOG}",
    "inactive-mailbox": f"550 Rejected by recipient server: account disabled {_DOC}#550 {_LOG}",
    "mailbox-full": f"451 Recipient mailbox full, try again later {_DOC}#451 {_LOG}",
    "reputation-block": f"550 csi.mimecast.org Poor Reputation Sender. {_DOC}#550 {_LOG}",
    "policy": f"550 Administrative prohibition - envelope blocked {_DOC}#550 {_LOG}",
    "spam-content": f"554 Email rejected due to security policies {_DOC}#554 {_LOG}",
    "authentication": f"550 DMARC Sender Invalid - envelope rejected {_DOC}#550 {_LOG}",
    "rate-limited": f"451 Internal resources are temporarily unavailable {_DOC}#451 {_LOG}",
}

PROOFPOINT: Replies = {
    "invalid-recipient": "550 5.1.1 <{recipient}>... User unknown",
    "inactive-mailbox": "550 5.2.1 <{recipient}>... Mailbox disabled for this recipient",
    "mailbox-full": "452 4.2.2 <{recipient}>... Mailbox full",
    "reputation-block": "554 Blocked - see https://ipcheck.proofpoint.com/?ip={ip}",
    "policy": "550 5.7.0 Local Policy Violation - {token}",
    "spam-content": "554 5.7.1 Message classified as spam and refused - {token}",
    "authentication": "550 5.7.1 Email rejected per DMARC policy for {sender_domain}",
    "rate-limited": "452 4.3.2 Connection rate limit exceeded.",
}

POSTFIX: Replies = {
    "invalid-recipient": (
        "550 5.1.1 <{recipient}>: Recipient address rejected: User unknown in virtual mailbox table"
    ),
    "inactive-mailbox": "550 5.2.1 <{recipient}>: Recipient address rejected: account disabled",
    "mailbox-full": "452 4.2.2 <{recipient}> Quota exceeded (mailbox for user is full)",
    "reputation-block": (
        "554 5.7.1 Service unavailable; Client host [{ip}] blocked using zen.spamhaus.org; "
        "https://www.spamhaus.org/query/ip/{ip}"
    ),
    "spam-content": "554 5.7.1 Spam message rejected",
    "authentication": (
        "550 5.7.23 <{recipient}>: Recipient address rejected: Message rejected due to: SPF fail - "
        "not authorized"
    ),
    "rate-limited": (
        "450 4.2.0 <{recipient}>: Recipient address rejected: Greylisted, see "
        "http://postgrey.schweikert.ch/help/{domain}.html"
    ),
}
