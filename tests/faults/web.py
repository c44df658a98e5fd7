"""Plain HTTP, as a browser's `fetch` does it: one request, its cookies, the whole answer."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from http.cookies import SimpleCookie

_CHAT_KEY = re.compile(r"livechat-\d+\Z")


class BrokenAnswer(ConnectionError):
    """The connection ended before the answer did, or what came is no answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


@dataclass(slots=True)
class Browser:
    """One browser: the network it is on, the host it visits, and its cookies."""

    port: int
    host: str
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return f"http://{self.host}"

    @property
    def cookie_header(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    @property
    def has_chat_key(self) -> bool:
        """Whether the chat knows this browser; other cookies of ours say nothing of that."""
        return any(_CHAT_KEY.search(name) for name in self.cookies)

    async def get(self, path: str, *, within: float) -> Answer:
        return await self._request("GET", path, [], b"", within)

    async def post_json(
        self, path: str, body: bytes, *, within: float, headers: dict[str, str] | None = None
    ) -> Answer:
        named = {"Content-Type": "application/json", **(headers or {})}
        return await self._request("POST", path, list(named.items()), body, within)

    async def post_form(self, path: str, body: bytes, *, within: float) -> Answer:
        headers = [("Content-Type", "application/x-www-form-urlencoded")]
        return await self._request("POST", path, headers, body, within)

    async def _request(
        self, method: str, path: str, headers: list[tuple[str, str]], body: bytes, within: float
    ) -> Answer:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}", "Connection: close"]
        if method == "POST":
            lines += [f"Origin: {self.origin}", f"Content-Length: {len(body)}"]
        if self.cookies:
            lines.append(f"Cookie: {self.cookie_header}")
        lines += [f"{name}: {value}" for name, value in headers]
        async with asyncio.timeout(within):
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            try:
                writer.write("\r\n".join([*lines, "", ""]).encode() + body)
                await writer.drain()
                answer = parse(await reader.read(-1))
            finally:
                writer.transport.abort()
        self._remember(answer)
        return answer

    def _remember(self, answer: Answer) -> None:
        for name, value in answer.headers:
            if name != "set-cookie":
                continue
            for morsel in SimpleCookie(value).values():
                if morsel["max-age"] == "0" or not morsel.value:
                    self.cookies.pop(morsel.key, None)
                else:
                    self.cookies[morsel.key] = morsel.value


def parse(raw: bytes) -> Answer:
    """The answer that these bytes are, or :class:`BrokenAnswer` where some are missing."""
    head, separator, body = raw.partition(b"\r\n\r\n")
    if not separator:
        raise BrokenAnswer
    status_line, *lines = head.decode("latin-1").split("\r\n")
    headers = []
    for line in lines:
        name, _, value = line.partition(":")
        headers.append((name.strip().lower(), value.strip()))
    named = dict(headers)
    if named.get("transfer-encoding", "").lower() == "chunked":
        body = _dechunked(body)
    elif "content-length" in named:
        if len(body) < int(named["content-length"]):
            raise BrokenAnswer
        body = body[: int(named["content-length"])]
    return Answer(int(status_line.split()[1]), headers, body)


def _dechunked(body: bytes) -> bytes:
    parts = []
    while True:
        size, separator, body = body.partition(b"\r\n")
        if not separator:
            raise BrokenAnswer
        length = int(size.split(b";")[0], 16)
        if length == 0:
            return b"".join(parts)
        if len(body) < length + 2:
            raise BrokenAnswer
        parts.append(body[:length])
        body = body[length + 2 :]
