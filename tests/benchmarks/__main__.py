"""`python -m tests.benchmarks`: measure, print, and keep the figures."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from .figures import Figure
from .report import markdown, missed, table
from .scenarios import NAMES, scenario
from .targets import TARGETS
from .workbench import Workbench

DEFAULT_OUTPUT = Path("test-results") / "benchmarks.jsonl"


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    names = asked.only or list(NAMES)
    figures: list[Figure] = []
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    with asked.output.open("w") as lines, Workbench(quick=asked.quick) as bench:
        for name in names:
            began = time.monotonic()
            print(f"# {name}", file=sys.stderr, flush=True)
            for figure in scenario(name)(bench):
                figures.append(figure)
                print(figure.as_json(), flush=True)
                lines.write(figure.as_json() + "\n")
                lines.flush()
            print(f"# {name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print()
    print(table(figures, TARGETS))
    if asked.markdown:
        asked.markdown.write_text(markdown(figures, TARGETS) + "\n")
    misses = missed(figures, TARGETS)
    if misses:
        print(f"\nBelow target: {', '.join(misses)}")
    return 1 if misses and asked.strict else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description=__doc__, allow_abbrev=False
    )
    parser.add_argument(
        "--only", action="append", choices=NAMES, metavar="NAME", help=f"one of {', '.join(NAMES)}"
    )
    parser.add_argument("--quick", action="store_true", help="smaller and shorter")
    parser.add_argument(
        "--output", type=Path, default=DEFAULT_OUTPUT, help=f"JSON lines ({DEFAULT_OUTPUT})"
    )
    parser.add_argument("--markdown", type=Path, help="the table once more, for the documentation")
    parser.add_argument("--strict", action="store_true", help="fail where a target is missed")
    return parser


if __name__ == "__main__":
    sys.exit(main())
