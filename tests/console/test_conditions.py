"""The builder of conditions: what a browser sends becomes the tree, and the tree its fields."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django import forms
from django.http import QueryDict

from tests.factories import make_site
from wagtail_livechat.console.condition_words import describe
from wagtail_livechat.console.conditions import ConditionsFormField, groups_of, tree_from
from wagtail_livechat.engagement.conditions import KINDS, leaves, parse

pytestmark = pytest.mark.django_db

EACH = [
    {"is": "page_type", "types": ["bookshop.bookpage", "bookshop.homepage"]},
    {"is": "locale", "locales": ["fr"]},
    {"is": "tags", "tags": ["poetry", "the sea"]},
    {"is": "dwell", "least": 30},
    {
        "is": "hours",
        "ranges": [
            {"days": [0, 1], "begins": "09:00", "ends": "18:00"},
            {"days": [5], "begins": "10:00", "ends": "24:00"},
        ],
    },
    {"is": "pages", "least": 3},
    {"is": "origin", "hosts": ["example.org", "news.example.com"]},
    {"is": "returning"},
    {"is": "new"},
    {"is": "stuck_score", "least": 2},
    {"is": "stuck_reasons", "reasons": ["empty_search", "form_left"]},
    {"is": "device", "devices": ["phone"]},
]


class Form(forms.Form):
    conditions = ConditionsFormField()


def sent_by(html: str) -> QueryDict:
    """What a browser sends of the fields in ``html``."""
    data = QueryDict(mutable=True)
    for control in BeautifulSoup(html, "html.parser").select(
        "input[name], select[name], textarea[name]"
    ):
        if control.find_parent("template"):
            continue
        name = str(control["name"])
        if control.name == "select":
            chosen = control.select("option[selected]") or control.select("option")[:1]
            data.appendlist(name, str(chosen[0].get("value", "")))
        elif control.name == "textarea":
            data.appendlist(name, control.get_text())
        elif control.get("type") != "checkbox" or control.has_attr("checked"):
            data.appendlist(name, str(control.get("value", "on")))
    return data


def rendered(tree: object) -> str:
    return str(Form(initial={"conditions": tree})["conditions"])


def test_every_condition_comes_back_as_it_was_shown() -> None:
    page = make_site().root_page_id
    each = [*EACH, {"is": "page", "page": page, "below": True}]
    assert {leaf["is"] for leaf in each} == set(KINDS)
    tree = {"any": [{"all": each[:6]}, {"any": each[6:]}]}
    form = Form(sent_by(rendered(tree)))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["conditions"] == tree


@pytest.mark.parametrize(
    ("tree", "shown"),
    [
        ({"is": "new"}, {"all": [{"is": "new"}]}),
        ({"any": [{"is": "new"}]}, {"any": [{"is": "new"}]}),
        (
            {"any": [{"is": "new"}, {"all": [{"is": "returning"}]}]},
            {"any": [{"all": [{"is": "new"}]}, {"all": [{"is": "returning"}]}]},
        ),
    ],
)
def test_a_tree_of_two_levels_is_shown_as_groups(tree: object, shown: object) -> None:
    assert tree_from(sent_by(rendered(tree)), "conditions") == shown


def test_a_deeper_tree_is_shown_and_kept_as_its_json() -> None:
    tree = {"all": [{"any": [{"all": [{"is": "new"}]}, {"is": "returning"}]}]}
    assert groups_of(tree) is None
    html = rendered(tree)
    assert "as JSON" in html
    form = Form(sent_by(html))
    assert form.is_valid()
    assert form.cleaned_data["conditions"] == tree


def test_a_row_that_is_to_be_removed_is() -> None:
    data = sent_by(rendered({"all": [{"is": "new"}, {"is": "returning"}]}))
    data["conditions-0-0-remove"] = "on"
    assert tree_from(data, "conditions") == {"all": [{"is": "returning"}]}


def test_without_scripts_a_condition_is_added_in_the_spare_row() -> None:
    data = sent_by(rendered({"all": [{"is": "new"}]}))
    data["conditions-0-1-is"], data["conditions-0-1-dwell"] = "dwell", "20"
    data["conditions-1-0-is"] = "returning"
    assert tree_from(data, "conditions") == {
        "all": [
            {"all": [{"is": "new"}, {"is": "dwell", "least": 20}]},
            {"all": [{"is": "returning"}]},
        ]
    }


def wrong_with(**fields: str) -> str:
    data = sent_by(rendered({"all": [{"is": "new"}]}))
    for name, value in fields.items():
        data[name.replace("__", "-")] = value
    form = Form(data)
    assert not form.is_valid()
    return str(form.errors["conditions"][0])


def test_no_condition_is_refused() -> None:
    assert "at least one condition" in wrong_with(**{"conditions__0__0__is": ""})


@pytest.mark.parametrize(
    ("kind", "value"), [("dwell", ""), ("dwell", "soon"), ("dwell", "99999"), ("page", "x")]
)
def test_what_is_filled_in_wrongly_is_refused_with_its_place(kind: str, value: str) -> None:
    words = wrong_with(**{"conditions__0__1__is": kind, f"conditions__0__1__{kind}": value})
    assert words.startswith("Group 1, condition 2:")


def test_what_was_typed_is_still_there_after_a_refusal() -> None:
    data = sent_by(rendered({"all": [{"is": "dwell", "least": 5}]}))
    data["conditions-0-0-dwell"] = "soon"
    again = BeautifulSoup(str(Form(data)["conditions"]), "html.parser")
    assert again.select_one("[name=conditions-0-0-dwell]")["value"] == "soon"


def test_an_address_that_is_pasted_becomes_a_host() -> None:
    data = sent_by(rendered({"all": [{"is": "new"}]}))
    data["conditions-0-1-is"] = "origin"
    data["conditions-0-1-origin"] = "https://Example.org/path?q=1, news.example.com"
    assert tree_from(data, "conditions")["all"][1] == {
        "is": "origin",
        "hosts": ["example.org", "news.example.com"],
    }


def test_the_builder_brings_no_inline_script_style_or_handler() -> None:
    soup = BeautifulSoup(rendered({"all": EACH}), "html.parser")
    assert soup.select("script, style, [style]") == []
    assert [
        name for tag in soup.find_all(True) for name in tag.attrs if str(name).startswith("on")
    ] == []


def test_every_field_has_a_name_for_who_cannot_see_it() -> None:
    soup = BeautifulSoup(rendered({"all": EACH}), "html.parser")
    for control in soup.select("input, select, textarea"):
        assert control.find_parent("label") or control.get("aria-label"), control["name"]
    for fieldset in soup.select("fieldset"):
        assert fieldset.select_one("legend")
    for button in soup.select("button"):
        assert button.get_text(strip=True)
        assert button["type"] == "button"


def test_what_needs_consent_is_said_where_it_is_chosen() -> None:
    soup = BeautifulSoup(rendered({}), "html.parser")
    groups = {
        str(group["label"]): {str(option["value"]) for option in group.select("option")}
        for group in soup.select_one("select[name=conditions-0-0-is]").select("optgroup")
    }
    (without, page_only), (with_consent, about_visitor) = groups.items()
    assert "no consent needed" in without
    assert "only with consent" in with_consent
    for kind, leaf in KINDS.items():
        assert kind in (about_visitor if leaf.needs_consent() else page_only)


def test_every_condition_can_be_said_in_a_sentence() -> None:
    page = make_site().root_page
    each = [*EACH, {"is": "page", "page": page.pk}, {"is": "page", "page": 99999, "below": True}]
    said = [describe(leaf) for leaf in leaves(parse({"all": each}))]
    assert all(sentence.endswith(".") for sentence in said)
    assert f"“{page.title}”" in " ".join(said)
    assert "deleted" in said[-1]
