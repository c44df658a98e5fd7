"""An editor writes a banner, tries it as a visitor would see it, and visitors are asked."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.axe import assert_accessible
from tests.browser.conftest import ComeBy
from tests.browser.fixtures import ContextMaker
from tests.browser.people import logs_in
from tests.servers import SiteServer

BANNERS = "/admin/livechat/banners/"
RECEIPTS = "/admin/livechat/receipts/"
LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "narrow": {"viewport": {"width": 360, "height": 740}},
}


def editor(new_context: ContextMaker, site: SiteServer, **look: Any) -> Page:
    page = logs_in(new_context, site, "admin", **look).page
    # These are Wagtail's heaviest pages, and the machine may have more to do.
    page.set_default_timeout(60_000)
    return page


def previewed(page: Page, mode: str) -> FrameLocator:
    """The panel of the preview, in one of its states."""
    panel = page.locator("[data-side-panel=preview]")
    if not panel.is_visible():
        page.get_by_role("button", name="Toggle preview").click()
    panel.get_by_label("Preview mode").select_option(label=mode)
    return page.frame_locator(".w-preview__iframe:not(.w-preview__proxy)")


def test_a_banner_is_tried_published_and_asks_the_next_visitor(
    come_by: ComeBy, watching_site: SiteServer, new_context: ContextMaker
) -> None:
    page = editor(new_context, watching_site, viewport={"width": 1600, "height": 900})
    page.goto(f"{watching_site.url}{BANNERS}add/?locale=fr")
    heading = page.get_by_role("textbox", name="Heading")
    expect(heading).not_to_have_value("")
    heading.fill("Voulez-vous de l’aide ?")

    frame = previewed(page, "First visit")
    expect(frame.locator(".banner h2")).to_have_text("Voulez-vous de l’aide ?")
    assert len({str(box) for box in _sizes(frame)}) == 1
    frame.locator(".banner .answer").first.click()
    expect(frame.locator(".control .standing")).not_to_be_empty()
    frame = previewed(page, "Accepted, and somebody is watching")
    expect(frame.locator(".watched")).to_be_visible()
    frame = previewed(page, "First visit, from right to left")
    expect(frame.locator(".banner")).to_have_css("direction", "rtl")

    visit = come_by("/fr/")
    expect(visit.question).to_have_count(0)
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator("main")).to_contain_text("Voulez-vous de l’aide ?")

    visit = come_by("/fr/")
    expect(visit.question.locator("h2")).to_have_text("Voulez-vous de l’aide ?")
    visit.question.locator(".answer").nth(0).click()
    expect(visit.question).to_have_count(0)

    page.goto(f"{watching_site.url}{RECEIPTS}")
    page.locator("main td").get_by_role("link").first.click()
    expect(page.locator("[aria-labelledby=shown]")).to_contain_text("Voulez-vous de l’aide ?")
    assert_accessible(page, within="main")


def _sizes(frame: FrameLocator) -> list[Any]:
    return list(
        frame.locator(".banner .answer").evaluate_all(
            "all => all.map((one) => [Math.round(one.offsetWidth), one.offsetHeight])"
        )
    )


@pytest.mark.parametrize("look", LOOKS)
def test_every_screen_of_consent_can_be_used_by_everybody(
    watching_site: SiteServer, new_context: ContextMaker, look: str
) -> None:
    page = editor(new_context, watching_site, **LOOKS[look])
    for address, within in (
        (BANNERS, "main"),
        (f"{BANNERS}add/", "form[data-edit-form]"),
        (RECEIPTS, "main"),
    ):
        page.goto(watching_site.url + address)
        expect(page.locator(within)).to_be_visible()
        # Wagtail's editor of rich text gives its field no name.
        assert_accessible(page, within=within, without=[".public-DraftEditor-content"])
