"""The command runs what is asked, prints the lines, and keeps them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks import __main__ as command
from tests.benchmarks.figures import Figure
from tests.benchmarks.scenarios import NAMES, Scenario, scenario
from tests.benchmarks.workbench import Workbench


def some_figures(bench: Workbench) -> Iterator[Figure]:
    yield Figure(name="weight.loader", value=7, unit="kB gzipped")
    yield Figure(name="made.up", value=3, unit="ms", limit=1 if bench.quick else 2)


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(name: str) -> Scenario:
        return some_figures

    monkeypatch.setattr(command, "scenario", found)


@pytest.mark.usefixtures("made_up")
def test_figures_are_printed_and_kept_line_by_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "deeper" / "figures.jsonl"
    assert command.main(["--only", "weights", "--quick", "--output", str(kept)]) == 0
    lines = [json.loads(line) for line in kept.read_text().splitlines()]
    assert [line["name"] for line in lines] == ["weight.loader", "made.up"]
    assert lines[1]["limit"] == 1
    printed = capsys.readouterr().out
    assert kept.read_text() in printed
    assert "Below target: weight.loader" in printed


@pytest.mark.usefixtures("made_up")
def test_a_missed_target_fails_only_where_that_is_asked(tmp_path: Path) -> None:
    kept = ["--only", "weights", "--output", str(tmp_path / "figures.jsonl")]
    assert command.main(kept) == 0
    assert command.main([*kept, "--strict"]) == 1


def test_a_scenario_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["--only", "speed"])
    assert "invalid choice: 'speed'" in capsys.readouterr().err


@pytest.mark.parametrize("name", NAMES)
def test_every_name_has_its_scenario(name: str) -> None:
    assert callable(scenario(name))
