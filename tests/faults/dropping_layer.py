"""A channel layer that loses half of what it is given, without a word."""

from __future__ import annotations

import random
from typing import Any

from channels_redis.pubsub import RedisPubSubChannelLayer


class DroppingLayer(RedisPubSubChannelLayer):  # type: ignore[misc]
    """The Redis layer; ``seed`` decides what is lost."""

    def __init__(self, *args: Any, seed: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._dice = random.Random(seed)

    async def send(self, channel: str, message: dict[str, Any]) -> None:
        if self._dice.random() < 0.5:
            await self._get_layer().send(channel, message)

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        if self._dice.random() < 0.5:
            await self._get_layer().group_send(group, message)
