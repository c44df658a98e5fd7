"""What a placeholder is, and that nothing else is ever read as one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_livechat.canned_replies.placeholders import fill, unfilled_in, unknown_in, used_in
from wagtail_livechat.protocol.canned import Placeholder

ALL = {
    Placeholder.VISITOR_NAME: "Ada",
    Placeholder.AGENT_ALIAS: "Robin",
    Placeholder.PAGE_TITLE: "Opening hours",
    Placeholder.PAGE_LINK: "https://a.test/hours/",
    Placeholder.SITE_NAME: "The bookshop",
}


def test_what_is_known_is_filled_in():
    text = (
        "Hello {{visitor.name}}, {{ agent.alias }} of {{site.name}}: {{page.title}} {{page.link}}"
    )
    filled = fill(text, ALL)
    assert filled.text == ("Hello Ada, Robin of The bookshop: Opening hours https://a.test/hours/")
    assert filled.missing == ()


def test_what_is_not_known_says_what_to_write_instead():
    assert fill("Hello {{visitor.name|there}}!", {}).text == "Hello there!"
    assert fill("Hello {{visitor.name|there}}!", ALL).text == "Hello Ada!"


def test_what_cannot_be_filled_in_stays_and_is_named_once():
    filled = fill("See {{page.title}}: {{page.link}} and {{ page.link | }}", {})
    assert filled.text == "See {{page.title}}: {{page.link}} and {{ page.link | }}"
    assert filled.missing == (Placeholder.PAGE_TITLE, Placeholder.PAGE_LINK)
    assert unfilled_in(filled.text) == [Placeholder.PAGE_TITLE, Placeholder.PAGE_LINK]


@pytest.mark.parametrize(
    "name", ["{{page.link}}", "{{{{page.link}}}}", "{{ settings.SECRET_KEY }}", "a\n{{site.name}}"]
)
def test_a_name_that_looks_like_a_placeholder_stays_a_name(name):
    filled = fill("Hello {{visitor.name}}.", ALL | {Placeholder.VISITOR_NAME: name})
    assert "{{" not in filled.text and "}}" not in filled.text and "\n" not in filled.text
    assert "https://a.test" not in filled.text and "The bookshop" not in filled.text
    assert unfilled_in(filled.text) == []


@pytest.mark.parametrize(
    "text",
    [
        "{{ settings.SECRET_KEY }}",
        "{{visitor.name.__class__}}",
        "{{visitor}}",
        "{{}}",
        "{{{visitor.name}}}",
        "{{visitor.name",
        "visitor.name}}",
        "{{visitor.name|" + "x" * 61 + "}}",
        "{{visitor.name\n}}",
    ],
)
def test_anything_else_is_named_as_unknown_and_never_filled_in(text):
    assert unknown_in(text)
    assert "Ada" not in fill("{{visitor}}", ALL).text


@pytest.mark.parametrize(
    "text", ["%(visitor)s", "{0.__class__}", "$visitor", "{% now 'Y' %}", "{page.title}", "C++ {a}"]
)
def test_the_signs_of_other_templates_are_plain_text(text):
    assert unknown_in(text) == []
    assert fill(text, ALL).text == text


def test_placeholders_are_found_in_order_each_once():
    assert used_in("{{page.link}} {{site.name|x}} {{page.link}} {{nothing}}") == [
        Placeholder.PAGE_LINK,
        Placeholder.SITE_NAME,
    ]


@given(st.text(alphabet="{}|. abvisitor.name\n", max_size=60), st.text(max_size=20))
def test_whatever_stands_there_filling_ends_and_fills_once(text, name):
    facts = {Placeholder.VISITOR_NAME: name}
    filled = fill(text, facts)
    if Placeholder.VISITOR_NAME in filled.missing:
        assert "visitor.name" in filled.text
    else:
        assert Placeholder.VISITOR_NAME not in used_in(filled.text)
