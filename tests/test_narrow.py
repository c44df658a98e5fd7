"""Identifiers and moments are put as Django would have put them."""

import uuid
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db.utils import ConnectionHandler

from wagtail_livechat.narrow import SqliteMoments, dashed, undashed

SQLITE = ConnectionHandler(
    {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
)["default"]


def test_an_identifier_is_told_with_dashes_and_kept_without():
    name = uuid.uuid4()
    assert dashed(name.hex) == str(name)
    assert undashed(str(name)) == name.hex


@pytest.mark.parametrize(
    "zone", [UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-3))]
)
@pytest.mark.parametrize("microsecond", [0, 123_456])
def test_a_moment_is_kept_as_django_keeps_it(zone, microsecond):
    moment = datetime(2026, 3, 1, 23, 59, 59, microsecond, tzinfo=zone)
    texts = SqliteMoments(SQLITE)
    assert str(texts[moment]) == str(SQLITE.ops.adapt_datetimefield_value(moment))
    assert texts[moment] is texts[moment]


def test_no_moment_is_none():
    assert SqliteMoments(SQLITE)[None] is None
