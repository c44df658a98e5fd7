"""The tree of conditions: what may stand in it, and what is wrong with one that is none."""

import pytest

from wagtail_livechat.engagement import conditions
from wagtail_livechat.engagement.conditions import All, AnyOf, BadConditions, dump, parse

ONE_OF_EACH = [
    {"is": "page", "page": 7, "below": True},
    {"is": "page_type", "types": ["bookshop.bookpage"]},
    {"is": "locale", "locales": ["en", "pt-BR"]},
    {"is": "tags", "tags": ["poetry"]},
    {"is": "dwell", "least": 30},
    {"is": "hours", "ranges": [{"days": [0, 4], "begins": "09:00", "ends": "24:00"}]},
    {"is": "pages", "least": 3},
    {"is": "origin", "hosts": ["example.org"]},
    {"is": "returning"},
    {"is": "new"},
    {"is": "stuck_score", "least": 2},
    {"is": "stuck_reasons", "reasons": ["form_left"]},
    {"is": "device", "devices": ["phone"]},
]


def test_every_condition_can_be_stored_and_read_again():
    tree = {"all": [{"any": ONE_OF_EACH}, {"is": "dwell", "least": 5}]}
    parsed = parse(tree)
    assert isinstance(parsed, All)
    assert isinstance(parsed.of[0], AnyOf)
    assert dump(parsed) == tree
    assert {leaf.kind for leaf in conditions.leaves(parsed)} == set(conditions.KINDS)


def test_there_is_an_example_of_every_condition():
    assert {leaf["is"] for leaf in ONE_OF_EACH} == set(conditions.KINDS)


def test_only_what_is_about_the_visitor_asks_for_consent():
    asks = {
        leaf.kind for leaf in conditions.leaves(parse({"all": ONE_OF_EACH})) if leaf.asks_consent
    }
    assert asks == {
        "pages",
        "origin",
        "returning",
        "new",
        "stuck_score",
        "stuck_reasons",
        "device",
    }


@pytest.mark.parametrize(
    ("tree", "code", "where"),
    [
        (None, "no_condition", "conditions"),
        ([], "no_condition", "conditions"),
        ({}, "empty", "conditions"),
        ({"all": []}, "empty", "conditions"),
        ({"any": [{"all": []}]}, "empty", "conditions.any[0]"),
        ({"all": {}}, "bad_group", "conditions"),
        ({"all": [], "any": []}, "bad_group", "conditions"),
        ({"is": "mood", "least": 3}, "unknown_condition", "conditions"),
        ({"is": ["page"]}, "unknown_condition", "conditions"),
        ({"page": 3}, "unknown_condition", "conditions"),
        ({"all": [{"is": "dwell"}]}, "bad_value", "conditions.all[0]"),
        ({"is": "dwell", "least": "30"}, "bad_value", "conditions"),
        ({"is": "dwell", "least": -1}, "bad_value", "conditions"),
        ({"is": "dwell", "least": 30, "most": 60}, "bad_value", "conditions"),
        ({"is": "page", "page": 0}, "bad_value", "conditions"),
        ({"is": "page_type", "types": []}, "bad_value", "conditions"),
        ({"is": "page_type", "types": ["BookPage"]}, "bad_value", "conditions"),
        ({"is": "origin", "hosts": ["https://example.org/path"]}, "bad_value", "conditions"),
        ({"is": "stuck_reasons", "reasons": ["boredom"]}, "bad_value", "conditions"),
        (
            {"is": "hours", "ranges": [{"days": [7], "begins": "09:00", "ends": "10:00"}]},
            "bad_value",
            "conditions",
        ),
        (
            {"is": "hours", "ranges": [{"days": [1], "begins": "9", "ends": "10:00"}]},
            "bad_value",
            "conditions",
        ),
        ({"all": [{"any": [{"all": [{"any": [{"is": "new"}]}]}]}]}, "too_deep", None),
        ({"all": [{"is": "new"}] * 41}, "too_many", "conditions"),
    ],
)
def test_what_is_no_tree_is_refused_with_a_reason_and_a_place(tree, code, where):
    with pytest.raises(BadConditions) as refused:
        parse(tree)
    assert refused.value.code == code
    if where is not None:
        assert refused.value.where == where


def test_the_pages_that_a_tree_names_are_known():
    tree = parse({"any": [{"is": "page", "page": 3}, {"all": [{"is": "page", "page": 9}]}]})
    assert conditions.page_ids(tree) == {3, 9}


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://Example.org", "example.org"),
        ("http://shop.example.org:8000/path?q=1", "shop.example.org:8000"),
        ("example.org", "example.org"),
        ("", ""),
    ],
)
def test_the_host_is_found_in_what_somebody_pastes(text, host):
    assert conditions.host_of(text) == host
