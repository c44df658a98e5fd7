"""Refusals: each has a code of its own and a sentence."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from wagtail_livechat import errors


def family(cls: type = errors.LiveChatError) -> list[type[errors.LiveChatError]]:
    return [cls, *(found for sub in cls.__subclasses__() for found in family(sub))]


def test_no_two_refusals_share_a_code():
    codes = [cls.code for cls in family()]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("cls", family())
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_refusal_has_a_sentence(cls, language):
    with translation.override(language):
        sentence = cls(alias="Alice", reason="nobody is free.", what="page.link").sentence()
    assert sentence.endswith(".")
    assert "{" not in sentence


def test_a_name_in_a_refusal_is_only_text():
    assert "{0.__class__}" in errors.Taken(alias="{0.__class__}").sentence()


def test_every_refusal_is_in_the_reference():
    page = (Path(__file__).parents[1] / "docs/reference/refusals.md").read_text()
    missing = {cls.code for cls in family()[1:]} - set(re.findall(r"^\| `(\w+)`", page, re.M))
    assert not missing
