"""Plans are drawn from the seed alone, and ten of them meet every kind of fault."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.faults import signpost_plan, visits_plan
from tests.faults.plan import (
    ON_POSTGRES,
    ON_REDIS,
    ON_SQLITE,
    WARM_UP,
    WINDOW,
    WITH_TWO,
    Kind,
    Plan,
    plan,
)
from tests.faults.signpost_plan import HOST, SignpostPlan
from tests.faults.visits_plan import VisitsPlan

HUNDREDS = range(200)


def test_a_seed_draws_the_same_plan_each_time() -> None:
    assert [plan(seed) for seed in HUNDREDS] == [plan(seed) for seed in HUNDREDS]
    assert len({str(plan(seed)) for seed in HUNDREDS}) > 150


@pytest.mark.parametrize("first", range(0, 200, 10))
def test_each_ten_seeds_meet_every_kind_of_fault(first: int) -> None:
    met = {kind for seed in range(first, first + 10) for kind in plan(seed).kinds}
    assert met == set(Kind)


@pytest.mark.parametrize("first", range(0, 200, 10))
def test_each_ten_seeds_meet_every_kind_of_server(first: int) -> None:
    ten = [plan(seed) for seed in range(first, first + 10)]
    assert {p.database for p in ten} == {"sqlite", "postgres"}
    assert {p.servers for p in ten} == {1, 2}


def test_the_quick_ten_meet_both_servers_and_the_fallback() -> None:
    ten = [plan(seed) for seed in range(10)]
    assert {p.server for p in ten} == {"uvicorn", "daphne"}
    assert any(any(part.by_http) for p in ten for part in p.people if part.is_agent)
    assert any(any(part.by_http) for p in ten for part in p.people if not part.is_agent)


def test_faults_fit_the_servers_and_the_time() -> None:
    for p in map(plan, HUNDREDS):
        demand_fit(p)


def demand_fit(p: Plan) -> None:
    assert not (p.kinds & ON_SQLITE and p.database != "sqlite")
    assert not (p.kinds & ON_POSTGRES and p.database != "postgres")
    assert not (p.kinds & ON_REDIS and not p.redis)
    assert not (p.kinds & WITH_TWO and p.servers < 2)
    assert all(WARM_UP <= blow.at <= WARM_UP + WINDOW for blow in p.blows)
    assert 1 <= len(p.blows) <= 4


def test_two_visitors_of_one_site_and_an_agent_take_part() -> None:
    for seed in HUNDREDS:
        people = plan(seed).people
        assert sum(part.host == "localhost" and not part.is_agent for part in people) >= 2
        assert any(part.name == "ada" for part in people)


def test_what_is_drawn_for_visits_changes_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    with_visits = [plan(seed) for seed in HUNDREDS]
    monkeypatch.setattr(visits_plan, "draw", lambda *_: VisitsPlan())
    assert [plan(seed) for seed in HUNDREDS] == [
        replace(drawn, visits=VisitsPlan()) for drawn in with_visits
    ]


def test_what_is_drawn_for_the_signpost_changes_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_signpost = [plan(seed) for seed in HUNDREDS]
    monkeypatch.setattr(signpost_plan, "draw", lambda *_: SignpostPlan())
    assert [plan(seed) for seed in HUNDREDS] == [
        replace(drawn, signpost=SignpostPlan()) for drawn in with_signpost
    ]


@pytest.mark.parametrize("first", range(0, 200, 10))
def test_in_half_of_the_seeds_the_signpost_is_asked_all_that_can_be_asked(first: int) -> None:
    drawn = [plan(seed) for seed in range(first, first + 10)]
    ten = [p.signpost for p in drawn if p.signpost.askers]
    assert len(ten) == signpost_plan.WITH_SIGNPOST
    acts = {act.what for p in ten for asker in p.askers for tab in asker.tabs for act in tab}
    assert acts >= {"ask", "begin script", "choose", "want a person", "helped", "did not help"}
    steps = {act.what for p in ten for relief in p.reliefs for act in relief.acts}
    assert steps == {"give back", "step in"}
    for p in drawn:
        assert len({asker.name for asker in p.signpost.askers}) != 1  # one could hear no other
        names = {part.name for part in p.people if part.is_agent and part.host == HOST}
        assert {relief.name for relief in p.signpost.reliefs} <= names


def test_the_signpost_of_the_quick_ten_meets_every_crash_and_both_databases() -> None:
    ten = [p for p in map(plan, range(10)) if p.signpost.askers]
    assert {p.database for p in ten} == {"sqlite", "postgres"}
    assert {p.servers for p in ten} == {1, 2}
    crashes = {kind for kind in Kind if kind.startswith("kill")}
    assert crashes <= {kind for p in ten for kind in p.kinds}


@pytest.mark.parametrize("first", range(0, 200, 10))
def test_in_each_ten_seeds_visitors_do_all_that_can_be_done(first: int) -> None:
    ten = [plan(seed).visits for seed in range(first, first + 10)]
    acts = {act.what for drawn in ten for guest in drawn.guests for act in guest.acts}
    assert acts >= {"agree", "refuse", "withdraw", "view", "show", "reload", "forget"}
    acts_of_agents = {act.what for drawn in ten for shift in drawn.shifts for act in shift.acts}
    assert acts_of_agents >= {"look", "look away", "follow", "let go", "invite", "search", "die"}
    ways = {by_http for drawn in ten for guest in drawn.guests for by_http in guest.by_http}
    assert ways == {True, False}


def test_every_agent_looks_and_every_guest_is_where_somebody_works() -> None:
    for seed in HUNDREDS:
        drawn = plan(seed)
        agents = {part.name: part.host for part in drawn.people if part.is_agent}
        assert {shift.name for shift in drawn.visits.shifts} == set(agents)
        for guest in drawn.visits.guests:
            assert guest.chats or guest.host in agents.values()
