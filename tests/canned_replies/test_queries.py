"""What an agent is offered in a conversation: theirs, alive, filled in, with living cards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Page, PageViewRestriction, Site

from tests.canned_replies.library import make_reply, make_use
from tests.factories import (
    Agent,
    VisitorInBrowser,
    make_agent,
    make_locale,
    make_site,
    make_visitor,
)
from wagtail_livechat.canned_replies import queries
from wagtail_livechat.canned_replies.library import library
from wagtail_livechat.canned_replies.models import CannedReply, CannedReplyUse
from wagtail_livechat.errors import NotFound
from wagtail_livechat.protocol.canned import CannedReply as Told
from wagtail_livechat.protocol.canned import Placeholder
from wagtail_livechat.protocol.values import CardKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return make_site()


@pytest.fixture
def alice(site: Site) -> Agent:
    return make_agent("alice", site, alias="Robin")


@pytest.fixture
def visitor(site: Site) -> VisitorInBrowser:
    visitor = make_visitor(site)
    visitor.says("When are you open?")
    return visitor


def found(agent: Agent, visitor: VisitorInBrowser, query: str = "") -> list[Told]:
    return queries.found(
        rights=agent.rights,
        alias=agent.profile.alias,
        conversation_id=str(visitor.conversation.public_id),
        query=query,
    )


def titles(agent: Agent, visitor: VisitorInBrowser, query: str = "") -> list[str]:
    return [each.title for each in found(agent, visitor, query)]


# Whose.


def test_an_agent_is_offered_what_is_for_them(
    site: Site, alice: Agent, visitor: VisitorInBrowser
) -> None:
    group, other_group = Group.objects.create(name="Orders"), Group.objects.create(name="Events")
    alice.user.groups.add(group)
    day = timezone.localdate()
    make_reply("Here", site=site)
    make_reply("Everywhere")
    make_reply("Mine", owner=alice.user)
    make_reply("My group's", group=group)
    make_reply("Until today", valid_until=day)
    make_reply("Elsewhere", site=make_site("b.test"))
    make_reply("Somebody's", owner=make_agent("bob", site).user)
    make_reply("Other group's", group=other_group)
    make_reply("Until yesterday", valid_until=day - timedelta(days=1))
    make_reply("From tomorrow", valid_from=day + timedelta(days=1))
    make_reply("Draft", live=False)
    assert set(titles(alice, visitor)) == {
        "Here",
        "Everywhere",
        "Mine",
        "My group's",
        "Until today",
    }
    assert [each.title for each in found(alice, visitor) if each.personal] == ["Mine"]


def test_who_may_not_reply_there_is_offered_nothing(
    alice: Agent, visitor: VisitorInBrowser
) -> None:
    bob = make_agent("bob", make_site("b.test"))
    make_reply("Everywhere")
    for ask in (found, suggested):
        with pytest.raises(NotFound):
            ask(bob, visitor)


def test_the_visitors_language_comes_first_and_a_translation_takes_the_place_of_its_original(
    alice: Agent, visitor: VisitorInBrowser
) -> None:
    visitor.conversation.__class__.objects.update(language="fr-ca")
    hours = make_reply("Hours", shortcut="hours")
    french = hours.copy_for_translation(make_locale("fr"))
    french.title, french.live = "Horaires", True
    french.save()
    make_reply("House rules", shortcut="house")
    assert titles(alice, visitor, "ho") == ["Horaires", "House rules"]
    french.unpublish()
    assert set(titles(alice, visitor, "ho")) == {"Hours", "House rules"}


# As it is now.


def test_what_is_published_changed_or_unpublished_shows_at_the_next_question(
    site: Site, alice: Agent, visitor: VisitorInBrowser
) -> None:
    reply = make_reply("Hours", "At nine", site=site, live=False)
    assert titles(alice, visitor) == []
    reply.get_latest_revision().publish()
    assert titles(alice, visitor) == ["Hours"]
    reply = CannedReply.objects.get()
    reply.title = "Opening"
    reply.tags.set(["sunday"])
    reply.save_revision().publish()
    assert titles(alice, visitor, "sund") == ["Opening"]
    CannedReply.objects.get().unpublish()
    assert titles(alice, visitor) == []


def test_what_another_process_unpublished_is_not_offered_from_memory(
    alice: Agent, visitor: VisitorInBrowser
) -> None:
    reply = make_reply("Hours")
    assert titles(alice, visitor) == ["Hours"]
    CannedReply.objects.filter(pk=reply.pk).update(live=False)  # no signal reaches this process
    assert titles(alice, visitor) == []


def test_looking_costs_the_same_however_many_replies_there_are(
    alice: Agent, visitor: VisitorInBrowser, django_assert_max_num_queries
) -> None:
    for number in range(30):
        make_reply(f"Reply {number}")
    rights = alice.rights
    library()
    with django_assert_max_num_queries(6):
        queries.found(
            rights=rights,
            alias="Robin",
            conversation_id=str(visitor.conversation.public_id),
            query="reply",
        )


# Filled in.


def test_placeholders_are_filled_with_what_is_known(
    site: Site, alice: Agent, visitor: VisitorInBrowser
) -> None:
    text = "Hello {{visitor.name|there}}, {{agent.alias}} of {{site.name}}: {{page.title}} {{page.link}}"
    make_reply("Hello", text, site=site)
    (told,) = found(alice, visitor)
    assert told.text == "Hello there, Robin of a.test: {{page.title}} {{page.link}}"
    assert told.missing == [Placeholder.PAGE_TITLE, Placeholder.PAGE_LINK]
    page = site.root_page.add_child(instance=Page(title="{{site.name}} <b>", slug="x"))
    visitor.conversation.__class__.objects.update(shared_page_id=page.pk)
    (told,) = found(alice, visitor)
    assert told.text.startswith("Hello there, Robin of a.test: {site.name} <b> http://a.test/")
    assert told.missing == []


def test_a_page_that_not_everybody_may_see_is_not_named(
    site: Site, alice: Agent, visitor: VisitorInBrowser
) -> None:
    make_reply("Page", "See {{page.title}}", site=site)
    page = site.root_page.add_child(instance=Page(title="Secret", slug="x"))
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    visitor.conversation.__class__.objects.update(shared_page_id=page.pk)
    (told,) = found(alice, visitor)
    assert told.missing == [Placeholder.PAGE_TITLE] and "Secret" not in told.text


# Cards.


def test_only_cards_that_can_be_sent_are_offered(
    site: Site, alice: Agent, visitor: VisitorInBrowser
) -> None:
    page = site.root_page.add_child(instance=Page(title="Find us", slug="find-us"))
    image = get_image_model().objects.create(title="A map", file=get_test_image_file())
    stream = [{"type": "image", "value": image.pk}, {"type": "page", "value": page.pk}]
    text = f'See <a linktype="page" id="{page.pk}">the page</a>'
    reply = make_reply("Find us", text, site=site, cards=stream)
    (told,) = found(alice, visitor)
    assert [(each.kind, each.title) for each in told.cards] == [
        (CardKind.IMAGE, "A map"),
        (CardKind.PAGE, "Find us"),
    ]
    assert told.text == f"See the page ({page.full_url})"

    def attached(kind: CardKind, object_id: int) -> bool:
        return queries.is_attached(
            rights=alice.rights,
            conversation_id=str(visitor.conversation.public_id),
            reply_id=reply.pk,
            kind=kind,
            object_id=object_id,
        )

    assert attached(CardKind.IMAGE, image.pk)
    assert not attached(CardKind.IMAGE, image.pk + 1)
    assert not attached(CardKind.DOCUMENT, image.pk)
    page.unpublish()
    image.delete()
    (told,) = found(alice, visitor)
    assert told.cards == []
    assert told.text == "See the page"
    CannedReply.objects.get().unpublish()
    assert not attached(CardKind.PAGE, page.pk)


# Suggestions.


def suggested(agent: Agent, visitor: VisitorInBrowser) -> tuple[int, list[Told]]:
    return queries.suggested(
        rights=agent.rights,
        alias=agent.profile.alias,
        conversation_id=str(visitor.conversation.public_id),
    )


def test_what_answered_a_like_question_before_is_suggested(
    site: Site, alice: Agent, visitor: VisitorInBrowser
) -> None:
    hours, gift = make_reply("Hours", "At nine", site=site), make_reply("Gift", "Free", site=site)
    make_use(hours, alice, visitor.conversation, asked=1)
    make_use(gift, alice)
    another = make_visitor(site)
    another.says("Hello!")
    another.says("Are you open on Sunday?")
    seq, replies = suggested(alice, another)
    assert (seq, [each.title for each in replies]) == (2, ["Hours"])


def test_words_that_were_erased_suggest_nothing_any_more(
    site: Site, alice: Agent, visitor: VisitorInBrowser
) -> None:
    make_use(make_reply("Nine", site=site), alice, visitor.conversation, asked=1)
    another = make_visitor(site)
    another.says("Are you open?")
    assert [each.title for each in suggested(alice, another)[1]] == ["Nine"]
    visitor.conversation.delete()
    assert CannedReplyUse.objects.get().conversation is None
    library.forget()
    assert suggested(alice, another)[1] == []


def test_nothing_is_suggested_after_the_last_word_was_ours(
    site: Site, alice: Agent, visitor: VisitorInBrowser
) -> None:
    make_use(make_reply("Hours", site=site), alice, visitor.conversation, asked=1)
    alice.picks_up(visitor.conversation)
    alice.replies(visitor.conversation, "At nine")
    assert suggested(alice, visitor) == (0, [])
