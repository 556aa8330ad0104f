"""What the filters and servers of companies answer, beside ``seeding.provider_replies``."""

from __future__ import annotations

from smtp2go_kit.sandbox.seeding.provider_replies import EDGE, GSMTP, Replies

_CUDA = "https://community.barracudanetworks.com/bounces/?ip={ip}&id={token:.8}"

WORKSPACE: Replies = {
    "policy": (
        (
            "550-5.7.1 The user or domain that you are sending to (or from) has a policy that\n"
            "550-5.7.1 prohibited the mail that you sent. Learn more at\n"
            f"550 5.7.1  https://support.google.com/mail/?p=DomainPolicy {GSMTP}"
        ),
    ),
    "inactive-mailbox": (
        "550-5.2.1 The user you are trying to contact is disabled; the account of\n"
        "550-5.2.1 {recipient} was suspended. Learn more at\n"
        f"550 5.2.1  https://support.google.com/mail/?p=DisabledUser {GSMTP}"
    ),
}

MICROSOFT_365: Replies = {
    "invalid-recipient": (
        "550 5.1.1 RESOLVER.ADR.RecipNotFound; not found",
        f"550 5.1.351 Remote server returned unknown recipient or mailbox unavailable {EDGE}",
    ),
    "mailbox-full": (
        "452 4.2.2 Mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException; Failed to "
        f"process message due to a transient exception [Hostname=DB3PEPF{{HEX:.8}}] {EDGE}"
    ),
    "reputation-block": (
        "550 5.7.511 Access denied, banned sender[{ip}]. To request removal from this list "
        "please forward this message to delist@microsoft.com. For more information please go "
        f"to https://go.microsoft.com/fwlink/?LinkId=526653. AS(1410) {EDGE}"
    ),
    "policy": (
        (
            "550 5.7.124 RESOLVER.RST.SenderNotInAllowedList; the sender isn't in the recipient "
            f"group's allowed senders list {EDGE}"
        ),
        (
            "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required; "
            "Delivery restriction check failed because the sender was not authenticated "
            "when sending "
            "to this group"
        ),
    ),
    "spam-content": (
        f"550 5.7.520 Message blocked because it was identified as spam AS(4810) {EDGE}"
    ),
    "authentication": (
        (
            "550 5.7.509 Access denied, sending domain {sender_domain} does not pass DMARC "
            f"verification and has a DMARC policy of reject. {EDGE}"
        ),
        f"550 5.7.23 The message was rejected because of Sender Policy Framework violation {EDGE}",
    ),
    "rate-limited": (
        f"451 4.7.700 PFA agent busy, please try again. {EDGE}",
        (
            "451 4.7.850 Access denied, please try again later. Suspicious activity from [{ip}] "
            f"AS(8500) {EDGE}"
        ),
    ),
}

MIMECAST: Replies = {
    "invalid-recipient": (
        "550 Invalid Recipient - https://mimecastsupport.zendesk.com/hc/en-us/articles/"
        "34000709564691-Policies-Mimecast-SMTP-Error-Codes#550 [{token}.uk{short}]"
    ),
    "policy": (
        (
            "550 Rejected by header based manually Blocked Senders - "
            "https://community.mimecast.com/docs/DOC-1369#550 [{token}.us{short}]"
        ),
        (
            "550 Administrative prohibition - "
            "https://mimecastsupport.zendesk.com/hc/en-us/articles/"
            "34000709564691-Policies-Mimecast-SMTP-Error-Codes#550 [{token}.us{short}]"
        ),
    ),
    "rate-limited": (
        "451 Internal resource temporarily unavailable - "
        "https://community.mimecast.com/docs/DOC-1369#451 [{token}.uk{short}]"
    ),
}

PROOFPOINT: Replies = {
    "invalid-recipient": "550 5.1.1 User Unknown - pps reinject [{token:.10}]",
    "reputation-block": (
        "421 4.7.0 [{ip}] is deferred due to IP reputation. See https://ipcheck.proofpoint.com/"
        "?ip={ip}"
    ),
    "authentication": "550 5.7.0 DMARC policy violation: reject ({sender_domain}) - {token:.12}",
}

POSTFIX: Replies = {
    "invalid-recipient": (
        (
            "550 5.1.1 <{recipient}>: Recipient address rejected: User unknown in local recipient "
            "table"
        ),
        (
            "550 5.1.1 <{recipient}>: Recipient address rejected: undeliverable address: host "
            "127.0.0.1[127.0.0.1] said: 550 5.1.1 <{recipient}> User doesn't exist: {recipient}"
        ),
        "550 No Such User Here",
        "550 #5.1.0 Address rejected.",
    ),
    "mailbox-full": (
        "552 5.2.2 <{recipient}>: Recipient address rejected: The mailbox is over quota",
        "452 4.2.2 The email account that you tried to reach is over quota",
    ),
    "reputation-block": (
        (
            "554 5.7.1 Service unavailable; Client host [{ip}] blocked using "
            "b.barracudacentral.org; "
            "http://www.barracudanetworks.com/reputation/?pr=1&ip={ip}"
        ),
        (
            "550 5.7.1 {ip} is listed at bl.spamcop.net: Blocked - see "
            "https://www.spamcop.net/bl.shtml?{ip}"
        ),
        "554 5.7.1 <unknown[{ip}]>: Client host rejected: Access denied",
    ),
    "spam-content": (
        "550 5.7.1 Message contains spam or virus. ({token:.10})",
        "550 High probability of spam",
        "554 5.7.1 [2] Message rejected by rspamd: spam message",
    ),
    "policy": (
        "550 5.7.1 <{recipient}>: Recipient address rejected: Access denied by policy",
        "554 5.7.1 <mail@{sender_domain}>: Sender address rejected: Access denied",
    ),
    "authentication": (
        "550 5.7.1 <{recipient}>: rejected by DMARC policy for {sender_domain}",
        "550-SPF check failed: {ip} is not allowed to send mail from\n550 {sender_domain}",
    ),
    "rate-limited": (
        (
            "451 4.7.1 <{recipient}>: Recipient address rejected: Greylisting in effect, "
            "please come "
            "back later"
        ),
        "451 Temporarily rejected, greylisted. Please try again in 300 seconds",
        "450 4.7.1 <{recipient}>: Recipient address rejected: Policy Rejection- Quota Exceeded",
    ),
}

BARRACUDA: Replies = {
    "invalid-recipient": "550 permanent failure for one or more recipients ({recipient}:550 5.1.1 "
    "User unknown)",
    "mailbox-full": "550 permanent failure for one or more recipients ({recipient}:552 5.2.2 "
    "mailbox full)",
    "reputation-block": f"554 Service unavailable; Client host [{{ip}}] blocked using Barracuda "
    f"Reputation; {_CUDA}",
    "policy": "550 permanent failure for one or more recipients ({recipient}:blocked)",
    "spam-content": "550 Message content rejected, UBE, id={number}-{short} (cuda_nsu)",
    "authentication": "550 permanent failure for one or more recipients ({recipient}:DMARC reject)",
    "rate-limited": f"450 4.7.1 Rate limit exceeded for {{ip}}. {_CUDA}",
}

CISCO: Replies = {
    "invalid-recipient": "550 #5.1.0 Address rejected. {recipient}",
    "reputation-block": (
        "554-esa{short}.hc.iphmx.com\n554 Your access to this mail system has been rejected due "
        "to the sending MTA's poor reputation. If you believe that this failure is in error, "
        "please contact the intended recipient via alternate means."
    ),
    "policy": "550 #5.7.1 Your access to submit messages to this e-mail system has been rejected.",
    "spam-content": "554 5.7.1 The message from (<mail@{sender_domain}>) with the subject was "
    "detected as spam",
    "authentication": "550 #5.7.1 DMARC unauthenticated mail is prohibited.",
    "rate-limited": "452 #4.5.3 Too many recipients received this hour",
}

GODADDY: Replies = {
    "invalid-recipient": "550 5.1.1 <{recipient}> Recipient not found. IB{short}",
    "mailbox-full": "552 5.2.2 <{recipient}> mailbox is over quota IB704",
    "reputation-block": (
        "554 p3plibsmtp-{short}.prod.phx3.secureserver.net bizsmtp IB103. Connection refused. "
        "{ip} has a poor reputation on Cloudmark Sender Intelligence (CSI). Please visit "
        "https://csi.cloudmark.com/en/reset/?ip={ip} to request a delisting"
    ),
    "spam-content": "552 5.2.0 {token:.12} - {token:.12} This message has been rejected due to "
    "content judged to be spam by the internet community IB212",
    "authentication": "550 5.7.1 IB605 DMARC policy of {sender_domain} requests rejection",
    "rate-limited": "421 p3plibsmtp-{short}.prod.phx3.secureserver.net bizsmtp Temporarily "
    "rejected. Reverse DNS for {ip} failed. IB108",
}

IONOS: Replies = {
    "invalid-recipient": (
        "550-Requested action not taken: mailbox unavailable\n"
        "550 invalid DNS MX or A/AAAA resource record or unknown user, "
        "see https://www.ionos.com/help/index.php?id=2425&ip={ip}&c=rcpt"
    ),
    "mailbox-full": "552 Requested mail action aborted: exceeded storage allocation",
    "reputation-block": (
        "554-kundenserver.de (mxeue{short}) Nemesis ESMTP Service not available\n"
        "554-No SMTP service\n554 IP address is block listed. "
        "https://postmaster.1und1.de/en/case?c=bl&i=ip&v={ip}"
    ),
    "spam-content": "554 Transaction failed: reject due to content, case {HEX:.10}",
    "authentication": "550-SPF/DKIM check of {sender_domain} failed\n550 mail refused",
    "rate-limited": "421 mxeue{short} Too many connections, try again later",
}

RACKSPACE: Replies = {
    "invalid-recipient": (
        "550 5.1.1 <{recipient}>: Recipient address rejected: User unknown (G{short})"
    ),
    "mailbox-full": "552 5.2.2 <{recipient}>: Recipient address rejected: Quota exceeded (G6)",
    "reputation-block": (
        "554 5.7.1 ACL dns_rbl; Client host [{ip}] blocked using csi.cloudmark.com. Please visit "
        "https://csi.cloudmark.com/en/reset/?ip={ip} (G28)"
    ),
    "spam-content": "554 5.7.1 Message rejected, spam score too high (B2)",
    "authentication": "550 5.7.1 Rejected by DMARC policy of {sender_domain} (D1)",
    "rate-limited": "450 4.7.1 <{recipient}>: Recipient address rejected: Try again (G24)",
}
