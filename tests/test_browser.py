"""The tests in a browser, which need a process of their own: see ``tests/browser``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.usefixtures("chromium_path")
def test_notebooks_work_in_a_browser(capsys: pytest.CaptureFixture[str]) -> None:
    command = [sys.executable, "-m", "pytest", "tests/browser", "-q", "--color=no"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    with capsys.disabled():
        print(f"\ntests/browser: {done.stdout.rstrip().rpartition(chr(10))[2]}")  # noqa: T201 - the counts, else hidden
    assert done.returncode == 0, done.stdout + done.stderr
