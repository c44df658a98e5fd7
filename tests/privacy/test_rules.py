"""When the house counts as neglected."""

from datetime import UTC, datetime, timedelta

from wagtail_livechat.privacy.rules import WARN_AFTER, is_neglected

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def test_two_days_are_the_limit() -> None:
    assert timedelta(hours=48) == WARN_AFTER
    assert not is_neglected(NOW - WARN_AFTER, NOW)
    assert is_neglected(NOW - WARN_AFTER - timedelta(seconds=1), NOW)
