"""The states of a conversation, as a table: what is not in it cannot happen."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a conversation stands."""

    SIGNPOST = "signpost"
    WAITING = "waiting"
    ACTIVE = "active"
    CLOSED = "closed"


class Step(StrEnum):
    """What can happen to a conversation."""

    PICK_UP = "pick_up"
    TAKE_OVER = "take_over"
    CLOSE = "close"
    END = "end"
    REOPEN = "reopen"
    WRITE_AGAIN = "write_again"
    ASK_AGAIN = "ask_again"
    HAND_OVER = "hand_over"
    GIVE_BACK = "give_back"


class IllegalStep(Exception):
    """The table knows no such step from this state."""


TRANSITIONS: dict[tuple[State, Step], State] = {
    (State.SIGNPOST, Step.HAND_OVER): State.WAITING,
    (State.SIGNPOST, Step.PICK_UP): State.ACTIVE,
    (State.SIGNPOST, Step.CLOSE): State.CLOSED,
    (State.SIGNPOST, Step.END): State.CLOSED,
    (State.WAITING, Step.PICK_UP): State.ACTIVE,
    (State.WAITING, Step.CLOSE): State.CLOSED,
    (State.WAITING, Step.END): State.CLOSED,
    (State.ACTIVE, Step.TAKE_OVER): State.ACTIVE,
    (State.ACTIVE, Step.GIVE_BACK): State.SIGNPOST,
    (State.ACTIVE, Step.CLOSE): State.CLOSED,
    (State.ACTIVE, Step.END): State.CLOSED,
    (State.CLOSED, Step.REOPEN): State.ACTIVE,
    (State.CLOSED, Step.WRITE_AGAIN): State.WAITING,
    (State.CLOSED, Step.ASK_AGAIN): State.SIGNPOST,
}


def after(state: State, step: Step) -> State:
    """The state that ``step`` leads to. Raises :class:`IllegalStep`."""
    try:
        return TRANSITIONS[state, step]
    except KeyError:
        raise IllegalStep(f"{step} from {state}") from None
