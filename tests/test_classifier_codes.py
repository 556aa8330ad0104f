"""The codes that a triage must know, each with what it means and whose reputation it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtp2go_kit.triage.classifier import classify

CODES = Path(__file__).parent / "classified" / "codes.txt"
ROWS = [
    ["" if cell == "-" else cell for cell in line.split(" | ", 3)]
    for line in CODES.read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize(("category", "cause", "identity", "text"), ROWS)
def test_codes_of_providers_tell_class_cause_and_whose_reputation(
    category: str, cause: str, identity: str, text: str
) -> None:
    found = classify(text)
    assert (found.category, found.cause, found.named_identity) == (category, cause, identity)
