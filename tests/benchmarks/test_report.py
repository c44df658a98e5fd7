"""Figures are printed for machines and for people, with what they must reach."""

import json

from tests.benchmarks.figures import Figure, Target
from tests.benchmarks.report import markdown, missed, table
from tests.benchmarks.targets import TARGETS

ECHO = Figure(name="echo.100", value=30_000, unit="answers/s", limit=50_000)
MEMORY = Figure(name="idle.visitor.memory", value=31.234567, unit="KiB")
PLAIN = Figure(name="echo.100.p50", value=0.5, unit="ms")
TARGETS_HERE = {
    "echo.100": Target("ratio", "at least", 0.6),
    "idle.visitor.memory": Target("value", "at most", 26),
}


def test_a_line_of_json_carries_name_value_unit_limit_and_ratio() -> None:
    assert json.loads(ECHO.as_json()) == {
        "name": "echo.100",
        "value": 30_000,
        "unit": "answers/s",
        "limit": 50_000,
        "ratio": 0.6,
    }
    assert "\n" not in ECHO.as_json()


def test_a_figure_without_a_limit_has_no_ratio_and_few_digits() -> None:
    line = json.loads(MEMORY.as_json())
    assert line["limit"] is None
    assert line["ratio"] is None
    assert line["value"] == 31.23


def test_a_target_is_met_at_its_bound() -> None:
    assert TARGETS_HERE["echo.100"].is_met_by(ECHO)
    assert not TARGETS_HERE["idle.visitor.memory"].is_met_by(MEMORY)


def test_a_target_on_the_ratio_is_not_met_where_there_is_no_limit() -> None:
    assert not TARGETS_HERE["echo.100"].is_met_by(PLAIN)


def test_a_target_in_time_is_that_of_a_machine_of_the_same_pace() -> None:
    target = Target("time", "at most", 30)
    slow, quick = (Figure(name="ack", value=40, unit="ms", pace=pace) for pace in (0.5, 1.0))
    assert target.is_met_by(slow)
    assert target.worded(slow) == "≤ 30, here 60"
    assert not target.is_met_by(quick)
    assert target.worded(quick) == "≤ 30"


def test_the_table_says_for_each_figure_whether_its_target_is_met() -> None:
    heading, _, echo, memory, plain = table([ECHO, MEMORY, PLAIN], TARGETS_HERE).splitlines()
    assert heading.split() == ["figure", "value", "unit", "raw", "limit", "ratio", "target", "met"]
    assert echo.split() == [
        "echo.100",
        "30,000",
        "answers/s",
        "50,000",
        "0.6",
        "≥",
        "0.6",
        "×",
        "yes",
    ]
    assert memory.split() == ["idle.visitor.memory", "31.2", "KiB", "≤", "26", "NO"]
    assert plain.split() == ["echo.100.p50", "0.5", "ms"]


def test_the_documentation_gets_the_same_table() -> None:
    lines = markdown([ECHO], TARGETS_HERE).splitlines()
    assert lines[0].startswith("| figure | value |")
    assert lines[2] == "| echo.100 | 30,000 | answers/s | 50,000 | 0.6 | ≥ 0.6 × | yes |"


def test_what_misses_its_target_is_named() -> None:
    assert missed([ECHO, MEMORY, PLAIN], TARGETS_HERE) == ["idle.visitor.memory"]


def test_every_target_says_how_good_in_a_way_that_can_be_missed() -> None:
    for name, target in TARGETS.items():
        best, worst = (float("inf"), 0) if target.direction == "at least" else (0, float("inf"))
        assert target.is_met_by(Figure(name=name, value=best, unit="", limit=1)), name
        if target.bound:
            assert not target.is_met_by(Figure(name=name, value=worst, unit="", limit=1)), name
