"""What every test may use, and what each test is."""

from pathlib import Path

import pytest
from django.conf import settings

from tests.databases import copy_of_migrated_sqlite

pytest_plugins = ["tests.servers.fixtures", "tests.browser.fixtures"]

TESTS = Path(__file__).resolve().parent

# A test is marked by what it uses, so that nobody can forget to.
MARK_OF_FIXTURE = {
    "browser": "browser",
    "postgres": "postgres",
    "redis": "redis",
    "bookshop_file": "servers",
    "postgres_template": "servers",
}
MARK_OF_FOLDER = {
    "browser": "browser",
    "faults": "faults",
    "journeys": "browser",
    "packaging": "packaging",
}
# The quick ones first; those with a browser last, because no asynchronous test can follow.
LAST = ("packaging", "servers", "faults", "browser")


@pytest.fixture(autouse=True)
def forget_what_is_kept() -> None:
    """A process keeps settings for a moment; each test begins with a fresh process."""
    from wagtail_livechat.canned_replies.library import library
    from wagtail_livechat.site_settings.memory import forget

    forget()
    library.begin_again()


@pytest.fixture
def plain_addresses(settings) -> None:
    """Django would look for what it does not find once more, below a language's prefix."""
    locale = "django.middleware.locale.LocaleMiddleware"
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != locale]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """On SQLite, each process of the run starts from its own copy of a file with the tables.

    A file, because an in-memory database locks whole tables when threads share it.
    """
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        copy = tmp_path_factory.mktemp("database") / "tests.sqlite3"
        copy_of_migrated_sqlite(settings.SCRATCH_DIR, copy)
        database.setdefault("TEST", {})["NAME"] = str(copy)


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """On SQLite the copy is there already; PostgreSQL copies its own template."""
    return str(settings.DATABASES["default"]["ENGINE"]).endswith("sqlite3")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for name in getattr(item, "fixturenames", ()):
            if name in MARK_OF_FIXTURE:
                item.add_marker(MARK_OF_FIXTURE[name])
        folder = item.path.relative_to(TESTS).parts[0]
        if folder in MARK_OF_FOLDER:
            item.add_marker(MARK_OF_FOLDER[folder])

    def place(item: pytest.Item) -> int:
        marks = [LAST.index(mark.name) for mark in item.iter_markers() if mark.name in LAST]
        return max(marks, default=-1)

    items.sort(key=place)
