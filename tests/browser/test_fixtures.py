"""The browser and its instruments work: a failing page would be seen."""

import pytest
from playwright.sync_api import Page

from tests.browser.axe import assert_accessible, axe_violations
from tests.browser.fixtures import ContextMaker
from tests.servers import SiteServer


def test_axe_sees_what_keeps_people_out_also_in_a_shadow_root(page: Page) -> None:
    page.set_content(
        """<!doctype html><html lang="en"><title>A shop</title><main><h1>Shop</h1><div></div></main>
        <script>
          const root = document.querySelector("div").attachShadow({mode: "open"});
          root.append(document.createElement("button"));
        </script>"""
    )
    assert [found["id"] for found in axe_violations(page)] == ["button-name"]
    with pytest.raises(AssertionError, match="button-name"):
        assert_accessible(page)
    assert_accessible(page, without=["div"])


def test_two_people_share_no_cookies(new_context: ContextMaker, site: SiteServer) -> None:
    ada, visitor = new_context(), new_context()
    ada.add_cookies([{"name": "known", "value": "1", "url": site.url}])
    assert [cookie["name"] for cookie in ada.cookies()] == ["known"]
    assert visitor.cookies() == []


def test_the_shop_opens_in_a_browser(page: Page, site: SiteServer) -> None:
    page.goto(site.url)
    assert page.get_by_role("main").is_visible()
