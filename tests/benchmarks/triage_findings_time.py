"""What triage costs in seconds and memory, beside what reading its events from Parquet costs.

Run with ``python tests/benchmarks/triage_findings_time.py [EVENTS ...]``: 100,000 if not given, on
Linux; docs/accuracy.md has what it printed. The mail of one simulated account is repeated, with
ids and recipients of its own each time, and written in pieces; a process of its own then reads it
and triages it, so that building it counts for nothing. Repeating mail repeats its chance too, so
that more is found than the two troubles.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from smtp2go_kit.sandbox import simulate
from smtp2go_kit.triage import triage

NOW = "2026-11-18T17:00:00"
TROUBLES = ("dkim-removed", "bad-list")
ONCE = 100_000
COLUMNS = [
    "date",
    "event",
    "email_id",
    "recipient",
    "sender",
    "subject",
    "username",
    "smtp_response",
    "host",
    "outbound_ip",
    "subaccount_name",
]


def written(path, count):
    made = simulate(volume=1_700, days=29, seed=5, incidents=TROUBLES, now=NOW)
    once = pd.DataFrame(made.events)[COLUMNS].head(ONCE)  # the newest come first
    writer, left, tile = None, count, 0
    while left > 0:
        part = once.head(left).assign(
            email_id=once["email_id"] + f"-{tile}", recipient=f"{tile}." + once["recipient"]
        )
        table = pa.Table.from_pandas(part, preserve_index=False)
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
        left, tile = left - len(part), tile + 1
    writer.close()


def megabytes():
    """The most memory so far; what getrusage() tells begins with the parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def measured(path):
    start, first = time.perf_counter(), megabytes()
    events = pd.read_parquet(path)
    read, held = time.perf_counter() - start, megabytes()
    start = time.perf_counter()
    report = triage(events, now=NOW)
    seconds = time.perf_counter() - start
    causes = [finding.cause for finding in report.findings]
    told = {"events": len(events), "read": read, "first": first, "held": held}
    return told | {"seconds": seconds, "peak": megabytes(), "causes": causes}


def printed(count):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.parquet"
        written(path, count)
        size = path.stat().st_size / 2**20
        command = [sys.executable, __file__, "--measure", str(path)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    told = json.loads(done.stdout)
    print(
        f"{told['events']:,} events of {len(COLUMNS)} columns ({size:.0f} MB of Parquet): "
        f"read in {told['read']:.2f} s, triaged in {told['seconds']:.2f} s = "
        f"{told['seconds'] / told['read']:.1f} x"
    )
    print(
        f"  peak memory {told['peak']:.0f} MB; {told['first']:.0f} MB before, "
        f"{told['held']:.0f} MB with the events read = {told['peak'] / told['held']:.1f} x; "
        f"found: {', '.join(told['causes'])}"
    )


def main():
    parser = argparse.ArgumentParser(description="What triage costs.")
    parser.add_argument("events", nargs="*", type=int, default=[ONCE])
    parser.add_argument("--measure", type=Path, help="only read and triage this file")
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measured(options.measure)))
        return
    for count in options.events:
        printed(count)


if __name__ == "__main__":
    main()
