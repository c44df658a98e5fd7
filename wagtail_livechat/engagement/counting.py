"""How triggers do: numbers for each day, and the pause of one that is dismissed too often."""

# Wagtail's functions carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from typing import Final

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.db.models import F
from wagtail.log_actions import log

from wagtail_livechat import bus, clock

from .events import TriggerPaused, TriggerResumed
from .models import Trigger, TriggerCount
from .rules import Score, counted, must_pause

PAUSED: Final = "wagtail_livechat.trigger_paused"
RESUMED: Final = "wagtail_livechat.trigger_resumed"


@transaction.atomic
def count(trigger_id: int | None, **numbers: int) -> None:
    """So many more today: ``shown``, ``accepted``, ``declined`` or ``ignored``.

    Without a trigger (an agent invited) there is nothing to count.
    """
    if trigger_id is None:
        return
    which = {"trigger_id": trigger_id, "day": clock.now().date()}
    more = {name: F(name) + number for name, number in numbers.items()}
    if TriggerCount.objects.filter(**which).update(**more):
        return
    try:
        with transaction.atomic():
            TriggerCount.objects.create(**which, **numbers)
    except IntegrityError:  # another process was the first of the day, or the trigger went
        TriggerCount.objects.filter(**which).update(**more)


@transaction.atomic
def count_answer(trigger_id: int | None, *, dismissed: bool) -> None:
    """A visitor accepted, or dismissed; a trigger that is dismissed too often stops here."""
    if trigger_id is None:
        return
    trigger = Trigger.objects.select_for_update(of=("self",)).filter(pk=trigger_id).first()
    if trigger is None:
        return
    count(trigger_id, **{"declined" if dismissed else "accepted": 1})
    score = counted(
        Score(answers=trigger.recent_answers, dismissals=trigger.recent_dismissals),
        dismissed=dismissed,
        after=trigger.pause_after,
    )
    Trigger.objects.filter(pk=trigger_id).update(
        recent_answers=score.answers, recent_dismissals=score.dismissals
    )
    if trigger.paused_at is None and must_pause(
        score, percent=trigger.pause_percent, after=trigger.pause_after
    ):
        pause(trigger, score)


def pause(trigger: Trigger, score: Score) -> None:
    """Stop a trigger until somebody has looked at it, and say why."""
    Trigger.objects.filter(pk=trigger.pk).update(
        paused_at=clock.now(), pause_reason=f"{score.dismissals}/{score.answers}"
    )
    log(
        instance=trigger,
        action=PAUSED,
        data={"dismissed": score.dismissals, "answered": score.answers},
    )
    bus.publish(TriggerPaused(site_id=trigger.site_id, trigger_pk=trigger.pk))


@transaction.atomic
def resume(*, trigger_pk: int, user_id: int) -> bool:
    """Let a paused trigger speak again, with a fresh count; whether it was paused."""
    trigger = Trigger.objects.select_for_update(of=("self",)).filter(pk=trigger_pk).first()
    if trigger is None or trigger.paused_at is None:
        return False
    Trigger.objects.filter(pk=trigger_pk).update(
        paused_at=None, pause_reason="", recent_answers=0, recent_dismissals=0
    )
    user = get_user_model()._default_manager.filter(pk=user_id).first()
    log(instance=trigger, action=RESUMED, user=user)
    bus.publish(TriggerResumed(site_id=trigger.site_id, trigger_pk=trigger.pk))
    return True
