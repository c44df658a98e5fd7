"""The raw limit of a conversation on screen: a bare page, which shows what the other one says.

Its socket hands each frame on to all others.
"""

from __future__ import annotations

from typing import Any

from .raw import live

PAGE = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Relay</title>
<body><input aria-label="Say"><div id="said"></div><script>
const socket = new WebSocket(`ws://${location.host}/`);
const show = (text) => document.getElementById("said").append(text, document.createElement("br"));
socket.onmessage = (event) => show(event.data);
socket.onopen = () => show("connected");
document.querySelector("input").addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  socket.send(event.target.value);
  show(event.target.value);
  event.target.value = "";
});
</script></body></html>"""

_START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/html"), (b"content-length", b"%d" % len(PAGE))],
}
_BODY = {"type": "http.response.body", "body": PAGE}

_sends: set[Any] = set()


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await _relay(receive, send)
    elif scope["type"] == "http":
        await send(_START)
        await send(_BODY)
    elif scope["type"] == "lifespan":
        await live(receive, send)


async def _relay(receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    _sends.add(send)
    try:
        while (message := await receive())["type"] != "websocket.disconnect":
            for other in _sends - {send}:
                await other({"type": "websocket.send", "text": message["text"]})
    finally:
        _sends.discard(send)
