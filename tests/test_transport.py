"""Real connections: refused, closed, silent, and kept."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import multiprocessing
import socket
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from smtp2go_kit import AsyncClient, Client, OutcomeUnknown, TimedOut, Unreachable

KEY = "api-0123456789ABCDEFabcdef0123456789"
ACCEPTED = {"data": {"succeeded": 1, "failed": 0, "email_id": "1er8bV-6Tw0Mi-7h"}}


class Handler(BaseHTTPRequestHandler):
    """Answers by the server's script, one step a request: JSON, "close", "silence" or "late"."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bodies.append(json.loads(content))
        self.server.ports.add(self.client_address[1])
        step = self.server.script[min(len(self.server.bodies), len(self.server.script)) - 1]
        if step == "silence":
            self.server.over.wait(10)
        if step == "late":
            time.sleep(0.3)
            step = ACCEPTED
        if isinstance(step, str):
            self.close_connection = True
            return
        answer = json.dumps(step).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


class Server(ThreadingHTTPServer):
    request_queue_size = 128  # the default of 5 resets connections that are opened all at once

    """A server on this machine that remembers the bodies sent to it."""

    daemon_threads = True

    def __init__(self, *script: Any, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.script = script
        self.bodies: list[dict[str, Any]] = []
        self.ports: set[int] = set()
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v3"


@contextlib.contextmanager
def serving(*script: Any, port: int = 0) -> Iterator[Server]:
    with Server(*script, port=port) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()


@pytest.fixture
def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@pytest.fixture
def connect(kind: type[Any], opened: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """Opens clients that wait without waiting, and closes them."""
    made = []
    with asyncio.Runner() as runner:

        def start(url: str, wait: Callable[[float], None] = lambda _: None, **options: Any) -> Any:
            async def wait_awaited(seconds: float) -> None:
                wait(seconds)

            sleep = wait_awaited if kind is AsyncClient else wait
            made.append(opened(kind(KEY, base_url=url, sleep=sleep, **options), runner.run))
            return made[-1]

        yield start
        for client in made:
            close(client)


def close(client: Any) -> None:
    (client.close if hasattr(client, "close") else client.aclose)()


def send(client: Any) -> Any:
    return client.email.send("a@example.com", "b@example.com", "Hello")


def test_an_answer_arrives_over_a_real_connection(connect):
    with serving(ACCEPTED) as server:
        answer = send(connect(server.url))
    assert answer["email_id"] == "1er8bV-6Tw0Mi-7h"
    assert server.bodies[0]["api_key"] == KEY


def test_a_send_is_repeated_when_the_connection_was_refused(connect, free_port):
    with contextlib.ExitStack() as later:
        servers: list[Server] = []

        def wait(_: float) -> None:
            if not servers:
                servers.append(later.enter_context(serving(ACCEPTED, port=free_port)))

        answer = send(connect(f"http://127.0.0.1:{free_port}/v3", wait))
    assert answer["succeeded"] == 1
    assert len(servers[0].bodies) == 1


def test_a_connection_that_is_always_refused_is_an_error_that_says_so(connect, free_port):
    url = f"http://127.0.0.1:{free_port}/v3"
    with pytest.raises(Unreachable, match="base URL") as caught:
        send(connect(url))
    assert url in str(caught.value)
    assert isinstance(caught.value, ConnectionError)


def test_a_host_that_does_not_exist_is_an_error_that_says_so(connect):
    with pytest.raises(Unreachable, match=r"nowhere\.invalid"):
        connect("http://nowhere.invalid/v3", retries=0).stats.email_cycle()


def test_a_read_is_repeated_when_the_server_closes_without_an_answer(connect):
    with serving("close", {"data": {"cycle_used": 5}}) as server:
        frame = connect(server.url).stats.email_cycle()
    assert frame["cycle_used"].tolist() == [5]
    assert len(server.bodies) == 2


def test_a_send_is_not_repeated_when_the_server_closes_without_an_answer(connect):
    with serving("close", ACCEPTED) as server, pytest.raises(OutcomeUnknown):
        send(connect(server.url))
    assert len(server.bodies) == 1


def test_a_send_is_never_repeated_after_a_timeout(connect):
    with serving("silence", ACCEPTED) as server:
        with pytest.raises(OutcomeUnknown, match=r"activity\.search"):
            send(connect(server.url, timeout=0.2))
        assert len(server.bodies) == 1


def test_a_read_is_repeated_after_a_timeout(connect):
    with serving("silence", "silence", {"data": {"cycle_used": 5}}) as server:
        frame = connect(server.url, timeout=0.2).stats.email_cycle()
    assert frame["cycle_used"].tolist() == [5]
    assert len(server.bodies) == 3


def test_a_read_that_times_out_says_after_how_long(connect):
    with serving("silence") as server:
        with pytest.raises(TimedOut, match=r"0\.2 s") as caught:
            connect(server.url, timeout=0.2, retries=0).stats.email_cycle()
        assert isinstance(caught.value, TimeoutError)


def test_calls_share_a_connection_and_a_closed_client_opens_another(connect):
    with serving(ACCEPTED) as server:
        client = connect(server.url)
        send(client)
        send(client)
        assert len(server.ports) == 1
        close(client)
        send(client)
        assert len(server.ports) == 2


def test_a_client_is_closed_at_the_end_of_with():
    with serving(ACCEPTED) as server, Client(KEY, base_url=server.url) as client:
        send(client)
    assert len(server.bodies) == 1


def test_an_async_client_is_closed_at_the_end_of_with():
    async def main() -> None:
        async with AsyncClient(KEY, base_url=server.url) as client:
            await asyncio.gather(send(client), send(client))

    with serving(ACCEPTED) as server:
        asyncio.run(main())
    assert len(server.bodies) == 2


def test_an_async_client_outlives_its_event_loop():
    with serving(ACCEPTED) as server:
        client = AsyncClient(KEY, base_url=server.url)
        for _ in range(2):
            assert asyncio.run(send(client))["succeeded"] == 1
        asyncio.run(client.aclose())
    del client
    gc.collect()


def test_a_client_may_be_closed_while_other_threads_call():
    with serving({"data": {"cycle_used": 5}}) as server, Client(KEY, base_url=server.url) as client:
        over = threading.Event()

        def close_again_and_again() -> None:
            while not over.is_set():
                client.close()

        closing = threading.Thread(target=close_again_and_again)
        closing.start()
        try:
            frames = [client.stats.email_cycle() for _ in range(15)]
        finally:
            over.set()
            closing.join()
    assert [frame["cycle_used"].item() for frame in frames] == [5] * 15


def test_a_forked_process_opens_connections_of_its_own():
    with serving(ACCEPTED) as server, Client(KEY, base_url=server.url) as client:
        send(client)
        context = multiprocessing.get_context("fork")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # the server's threads are here
            child = context.Process(target=send, args=(client,))
            child.start()
        child.join(30)
        send(client)
    assert child.exitcode == 0
    assert len(server.ports) == 2


def test_one_async_client_serves_loops_in_several_threads():
    with serving(ACCEPTED) as server:
        client = AsyncClient(KEY, base_url=server.url)

        async def main() -> list[Any]:
            return await asyncio.gather(*(send(client) for _ in range(5)))

        with ThreadPoolExecutor(4) as pool:
            answers = [pool.submit(asyncio.run, main()) for _ in range(4)]
            assert [a["succeeded"] for made in answers for a in made.result()] == [1] * 20


def test_an_async_client_that_is_closed_lets_calls_under_way_end():
    async def main(url: str) -> list[Any]:
        client = AsyncClient(KEY, base_url=url)
        calls = [asyncio.ensure_future(send(client)) for _ in range(3)]
        await asyncio.sleep(0.1)
        await client.aclose()
        return await asyncio.gather(*calls)

    with serving("late") as server:
        answers = asyncio.run(main(server.url))
    assert [answer["succeeded"] for answer in answers] == [1, 1, 1]
