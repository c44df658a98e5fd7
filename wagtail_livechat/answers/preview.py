"""What is said to visitors as an editor tries it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

if TYPE_CHECKING:
    from .models import CuratedAnswer, Said, SignpostScript

TAGS = {"p": "p", "ul": "ul", "ol": "ol", "li": "li", "b": "strong", "i": "em"}


def of_answer(answer: CuratedAnswer) -> dict[str, Any]:
    """The first wording, and the answer to it as it would be given now."""
    from .answerers import Question
    from .curated import made_of

    asked = _first(answer)
    language = answer.language
    made = made_of(
        answer, Question(text=asked, site_id=answer.site_id or 0, language=language), 1.0
    )
    return {
        **_page(language),
        "steps": None,
        "asked": asked,
        "said": html_of(made.pieces),
        "cards": made.cards,
    }


def of_script(script: SignpostScript) -> dict[str, Any]:
    """The tree: every step, each choice with a link to the step that it leads to."""
    from .curated import pages_in_language
    from .telling import script_in

    language = script.language
    steps = script_in(script.steps)
    anchors = {name: f"step-{number}" for number, name in enumerate(steps.by_name, 1)}
    return {
        **_page(language),
        "asked": _first(script),
        "steps": [
            {
                "step": step,
                "anchor": anchors[step.name],
                "next": anchors.get(step.next),
                "choices": [(label, anchors.get(name)) for label, name in step.choices],
                "cards": [
                    {"title": page.text.title, "url": page.url}
                    for page in pages_in_language(script.site_id or 0, language, [step.page_id])
                ]
                if step.page_id
                else [],
            }
            for step in steps.by_name.values()
        ],
    }


def html_of(pieces: Any) -> SafeString:
    """Pieces of rich text as HTML of our own making."""
    return format_html_join("", "{}", ((_html(node),) for node in pieces))


def _html(node: Any) -> str:
    if isinstance(node, str):
        return node
    if node["t"] == "br":
        return format_html("<br>")
    inner = html_of(node.get("c", ()))
    if node["t"] == "a":
        return format_html('<a href="{}">{}</a>', node["href"], inner)
    tag = SafeString(TAGS[node["t"]])
    return format_html("<{}>{}</{}>", tag, inner, tag)


def _page(language: str) -> dict[str, Any]:
    return {
        "language": language,
        "rtl": language.partition("-")[0] in settings.LANGUAGES_BIDI,
    }


def _first(said: Said) -> str:
    return (said.wording_list or [""])[0]
