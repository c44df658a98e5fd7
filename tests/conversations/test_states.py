"""The state table: every step, from every state."""

import itertools

import pytest

from wagtail_livechat.conversations.models import StateChoice
from wagtail_livechat.conversations.states import TRANSITIONS, IllegalStep, State, Step, after
from wagtail_livechat.protocol import values


@pytest.mark.parametrize(("state", "step"), list(itertools.product(State, Step)))
def test_only_what_the_table_names_can_happen(state: State, step: Step) -> None:
    if (state, step) in TRANSITIONS:
        assert after(state, step) in State
    else:
        with pytest.raises(IllegalStep):
            after(state, step)


def test_every_state_can_be_left_and_reached() -> None:
    assert {state for state, _ in TRANSITIONS} == set(State)
    assert set(TRANSITIONS.values()) == set(State)


def test_table_wire_and_database_name_the_same_states() -> None:
    assert {s.value for s in State} == {s.value for s in values.State} == set(StateChoice.values)
