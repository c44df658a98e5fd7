"""French is complete, and Arabic for all that visitors read; the compiled files say the same."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

import wagtail_livechat

PACKAGE = Path(wagtail_livechat.__file__).parent
LOCALES = PACKAGE / "locale"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}


PLACEHOLDER = re.compile(r"\{\w+\}")
CATALOGUES = [("fr", "django"), ("fr", "djangojs"), ("ar", "django")]
# A text, and its context where it has one.
Text = tuple[str, str | None]


def file_of(language: str, domain: str, kind: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / f"{domain}.{kind}"


def catalogue(language: str, domain: str) -> Catalog:
    with file_of(language, domain, "po").open("rb") as file:
        return read_po(file, locale=language)


def texts_in(source: str, method: str) -> set[Text]:
    found = extract(method, BytesIO(source.encode()), keywords=KEYWORDS)
    return {(text if isinstance(text, str) else text[0], context) for _, text, _, context in found}


def texts_of_python() -> set[Text]:
    return set().union(
        *(
            texts_in(path.read_text(), "python")
            for path in PACKAGE.rglob("*.py")
            if "migrations" not in path.parts
        )
    )


def flat(source: str) -> str:
    """Without indents, which mean something to a reader of Python."""
    return "\n".join(line.strip() for line in source.splitlines())


def texts_of_templates() -> set[Text]:
    return set().union(
        *(
            texts_in(flat(templatize(path.read_text())), "python")
            for path in (PACKAGE / "templates").rglob("*.html")
        )
    )


def texts_of_the_console() -> set[Text]:
    return set().union(
        *(
            texts_in(path.read_text(), "javascript")
            for folder in ("console", "badge", "staff")
            for path in (PACKAGE / "static_src" / folder).rglob("*.ts*")
        )
    )


def is_translated(message: Message | None) -> bool:
    if message is None or message.fuzzy:
        return False
    given = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(given)


def texts_for_visitors() -> set[Text]:
    """The widget's words, and the server's reasons."""
    sources = [*(PACKAGE / "widget").glob("*.py"), PACKAGE / "errors.py"]
    return set().union(*(texts_in(path.read_text(), "python") for path in sources))


@pytest.mark.parametrize(
    ("language", "domain", "texts"),
    [
        ("fr", "django", texts_of_python),
        ("fr", "django", texts_of_templates),
        ("fr", "djangojs", texts_of_the_console),
        ("ar", "django", texts_for_visitors),
    ],
)
def test_every_text_is_translated(language, domain, texts):
    known = catalogue(language, domain)
    wanted = texts()
    assert wanted, "no text was found: the search is broken"
    assert (
        sorted(text for text, context in wanted if not is_translated(known.get(text, context)))
        == []
    )


def test_the_words_say_which_language_they_are_in():
    for language in ("fr", "ar"):
        assert catalogue(language, "django").get("en", "language of the words").string == language


@pytest.mark.parametrize(("language", "domain"), CATALOGUES)
def test_a_translation_keeps_the_names_in_its_text(language, domain):
    for message in catalogue(language, domain):
        errors = list(message.check(catalogue(language, domain)))
        assert not errors, (message.id, errors)


def test_an_arabic_sentence_keeps_its_placeholders():
    for message in catalogue("ar", "django"):
        if message.id and isinstance(message.id, str):
            assert PLACEHOLDER.findall(message.string) == PLACEHOLDER.findall(message.id), (
                message.id
            )


@pytest.mark.parametrize(("language", "domain"), CATALOGUES)
def test_what_is_compiled_is_what_is_written(language, domain):
    with file_of(language, domain, "mo").open("rb") as file:
        compiled = {(str(m.id), m.context): tuple(m.string) for m in read_mo(file) if m.id}
    assert compiled == {
        (str(list(m.id) if isinstance(m.id, tuple) else m.id), m.context): tuple(m.string)
        for m in catalogue(language, domain)
        if m.id and m.string
    }
