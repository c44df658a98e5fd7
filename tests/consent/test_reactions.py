"""What Wagtail publishes becomes what visitors are asked."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from tests.factories import make_banner, make_locale, publish
from wagtail_livechat.consent.models import ConsentBanner
from wagtail_livechat.consent.queries import banner_for

pytestmark = pytest.mark.django_db


def test_saving_is_not_publishing(site):
    banner = ConsentBanner(
        site=site, locale=make_locale("en"), live=False, name="x", heading="x", body="<p>x</p>"
    )
    banner.save()
    banner.save_revision()
    assert not banner.versions.exists()
    assert banner_for(site.pk, "en") is None
    publish(banner)
    assert banner_for(site.pk, "en").texts["heading"] == "x"


def test_what_is_taken_down_is_asked_no_more(site):
    banner = make_banner(site)
    assert banner_for(site.pk, "en")
    banner.unpublish()
    assert banner_for(site.pk, "en") is None


def test_what_is_deleted_is_asked_no_more(site):
    banner = make_banner(site)
    assert banner_for(site.pk, "en")
    banner.delete()
    assert banner_for(site.pk, "en") is None


def an_hour_later(revision) -> None:
    """Put back what was planned, instead of the clock forward."""
    before = timezone.now() - timedelta(minutes=1)
    revision.content["go_live_at"] = before.isoformat()
    revision.approved_go_live_at = before
    revision.save()


def test_what_was_scheduled_is_asked_from_its_hour(site):
    banner = make_banner(site)
    banner.heading = "From now on"
    banner.go_live_at = timezone.now() + timedelta(hours=1)
    revision = banner.save_revision()
    revision.publish()
    assert banner_for(site.pk, "en").texts["heading"] == "May we see your pages?"
    an_hour_later(revision)
    call_command("publish_scheduled")
    assert banner_for(site.pk, "en").texts["heading"] == "From now on"
