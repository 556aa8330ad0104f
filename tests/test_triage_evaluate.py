"""How right triage is, is counted honestly: by runs whose truth is known."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from smtp2go_kit.triage.evaluate import BENIGN, TROUBLES, Run, by_incident, main, run, table

GRID = ["--accounts", "shop", "--volumes", "200", "--seeds", "1"]
TROUBLE = [*GRID, "--incidents", "dkim-removed", "nothing"]
NAN = math.nan


def made(incident: str = "dkim-removed", **changes: Any) -> Run:
    """A run that went well."""
    quiet = incident == "nothing"
    well: dict[str, Any] = {
        "account": "shop",
        "volume": 200,
        "incident": incident,
        "seed": 1,
        "cause": "" if quiet else "authentication",
        "told": () if quiet else ("authentication",),
        "cohort": NAN if quiet else 0.9,
        "onset": NAN if quiet else 1.0,
        "age": NAN if quiet else 12.0,
        "wrong": 0,
        "seconds": 0.5,
        "events": 1_000,
    }
    return Run(**(well | changes))


def test_a_trouble_is_right_at_first_if_its_cause_is_told_first() -> None:
    second = ("throttling", "authentication")
    fourth = ("throttling", "quota", "other", "authentication")
    runs = [made(), made(told=second), made(told=fourth), made(told=())]
    row = table(runs).loc[200]
    assert row["incidents"] == 4
    assert row["top-1"] == 0.25
    assert row["top-3"] == 0.5


def test_every_finding_of_a_quiet_day_is_a_false_alarm() -> None:
    holiday = made("holiday", cause="", told=())
    runs = [made("nothing"), made("nothing", told=("other", "quota")), holiday, made()]
    row = table(runs).loc[200]
    assert row["quiet days"] == 3
    assert row["false alarms a day"] == pytest.approx(2 / 3)
    assert row["incidents"] == 1


def test_wrong_destructive_advice_is_summed_over_all_runs() -> None:
    row = table([made(wrong=2), made("nothing", wrong=1), made()]).loc[200]
    assert row["wrong destructive"] == 3


def test_cohort_and_onset_are_those_of_causes_that_were_found() -> None:
    runs = [made(cohort=0.5, onset=6.0), made(cohort=0.4, onset=7.0), made(told=(), cohort=NAN)]
    row = table(runs).loc[200]
    assert row["cohort"] == 0.5
    assert row["onset within 6 h"] == 0.5


def test_the_delay_is_the_median_age_of_what_was_found() -> None:
    runs = [made(age=2.0), made(age=30.0), made(age=4.0), made(age=500.0, told=())]
    assert table(runs).loc[200, "median delay, h"] == 4.0


def test_what_was_not_run_has_no_share() -> None:
    quiet, trouble = table([made("nothing")]), table([made()])
    assert quiet[["top-1", "top-3", "cohort", "median delay, h"]].isna().all(axis=None)
    assert trouble[["false alarms a day"]].isna().all(axis=None)


def test_each_volume_is_a_row() -> None:
    found = table([made(volume=2_000), made(), made(told=())])
    assert found.index.tolist() == [200, 2_000]
    assert found["top-1"].tolist() == [0.5, 1.0]


def test_each_incident_has_its_share_of_right_causes() -> None:
    runs = [made(), made(told=()), made("quota", cause="quota", told=("quota",)), made("nothing")]
    found = by_incident(runs)
    assert found[200].to_dict() == {"dkim-removed": 0.5, "quota": 1.0}


def test_a_run_knows_the_truth_and_what_was_told() -> None:
    found = run("shop", 200, "dkim-removed", 1)
    assert (found.account, found.volume, found.seed) == ("shop", 200, 1)
    assert found.cause == "authentication"
    assert found.told[0] == "authentication"
    assert 0.5 <= found.cohort <= 1
    assert 0 <= found.onset <= 6
    assert found.wrong == 0
    assert found.events > 5_000
    assert found.seconds > 0


def test_a_run_of_nothing_has_no_cause() -> None:
    found = run("shop", 200, "nothing", 1)
    assert found.cause == ""
    assert math.isnan(found.cohort)
    assert math.isnan(found.onset)


def test_the_tables_are_printed_and_written_as_markdown(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    target = tmp_path / "tables.md"
    assert main([*TROUBLE, "--markdown", str(target)]) == 0
    shown, written = capsys.readouterr().out, target.read_text(encoding="utf-8")
    for text in (shown, written):
        for name in ("top-1", "false alarms a day", "wrong destructive", "dkim-removed"):
            assert name in text
    first, second = written.strip().split("\n\n")
    for lines in (first.splitlines(), second.splitlines()):
        assert lines[0] == "|  | 200 |"
        assert lines[1] == "| --- | --- |"
        assert all(line.count("|") == 3 for line in lines)
    assert "| incidents | 1 |" in written
    assert "| quiet days | 1 |" in written


def test_misses_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    # Nobody can miss mail where next to none is sent.
    grid = [*GRID, "--volumes", "20", "--incidents", "data-gap"]
    assert main(grid) == 0
    assert "->" not in capsys.readouterr().out
    assert main([*grid, "--misses"]) == 0
    last = capsys.readouterr().out.strip().splitlines()[-1]
    assert last.startswith("shop 20 data-gap seed 1 (")
    assert last.endswith(" h): data-gap -> nothing")


def test_two_processes_print_what_one_prints(capsys: pytest.CaptureFixture[str]) -> None:
    told = []
    for jobs in ("1", "2"):
        assert main([*TROUBLE, "--jobs", jobs]) == 0
        lines = capsys.readouterr().out.splitlines()
        told.append([line for line in lines if not line.startswith("seconds")])
    assert told[0] == told[1]


def test_without_misses_none_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*TROUBLE, "--misses"]) == 0
    assert "->" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "bad",
    [
        ["--accounts", "bank"],
        ["--accounts", "kestrel"],
        ["--incidents", "earthquake"],
        ["--volumes", "many"],
        ["--volumes", "5"],
        ["--jobs", "0"],
        ["--jobs", "-1"],
        ["--seeds", "one"],
        ["--accounts"],
        ["--loud"],
    ],
)
def test_a_bad_choice_is_refused(bad: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(bad)
    assert left.value.code == 2
    assert "usage: python -m smtp2go_kit.triage.evaluate" in capsys.readouterr().err


def test_help_tells_what_can_be_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    assert left.value.code == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in (*TROUBLES, *BENIGN, "nothing"))
