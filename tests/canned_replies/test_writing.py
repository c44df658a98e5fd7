"""What an editor writes, as the plain text that a visitor gets."""

import pytest

from wagtail_livechat.canned_replies.writing import plain_text


def at(page_id: int) -> str | None:
    return {3: "https://a.test/hours/"}.get(page_id)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (
            "<p>We are <b>open</b> <i>today</i>.</p><p>Come in!</p>",
            "We are open today.\n\nCome in!",
        ),
        ("<p>One<br/>two</p>", "One\ntwo"),
        ("<ul><li>Tea</li><li>Books &amp; more</li></ul>", "• Tea\n• Books & more"),
        ("<ol><li>Ask</li><li>Pay<ul><li>Card</li></ul></li></ol>", "1. Ask\n2. Pay\n  • Card"),
        (
            '<p>See <a linktype="page" id="3">our hours</a>.</p>',
            "See our hours (https://a.test/hours/).",
        ),
        (
            '<p><a href="https://b.test/x?a=1&amp;b=2">here</a></p>',
            "here (https://b.test/x?a=1&b=2)",
        ),
        ('<p><a href="https://b.test/x">https://b.test/x</a></p>', "https://b.test/x"),
        ('<p><a href="mailto:shop@a.test">Write to us</a></p>', "Write to us (shop@a.test)"),
        ('<p>Call <a href="tel:+3312345">+3312345</a></p>', "Call +3312345"),
    ],
)
def test_it_keeps_its_lines_marks_and_addresses(html, text):
    assert plain_text(html, at) == text


@pytest.mark.parametrize(
    "html",
    [
        '<p>See <a linktype="page" id="4">it</a></p>',
        '<p>See <a linktype="page" id="x">it</a></p>',
        '<p>See <a linktype="page">it</a></p>',
        '<p>See <a href="javascript:alert(1)">it</a></p>',
        '<p>See <a href="java\tscript:alert(1)">it</a></p>',
        '<p>See <a href="https://good.test@evil.test/">it</a></p>',
        '<p>See <a linktype="other" id="3">it</a></p>',
        "<p>See <script>alert(1)</script>it</p>",
        '<p>See <img src="x" onerror="alert(1)">it</p>',
    ],
)
def test_what_leads_nowhere_or_runs_leaves_its_words_alone(html):
    assert plain_text(html, at) == "See it"


def test_without_addresses_there_are_the_words_alone():
    assert plain_text('<p>See <a linktype="page" id="3">our hours</a></p>') == "See our hours"


def test_an_address_that_would_break_out_is_kept_inside():
    text = plain_text('<a linktype="page" id="3">it</a>', lambda _: 'https://a.test/"><b>')
    assert text == 'it (https://a.test/"><b>)'
