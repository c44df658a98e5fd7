"""The bookshop, whose visitor socket acknowledges a message without storing it.

Everything before the database is as in production: the handshake, the reading of the frame,
the table of commands, the limits, the answer.
"""

from __future__ import annotations

from typing import Any

from example_site.asgi import application as bookshop
from wagtail_livechat import asgi
from wagtail_livechat.protocol import commands, updates
from wagtail_livechat.transport.consumers import VisitorSocket
from wagtail_livechat.transport.lines import Line


class EchoSocket(VisitorSocket):
    """Answers at once."""

    async def _carry_out(self, line: Line, command: Any) -> None:
        if isinstance(command, commands.SendMessage):
            self.tell(updates.Acknowledged(ref=command.ref, seq=1, at=0))
        else:
            await super()._carry_out(line, command)


asgi.SOCKETS["socket"] = EchoSocket.as_asgi()
application = bookshop
