"""Consent receipts in the admin: who sees which, what was shown, and what is exported."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from hashlib import sha256

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.db.models import F
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from wagtail.models import Site

from tests.factories import (
    allow,
    choose,
    let_assist,
    make_banner,
    make_site,
    make_user,
    publish,
)
from wagtail_livechat.agents.permissions import REPLY, VIEW_RECEIPTS, VIEW_TRANSCRIPT
from wagtail_livechat.consent.models import Receipt, RefusalCount
from wagtail_livechat.console.receipts import html_of
from wagtail_livechat.privacy.models import AccessEntry
from wagtail_livechat.site_settings.memory import forget
from wagtail_livechat.site_settings.models import LiveChatSettings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_addresses")]

LIST = "livechat_receipts:list"


@pytest.fixture
def here() -> Site:
    site = let_assist(make_site("a.example.com"))
    make_banner(site, body='<p>Our <b>team</b> sees your pages. <a href="/privacy/">More</a></p>')
    return site


@pytest.fixture
def there() -> Site:
    site = let_assist(make_site("b.example.com"))
    make_banner(site)
    return site


@pytest.fixture
def officer(client: Client, here: Site) -> User:
    """Somebody who looks after the proof of one site."""
    user = allow(make_user("dpo"), here, VIEW_RECEIPTS)
    client.force_login(user)
    return user


def receipt_of(site: Site) -> Receipt:
    return Receipt.objects.get(pk=choose(site).choice.receipt)


def page_of(receipt: Receipt) -> str:
    return reverse("livechat_receipts:receipt", args=[receipt.pk])


def test_only_the_receipts_of_ones_own_sites_are_shown(
    client: Client, officer: User, here: Site, there: Site
) -> None:
    mine, theirs = receipt_of(here), receipt_of(there)
    listed = client.get(reverse(LIST)).content.decode()
    assert str(mine.pk) in listed and str(theirs.pk) not in listed
    assert client.get(page_of(mine)).status_code == 200
    assert client.get(page_of(theirs)).status_code == 404
    assert "b.example.com" not in listed


def test_refusals_are_told_as_a_number_of_ones_own_sites(
    client: Client, officer: User, here: Site, there: Site
) -> None:
    for site in (here, here, there):
        choose(site, assistance=False)
    RefusalCount.objects.filter(site=here).update(day=F("day") - timedelta(days=29))
    assert "2 refusals in the last 30 days" in client.get(reverse(LIST)).content.decode()
    RefusalCount.objects.filter(site=here).update(day=F("day") - timedelta(days=2))
    assert "0 refusals in the last 30 days" in client.get(reverse(LIST)).content.decode()


@pytest.mark.parametrize("rights", [(), (REPLY, VIEW_TRANSCRIPT)])
def test_nobody_else_sees_any(client: Client, here: Site, rights: tuple[str, ...]) -> None:
    receipt = receipt_of(here)
    client.force_login(allow(make_user("alice"), here, *rights))
    for address in (reverse(LIST), page_of(receipt), reverse(LIST) + "?export=csv"):
        assert client.get(address).status_code == 302
    assert "Consent receipts" not in client.get(reverse("wagtailadmin_home")).content.decode()


def test_nothing_can_be_changed_there(client: Client, officer: User, here: Site) -> None:
    receipt = receipt_of(here)
    for address in (reverse(LIST), page_of(receipt)):
        for method in (client.post, client.put, client.patch, client.delete):
            assert method(address).status_code == 405


def test_the_very_words_are_shown_whatever_became_of_the_banner(
    client: Client, officer: User, here: Site
) -> None:
    receipt = receipt_of(here)
    version = receipt.version
    assert version is not None and version.banner is not None
    version.banner.heading = "Something else"
    publish(version.banner)
    version.banner.delete()

    soup = BeautifulSoup(client.get(page_of(receipt)).content, "html.parser")
    shown = soup.select_one("section[aria-labelledby=shown]")
    assert shown is not None
    assert "May we see your pages?" in shown.text
    assert "Our team sees your pages." in shown.text
    assert "(/privacy/)" in shown.text
    assert shown.select_one("b") is not None and shown.select("a") == []
    assert "Live help" in shown.text and version.hash in soup.text
    assert {"Accept", "Refuse", "Choose"} <= {cell.text for cell in soup.select("td")}


def test_a_receipt_leads_to_the_one_that_ended_it(
    client: Client, officer: User, here: Site
) -> None:
    first = choose(here)
    choose(here, assistance=False, cookie=first.cookie)
    given = Receipt.objects.get(pk=first.choice.receipt)
    withdrawn = Receipt.objects.get(previous=given)
    assert page_of(withdrawn) in client.get(page_of(given)).content.decode()
    assert page_of(given) in client.get(page_of(withdrawn)).content.decode()


def test_words_are_words_and_no_markup() -> None:
    hostile = ["<script>alert(1)</script>", {"t": "script", "c": ["x"]}, {"t": "br"}]
    link = {"t": "a", "c": ["<i>"], "href": '"><script>'}
    found = html_of([*hostile, {"t": "p", "c": [link]}])
    assert "<script" not in found
    assert found.startswith("&lt;script&gt;") and "<br>" in found


def exported(client: Client, kind: str, **more: object) -> bytes:
    response = client.get(reverse(LIST), {"export": kind, **more})
    assert response.status_code == 200
    return b"".join(response.streaming_content)  # type: ignore[arg-type]


def test_what_is_exported_has_a_checksum(
    client: Client, officer: User, here: Site, there: Site
) -> None:
    mine, theirs = receipt_of(here), receipt_of(there)
    lines = exported(client, "csv").splitlines(keepends=True)
    name, told = lines[-1].decode().strip().split(",")
    assert (name, told) == ("SHA-256", sha256(b"".join(lines[:-1])).hexdigest())

    (row,) = csv.DictReader(io.StringIO(b"".join(lines[:-1]).decode()))
    assert row["Receipt"] == str(mine.pk)
    assert (row["Live assistance"], row["Statistics"]) == ("True", "False")
    assert mine.version is not None and row["Hash of the version"] == mine.version.hash
    assert str(theirs.pk).encode() not in b"".join(lines)

    book = load_workbook(io.BytesIO(exported(client, "xlsx")))
    assert [cell.value for cell in book["SHA-256"][1]] == ["SHA-256", told]
    assert book["Sheet1"]["A2"].value == str(mine.pk)


def test_a_reference_is_no_formula(client: Client, officer: User, here: Site) -> None:
    LiveChatSettings.objects.filter(site=here).update(external_consent=True)
    forget()
    for reference in ("=HYPERLINK(1)", "+1", "-1", "@x", "＝1"):
        choose(here, interface="external", version=None, reference=reference)
    found = exported(client, "csv").decode()
    rows = list(csv.DictReader(io.StringIO(found)))[:-1]
    assert all(row["Reference of the site's own tool"][0] == "'" for row in rows)
    sheet = load_workbook(io.BytesIO(exported(client, "xlsx")))["Sheet1"]
    assert not any(cell.data_type == "f" for line in sheet for cell in line)


def test_taking_receipts_away_is_written_down(client: Client, officer: User, here: Site) -> None:
    receipt_of(here)
    client.get(reverse(LIST))
    assert not AccessEntry.objects.exists()
    exported(client, "csv", site=here.pk)
    entry = AccessEntry.objects.get()
    assert (entry.user, entry.site, entry.look) == (officer, here, "exported")
    assert entry.target == "Consent receipts"


def test_they_can_be_filtered(client: Client, officer: User, here: Site) -> None:
    yes = choose(here)
    choose(here, assistance=False, cookie=yes.cookie)
    listed = client.get(reverse(LIST), {"action": "withdrawn"}).content.decode()
    assert str(yes.choice.receipt) not in listed
    assert str(Receipt.objects.get(action="withdrawn").pk) in listed
