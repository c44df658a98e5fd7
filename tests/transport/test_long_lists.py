"""A console on a site with more conversations than anybody reads: it opens, and hears what is new."""

from dataclasses import dataclass

import pytest

from tests.factories import make_visitor
from tests.transport.browsers import StaffBrowser, in_database, story
from wagtail_livechat.conversations import presentation, queries
from wagtail_livechat.protocol import codec, updates
from wagtail_livechat.transport import process, staff_socket


@dataclass
class Crowd:
    """Visitors who wait."""

    people: list

    def cards(self):
        rows = queries.cards_by_pk([person.conversation.pk for person in self.people])
        return presentation.cards(rows)


@pytest.fixture
def crowd(site):
    people = [make_visitor(site) for _ in range(5)]
    for person in people:
        person.says("Hello")
    return Crowd(people)


async def a_look_around():
    """What the upkeep does by the clock, and what follows from it, done now."""
    hub = process.running().hub
    await hub.compare_all()
    while hub._listing is not None:
        await hub._listing


@story
async def test_the_first_look_around_finds_nothing_new(site, alice, crowd):
    console = await StaffBrowser.of(site, alice)
    ready = await console.says_hello()
    assert len(ready["cards"]) == 5
    console.forgets_what_it_heard()
    await a_look_around()
    await a_look_around()
    assert console.all_of("card.changed") == []


@story
async def test_what_changed_without_a_word_before_the_first_look_is_found(
    site, alice, crowd, monkeypatch
):
    console = await StaffBrowser.of(site, alice)
    await console.says_hello()
    with monkeypatch.context() as another_process:
        another_process.setattr(process, "announce", lambda calls: None)
        await in_database(crowd.people[2].says, "Still there?")
    await a_look_around()
    changed = await console.hears("card.changed", card__excerpt="Still there?")
    assert console.all_of("card.changed") == [changed]


@story
async def test_the_site_of_somebody_who_comes_later_is_no_news_either(
    site, other_site, alice, bob, crowd
):
    first = await StaffBrowser.of(other_site, bob)
    await first.says_hello()
    await a_look_around()
    console = await StaffBrowser.of(site, alice)
    await console.says_hello()
    await a_look_around()
    assert console.all_of("card.changed") == []


@story
async def test_what_was_told_while_the_list_was_read_does_not_push_the_list_out(
    site, alice, crowd, monkeypatch
):
    cards = await in_database(crowd.cards)
    texts = {card.id: codec.encode(updates.CardChanged(card=card)) for card in cards}
    newer = codec.encode(updates.CardChanged(card=cards[0])).replace('"unread":1', '"unread":2')
    join = staff_socket.StaffSocket._join

    def hears_at_once(self, speaker):
        join(self, speaker)
        for conversation, text in texts.items():
            self.tell_card(conversation, text)
        self.tell_card(cards[0].id, newer)

    monkeypatch.setattr(staff_socket.StaffSocket, "_join", hears_at_once)
    monkeypatch.setattr(staff_socket.StaffSocket, "most_bytes", 4_000)
    console = await StaffBrowser.of(site, alice)
    assert len((await console.says_hello())["cards"]) == 5
    assert len(console.all_of("resync")) == 0
    told = await console.hears("card.changed", card__unread=2)
    assert console.all_of("card.changed") == [told]


@story
async def test_a_list_that_is_cut_says_how_many_more_wait(site, alice, crowd, monkeypatch):
    monkeypatch.setattr(queries, "WAITING_PAGE", 2)
    console = await StaffBrowser.of(site, alice)
    ready = await console.says_hello()
    assert (len(ready["cards"]), ready["more_waiting"]) == (2, 3)
