"""Importing the package costs next to nothing, and offers what it says."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import smtp2go_kit

ROOT = Path(__file__).parent.parent
HEAVY = {
    "IPython",
    "dns",
    "ipywidgets",
    "matplotlib",
    "mcp",
    "numpy",
    "pandas",
    "pyarrow",
    "pydantic",
    "scipy",
    "tqdm",
    "whoosh",
}
TRANSPORT = {"httpx", "httpcore", "anyio", "ssl"}


def loaded(code: str) -> set[str]:
    """The packages that a program of its own has loaded at its end."""
    show = "import json, sys; print(json.dumps(sorted({n.partition('.')[0] for n in sys.modules})))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"{code}\n{show}"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_importing_the_package_loads_none_of_what_it_uses_later():
    assert not loaded("import smtp2go_kit") & (HEAVY | TRANSPORT)


@pytest.mark.parametrize("name", ["Client", "AsyncClient", "Sandbox", "SendFailed", "connect"])
def test_naming_what_is_offered_loads_nothing_heavy(name):
    assert not loaded(f"from smtp2go_kit import {name}") & HEAVY


def test_a_client_is_made_and_looked_at_without_anything_heavy():
    code = "from smtp2go_kit import Client\nimport inspect\nclient = Client('api-0')\n"
    look = "repr(client); inspect.signature(client.activity.search); help"
    assert not loaded(code + look) & HEAVY


def test_errors_are_named_without_http():
    assert not loaded("from smtp2go_kit import Smtp2GoError, SendFailed, Secret") & TRANSPORT


def test_a_send_needs_no_pandas():
    code = (
        "from smtp2go_kit import Client\n"
        "client = Client.sandbox(empty=True)\n"
        "client.email.send('a@example.com', 'b@example.com', 'Hello', text_body='Hello')\n"
    )
    assert not loaded(code) & HEAVY


def test_httpx_is_imported_in_few_modules():
    package = ROOT / "smtp2go_kit"
    users = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if "import httpx" in path.read_text()
    }
    assert users == {"async_client.py", "client.py", "http.py", "sandbox/transport.py"}


def test_every_name_that_is_offered_is_there_once():
    names = smtp2go_kit.__all__
    assert len(set(names)) == len(names)
    for name in names:
        assert getattr(smtp2go_kit, name) is not None
    offered: dict[str, Any] = {}
    exec("from smtp2go_kit import *", offered)
    assert set(names) <= set(offered)


def test_dir_shows_what_is_offered_and_nothing_else():
    assert sorted(dir(smtp2go_kit)) == sorted(smtp2go_kit.__all__)


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"smtp2go_kit.*'Clinet'"):
        _ = smtp2go_kit.Clinet
    with pytest.raises(ImportError):
        importlib.import_module("smtp2go_kit.nothing")


def test_the_version_is_the_projects():
    assert f'version = "{smtp2go_kit.__version__}"' in (ROOT / "pyproject.toml").read_text()


def test_the_package_tells_type_checkers_that_it_is_typed():
    assert (ROOT / "smtp2go_kit" / "py.typed").exists()
