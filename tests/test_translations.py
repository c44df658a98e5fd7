"""French is complete: every text in the code has its translation, and the compiled files say the same."""

from __future__ import annotations

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
FRENCH = PACKAGE / "locale/fr/LC_MESSAGES"
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


def catalogue(domain: str) -> Catalog:
    with (FRENCH / f"{domain}.po").open("rb") as file:
        return read_po(file, locale="fr")


def texts_in(source: str, method: str) -> set[str]:
    found = extract(method, BytesIO(source.encode()), keywords=KEYWORDS)
    return {text if isinstance(text, str) else text[0] for _, text, _, _ in found}


def texts_of_python() -> set[str]:
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


def texts_of_templates() -> set[str]:
    return set().union(
        *(
            texts_in(flat(templatize(path.read_text())), "python")
            for path in (PACKAGE / "templates").rglob("*.html")
        )
    )


def texts_of_the_console() -> set[str]:
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


@pytest.mark.parametrize(
    ("domain", "texts"),
    [
        ("django", texts_of_python),
        ("django", texts_of_templates),
        ("djangojs", texts_of_the_console),
    ],
)
def test_every_text_is_translated(domain, texts):
    french = catalogue(domain)
    wanted = texts()
    assert wanted, "no text was found: the search is broken"
    assert sorted(text for text in wanted if not is_translated(french.get(text))) == []


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_a_translation_keeps_the_names_in_its_text(domain):
    for message in catalogue(domain):
        errors = list(message.check(catalogue(domain)))
        assert not errors, (message.id, errors)


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_what_is_compiled_is_what_is_written(domain):
    with (FRENCH / f"{domain}.mo").open("rb") as file:
        compiled = {str(m.id): tuple(m.string) for m in read_mo(file) if m.id}
    assert compiled == {
        str(list(m.id) if isinstance(m.id, tuple) else m.id): tuple(m.string)
        for m in catalogue(domain)
        if m.id
    }
