"""Events wait for the commit, and one failing reaction stops no other."""

from dataclasses import dataclass

import pytest
from django.db import transaction

from wagtail_livechat import bus


@dataclass(frozen=True)
class Happened:
    what: str


@pytest.fixture
def reactions(monkeypatch):
    monkeypatch.setattr(bus, "_reactions", {})
    heard: list[str] = []

    def fails(event: Happened) -> None:
        raise ValueError(event.what)

    bus.connect({Happened: [fails, lambda event: heard.append(event.what)]})
    return heard


@pytest.mark.django_db(transaction=True)
def test_reactions_run_after_the_commit_in_order(reactions, caplog):
    with transaction.atomic():
        bus.publish(Happened("one"))
        bus.publish(Happened("two"))
        assert reactions == []
    assert reactions == ["one", "two"]
    assert "A reaction to Happened failed." in caplog.text


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_did_not_happen(reactions):
    with pytest.raises(RuntimeError), transaction.atomic():
        bus.publish(Happened("never"))
        raise RuntimeError
    assert reactions == []


@pytest.mark.django_db(transaction=True)
def test_an_event_nobody_waits_for_is_no_error(reactions):
    bus.publish(object())
    assert reactions == []
