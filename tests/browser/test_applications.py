"""Where else the forms and the reports work: Notebook 7 and Voila."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.hands import fill, press
from tests.browser.servers import NOW

SEND = """
from smtp2go_kit import connect, forms

client = connect()
forms.send(client, sender="orders@kestrelsupply.example", to="ann@example.org")
"""
TRIAGE = f"""
import datetime

from smtp2go_kit import Client
from smtp2go_kit.triage import look

look(Client(now=lambda: datetime.datetime.fromisoformat("{NOW}+00:00")))
"""


def test_the_send_form_works_in_notebook_7(open_notebook, served, screenshot):
    opened = open_notebook([SEND], "notebook")
    output = opened.output
    fill(output, Subject="Kettles", Text_body="Half price.")
    press(output, "Preview and send")
    press(output, "Send now")
    expect(output.get_by_text("Accepted for sending")).to_be_visible()
    screenshot(opened.page, "notebook 7 send")
    assert served.count("/email/send") == 1


def test_voila_shows_the_report_and_the_form_without_their_source(open_voila, served, screenshot):
    opened = open_voila([TRIAGE, SEND], viewport={"width": 1280, "height": 2600})
    output = opened.output
    expect(output.get_by_role("heading", name="Mail health of")).to_be_visible()
    broken = "The sender domain kestreltrade.example is not verified"
    expect(output.get_by_role("listitem").filter(has_text=broken)).to_be_visible()
    expect(output.get_by_role("img", name="Events by day and outcome.")).to_be_visible()
    expect(output.get_by_text("import look")).to_have_count(0)
    assert served.count("/email/send") == 0
    press(output, "Preview and send")
    told = output.get_by_role("alert").filter(has_text="Error: Subject: is required")
    expect(told).to_be_visible()
    screenshot(opened.page, "voila")
