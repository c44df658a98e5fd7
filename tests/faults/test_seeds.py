"""Ten short lives of a site, with every kind of fault: nothing is lost, doubled or leaked.

`make faults` runs two hundred.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count, islice
from pathlib import Path
from typing import Final

import pytest

from tests.faults.checker import Kind as Violated
from tests.faults.ground import Ground
from tests.faults.history import Fault, Heard, faults_done
from tests.faults.permission import mentions
from tests.faults.plan import Kind, Plan, plan
from tests.faults.run import Outcome, play

SEEDS = range(10)
CRASHES = {Kind.KILL_BEFORE_COMMIT, Kind.KILL_AFTER_COMMIT, Kind.KILL_AFTER_ACK}


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    made = Ground()
    yield made
    made.close()


@pytest.fixture(scope="module")
def outcome_of(
    ground: Ground, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[int], Outcome]:
    """Runs a seed once, whoever asks for it."""
    folder: Path = tmp_path_factory.mktemp("histories")
    outcomes: dict[int, Outcome] = {}

    def run(seed: int) -> Outcome:
        if seed not in outcomes:
            outcomes[seed] = asyncio.run(play(plan(seed), ground, folder))
        return outcomes[seed]

    return run


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_fails_nothing_is_lost_doubled_or_leaked(
    outcome_of: Callable[[int], Outcome], seed: int
) -> None:
    outcome = outcome_of(seed)
    assert outcome.violations == [], f"{outcome}\nhistory: {outcome.history}"


@pytest.mark.parametrize("seed", SEEDS)
def test_both_sides_had_much_to_say_and_to_hear(
    outcome_of: Callable[[int], Outcome], seed: int
) -> None:
    counts = outcome_of(seed).counts
    assert counts["written"] > 30
    assert counts["ack"] > 30
    assert counts["message.sent"] + counts["thread.message"] > 0  # who polls reads instead
    assert counts["ready"] and counts["staff.ready"] and counts["thread"]


def test_visitors_agreed_withdrew_and_were_seen_by_whom_was_said(
    outcome_of: Callable[[int], Outcome],
) -> None:
    """A proof about visits that nobody made would prove nothing."""
    counts = Counter[str]()
    records = []
    for seed in SEEDS:
        counts += outcome_of(seed).counts
        records += outcome_of(seed).records
    assert counts["agreed"] > 20
    assert counts["withdrew"] > 5
    assert counts["invited"] > 5
    assert counts["invitation.made"] > 0
    assert counts["visit.trail"] > 10
    told = [m for r in records if isinstance(r, Heard) for m in mentions(r.frame)]
    assert sum(mention.tells_pages for mention in told) > 50
    assert sum(not mention.tells_pages for mention in told) > 10


def test_the_signpost_answered_was_judged_and_handed_over(
    outcome_of: Callable[[int], Outcome],
) -> None:
    """A proof about a signpost that nobody asked would prove nothing."""
    counts = Counter[str]()
    for seed in SEEDS:
        counts += outcome_of(seed).counts
    assert counts["signpost"] > 15
    assert counts["handed_over"] + counts["handed_over_later"] > 3
    assert counts["person"] + counts["helped"] + counts["no help"] > 3


def test_every_kind_of_fault_was_met(outcome_of: Callable[[int], Outcome]) -> None:
    records = [record for seed in SEEDS for record in outcome_of(seed).records]
    assert set(Kind) <= faults_done(records)


def test_servers_died_at_each_point_around_the_commit(
    outcome_of: Callable[[int], Outcome],
) -> None:
    records = [record for seed in SEEDS for record in outcome_of(seed).records]
    died = {
        record.kind
        for record in records
        if isinstance(record, Fault) and record.what.endswith("died there")
    }
    assert died == CRASHES


LIES: Final = frozenset(
    {
        Violated.LOST,
        Violated.LEAKED,
        Violated.RESURRECTED,
        Violated.TOLD_AFTER_NO,
        Violated.UNANNOUNCED,
        Violated.ANSWERED_TWICE,
        Violated.OUT_OF_TURN,
        Violated.HAND_OVER_LOST,
        Violated.ANSWERED_ANOTHER,
    }
)
PLAYS: Final = 5


def test_a_server_that_forgets_and_tells_others_is_found_out(
    ground: Ground, tmp_path: Path
) -> None:
    """Nothing proves a proof but a lie that it finds.

    Not every play gives each lie its occasion: who asks whom for what, and when, is left to
    the moment. So there are a few, until each lie was told.
    """
    drawn = (
        p
        for p in map(plan, count())
        if p.servers == 1
        and _sockets_of_visitors(p) > 1
        and _changes_of_mind(p) > 1
        and len(p.signpost.askers) > 2
    )
    outcomes: list[Outcome] = []
    found: set[Violated] = set()
    for number, one in enumerate(islice(drawn, PLAYS)):
        folder = tmp_path / str(number)
        folder.mkdir()
        outcome = asyncio.run(
            play(
                replace(one, blows=()),
                ground,
                folder,
                application="tests.faults.lying_asgi:application",
                quiet_within=10,
            )
        )
        outcomes.append(outcome)
        found |= {violation.kind for violation in outcome.violations}
        if LIES <= found:
            break
    assert LIES <= found, outcomes


def _changes_of_mind(drawn: Plan) -> int:
    """How often somebody says no after a yes, over a socket."""
    return sum(
        act.what == "withdraw"
        for guest in drawn.visits.guests
        if not all(guest.by_http) and guest.acts[0].what == "agree"
        for act in guest.acts
    )


def _sockets_of_visitors(drawn: Plan) -> int:
    return sum(not part.is_agent and not all(part.by_http) for part in drawn.people)
