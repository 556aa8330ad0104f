"""The server's cold start, as a multiple of a bare mcp server with one tool (the bar is 1.3).

From the start of the process to its first answer to tools/list over stdio. Run with
``python tests/benchmarks/mcp_cold_start.py``: fresh processes, alternating, medians.
"""

import json
import os
import statistics
import subprocess
import sys
import time

ROUNDS = 11
WARMING = 2  # the first rounds write the bytecode
BARE = """\
from mcp.server import MCPServer

server = MCPServer("bare")


@server.tool()
def add(a: int, b: int) -> int:
    "Add two numbers."
    return a + b


server.run()
"""
COMMANDS = {"bare": ("-c", BARE), "smtp2go-mcp": ("-m", "mcp_server", "--sandbox")}
HELLO = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "benchmark", "version": "1"},
}


def seconds(command, environment):
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *command],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        ask(process, 1, "initialize", HELLO)
        tell(process, {"method": "notifications/initialized"})
        tools = ask(process, 2, "tools/list", {})["tools"]
        taken = time.perf_counter() - start
    assert tools
    return taken


def ask(process, number, method, params):
    tell(process, {"id": number, "method": method, "params": params})
    answer = json.loads(process.stdout.readline())
    assert answer["id"] == number, answer
    return answer["result"]


def tell(process, message):
    process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    process.stdin.flush()


def main():
    left_out = ("PYTHONDONTWRITEBYTECODE", "SMTP2GO_API_KEY", "SMTP2GO_BASE_URL", "SMTP2GO_REGION")
    environment = {k: v for k, v in os.environ.items() if k not in left_out}
    runs = {name: [] for name in COMMANDS}
    for _ in range(WARMING + ROUNDS):
        for name, command in COMMANDS.items():
            runs[name].append(seconds(command, environment))
    medians = {name: statistics.median(times[WARMING:]) for name, times in runs.items()}
    for name, median in medians.items():
        print(f"{name:12} {median * 1000:6.0f} ms  {median / medians['bare']:.2f} x bare")


if __name__ == "__main__":
    main()
