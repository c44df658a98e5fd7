"""The bookshop with the limits against abuse raised: one machine plays thousands of visitors."""

from __future__ import annotations

import os
from typing import Any

from example_site.settings import *  # noqa: F403

_PLENTY = 1_000_000

WAGTAIL_LIVECHAT: dict[str, Any] = {
    "MESSAGE_BURST": _PLENTY,
    "MESSAGES_PER_SECOND": float(_PLENTY),
    "CONVERSATIONS_PER_MINUTE": _PLENTY,
    "CONVERSATIONS_PER_DAY": _PLENTY,
    "SITE_CONVERSATIONS_PER_DAY": _PLENTY,
    "CONNECTIONS_PER_SECOND": float(_PLENTY),
    "SOCKETS_PER_NETWORK": _PLENTY,
}

if "LIVECHAT_REDIS" not in os.environ:
    # The tutorial's code sends through a layer in any case; the plug-in needs none for one process.
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
