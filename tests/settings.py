"""Settings of the unit tests: fast, and the same for everybody.

They run on a SQLite file with the in-memory layer. ``LIVECHAT_TEST_DATABASE`` (a ``postgres://``
address) and ``LIVECHAT_TEST_REDIS`` (a ``redis://`` address) put the same tests on
PostgreSQL and on the Redis layer: ``make test`` does both.
"""

import os
import tempfile
from pathlib import Path

from example_site.database import database_from_address

BASE_DIR = Path(__file__).resolve().parent.parent
SCRATCH_DIR = Path(tempfile.gettempdir()) / f"wagtail_livechat-{os.getuid()}"

SECRET_KEY = "only-for-tests"
DEBUG = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1", ".example.com"]
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = True
WAGTAIL_I18N_ENABLED = True
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [
    ("en", "English"),
    ("fr", "French"),
    ("ar", "Arabic"),
]

INSTALLED_APPS = [
    "daphne",
    "wagtail_livechat",
    "example_site.bookshop",
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
    "wagtail.search",
    "wagtail.admin",
    "wagtail.locales",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
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
]

ROOT_URLCONF = "tests.urls"
ASGI_APPLICATION = "tests.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "tests" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
            ],
        },
    },
]

# Everything in the calling thread, so that a test case may keep all in one transaction.
WAGTAIL_LIVECHAT = {"INLINE_DATABASE": True}


def _channel_layer(address: str | None) -> dict[str, object]:
    if not address:
        return {"BACKEND": "channels.layers.InMemoryChannelLayer"}
    return {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {
            "hosts": [{"address": address, "socket_timeout": None, "max_connections": 10_000}]
        },
    }


DATABASES = {
    "default": database_from_address(os.environ.get("LIVECHAT_TEST_DATABASE", "sqlite://:memory:"))
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Nothing here outlives a crash of the machine, so nothing waits for the disk.
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF"
    )
elif "LIVECHAT_TEST_TEMPLATE" in os.environ:
    DATABASES["default"]["TEST"] = {"TEMPLATE": os.environ["LIVECHAT_TEST_TEMPLATE"]}
CHANNEL_LAYERS = {"default": _channel_layer(os.environ.get("LIVECHAT_TEST_REDIS"))}
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    INSTALLED_APPS.append("django.contrib.postgres")  # Wagtail's search uses its text types
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Cheap on purpose: the tests log in often.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

STATIC_URL = "/static/"
STATIC_ROOT = SCRATCH_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = SCRATCH_DIR / "media"

WAGTAIL_SITE_NAME = "Tests"
WAGTAILADMIN_BASE_URL = "http://testserver"
# Some containers list a zone `localtime`, which Wagtail's account page cannot show.
WAGTAIL_USER_TIME_ZONES = ["UTC", "Europe/Paris", "America/New_York"]
WAGTAILSEARCH_BACKENDS = {
    "default": {"BACKEND": "wagtail.search.backends.database"},
}
