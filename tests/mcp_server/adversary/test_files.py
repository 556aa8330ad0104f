"""Files leave only from the folders that the user allowed."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any

import pytest

from mcp_server.policy import Policy

SEND = {"sender": "me@mine.example", "to": ["a@b.example"], "subject": "Hello"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that is allowed, beside one that is not."""
    allowed, secret = tmp_path / "allowed", tmp_path / "secret"
    allowed.mkdir()
    secret.mkdir()
    (tmp_path / "allowed-too").mkdir()
    (tmp_path / "allowed-too" / "key").write_text("secret")
    (secret / "key").write_text("secret")
    (allowed / "a.txt").write_text("fine")
    (allowed / "link").symlink_to(secret / "key")
    (allowed / "folder").symlink_to(secret)
    (allowed / "loop").symlink_to(allowed / "loop")
    os.mkfifo(allowed / "pipe")
    return allowed


PATHS = [
    "../secret/key",
    "{allowed}/../secret/key",
    "{allowed}/./../secret/key",
    "{allowed}/folder/../secret/key",
    "{allowed}/link",
    "{allowed}/folder/key",
    "{allowed}/folder",
    "{allowed}-too/key",
    "{allowed}",
    "{allowed}/",
    "{allowed}/loop",
    "{allowed}/pipe",
    "{allowed}/none.txt",
    "{allowed}/a.txt/x",
    "{allowed}/a.txt\0.pdf",
    "{allowed}/" + "x" * 5000,
    "file://{allowed}/a.txt",
    "a.txt",
    ".",
    "..",
    "/",
    "",
    "~",
    "~root",
    "~/.ssh/id_rsa",
    "~nobody-of-this-name/x",
    "$HOME/.bashrc",
    "/etc/passwd",
    "/proc/self/environ",
    "/proc/self/cwd",
    "/proc/self/root/etc/passwd",
    "/dev/zero",
    "/dev/stdin",
    "/dev/fd/0",
    "\ud800",
    "\u202e",
]


@pytest.mark.parametrize("path", PATHS)
def test_no_path_leads_out_of_the_allowed_folders(scripted, folder, path):
    session, sent = scripted(policy=Policy(attach_from=(folder,)), answers="accepts")
    files = [path.replace("{allowed}", str(folder))]
    for name in ("attachments", "inlines"):
        refusal = session.refusal("email_send", **SEND, **{name: files})
        assert name in refusal
        assert len(refusal) < 700
    assert sent == []
    assert session.asked == []


def test_no_file_is_attached_unless_the_user_allows_a_folder(scripted, mode, folder):
    session, sent = scripted(mode=mode, answers="accepts")
    files = [str(folder / "a.txt")]
    assert "--attach-from" in session.refusal("email_send", **SEND, attachments=files)
    assert sent == []


FORMS: list[Any] = [
    {"filename": "a.txt", "fileblob": "c2VjcmV0", "mimetype": "text/plain"},
    {"filename": "a.txt", "content": "secret"},
    {"filename": "a.txt", "url": "https://x.example/a"},
    ["a.txt", "secret"],
    7,
    None,
    True,
    {},
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("listed", [False, True])
def test_a_file_is_named_by_a_path_and_in_no_other_form(scripted, folder, form, listed):
    session, sent = scripted(policy=Policy(attach_from=(folder,)), answers="accepts")
    files = [form] if listed else form
    if files is None:
        session.done("email_send", **SEND, attachments=files)
        assert "attachments" not in sent[0][1]
        return
    assert "attachments" in session.refusal("email_send", **SEND, attachments=files)
    assert sent == []


def test_a_mime_email_is_never_a_path(scripted, folder):
    session, sent = scripted(policy=Policy(attach_from=(folder,)), answers="accepts")
    for path in (str(folder / "a.txt"), "/etc/passwd", "file:///etc/passwd"):
        session.refusal("email_mime", mime_email=path)
    assert sent == []


@pytest.mark.parametrize("how", ["list", "text", "json", "relative", "home"])
def test_an_allowed_file_is_attached_as_it_is(scripted, folder, monkeypatch, how):
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder))
    session, sent = scripted(policy=Policy(attach_from=(folder,)), answers="accepts")
    path = str(folder / "a.txt")
    files = {
        "list": [path],
        "text": path,
        "json": f'["{path}"]',
        "relative": ["./a.txt"],
        "home": ["~/a.txt"],
    }[how]
    session.done("email_send", **SEND, attachments=files)
    (blob,) = sent[0][1]["attachments"]
    assert blob["filename"] == "a.txt"
    assert base64.b64decode(blob["fileblob"]) == b"fine"
    assert "a.txt (4 bytes)" in session.asked[0]


def test_the_question_says_where_a_file_comes_from(scripted, folder):
    (folder / "inner").mkdir()
    (folder / "inner" / "a.txt").write_text("else")
    session, _ = scripted(policy=Policy(attach_from=(folder,)), answers="declines")
    for path in (folder / "a.txt", folder / "inner" / "a.txt"):
        session.call("email_send", **SEND, attachments=[str(path)])
    first, second = session.asked
    assert first != second


def test_files_too_large_to_send_are_refused_before_they_are_read(scripted, folder):
    for name, size in (("big", 30), ("bigger", 51)):
        with (folder / name).open("wb") as file:
            file.truncate(size * 1024 * 1024)
    session, sent = scripted(policy=Policy(attach_from=(folder,)), answers="accepts")
    files = [str(folder / "bigger")]
    assert "50 MB" in session.refusal("email_send", **SEND, attachments=files)
    # Each alone is small enough, but a hundred of them would fill the memory: reading stops.
    files = [str(folder / "big")] * 2 + [str(folder / "none")]
    assert "50 MB" in session.refusal("email_send", **SEND, attachments=files)
    assert sent == []
