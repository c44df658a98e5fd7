"""Numbered system checks: what a host has forgotten, each with a hint.

``docs/reference/checks.md`` explains every one of them; a test compares.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.checks import CheckMessage, Error, Info, Tags, Warning
from django.core.checks import register as register_check
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from .conf import KEYS, Configuration, configuration

BUNDLES: Final = (
    "loader.js",
    "chat.js",
    "assist.js",
    "visit.js",
    "console.js",
    "badge.js",
    "triggers.js",
    "preview.js",
)
SAFE_DAPHNE: Final = (4, 2, 2)
LEAST: Final[Mapping[str, float]] = {
    "trusted_proxies": 0,
    "answer_seconds": 0.1,
    "poll_active_ms": 1,
    "poll_idle_ms": 1,
    "heartbeat_seconds": 0.001,
    "silence_seconds": 0.001,
    "agent_grace_seconds": 0,
    "visitor_key_hours": 1,
    "message_burst": 1,
    "messages_per_second": 0.001,
    "conversations_per_minute": 1,
    "conversations_per_day": 1,
    "site_conversations_per_day": 1,
    "connections_per_second": 0.5,
    "sockets_per_key": 1,
    "sockets_per_network": 1,
}
"""What each number must be at the least, so that somebody gets in at all."""
PLENTY: Final = 10_000
"""The least capacity of a layer's queue with which bursts are not dropped all the time."""


def register() -> None:
    """Let Django know; called once when it is ready."""
    register_check(check_settings, "livechat")
    register_check(check_answerers, "livechat")
    register_check(check_host, "livechat")
    register_check(check_layer, "livechat")
    register_check(check_deployment, Tags.security, deploy=True)


def _message(
    kind: type[Error] | type[Warning] | type[Info], number: str, text: str, hint: str
) -> CheckMessage:
    return kind(text, hint=hint, id=f"wagtail_livechat.{number}")


# The setting.


def check_settings(**kwargs: Any) -> list[CheckMessage]:
    """``WAGTAIL_LIVECHAT`` holds known keys with usable values."""
    return list(_settings())


def _settings() -> Iterator[CheckMessage]:
    given = getattr(settings, "WAGTAIL_LIVECHAT", {})
    if not isinstance(given, Mapping):
        yield _message(
            Error,
            "E001",
            "WAGTAIL_LIVECHAT is not a dictionary.",
            "Write WAGTAIL_LIVECHAT = {} or leave it out.",
        )
        return
    for key in sorted(str(key) for key in given if key not in KEYS):
        yield _message(
            Error,
            "E002",
            f"WAGTAIL_LIVECHAT has no key {key!r}.",
            f"The keys are: {', '.join(sorted(KEYS))}.",
        )
    wrong_origins = list(_wrong_origins(given.get("EXTRA_ORIGINS", {})))
    for text in wrong_origins:
        yield _message(
            Error,
            "E008",
            text,
            'Write {"shop.example": ["https://shop.example"]}: for a host, the list of the '
            "origins that may speak for it, each a scheme and a host without a path.",
        )
    try:
        conf = configuration()
        wrong = [
            name.upper() for name, least in LEAST.items() if not _is_at_least(conf, name, least)
        ]
        if type(conf.trusted_proxies) is not int:
            wrong.append("TRUSTED_PROXIES")
        if type(conf.inline_database) is not bool:
            wrong.append("INLINE_DATABASE")
        is_hasty = conf.silence_seconds <= conf.heartbeat_seconds
    except (TypeError, ValueError, AttributeError) as error:
        if not wrong_origins:
            yield _message(
                Error,
                "E003",
                f"WAGTAIL_LIVECHAT cannot be read: {error}",
                "docs/reference/settings.md shows what each key takes.",
            )
        return
    for key in sorted(set(wrong)):
        yield _message(
            Error,
            "E003",
            f"WAGTAIL_LIVECHAT[{key!r}] is too small, or of the wrong kind.",
            "docs/reference/settings.md shows what each key takes.",
        )
    if is_hasty:
        yield _message(
            Error,
            "E004",
            "SILENCE_SECONDS is not longer than HEARTBEAT_SECONDS.",
            "A browser answers heartbeats; with this, every connection would be closed.",
        )


def _is_at_least(conf: Configuration, name: str, least: float) -> bool:
    value = getattr(conf, name)
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= least


def _wrong_origins(given: object) -> Iterator[str]:
    """What is wrong with ``EXTRA_ORIGINS``: a string where a list belongs lets nobody in."""
    if not isinstance(given, Mapping):
        yield "EXTRA_ORIGINS is not a dictionary."
        return
    for host, origins in given.items():
        if "/" in str(host):
            yield f"EXTRA_ORIGINS: {host!r} is not a host."
        if isinstance(origins, str) or not isinstance(origins, Iterable):
            yield f"EXTRA_ORIGINS[{host!r}] is not a list."
            continue
        for origin in origins:
            if not _is_origin(str(origin)):
                yield f"EXTRA_ORIGINS[{host!r}]: {origin!r} is not an origin."


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
        port_is_a_number = parts.port is None or parts.port > 0
    except ValueError:
        return False
    rest = parts.path.strip("/") or parts.query or parts.fragment or parts.username
    return (
        parts.scheme in ("http", "https") and bool(parts.hostname) and not rest and port_is_a_number
    )


def check_answerers(**kwargs: Any) -> list[CheckMessage]:
    """``ANSWERERS`` names classes that can answer."""
    given = getattr(settings, "WAGTAIL_LIVECHAT", {})
    paths = given.get("ANSWERERS") if isinstance(given, Mapping) else None
    if paths is None:
        return []
    if isinstance(paths, str) or not isinstance(paths, Iterable):
        wrong = ["ANSWERERS is not a list."]
    else:
        wrong = [text for path in paths if (text := _wrong_answerer(path))]
    hint = (
        "Name subclasses of wagtail_livechat.answers.answerers.Answerer by their dotted paths; "
        "docs/reference/answerers.md shows one."
    )
    return [_message(Error, "E010", text, hint) for text in wrong]


def _wrong_answerer(path: object) -> str | None:
    from .answers.answerers import Answerer

    try:
        found = import_string(path) if isinstance(path, str) else None
        if not (isinstance(found, type) and issubclass(found, Answerer)):
            return f"ANSWERERS: {path!r} is not a subclass of Answerer."
        if found.answer is Answerer.answer:
            return f"ANSWERERS: {path!r} has no method answer()."
        found()
    except Exception as error:
        return f"ANSWERERS: {path!r} cannot be made: {type(error).__name__}: {error}"
    return None


# The host project.


def check_host(**kwargs: Any) -> list[CheckMessage]:
    """The host has done what the installation page says."""
    return list(_host())


def _host() -> Iterator[CheckMessage]:
    if not apps.is_installed("wagtail.contrib.settings"):
        yield _message(
            Error,
            "E005",
            "wagtail.contrib.settings is not installed.",
            'Add "wagtail.contrib.settings" to INSTALLED_APPS.',
        )
    if not apps.is_installed("wagtail.snippets"):
        yield _message(
            Error,
            "E009",
            "wagtail.snippets is not installed.",
            'Add "wagtail.snippets" to INSTALLED_APPS: consent banners, triggers and answers are '
            "snippets.",
        )
    try:
        reverse("wagtail_livechat:availability")
    except NoReverseMatch:
        yield _message(
            Warning,
            "W001",
            "The addresses of the chat are not included.",
            'Add path("livechat/", include("wagtail_livechat.urls")) above wagtail_urls.',
        )
    if not getattr(settings, "ASGI_APPLICATION", None):
        yield _message(
            Warning,
            "W002",
            "ASGI_APPLICATION is not set: the chat works by polling only.",
            'Set ASGI_APPLICATION = "mysite.asgi.application", and wrap the application in '
            "asgi.py with wagtail_livechat.asgi.livechat().",
        )
    missing = [name for name in BUNDLES if finders.find(f"wagtail_livechat/{name}") is None]
    if missing:
        yield _message(
            Warning,
            "W003",
            f"Built files are missing: {', '.join(missing)}.",
            "Install a release, or run `make assets` in a checkout.",
        )
    installed = _daphne()
    if apps.is_installed("daphne") and installed is not None and installed < SAFE_DAPHNE:
        yield _message(
            Error,
            "E006",
            "This Daphne lets a header through that carries another one.",
            "Upgrade Daphne to 4.2.2 or later.",
        )
    for alias, database in settings.DATABASES.items():
        if _is_deferred_sqlite(database):
            yield _message(
                Warning,
                "W004",
                f"The SQLite database {alias!r} starts transactions as readers.",
                'Set OPTIONS {"transaction_mode": "IMMEDIATE", "timeout": 20}: a reader that '
                "begins to write fails at once where somebody else is writing.",
            )


def _daphne() -> tuple[int, ...] | None:
    try:
        return tuple(int(part) for part in version("daphne").split(".")[:3] if part.isdigit())
    except PackageNotFoundError:
        return None


def _is_deferred_sqlite(database: Mapping[str, Any]) -> bool:
    name = str(database.get("NAME", ""))
    return (
        str(database.get("ENGINE", "")).endswith("sqlite3")
        and ":memory:" not in name
        and "mode=memory" not in name
        and str(database.get("OPTIONS", {}).get("transaction_mode", "")).upper() != "IMMEDIATE"
    )


# The channel layer.


def check_layer(**kwargs: Any) -> list[CheckMessage]:
    """The channel layer is one that wakes reliably enough."""
    return list(_layer())


def _layer() -> Iterator[CheckMessage]:
    try:
        alias = configuration().channel_layer
    except (TypeError, ValueError, AttributeError):
        return  # E003 says so
    layers = getattr(settings, "CHANNEL_LAYERS", {})
    layer = layers.get(alias) if alias else None
    if layer is None:
        if alias not in (None, "default"):
            yield _message(
                Error,
                "E007",
                f"CHANNEL_LAYERS has no {alias!r}.",
                "Set CHANNEL_LAYER in WAGTAIL_LIVECHAT to one of CHANNEL_LAYERS, or to None.",
            )
        return
    backend = str(layer.get("BACKEND", ""))
    config = layer.get("CONFIG", {})
    if backend == "channels_redis.core.RedisChannelLayer":
        if _number(config.get("capacity", 100)) < PLENTY:
            yield _message(
                Warning,
                "W005",
                "The Redis layer drops what exceeds its capacity, without a word.",
                f'Use channels_redis.pubsub.RedisPubSubChannelLayer, or set "capacity": {PLENTY}.',
            )
    if backend.startswith("channels_redis.") and _redis() >= (8,):
        hosts = config.get("hosts") or ["redis://localhost:6379"]  # as channels-redis has it
        hosts = [hosts] if isinstance(hosts, str | bytes | Mapping) else list(hosts)
        for host in hosts:
            if not isinstance(host, Mapping) or host.get("socket_timeout", 0) is not None:
                yield _message(
                    Warning,
                    "W006",
                    "With redis-py 8 an idle subscription ends every few seconds.",
                    'Write each host as {"address": "redis://…", "socket_timeout": None, '
                    '"max_connections": 10000}.',
                )
                break
        for host in hosts:
            if isinstance(host, Mapping) and _number(host.get("max_connections")) < 1_000:
                yield _message(
                    Warning,
                    "W007",
                    "With redis-py 8 a hundred connections are the most, and the next one fails.",
                    'Add "max_connections": 10000 to each host.',
                )
                break


def _number(value: object) -> float:
    """``value`` as a number; nothing for what is none."""
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return 0


def _redis() -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in version("redis").split(".")[:1])
    except (PackageNotFoundError, ValueError):
        return (0,)


# Before going live.


def check_deployment(app_configs: Iterable[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """With ``check --deploy``: what is fine on a desk, and not on the net."""
    return list(_deployment())


def _deployment() -> Iterator[CheckMessage]:
    if "*" in settings.ALLOWED_HOSTS:
        yield _message(
            Warning,
            "W008",
            "ALLOWED_HOSTS lets every host name in.",
            "The chat still demands the exact origin of a Wagtail site; the rest of Django "
            "does not. Name your hosts.",
        )
    try:
        alias = configuration().channel_layer
    except (TypeError, ValueError, AttributeError):
        return  # E003 or E008 says so
    layer = getattr(settings, "CHANNEL_LAYERS", {}).get(alias) if alias else None
    if layer is None or str(layer.get("BACKEND", "")).endswith("InMemoryChannelLayer"):
        yield _message(
            Info,
            "I001",
            "No channel layer joins several server processes.",
            "One process needs none. Several find what others wrote by asking the database "
            "every two seconds: set a Redis layer to tell them at once.",
        )
    if not configuration().trusted_proxies:
        yield _message(
            Info,
            "I002",
            "No reverse proxy is trusted.",
            "Django's servers do not end slow or half-sent requests: put a proxy in front, "
            "and set TRUSTED_PROXIES, so that limits count visitors and not the proxy.",
        )
