"""The desks of suppressions and of domains, in JupyterLab in Chromium."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.hands import LARGE, press, press_in_a_fury

CONNECT = "from smtp2go_kit import connect, forms\n\nclient = connect()\n"
LEFT = "maevewhinfell@gmail.com"
PASTED = f"ann@example.org\n\nbob@example.net\tasked by phone\nann@example.org\n{LEFT}"
COPIED = "async text => (await navigator.clipboard.readText()) === text"
REASONS = ("manual", "spam", "bounce", "unsubscribe")
ADDED = {
    "DKIM": ("s12345._domainkey.shop.example", "dkim.smtp2go.net"),
    "return path": ("em12345.shop.example", "return.smtp2go.net"),
    "tracking": ("link.shop.example", "track.smtp2go.net"),
}


def look_up(output, name):
    output.get_by_role("textbox", name="Email address", exact=True).fill(name)
    press(output, "View")


def told(output, text):
    return output.get_by_role("status").filter(has_text=text)


def test_an_address_is_taken_off_the_list_once_its_name_is_typed(open_notebook, served, screenshot):
    opened = open_notebook(
        [f"{CONNECT}forms.suppressions(client)"],
        **LARGE,
    )
    page, output = opened.page, opened.output
    picker = output.get_by_label("Pick one")

    look_up(output, "nobody@example.org")
    expect(told(output, "nobody@example.org is not on the list.")).to_be_visible()
    look_up(output, LEFT)
    expect(picker.get_by_role("option")).to_have_text(["(nothing picked)", LEFT])
    picker.select_option(LEFT)
    expect(output.get_by_role("heading", name=LEFT, exact=True)).to_be_visible()
    expect(output.get_by_role("textbox", name="Email address *")).to_have_value(LEFT)
    for reason in REASONS:
        box = output.get_by_role("checkbox", name=reason)
        expect(box).to_be_checked(checked=reason == "unsubscribe")
    expect(told(output, "this person unsubscribed")).to_be_visible()
    screenshot(page, "suppression picked")

    press_in_a_fury(output, "Remove ...")
    typed = output.get_by_label(f"Type {LEFT} to confirm")
    typed.fill("maeve")
    press(output, "Yes, remove")
    expect(output.get_by_text(f"Type {LEFT} to confirm; nothing was done yet.")).to_be_visible()
    screenshot(page, "suppression wrong phrase")
    press(output, "Cancel")
    expect(told(output, "Cancelled; nothing was done.")).to_be_visible()
    assert served.count("/suppression/remove") == 0

    press(output, "Remove ...")
    expect(typed).to_have_value("")
    typed.fill(LEFT)
    screenshot(page, "suppression typed")
    served.delay = 0.5
    press_in_a_fury(output, "Yes, remove")
    expect(told(output, "Done: ")).to_be_visible()
    expect(told(output, "99 rows.")).to_be_visible()
    expect(picker.get_by_role("option", name=LEFT)).to_have_count(0)
    screenshot(page, "suppression removed")
    look_up(output, LEFT)
    expect(told(output, f"{LEFT} is not on the list.")).to_be_visible()
    removed = [body for path, body in served.asked if path == "/suppression/remove"]
    assert removed == [{"email_address": LEFT, "reasons": ["unsubscribe"]}]


def test_addresses_that_are_pasted_are_added_one_by_one(open_notebook, served, screenshot):
    opened = open_notebook(
        [f"{CONNECT}forms.suppressions(client)"],
        **LARGE,
    )
    page, output = opened.page, opened.output
    output.get_by_role("tab", name="Add many").click()
    rows = output.get_by_label("Rows *")
    rows.fill(f"{PASTED}\nann at home")
    press(output, "Check the rows")
    expect(output.get_by_role("alert").filter(has_text="1 of 4 rows needs")).to_be_visible()
    screenshot(page, "add many errors")
    rows.fill(PASTED)
    press(output, "Check the rows")
    expect(output.get_by_text("1 blank, 1 repeated")).to_be_visible()
    screenshot(page, "add many asks")
    press_in_a_fury(output, "Yes, add")
    expect(told(output, "3 rows: 3 done.")).to_be_visible()
    for name in ("ann@example.org", "bob@example.net", LEFT):
        row = output.get_by_role("row").filter(has_text=name).filter(has_text="done")
        expect(row).to_be_visible()
    screenshot(page, "add many done")
    assert served.count("/suppression/add") == 3
    picker = output.get_by_label("Pick one")
    picker.select_option("bob@example.net")
    expect(output.get_by_role("listitem").filter(has_text="asked by phone")).to_be_visible()


def test_a_domain_is_added_its_records_are_copied_and_verified(open_notebook, served, screenshot):
    opened = open_notebook([f"{CONNECT}forms.domains(client)"], **LARGE)
    page, output = opened.page, opened.output
    # Above is the form that verifies, below the one that adds.
    name = output.get_by_role("textbox", name="Domain *").last
    name.fill("shop example")
    press(output, "Add")
    expect(output.get_by_role("alert").filter(has_text="Error: Domain: ")).to_be_visible()
    screenshot(page, "domain error")
    assert served.count("/domain/add") == 0

    name.fill("shop.example")
    press_in_a_fury(output, "Add")
    expect(output.get_by_role("heading", name="DNS records of shop.example")).to_be_visible()
    expect(output.get_by_label("Pick one")).to_have_value("shop.example")
    for purpose, (host, value) in ADDED.items():
        row = output.get_by_role("row", name=purpose)
        expect(row.locator("code")).to_have_text([host, value])
    screenshot(page, "domain added")
    assert served.count("/domain/add") == 1

    press(output, "Copy value of DKIM")
    expect(output.get_by_role("button", name="Copied")).to_be_visible()
    page.wait_for_function(COPIED, arg="dkim.smtp2go.net")
    press(output, "Copy host of tracking")
    page.wait_for_function(COPIED, arg="link.shop.example")

    listed = output.get_by_role("region", name="DNS records by domain").get_by_role("row")
    mine = listed.filter(has_text="shop.example")
    expect(mine.get_by_role("cell", name="not yet")).to_have_count(3)
    press_in_a_fury(output, "Verify")
    expect(told(output, "3 of 3 records are verified: there is nothing to do.")).to_be_visible()
    expect(mine.get_by_role("cell", name="✔ verified")).to_have_count(3)
    screenshot(page, "domain verified")
    assert served.count("/domain/verify") == 1
