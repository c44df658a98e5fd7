"""The pictures of the documentation: `python -m tests.browser.pictures [name …]`, or `make pictures`.

They are taken of the bookshop as `load_bookshop --lived-in` makes it, by acting in it as editors,
agents and visitors do, and stand in `docs/images/`. Without a name all are taken.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from tests.browser.people import Agent, logs_in
from tests.servers import SiteServer, find_chromium, site_server
from tests.servers.chromium import launch_arguments
from tests.servers.site import manage, site_environment

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "images"
LARGEST = 120_000
PATIENCE = 120_000

ADMIN = "/admin/livechat/"


@dataclass
class Album:
    """The shop, a browser for each person, and where the pictures go."""

    browser: Browser
    site: SiteServer
    contexts: list[BrowserContext] = field(default_factory=list)

    def person(self, **options: Any) -> BrowserContext:
        """Somebody with a browser of their own."""
        look = {"locale": "en-GB", "viewport": {"width": 1200, "height": 760}}
        context = self.browser.new_context(**{**look, **options})
        context.set_default_timeout(PATIENCE)
        context.set_default_navigation_timeout(PATIENCE)
        self.contexts.append(context)
        return context

    def staff(self, username: str, **options: Any) -> Agent:
        """Somebody who is logged in, with Wagtail's menu folded away."""
        agent = logs_in(self.person, self.site, username, **options)
        agent.page.goto(self.site.url + "/admin/")
        agent.page.get_by_role("button", name="Toggle sidebar").locator(
            "visible=true"
        ).first.click()
        return agent

    def visitor(self, path: str, **options: Any) -> Page:
        """Somebody on a page of the shop."""
        page = self.person(**options).new_page()
        page.goto(self.site.url + path)
        return page

    def leave(self) -> None:
        """All go home: what one picture needed is in no other."""
        for context in self.contexts:
            context.close()
        self.contexts.clear()


Taker = Callable[[Album], Iterator[tuple[str, bytes]]]
ALBUM: list[Taker] = []


def taken(taker: Taker) -> Taker:
    """Belongs to the album."""
    ALBUM.append(taker)
    return taker


def look_of(page: Page, part: Locator | None = None) -> bytes:
    """What is on the screen, at rest."""
    page.wait_for_timeout(600)
    return (part or page).screenshot(animations="disabled", caret="hide")


def opens_form(page: Page, site: SiteServer, where: str, name: str) -> None:
    """Open a snippet from its list, with its preview beside it."""
    page.goto(f"{site.url}{ADMIN}{where}/")
    page.locator("main").get_by_role("link", name=name, exact=True).first.click()
    toggle = page.get_by_role("button", name="Toggle preview")
    expect(toggle).to_be_visible()
    # Wagtail remembers which panel was open.
    page.wait_for_timeout(600)
    if toggle.get_attribute("aria-expanded") != "true":
        toggle.click()
    expect(page.locator("#w-preview-iframe")).to_be_visible()


def preview_of(page: Page) -> Any:
    return page.frame_locator("#w-preview-iframe")


# What visitors are asked, and by what.


@taken
def consent(album: Album) -> Iterator[tuple[str, bytes]]:
    page = album.staff("editor").page
    opens_form(page, album.site, "banners", "The Lamplighter (en)")
    expect(preview_of(page).get_by_role("button", name="Refuse")).to_be_visible()
    yield "consent-form", look_of(page)

    shop = album.visitor("/en/")
    expect(shop.get_by_role("button", name="Refuse")).to_be_visible()
    yield "consent-banner", look_of(shop)


@taken
def triggers(album: Album) -> Iterator[tuple[str, bytes]]:
    page = album.staff("editor", viewport={"width": 1200, "height": 980}).page
    opens_form(page, album.site, "triggers", "Gift cards")
    expect(preview_of(page).get_by_role("button", name="No, thanks")).to_be_visible()
    page.get_by_role("group", name="Group 1").scroll_into_view_if_needed()
    yield "trigger-form", look_of(page)

    ada = album.staff("ada").opens_console()
    ada.is_now("Available")
    page.get_by_role("button", name="Actions").first.click()
    page.get_by_role("link", name="Why not shown?").click()
    page.get_by_role("button", name="Explain").click()
    expect(page.get_by_role("heading", name="What else must hold")).to_be_visible()
    yield "trigger-why", look_of(page)

    shop = album.visitor("/en/gift-cards/")
    shop.get_by_role("button", name="Refuse").click()
    expect(shop.get_by_role("button", name="No, thanks")).to_be_visible(timeout=PATIENCE)
    yield "trigger-card", look_of(shop)


@taken
def watching(album: Album) -> Iterator[tuple[str, bytes]]:
    ada = album.staff("ada").opens_console()
    ada.is_now("Available")
    for path in ("/en/books/", "/en/gift-cards/", "/fr/"):
        shop = album.visitor(path)
        shop.get_by_role("button", name=re.compile("^Acc")).click()
    first = album.contexts[-3].pages[0]
    first.goto(album.site.url + "/en/events/")
    first.goto(album.site.url + "/en/delivery/")
    ada.page.get_by_role("button", name="Visitors").click()
    table = ada.page.get_by_role("table", name="Visitors")
    expect(table).not_to_contain_text("Nobody who agreed", timeout=PATIENCE)
    expect(table).not_to_contain_text("Being told", timeout=PATIENCE)
    yield "visitors", look_of(ada.page)

    rows = table.locator(".lc-visit[aria-rowindex]:not([aria-rowindex='1'])")
    rows.filter(has_text="Delivery").get_by_role("button").click()
    trail = ada.page.get_by_role("region", name=re.compile("^Visit( of|$)"))
    expect(trail).to_be_visible()
    yield "visit", look_of(ada.page)


# What answers.


@taken
def signpost(album: Album) -> Iterator[tuple[str, bytes]]:
    shop = album.visitor("/en/questions/", viewport={"width": 1200, "height": 820})
    shop.get_by_role("button", name="Refuse").click()
    widget = shop.locator("livechat-widget")
    widget.locator(".launcher").click()
    asked = widget.get_by_role("dialog").get_by_role("textbox")
    asked.fill("When are you open on Sundays?")
    asked.press("Enter")
    expect(widget.get_by_role("dialog")).to_contain_text("Did this help?")
    yield "signpost-answer", look_of(shop)

    page = album.staff("editor", viewport={"width": 1200, "height": 900}).page
    opens_form(page, album.site, "answers", "Opening hours")
    expect(preview_of(page).locator("body")).to_contain_text("Tuesday to Saturday")
    yield "curated-answer", look_of(page)

    opens_form(page, album.site, "scripts", "A book to give")
    expect(preview_of(page).locator("body")).to_contain_text("Who is it for?")
    page.locator("#panel-child-steps-section, [id$=steps-section]").first.evaluate(
        "section => section.scrollIntoView()"
    )
    yield "script", look_of(page)


@taken
def replies(album: Album) -> Iterator[tuple[str, bytes]]:
    page = album.staff("editor").page
    page.goto(f"{album.site.url}{ADMIN}replies/")
    yield "canned-replies", look_of(page)

    opens_form(page, album.site, "replies", "Opening hours")
    expect(preview_of(page).locator("body")).to_contain_text("from Tuesday to")
    yield "canned-reply-form", look_of(page)

    ada = album.staff("ada").opens_console()
    ada.is_now("Available")
    shop = album.visitor("/en/")
    shop.get_by_role("button", name="Refuse").click()
    widget = shop.locator("livechat-widget")
    widget.locator(".launcher").click()
    asked = widget.get_by_role("dialog").get_by_role("textbox")
    asked.fill("Do you gift wrap?")
    asked.press("Enter")
    ada.row("Do you gift wrap?").click()
    ada.page.keyboard.type("/wr")
    expect(ada.page.get_by_role("option").first).to_be_visible()
    yield "canned-reply-slash", look_of(ada.page)


@taken
def study(album: Album) -> Iterator[tuple[str, bytes]]:
    album.site.manage("livechat_study")
    page = album.staff("editor").page
    page.goto(f"{album.site.url}{ADMIN}study/")
    yield "study", look_of(page)

    page.locator("main tbody").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="What to make of it")).to_be_visible()
    yield "study-group", look_of(page)

    page.goto(f"{album.site.url}/admin/pages/search/?q=Books")
    page.locator("main").get_by_role("link", name="Books", exact=True).first.click()
    page.get_by_role("button", name="Toggle questions of visitors").click()
    expect(page.locator("main")).to_contain_text("answered by nobody")
    yield "study-page", look_of(page)


# Making them small, and keeping them.


def small(picture: bytes) -> bytes:
    """The same picture with as many colours as fit into the size."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    for colours in (256, 128, 64, 32):
        kept = io.BytesIO()
        image.quantize(colours, dither=Image.Dither.NONE).save(kept, "PNG", optimize=True)
        if kept.tell() < LARGEST:
            return kept.getvalue()
    raise ValueError("A picture is too large: take less of the screen.")


@contextmanager
def lived_in_shop(folder: Path) -> Iterator[SiteServer]:
    """A bookshop that has been open for some weeks."""
    database = f"sqlite:///{folder}/bookshop.sqlite3"
    env = site_environment(database=database)
    manage("migrate", "--verbosity", "0", env=env)
    manage("load_bookshop", "--lived-in", env=env)
    with site_server(database=database) as site:
        yield site


def main() -> None:
    """Take the pictures that are named, or all."""
    # Playwright keeps a loop running in this thread.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=", ".join(each.__name__ for each in ALBUM))
    names = parser.parse_args().names
    with (
        tempfile.TemporaryDirectory() as folder,
        lived_in_shop(Path(folder)) as site,
        sync_playwright() as running,
    ):
        browser = running.chromium.launch(
            executable_path=find_chromium(), args=launch_arguments(), headless=True
        )
        expect.set_options(timeout=PATIENCE)
        album = Album(browser, site)
        for taker in ALBUM:
            if names and taker.__name__ not in names:
                continue
            for name, picture in taker(album):
                kept = small(picture)
                (FOLDER / f"{name}.png").write_bytes(kept)
                print(f"{name}.png  {len(kept) // 1000} kB", flush=True)
            album.leave()
        browser.close()


if __name__ == "__main__":
    main()
