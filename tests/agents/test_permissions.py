"""Rights come from Wagtail's groups, for everywhere or for one site."""

import pytest
from django.contrib.auth.models import Group

from tests.factories import allow, make_site, make_user
from wagtail_livechat.agents.permissions import (
    CHANGE_SETTINGS,
    REPLY,
    VIEW_TRANSCRIPT,
    permission,
    rights_of,
    sites_where,
    user_ids_who_may_reply,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def sites():
    return make_site("a.test"), make_site("b.test")


def test_a_right_on_one_site_is_no_right_on_another(sites):
    a, b = sites
    alice = allow(make_user("alice"), a, REPLY)
    assert sites_where(alice, REPLY) == {a.pk}
    assert sites_where(alice, VIEW_TRANSCRIPT) == frozenset()
    assert rights_of(alice).may_reply(a.pk)
    assert not rights_of(alice).may_view(b.pk)


def test_a_groups_permission_counts_on_all_sites(sites):
    user = make_user("carla")
    group = Group.objects.create(name="Everywhere")
    group.permissions.add(permission(REPLY))
    user.groups.add(group)
    assert {site.pk for site in sites} <= sites_where(user, REPLY)


def test_a_superuser_may_everywhere(sites):
    root = make_user("root", superuser=True)
    assert {site.pk for site in sites} <= rights_of(root).reply


def test_an_editor_without_chat_rights_may_nothing(sites):
    ed = make_user("ed")
    assert rights_of(ed).sites == frozenset()
    assert sites_where(ed, CHANGE_SETTINGS) == frozenset()


def test_who_was_deactivated_may_nothing(sites):
    alice = allow(make_user("alice"), sites[0], REPLY)
    alice.is_active = False
    assert rights_of(alice).sites == frozenset()


def test_who_may_reply_is_found_by_site(sites):
    a, b = sites
    alice = allow(make_user("alice"), a, REPLY)
    root = make_user("root", superuser=True)
    reader = allow(make_user("rita"), a, VIEW_TRANSCRIPT)
    assert {alice.pk, root.pk} <= user_ids_who_may_reply(a.pk)
    assert alice.pk not in user_ids_who_may_reply(b.pk)
    assert reader.pk not in user_ids_who_may_reply(a.pk)
