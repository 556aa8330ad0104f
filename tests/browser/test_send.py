"""Compose and send, in JupyterLab in Chromium: what is typed, what is shown, what leaves."""

from __future__ import annotations

import base64

from playwright.sync_api import expect

from tests.browser.hands import LARGE, THRICE, fill, press, press_in_a_fury, upload

CELLS = [
    "from smtp2go_kit import Client, connect, forms\n\nclient = connect()",
    "forms.send(client, sender='Orders <orders@kestrelsupply.example>')",
]
SUBJECT = "Save $5 today, get $10 <img src=x onerror=\"document.title='pwned'\">"
TEXT = "Half price.\n\nOnly today <b>& tomorrow</b>."
HTML = """<h1>Half price</h1><img src="cid:dot.png" alt="A dot"><img src="{url}/pixel.png">
<script>parent.document.title = 'pwned'</script><img src=x onerror="top.document.title='pwned'">"""
FOCUSED = """() => {
    const focused = document.activeElement;
    return focused === document.body ? '' : (focused.labels?.[0] ?? focused).innerText.trim();
}"""
FILE = bytes(range(256)) * 3 + b"end"
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def refuse_what_is_missing(output):
    fill(output, To="ann at home", Custom_headers="no colon")
    press(output, "Preview and send")
    for told in (
        "Error: To: ",
        "Error: Subject: is required",
        "Error: Custom headers: write each line as Name: value",
        "3 fields need attention.",
    ):
        expect(output.get_by_role("alert").filter(has_text=told)).to_be_visible()


def fill_everything_in(page, output, url):
    fill(output, To="Ann <ann@example.org>\nbob@example.net", Cc="carol@example.org")
    fill(output, Subject=SUBJECT, Text_body=TEXT, HTML_body=HTML.format(url=url))
    fill(output, Custom_headers="X-Campaign: autumn\nReply-To: help@kestrelsupply.example")
    upload(page, output, "Attachments", "kettle €.bin", FILE)
    upload(page, output, "Inlines", "dot.png", DOT)
    expect(output.get_by_role("button", name="Remove kettle €.bin (771 bytes)")).to_be_visible()
    expect(output.get_by_role("button", name="Remove dot.png (70 bytes)")).to_be_visible()
    expect(output.get_by_role("alert")).to_have_count(0)
    text, html = (output.get_by_label(name).bounding_box() for name in ("Text body", "HTML body"))
    assert abs(text["y"] - html["y"]) < 2
    assert text["x"] + text["width"] <= html["x"]


def look_at_the_preview(page, output):
    expect(output.get_by_role("heading", name="Send this to 3 recipients?")).to_be_visible()
    for told in (
        "To (2): Ann <ann@example.org>, bob@example.net",
        "Cc (1): carol@example.org",
        f"Subject: {SUBJECT}",
        "X-Campaign: autumn",
        "Attachments (1): kettle €.bin (771 bytes)",
        "Inline images (1): dot.png (70 bytes)",
        "of 50.0 MB",
    ):
        expect(output.get_by_role("listitem").filter(has_text=told)).to_be_visible()
    expect(output.get_by_role("region", name="The plain text body")).to_have_text(TEXT)
    frame = page.frame_locator("iframe[title='Preview of the HTML body']")
    expect(frame.get_by_role("heading", name="Half price")).to_be_visible()
    dot = frame.get_by_alt_text("A dot")
    expect(dot).to_have_js_property("naturalWidth", 1)


def test_a_mail_is_composed_looked_at_and_sent_once(open_notebook, served, screenshot):
    search = "forms.form(client.activity.search, start_date='2026-11-24', search_subject='Save')"
    opened = open_notebook([*CELLS, search], **LARGE)
    page, output = opened.page, opened.output.nth(1)
    title = page.title()

    refuse_what_is_missing(output)
    screenshot(page, "send errors")
    fill_everything_in(page, output, served.server.url)
    screenshot(page, "send filled in")
    press_in_a_fury(output, "Preview and send")
    look_at_the_preview(page, output)
    screenshot(page, "send preview")
    assert (page.title(), served.asked) == (title, [])

    served.delay = 0.5
    press_in_a_fury(output, "Send now")
    expect(output.get_by_role("status").filter(has_text="Accepted for sending")).to_be_visible()
    screenshot(page, "send done")
    served.delay = 0.0
    press(opened.output.last, "Search")
    row = opened.output.last.get_by_role("row").filter(has_text="ann@example.org").first
    expect(row.get_by_role("cell", name=SUBJECT, exact=True)).to_be_visible()
    screenshot(page, "search with dollars")

    assert served.count("/email/send") == 1
    assert served.count("/pixel.png") == 0
    assert page.title() == title
    sent = served.asked[0][1]
    assert sent["to"] == ["Ann <ann@example.org>", "bob@example.net"]
    assert (sent["cc"], sent["subject"], sent["text_body"]) == (
        ["carol@example.org"],
        SUBJECT,
        TEXT,
    )
    assert sent["custom_headers"] == [
        {"header": "X-Campaign", "value": "autumn"},
        {"header": "Reply-To", "value": "help@kestrelsupply.example"},
    ]
    assert [base64.b64decode(blob["fileblob"]) for blob in sent["attachments"]] == [FILE]
    assert [blob["filename"] for blob in sent["attachments"]] == ["kettle €.bin"]
    assert [base64.b64decode(blob["fileblob"]) for blob in sent["inlines"]] == [DOT]


def test_after_an_unknown_outcome_nothing_more_is_sent(open_notebook, served, screenshot):
    filled = "to='ann@example.org', subject='Kettles', text_body='Half price.'"
    slow = f"forms.send(Client(timeout=1), sender='orders@kestrelsupply.example', {filled})"
    opened = open_notebook([CELLS[0], slow], **LARGE)
    output = opened.output
    served.delay = 2.0
    press(output, "Preview and send")
    press(output, "Send now")
    expect(output.get_by_role("alert").filter(has_text="It may have been sent.")).to_be_visible()
    served.delay = 0.0

    fill(output, Subject="Kettles, again")
    send = output.get_by_role("button", name="Preview and send")
    for name in ("Preview and send", "Test-send to myself"):
        expect(output.get_by_role("button", name=name)).to_be_disabled()
    send.evaluate(THRICE)
    send.click(click_count=3, force=True)
    expect(output.get_by_role("button", name="Send now")).to_be_hidden()
    screenshot(opened.page, "send unknown")
    expect(output.get_by_label("Search subject")).to_have_value("Kettles")
    output.get_by_label("Start date", exact=True).fill("2026-11-24")
    press(output, "Search")
    expect(output.get_by_role("cell", name="ann@example.org").first).to_be_visible()
    assert served.count("/email/send") == 1

    press(output, "I have looked: it was not done")
    expect(send).to_be_enabled()


def test_the_keyboard_alone_fills_the_form_tries_it_on_oneself_and_sends(
    open_notebook, served, screenshot
):
    opened = open_notebook(CELLS)
    page, output = opened.page, opened.output
    keyboard = page.keyboard

    def focus(name):
        for _ in range(60):
            keyboard.press("Tab")  # which once a round leaves the page: nothing has the focus then
            if page.evaluate(FOCUSED).startswith(name):
                return
        raise AssertionError(f"Tab does not lead to {name}")

    def focus_shown(button):
        expect(output.get_by_role("button", name=button)).to_be_enabled()
        focus(button)

    output.get_by_label("Sender *").focus()
    for label, text in (
        ("To *", "ann@example.org"),
        ("Cc", "carol@example.org"),
        ("Subject *", "By keyboard"),
        ("Text body", "No mouse."),
    ):
        focus(label)
        keyboard.type(text)
    # Widgets send what is typed when the kernel is free, which may be after a click on a button;
    # the form then takes the preview back, as it no longer shows what would be sent.
    page.wait_for_timeout(3_000)
    focus("Test-send to myself")
    keyboard.press("Enter")
    expect(output.get_by_role("heading", name="Send this to 1 recipient?")).to_be_visible()
    focus_shown("Send now")
    screenshot(page, "keyboard test-send")
    keyboard.press("Space")
    expect(output.get_by_text("Accepted for sending")).to_be_visible()
    assert [body["to"] for _, body in served.asked] == [["orders@kestrelsupply.example"]]
    assert "cc" not in served.asked[0][1]

    output.get_by_label("Sender *").focus()
    focus_shown("Go on editing")
    keyboard.press("Enter")
    expect(output.get_by_role("button", name="Test-send to myself")).to_be_enabled()
    keyboard.press("Shift+Tab")
    keyboard.press("Shift+Tab")
    expect(output.get_by_role("button", name="Preview and send")).to_be_focused()
    keyboard.press("Enter")
    expect(output.get_by_role("heading", name="Send this to 2 recipients?")).to_be_visible()
    focus_shown("Send now")
    keyboard.press("Enter")
    expect(output.get_by_text("Accepted for sending")).to_be_visible()
    assert [body["to"] for _, body in served.asked][1:] == [["ann@example.org"]]
    assert served.asked[1][1]["cc"] == ["carol@example.org"]
