"""The raw limits that several scenarios are compared with."""

from __future__ import annotations

from collections.abc import Sequence

from .. import load, pace, people
from ..load import Asking, Run, Speaking
from ..wire import frame
from ..workbench import Workbench

ECHOED = b'{"type":"message.send"'
"""How the echo of a message begins."""


async def beside_echo(
    bench: Workbench, lines: Sequence[Asking], pids: tuple[int, int], *, turns: int, seconds: float
) -> tuple[Run, Run]:
    """These lines, in turns with as many to a bare ASGI application that sends each message
    back: the run of the bare one, and theirs. ``pids``: of the bare server, and of theirs."""
    echoed = await echoing(bench, len(lines))
    bare, theirs = pids
    raw, ours = await load.in_turns((echoed, bare), (lines, theirs), turns=turns, seconds=seconds)
    load.close_all(echoed)
    return raw, ours


async def echoing(bench: Workbench, connections: int) -> list[Asking]:
    """Connections to the bare application, each with one message on its way."""
    request = people.plain_request(bench.raw_port)
    return await load.open_all(
        bench.raw_port,
        lambda index: Asking(
            request, ask=lambda: frame(people.message(load.new_ref())), answer=ECHOED
        ),
        connections,
    )


def pace_of_echoes(bench: Workbench) -> float:
    """How fast the machine goes at this moment, told by a bare echo."""
    with bench.raw(bench.raw_port) as bare:

        async def measure() -> Run:
            lines = await echoing(bench, 100)
            run = await load.closed_loop(lines, pids=[bare.pid], seconds=1, warm=0.5)
            load.close_all(lines)
            return run

        return pace.of_echoes(load.run(measure()).rate)


async def speaking(bench: Workbench, connections: int) -> list[Speaking]:
    """Connections to the bare application that send a message at any time."""
    request = people.plain_request(bench.raw_port)
    return await load.open_all(
        bench.raw_port, lambda index: Speaking(request, answer=ECHOED), connections
    )


async def speak_at_rate(
    lines: list[Speaking], *, rate: float, seconds: float, warm: float
) -> list[float]:
    """All lines in turn say a message; the latencies of the answers, the first ones apart."""

    def speak(number: int) -> None:
        ref = load.new_ref()
        lines[number % len(lines)].speak(ref, people.message(ref))

    await load.at_rate(speak, rate=rate, seconds=warm)
    await load.until(lambda: not any(line.asked for line in lines), within=10)
    for line in lines:
        line.latencies.clear()
    with load.no_pauses():
        await load.at_rate(speak, rate=rate, seconds=seconds)
        if not await load.until(lambda: not any(line.asked for line in lines), within=60):
            raise RuntimeError("Some messages were never answered.")
    return [latency for line in lines for latency in line.latencies]
