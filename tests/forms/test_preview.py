"""The preview of an email: to whom, what, how large; and nothing of it runs."""

from __future__ import annotations

import base64
import html
import re
from email.message import EmailMessage

import pytest

from smtp2go_kit import SizeWarning
from smtp2go_kit.forms import State

PNG = b"\x89PNG\r\n" + bytes(range(40))
HOSTILE = "<img src=x onerror=alert(1)>\"'&"
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def preview(bench, named, **values):
    made = bench(named("email.send")).fill(**values).press()
    assert made.model.state is State.CONFIRMING, made.model.errors
    return made


def words(markup):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def frame_of(markup):
    """The attributes of the preview's frame, and the page in it."""
    (tag,) = re.findall(r"<iframe [^>]*>", markup)
    attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
    return attributes, html.unescape(attributes["srcdoc"])


def test_a_preview_names_everyone_and_everything(bench, named):
    made = preview(
        bench,
        named,
        cc=["carol@example.org"],
        bcc=["dave@example.org", "eve@example.org"],
        custom_headers={"Reply-To": "help@example.com"},
        attachments=[("kettle.txt", b"x" * 2048), ("empty.txt", b"")],
        inlines=[("logo.png", PNG)],
        text_body="It is here.",
    )
    shown = words(made.form.question.value)
    assert "Send this to 5 recipients?" in shown
    assert "From : Shop <shop@example.com>" in shown
    assert "To (2) : Ann <ann@example.org>, bob@example.org" in shown
    assert "Cc (1) : carol@example.org" in shown
    assert "Bcc (2) : dave@example.org, eve@example.org" in shown
    assert "Subject : Your kettle" in shown
    assert "Reply-To : help@example.com" in shown
    assert "Attachments (2) : kettle.txt (2.0 KB), empty.txt (0 bytes)" in shown
    assert "Inline images (1) : logo.png (46 bytes)" in shown
    assert "It is here." in shown
    assert "of 50.0 MB" in shown
    assert "cannot be called back" in shown
    assert made.count == 0


def test_every_one_of_many_recipients_is_named(bench, named):
    to = [f"a{n}@example.org" for n in range(100)]
    made = preview(bench, named, to=to, cc=to, bcc=to)
    shown = words(made.form.question.value)
    assert "Send this to 300 recipients?" in shown
    assert all(shown.count(f"{address},") + shown.count(f"{address} ") >= 3 for address in to)


def test_one_recipient_is_one(bench, named):
    made = preview(bench, named, to="ann@example.org")
    assert "Send this to 1 recipient?" in words(made.form.question.value)


def test_the_size_is_that_of_the_request(bench, named):
    made = preview(bench, named, attachments=("a.bin", b"x" * 300_000))
    (said,) = re.findall(r"Size : ([\d.]+) KB", words(made.form.question.value))
    body = len(made.agree().service.requests[0].content)
    assert made.form.question.value == ""
    assert abs(float(said) - body / 1024) < 0.2


def test_html_is_shown_only_in_a_frame_where_nothing_runs(bench, named):
    body = f"<h1>Kettle</h1><script>alert('{HOSTILE}')</script></iframe><img src=http://x.test/p>"
    made = preview(bench, named, html_body=body)
    markup = made.form.question.value
    attributes, page = frame_of(markup)
    assert attributes["sandbox"] == ""
    assert attributes["title"]
    assert page.startswith("<!doctype html><html inert><head><meta http-equiv=")
    assert POLICY in page.partition("<body>")[0]
    assert page.endswith(body)
    outside = re.sub(r"<iframe [^>]*>", "", markup)
    assert "<script" not in markup
    assert "Kettle" not in outside
    assert "x.test" not in outside


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ('<img src="cid:logo.png">', "logo.png"),
        ("<img src='CID:logo.png'>", "logo.png"),
        ("<img src=cid:logo.png>", "logo.png"),
        ('<div style="background:url(cid:logo.png)">', "logo.png"),
        ('<img src="cid:my logo.png">', "my logo.png"),
        ('<img src="cid:my%20logo.png">', "my logo.png"),
    ],
)
def test_inline_images_are_in_their_place(bench, named, source, name):
    made = preview(bench, named, html_body=source, inlines=[(name, PNG), ("other.png", b"1")])
    _, page = frame_of(made.form.question.value)
    assert f"data:image/png;base64,{base64.b64encode(PNG).decode()}" in page
    assert "cid:" not in page.lower()


def test_a_cid_without_its_image_stays_as_it_is(bench, named):
    made = preview(bench, named, html_body='<img src="cid:gone.png">')
    assert 'src="cid:gone.png"' in frame_of(made.form.question.value)[1]


def test_foreign_text_of_an_email_is_text(bench, named):
    made = preview(
        bench,
        named,
        sender='"<img src=x>" <shop@example.com>',
        subject=HOSTILE,
        text_body=HOSTILE,
        custom_headers={"X-Note": HOSTILE},
        attachments=[(f"{HOSTILE}.txt", b"1")],
    )
    markup = made.form.question.value
    assert "<img" not in markup
    assert markup.count(html.escape(HOSTILE)) == 4
    assert "<img" not in made.form.status.value
    assert "mathjax_ignore" in made.form.question._dom_classes


def test_an_email_without_a_body_says_so(bench, named):
    made = preview(bench, named)
    assert "has no body" in words(made.form.question.value)


def test_a_large_email_is_noted_and_one_too_large_is_refused(bench, named):
    made = preview(bench, named, attachments=("a.bin", b"x" * 9_000_000))
    assert "allows 10 MB" in words(made.form.question.value)
    assert issubclass(SizeWarning, UserWarning)
    made.form.fill(attachments=("a.bin", b"x" * 40_000_000))
    made.press()
    assert (made.model.state, made.count) == (State.EDITING, 0)
    assert "at most 50 MB" in made.beside("attachments")


def mail(**headers):
    made = EmailMessage()
    for name, text in {"From": "shop@example.com", "Subject": "Hi", **headers}.items():
        made[name] = text
    made.set_content("Plain words.")
    made.add_alternative("<p>Rich words.</p><script>1</script>", subtype="html")
    made.add_attachment(b"x" * 3000, maintype="application", subtype="pdf", filename="<b>.pdf")
    return made


def test_a_built_email_shows_who_its_headers_name(bench, named):
    email = mail(To="Ann <ann@example.org>, bob@example.org", Cc="c@example.org", Bcc="d@x.test")
    made = bench(named("email.mime")).fill(mime_email=email).press()
    shown = words(made.form.question.value)
    assert "Send this to 4 recipients?" in shown
    for part in ("Ann <ann@example.org>", "bob@example.org", "c@example.org", "d@x.test"):
        assert part in shown
    assert "Attachments (1) : <b>.pdf (2.9 KB)" in shown
    assert "Plain words." in shown
    assert frame_of(made.form.question.value)[1].rstrip().endswith("</script>")
    assert "<b>.pdf" not in made.form.question.value
    made.agree(3)
    assert (made.model.state, made.count) == (State.DONE, 1)


@pytest.mark.parametrize(
    "to",
    [
        "ann@example.org\r\nTo: bob@example.org",
        "ann@example.org,\r\n bob@example.org",
        "team: ann@example.org, bob@example.org;",
        "ann@example.org; bob@example.org",
        "ann@example.org bob@example.org",
        "ann@example.org <bob@example.org>",
        "ann@example.org, a@b@example.org, bob@example.org",
        '"Ann, ann@example.org" <ann@example.org>, bob@example.org',
    ],
)
def test_nobody_whom_a_built_email_names_is_left_out_of_the_preview(bench, named, to):
    email = f"From: shop@example.com\r\nTo: {to}\r\nSubject: Hi\r\n\r\nHi".encode()
    made = bench(named("email.mime")).fill(mime_email=email).press()
    if made.model.state is State.EDITING:
        assert made.beside("mime_email")
        return
    shown = words(made.form.question.value)
    assert "ann@example.org" in shown
    assert "bob@example.org" in shown
    assert "<>" not in shown


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff\xfe",
        b"no email at all",
        b"Subject: Hi\r\n\r\nHi",
        b"To: \r\n\r\nHi",
        b"To: undisclosed-recipients:;\r\n\r\nHi",
        b"To: ,,,\r\n\r\nHi",
    ],
)
def test_an_email_to_nobody_known_is_refused_beside_the_field(bench, named, content):
    made = bench(named("email.mime")).fill(mime_email=content).press().agree()
    assert (made.model.state, made.count) == (State.EDITING, 0)
    assert 'role="alert"' in made.form.entries["mime_email"].error.value


def test_headers_of_a_built_email_are_text(bench, named):
    email = (
        f'From: "{HOSTILE[:28]}" <shop@example.com>\r\nTo: "<img src=x>" <ann@example.org>\r\n'
        f"Subject: {HOSTILE}\r\n\r\n{HOSTILE}"
    ).encode()
    made = bench(named("email.mime")).fill(mime_email=email).press()
    assert "<img" not in made.form.question.value
    assert html.escape(HOSTILE) in made.form.question.value


def test_a_preview_can_be_sent_to_the_browser_whatever_bytes_the_email_has(bench, named):
    email = b"From: a@example.com\r\nTo: caf\xe9@example.org\r\nSubject: \xff\r\n\r\n\xfe"
    made = bench(named("email.mime")).fill(mime_email=email).press()
    made.form.question.value.encode()
    made.form.status.value.encode()
