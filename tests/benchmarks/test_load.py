"""The load generator speaks WebSocket and HTTP as a browser does, and keeps honest count."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import nullcontext
from typing import Any

import pytest
import pytest_asyncio
import uvicorn

from tests.benchmarks import load
from tests.benchmarks.applications.raw import application
from tests.benchmarks.http_wire import connect, request
from tests.benchmarks.load import Asking, Run, Speaking
from tests.benchmarks.people import message, plain_request
from tests.benchmarks.wire import HandshakeRefused, Wire, frame
from tests.servers import free_port

ECHOED = b'{"type":"message.send"'


@pytest_asyncio.fixture
async def echo_port() -> AsyncIterator[int]:
    """The raw limit, served in this very loop."""
    port = free_port()
    config = uvicorn.Config(
        application, host="127.0.0.1", port=port, ws="websockets-sansio", log_level="critical"
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    await load.until(lambda: server.started, within=20)
    yield port
    server.should_exit = True
    await serving


def next_message() -> bytes:
    return frame(message(load.new_ref()))


async def test_each_connection_waits_for_its_answer_before_it_asks_again(echo_port: int) -> None:
    asked: list[bytes] = []

    def ask() -> bytes:
        asked.append(next_message())
        return asked[-1]

    lines = await load.open_all(
        echo_port,
        lambda index: Asking(plain_request(echo_port), ask=ask, answer=ECHOED),
        3,
    )
    run = await load.closed_loop(lines, pids=[], seconds=0.2, warm=0.05)
    load.close_all(lines)
    assert 0 < run.count <= len(asked)
    [latencies] = run.turns
    assert len(latencies) == run.count
    assert all(latency > 0 for latency in latencies)


async def test_a_refusal_ends_the_run_instead_of_counting(echo_port: int) -> None:
    refusal = frame(b'{"type":"refused","code":"rate_limited"}')
    [line] = await load.open_all(
        echo_port,
        lambda index: Asking(plain_request(echo_port), ask=lambda: refusal, answer=ECHOED),
        1,
    )
    with pytest.raises(RuntimeError, match="rate_limited"):
        await load.closed_loop([line], pids=[], seconds=0.1, warm=0.01)
    load.close_all([line])


async def test_what_is_said_at_a_rate_is_said_in_full_and_answered_by_ref(echo_port: int) -> None:
    [line] = await load.open_all(
        echo_port, lambda index: Speaking(plain_request(echo_port), answer=ECHOED), 1
    )

    def speak(number: int) -> None:
        ref = load.new_ref()
        line.speak(ref, message(ref))

    await load.at_rate(speak, rate=500, seconds=0.1)
    assert await load.until(lambda: not line.asked, within=10)
    assert len(line.latencies) == 50
    load.close_all([line])


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
async def test_frames_of_every_length_come_back_whole(echo_port: int, size: int) -> None:
    heard: list[bytes] = []

    class Hearing(Wire):
        def received(self, payload: bytes) -> None:
            heard.append(payload)

    [line] = await load.open_all(echo_port, lambda index: Hearing(plain_request(echo_port)), 1)
    line.say(b"x" * size)
    line.say(b"after")
    assert await load.until(lambda: len(heard) == 2, within=10)
    assert heard == [b"x" * size, b"after"]
    load.close_all([line])


async def test_a_server_that_does_not_switch_to_websocket_is_an_error(echo_port: int) -> None:
    plain = request("GET", "/", "localhost", {})
    with pytest.raises(HandshakeRefused, match="204"):
        await load.open_all(echo_port, lambda index: Wire(plain), 1)


async def test_an_http_connection_is_kept_for_the_next_request(echo_port: int) -> None:
    line = await connect(echo_port)
    whole = request("POST", "/", "localhost", {"Content-Type": "application/json"}, b"{}")
    answers: list[Any] = [await line.ask(whole), await line.ask(whole)]
    assert answers == [(204, b""), (204, b"")]
    line.transport.abort()


def test_a_run_knows_its_rate_and_its_cost() -> None:
    run = Run(count=1_000, seconds=2.0, cpu=0.05, turns=[[0.001] * 990 + [0.1] * 10])
    assert run.rate == 500
    assert run.cpu_us == pytest.approx(50)
    assert run.ms(0.5) == pytest.approx(1)
    assert run.ms(0.995) == pytest.approx(100)


def test_runs_before_and_after_are_one_run() -> None:
    before = Run(count=100, seconds=1.0, cpu=0.5, turns=[[0.1]])
    after = Run(count=300, seconds=1.0, cpu=0.5, turns=[[0.2]])
    assert load.joined(before, after) == Run(400, 2.0, 1.0, [[0.1], [0.2]])


def test_the_latency_of_a_run_is_that_of_its_usual_turn() -> None:
    quiet, usual, stalled = [0.001, 0.002], [0.003, 0.004], [0.001, 3.0]
    run = Run(count=6, seconds=3.0, cpu=0.5, turns=[stalled, quiet, usual])
    assert run.ms(1.0) == pytest.approx(4)


def test_no_ref_is_used_twice() -> None:
    assert len({load.new_ref() for _ in range(1_000)}) == 1_000


def test_a_generator_that_is_awake_takes_one_turn_after_the_other() -> None:
    async def turns_while(awake: bool) -> int:
        loop = asyncio.get_running_loop()
        before = len(asyncio.all_tasks())
        async with load.awake() if awake else nullcontext():
            found = len(asyncio.all_tasks()) - before
            ended = loop.create_future()
            loop.call_later(0.01, ended.set_result, None)
            await ended
        await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) == before
        return found

    assert (load.run(turns_while(False)), load.run(turns_while(True))) == (0, 1)
