"""A widget in a browser: what is typed reaches the kernel, the service, and the page again."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

CELLS = [
    "import ipywidgets as w\nfrom smtp2go_kit import connect\n\nclient = connect()",
    """
to, ask, told = w.Text(description="To"), w.Button(description="Ask"), w.HTML()


def answer(_):
    told.value = "asking"
    count = len(client.domain.view())
    told.value = f'<span role="status">{to.value}: {count} domains</span>'


ask.on_click(answer)
w.VBox([to, ask, told], layout={"margin": "4px"}).add_class("trial")
""",
]


def use(output, served):
    output.get_by_label("To", exact=True).fill("ann@example.org")
    output.get_by_role("button", name="Ask").click()
    expect(output.get_by_role("status")).to_have_text("ann@example.org: 3 domains")
    assert served.count("/domain/view") == 1


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_a_widget_reacts_in_jupyterlab_and_in_notebook_7(
    app, open_notebook, served, axe, screenshot
):
    opened = open_notebook(CELLS, app)
    use(opened.output, served)
    assert axe(opened.page, ".jp-Cell-outputWrapper .trial") == []
    assert screenshot(opened.page, f"smoke {app}").stat().st_size > 10_000


def test_a_widget_reacts_in_voila(open_voila, served, screenshot):
    opened = open_voila(CELLS)
    use(opened.output, served)
    screenshot(opened.page, "smoke voila")


def test_an_answer_can_be_made_slow(open_notebook, served):
    served.delay = 1.0
    output = open_notebook(CELLS).output
    output.get_by_role("button", name="Ask").click()
    expect(output.get_by_text("asking")).to_be_visible()
    expect(output.get_by_role("status")).to_have_text(": 3 domains")
