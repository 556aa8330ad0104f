"""What became of each recipient's copy of an email, from the activity stream."""

from __future__ import annotations

from typing import Any

import pandas as pd

from smtp2go_kit.triage.detection.intake import KINDS
from smtp2go_kit.triage.health.rates import wilson

KEY = ["email_id", "recipient"]
LEAST_DOMAIN = 5
"""Fewest emails to a recipient domain for its rate to say anything: all of 5 bouncing puts the
95 % interval above one half."""


def addressed(events: pd.DataFrame) -> pd.DataFrame:
    """Events with ``recipient`` filled: one row for each recipient they are about.

    Args:
        events: As ``client.activity.search()`` returns them.
    """
    known = events["recipient"].replace("", None)
    if not known.isna().any():
        return events
    listed = events.assign(recipient=known.fillna(events["recipients"]).str.split(r",\s*"))
    return listed.explode("recipient", ignore_index=True).astype({"recipient": "str"})


def copies(events: pd.DataFrame) -> pd.DataFrame:
    """One row for each email and recipient, with what happened to it in the window.

    An email is ``sent`` if it left: whatever was not rejected. Of those, each is ``bounced``
    (then ``hard`` or not), ``delivered`` or ``waiting``; ``spam`` and ``unsubscribed`` tell
    what its reader did, also where it was sent before the window.

    Args:
        events: As ``client.activity.search()`` returns them.
    """
    known = addressed(events)
    known = known[known["event"].isin(KINDS)]
    number = known.groupby(KEY, sort=False, dropna=False).ngroup()
    seen = pd.DataFrame({kind: known["event"].eq(kind) for kind in KINDS}).groupby(number).any()
    first = known.groupby(number)["date"].min()
    told = known[[*KEY, "sender"]].groupby(number).first().join(first).join(seen)
    bounced = told["soft-bounced"] | told["hard-bounced"]
    sent = (told["processed"] | told["delivered"] | bounced) & ~told["rejected"]
    return told.assign(
        domain=domain_of(told["recipient"]),
        sent=sent,
        bounced=sent & bounced,
        hard=sent & told["hard-bounced"],
        delivered=sent & told["delivered"] & ~bounced,
        waiting=sent & ~told["delivered"] & ~bounced,
    )


def domain_of(addresses: pd.Series[Any]) -> pd.Series[Any]:
    """The domains of addresses, in small letters."""
    return addresses.str.lower().str.replace(r"^.*@", "", regex=True).str.strip(" >")


def by_day(sent: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """Copies by the UTC day they were sent on, also the days without any.

    Args:
        sent: As :func:`copies` returns them.
        start: A moment of the first day, UTC.
        end: A moment of the last day, UTC.
    """
    days = pd.date_range(start.floor("D"), end.floor("D"), freq="D", name="day").as_unit("us")
    counted = sent[["sent", "delivered", "bounced", "waiting", "rejected"]].astype("int64")
    grouped = counted.assign(day=sent["date"].dt.floor("D")).groupby("day").sum()
    return grouped.reindex(days, fill_value=0).astype("Int64").reset_index()


def by_domain(sent: pd.DataFrame, *, least: int = 1) -> pd.DataFrame:
    """Recipient domains that bounced mail, by bounces and then by rate, the worst first.

    ``low`` is the lower end of the rate's 95 % Wilson interval, in percent.

    Args:
        sent: As :func:`copies` returns them.
        least: Fewest emails sent to a domain for it to count, 1 or more.
    """
    mail = sent.loc[sent["sent"], ["domain", "sent", "bounced", "hard"]]
    table = mail.groupby("domain", as_index=False)[["sent", "bounced", "hard"]].sum()
    table = table[(table["sent"] >= least) & (table["bounced"] > 0)]
    counts = zip(table["bounced"], table["sent"], strict=True)
    table = table.assign(
        percent=100 * table["bounced"] / table["sent"],
        low=pd.Series([wilson(int(x), int(n))[0] for x, n in counts], table.index, "float64"),
    )
    order = table.sort_values(["bounced", "percent", "domain"], ascending=[False, False, True])
    return order.astype(dict.fromkeys(("sent", "bounced", "hard"), "Int64")).reset_index(drop=True)
