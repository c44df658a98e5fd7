"""Whoever keeps something of a person is in the registry, and says when it goes."""

from inspect import signature

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import Field, ForeignObjectRel, Model

from tests.sources import PACKAGE
from wagtail_livechat.agents.models import AgentProfile
from wagtail_livechat.conversations.models import Message
from wagtail_livechat.privacy.registry import PARTS, Part
from wagtail_livechat.visitors.models import PageView, Visitor, Watch
from wagtail_livechat.workers.models import Worker

PEOPLE = {Visitor, AgentProfile, get_user_model()}
OURS = list(apps.get_app_config("wagtail_livechat").get_models())

# Columns that name somebody without a foreign key.
NAMES_OF_PEOPLE = {
    "account",
    "alias",
    "key_hash",
    "profile_id",
    "receipt_id",
    "session",
    "session_hash",
    "user_id",
    "visitor_id",
}

# Who holds the lock of a snippet: Wagtail's own, and gone with the account.
WAGTAILS_OWN = {"locked_by"}


def leads_to_a_person(model: type[Model], met: frozenset[type[Model]] = frozenset()) -> bool:
    """By a foreign key, however many tables away, or by a column that names somebody."""
    if model in PEOPLE:
        return True
    if model not in OURS or model in met:
        return False
    for field in model._meta.get_fields():
        if isinstance(field, ForeignObjectRel) or field.name in WAGTAILS_OWN:
            continue
        if field.name in NAMES_OF_PEOPLE:
            return True
        if isinstance(field, Field) and (field.many_to_one or field.one_to_one):
            if leads_to_a_person(field.related_model, met | {model}):
                return True
    return False


def test_who_leads_to_a_person_is_found() -> None:
    assert all(leads_to_a_person(model) for model in (Visitor, Message, PageView, Watch))
    assert not leads_to_a_person(Worker)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_a_table_that_points_at_a_person_is_in_the_registry(model: type[Model]) -> None:
    held = {held for part in PARTS for held in part.holds}
    assert model in held or not leads_to_a_person(model)


def test_the_registry_holds_our_tables_once_and_no_others() -> None:
    held = [model for part in PARTS for model in part.holds]
    assert len(held) == len(set(held))
    assert set(held) <= set(OURS)
    assert len({part.name for part in PARTS}) == len(PARTS)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_a_part_can_count_be_stopped_and_go_on(part: Part) -> None:
    assert {"dry_run", "seconds"} <= set(signature(part.expire).parameters)


def test_no_part_that_forgets_is_missing_from_the_registry() -> None:
    written = {path.parent.name for path in PACKAGE.glob("*/personal_data.py")}
    assert {part.expire.__module__.split(".")[1] for part in PARTS} == written
