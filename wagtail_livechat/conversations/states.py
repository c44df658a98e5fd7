"""The states of a conversation, as a table: what is not in it cannot happen."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a conversation stands."""

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


class IllegalStep(Exception):
    """The table knows no such step from this state."""


TRANSITIONS: dict[tuple[State, Step], State] = {
    (State.WAITING, Step.PICK_UP): State.ACTIVE,
    (State.WAITING, Step.CLOSE): State.CLOSED,
    (State.WAITING, Step.END): State.CLOSED,
    (State.ACTIVE, Step.TAKE_OVER): State.ACTIVE,
    (State.ACTIVE, Step.CLOSE): State.CLOSED,
    (State.ACTIVE, Step.END): State.CLOSED,
    (State.CLOSED, Step.REOPEN): State.ACTIVE,
    (State.CLOSED, Step.WRITE_AGAIN): State.WAITING,
}


def after(state: State, step: Step) -> State:
    """The state that ``step`` leads to. Raises :class:`IllegalStep`."""
    try:
        return TRANSITIONS[state, step]
    except KeyError:
        raise IllegalStep(f"{step} from {state}") from None
