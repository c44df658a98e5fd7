"""What is proof is added, and stays as it is."""

import pytest
from django.db import IntegrityError
from wagtail.models import Site

from tests.factories import choose
from wagtail_livechat.consent.models import AppendOnly, BannerVersion, Receipt

pytestmark = pytest.mark.django_db


@pytest.fixture
def receipt(site, banner) -> Receipt:
    return Receipt.objects.get(pk=choose(site).choice.receipt)


def test_a_receipt_is_never_changed(receipt):
    receipt.assistance = False
    for change in (
        receipt.save,
        lambda: Receipt.objects.update(assistance=False),
        lambda: Receipt.objects.filter(pk=receipt.pk).update(statistics=True),
        lambda: Receipt.objects.bulk_update([receipt], ["assistance"]),
        lambda: Receipt.objects.update_or_create(pk=receipt.pk, defaults={"assistance": False}),
        lambda: Receipt.objects.bulk_create(
            [receipt], update_conflicts=True, unique_fields=["id"], update_fields=["assistance"]
        ),
    ):
        with pytest.raises(AppendOnly):
            change()
    receipt.refresh_from_db()
    assert receipt.assistance


def test_a_receipt_is_never_deleted_by_hand(receipt):
    for delete in (receipt.delete, Receipt.objects.all().delete):
        with pytest.raises(AppendOnly):
            delete()
    assert Receipt.objects.count() == 1


def test_a_version_is_neither_changed_nor_deleted(banner):
    version = banner.versions.get()
    version.texts = {}
    for act in (
        version.save,
        version.delete,
        lambda: BannerVersion.objects.update(texts={}),
        lambda: banner.versions.update(texts={}),
        banner.versions.all().delete,
    ):
        with pytest.raises(AppendOnly):
            act()
    version.refresh_from_db()
    assert version.texts["heading"] == "May we see your pages?"


def test_a_receipt_is_ended_once(site, receipt):
    choose(site, cookie=choose(site).cookie, assistance=False)
    values = {
        "site": site,
        "language": "en",
        "assistance": False,
        "statistics": False,
        "action": "withdrawn",
        "interface": "banner",
        "software": "x",
        "previous": receipt,
        "at": receipt.at,
    }
    Receipt.objects.create(**values)
    with pytest.raises(IntegrityError):
        Receipt.objects.create(**values)


def test_versions_outlive_their_banner_and_receipts_too(site, banner, receipt):
    banner.delete()
    receipt.refresh_from_db()
    assert receipt.version.banner is None
    assert receipt.version.texts["heading"] == "May we see your pages?"


def test_a_site_that_is_deleted_takes_its_proof_along(site, receipt):
    Site.objects.get(pk=site.pk).delete()
    assert not Receipt.objects.exists()
    assert not BannerVersion.objects.exists()


def test_a_receipt_knows_nothing_of_the_browser():
    fields = {field.name for field in Receipt._meta.get_fields()}
    assert fields == {
        "id",
        "site",
        "version",
        "language",
        "assistance",
        "statistics",
        "action",
        "interface",
        "gpc",
        "dnt",
        "reference",
        "software",
        "previous",
        "next",
        "at",
    }
