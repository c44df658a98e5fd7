"""Who may answer on which site, ticked on Wagtail's group form."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse
from wagtail.models import GroupSitePermission, Site

from tests.factories import allow, make_site, make_user
from wagtail_livechat.agents.permissions import (
    INVITE,
    REPLY,
    RIGHTS,
    VIEW_ACCESS,
    VIEW_RECEIPTS,
    VIEW_TRANSCRIPT,
    WATCH,
    rights_of,
    sites_where,
)
from wagtail_livechat.console.groups import ConversationSitesForm, WatchingSitesForm

pytestmark = pytest.mark.django_db


@pytest.fixture
def sites() -> tuple[Site, Site]:
    return make_site("a.example.com"), make_site("b.example.com")


def submit(group: Group, **ticked: list[int]) -> None:
    form = ConversationSitesForm(
        {f"livechat_conversations-{name}": pks for name, pks in ticked.items()}, instance=group
    )
    assert form.is_valid(), form.errors
    form.save()


def test_a_group_replies_where_it_is_ticked(sites: tuple[Site, Site]) -> None:
    here, there = sites
    group = Group.objects.create(name="Counter")
    user = make_user("alice")
    user.groups.add(group)

    submit(group, reply_conversation=[here.pk], view_transcript=[here.pk, there.pk])

    assert sites_where(user, REPLY) == {here.pk}
    assert sites_where(user, VIEW_TRANSCRIPT) == {here.pk, there.pk}


def test_what_is_no_longer_ticked_is_taken_away_and_nothing_else(
    sites: tuple[Site, Site],
) -> None:
    here, there = sites
    user = allow(make_user("alice"), here, REPLY, VIEW_TRANSCRIPT)
    group = user.groups.get()
    publish = Permission.objects.exclude(content_type__app_label="wagtail_livechat").first()
    GroupSitePermission.objects.create(group=group, site=here, permission=publish)

    submit(group, reply_conversation=[there.pk])

    assert sites_where(user, REPLY) == {there.pk}
    assert sites_where(user, VIEW_TRANSCRIPT) == set()
    assert GroupSitePermission.objects.filter(group=group, permission=publish).exists()


def test_the_form_shows_what_is_granted(sites: tuple[Site, Site]) -> None:
    here, _there = sites
    group = allow(make_user("alice"), here, REPLY).groups.get()

    form = ConversationSitesForm(instance=group)

    assert [site.pk for site in form.initial["reply_conversation"]] == [here.pk]
    assert list(form.initial["view_transcript"]) == []


def test_a_site_that_does_not_exist_is_refused() -> None:
    form = ConversationSitesForm(
        {"livechat_conversations-reply_conversation": [999_999]},
        instance=Group.objects.create(name="Counter"),
    )

    assert not form.is_valid()


def test_an_administrator_makes_a_group_of_agents(
    client: Client, admin_user: User, sites: tuple[Site, Site]
) -> None:
    here, _there = sites
    client.force_login(admin_user)
    add = reverse("wagtailusers_groups:add")
    page = client.get(add).content.decode()
    assert "Live chat: conversations" in page
    assert "Reply to visitors on" in page

    from tests.console.forms import filled_in_from

    data = filled_in_from(page, name="Counter")
    data["livechat_conversations-reply_conversation"] = [str(here.pk)]
    response = client.post(add, data)

    assert response.status_code == 302, response.content.decode()[:2000]
    group = Group.objects.get(name="Counter")
    granted = GroupSitePermission.objects.filter(group=group, permission__codename=REPLY)
    assert [row.site_id for row in granted] == [here.pk]


def test_an_administrator_edits_a_group_of_agents(
    client: Client, admin_user: User, sites: tuple[Site, Site]
) -> None:
    here, there = sites
    user = allow(make_user("alice"), here, REPLY)
    group = user.groups.get()
    client.force_login(admin_user)
    edit = reverse("wagtailusers_groups:edit", args=[group.pk])

    from tests.console.forms import filled_in_from

    data = filled_in_from(client.get(edit).content.decode())
    assert data["livechat_conversations-reply_conversation"] == [str(here.pk)]
    data["livechat_conversations-reply_conversation"] = [str(there.pk)]
    assert client.post(edit, data).status_code == 302

    assert sites_where(user, REPLY) == {there.pk}


def test_every_right_can_be_granted_for_all_sites_at_once(sites: tuple[Site, Site]) -> None:
    from wagtail_livechat.wagtail_hooks import register_permissions

    group = Group.objects.create(name="Everywhere")
    group.permissions.add(*register_permissions())
    user = make_user("alice")
    user.groups.add(group)

    assert len(RIGHTS) == 7
    for right in RIGHTS:
        assert {site.pk for site in sites} <= sites_where(user, right)


def test_watching_inviting_and_seeing_who_did_are_granted_site_by_site(
    sites: tuple[Site, Site],
) -> None:
    here, there = sites
    group = Group.objects.create(name="Counter")
    user = make_user("alice")
    user.groups.add(group)
    form = WatchingSitesForm(
        {
            "livechat_watching-watch_visitors": [here.pk, there.pk],
            "livechat_watching-invite_visitors": [here.pk],
            "livechat_watching-view_staff_access": [there.pk],
        },
        instance=group,
    )
    assert form.is_valid(), form.errors
    form.save()

    assert sites_where(user, WATCH) == {here.pk, there.pk}
    assert sites_where(user, INVITE) == {here.pk}
    assert sites_where(user, VIEW_ACCESS) == {there.pk}
    assert sites_where(user, VIEW_RECEIPTS) == set()
    # Nobody invites whom one could not answer.
    assert not rights_of(user).may_invite(here.pk)
    submit(group, reply_conversation=[here.pk])
    assert rights_of(user).may_invite(here.pk)
    assert not rights_of(user).may_invite(there.pk)


def test_a_panel_takes_nothing_that_another_one_gave(sites: tuple[Site, Site]) -> None:
    here, _there = sites
    user = allow(make_user("alice"), here, REPLY, WATCH, VIEW_ACCESS)
    group = user.groups.get()

    form = WatchingSitesForm({"livechat_watching-watch_visitors": []}, instance=group)
    assert form.is_valid()
    form.save()

    assert sites_where(user, REPLY) == {here.pk}
    assert sites_where(user, WATCH) == set()
    assert sites_where(user, VIEW_ACCESS) == set()


def test_the_group_form_shows_all_panels_of_the_chat(client: Client, admin_user: User) -> None:
    client.force_login(admin_user)
    page = client.get(reverse("wagtailusers_groups:add")).content.decode()

    for heading in ("conversations", "watching with permission", "consent", "triggers"):
        assert f"Live chat: {heading}" in page
    assert "Watch visitors who agreed on" in page
    assert "It takes the rights to watch and to reply as well." in page
