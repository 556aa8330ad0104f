"""What hands do on a page."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page

LARGE = {"viewport": {"width": 1280, "height": 2200}}
"""A window in which a whole desk has room."""
THRICE = "button => { button.click(); button.click(); button.click() }"


def press(part: Locator, name: str, **options: Any) -> None:
    part.get_by_role("button", name=name, exact=True).click(**options)


def press_in_a_fury(part: Locator, name: str) -> None:
    """Three clicks of the mouse, and then three of a script on what may be gone by then."""
    button = part.get_by_role("button", name=name, exact=True).element_handle()
    button.click(click_count=3)
    button.evaluate(THRICE)


def textbox(part: Locator, label: str) -> Locator:
    """Where to type, by its label less the star; those that are hidden are not found."""
    return part.get_by_role("textbox", name=re.compile(rf"^{label}( \*)?$"))


def fill(part: Locator, **texts: str) -> None:
    """Type into fields by their labels, in which ``_`` stands for a space."""
    for label, text in texts.items():
        textbox(part, label.replace("_", " ")).fill(text)


def upload(page: Page, part: Locator, name: str, filename: str, content: bytes) -> None:
    with page.expect_file_chooser() as chosen:
        part.get_by_role("button", name=name).click()
    kind = "application/octet-stream"
    chosen.value.set_files({"name": filename, "mimeType": kind, "buffer": content})
