"""What the signpost of the shop says, in both languages, and where it answers first."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID, uuid5

from wagtail.models import Locale, Page, Site

from example_site.bookshop.loading.shops import SHOP_HOST
from example_site.bookshop.loading.tree import CONTENT, titles_of
from example_site.bookshop.loading.words import rich_text
from wagtail_livechat.answers.models import CuratedAnswer, SignpostScript
from wagtail_livechat.site_settings.actions import set_page_policy
from wagtail_livechat.site_settings.rules import Signpost, Word

S = TypeVar("S", CuratedAnswer, SignpostScript)

LANGUAGES = {"en": ("shop.en", None), "fr": ("shop.fr", "shop.en")}
FIRST_ON = "questions"
"""The page on which the signpost answers first; elsewhere somebody is at the counter."""

_KEYS = UUID("5a0e5b0e-0c5c-4d0b-9a38-0d7a4b1f2c11")


def put_up(port: int) -> None:
    """Publish answers and scripts, and let the signpost answer first on the page of questions."""
    site = Site.objects.get(hostname=SHOP_HOST, port=port)
    content = tomllib.loads((CONTENT / "signpost.toml").read_text("utf-8"))
    for language, (file, original) in LANGUAGES.items():
        locale = Locale.objects.get(language_code=language)
        pages = pages_by_key(site, locale, titles_of(file, original))
        for key, entry in content["answers"].items():
            said = entry[language]
            _publish(
                CuratedAnswer(
                    **_common(site, locale, key, said),
                    text=rich_text(said["text"], pages),
                    pages=[("page", pages[name]) for name in entry["pages"]],
                )
            )
        for key, entry in content["scripts"].items():
            said = entry[language]
            _publish(
                SignpostScript(
                    **_common(site, locale, key, said),
                    steps=[_step(pages, *step) for step in said["steps"]],
                )
            )
        set_page_policy(page_id=pages[FIRST_ON].pk, word=Word(signpost=Signpost.ALWAYS))


def pages_by_key(site: Site, locale: Locale, titles: Mapping[str, str]) -> dict[str, Page]:
    """The pages of a file of content, as they stand in the site, by their keys."""
    home = site.root_page.get_translations(inclusive=True).get(locale=locale)
    found = {page.title: page for page in home.get_descendants(inclusive=True)}
    return {key: found[title] for key, title in titles.items() if title in found}


def _common(site: Site, locale: Locale, key: str, said: dict[str, Any]) -> dict[str, Any]:
    return {
        "site": site,
        "locale": locale,
        "translation_key": uuid5(_KEYS, key),
        "name": said["name"],
        "wordings": said["wordings"].strip(),
        "live": False,
    }


def _step(pages: dict[str, Page], kind: str, name: str, text: str, more: Any = None) -> Any:
    value: dict[str, Any] = {"name": name, "text": text}
    if kind == "ask":
        value["choices"] = [{"label": label, "next": following} for label, following in more]
    elif kind == "page":
        value["page"] = pages[more]
    elif more:
        value["next"] = more
    return kind, value


def _publish(said: S) -> None:
    said.save()
    said.save_revision().publish()
