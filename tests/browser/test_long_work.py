"""A long search: it counts, it can be stopped, and the page reacts meanwhile."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.hands import press

SEARCH = """
from smtp2go_kit import connect, forms

client = connect()
window = {"start_date": "2026-10-26", "end_date": "2026-11-24"}
search = forms.form(client.activity.search, **window)
search
"""
COUNTED = re.compile(r"^([1-9]|1\d),000 of 16,553 rows, \d+ s\.")
STOPPED = re.compile(r"^Stopped: \d+,000 rows of 16,553 are here; the others were not fetched\.$")
LATER = re.compile(r"rows, [2-9] s\.")


def test_a_long_search_counts_and_stop_keeps_what_is_there(open_notebook, served, screenshot):
    opened = open_notebook([SEARCH, "forms.form(client.domain.verify)", "len(search.result)"])
    page, search, other = opened.page, opened.output.nth(0), opened.output.nth(1)
    served.delay = 0.7
    press(search, "Search")
    stands = search.get_by_role("status")
    expect(stands).to_have_text(COUNTED)
    expect(search.get_by_role("progressbar")).to_be_visible()
    expect(search.get_by_role("textbox", name="Search subject")).to_be_disabled()
    press(other, "Verify")
    expect(other.get_by_role("alert").filter(has_text="Error: Domain: is required")).to_be_visible()
    expect(stands).to_have_text(LATER)
    expect(search.get_by_role("button", name="Search", exact=True)).to_be_disabled()
    screenshot(page, "search running")

    press(search, "Stop")
    expect(stands).to_have_text(STOPPED)
    screenshot(page, "search stopped")
    asked = served.count("/activity/search")
    assert asked < 17
    served.delay = 0.0
    page.locator(".jp-CodeCell").last.click()
    page.keyboard.press("Control+Enter")
    rows = page.locator(".jp-CodeCell").last.locator(".jp-OutputArea-executeResult")
    expect(rows).to_contain_text(f"{asked}000")
    assert served.count("/activity/search") == asked
