"""What differs between Wagtail versions."""

from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.models import Page

from wagtail_livechat.wagtail_versions import HAS_SUBMENU_HOOK, page_model, submenu


def test_the_page_model_is_wagtails_own_unless_a_project_has_another() -> None:
    assert page_model() is Page


def test_others_may_add_to_our_menu_where_wagtail_can_do_it() -> None:
    ours, theirs = MenuItem("Ours", "/ours/"), MenuItem("Theirs", "/theirs/")

    with hooks.register_temporarily("register_livechat_trial", lambda: theirs):
        items = submenu("register_livechat_trial", [ours]).registered_menu_items

    assert items == ([ours, theirs] if HAS_SUBMENU_HOOK else [ours])
