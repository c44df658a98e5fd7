"""What editors write for the signpost, for tests: published, as they would."""

from __future__ import annotations

from typing import Any

from wagtail.models import Page, PageViewRestriction, Site

from tests.factories import make_locale
from wagtail_livechat.answers.answerers import Question
from wagtail_livechat.answers.models import CuratedAnswer, SignpostScript


def make_page(parent: Page, title: str, text: str = "", **fields: Any) -> Page:
    """A live page that says something: plain pages have no other field that is searched."""
    from example_site.bookshop.models import InformationPage

    page = InformationPage(title=title, introduction=text, **fields)
    return Page.objects.get(pk=parent.pk).add_child(instance=page)


def make_private(page: Page) -> None:
    """Only for those who know a word, with all below it."""
    PageViewRestriction.objects.create(
        page=page, restriction_type=PageViewRestriction.PASSWORD, password="secret"
    )


def make_answer(
    site: Site, wordings: str, text: str = "", *pages: Page, language: str = "en", **fields: Any
) -> CuratedAnswer:
    """A curated answer, published."""
    answer = CuratedAnswer(
        site=site,
        locale=make_locale(language),
        name=wordings.splitlines()[0][:80],
        wordings=wordings,
        text=text,
        pages=[("page", page) for page in pages],
        live=False,
        **fields,
    )
    answer.save()
    answer.save_revision().publish()
    answer.refresh_from_db()
    return answer


def step(kind: str, name: str, text: str = "", **more: Any) -> dict[str, Any]:
    """A step as it is stored."""
    choices = more.pop("choices", None)
    value: dict[str, Any] = {"name": name, "text": text, **more}
    if choices is not None:
        value["choices"] = [
            {"type": "item", "value": {"label": label, "next": following}}
            for label, following in choices.items()
        ]
    return {"type": kind, "value": value}


def make_script(
    site: Site, wordings: str, *steps: dict[str, Any], language: str = "en"
) -> SignpostScript:
    """A script, published."""
    script = SignpostScript(
        site=site,
        locale=make_locale(language),
        name=wordings.splitlines()[0][:80],
        wordings=wordings,
        live=False,
    )
    script.steps = list(steps) and _stream(script, steps)
    script.save()
    script.save_revision().publish()
    script.refresh_from_db()
    return script


def _stream(script: SignpostScript, steps: Any) -> Any:
    block = SignpostScript._meta.get_field("steps").stream_block
    return block.to_python(list(steps))


def ask(site: Site, text: str, language: str = "en", **more: Any) -> Question:
    """A question of a visitor of this site."""
    return Question(text=text, site_id=site.pk, language=language, **more)


__all__ = ["ask", "make_answer", "make_page", "make_private", "make_script", "step"]
