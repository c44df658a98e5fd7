"""Curated answers and scripts in Wagtail's admin; each on its own site."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from wagtail.models import Page, ReferenceIndex, Site
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from tests.answers.said import ask, make_answer, make_page, make_script, step
from tests.factories import allow, make_site, make_user
from wagtail_livechat.answers.asking import answer
from wagtail_livechat.answers.models import CuratedAnswer, Said, SignpostScript
from wagtail_livechat.answers.scripts import Problem, Wrong
from wagtail_livechat.console.signpost import worded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_addresses")]

ACTIONS = ("add", "change", "delete", "publish", "lock", "unlock")
MODELS = {"answers": CuratedAnswer, "scripts": SignpostScript}


@pytest.fixture
def site() -> Site:
    return make_site("a.example.com")


@pytest.fixture
def other() -> Site:
    return make_site("b.example.com")


@pytest.fixture
def edith(site: Site) -> User:
    """She looks after what the signpost of A says."""
    user = make_user("edith")
    # One group for each model: the names of all rights together are too long for one.
    for model in MODELS.values():
        user = allow(user, site, *(f"{act}_{model._meta.model_name}" for act in ACTIONS))
    return user


@pytest.fixture
def admin(edith: User) -> Client:
    client = Client()
    client.force_login(edith)
    return client


def at(kind: str, name: str, *args: Any) -> str:
    model = MODELS[kind]._meta.model_name
    return reverse(f"wagtailsnippets_wagtail_livechat_{model}:{name}", args=args)


def text_of(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    page = BeautifulSoup(response.content, "html.parser")
    return " ".join(page.get_text(" ").split())


def said_of_steps(response: Any) -> str:
    """What the screen says of the steps: its script shows it beside them."""
    assert response.status_code == 200
    page = BeautifulSoup(response.content, "html.parser")
    field = page.select_one("[data-w-block-arguments-value]")
    assert field is not None
    told = json.loads(str(field["data-w-block-arguments-value"]))
    return json.dumps(told[1:], ensure_ascii=False)


def an_answer(site: Site, *pages: Page, **fields: Any) -> dict[str, Any]:
    return nested_form_data(
        {
            "name": "Parking",
            "site": str(site.pk),
            "wordings": "Where can I park?\nparking",
            "text": rich_text("<p>Behind the shop.</p>"),
            "pages": streamfield([("page", page.pk) for page in pages]),
            **fields,
        }
    )


def said(name: str, following: str = "") -> tuple[str, dict[str, str]]:
    return "say", {"name": name, "text": f"{name}!", "next": following}


def asked(name: str, **choices: str) -> tuple[str, dict[str, Any]]:
    items = {
        "count": str(len(choices)),
        **{
            str(number): {
                "deleted": "",
                "order": str(number),
                "type": "item",
                "id": "",
                "value": {"label": label, "next": following},
            }
            for number, (label, following) in enumerate(choices.items())
        },
    }
    return "ask", {"name": name, "text": f"{name}?", "choices": items}


def a_script(site: Site, *steps: Any, **fields: Any) -> dict[str, Any]:
    return nested_form_data(
        {
            "name": "Presents",
            "site": str(site.pk),
            "wordings": "I look for a present",
            "steps": streamfield(list(steps)),
            **fields,
        }
    )


PUBLISH = {"action-publish": "1"}
SUBMIT = {"action-submit": "1"}


# Curated answers.


def test_an_answer_is_written_published_and_given(admin: Client, site: Site) -> None:
    page = make_page(site.root_page, "Getting here", "By tram.")
    response = admin.post(at("answers", "add"), an_answer(site, page) | PUBLISH)
    assert response.status_code == 302
    row = CuratedAnswer.objects.get()
    assert row.live
    found = answer(ask(site, "parking"))
    assert found.source == f"curated:{row.pk}"
    assert [card.page_id for card in found.cards] == [page.pk]


def test_a_draft_is_not_given_until_it_is_published(admin: Client, site: Site) -> None:
    admin.post(at("answers", "add"), an_answer(site))
    row = CuratedAnswer.objects.get()
    assert not row.live
    assert not answer(ask(site, "parking")).knows
    row.get_latest_revision().publish()
    assert answer(ask(site, "parking")).text == "Behind the shop."


def test_an_answer_that_says_nothing_and_points_nowhere_is_not_published(
    admin: Client, site: Site
) -> None:
    empty = an_answer(site, text=rich_text("<p> </p>"))
    for button in (PUBLISH, SUBMIT):
        response = admin.post(at("answers", "add"), empty | button)
        assert "Write an answer, or choose a page to point to." in text_of(response)
    assert not CuratedAnswer.objects.exists()
    page = make_page(site.root_page, "Getting here")
    only_page = an_answer(site, page, text=rich_text(""))
    assert admin.post(at("answers", "add"), only_page | PUBLISH).status_code == 302


@pytest.mark.parametrize(
    ("wordings", "words"),
    [
        ("\n".join(f"question {n}" for n in range(41)), "There are 41 wordings; 40 are enough."),
        ("x" * 301, "is longer than 300 characters."),
    ],
)
def test_wordings_have_limits_and_nothing_is_lost(
    admin: Client, site: Site, wordings: str, words: str
) -> None:
    response = admin.post(at("answers", "add"), an_answer(site, wordings=wordings) | PUBLISH)
    assert words in text_of(response)
    page = BeautifulSoup(response.content, "html.parser")
    kept = page.select_one("textarea[name=wordings]")
    assert kept is not None and kept.get_text().strip() == wordings


def test_the_list_shows_what_is_answered(admin: Client, site: Site) -> None:
    make_answer(site, "Where can I park?\nparking\ncar park", "<p>Behind.</p>")
    words = text_of(admin.get(at("answers", "list")))
    assert "Where can I park? (and 2 more)" in words


def test_a_page_knows_which_answers_and_scripts_point_to_it(site: Site) -> None:
    page = make_page(site.root_page, "Getting here")
    link = f'<p><a linktype="page" id="{page.pk}">here</a></p>'
    rows: list[Said] = [
        make_answer(site, "parking", "", page),
        make_answer(site, "trams", link),
        make_script(site, "lost", step("page", "there", page=page.pk)),
    ]
    using = {
        (usage[0]._meta.model, usage[0].pk)
        for usage in ReferenceIndex.get_grouped_references_to(page)
    }
    assert {(type(row), row.pk) for row in rows} <= using


def test_unpublishing_a_page_that_is_pointed_to_warns(site: Site) -> None:
    page = make_page(site.root_page, "Getting here")
    make_answer(site, "parking", "", page)
    boss = Client()
    boss.force_login(make_user("boss", superuser=True))
    for name in ("unpublish", "delete"):
        words = text_of(boss.get(reverse(f"wagtailadmin_pages:{name}", args=[page.pk])))
        assert "referenced 1 time" in words


# Scripts.


def test_a_script_is_written_published_and_walked(admin: Client, site: Site) -> None:
    page = make_page(site.root_page, "Novels")
    form = a_script(
        site,
        said("hello", "who"),
        asked("who", Child="end", Other="there"),
        ("page", {"name": "there", "text": "", "page": str(page.pk), "next": "mail"}),
        ("email", {"name": "mail", "text": "Your address?", "next": "end"}),
        ("hand_over", {"name": "end", "text": ""}),
    )
    response = admin.post(at("scripts", "add"), form | PUBLISH)
    assert response.status_code == 302, text_of(response)
    begun = answer(ask(site, "I look for a present"))
    assert [choice.label for choice in begun.choices] == ["Child", "Other"]
    led = answer(ask(site, "Other", place=begun.place))
    assert [card.page_id for card in led.cards] == [page.pk]
    assert led.expects == "email"


@pytest.mark.parametrize("button", [PUBLISH, SUBMIT], ids=["published", "submitted"])
def test_loops_and_steps_that_are_never_reached_are_named_and_not_published(
    admin: Client, site: Site, button: dict[str, str]
) -> None:
    form = a_script(
        site, said("a", "b"), said("b", "a"), said("lost"), said("lost"), said("c", "d")
    )
    words = said_of_steps(admin.post(at("scripts", "add"), form | button))
    assert "These steps go round in a loop: a → b → a." in words
    assert "No visitor ever reaches: “lost” and “c”." in words
    assert "Two steps are called “lost”." in words
    assert "“c” goes on with “d”, and there is no such step." in words
    assert not SignpostScript.objects.exists()


def test_a_draft_with_a_loop_is_kept_and_says_so(admin: Client, site: Site) -> None:
    response = admin.post(
        at("scripts", "add"), a_script(site, said("a", "b"), said("b", "a")), follow=True
    )
    assert "These steps go round in a loop: a → b → a." in text_of(response)
    script = SignpostScript.objects.get()
    assert not script.live
    mended = a_script(site, said("a", "b"), said("b"))
    response = admin.post(at("scripts", "edit", script.pk), mended | PUBLISH, follow=True)
    assert "loop" not in text_of(response)
    script.refresh_from_db()
    assert script.live


def test_a_script_without_steps_is_not_published(admin: Client, site: Site) -> None:
    words = said_of_steps(admin.post(at("scripts", "add"), a_script(site) | PUBLISH))
    assert "This field is required." in words
    assert not SignpostScript.objects.exists()


@pytest.mark.parametrize("wrong", list(Wrong))
def test_every_problem_has_words(wrong: Wrong) -> None:
    assert "one" in worded(Problem(wrong=wrong, steps=("one", "two")))


# The preview.


def test_the_preview_of_an_answer_is_what_visitors_get(admin: Client, site: Site) -> None:
    page = make_page(site.root_page, "Getting here", "By tram <b>two</b>.")
    gone = make_page(site.root_page, "Secret", live=False)
    form = an_answer(
        site,
        page,
        gone,
        text=rich_text("<p>Behind the <b>shop</b>.</p>"),
        name="<script>x</script>",
    )
    admin.post(at("answers", "preview_on_add"), form)
    html = admin.get(at("answers", "preview_on_add")).content.decode()
    assert "Where can I park?" in html
    assert "Behind the <strong>shop</strong>." in html
    assert page.full_url in html
    assert "Secret" not in html
    assert "<script>x" not in html and "&lt;script&gt;x" in html


def test_the_preview_of_a_script_shows_the_tree(admin: Client, site: Site) -> None:
    form = a_script(
        site,
        said("hello", "who"),
        asked("who", Child="end", Nobody="nowhere"),
        ("hand_over", {"name": "end", "text": "A moment."}),
    )
    admin.post(at("scripts", "preview_on_add"), form)
    page = BeautifulSoup(admin.get(at("scripts", "preview_on_add")).content, "html.parser")
    (choice,) = page.select("li a")
    target = page.select_one(choice["href"])
    assert target is not None
    assert "A moment." in target.get_text()
    assert "Nobody – leads nowhere" in " ".join(page.get_text().split())


# Rights.


@pytest.mark.parametrize("kind", list(MODELS))
def test_what_another_site_says_is_out_of_reach(
    admin: Client, site: Site, other: Site, kind: str
) -> None:
    theirs: Said = (
        make_answer(other, "theirs", "<p>x</p>")
        if kind == "answers"
        else make_script(other, "theirs", step("say", "a", "x"))
    )
    assert "theirs" not in text_of(admin.get(at(kind, "list")))
    for name in ("edit", "delete", "unpublish", "history", "usage", "copy"):
        response = admin.get(at(kind, name, theirs.pk))
        assert response.status_code in (302, 403), name
    form = an_answer(other) if kind == "answers" else a_script(other, said("a"))
    response = admin.post(at(kind, "add"), form | PUBLISH)
    assert "Select a valid choice" in text_of(response)


def test_who_may_only_write_hands_in_drafts(site: Site) -> None:
    client = Client()
    client.force_login(allow(make_user("dora"), site, "add_curatedanswer", "change_curatedanswer"))
    client.post(at("answers", "add"), an_answer(site) | PUBLISH)
    assert not CuratedAnswer.objects.filter(live=True).exists()


def test_a_group_is_given_the_signpost_of_a_site(site: Site) -> None:
    boss = Client()
    boss.force_login(make_user("boss", superuser=True))
    group = Group.objects.create(name="Writers")
    words = text_of(boss.get(reverse("wagtailusers_groups:edit", args=[group.pk])))
    assert "Live chat: signpost" in words
    assert "Write curated answers and scripts of" in words


def test_an_answer_is_translated(site: Site, admin: Client) -> None:
    from tests.factories import make_locale

    row = make_answer(site, "parking", "<p>Behind.</p>")
    copy = row.copy_for_translation(make_locale("fr"))
    copy.wordings, copy.text, copy.live = "stationnement", "<p>Derrière.</p>", True
    copy.save()
    assert answer(ask(site, "stationnement", "fr")).text == "Derrière."
    assert not answer(ask(site, "stationnement", "en")).knows
    assert copy.translation_key == row.translation_key
