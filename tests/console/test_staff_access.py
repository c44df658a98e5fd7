"""The report on who looked at what."""

from __future__ import annotations

import csv
import io

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from wagtail.models import Site

from tests.factories import allow, make_agent, make_site, make_user, make_visitor
from wagtail_livechat.agents.permissions import REPLY, VIEW_ACCESS, VIEW_TRANSCRIPT
from wagtail_livechat.console.spreadsheets import neutralised
from wagtail_livechat.privacy.actions import record_access
from wagtail_livechat.privacy.models import AccessEntry, Look

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_addresses")]


@pytest.fixture
def site() -> Site:
    return make_site("a.example.com")


@pytest.fixture
def elsewhere() -> Site:
    return make_site("b.example.com")


@pytest.fixture
def officer(client: Client, site: Site) -> User:
    user = allow(make_user("olga"), site, VIEW_ACCESS)
    client.force_login(user)
    return user


def looked(site: Site | None, name: str, look: Look = Look.OPENED_VISIT, **fields: str) -> None:
    user = make_user(name)
    record_access(
        user_id=user.pk, site_id=site.pk if site else None, look=look, target="Visit 7f3a", **fields
    )


def rows(html: str) -> list[list[str]]:
    found = BeautifulSoup(html, "html.parser").select("table.listing tbody tr")
    return [[" ".join(cell.get_text().split()) for cell in row.select("td")] for row in found]


def test_it_shows_who_looked_at_what_on_the_sites_of_its_reader(
    client: Client, officer: User, site: Site, elsewhere: Site
) -> None:
    looked(site, "alice", alias="Alice", session_hash="abcdef")
    looked(elsewhere, "bob")
    looked(None, "carol")

    html = client.get(reverse("livechat_console:access")).content.decode()

    mine, alices = rows(html)
    assert mine[3] == "olga"
    assert alices[2:] == [
        "a.example.com",
        "alice",
        "Alice",
        "abcdef",
        "Opened a visitor's trail",
        "Visit 7f3a",
    ]
    assert "bob" not in html and "carol" not in html


def test_looking_at_the_log_is_logged_on_each_site_that_is_shown(
    client: Client, officer: User, site: Site, elsewhere: Site
) -> None:
    allow(officer, elsewhere, VIEW_ACCESS)

    client.get(reverse("livechat_console:access"))
    assert [
        (entry.site, entry.user, entry.look, bool(entry.session))
        for entry in AccessEntry.objects.order_by("site__hostname")
    ] == [(site, officer, "viewed_log", True), (elsewhere, officer, "viewed_log", True)]

    client.get(reverse("livechat_console:access_results"), {"site": site.pk})
    client.get(reverse("livechat_console:access"), {"site": site.pk, "export": "csv"})
    assert AccessEntry.objects.filter(site=site, look="viewed_log").count() == 2
    assert AccessEntry.objects.filter(site=site, look="exported").count() == 1
    assert AccessEntry.objects.filter(site=elsewhere).count() == 1


def test_it_is_filtered_by_account_look_and_site(
    client: Client, officer: User, site: Site, elsewhere: Site
) -> None:
    looked(site, "alice", Look.INVITED)
    looked(site, "amir", Look.READ_TRANSCRIPT)
    looked(elsewhere, "bob")

    def accounts(**query: object) -> list[str]:
        html = client.get(reverse("livechat_console:access_results"), query).content.decode()
        return [row[3] for row in rows(html)]

    assert accounts(account="ali") == ["alice"]
    assert accounts(look=["read_transcript"]) == ["amir"]
    # Another's site is no choice, and shows nothing of theirs.
    assert "bob" not in accounts(site=elsewhere.pk)


@pytest.mark.parametrize(
    "query", ["ordering=user__password", "at__lt=x", "site=nonsense", "look=zzz", "p=99999", "q=x"]
)
def test_a_strange_question_is_no_door(client: Client, officer: User, query: str) -> None:
    assert client.get(f"{reverse('livechat_console:access')}?{query}").status_code == 200


def test_an_exported_name_is_no_formula(client: Client, officer: User, site: Site) -> None:
    for alias in ("=1+1", "@SUM(A1)", "+4", "-4"):
        record_access(user_id=None, site_id=site.pk, look=Look.WATCHED, alias=alias)
    address = reverse("livechat_console:access")

    sheet = client.get(address, {"export": "csv"})
    text = b"".join(sheet.streaming_content).decode()
    aliases = {row["Alias"] for row in csv.DictReader(io.StringIO(text))}
    assert {"'=1+1", "'@SUM(A1)", "'+4", "'-4"} <= aliases

    book = client.get(address, {"export": "xlsx"})
    cells = list(load_workbook(io.BytesIO(b"".join(book.streaming_content))).active)
    assert "f" not in {cell.data_type for row in cells for cell in row}
    assert "'=1+1" in {cell.value for row in cells for cell in row}


def test_what_is_no_formula_stays_as_it_is() -> None:
    assert neutralised("Alice") == "Alice"
    assert neutralised(3) == 3
    assert neutralised("") == ""
    assert neutralised("\t=1") == "'\t=1"


def test_others_do_not_get_in_and_are_shown_no_way(
    client: Client, site: Site, admin_user: User
) -> None:
    agent = allow(make_user("alice"), site, REPLY, VIEW_TRANSCRIPT)
    client.force_login(agent)
    for name in ("access", "access_results"):
        assert client.get(reverse(f"livechat_console:{name}")).status_code == 302
    assert not AccessEntry.objects.exists()
    home = reverse("wagtailadmin_home")
    assert reverse("livechat_console:access") not in client.get(home).content.decode()

    client.force_login(admin_user)
    assert reverse("livechat_console:access") in client.get(home).content.decode()


def test_nothing_can_be_changed_through_it(client: Client, officer: User) -> None:
    assert client.post(reverse("livechat_console:access")).status_code == 405


def test_an_entry_of_a_site_that_is_gone_is_for_those_who_see_all(
    client: Client, admin_user: User
) -> None:
    looked(None, "carol")
    client.force_login(admin_user)
    html = client.get(reverse("livechat_console:access")).content.decode()
    assert "carol" in [row[3] for row in rows(html)]


def test_reading_a_transcript_is_in_the_log(client: Client, site: Site) -> None:
    agent = make_agent("alice", site, alias="Alice")
    visitor = make_visitor(site)
    visitor.says("Hello")
    client.force_login(agent.user)

    client.get(reverse("livechat_console:transcript", args=[visitor.conversation.public_id]))

    entry = AccessEntry.objects.get()
    assert (entry.look, entry.account, entry.alias) == ("read_transcript", "alice", "Alice")
    assert entry.target == str(visitor.conversation)
    assert "Hello" not in entry.target
