"""``smtp2go-kit lab``: JupyterLab on a copy of the project's notebooks.

The copy and all of Jupyter's own files lie in a temporary folder, so nothing is made elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from smtp2go_kit.settings import KEY, has_key

PACKAGE = Path(__file__).parent
SOURCES = (PACKAGE / "_notebooks", PACKAGE.parent / "notebooks")
"""Where the notebooks are: as installed, and in a checkout."""
JUPYTERS = (".ipynb_checkpoints", ".virtual_documents")
"""Folders that Jupyter makes beside notebooks."""
NO_KEYRING = "keyring.backends.null.Keyring"
MOST_UPLOAD = 70 * 1024 * 1024  # 50 MB of attachments, as base64 with what surrounds it
AUTOSAVE = 10
SETTINGS: dict[str, dict[str, Any]] = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "docmanager-extension/plugin": {"autosaveInterval": AUTOSAVE},
}


@dataclass(frozen=True)
class Choices:
    """What was asked for.

    Args:
        folder: Keeps the copy; a temporary folder if not given.
        sandbox: Whether to use the sandbox though there is a key.
        port: The port to serve on; the first free one from 8888 on if not given.
        browser: Whether to open a browser.
    """

    folder: Path | None = None
    sandbox: bool = False
    port: int | None = None
    browser: bool = True


def is_installed() -> bool:
    """Whether JupyterLab is."""
    return find_spec("jupyterlab") is not None


def run(choices: Choices) -> int:
    """Serve JupyterLab until it is interrupted, and return its exit status.

    Args:
        choices: What was asked for.
    """
    account = _account(sandbox=choices.sandbox)
    place = Path(tempfile.mkdtemp(prefix="smtp2go-kit-lab-")).resolve()
    folder = choices.folder.absolute() if choices.folder else place / "notebooks"
    try:
        found = _copy(folder)
    except BaseException:
        shutil.rmtree(place)
        raise
    untouched = _contents(folder)
    try:
        print(account, _where(choices, place, folder, found), sep="\n", flush=True)
        return _serve(_command(choices, place / "jupyter", folder), _environment(choices, place))
    finally:
        print(_tidy(choices, place, folder, untouched), flush=True)


def _account(*, sandbox: bool) -> str:
    from smtp2go_kit.client import Client

    if sandbox or not has_key():
        why = "not used" if sandbox else "not set"
        return f"{KEY} is {why}: the notebooks use the sandbox, an invented account."
    with Client() as client:
        url = client._session.settings.base_url
    return f"The account of your API key, at {url}: what is sent or changed there is real."


def _where(choices: Choices, place: Path, folder: Path, found: Sequence[Path]) -> str:
    stays = "stays there, as do Jupyter's checkpoints of it"
    fate = "is kept only if you change it" if choices.folder is None else stays
    lines = [f"A copy of the notebooks is in {folder}; it {fate}."]
    if found:
        lines.append(f"Files that were there already are left as they are: {len(found)}.")
    lines.append(f"Jupyter's own files are in {place / 'jupyter'} and are removed at the end.")
    return "\n".join([*lines, "Ctrl-C ends it."])


def _copy(folder: Path) -> list[Path]:
    """Copy what is not there yet, and return what was."""
    folder.mkdir(parents=True, exist_ok=True)
    found: list[Path] = []
    source = next(each for each in SOURCES if each.is_dir())
    for file in _files(source):
        target = folder / file.relative_to(source)
        if os.path.lexists(target):
            found.append(target)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)  # without its mode: an installed file may be read-only
    return found


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not set(path.parts).intersection(JUPYTERS):
            yield path


def _contents(folder: Path) -> dict[Path, str]:
    return {path: hashlib.sha256(_content(path)).hexdigest() for path in _files(folder)}


def _content(path: Path) -> bytes:
    content = path.read_bytes()
    if path.suffix == ".ipynb":
        try:
            # JupyterLab stamps the notebook's metadata as soon as it is opened.
            return json.dumps(json.loads(content)["cells"]).encode()
        except (ValueError, KeyError, TypeError):
            pass
    return content


def _tidy(choices: Choices, place: Path, folder: Path, untouched: dict[Path, str]) -> str:
    """Remove what is not the user's, and say what was done."""
    changed = _contents(folder) != untouched
    if choices.folder is None and changed:
        shutil.rmtree(place / "jupyter", ignore_errors=True)
        return f"You changed the copy of the notebooks: it is kept in {folder}."
    shutil.rmtree(place, ignore_errors=True)
    return f"The notebooks are in {folder}." if choices.folder else "Nothing was changed or kept."


def _command(choices: Choices, jupyter: Path, folder: Path) -> list[str]:
    for name, values in SETTINGS.items():
        file = jupyter / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(values), encoding="utf-8")
    config = jupyter / "lab.json"
    config.write_text(json.dumps(_config(choices, jupyter, folder)), encoding="utf-8")
    return [sys.executable, "-m", "jupyterlab", f"--config={config}"]


def _config(choices: Choices, jupyter: Path, folder: Path) -> dict[str, dict[str, Any]]:
    first = next((path.name for path in sorted(folder.glob("*.ipynb"))), "")
    port = {} if choices.port is None else {"port": choices.port, "port_retries": 0}
    server: dict[str, Any] = {
        "ip": "127.0.0.1",
        "open_browser": choices.browser,
        "root_dir": str(folder),
        "allow_root": getattr(os, "geteuid", lambda: 1)() == 0,  # Windows has no such users
        "tornado_settings": {"websocket_max_message_size": MOST_UPLOAD},
    }
    lab = {
        "default_url": f"/lab/tree/{first}",
        "news_url": None,
        "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "extension_manager": "readonly",
        "workspaces_dir": str(jupyter / "workspaces"),
        "user_settings_dir": str(jupyter / "settings"),
    }
    return {
        "Application": {"log_level": "WARN"},
        "LanguageServerManager": {"autodetect": False},  # asks npm, which logs to the user's home
        "ServerApp": server | port,
        "LabApp": lab,
    }


def _environment(choices: Choices, place: Path) -> dict[str, str]:
    folders = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "IPYTHONDIR": "ipython",
        "MPLCONFIGDIR": "matplotlib",
    }
    made = {name: str(place / "jupyter" / folder) for name, folder in folders.items()}
    environment = {**os.environ, **made}
    if not environment.get("JUPYTER_TOKEN"):
        environment.pop("JUPYTER_TOKEN", None)  # an empty one would let anybody in
    if choices.sandbox:
        environment.pop(KEY, None)
        environment["PYTHON_KEYRING_BACKEND"] = NO_KEYRING
    return environment


def _serve(command: Sequence[str], environment: dict[str, str]) -> int:
    # In a session of its own: Ctrl-C reaches this process alone, which then asks the other to end.
    child = subprocess.Popen(  # noqa: S603 - this Python, with arguments made here
        command, env=environment, stdin=subprocess.DEVNULL, start_new_session=True
    )
    asked: list[int] = []

    def end(number: int, _: object) -> None:
        asked.append(number)
        child.terminate()

    usual = {number: signal.signal(number, end) for number in _endings()}
    try:
        status = child.wait()
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)
    return 0 if asked else status


def _endings() -> list[int]:
    # SIGHUP: the terminal was closed. Windows has none, and nohup has it ignored.
    hangup: int | None = getattr(signal, "SIGHUP", None)
    if hangup is None or signal.getsignal(hangup) == signal.SIG_IGN:
        return [signal.SIGINT, signal.SIGTERM]
    return [signal.SIGINT, signal.SIGTERM, hangup]
