"""Who reacts to what: every event that is published is heard, delivery first."""

import inspect

import wagtail_livechat.agents.events
import wagtail_livechat.consent.events
import wagtail_livechat.conversations.events
import wagtail_livechat.engagement.events
import wagtail_livechat.visitors.events
from wagtail_livechat.wiring import WIRING

MODULES = (
    wagtail_livechat.agents.events,
    wagtail_livechat.consent.events,
    wagtail_livechat.conversations.events,
    wagtail_livechat.engagement.events,
    wagtail_livechat.visitors.events,
)


def test_every_event_has_a_reaction():
    events = {
        member
        for module in MODULES
        for _, member in inspect.getmembers(module, inspect.isclass)
        if member.__module__ == module.__name__
    }
    assert set(WIRING) == events


def test_delivery_comes_first():
    delivery = "wagtail_livechat.transport.reactions"
    for reactions in WIRING.values():
        told = [reaction.__module__ == delivery for reaction in reactions]
        assert told == sorted(told, reverse=True)
    assert any(reactions[0].__module__ == delivery for reactions in WIRING.values())
