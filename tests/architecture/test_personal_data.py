"""Whoever keeps something of a person also says when it goes."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import Model

from tests.sources import PACKAGE
from wagtail_livechat.agents.models import AgentProfile
from wagtail_livechat.visitors.models import Visitor

PEOPLE = {Visitor, AgentProfile, get_user_model()}


def _leads_to_a_person(model: type[Model]) -> bool:
    return model in PEOPLE or any(
        field.is_relation and field.many_to_one and field.related_model in PEOPLE
        for field in model._meta.get_fields()
    )


PARTS = sorted(
    {
        model.__module__.split(".")[1]
        for model in apps.get_app_config("wagtail_livechat").get_models()
        if _leads_to_a_person(model)
    }
)


def test_the_parts_that_know_people_are_found() -> None:
    assert {"agents", "conversations", "visitors"} <= set(PARTS)


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_knows_people_says_when_it_forgets(part: str) -> None:
    assert callable(import_module(f"wagtail_livechat.{part}.personal_data").expire)


@pytest.mark.parametrize("part", PARTS)
def test_housekeeping_makes_it_forget(part: str) -> None:
    command = PACKAGE / "management" / "commands" / "livechat_housekeeping.py"
    assert f"wagtail_livechat.{part} import personal_data" in command.read_text()
