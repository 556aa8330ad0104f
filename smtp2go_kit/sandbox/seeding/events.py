"""Turn emails and what recipients did with them into the activity stream."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from smtp2go_kit.sandbox.account import Clicked, Email, Event, Opened, Status
from smtp2go_kit.sandbox.seeding.clients import BROWSERS, CLIENTS, MailClient
from smtp2go_kit.sandbox.seeding.names import Names
from smtp2go_kit.sandbox.seeding.outcomes import Outcomes
from smtp2go_kit.sandbox.seeding.people import Bools, listed
from smtp2go_kit.sandbox.seeding.reactions import Reactions, complaint, unsubscribe_reason
from smtp2go_kit.sandbox.seeding.schedule import Mailing
from smtp2go_kit.sandbox.seeding.views import Views

_FINAL: dict[Status, str] = {
    "delivered": "delivered",
    "hardbounce": "hard-bounced",
    "softbounce": "soft-bounced",
}


def sending_events(emails: list[Email], outcomes: Outcomes) -> Iterator[Event]:
    """That each email was processed, and how that ended if it did."""
    for email in emails:
        yield Event(email.ts, "processed", email)
    for email, final in zip(emails, outcomes.final.tolist(), strict=True):
        if word := _FINAL.get(email.status):
            yield Event(final, word, email, email.response)
        elif email.status == "rejected":
            yield Event(email.ts, "rejected", email, email.response, email.response)


def opening_events(emails: list[Email], opens: Views, mailing: Mailing) -> Iterator[Event]:
    """Note openings on the emails, and yield their events."""
    for row, ts, place, seconds, person in _rows(emails, opens, mailing):
        email, client = emails[row], CLIENTS[place]
        email.opens.append(Opened(ts, address_of(client, person), client.user_agent, seconds))
        yield Event(
            ts,
            "opened",
            email,
            client_name=client.name,
            client_fullname=client.fullname,
            read_secs=seconds,
            user_agent=client.user_agent,
        )


def click_events(
    emails: list[Email], clicks: Views, mailing: Mailing, names: Names
) -> Iterator[Event]:
    """Note clicks on the emails, and yield their events."""
    streams = listed(mailing.stream)
    for row, ts, place, link, person in _rows(emails, clicks, mailing):
        email, browser = emails[row], BROWSERS[place]
        urls = mailing.streams[streams[row]].urls
        [url] = names.fill(urls[link % len(urls)], np.array([row]))
        email.clicks.append(Clicked(ts, address_of(browser, person), browser.user_agent, url))
        yield Event(
            ts,
            "clicked",
            email,
            client_name=browser.name,
            client_fullname=browser.fullname,
            url=url,
            user_agent=browser.user_agent,
        )


def reaction_events(emails: list[Email], reactions: Reactions) -> Iterator[Event]:
    """Set the status that reactions leave behind, and yield their events."""
    for row, ts in reactions.unsubscribed.items():
        emails[row].status = "unsubscribed"
        yield Event(ts, "unsubscribed", emails[row], reason=unsubscribe_reason(row))
    for row, ts in reactions.resubscribed.items():
        emails[row].status = "unblocked"
        yield Event(ts, "resubscribed", emails[row])
    for row, ts in reactions.complained.items():
        emails[row].status = "complained"
        yield Event(ts, "spam", emails[row], reason=complaint(row))


def shown(views: Views, sent: Bools) -> Views:
    """The views of mail that was really sent.

    Two in one second would be one event twice, as times are shown in whole seconds.
    """
    views = views.take(sent[views.row])
    seconds = views.ts.astype(np.int64)
    firsts = np.unique(np.stack((views.row, seconds)), axis=1, return_index=True)[1]
    return views.take(np.isin(np.arange(len(views.row)), firsts))


def address_of(client: MailClient, person: int) -> str:
    """From where a person reads."""
    return f"{client.network}{person % 254 + 1}"


def _rows(
    emails: list[Email], views: Views, mailing: Mailing
) -> Iterator[tuple[int, float, int, int, int]]:
    """The views of mail that was really sent, each with its person."""
    views = shown(views, np.array([email.status != "rejected" for email in emails], np.bool_))
    yield from zip(
        views.row.tolist(),
        views.ts.tolist(),
        views.client.tolist(),
        views.detail.tolist(),
        mailing.person[views.row].tolist(),
        strict=True,
    )
