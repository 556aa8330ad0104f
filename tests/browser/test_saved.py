"""What a notebook keeps: no password, no key, and a still page where nothing runs."""

from __future__ import annotations

import json
import time

import nbformat
import pytest
from playwright.sync_api import expect

from tests.browser.hands import press
from tests.browser.servers import PATIENCE, TOKEN

CANARY = "canary-7f3a-password"
WIDGETS = "@jupyter-widgets/jupyterlab-manager:plugin"
USERS = "from smtp2go_kit import connect, forms\n\nclient = connect()\nforms.smtp_users(client)"
STILL = "This works in a running notebook: open it in Jupyter and run this cell."


@pytest.fixture
def saving(lab):
    """JupyterLab's "Save Widget State Automatically"."""
    lab.choose(WIDGETS, saveState=True)
    yield
    lab.choose(WIDGETS)


def save(opened):
    """Save the notebook as it is now: a save that is under way may have begun before."""
    button = opened.page.locator("[data-jp-item-name='save'] jp-button")
    for _ in range(2):
        before = opened.path.stat().st_mtime_ns
        end = time.monotonic() + PATIENCE
        while opened.path.stat().st_mtime_ns == before:
            assert time.monotonic() < end, "the notebook is not saved"
            button.click()
            opened.page.wait_for_timeout(100)
    # JupyterLab empties the file before it writes it.
    while not (text := opened.path.read_text()).rstrip().endswith("}"):
        assert time.monotonic() < end, "the notebook is not saved to its end"
        opened.page.wait_for_timeout(100)
    return text


@pytest.mark.usefixtures("saving")
def test_no_password_and_no_key_is_saved_with_the_widgets(open_notebook, served, screenshot):
    opened = open_notebook([USERS])
    page, output = opened.page, opened.output
    output.get_by_role("tab", name="Add").click()
    output.get_by_role("textbox", name="Username *").fill("printer-of-the-shop")
    password = output.get_by_label("Email password").locator("visible=true")

    def look(state):
        saved = save(opened)
        assert "printer-of-the-shop" in saved, "the widgets are not saved at all"
        assert CANARY not in saved, state
        assert served.sandbox.api_key not in saved, state

    password.press_sequentially(CANARY)
    password.press("Tab")
    expect(password).to_have_value("")
    expect(password).to_have_attribute("placeholder", "kept, hidden; type to replace it")
    look("entered")
    screenshot(page, "password kept")
    press(output, "Add")
    expect(output.get_by_role("status").filter(has_text="Done: ")).to_be_visible()
    look("done")
    added = [body["user_data"] for path, body in served.asked if path == "/users/smtp/add"]
    assert [user["email_password"] for user in added] == [CANARY]


def test_an_untrusted_notebook_shows_a_still_page(open_notebook, lab, new_page, screenshot):
    opened = open_notebook([USERS])
    notebook = json.loads(save(opened))
    told = notebook["cells"][0]["outputs"][-1]["data"]
    assert {"text/html", "text/plain"} < told.keys()
    opened.page.close()
    # Another text of the same cell: nobody has run, and so trusted, that.
    notebook["cells"][0]["source"] += "  # on somebody's shelf"
    shelved = opened.path.with_name("shelved.ipynb")
    nbformat.write(nbformat.from_dict(notebook), shelved)
    page = new_page()
    page.goto(f"{lab.url}/doc/tree/{shelved.name}?token={TOKEN}&reset")
    expect(page.get_by_role("heading", name="SMTP users")).to_be_visible()
    expect(page.get_by_text(STILL)).to_be_visible()
    screenshot(page, "untrusted")
