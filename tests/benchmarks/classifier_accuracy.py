"""How right the classifier is on this project's own labelled answers.

Run with ``python tests/benchmarks/classifier_accuracy.py [develop|held-back] [--misses]``: the
held-back part if nothing is said. Rules were not written by looking at it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd

from smtp2go_kit.triage import classify

EXAMPLES = Path(__file__).parent.parent / "data" / "smtp_responses.jsonl"
ACTIONABLE = ("invalid-recipient", "authentication", "reputation-block", "rate-limited")


def examples(split: str) -> pd.DataFrame:
    lines = EXAMPLES.read_text(encoding="utf-8").splitlines()
    table = pd.DataFrame([json.loads(line) for line in lines])
    table = table[table["split"] == split].reset_index(drop=True)
    told = [classify(text) for text in table["text"]]
    table["told"] = [each.category for each in told]
    table["sure"] = [each.confidence for each in told]
    table["strict"] = table["told"] == table["category"]
    pairs = zip(table["told"], table["accept"], strict=True)
    table["accepted"] = [name in accept for name, accept in pairs]
    return table


def precision(table: pd.DataFrame, name: str) -> str:
    told = table[table["told"] == name]
    right = int(told["accepted"].sum())
    return f"{name:20} {right:4} of {len(told):4}  {right / max(1, len(told)):.3f}"


def main(arguments: list[str]) -> None:
    split = next((word for word in arguments if not word.startswith("-")), "held-back")
    table = examples(split)
    print(f"{len(table)} answers, {split}")
    for kind, part in (("all", table), *table.groupby("kind")):
        print(f"{kind:8} n={len(part):4} strict {part['strict'].mean():.3f}", end="  ")
        print(f"acceptable {part['accepted'].mean():.3f}")
    print("\nprecision (told, and acceptable)")
    for name in ACTIONABLE:
        print(precision(table, name))
    if "--misses" in arguments:
        for row in table[~table["strict"]].itertuples():
            print(f"{row.category} -> {row.told} ({row.sure:.2f}): {row.text!r}")


if __name__ == "__main__":
    main(sys.argv[1:])
