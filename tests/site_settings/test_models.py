"""The tables of what an editor decides."""

import pytest
from django.core.exceptions import ValidationError

from tests.factories import make_site
from wagtail_livechat.site_settings.models import (
    LiveChatSettings,
    PagePolicy,
    WidgetText,
    language_choices,
    validate_language,
)


def test_the_languages_are_those_of_the_project(settings) -> None:
    settings.LANGUAGES = settings.WAGTAIL_CONTENT_LANGUAGES = [("en", "English"), ("fr", "French")]
    assert [code for code, _name in language_choices()] == ["en", "fr"]
    validate_language("fr")
    with pytest.raises(ValidationError):
        validate_language("de")


@pytest.mark.django_db
def test_rows_say_what_they_are() -> None:
    row = LiveChatSettings.objects.create(site=make_site("a.test"))

    assert str(WidgetText(settings=row, language="fr")) == "fr"
    assert str(PagePolicy(page_id=3, enabled=False)) == "Page 3"


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "right"), [(1, True), (3650, True), (0, False), (3651, False)])
def test_a_conversation_is_kept_for_a_day_to_ten_years(days: int, right: bool) -> None:
    row = LiveChatSettings(site=make_site("a.test"), retention_days=days)
    if right:
        row.full_clean()
    else:
        with pytest.raises(ValidationError):
            row.full_clean()
