"""Mail clients and browsers that open and click, as they name themselves."""

from __future__ import annotations

from typing import NamedTuple


class MailClient(NamedTuple):
    """A program that fetches the images or links of an email."""

    name: str
    fullname: str
    user_agent: str
    network: str = "198.51.100."


_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"

GMAIL = MailClient(
    "Gmail",
    "Gmail image proxy",
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "66.249.93.",
)
# Apple fetches images for its users whether or not they read the mail.
APPLE_PRIVACY = MailClient("Apple Mail", "Apple Mail (privacy)", "Mozilla/5.0", "104.28.42.")
YAHOO = MailClient(
    "Yahoo Mail",
    "Yahoo Mail image proxy",
    "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
    "87.248.114.",
)
IPHONE = MailClient(
    "iPhone Mail",
    "iPhone Mail 18.6",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6_2 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Mobile/15E148",
)
ANDROID = MailClient(
    "Android",
    "Android 15",
    f"Mozilla/5.0 (Linux; Android 15; SM-S921B Build/AP3A.240905.015; wv) {_WEBKIT} Version/4.0 "
    "Chrome/141.0.7390.122 Mobile Safari/537.36",
)
OUTLOOK = MailClient(
    "Outlook",
    "Outlook 16.0",
    "Mozilla/4.0 (compatible; ms-office; MSOffice 16; Microsoft Outlook 16.0.19231; Pro)",
    "192.0.2.",
)
OUTLOOK_WEB = MailClient(
    "Outlook.com",
    "Outlook.com (Edge 141.0)",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/141.0.0.0 Safari/537.36 "
    "Edg/141.0.0.0",
)
THUNDERBIRD = MailClient(
    "Thunderbird",
    "Thunderbird 140.4",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.4.0",
)
CLIENTS = (GMAIL, APPLE_PRIVACY, YAHOO, IPHONE, ANDROID, OUTLOOK, OUTLOOK_WEB, THUNDERBIRD)

CHROME = MailClient(
    "Chrome",
    "Chrome 141.0",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/141.0.0.0 Safari/537.36",
)
SAFARI = MailClient(
    "Mobile Safari",
    "Mobile Safari 18.6",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6_2 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
)
CHROME_MOBILE = MailClient(
    "Chrome Mobile",
    "Chrome Mobile 141.0",
    f"Mozilla/5.0 (Linux; Android 10; K) {_WEBKIT} Chrome/141.0.0.0 Mobile Safari/537.36",
)
FIREFOX = MailClient(
    "Firefox",
    "Firefox 144.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0",
)
# Filters of companies follow every link within seconds of delivery.
SCANNER = MailClient(
    "Chrome",
    "Chrome 103.0",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/103.0.5060.134 Safari/537.36",
    "192.0.2.",
)
BROWSERS = (CHROME, SAFARI, CHROME_MOBILE, FIREFOX, SCANNER)

# What the users of each provider read with, in the order of CLIENTS.
READ_WITH: dict[str, tuple[float, ...]] = {
    "Gmail": (0.74, 0.13, 0.0, 0.02, 0.03, 0.04, 0.0, 0.04),
    "Outlook.com": (0.0, 0.14, 0.0, 0.12, 0.16, 0.16, 0.4, 0.02),
    "Yahoo": (0.0, 0.16, 0.7, 0.06, 0.05, 0.01, 0.0, 0.02),
    "iCloud": (0.0, 0.78, 0.0, 0.16, 0.01, 0.03, 0.0, 0.02),
    "GMX/web.de": (0.0, 0.12, 0.0, 0.13, 0.3, 0.1, 0.05, 0.3),
    "Google Workspace": (0.76, 0.1, 0.0, 0.04, 0.03, 0.05, 0.0, 0.02),
    "Microsoft 365": (0.0, 0.08, 0.0, 0.1, 0.07, 0.6, 0.13, 0.02),
    "Mimecast": (0.0, 0.05, 0.0, 0.1, 0.05, 0.76, 0.02, 0.02),
    "Proofpoint": (0.0, 0.05, 0.0, 0.1, 0.05, 0.76, 0.02, 0.02),
    "Postfix": (0.0, 0.1, 0.0, 0.1, 0.2, 0.2, 0.0, 0.4),
}
