"""Every command can be asked as its sample says, and by its own role only."""

import json

import msgspec
import pytest

from tests.protocol.samples import sample, tags
from wagtail_livechat.protocol import commands
from wagtail_livechat.protocol.codec import (
    BadFrame,
    CommandDecoder,
    agent_commands,
    visit_commands,
    visitor_commands,
)
from wagtail_livechat.protocol.typescript import struct_type

DECODERS = (visitor_commands, agent_commands, visit_commands)
ALL = sorted(frozenset().union(*(decoder.tags for decoder in DECODERS)))
CLASSES = (
    *commands.VisitorCommand.__args__,
    *commands.AgentCommand.__args__,
    *commands.VisitCommand.__args__,
)


def _decoder_of(tag: str) -> CommandDecoder:
    return next(decoder for decoder in DECODERS if tag in decoder.tags)


def test_every_command_has_a_sample() -> None:
    assert tags("commands") == set(ALL)


@pytest.mark.parametrize("tag", ALL)
def test_the_sample_is_understood(tag: str) -> None:
    decoder = _decoder_of(tag)
    command = decoder.decode(json.dumps(sample("commands", tag)))
    assert command.__struct_config__.tag == tag


@pytest.mark.parametrize("tag", ALL)
def test_a_field_that_no_command_has_is_refused(tag: str) -> None:
    decoder = _decoder_of(tag)
    for field in ("author_id", "visitor_key", "status", "internal", "__proto__", "constructor"):
        body = {**sample("commands", tag), field: 1}
        with pytest.raises(BadFrame) as refusal:
            decoder.decode(json.dumps(body))
        assert refusal.value.code == "bad_frame"


@pytest.mark.parametrize("tag", ALL)
def test_a_field_that_is_needed_is_missed(tag: str) -> None:
    decoder = _decoder_of(tag)
    cls = next(each for each in CLASSES if each.__struct_config__.tag == tag)
    needed = [name for name in cls.__struct_fields__ if name not in _with_default(cls)]
    for field in needed:
        body = {key: value for key, value in sample("commands", tag).items() if key != field}
        with pytest.raises(BadFrame) as refusal:
            decoder.decode(json.dumps(body))
        assert refusal.value.code == "bad_frame"


def _with_default(cls: type[msgspec.Struct]) -> set[str]:
    return {field.name for field in struct_type(cls).fields if not field.required}


def test_a_visitor_has_no_command_of_an_agent() -> None:
    assert visitor_commands.tags & agent_commands.tags == {"pong"}
    for tag in agent_commands.tags - {"pong"}:
        with pytest.raises(BadFrame) as refusal:
            visitor_commands.decode(json.dumps(sample("commands", tag)))
        assert refusal.value.code == "unknown_type"


def test_an_agent_has_no_command_of_a_visitor() -> None:
    for tag in visitor_commands.tags - {"pong"}:
        with pytest.raises(BadFrame) as refusal:
            agent_commands.decode(json.dumps(sample("commands", tag)))
        assert refusal.value.code == "unknown_type"


@pytest.mark.parametrize(
    "tag",
    ["chat_message", "chat.message", "_x", "__init__", "websocket.close", "websocket.disconnect"],
)
def test_a_name_that_means_something_inside_means_nothing_here(tag: str) -> None:
    for decoder in (visitor_commands, agent_commands):
        with pytest.raises(BadFrame) as refusal:
            decoder.decode(json.dumps({"type": tag}))
        assert refusal.value.code == "unknown_type"


def test_what_changes_something_carries_a_ref() -> None:
    """Resent after a cut, it is done once."""
    without = {
        str(cls.__struct_config__.tag) for cls in CLASSES if "ref" not in cls.__struct_fields__
    }
    assert without == {
        "hello",
        "staff.hello",
        "visit.hello",
        "pong",
        # The furthest mark wins, and nobody waits for an answer to these.
        "read.mark",
        "thread.mark_read",
        "typing.set",
        "reply.typing",
        "activity.set",
        "watchers.seen",
        "watching.keep",
        "invitation.seen",
    }
