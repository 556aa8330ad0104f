"""What a person looks at before a send or a removal, as markup."""

from __future__ import annotations

from collections.abc import Iterator

from smtp2go_kit.call import MOST_EMAIL
from smtp2go_kit.forms.confirming import title_of, warning_of
from smtp2go_kit.forms.letter import Attached, Letter
from smtp2go_kit.forms.markup import (
    definitions,
    heading,
    panel,
    paragraph,
    said,
    sandboxed,
    size_in_words,
    verbatim,
)
from smtp2go_kit.forms.model import Model


def question(model: Model) -> str:
    """Everything that would be sent or changed.

    Args:
        model: A form that asks for confirmation.
    """
    call = model.call
    if call is None:
        return ""
    notes = "".join(said(note, "status") for note in model.notes)
    if model.letter is not None:
        return panel(*letter_shown(model.letter), notes, paragraph(warning_of(call)))
    told = definitions(model.details(call))
    return panel(heading(f"{title_of(call)}?", 4), told, notes, paragraph(warning_of(call)))


def letter_shown(letter: Letter) -> Iterator[str]:
    """An email as its reader will see it, and to whom it goes.

    Args:
        letter: The email.
    """
    people = "1 recipient" if letter.count == 1 else f"{letter.count} recipients"
    yield heading(f"Send this to {people}?", 4)
    yield definitions(_facts(letter))
    if letter.html:
        yield paragraph("The HTML body as a still picture; links, forms and remote images are off:")
        yield sandboxed(letter.shown_html)
    if letter.text:
        yield paragraph("The plain text body:")
        yield verbatim(letter.text, "The plain text body")
    if not (letter.html or letter.text):
        yield said("This email has no body.", "status")


def _facts(letter: Letter) -> Iterator[tuple[str, str]]:
    yield "From", letter.sender
    for name, mailboxes in letter.recipients.items():
        if mailboxes:
            yield f"{name.capitalize()} ({len(mailboxes)})", ", ".join(mailboxes)
    yield "Subject", letter.subject
    yield from letter.headers
    for title, files in (("Attachments", letter.files), ("Inline images", letter.inlines)):
        if files:
            yield f"{title} ({len(files)})", ", ".join(map(_named, files))
    yield "Size", f"{size_in_words(letter.size)} as sent, of {size_in_words(MOST_EMAIL)}"


def _named(file: Attached) -> str:
    return f"{file.name} ({size_in_words(file.size)})"
