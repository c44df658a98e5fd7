"""The states of an invitation, as a table."""

import pytest

from wagtail_livechat.engagement.states import OPEN, IllegalStep, State, Step, after


@pytest.mark.parametrize("state", [state for state in State if state not in OPEN])
@pytest.mark.parametrize("step", list(Step))
def test_what_is_over_stays_over(state, step):
    with pytest.raises(IllegalStep):
        after(state, step)


@pytest.mark.parametrize(
    ("state", "step", "expected"),
    [
        (State.QUEUED, Step.SHOW, State.SHOWN),
        (State.QUEUED, Step.ACCEPT, State.ACCEPTED),
        (State.QUEUED, Step.DECLINE, State.DECLINED),
        (State.QUEUED, Step.RUN_OUT, State.EXPIRED),
        (State.QUEUED, Step.CANCEL, State.CANCELLED),
        (State.SHOWN, Step.ACCEPT, State.ACCEPTED),
        (State.SHOWN, Step.DECLINE, State.DECLINED),
        (State.SHOWN, Step.RUN_OUT, State.IGNORED),
        (State.SHOWN, Step.CANCEL, State.CANCELLED),
    ],
)
def test_an_open_invitation_goes_where_the_table_says(state, step, expected):
    assert after(state, step) is expected


def test_what_was_shown_is_not_shown_again():
    with pytest.raises(IllegalStep):
        after(State.SHOWN, Step.SHOW)
