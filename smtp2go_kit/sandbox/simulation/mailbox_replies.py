"""More of what mail servers answer, beside ``seeding.provider_replies``: wordings vary in use.

Templates with the same names. A server gives any of its wordings, new and old.
"""

from __future__ import annotations

from smtp2go_kit.sandbox.seeding.provider_replies import EDGE, GSMTP, Replies

_YAHOO = "https://senders.yahooinc.com/error-codes"
_HT = "https://support.apple.com/en-us/102322"

GMAIL: Replies = {
    "invalid-recipient": (
        "550-5.1.1 The email account that you tried to reach does not exist. Please try\n"
        "550-5.1.1 double-checking the recipient's email address for typos or\n"
        "550-5.1.1 unnecessary spaces. Learn more at\n"
        f"550 5.1.1  https://support.google.com/mail/?p=NoSuchUser {GSMTP}"
    ),
    "inactive-mailbox": (
        "550-5.2.1 The email account that you tried to reach is disabled. Learn more at\n"
        f"550 5.2.1  https://support.google.com/mail/?p=DisabledUser {GSMTP}"
    ),
    "mailbox-full": (
        "452-4.2.2 The email account that you tried to reach is over quota. Please direct\n"
        "452-4.2.2 the recipient to\n"
        f"452 4.2.2  https://support.google.com/mail/?p=OverQuotaTemp {GSMTP}"
    ),
    "reputation-block": (
        "421-4.7.0 [{ip}      15] Our system has detected that this message is\n"
        "421-4.7.0 suspicious due to the very low reputation of the sending IP address.\n"
        "421-4.7.0 To protect our users from spam, mail sent from your IP address has\n"
        "421-4.7.0 been temporarily rate limited. Please visit\n"
        f"421 4.7.0  https://support.google.com/mail/answer/188131 {GSMTP}"
    ),
    "spam-content": (
        (
            "550-5.7.1 [{ip}      12] Our system has detected that this message is\n"
            "550-5.7.1 likely suspicious due to the nature of the content or the links within.\n"
            "550-5.7.1 To best protect our users from spam, the message has been blocked.\n"
            "550-5.7.1 Please visit\n"
            f"550 5.7.1  https://support.google.com/mail/answer/188131 {GSMTP}"
        ),
        (
            "552-5.7.0 This message was blocked because its content presents a potential\n"
            "552-5.7.0 security issue. To review our message content and attachment content\n"
            "552-5.7.0 guidelines, go to\n"
            f"552 5.7.0  https://support.google.com/mail/?p=BlockedMessage {GSMTP}"
        ),
    ),
    "authentication": (
        (
            "550-5.7.26 This mail has been blocked because the sender is unauthenticated.\n"
            "550-5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM.\n"
            "550-5.7.26  Authentication results:\n"
            "550-5.7.26  DKIM = did not pass\n"
            "550-5.7.26  SPF [em12345.{sender_domain}] with ip: [{ip}] = did not pass\n"
            "550-5.7.26  For instructions on setting up authentication, go to\n"
            f"550 5.7.26  https://support.google.com/mail/answer/81126#authentication {GSMTP}"
        ),
        (
            "550-5.7.30 This email has been blocked because it did not pass DKIM\n"
            "550-5.7.30 authentication. Gmail requires all large senders to authenticate with\n"
            "550-5.7.30 DKIM. Authentication results: DKIM = Did not pass. To set up DKIM, go to\n"
            f"550 5.7.30  https://support.google.com/a?p=turn-on-dkim {GSMTP}"
        ),
        (
            "421-4.7.32 Your email has been rate limited because the From: header (RFC5322)\n"
            "421-4.7.32 in this message isn't aligned with either the authenticated SPF or\n"
            "421-4.7.32 DKIM organizational domain. To learn more, visit\n"
            f"421 4.7.32  https://support.google.com/a?p=sender-guidelines {GSMTP}"
        ),
    ),
    "rate-limited": (
        (
            "421-4.7.28 Gmail has detected an unusual rate of unsolicited mail originating\n"
            "421-4.7.28 from your IP Netblock [203.0.113.0      24]. To protect our users from\n"
            "421-4.7.28 spam, mail sent from your IP Netblock has been temporarily rate\n"
            "421-4.7.28 limited. For more information, go to\n"
            f"421 4.7.28  https://support.google.com/mail/?p=UnsolicitedRateLimitError {GSMTP}"
        ),
        f"421-4.3.0 Temporary System Problem.  Try again later (10).\n421 4.3.0 {GSMTP}",
    ),
}

OUTLOOK: Replies = {
    "invalid-recipient": (
        f"550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302). {EDGE}",
        "550 5.1.1 <{recipient}>: Recipient address rejected: User unknown",
    ),
    "mailbox-full": (
        "452 4.2.2 The recipient's mailbox is full and can't accept messages now. Please try "
        f"resending your message later, or contact the recipient directly. {EDGE}"
    ),
    "reputation-block": (
        "550 5.7.1 Unfortunately, messages from [{ip}] weren't sent. Please contact your "
        "Internet service provider since part of their network is on our block list (S3140). "
        "You can also refer your provider to "
        f"http://mail.live.com/mail/troubleshooting.aspx#errors. {EDGE}"
    ),
    "spam-content": (
        "554 5.2.0 STOREDRV.Deliver; delivery result banner: message identified as SPAM "
        f"[Hostname=DB3PEPF{{HEX:.8}}] {EDGE}"
    ),
    "policy": f"550 5.7.511 Access denied, banned sender[{{ip}}]. AS(1410) {EDGE}",
    "rate-limited": (
        (
            "451 4.7.651 The mail server [{ip}] has been temporarily rate limited due to IP "
            "reputation. For e-mail delivery information, see https://aka.ms/postmaster (S843) "
            f"{EDGE}"
        ),
        f"451 4.7.500 Server busy. Please try again later from [{{ip}}]. (S77719) {EDGE}",
    ),
}

YAHOO: Replies = {
    "invalid-recipient": (
        (
            "550 5.1.1 <{recipient}>: Recipient address rejected: 554 delivery error: dd This user "
            "doesn't have a {domain} account"
        ),
        "553 5.1.1 <{recipient}>: user does not exist on this server",
    ),
    "inactive-mailbox": "554 30 Sorry, this mailbox is disabled (554.30) {short}",
    "mailbox-full": "552 2 Requested mail action aborted, mailbox full ({short})",
    "reputation-block": (
        "553 5.7.1 [BL21] Connections will not be accepted from {ip}, because the ip is in "
        f"Spamhaus's list; see {_YAHOO}"
    ),
    "spam-content": f"554 5.7.9 Message not accepted for policy reasons. See {_YAHOO}",
    "rate-limited": (
        (
            "421 4.7.0 [TSS05] Messages from {ip} temporarily deferred due to unexpected volume "
            f"or user complaints - 4.16.55.1; see {_YAHOO}"
        ),
        (
            "421 4.7.1 [TS03] All messages from {ip} will be permanently deferred; Retrying "
            f"will NOT succeed. See {_YAHOO}"
        ),
        "451 4.3.2 Internal error reading data",
    ),
}

APPLE: Replies = {
    "invalid-recipient": "550 5.1.1 <{recipient}>: user does not exist (in reply to RCPT TO)",
    "mailbox-full": "452 4.2.2 <{recipient}>: user is over quota",
    "spam-content": (
        f"554 5.7.1 [CS01] Message rejected due to local policy. Please visit {_HT}",
        f"550 5.7.1 [HM08] Message rejected due to local policy. Please visit {_HT}",
    ),
    "authentication": f"550 5.7.1 [HME1] This message was blocked for local policy. See {_HT}",
    "rate-limited": "450 4.2.0 <{recipient}>: Recipient address rejected: Try again later",
}

GMX: Replies = {
    "spam-content": (
        "554-Transaction failed\n554-Reject due to policy restrictions.\n"
        "554 For explanation visit https://postmaster.gmx.net/en/case?c=hi&i=ip&v={ip}&r=1M{HEX:.6}"
    ),
    "rate-limited": (
        "421-{domain} (mxgmx{short}) Nemesis ESMTP Service not available\n"
        "421-Service closing transmission channel\n421 Too many connections from your host"
    ),
}

COMCAST: Replies = {
    "invalid-recipient": "550 5.1.1 <{recipient}> Not our customer",
    "inactive-mailbox": "550 5.2.1 <{recipient}> Account is disabled",
    "mailbox-full": "552 5.2.2 <{recipient}> Mailbox is full (over quota)",
    "reputation-block": (
        "554 resimta-po-{short}.sys.comcast.net resimta-po-{short}.sys.comcast.net {ip} Comcast "
        "block for spam. Please see https://postmaster.comcast.net/smtp-error-codes.php#BL000000"
    ),
    "spam-content": (
        "550 5.2.0 {token} This message has been rejected as spam. "
        "https://postmaster.comcast.net/smtp-error-codes.php#BL000010"
    ),
    "authentication": (
        "550 5.7.1 {token} Message rejected, DMARC policy of {sender_domain} "
        "https://postmaster.comcast.net/dmarc"
    ),
    "rate-limited": (
        "421 4.1.0 {ip} Throttled - try again later. Please see "
        "https://postmaster.comcast.net/smtp-error-codes.php#RL000001"
    ),
}

T_ONLINE: Replies = {
    "invalid-recipient": "550 5.1.1 <{recipient}> Unbekannter Empfaenger / user unknown",
    "inactive-mailbox": "550 5.2.1 <{recipient}> Postfach gesperrt / mailbox disabled",
    "mailbox-full": "552 5.2.2 <{recipient}> Postfach ist voll / mailbox is full",
    "reputation-block": (
        "554 IP={ip} - A problem occurred. (Ask your postmaster for help or to contact "
        "tosa@rx.t-online.de to clarify.) (BL)"
    ),
    "spam-content": "550 5.7.0 Message considered as spam or virus, rejected",
    "rate-limited": "451 4.7.0 Too many messages from {ip}, please try again later",
}

ORANGE: Replies = {
    "invalid-recipient": "550 5.1.1 <{recipient}> Adresse d au moins un destinataire invalide. "
    "Invalid recipient. OFR_416 [416]",
    "inactive-mailbox": "550 5.2.1 <{recipient}> Compte inactif. Account disabled. OFR_415 [415]",
    "mailbox-full": "552 5.2.2 <{recipient}> Boite pleine. Over quota. OFR_417 [417]",
    "reputation-block": "550 5.7.1 Service refuse. Veuillez essayer plus tard. Service refused, "
    "please try later. OFR_506 [506]",
    "spam-content": "550 5.7.0 Mail rejete. Mail rejected. OFR_506 [506]",
    "rate-limited": (
        (
            "421 4.7.0 Service refuse. Veuillez essayer plus tard. Service refused, please try "
            "later. OFR004_104 [104]"
        ),
        (
            "450 4.2.0 Trop de connexions, veuillez verifier votre configuration. Too many "
            "connections, slow down. OFR005_104 [104]"
        ),
    ),
}

PROTON: Replies = {
    "invalid-recipient": "550 5.1.1 <{recipient}>: Recipient address rejected: Address does not "
    "exist",
    "mailbox-full": "552 5.2.2 <{recipient}>: Recipient address rejected: mailbox over quota",
    "spam-content": "550 5.7.1 Message rejected: content looks like spam (id {token:.12})",
    "authentication": (
        "550 5.7.1 Email rejected per DMARC policy for {sender_domain} (e=ProtonMail)"
    ),
    "rate-limited": "451 4.7.1 Please try again later",
}
