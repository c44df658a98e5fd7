"""Reading what was said, and that it is written down who read it."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry, Page, Site

from tests.factories import (
    Agent,
    VisitorInBrowser,
    allow,
    make_agent,
    make_site,
    make_user,
    make_visitor,
    new_ref,
)
from wagtail_livechat.agents.permissions import REPLY, VIEW_TRANSCRIPT
from wagtail_livechat.console.transcripts import TranscriptView
from wagtail_livechat.conversations import actions, signpost
from wagtail_livechat.conversations.guidance import PagePointer, Pointing
from wagtail_livechat.conversations.signpost import Saying
from wagtail_livechat.protocol.values import Card, CardKind

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_addresses")]


@pytest.fixture
def site() -> Site:
    return make_site("a.example.com")


@pytest.fixture
def alice(site: Site) -> Agent:
    return make_agent("alice", site, alias="Alice of the counter")


@pytest.fixture
def visitor(site: Site, alice: Agent) -> VisitorInBrowser:
    visitor = make_visitor(site)
    visitor.says("Do you have <b>maps</b>?")
    alice.picks_up(visitor.conversation)
    alice.replies(visitor.conversation, "Of Lyon & of Oslo")
    actions.add_note(
        rights=alice.rights,
        conversation_id=str(visitor.conversation.public_id),
        ref=new_ref(),
        text="Asks for maps each spring",
    )
    alice.closes(visitor.conversation)
    return visitor


def address(visitor: VisitorInBrowser) -> str:
    return reverse("livechat_console:transcript", args=[visitor.conversation.public_id])


def test_it_shows_what_was_said_by_whom(
    client: Client, alice: Agent, visitor: VisitorInBrowser
) -> None:
    client.force_login(alice.user)

    html = client.get(address(visitor)).content.decode()

    assert "Do you have &lt;b&gt;maps&lt;/b&gt;?" in html
    assert "Of Lyon &amp; of Oslo" in html
    assert "Alice of the counter picked up the conversation." in html
    assert "Alice of the counter closed the conversation." in html
    assert "Asks for maps each spring" in html
    assert 'dir="auto"' in html


@pytest.mark.parametrize(
    ("helped", "words"),
    [(True, "said that it helped"), (False, "said that it did not help"), (None, None)],
)
def test_what_the_visitor_said_at_the_end_stands_above(
    client: Client,
    alice: Agent,
    site: Site,
    visitor: VisitorInBrowser,
    helped: bool | None,
    words: str | None,
) -> None:
    client.force_login(alice.user)
    if helped is not None:
        actions.rate(site_id=site.pk, key_hash=visitor.key_hash, helped=helped)
    shown = client.get(address(visitor)).content.decode()
    assert ("the visitor said" in shown) is (words is not None)
    assert words is None or words in shown


def test_the_account_stands_beside_what_was_written_and_nowhere_else(
    client: Client, alice: Agent, visitor: VisitorInBrowser
) -> None:
    client.force_login(alice.user)

    response = client.get(address(visitor))

    assert [(entry.kind, entry.account) for entry in response.context["entries"]] == [
        ("visitor", ""),
        ("notice", ""),
        ("agent", "alice"),
        ("notice", ""),
    ]


def test_the_site_is_called_as_in_the_console(
    client: Client, alice: Agent, site: Site, visitor: VisitorInBrowser
) -> None:
    Site.objects.update(is_default_site=False)
    site.site_name, site.is_default_site = "The counter", True
    site.save()
    client.force_login(alice.user)

    html = client.get(address(visitor)).content.decode()

    assert "<bdi>The counter</bdi>" in html
    assert "[default]" not in html


def test_reading_is_written_down_without_a_word_of_it(
    client: Client, alice: Agent, visitor: VisitorInBrowser
) -> None:
    client.force_login(alice.user)
    client.get(address(visitor))

    entry = ModelLogEntry.objects.get(action="wagtail_livechat.view_transcript")

    assert entry.user == alice.user
    assert str(entry.object_id) == str(visitor.conversation.pk)
    assert entry.label == str(visitor.conversation)
    assert entry.data == {}


def test_a_refusal_is_not_written_down_as_reading(
    client: Client, visitor: VisitorInBrowser
) -> None:
    bob = make_agent("bob", make_site("b.example.com"))
    client.force_login(bob.user)

    assert client.get(address(visitor)).status_code == 404

    assert not ModelLogEntry.objects.filter(action="wagtail_livechat.view_transcript").exists()


def test_a_conversation_of_another_site_and_none_look_the_same(
    client: Client, visitor: VisitorInBrowser
) -> None:
    client.force_login(make_agent("bob", make_site("b.example.com")).user)
    unknown = reverse("livechat_console:transcript", args=[uuid.uuid4()])

    foreign, none = client.get(address(visitor)), client.get(unknown)

    assert foreign.status_code == none.status_code == 404
    assert foreign.content == none.content


def test_who_may_only_reply_has_no_transcripts(
    client: Client, site: Site, visitor: VisitorInBrowser
) -> None:
    client.force_login(allow(make_user("temp"), site, REPLY))

    assert client.get(address(visitor)).status_code == 302


def test_a_long_one_is_read_page_by_page(
    client: Client,
    site: Site,
    visitor: VisitorInBrowser,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(TranscriptView, "entries_per_page", 2)
    client.force_login(allow(make_user("reader"), site, VIEW_TRANSCRIPT))

    first = client.get(address(visitor)).content.decode()
    second = client.get(address(visitor) + "?p=2").content.decode()

    assert 'id="message-1"' in first and 'id="message-3"' not in first
    assert 'id="message-3"' in second and 'id="message-1"' not in second
    assert "Page 1 of 2" in first
    for nonsense in ("0", "-1", "x", "999", "1e9"):
        assert client.get(address(visitor), {"p": nonsense}).status_code == 200


def test_a_card_stands_in_the_transcript_as_a_link(
    client: Client, site: Site, alice: Agent, visitor: VisitorInBrowser
) -> None:
    asks_again = make_visitor(site)
    asks_again.says("When are you open?")
    alice.sends(
        asks_again.conversation,
        Card(kind=CardKind.PAGE, title="Hours & <days>", url="http://a.test/hours/"),
    )
    client.force_login(alice.user)
    page = client.get(address(asks_again)).content.decode()
    assert 'href="http://a.test/hours/"' in page
    assert "Hours &amp; &lt;days&gt;" in page


def test_the_signpost_is_named_and_what_did_not_help_is_marked(
    client: Client, site: Site, alice: Agent
) -> None:
    visitor = make_visitor(site)
    page = site.root_page.add_child(instance=Page(title="Opening <i>hours</i>", slug="hours"))
    actions.send_message(
        site_id=site.pk,
        key_hash=visitor.key_hash,
        language="en",
        ref=new_ref(),
        text="When?",
        signpost=True,
    )
    pointer = PagePointer(page_id=page.pk, title=page.title, passage="Soon", url=page.full_url)
    saying = Saying(text="Here:", pointing=Pointing(pages=[pointer]), asks=True)
    signpost.say(conversation_pk=visitor.conversation.pk, to_seq=1, saying=saying)
    signpost.judge(site_id=site.pk, key_hash=visitor.key_hash, seq=2, helped=False)
    alice.closes(visitor.conversation)
    client.force_login(alice.user)

    shown = client.get(address(visitor)).content.decode()
    assert "Signpost (automatic)" in shown
    assert "did not help" in shown
    assert "nobody was here" in shown
    assert f'<a href="{page.full_url}"' in shown
    assert "Opening &lt;i&gt;hours&lt;/i&gt;" in shown

    page.unpublish()
    shown = client.get(address(visitor)).content.decode()
    assert page.full_url not in shown
    assert "Opening &lt;i&gt;hours&lt;/i&gt;" in shown
