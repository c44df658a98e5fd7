"""The table of commands: complete, guarded, and one for both doors."""

import pytest

from wagtail_livechat.agents.permissions import StaffRights
from wagtail_livechat.errors import Forbidden
from wagtail_livechat.protocol import commands
from wagtail_livechat.transport import dispatch
from wagtail_livechat.transport.dispatch import REGISTRY
from wagtail_livechat.transport.lines import Right, Role, Where
from wagtail_livechat.transport.speakers import StaffSpeaker

UNIONS = {
    Role.VISITOR: commands.VisitorCommand,
    Role.STAFF: commands.AgentCommand,
    Role.VISIT: commands.VisitCommand,
}
LINES = [
    (role, command, line) for role, lines in REGISTRY.items() for command, line in lines.items()
]


@pytest.mark.parametrize("role", list(Role))
def test_every_command_of_the_wire_has_its_line_and_no_line_is_left_over(role):
    assert set(REGISTRY[role]) == set(UNIONS[role].__args__)


@pytest.mark.parametrize(("role", "command", "line"), LINES)
def test_every_command_has_a_cost(role, command, line):
    rate = line.rate()
    assert rate.burst >= 1 and rate.per_second > 0


@pytest.mark.parametrize(("role", "command", "line"), LINES)
def test_every_command_of_staff_asks_for_a_right(role, command, line):
    if role is Role.STAFF and command is not commands.Pong:
        assert line.right is not None
    if role is Role.STAFF and line.where is Where.WRITE:
        assert line.right in (Right.REPLY, Right.INVITE)


@pytest.mark.parametrize(("role", "command", "line"), LINES)
def test_only_what_needs_no_answer_is_dropped_in_silence(role, command, line):
    carries_ref = "ref" in command.__struct_fields__
    assert not (carries_ref and line.rate().quiet)


def speaker(*, reply=(), view=(), watch=(), invite=()):
    return StaffSpeaker(
        user_id=1,
        session_key="s",
        session_hash="h",
        rights=StaffRights(
            user_id=1,
            reply=frozenset(reply),
            view=frozenset(view),
            watch=frozenset(watch),
            invite=frozenset(invite),
        ),
        language="en",
        profile_id=1,
        alias="Alice",
    )


@pytest.mark.parametrize(
    ("right", "who", "may"),
    [
        (Right.ANY, speaker(), False),
        (Right.ANY, speaker(view=[1]), True),
        (Right.REPLY, speaker(view=[1]), False),
        (Right.REPLY, speaker(reply=[1]), True),
        (Right.VIEW, speaker(reply=[1]), False),
        (Right.VIEW, speaker(view=[1]), True),
        (Right.WATCH, speaker(reply=[1], view=[1]), False),
        (Right.WATCH, speaker(watch=[1]), True),
        (Right.INVITE, speaker(invite=[1], reply=[1]), False),
        (Right.INVITE, speaker(watch=[1], reply=[1]), False),
        (Right.INVITE, speaker(invite=[1], reply=[1], watch=[1]), True),
    ],
)
def test_a_right_is_held_on_some_site_or_refused(right, who, may):
    line = next(line for _, _, line in LINES if line.right is right)
    if may:
        dispatch.demand_right(line, who)
    else:
        with pytest.raises(Forbidden):
            dispatch.demand_right(line, who)


def test_a_speaker_is_never_printed_with_its_session():
    assert "session_key" not in repr(speaker())
