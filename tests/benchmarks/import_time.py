"""What naming the client costs, as a multiple of importing httpx (the bar is 1.6).

Run with ``python tests/benchmarks/import_time.py``: fresh processes, interleaved, medians.
"""

import statistics
import subprocess
import sys
import time

ROUNDS = 21
STATEMENTS = {
    "python": "pass",
    "httpx": "import httpx",
    "smtp2go_kit": "import smtp2go_kit",
    "Client": "from smtp2go_kit import Client",
}


def seconds(statement):
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - start


def main():
    runs = {name: [] for name in STATEMENTS}
    for _ in range(ROUNDS):
        for name, statement in STATEMENTS.items():
            runs[name].append(seconds(statement))
    medians = {name: statistics.median(times) for name, times in runs.items()}
    for name, median in medians.items():
        print(f"{name:12} {median * 1000:6.0f} ms  {median / medians['httpx']:.2f} x httpx")


if __name__ == "__main__":
    main()
