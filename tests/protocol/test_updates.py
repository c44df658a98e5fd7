"""Every update is written as its sample says, and staff updates are strangers to visitors."""

import json

import msgspec
import pytest
from msgspec import inspect

from tests.protocol.samples import sample, tags
from wagtail_livechat.protocol import updates, values
from wagtail_livechat.protocol.codec import encode, encode_many

BY_TAG = {
    str(cls.__struct_config__.tag): cls
    for cls in (
        *updates.VisitorUpdate.__args__,
        *updates.AgentUpdate.__args__,
        *updates.VisitUpdate.__args__,
    )
}


def _read(tag: str) -> updates.Update:
    return msgspec.json.decode(json.dumps(sample("updates", tag)), type=BY_TAG[tag])


def test_every_update_has_a_sample() -> None:
    assert tags("updates") == set(BY_TAG)


@pytest.mark.parametrize("tag", sorted(BY_TAG))
def test_an_update_is_written_as_its_sample(tag: str) -> None:
    assert json.loads(encode(_read(tag))) == sample("updates", tag)


def test_many_updates_travel_in_order() -> None:
    body = json.loads(encode_many([_read("ack"), _read("ready")]))
    assert [update["type"] for update in body["updates"]] == ["ack", "ready"]


STAFF_ONLY = {
    values.AgentCard,
    values.ConversationCard,
    values.Note,
    values.SiteCard,
    values.ThreadMessage,
    values.SharedPage,
    values.VisitCounts,
    values.InvitationCard,
}


def test_nothing_that_is_for_staff_can_travel_to_a_visitor() -> None:
    seen: set[type] = set()

    def visit(type_: inspect.Type) -> None:
        match type_:
            case inspect.StructType(cls=cls, fields=fields) if cls not in seen:
                seen.add(cls)
                for field in fields:
                    visit(field.type)
            case inspect.ListType(item_type=item):
                visit(item)
            case inspect.UnionType(types=types):
                for each in types:
                    visit(each)
            case _:
                pass

    for cls in updates.VisitorUpdate.__args__:
        visit(inspect.type_info(cls))
    assert not seen & STAFF_ONLY
    names = {name for cls in seen for name in getattr(cls, "__struct_fields__", ())}
    assert not names & {"wrote", "author", "notes", "username", "email", "ticket", "label"}


def test_what_only_staff_are_told_has_another_name_than_what_visitors_are_told() -> None:
    visitor = set(updates.VisitorUpdate.__args__)
    staff = set(updates.AgentUpdate.__args__)
    shared = {str(cls.__struct_config__.tag) for cls in visitor & staff}
    assert shared == {"ack", "refused", "error", "bye", "heartbeat", "resync"}
    assert not {c.__struct_config__.tag for c in visitor - staff} & {
        c.__struct_config__.tag for c in staff - visitor
    }
