"""What visitors are told, and what only staff are told."""

import msgspec
import pytest
from wagtail.models import Page, PageViewRestriction

from tests.factories import make_agent, make_site, make_visitor, new_ref
from wagtail_livechat.conversations import actions, presentation, queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return make_site()


@pytest.fixture
def alice(site):
    return make_agent("alice.account", site, alias="Alice")


@pytest.fixture
def visitor(site, alice):
    someone = make_visitor(site)
    someone.says("Do you have Emma?")
    alice.picks_up(someone.conversation)
    alice.replies(someone.conversation, "We do")
    return someone


def as_visitor(visitor) -> str:
    row = queries.latest_of_visitor(visitor.site.pk, visitor.key_hash)
    messages, _ = presentation.messages_for_visitor(row.pk, 0)
    return msgspec.json.encode([presentation.visitor_view(row, present=()), messages]).decode()


def test_a_visitor_meets_the_alias_and_never_the_account(visitor):
    told = as_visitor(visitor)
    assert "Alice" in told
    assert "alice.account" not in told


def test_a_visitor_is_told_whether_the_agent_is_here(visitor, alice):
    row = visitor.conversation
    assert not presentation.visitor_view(
        row, present=presentation.present_agents([row])
    ).agent_present
    alice.arrives()
    assert presentation.visitor_view(row, present=presentation.present_agents([row])).agent_present


def test_a_visitor_is_never_told_a_note(visitor, alice):
    actions.add_note(
        rights=alice.rights,
        conversation_id=str(visitor.conversation.public_id),
        ref=new_ref(),
        text="difficult customer",
    )
    assert "difficult" not in as_visitor(visitor)
    assert presentation.notes(visitor.conversation.pk, 0)[0].text == "difficult customer"


def test_many_visitors_at_once_are_told_what_each_is_told_alone(site, visitor):
    other = make_visitor(site)
    other.says("Are you open?")
    pks = {visitor.conversation.pk: 0, other.conversation.pk: 0}
    together = presentation.messages_for_visitors(pks)
    assert together == {pk: presentation.messages_for_visitor(pk, 0) for pk in pks}
    assert [message.notice for message in together[visitor.conversation.pk][0]] == [
        None,
        "picked_up",
        None,
    ]


def test_each_is_told_only_what_follows_the_own_cursor(site, visitor):
    pk = visitor.conversation.pk
    messages, more = presentation.messages_for_visitors({pk: 2})[pk]
    assert [message.seq for message in messages] == [3]
    assert not more


def test_a_long_thread_comes_in_parts(visitor, monkeypatch):
    monkeypatch.setattr(presentation, "MAX_BATCH", 2)
    pk = visitor.conversation.pk
    messages, more = presentation.messages_for_visitors({pk: 0})[pk]
    assert [message.seq for message in messages] == [1, 2]
    assert more


def test_staff_are_told_which_account_wrote(visitor):
    messages, more = presentation.thread_messages(visitor.conversation.pk, 0)
    assert [m.wrote for m in messages] == [None, "alice.account", "alice.account"]
    assert not more


def test_a_card_says_what_a_list_needs(visitor, alice):
    visitor.says("And Persuasion?")
    [card], _ = presentation.open_cards(alice.rights)
    assert (card.excerpt, card.last_kind.value, card.unread) == ("And Persuasion?", "visitor", 2)
    assert card.agent is not None and card.agent.alias == "Alice"
    assert card.waiting_since is not None
    assert card.visitor_present is False


def test_a_card_quotes_the_last_words_not_the_notice_after_them(visitor, alice):
    alice.closes(visitor.conversation)
    [row] = queries.cards_by_pk([visitor.conversation.pk])
    [card] = presentation.cards([row])
    assert (card.excerpt, card.last_kind.value) == ("We do", "agent")


def test_unread_falls_when_staff_have_seen(visitor, alice):
    actions.mark_read_by_staff(
        rights=alice.rights, conversation_id=str(visitor.conversation.public_id), seq=3
    )
    [card], _ = presentation.open_cards(alice.rights)
    assert card.unread == 0


def test_many_cards_cost_as_many_queries_as_one(
    site, visitor, alice, django_assert_max_num_queries
):
    for _ in range(5):
        make_visitor(site).says("Hello")
    rights = alice.rights
    with django_assert_max_num_queries(7):
        assert len(presentation.open_cards(rights)[0]) == 6


def test_a_list_longer_than_anybody_reads_is_cut_but_for_ones_own(
    site, visitor, alice, monkeypatch
):
    monkeypatch.setattr(queries, "WAITING_PAGE", 2)
    monkeypatch.setattr(queries, "ACTIVE_PAGE", 1)
    bea = make_agent("bea", site)
    waiting = [make_visitor(site) for _ in range(5)]
    for person in waiting:
        person.says("Hello")
    bea.picks_up(waiting[0].conversation)
    cards, more_waiting = presentation.open_cards(alice.rights, alice.profile.pk)
    assert [card.id for card in cards] == [
        str(person.conversation.public_id) for person in (waiting[1], waiting[2], visitor)
    ]
    assert more_waiting == 2


def test_an_agent_sees_only_the_cards_of_their_sites(visitor):
    stranger = make_agent("sam", make_site("b.test"))
    assert presentation.open_cards(stranger.rights) == ([], 0)


def test_catching_up_comes_in_batches(site, visitor):
    pk = visitor.conversation.pk
    for n in range(5):
        visitor.says(f"{n}")
    rows, more = queries.messages_after(pk, 3, limit=2)
    assert ([row.seq for row in rows], more) == ([4, 5], True)
    rows, more = queries.messages_after(pk, 5, limit=10)
    assert ([row.seq for row in rows], more) == ([6, 7, 8], False)


class TestSharedPage:
    @pytest.fixture
    def page(self, site):
        return site.root_page.add_child(instance=Page(title="Secret sale", slug="sale"))

    def card(self, visitor, page, **kwargs):
        actions.share_page(site_id=visitor.site.pk, key_hash=visitor.key_hash, page_id=page.pk)
        return presentation.cards(queries.cards_by_pk([visitor.conversation.pk]), **kwargs)[0]

    def test_staff_see_title_and_address_of_a_public_page(self, visitor, page):
        shared = self.card(visitor, page).page
        assert shared is not None
        assert (shared.title, shared.url) == ("Secret sale", "http://a.test/en/sale/")

    def test_a_private_page_keeps_its_title_to_itself(self, visitor, page):
        PageViewRestriction.objects.create(page=page, restriction_type="login")
        shared = self.card(visitor, page).page
        assert shared is not None
        assert (shared.title, shared.url) == (None, None)

    def test_who_may_see_a_private_page_sees_its_title(self, visitor, page):
        PageViewRestriction.objects.create(page=page, restriction_type="login")
        shared = self.card(visitor, page, may_see_page=lambda _: True).page
        assert shared is not None and shared.title == "Secret sale"

    def test_a_page_below_a_private_one_is_private_too(self, visitor, page):
        PageViewRestriction.objects.create(page=page, restriction_type="login")
        child = page.add_child(instance=Page(title="Below", slug="below"))
        shared = self.card(visitor, child).page
        assert shared is not None and shared.title is None

    def test_a_draft_is_never_named(self, visitor, page):
        page.live = False
        page.save()
        shared = self.card(visitor, page, may_see_page=lambda _: True).page
        assert shared is not None and shared.title is None
