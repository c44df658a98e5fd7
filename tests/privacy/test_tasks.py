"""Keeping house as a background task."""

import pytest

from wagtail_livechat.privacy import tasks
from wagtail_livechat.privacy.models import HousekeepingRun
from wagtail_livechat.privacy.registry import PARTS

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_project_with_a_backend_for_tasks_keeps_its_house_with_it() -> None:
    result = tasks.keep_house.enqueue(seconds=60)

    assert set(result.return_value) == {part.name for part in PARTS}
    assert HousekeepingRun.objects.filter(finished_at__isnull=False).count() == len(PARTS)


def test_a_part_that_fails_makes_the_task_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        tasks.actions, "keep_house", lambda **_: tasks.actions.Kept(erased={}, failed=("visitors",))
    )
    with pytest.raises(RuntimeError, match="visitors"):
        tasks.keep_house.call()
