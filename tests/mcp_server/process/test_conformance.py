"""The official conformance suite, its scenarios that need no fixtures, against the real server."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

BASELINE = Path(__file__).with_name("conformance_baseline.yml")
PASSED = re.compile(r"Passed: (\d+)/(\d+), (\d+) failed, (\d+) warnings")
SCENARIOS = {
    "2025-11-25": (
        "server-initialize",
        "server-session-lifecycle",
        "ping",
        "tools-list",
        "resources-list",
        "prompts-list",
        "completion-complete",
        "dns-rebinding-protection",
        "server-sse-multiple-streams",
    ),
    "2026-07-28": (
        "server-stateless",
        "tools-list",
        "resources-list",
        "prompts-list",
        "completion-complete",
        "dns-rebinding-protection",
        "caching",
        "http-header-validation",
        "sep-2164-resource-not-found",
        "input-required-result-unsupported-methods",
    ),
}


def expected_failures(scenario: str) -> int:
    return BASELINE.read_text(encoding="utf-8").count(f"- {scenario}:")


@pytest.mark.parametrize("version", SCENARIOS)
def test_all_scenarios_of_a_revision_pass(version, node, serve, subtests):
    with serve("--no-token") as served, ThreadPoolExecutor(2) as pool:

        def outcome(scenario):
            asked = ("--url", served.url, "--scenario", scenario, "--spec-version", version)
            return node("conformance", "server", *asked, "--expected-failures", str(BASELINE))

        outcomes = dict(zip(SCENARIOS[version], pool.map(outcome, SCENARIOS[version]), strict=True))
    for scenario, done in outcomes.items():
        with subtests.test(scenario):
            assert done.returncode == 0, done.stdout + done.stderr
            # A scenario that does not apply exits with 0 as well, without this line.
            counts = PASSED.search(done.stdout)
            assert counts, done.stdout
            passed, checks, failed, warnings = map(int, counts.groups())
            assert passed > 0
            assert passed == checks - expected_failures(scenario)
            assert (failed, warnings) == (expected_failures(scenario), 0), done.stdout
