"""What every test may use, and what each test is."""

from pathlib import Path

import pytest

pytest_plugins = ["tests.servers.fixtures", "tests.browser.fixtures"]

TESTS = Path(__file__).resolve().parent

# A test is marked by what it uses, so that nobody can forget to.
MARK_OF_FIXTURE = {
    "browser": "browser",
    "postgres": "postgres",
    "redis": "redis",
    "bookshop_file": "servers",
}
MARK_OF_FOLDER = {
    "browser": "browser",
    "faults": "faults",
    "journeys": "browser",
    "packaging": "packaging",
}
# The quick ones first; those with a browser last, because no asynchronous test can follow.
LAST = ("packaging", "servers", "faults", "browser")


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
