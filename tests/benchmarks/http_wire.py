"""A lean HTTP client: one connection that asks again as soon as it was answered."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from time import perf_counter
from typing import cast

from . import load
from .load import Run
from .processes import cpu_seconds


def request(
    method: str, path: str, host: str, headers: Mapping[str, str], body: bytes = b""
) -> bytes:
    """One whole request."""
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: {host}",
        *(f"{name}: {value}" for name, value in headers.items()),
        *([f"Content-Length: {len(body)}"] if method == "POST" else []),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Fetching(asyncio.Protocol):
    """One connection. `ask` sends a request and returns a future for status and body."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self._rest = b""
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self.latencies: list[float] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError("The server hung up."))

    def ask(self, whole: bytes) -> asyncio.Future[tuple[int, bytes]]:
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(whole)
        return self._answer

    async def ask_until(self, requests: Iterator[bytes], ends: float) -> None:
        """One request after the other."""
        while (began := perf_counter()) < ends:
            status, body = await self.ask(next(requests))
            if status >= 300:
                raise RuntimeError(f"{status}: {body.decode(errors='replace')}")
            self.latencies.append(perf_counter() - began)

    def data_received(self, data: bytes) -> None:
        self._rest += data
        head, end, body = self._rest.partition(b"\r\n\r\n")
        if not end:
            return
        lowered = head.lower()
        at = lowered.find(b"content-length:")
        size = int(lowered[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(body) < size:
            return
        self._rest = body[size:]
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_result((int(head[9:12]), body[:size]))


async def connect(port: int) -> Fetching:
    _, fetching = await asyncio.get_running_loop().create_connection(Fetching, "127.0.0.1", port)
    return fetching


async def closed_loop(
    lines: Sequence[Fetching], requests: Iterator[bytes], *, pid: int, seconds: float
) -> Run:
    """Each connection has one request on its way, as fast as the server answers."""
    for line in lines:
        line.latencies.clear()
    with load.no_pauses():
        async with load.awake():
            cpu, began = cpu_seconds([pid]), perf_counter()
            ends = began + seconds
            await asyncio.gather(*(line.ask_until(requests, ends) for line in lines))
            took, cpu = perf_counter() - began, cpu_seconds([pid]) - cpu
    latencies = [latency for line in lines for latency in line.latencies]
    return Run(len(latencies), took, cpu, [latencies])
