"""Canned replies in Wagtail's admin: written, tried, published, found; each by whom it is for."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from wagtail.models import (
    GroupApprovalTask,
    Page,
    ReferenceIndex,
    Site,
    Workflow,
    WorkflowContentType,
    WorkflowTask,
)

from tests.canned_replies.library import make_reply, make_use
from tests.console.forms import filled_in_from
from tests.factories import allow, make_agent, make_site, make_user, make_visitor
from wagtail_livechat.canned_replies.models import CannedReply
from wagtail_livechat.conversations.models import Conversation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_addresses")]

RIGHTS = (
    "add_cannedreply",
    "change_cannedreply",
    "delete_cannedreply",
    "publish_cannedreply",
    "lock_cannedreply",
    "unlock_cannedreply",
)


@pytest.fixture
def site() -> Site:
    return make_site("a.example.com")


@pytest.fixture
def other() -> Site:
    return make_site("b.example.com")


@pytest.fixture
def edith(site: Site) -> User:
    """She looks after the canned replies of A."""
    return allow(make_user("edith"), site, *RIGHTS)


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def admin(edith: User) -> Client:
    return logged_in(edith)


@pytest.fixture
def root() -> Client:
    return logged_in(make_user("root", superuser=True))


def at(name: str, *args: Any) -> str:
    return reverse(f"livechat_canned_replies:{name}", args=args)


def words_of(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return BeautifulSoup(response.content, "html.parser").get_text(" ", strip=True)


def rich(text: str) -> str:
    """A paragraph as the editor's field sends it."""
    import json

    block = {
        "key": "a",
        "text": text,
        "type": "unstyled",
        "depth": 0,
        "inlineStyleRanges": [],
        "entityRanges": [],
    }
    return json.dumps({"blocks": [block], "entityMap": {}})


def written(client: Client, site: Site | None, **fields: str) -> dict[str, Any]:
    """The form for a new reply, filled in."""
    html = client.get(at("add")).content.decode()
    return filled_in_from(
        html,
        **{
            "title": "Opening hours",
            "shortcut": "hours",
            "text": rich("Hello {{visitor.name|there}}, we open at nine."),
            "site": str(site.pk) if site else "",
            "category": "Shop",
            "tags": "opening, visit",
            "cards-count": "0",
        }
        | fields,
    )


PUBLISH = {"action-publish": "1"}


def again(client: Client, reply: CannedReply, **fields: str) -> dict[str, Any]:
    """The form of a reply without cards, which only a script counts."""
    html = client.get(at("edit", reply.pk)).content.decode()
    return filled_in_from(html, **{"cards-count": "0"} | fields)


def test_a_reply_is_written_and_published_with_a_form(admin: Client, site: Site) -> None:
    response = admin.post(at("add"), written(admin, site) | PUBLISH)
    assert response.status_code == 302
    reply = CannedReply.objects.get()
    assert reply.live and reply.site == site and reply.owner is None
    assert reply.text == '<p data-block-key="a">Hello {{visitor.name|there}}, we open at nine.</p>'
    assert sorted(reply.tags.names()) == ["opening", "visit"]


def test_a_card_is_attached_and_the_page_knows_that_it_is_used(admin: Client, site: Site) -> None:
    cards = {
        "cards-count": "1",
        "cards-0-deleted": "",
        "cards-0-order": "0",
        "cards-0-type": "page",
        "cards-0-id": "",
        "cards-0-value": str(site.root_page_id),
    }
    admin.post(at("add"), written(admin, site, **cards) | PUBLISH)
    reply = CannedReply.objects.get()
    assert [block.value.pk for block in reply.cards] == [site.root_page_id]
    page = Page.objects.get(pk=site.root_page_id)
    users = {used.base_content_type.model for used in ReferenceIndex.get_references_to(page)}
    assert "cannedreply" in users
    assert "Opening hours" in words_of(
        logged_in(make_user("root2", superuser=True)).get(
            reverse("wagtailadmin_pages:usage", args=[page.pk])
        )
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": rich("Hello {{ settings.SECRET_KEY }}")}, "is not a placeholder"),
        ({"text": rich("Hello {{visitor.name")}, "is not a placeholder"),
        ({"text": rich("x" * 4001)}, "at most 4000 characters"),
        ({"shortcut": "two words"}, "letters and digits"),
        ({"valid_from": "2026-02-01", "valid_until": "2026-01-01"}, "before the first"),
    ],
)
def test_what_could_not_be_sent_is_refused_with_a_reason(
    admin: Client, site: Site, fields: dict[str, str], words: str
) -> None:
    response = admin.post(at("add"), written(admin, site, **fields) | PUBLISH)
    assert words in words_of(response)
    assert not CannedReply.objects.exists()


def test_a_shortcut_is_taken_once_for_the_same_people(admin: Client, site: Site) -> None:
    make_reply("Hours", site=site, shortcut="Hours")
    assert "has this shortcut" in words_of(admin.post(at("add"), written(admin, site) | PUBLISH))
    make_reply("Horaires", site=site, shortcut="hours", language="fr")


# For whom.


def test_nobody_writes_for_a_site_that_is_not_theirs_nor_for_all(
    admin: Client, site: Site, other: Site
) -> None:
    for elsewhere in (other, None):
        admin.post(at("add"), written(admin, elsewhere) | PUBLISH)
        assert not CannedReply.objects.exists()


def test_who_may_write_but_not_publish_hands_in_drafts(site: Site) -> None:
    dora = logged_in(allow(make_user("dora"), site, "add_cannedreply", "change_cannedreply"))
    dora.post(at("add"), written(dora, site) | PUBLISH)
    assert not CannedReply.objects.filter(live=True).exists()
    dora.post(at("add"), written(dora, site))
    assert CannedReply.objects.get().live is False


def test_an_agent_keeps_personal_replies_without_any_other_right(site: Site) -> None:
    alice = make_agent("alice", site)
    client = logged_in(alice.user)
    client.post(at("add"), written(client, site, owner=str(alice.user.pk)) | PUBLISH)
    reply = CannedReply.objects.get()
    assert reply.live and reply.owner == alice.user
    client.post(at("add"), written(client, site, owner="", shortcut="other") | PUBLISH)
    assert CannedReply.objects.count() == 1
    client.post(at("edit", reply.pk), again(client, reply, owner="") | PUBLISH)
    reply.refresh_from_db()
    assert reply.owner == alice.user


def test_nobody_keeps_a_personal_reply_for_somebody_else(admin: Client, site: Site) -> None:
    alice = make_agent("alice", site)
    admin.post(at("add"), written(admin, site, owner=str(alice.user.pk)) | PUBLISH)
    assert not CannedReply.objects.exists()


OF_ONE = ("edit", "copy", "delete", "usage", "history", "unpublish", "lock", "unlock")


@pytest.mark.parametrize("name", OF_ONE)
def test_a_personal_reply_is_seen_by_its_owner_alone(
    admin: Client, root: Client, site: Site, name: str
) -> None:
    alice = make_agent("alice", site)
    reply = make_reply("Of Alice", "Secret words", site=site, owner=alice.user)
    for client in (admin, root):
        assert "Of Alice" not in words_of(client.get(at("list")))
        response = client.get(at(name, reply.pk))
        assert response.status_code in (302, 403) and b"Secret words" not in response.content
    assert "Of Alice" in words_of(logged_in(alice.user).get(at("list")))
    assert logged_in(alice.user).get(at("edit", reply.pk)).status_code == 200


@pytest.mark.parametrize("name", OF_ONE)
def test_a_reply_of_another_site_is_shut(admin: Client, site: Site, other: Site, name: str) -> None:
    reply = make_reply("Of B", "Secret words", site=other)
    everywhere = make_reply("Of all", "Secret words")
    assert "Of B" not in words_of(admin.get(at("list")))
    for each in (reply, everywhere):
        response = admin.get(at(name, each.pk))
        assert response.status_code in (302, 403) and b"Secret words" not in response.content


def test_personal_replies_go_with_their_owner(site: Site) -> None:
    alice = make_agent("alice", site)
    make_reply("Of Alice", site=site, owner=alice.user)
    alice.user.delete()
    assert not CannedReply.objects.exists()


# The list.


def test_the_list_says_how_often_each_was_used(admin: Client, site: Site) -> None:
    alice = make_agent("alice", site)
    used, _unused = make_reply("Hours", site=site, tags=("a", "b")), make_reply("Gift", site=site)
    make_use(used, alice)
    make_use(used, alice, edited=True)
    assert "2 (1 changed before)" in words_of(admin.get(at("list")))
    page = BeautifulSoup(admin.get(at("list"), {"ordering": "-uses_count"}).content, "html.parser")
    titles = [cell.get_text(strip=True) for cell in page.select("td.title .title-wrapper")]
    assert titles == ["Hours", "Gift"]


def test_the_list_says_in_how_many_conversations_it_helped(admin: Client, site: Site) -> None:
    alice = make_agent("alice", site)
    liked, unrated = make_reply("Hours", site=site, tags=("a", "b")), make_reply("Gift", site=site)
    for helped in (True, True, False, None):
        visitor = make_visitor(site)
        visitor.says("Hello")
        Conversation.objects.filter(pk=visitor.conversation.pk).update(helped=helped)
        for _ in range(2):
            make_use(liked, alice, visitor.conversation)
        if helped is None:
            make_use(unrated, alice, visitor.conversation)
    page = BeautifulSoup(
        admin.get(at("list"), {"ordering": "-helped_count"}).content, "html.parser"
    )
    rows = [row.get_text(" ", strip=True) for row in page.select("tbody tr")]
    assert "Hours" in rows[0] and "2 of 3" in rows[0]
    assert "Gift" in rows[1] and " of " not in rows[1]


def test_the_list_is_searched_and_filtered(admin: Client, site: Site) -> None:
    make_reply("Opening hours", "We open at nine", site=site, category="Shop", tags=("monday",))
    make_reply("Delivery", "Three days", site=site, category="Orders", shortcut="ship")

    def found(**asked: str) -> str:
        return words_of(admin.get(at("list_results"), asked))

    for query in ("opening", "nine", "monday", "Shop"):
        assert "Opening hours" in found(q=query) and "Delivery" not in found(q=query)
    assert "Delivery" in found(q="ship")
    assert "Delivery" in found(category="Orders")
    assert "Opening hours" not in found(category="Orders")
    assert "Delivery" not in found(owner="mine")


def test_a_category_of_somebody_elses_is_not_told(admin: Client, site: Site, other: Site) -> None:
    make_reply("Of B", site=other, category="Secret plans")
    make_reply("Of A", site=site, category="Shop")
    for name in ("list", "add"):
        html = admin.get(at(name)).content.decode()
        assert "Shop" in html and "Secret plans" not in html


def test_it_is_put_in_order(admin: Client, site: Site) -> None:
    first, second = make_reply("A", site=site), make_reply("B", site=site)
    admin.post(at("reorder", second.pk) + "?position=0")
    ordered = CannedReply.objects.order_by("sort_order").values_list("title", flat=True)
    assert list(ordered) == ["B", "A"]
    assert first.pk < second.pk


# Trying it.


def preview(client: Client, reply: CannedReply, mode: str) -> str:
    client.post(at("preview_on_edit", reply.pk), again(client, reply))
    return client.get(at("preview_on_edit", reply.pk), {"mode": mode}).content.decode()


def test_a_reply_is_tried_with_and_without_what_is_known(admin: Client, site: Site) -> None:
    reply = make_reply(
        "Hello", "Hello {{visitor.name|there}}, see {{page.title}}", site=site, shortcut="hi"
    )
    assert "Hello The visitor, see The page that the visitor shows" in preview(
        admin, reply, "known"
    )
    shown = preview(admin, reply, "unknown")
    assert "Hello there, see {{page.title}}" in shown
    assert "the title of the page that the visitor shows" in shown


def test_hostile_words_are_text_in_the_preview(admin: Client, site: Site) -> None:
    reply = make_reply("<script>alert(1)</script>", "&lt;img src=x onerror=alert(1)&gt;", site=site)
    shown = preview(admin, reply, "known")
    assert "<script>alert" not in shown and "<img src=x" not in shown


# Approval and history.


def test_a_change_is_a_draft_until_it_is_published_and_history_keeps_both(
    admin: Client, site: Site
) -> None:
    reply = make_reply("Hours", "At nine", site=site)
    admin.post(at("edit", reply.pk), again(admin, reply, text=rich("At ten")))
    reply.refresh_from_db()
    assert "At nine" in reply.text and reply.has_unpublished_changes
    reply.get_latest_revision().publish()
    reply.refresh_from_db()
    assert "At ten" in reply.text
    assert reply.revisions.count() == 2


def test_a_group_that_has_replies_is_not_deleted(site: Site) -> None:
    from django.db.models import ProtectedError

    group = Group.objects.create(name="Orders")
    make_reply("Hours", site=site, group=group)
    with pytest.raises(ProtectedError):
        group.delete()


# Wagtail's workflow.


@pytest.fixture
def handed_in(site: Site, edith: User) -> CannedReply:
    """A draft of Edith's that waits for the group of approvers."""
    task = GroupApprovalTask.objects.create(name="Approval")
    task.groups.add(Group.objects.create(name="Approvers"))
    workflow = Workflow.objects.create(name="Four eyes")
    WorkflowTask.objects.create(workflow=workflow, task=task)
    WorkflowContentType.objects.create(
        workflow=workflow, content_type=ContentType.objects.get_for_model(CannedReply)
    )
    reply = make_reply("Parking", "Behind the market.", site=site, live=False)
    reply.save_revision()
    workflow.start(reply, edith)
    return reply


def approver(site: Site, *rights: str) -> Client:
    user = allow(make_user("paula"), site, *rights)
    user.groups.add(Group.objects.get(name="Approvers"))
    return logged_in(user)


def test_who_publishes_and_is_to_approve_opens_changes_and_approves(
    handed_in: CannedReply, site: Site
) -> None:
    client = approver(site, "publish_cannedreply")
    words = rich("Behind the market hall.")
    approved = {"action-workflow-action": "1", "workflow-action-name": "approve"}
    client.post(at("edit", handed_in.pk), again(client, handed_in, text=words) | approved)
    handed_in.refresh_from_db()
    assert handed_in.live
    assert "Behind the market hall." in handed_in.text
    assert handed_in.site == site
    # From then on it is only to be published or not.
    assert client.get(at("edit", handed_in.pk)).status_code == 302


def test_who_publishes_and_is_not_to_approve_does_not_open_it(
    handed_in: CannedReply, site: Site
) -> None:
    client = logged_in(allow(make_user("paul"), site, "publish_cannedreply"))
    assert client.get(at("edit", handed_in.pk)).status_code == 302


def test_who_approves_on_another_site_has_nothing_to_approve_here(
    handed_in: CannedReply, other: Site
) -> None:
    client = approver(other, *RIGHTS)
    state = handed_in.current_workflow_task_state
    assert state is not None
    assert client.get(at("edit", handed_in.pk)).status_code == 302
    client.post(at("workflow_action", handed_in.pk, "approve", state.pk))
    handed_in.refresh_from_db()
    assert not handed_in.live
    assert handed_in.workflow_in_progress
