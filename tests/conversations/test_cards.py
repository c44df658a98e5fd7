"""What an agent may send besides words, and what is kept from whoever may not see it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.cache import cache
from django.core.files.base import ContentFile
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import (
    Collection,
    CollectionViewRestriction,
    GroupCollectionPermission,
    Locale,
    Page,
    PageViewRestriction,
)

from tests.factories import (
    Agent,
    VisitorInBrowser,
    make_agent,
    make_site,
    make_visitor,
    new_ref,
)
from wagtail_livechat import errors
from wagtail_livechat.conversations import presentation, queries
from wagtail_livechat.conversations.cards import card_to_send
from wagtail_livechat.conversations.models import Conversation, Message
from wagtail_livechat.protocol.values import Card, CardKind

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def scratch_media(settings, tmp_path) -> None:
    """Files of this test alone; Wagtail keeps renditions in the cache by the image's id."""
    settings.MEDIA_ROOT = str(tmp_path)
    cache.clear()


@pytest.fixture
def site():
    return make_site()


@pytest.fixture
def alice(site) -> Agent:
    return make_agent("alice", site, alias="Alice")


@pytest.fixture
def visitor(site, alice) -> VisitorInBrowser:
    someone = make_visitor(site)
    someone.says("When are you open?")
    alice.picks_up(someone.conversation)
    return someone


@pytest.fixture
def hours(site) -> Page:
    return site.root_page.add_child(
        instance=Page(
            title="Opening hours", slug="hours", search_description="Every day but Sunday"
        )
    )


def may_choose(agent: Agent, collection: Collection | None = None) -> None:
    """Let the agent's group choose images and documents, as Wagtail's editors may."""
    group = Group.objects.create(name="Choosers")
    for codename in ("choose_image", "choose_document"):
        GroupCollectionPermission.objects.create(
            group=group,
            collection=collection or Collection.get_first_root_node(),
            permission=Permission.objects.get(codename=codename),
        )
    agent.user.groups.add(group)


def to_send(
    agent: Agent,
    conversation: Conversation,
    object_id: int,
    kind: CardKind = CardKind.PAGE,
    ref: str | None = None,
) -> Card:
    return card_to_send(
        rights=agent.rights,
        conversation_id=str(conversation.public_id),
        ref=ref or new_ref(),
        kind=kind,
        object_id=object_id,
    )


def make_image(collection: Collection | None = None):
    return get_image_model().objects.create(
        title="The shop",
        description="Its blue door",
        file=get_test_image_file(),
        collection=collection or Collection.get_first_root_node(),
    )


def make_document(collection: Collection | None = None):
    return get_document_model().objects.create(
        title="Catalogue",
        file=ContentFile(b"x" * 2_048, name="catalogue.pdf"),
        collection=collection or Collection.get_first_root_node(),
    )


def private_collection() -> Collection:
    hidden = Collection.get_first_root_node().add_child(name="Hidden")
    CollectionViewRestriction.objects.create(
        collection=hidden, restriction_type=CollectionViewRestriction.LOGIN
    )
    return hidden


# What becomes a card.


def test_a_page_is_sent_with_its_title_its_address_and_what_it_is_about(
    site, visitor, alice, hours
):
    card = to_send(alice, visitor.conversation, hours.pk)
    assert (card.kind, card.title, card.text) == ("page", "Opening hours", "Every day but Sunday")
    assert card.url == hours.full_url
    assert card.url.startswith("http://a.test/")


def test_a_visitor_is_sent_the_page_in_their_own_language(site, visitor, alice, hours):
    french = Locale.objects.get_or_create(language_code="fr")[0]
    site.root_page.copy_for_translation(french, copy_parents=True)
    translated = hours.copy_for_translation(french)
    translated.title = "Horaires"
    translated.save_revision().publish()
    translated.get_parent().specific.save_revision().publish()
    Conversation.objects.update(language="fr-CA")

    card = to_send(alice, visitor.conversation, hours.pk)
    assert card.title == "Horaires"
    assert card.url == Page.objects.get(pk=translated.pk).full_url


def test_a_translation_that_is_a_draft_leaves_the_page_as_it_was_chosen(
    site, visitor, alice, hours
):
    french = Locale.objects.get_or_create(language_code="fr")[0]
    site.root_page.copy_for_translation(french, copy_parents=True)
    hours.copy_for_translation(french)
    Conversation.objects.update(language="fr")
    assert to_send(alice, visitor.conversation, hours.pk).title == "Opening hours"


def test_an_image_is_sent_small_in_the_thread_and_whole_behind_it(visitor, alice):
    may_choose(alice)
    image = make_image()
    card = to_send(alice, visitor.conversation, image.pk, CardKind.IMAGE)
    assert (card.kind, card.title, card.text) == ("image", "The shop", "Its blue door")
    assert card.picture and "max-640x480" in card.picture
    assert card.picture != card.url


def test_a_document_says_what_it_is_and_how_heavy(visitor, alice):
    may_choose(alice)
    card = to_send(alice, visitor.conversation, make_document().pk, CardKind.DOCUMENT)
    assert (card.title, card.picture) == ("Catalogue", None)
    assert card.text.startswith("PDF, 2.0")


# What does not.


def test_a_draft_is_not_sent(visitor, alice, hours):
    hours.unpublish()
    with pytest.raises(errors.Restricted):
        to_send(alice, visitor.conversation, hours.pk)


def test_a_page_below_a_private_one_is_not_sent(site, visitor, alice, hours):
    below = hours.add_child(instance=Page(title="Staff rota", slug="rota"))
    PageViewRestriction.objects.create(page=hours, restriction_type=PageViewRestriction.LOGIN)
    for page in (hours, below):
        with pytest.raises(errors.Restricted):
            to_send(alice, visitor.conversation, page.pk)


def test_a_private_translation_does_not_slip_through_as_a_translation(site, visitor, alice, hours):
    french = Locale.objects.get_or_create(language_code="fr")[0]
    site.root_page.copy_for_translation(french, copy_parents=True)
    translated = hours.copy_for_translation(french)
    translated.title = "Horaires secrets"
    translated.save_revision().publish()
    PageViewRestriction.objects.create(page=translated, restriction_type=PageViewRestriction.LOGIN)
    Conversation.objects.update(language="fr")
    assert to_send(alice, visitor.conversation, hours.pk).title == "Opening hours"


def test_a_page_of_another_site_is_not_sent(visitor, alice):
    elsewhere = make_site("b.test")
    with pytest.raises(errors.Restricted):
        to_send(alice, visitor.conversation, elsewhere.root_page.pk)


def test_a_page_that_is_not_there_is_refused_like_one_that_is_private(visitor, alice):
    with pytest.raises(errors.Restricted):
        to_send(alice, visitor.conversation, 10_000_000)


@pytest.mark.parametrize(
    ("kind", "make"), [(CardKind.IMAGE, make_image), (CardKind.DOCUMENT, make_document)]
)
def test_what_lies_in_a_private_collection_is_not_sent(visitor, alice, kind, make):
    may_choose(alice)
    kept = make(private_collection())
    with pytest.raises(errors.Restricted):
        to_send(alice, visitor.conversation, kept.pk, kind)


@pytest.mark.parametrize(
    ("kind", "make"), [(CardKind.IMAGE, make_image), (CardKind.DOCUMENT, make_document)]
)
def test_an_agent_sends_only_what_wagtail_lets_them_choose(visitor, alice, kind, make):
    may_choose(alice, Collection.get_first_root_node().add_child(name="Elsewhere"))
    with pytest.raises(errors.Restricted):
        to_send(alice, visitor.conversation, make().pk, kind)


def test_an_image_whose_file_is_gone_is_not_sent(visitor, alice):
    may_choose(alice)
    image = make_image()
    image.file.storage.delete(image.file.name)
    with pytest.raises(errors.Restricted):
        to_send(alice, visitor.conversation, image.pk, CardKind.IMAGE)


def test_the_conversation_of_another_site_does_not_exist(visitor, hours):
    bob = make_agent("bob", make_site("b.test"))
    with pytest.raises(errors.NotFound):
        to_send(bob, visitor.conversation, hours.pk)


# Sending it.


@pytest.fixture
def card(visitor, alice, hours) -> Card:
    return to_send(alice, visitor.conversation, hours.pk)


def test_both_sides_are_told_the_card_and_lists_its_title(visitor, alice, card):
    alice.sends(visitor.conversation, card)
    pk = visitor.conversation.pk
    [told] = presentation.messages_for_visitor(pk, 2)[0]
    assert (told.card, told.text, told.kind) == (card, "Opening hours", "agent")
    assert presentation.messages_for_visitors({pk: 2})[pk][0] == [told]
    [to_staff] = presentation.thread_messages(pk, 2)[0]
    assert to_staff.card == card
    [row] = presentation.cards(queries.cards_by_pk([pk]))
    assert row.excerpt == "Opening hours"


def test_a_card_stays_what_it_was_when_the_page_changes(visitor, alice, card, hours):
    alice.sends(visitor.conversation, card)
    hours.title = "Winter hours"
    hours.save()
    [told] = presentation.messages_for_visitor(visitor.conversation.pk, 2)[0]
    assert told.card == card


def test_a_card_to_somebody_who_waits_picks_the_conversation_up(site, alice, hours):
    waiting = make_visitor(site)
    waiting.says("Hello?")
    alice.sends(waiting.conversation, to_send(alice, waiting.conversation, hours.pk))
    assert waiting.conversation.agent_id == alice.profile.pk


def test_nobody_sends_a_card_into_a_colleagues_conversation(site, visitor, alice, hours):
    alice.arrives()
    bruno = make_agent("bruno", site, alias="Bruno")
    card = to_send(bruno, visitor.conversation, hours.pk)
    with pytest.raises(errors.NotYours):
        bruno.sends(visitor.conversation, card)


def test_a_closed_conversation_takes_no_card(visitor, alice, card):
    alice.closes(visitor.conversation)
    with pytest.raises(errors.Closed):
        alice.sends(visitor.conversation, card)


def test_a_card_sent_twice_is_stored_once_even_if_the_page_was_hidden_meanwhile(
    visitor, alice, card, hours
):
    ref = new_ref()
    first = alice.sends(visitor.conversation, card, ref)
    hours.title = "Winter hours"
    hours.save()
    hours.unpublish()
    again = to_send(alice, visitor.conversation, hours.pk, ref=ref)
    second = alice.sends(visitor.conversation, again, ref)
    assert (second.seq, second.repeated) == (first.seq, True)
    assert Message.objects.exclude(card=None).count() == 1
