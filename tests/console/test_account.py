"""Oneself as an agent, on the account page."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Site

from tests.console.forms import filled_in_from
from tests.factories import Agent, allow, make_agent, make_site, make_user
from wagtail_livechat.agents.models import AgentProfile
from wagtail_livechat.agents.permissions import REPLY

pytestmark = pytest.mark.django_db

ACCOUNT = "/admin/account/"


@pytest.fixture
def site() -> Site:
    return make_site("a.example.com")


@pytest.fixture
def alice(site: Site) -> Agent:
    agent = make_agent("alice", site, alias="Alice")
    agent.user.first_name, agent.user.last_name = "Alice", "Martin"
    agent.user.save()
    return agent


def submit(client: Client, **fields: object):
    page = client.get(ACCOUNT).content.decode()
    data: dict[str, object] = dict(filled_in_from(page))
    data |= {f"livechat-{name}": value for name, value in fields.items()}
    return client.post(ACCOUNT, data)


def test_an_agent_chooses_alias_availability_and_capacity(client: Client, alice: Agent) -> None:
    client.force_login(alice.user)

    response = submit(client, alias="  Al  of the counter ", availability="busy", capacity="7")

    assert response.status_code == 302
    profile = AgentProfile.objects.get(user=alice.user)
    assert (profile.alias, profile.availability, profile.capacity) == (
        "Al of the counter",
        "busy",
        7,
    )


def test_the_first_look_stores_nothing_and_the_first_save_makes_an_agent(
    client: Client, site: Site
) -> None:
    user = allow(make_user("new"), site, REPLY)
    user.first_name, user.last_name = "Noa", "New"
    user.save()
    client.force_login(user)
    page = client.get(ACCOUNT).content.decode()
    assert "Answering visitors" in page
    assert filled_in_from(page)["livechat-alias"] == ["Agent 1"]
    assert not AgentProfile.objects.exists()

    submit(client, alias="Noa")

    assert AgentProfile.objects.get(user=user).alias == "Noa"


@pytest.mark.parametrize(
    "alias",
    [
        "Alice",
        "alice",
        "Alice ",
        "Al​ice",
        "Аlice",
        "A1ice",
        "ALICE",
        "Álice",
    ],
)
def test_nobody_takes_an_alias_that_looks_like_a_colleagues(
    client: Client, site: Site, alice: Agent, alias: str
) -> None:
    bea = make_agent("bea", site, alias="Bea")
    bea.user.first_name, bea.user.last_name = "Bea", "Bo"
    bea.user.save()
    client.force_login(bea.user)

    response = submit(client, alias=alias)

    assert response.status_code == 200
    assert "A colleague has this alias, or one that looks like it." in response.content.decode()
    assert AgentProfile.objects.get(user=bea.user).alias == "Bea"


def test_an_alias_is_stored_without_what_deceives_the_eye(client: Client, alice: Agent) -> None:
    client.force_login(alice.user)

    assert (
        submit(client, alias="\u202eAl\U000e0041\u200fi\u0336\u0336\u0336\u0336").status_code == 302
    )
    assert AgentProfile.objects.get(user=alice.user).alias == "Ali\u0336\u0336\u0336"


def test_an_alias_as_wide_as_its_column_is_stored(client: Client, alice: Agent) -> None:
    client.force_login(alice.user)

    assert submit(client, alias="각" * 60).status_code == 302
    profile = AgentProfile.objects.get(user=alice.user)
    profile.full_clean(exclude=["user"])
    assert profile.alias == "각" * 60


@pytest.mark.parametrize("alias", ["​​", "  ", "", "...", "x" * 61, "\ufdfa" * 60])
def test_an_alias_must_be_a_name(client: Client, alice: Agent, alias: str) -> None:
    client.force_login(alice.user)

    assert submit(client, alias=alias).status_code == 200
    assert AgentProfile.objects.get(user=alice.user).alias == "Alice"


def test_one_may_keep_ones_own_alias(client: Client, alice: Agent) -> None:
    client.force_login(alice.user)

    assert submit(client, capacity="2").status_code == 302


@pytest.mark.parametrize("capacity", ["0", "51", "-1", "many", ""])
def test_nobody_takes_none_or_a_hundred(client: Client, alice: Agent, capacity: str) -> None:
    client.force_login(alice.user)

    assert submit(client, capacity=capacity).status_code == 200
    assert AgentProfile.objects.get(user=alice.user).capacity == 3


def test_an_agent_shows_a_picture_and_takes_it_away(client: Client, alice: Agent) -> None:
    client.force_login(alice.user)

    picture = SimpleUploadedFile("me.png", get_test_image_file().file.getvalue())

    submit(client, picture=picture)
    profile = AgentProfile.objects.get(user=alice.user)
    assert profile.avatar.uploaded_by_user == alice.user

    submit(client, remove_picture="on")
    profile.refresh_from_db()
    assert profile.avatar is None


def test_what_is_no_picture_is_refused(client: Client, alice: Agent) -> None:
    client.force_login(alice.user)

    response = submit(client, picture=SimpleUploadedFile("me.png", b"<svg onload=alert(1)>"))

    assert response.status_code == 200
    assert not get_image_model().objects.exists()


def test_who_does_not_answer_has_no_such_tab(client: Client) -> None:
    client.force_login(make_user("ed"))

    assert "Answering visitors" not in client.get(ACCOUNT).content.decode()


def test_who_does_not_answer_cannot_become_an_agent_by_posting(client: Client) -> None:
    user = make_user("ed")
    user.first_name, user.last_name = "Ed", "Itor"
    user.save()
    client.force_login(user)

    assert submit(client, alias="Alice", capacity="3", availability="available").status_code == 302

    assert not AgentProfile.objects.exists()
