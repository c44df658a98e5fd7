"""The states of an invitation, as a table: what is not in it cannot happen."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where an invitation stands."""

    QUEUED = "queued"
    SHOWN = "shown"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    IGNORED = "ignored"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Step(StrEnum):
    """What can happen to an invitation."""

    SHOW = "show"
    ACCEPT = "accept"
    DECLINE = "decline"
    RUN_OUT = "run_out"
    CANCEL = "cancel"


class IllegalStep(Exception):
    """The table knows no such step from this state."""


TRANSITIONS: dict[tuple[State, Step], State] = {
    (State.QUEUED, Step.SHOW): State.SHOWN,
    # The answer may overtake the word that it was shown.
    (State.QUEUED, Step.ACCEPT): State.ACCEPTED,
    (State.QUEUED, Step.DECLINE): State.DECLINED,
    (State.QUEUED, Step.RUN_OUT): State.EXPIRED,
    (State.QUEUED, Step.CANCEL): State.CANCELLED,
    (State.SHOWN, Step.ACCEPT): State.ACCEPTED,
    (State.SHOWN, Step.DECLINE): State.DECLINED,
    (State.SHOWN, Step.RUN_OUT): State.IGNORED,
    (State.SHOWN, Step.CANCEL): State.CANCELLED,
}

OPEN = frozenset({State.QUEUED, State.SHOWN})


def after(state: State, step: Step) -> State:
    """The state that ``step`` leads to. Raises :class:`IllegalStep`."""
    try:
        return TRANSITIONS[state, step]
    except KeyError:
        raise IllegalStep(f"{step} from {state}") from None
