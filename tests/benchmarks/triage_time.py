"""What looking at 60,000 events costs, as a multiple of one ``str.contains`` over them.

Run with ``python tests/benchmarks/triage_time.py``: one process, medians.
"""

import statistics
import time

import pandas as pd

from smtp2go_kit import Client
from smtp2go_kit.triage.detection.intake import KINDS
from smtp2go_kit.triage.health.copies import by_domain, copies
from smtp2go_kit.triage.responses import responses

ROUNDS = 5


def median_seconds(call):
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main():
    once = Client.sandbox().activity.search(start_date="30d", event_types=[*KINDS])
    events = pd.concat([once.assign(email_id=once["email_id"] + str(n)) for n in range(5)])
    floor = median_seconds(lambda: events["smtp_response"].str.contains("mailbox|quota"))
    jobs = {
        "worst domains": lambda: by_domain(copies(events)),
        "responses": lambda: responses(events, ("soft-bounced", "hard-bounced")),
    }
    print(f"{len(events):,} events; one str.contains takes {floor * 1000:.0f} ms")
    for name, job in jobs.items():
        seconds = median_seconds(job)
        print(f"{name:14} {seconds * 1000:6.0f} ms  {seconds / floor:.1f} x")


if __name__ == "__main__":
    main()
