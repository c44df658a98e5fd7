"""An editor's rich text as pieces: what survives, and what cannot get through."""

import json

import pytest

from wagtail_livechat.consent.rich_text import pieces_of, safe_address, text_of


def test_paragraphs_lists_and_emphasis_survive():
    html = '<p data-block-key="x">Who <b>asks</b>, <i>why</i></p><ul><li>one</li><li>two</li></ul>'
    assert pieces_of(html) == [
        {
            "t": "p",
            "c": ["Who ", {"t": "b", "c": ["asks"]}, ", ", {"t": "i", "c": ["why"]}],
        },
        {"t": "ul", "c": [{"t": "li", "c": ["one"]}, {"t": "li", "c": ["two"]}]},
    ]


def test_a_link_keeps_its_address_and_nothing_else():
    html = '<p><a href="/privacy/" onclick="x()" target="_top">details</a></p>'
    assert pieces_of(html) == [{"t": "p", "c": [{"t": "a", "c": ["details"], "href": "/privacy/"}]}]


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<p><img src=x onerror=alert(1)></p>",
        '<p><a href="javascript:alert(1)">x</a></p>',
        '<p><a href="JaVaScRiPt:alert(1)">x</a></p>',
        '<p><a href="java\tscript:alert(1)">x</a></p>',
        '<p><a href="data:text/html,x">x</a></p>',
        '<p><a href="//evil.test/">x</a></p>',
        '<p><a href="https://good.test@evil.test/">x</a></p>',
        '<p><a href="https:\\\\evil.test">x</a></p>',
        '<iframe src="https://evil.test"></iframe>',
        "<style>p{color:red}</style>",
        "<svg><script>alert(1)</script></svg>",
        '<p style="position:fixed" class="x">x</p>',
    ],
)
def test_nothing_that_acts_gets_through(html):
    found = json.dumps(pieces_of(html))
    for sign in ("alert", "href", "src", "style", "color", "class", "evil"):
        assert sign not in found


def test_words_outside_any_block_get_a_paragraph():
    assert pieces_of("loose <b>words</b><p>then a block</p>after") == [
        {"t": "p", "c": ["loose ", {"t": "b", "c": ["words"]}]},
        {"t": "p", "c": ["then a block"]},
        {"t": "p", "c": ["after"]},
    ]


def test_what_is_not_closed_or_nested_without_end_does_no_harm():
    assert text_of(pieces_of("<p><b>open")) == "open"
    deep = pieces_of("<b>" * 10_000 + "x" + "</b>" * 10_000)
    assert text_of(deep) == "x"
    json.dumps(deep)


def test_entities_are_words():
    assert pieces_of("<p>&lt;script&gt; &amp; caf&eacute;</p>") == [
        {"t": "p", "c": ["<script> & café"]}
    ]


def test_a_text_can_be_read_without_its_looks():
    html = "<p>One<br>two</p><ol><li>three</li><li>four</li></ol>"
    assert text_of(pieces_of(html)) == "One\ntwo\nthree\nfour"


@pytest.mark.parametrize(
    "address", ["/privacy/", "#top", "https://a.test/x?y=1", "mailto:a@b.test", "tel:+33123"]
)
def test_plain_addresses_are_safe(address):
    assert safe_address(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        " ",
        "privacy",
        "http:",
        "https:///x",
        "ftp://a.test",
        "http://[::1",
        "vbscript:x",
        "\x00",
    ],
)
def test_others_are_not(address):
    assert safe_address(address) is None
