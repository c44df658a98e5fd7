"""Chromium as pytest fixtures.

Playwright's synchronous face keeps an event loop running in this thread from the first use
on, so Django must be told that its ORM may be used there. Browser tests run last, and
`make test` gives them a run of their own: asynchronous tests cannot follow them.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from tests.servers.chromium import find_chromium, launch_arguments

RESULTS = Path(__file__).resolve().parents[2] / "test-results"

ContextMaker = Callable[..., BrowserContext]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    # A busy machine is slow: what is awaited is awaited long, and never longer than it takes.
    expect.set_options(timeout=15_000)
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One Chromium for the whole run."""
    chromium = playwright.chromium.launch(
        executable_path=find_chromium(), args=launch_arguments(), headless=True
    )
    yield chromium
    chromium.close()


@pytest.fixture
def new_context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[ContextMaker]:
    """Each call is another person's browser: cookies and storage of its own.

    Takes Playwright's options (`locale=`, `viewport=`, `color_scheme=` ...). When the test
    fails, what each page showed is left in test-results/.
    """
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(**{"locale": "en-GB", **options})
        context.set_default_timeout(15_000)
        context.set_default_navigation_timeout(45_000)
        contexts.append(context)
        return context

    yield make
    if request.node.stash.get(FAILED, False):
        _keep_screenshots(request.node.nodeid, contexts)
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_context: ContextMaker) -> Page:
    """One tab of one person's browser."""
    return new_context().new_page()


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


def _keep_screenshots(test: str, contexts: list[BrowserContext]) -> None:
    name = re.sub(r"\W+", "-", test.removeprefix("tests/")).strip("-")
    for person, context in enumerate(contexts, 1):
        for tab, page in enumerate(context.pages, 1):
            page.screenshot(path=RESULTS / f"{name}-person{person}-tab{tab}.png")
