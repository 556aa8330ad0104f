"""Rates with their uncertainty, rated by SMTP2GO's own bands."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Rating = Literal["good", "fair", "poor"]
Z = 1.959963984540054
"""The normal distribution's 97.5 % point, for 95 % intervals."""
LARGE = 50_000
"""Emails a month above which SMTP2GO wants fewer complaints."""


@dataclass(frozen=True)
class Bands:
    """Up to which percentage a rate is good, and up to which it is fair; above, it is poor.

    Args:
        good: Percent, 0 to 100, itself included.
        fair: Percent, *good* to 100, itself included.
        least: Emails below which a rate is rated only if its whole interval lies in one band.
    """

    good: float
    fair: float
    least: int

    def of(self, percent: float) -> Rating:
        """The band of a rate in percent."""
        if percent <= self.good:
            return "good"
        return "fair" if percent <= self.fair else "poor"


BOUNCE = Bands(8.0, 12.0, 100)
"""SMTP2GO's bands for bounces, soft and hard together (support.smtp2go.com, article 223087727,
"Bounce/Spam Percentages and Ratings"); 100 is the least that Emailit rates."""
SPAM = Bands(0.06, 0.10, 1_000)
"""SMTP2GO's bands for complaints (the same article). In fewer than 1,000 emails a single
complaint is above the limit of poor."""
SPAM_LARGE = Bands(0.05, 0.10, 1_000)
"""As the same article asks of accounts that send over 50,000 emails a month."""


def spam_bands(monthly: int) -> Bands:
    """SMTP2GO's bands for complaints.

    Args:
        monthly: Emails sent in 30 days.
    """
    return SPAM_LARGE if monthly > LARGE else SPAM


def wilson(count: int, of: int) -> tuple[float, float]:
    """The 95 % score interval of a share, in percent (Wilson 1927, J. Am. Stat. Assoc. 22:209).

    Args:
        count: Cases, 0 to *of*.
        of: All that could have been cases, 1 or more.
    """
    share, z2 = count / of, Z * Z
    centre = share + z2 / (2 * of)
    half = Z * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    whole = 1 + z2 / of
    # The ends are exact at none and all, where rounding would leave 1e-17.
    low = 0.0 if count == 0 else 100 * (centre - half) / whole
    return low, 100.0 if count == of else 100 * (centre + half) / whole


@dataclass(frozen=True)
class Rate:
    """How many of how many, with the 95 % interval and SMTP2GO's rating.

    Args:
        name: What is counted: ``bounce``, ``spam`` or ``unsubscribe``.
        count: Emails it happened to; None where the service tells only the percentage.
        of: Emails sent.
        percent: 0 to 100; None if nothing was sent.
        bands: SMTP2GO's bands, where there are any.
    """

    name: str
    count: int | None
    of: int
    percent: float | None
    bands: Bands | None = None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % Wilson interval in percent; None where the counts do not make a share."""
        if self.count is None or not 0 <= self.count <= self.of or not self.of:
            return None
        return wilson(self.count, self.of)

    @property
    def possible(self) -> tuple[Rating, ...]:
        """The bands that the interval reaches, from the best."""
        if self.bands is None or self.percent is None:
            return ()
        low, high = self.interval or (self.percent, self.percent)
        names: tuple[Rating, ...] = ("good", "fair", "poor")
        return names[names.index(self.bands.of(low)) : names.index(self.bands.of(high)) + 1]

    @property
    def rating(self) -> Rating | None:
        """SMTP2GO's band; None without bands, or with too little mail to tell."""
        if self.bands is None or self.percent is None:
            return None
        enough = self.of >= self.bands.least or len(self.possible) == 1
        return self.bands.of(self.percent) if enough and self.of else None

    @property
    def verdict(self) -> str:
        """The rating in words, with the bands the interval also reaches."""
        if self.bands is None:
            return "SMTP2GO has no band"
        if self.rating is None:
            return "too little mail to rate"
        others = [band for band in self.possible if band != self.rating]
        return f"{self.rating}, perhaps {' or '.join(others)}" if others else self.rating


def rate(name: str, count: int, of: int, bands: Bands | None = None) -> Rate:
    """A rate from its counts.

    Args:
        name: What is counted.
        count: Emails it happened to.
        of: Emails sent.
        bands: SMTP2GO's bands, where there are any.
    """
    return Rate(name, count, of, 100 * count / of if of else None, bands)
