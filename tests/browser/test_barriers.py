"""What axe-core finds in the forms, with their errors showing, in the light and the dark theme."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.hands import fill, press, textbox

CONNECT = "from smtp2go_kit import connect, forms\n\nclient = connect()"
SELECTOR = ".jp-OutputArea-output .widget-vbox"
HIGH = {"viewport": {"width": 1280, "height": 2400}}
THEMES = "@jupyterlab/apputils-extension:themes"


@pytest.fixture
def look(lab, axe, screenshot):
    """Looks at the forms on a page in both themes, and tells what is wrong in which."""
    lab.choose(THEMES, **{"adaptive-theme": True})

    def everywhere(page, name):
        found = []
        for scheme, is_light in (("light", "true"), ("dark", "false")):
            page.emulate_media(color_scheme=scheme)
            expect(page.locator("body")).to_have_attribute("data-jp-theme-light", is_light)
            expect(page.locator("#jupyterlab-splash")).to_have_count(0)
            screenshot(page, f"axe {name} {scheme}")
            for wrong in axe(page, SELECTOR):
                found += [(scheme, wrong["id"], node["html"]) for node in wrong["nodes"]]
        return found

    yield everywhere
    lab.choose(THEMES)


def test_axe_sees_what_is_hard_to_read_in_either_theme(open_notebook, look):
    grey = "<b style='color:#777'>Hardly to be read</b>"
    cell = f"import ipywidgets as w\n\nw.VBox([w.HTML({grey!r}), w.Text(description='Name')])"
    found = look(open_notebook([cell]).page, "grey")
    assert [told[:2] for told in found] == [(s, "color-contrast") for s in ("light", "dark")]


def test_the_send_form_has_no_barrier(open_notebook, look):
    text = "text_body='Half price.', html_body='<p>Half price.</p>'"
    opened = open_notebook([CONNECT, f"forms.send(client, to='ann at home', {text})"], **HIGH)
    page, output = opened.page, opened.output
    press(output, "Preview and send")
    expect(output.get_by_role("alert")).to_have_count(4)
    assert look(page, "send errors") == []
    fill(output, Sender="orders@kestrelsupply.example", To="ann@example.org", Subject="Kettles")
    press(output, "Preview and send")
    expect(output.get_by_role("heading", name="Send this to 1 recipient?")).to_be_visible()
    assert look(page, "send preview") == []
    press(output, "Send now")
    expect(output.get_by_text("Accepted for sending")).to_be_visible()
    assert look(page, "send done") == []


def test_the_suppression_desk_has_no_barrier(open_notebook, look):
    opened = open_notebook([CONNECT, "forms.suppressions(client)"], **HIGH)
    page, output = opened.page, opened.output
    press(output, "Remove ...")
    expect(output.get_by_role("alert")).to_have_count(3)
    assert look(page, "suppressions errors") == []
    output.get_by_label("Pick one").select_option("maevewhinfell@gmail.com")
    press(output, "Remove ...")
    press(output, "Show history")
    expect(output.get_by_role("button", name="Yes, remove")).to_be_visible()
    expect(output.get_by_role("button", name="Show history")).to_be_disabled()
    assert look(page, "suppressions asking") == []
    output.get_by_role("tab", name="Add many").click()
    textbox(output, "Rows").fill("ann at home\nann@example.org")
    press(output, "Check the rows")
    expect(output.get_by_role("alert")).to_have_count(1)
    assert look(page, "suppressions many") == []


def test_the_domain_desk_has_no_barrier(open_notebook, look):
    opened = open_notebook([CONNECT, "forms.domains(client)"], **HIGH)
    page, output = opened.page, opened.output
    output.get_by_label("Pick one").select_option("kestreltrade.example")
    expect(output.get_by_role("heading", name="DNS records of kestrel")).to_be_visible()
    textbox(output, "Domain").last.fill("shop example")
    press(output, "Add")
    expect(output.get_by_role("alert")).to_have_count(2)
    assert look(page, "domains errors") == []


def test_the_desk_of_users_and_the_panel_have_no_barrier(open_notebook, look):
    desk, panel = "forms.smtp_users(client)", "forms.panel(client)"
    opened = open_notebook([CONNECT, desk, panel], viewport={"width": 1280, "height": 3200})
    output = opened.output
    users, everything = output.nth(1), output.nth(2)
    press(users, "Add")
    expect(users.get_by_role("alert").first).to_be_visible()
    everything.get_by_role("tab", name="SMTP users").click()
    everything.get_by_label("Operation").locator("visible=true").select_option("add")
    press(everything, "Add")
    expect(everything.get_by_role("alert").first).to_be_visible()
    assert look(opened.page, "users and panel") == []
