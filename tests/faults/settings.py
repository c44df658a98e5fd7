"""The bookshop for the fault harness: the same site, with shorter times and wider limits.

LIVECHAT_FAULTS_LOCK_PATIENCE   how many seconds SQLite waits for a lock
LIVECHAT_FAULTS_LAYER_SEED      makes the channel layer drop half of what it is given
"""

from __future__ import annotations

import os

from example_site.settings import *  # noqa: F403
from example_site.settings import DATABASES
from example_site.settings import INSTALLED_APPS as ALL_APPS

# Only `runserver` needs it, and it is a sixth of what a server takes to start.
INSTALLED_APPS = [name for name in ALL_APPS if name != "daphne"]

WAGTAIL_LIVECHAT = {
    "HEARTBEAT_SECONDS": 1.0,
    "SILENCE_SECONDS": 5.0,
    "POLL_ACTIVE_MS": 400,
    "POLL_IDLE_MS": 400,
    # Nobody goes so quickly that a colleague may take over within a seed.
    "AGENT_GRACE_SECONDS": 120.0,
    # All visitors are on one network here, and write without pause.
    "MESSAGE_BURST": 100,
    "MESSAGES_PER_SECOND": 50.0,
    "CONVERSATIONS_PER_MINUTE": 10_000,
    "CONVERSATIONS_PER_DAY": 100_000,
    "SITE_CONVERSATIONS_PER_DAY": 100_000,
    "CONNECTIONS_PER_SECOND": 1_000.0,
    "SOCKETS_PER_KEY": 20,
    "SOCKETS_PER_NETWORK": 10_000,
    "ANSWERERS": (
        "tests.faults.almanac.Almanac",
        "wagtail_livechat.answers.telling.ScriptAnswerer",
        "wagtail_livechat.answers.curated.CuratedAnswerer",
        "wagtail_livechat.answers.pages.PageAnswerer",
    ),
}

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"]["timeout"] = float(
        os.environ.get("LIVECHAT_FAULTS_LOCK_PATIENCE", "20")
    )

if _seed := os.environ.get("LIVECHAT_FAULTS_LAYER_SEED"):
    from example_site.settings import CHANNEL_LAYERS

    CHANNEL_LAYERS["default"]["BACKEND"] = "tests.faults.dropping_layer.DroppingLayer"
    CHANNEL_LAYERS["default"]["CONFIG"]["seed"] = int(_seed)

# Cheap on purpose: agents log in often.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
