"""A chat as the tutorials teach it, on our own tables: a stock Channels consumer, the ORM in a
transaction, and a `group_send` to each side.

It is given every advantage: no session, no origin check, no rate limit, no catch-up.
`/visitor/<conversation>/` is a visitor's socket, `/agent/` an agent's.
"""

from __future__ import annotations

import os
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.benchmarks.settings")
django.setup()

from channels.db import database_sync_to_async  # noqa: E402
from channels.generic.websocket import AsyncJsonWebsocketConsumer  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from django.db import transaction  # noqa: E402
from django.urls import path  # noqa: E402

from wagtail_livechat import clock  # noqa: E402
from wagtail_livechat.conversations.models import Conversation, Message  # noqa: E402

STAFF = "staff"


class VisitorConsumer(AsyncJsonWebsocketConsumer):
    """A visitor's side of one conversation."""

    async def connect(self) -> None:
        self.conversation_id = self.scope["url_route"]["kwargs"]["conversation"]
        self.group = f"conversation_{self.conversation_id}"
        if self.channel_layer is not None:
            await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        if self.channel_layer is not None:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        seq = await self.store(content["ref"], content["text"])
        await self.send_json({"type": "ack", "ref": content["ref"], "seq": seq})
        event = {
            "type": "chat.message",
            "conversation": self.conversation_id,
            "seq": seq,
            "ref": content["ref"],
            "text": content["text"],
        }
        await self.channel_layer.group_send(self.group, event)
        await self.channel_layer.group_send(STAFF, event)

    async def chat_message(self, event: dict[str, Any]) -> None:
        await self.send_json({**event, "type": "message.sent"})

    @database_sync_to_async
    def store(self, ref: str, text: str) -> int:
        with transaction.atomic():
            conversation = Conversation.objects.select_for_update().get(pk=self.conversation_id)
            found = Message.objects.filter(conversation=conversation, ref=ref).first()
            if found is not None:
                return found.seq
            conversation.last_seq += 1
            conversation.last_at = clock.now()
            conversation.save(update_fields=["last_seq", "last_at"])
            Message.objects.create(
                conversation=conversation,
                seq=conversation.last_seq,
                ref=ref,
                kind="visitor",
                text=text,
                at=conversation.last_at,
            )
            return conversation.last_seq


class AgentConsumer(AsyncJsonWebsocketConsumer):
    """An agent who hears every conversation."""

    async def connect(self) -> None:
        await self.channel_layer.group_add(STAFF, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(STAFF, self.channel_name)

    async def chat_message(self, event: dict[str, Any]) -> None:
        await self.send_json({**event, "type": "thread.message"})


application = ProtocolTypeRouter(
    {
        "http": get_asgi_application(),
        "websocket": URLRouter(
            [
                path("visitor/<int:conversation>/", VisitorConsumer.as_asgi()),
                path("agent/", AgentConsumer.as_asgi()),
            ]
        ),
    }
)
