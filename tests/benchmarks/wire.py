"""A lean WebSocket client: one protocol object for a connection, no task, no queue.

The load generator must never be the limit, so it speaks the few frames that are needed
itself: text frames of one piece, pings, and closes. It masks with zeros, which the protocol
allows and which leaves the text as it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import cast

_TEXT = 0x81
_CLOSE = 0x88
_PONG = 0x8A
_NO_MASK = b"\0\0\0\0"


class HandshakeRefused(RuntimeError):
    """The server did not switch to WebSocket."""


def frame(payload: bytes, first: int = _TEXT) -> bytes:
    """One whole frame as a client sends it."""
    size = len(payload)
    if size < 126:
        head = bytes((first, 0x80 | size))
    elif size < 65_536:
        head = bytes((first, 0x80 | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((first, 0x80 | 127)) + size.to_bytes(8, "big")
    return head + _NO_MASK + payload


def handshake(host: str, path: str, headers: Mapping[str, str]) -> bytes:
    """The request that asks to switch to WebSocket."""
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Version: 13",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


class Wire(asyncio.Protocol):
    """One connection. Subclasses say what happens with a text in `received`."""

    transport: asyncio.Transport

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._rest = b""
        self._is_open = False
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._close_code: int | None = None

    # What a subclass may answer to.

    def received(self, payload: bytes) -> None:
        """A text frame came."""

    # What a subclass may do.

    def say(self, payload: bytes) -> None:
        self.transport.write(frame(payload))

    def close(self) -> None:
        self.transport.close()

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are of no asyncio class.
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(self._request)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(HandshakeRefused(f"The connection was cut: {error}"))
        if not self.closed.done():
            self.closed.set_result(self._close_code)

    def data_received(self, data: bytes) -> None:
        if self._rest:
            data = self._rest + data
            self._rest = b""
        if not self._is_open:
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                self._rest = head
                return
            if not head.startswith(b"HTTP/1.1 101"):
                if not self.opened.done():
                    self.opened.set_exception(HandshakeRefused(head.decode(errors="replace")))
                self.transport.close()
                return
            self._is_open = True
            self.opened.set_result(None)
        position, size = 0, len(data)
        while size - position >= 2:
            length = data[position + 1]
            begin = position + 2
            if length > 125:
                wide = 2 if length == 126 else 8
                begin += wide
                if begin > size:
                    break
                length = int.from_bytes(data[begin - wide : begin], "big")
            end_of_frame = begin + length
            if end_of_frame > size:
                break
            first = data[position]
            payload = data[begin:end_of_frame]
            position = end_of_frame
            if first == _TEXT:
                self.received(payload)
            elif first == 0x89:
                self.transport.write(frame(payload, _PONG))
            elif first == _CLOSE:
                self._close_code = int.from_bytes(payload[:2], "big") if payload else None
                self.transport.close()
        if position < size:
            self._rest = data[position:]
