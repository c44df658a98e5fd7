"""The word on the front page of the admin."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.urls import reverse

from tests.factories import allow, make_site, make_user
from wagtail_livechat import clock
from wagtail_livechat.agents.permissions import CHANGE_SETTINGS, REPLY
from wagtail_livechat.privacy.actions import keep_house
from wagtail_livechat.privacy.models import HousekeepingRun

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_addresses")]


@pytest.fixture
def editor() -> User:
    return allow(make_user("ed"), make_site("a.example.com"), CHANGE_SETTINGS)


@pytest.fixture(autouse=True)
def installed_long_ago() -> None:
    MigrationRecorder.Migration.objects.filter(app="wagtail_livechat").update(
        applied=clock.now() - timedelta(days=100)
    )


def front_page(client: Client, user: User) -> str:
    client.force_login(user)
    return client.get(reverse("wagtailadmin_home")).content.decode()


def test_where_it_never_ran_whoever_may_change_settings_is_told(
    client: Client, editor: User
) -> None:
    html = front_page(client, editor)
    assert "has never come to its end" in html
    assert "<code>manage.py livechat_housekeeping</code>" in html


def test_where_it_runs_nobody_is_told_anything(client: Client, editor: User) -> None:
    keep_house()
    assert "livechat-housekeeping" not in front_page(client, editor)


def test_after_two_days_without_it_says_when_it_last_was(client: Client, editor: User) -> None:
    keep_house()
    HousekeepingRun.objects.update(finished_at=clock.now() - timedelta(hours=49))
    assert "last came to its end on" in front_page(client, editor)


def test_an_agent_who_can_do_nothing_about_it_is_not_told(client: Client) -> None:
    agent = allow(make_user("alice"), make_site("a.example.com"), REPLY)
    assert "livechat-housekeeping" not in front_page(client, agent)
