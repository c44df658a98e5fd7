"""Settings of the example bookshop.

A first look needs none of these variables; tests, the fault harness and the benchmarks set them:

    LIVECHAT_DATABASE   sqlite:///path (the default is a file in example_site/var) or postgres://user:secret@host:port/name
    LIVECHAT_REDIS      redis://host:port/0 joins several server processes; unset, one process needs nothing
    LIVECHAT_HOSTS      comma-separated host names to answer to, besides those of this machine
    LIVECHAT_DEBUG      1 (default) or 0
    LIVECHAT_CSP        1 sends a strict content security policy with every page of the two sites
    LIVECHAT_SECRET     the secret key; several processes of one site must share it
    PORT                the port printed in addresses, 8000 unless told
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from example_site.database import database_from_address

HERE = Path(__file__).resolve().parent
VAR = HERE / "var"
PORT = int(os.environ.get("PORT", "8000"))

DEBUG = os.environ.get("LIVECHAT_DEBUG", "1") == "1"
# Printed here for everybody to read, so good for nothing but a bookshop that sells nothing.
SECRET_KEY = os.environ.get(
    "LIVECHAT_SECRET", "the-example-bookshop-keeps-no-secrets-and-sells-no-books"
)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", "testserver"] + [
    host.strip() for host in os.environ.get("LIVECHAT_HOSTS", "").split(",") if host.strip()
]

INSTALLED_APPS = [
    "daphne",  # before staticfiles: `runserver` then speaks WebSocket too
    "example_site.bookshop",
    "wagtail_livechat",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.locales",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]
if os.environ.get("LIVECHAT_CSP") == "1":
    MIDDLEWARE.append("example_site.content_security.ContentSecurityMiddleware")

ROOT_URLCONF = "example_site.urls"
ASGI_APPLICATION = "example_site.asgi.application"
WSGI_APPLICATION = "example_site.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
            ],
        },
    },
]

DATABASES = {
    "default": database_from_address(
        os.environ.get("LIVECHAT_DATABASE", f"sqlite:///{VAR / 'bookshop.sqlite3'}")
    )
}
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    INSTALLED_APPS.append("django.contrib.postgres")  # Wagtail's search uses its full-text types
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

if _redis := os.environ.get("LIVECHAT_REDIS"):
    CHANNEL_LAYERS: dict[str, dict[str, Any]] = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {
                "hosts": [
                    {
                        "address": _redis,
                        # redis-py 8 ends a quiet subscription after five seconds unless told to wait, and its pool
                        # of a hundred connections refuses the next one instead of opening it.
                        "socket_timeout": None,
                        "socket_connect_timeout": 5,
                        "socket_keepalive": True,
                        "health_check_interval": 15,
                        "max_connections": 10_000,
                    }
                ]
            },
        }
    }

# --- languages -------------------------------------------------------------------------------------------------------
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Paris"
LANGUAGE_CODE = "en"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [
    ("en", _("English")),
    ("fr", _("French")),
    ("ar", _("Arabic")),
]
WAGTAIL_I18N_ENABLED = True
WAGTAILSIMPLETRANSLATION_SYNC_PAGE_TREE = False

# --- files -----------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR / "media"

# --- Wagtail ---------------------------------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = "The Lamplighter"
WAGTAILADMIN_BASE_URL = f"http://localhost:{PORT}"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
# Read from the system, the list of time zones may hold names that a browser refuses: see the account page.
WAGTAIL_USER_TIME_ZONES = [
    "Europe/Paris",
    "Europe/London",
    "Europe/Berlin",
    "Africa/Tunis",
    "America/Montreal",
    "UTC",
]
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None  # the demo asks nothing of the outside world

# --- the chat ---------------------------------------------------------------------------------------------------------
# The two sites say on which port they are; whoever serves them on another one for a moment names it by PORT.
WAGTAIL_LIVECHAT: dict[str, Any] = {
    "EXTRA_ORIGINS": {host: [f"http://{host}:{PORT}"] for host in ("localhost", "127.0.0.1")}
}

# --- the rest --------------------------------------------------------------------------------------------------------
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
DEFAULT_FROM_EMAIL = "counter@lamplighter.example"
LOGIN_URL = "wagtailadmin_login"
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = []
