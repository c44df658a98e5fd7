"""The quick tests on every supported pair for which this machine has an interpreter.

    python -m tests.matrix [--only wagtail7.4-django5.2-py3.11] [--list]

One environment for each pair, kept under .matrix/ and made anew when the requirements change.
"""

import argparse
import itertools
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENTS = ROOT / ".matrix"
QUICK = "not (browser or faults or packaging or servers or postgres or redis)"

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
WAGTAILS = ("7.4", "8")
DJANGOS = ("5.2", "6.0", "6.1")


@dataclass(frozen=True, slots=True)
class Pair:
    wagtail: str
    django: str
    python: str

    def __str__(self) -> str:
        return f"wagtail{self.wagtail}-django{self.django}-py{self.python}"

    @property
    def is_supported(self) -> bool:
        """What Wagtail and Django say of themselves: Django 6 wants Python 3.12, and Wagtail
        7.4 came before Django 6.1."""
        python = tuple(map(int, self.python.split(".")))
        if self.django.startswith("6") and python < (3, 12):
            return False
        return (self.wagtail, self.django) != ("7.4", "6.1")


def interpreters() -> dict[str, str]:
    """Version to program, on the path or among those that pyenv keeps."""
    kept = sorted(Path.home().glob(".pyenv/versions/3.*/bin/python3"))
    programs = ["python3", *(f"python{version}" for version in PYTHONS), *map(str, kept)]
    found: dict[str, str] = {}
    for program in programs:
        ask = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2], sys.executable)"
        try:
            told = subprocess.run([program, "-c", ask], capture_output=True, text=True)
        except OSError:
            continue
        if told.returncode == 0:
            version, _, executable = told.stdout.strip().partition(" ")
            if version in PYTHONS:
                found.setdefault(version, executable)
    return found


def pairs() -> Iterator[Pair]:
    for wagtail, django, python in itertools.product(WAGTAILS, DJANGOS, PYTHONS):
        pair = Pair(wagtail, django, python)
        if pair.is_supported:
            yield pair


def environment(pair: Pair, program: str) -> Path:
    """The pair's environment, made or brought up to date."""
    folder = ENVIRONMENTS / str(pair)
    stamp = folder / ".installed"
    wanted = (ROOT / "pyproject.toml").stat().st_mtime
    if stamp.exists() and stamp.stat().st_mtime > wanted:
        return folder
    if not (folder / "bin" / "python").exists():
        subprocess.run([program, "-m", "venv", str(folder)], check=True)
    install = [str(folder / "bin" / "python"), "-m", "pip", "--quiet", "install", "--upgrade"]
    of_the_pair = [f"wagtail=={pair.wagtail}.*", f"Django=={pair.django}.*"]
    subprocess.run([*install, *of_the_pair, "--editable", f"{ROOT}[test]"], check=True)
    stamp.touch()
    return folder


def run(pair: Pair, program: str) -> tuple[bool, str]:
    """Whether the tests pass, and pytest's last line."""
    try:
        folder = environment(pair, program)
    except subprocess.CalledProcessError:
        return False, "could not be installed"
    tests = [*("-m", "pytest", "-q", "-n", "auto", "-m", QUICK), "--ignore=tests/architecture"]
    log = ENVIRONMENTS / f"{pair}.log"
    with log.open("w") as output:
        done = subprocess.run(
            [str(folder / "bin" / "python"), *tests],
            cwd=ROOT,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    last = (log.read_text().strip().splitlines() or ["printed nothing"])[-1]
    return done.returncode == 0, last


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", help="a regular expression that the pair's name matches")
    parser.add_argument("--list", action="store_true", help="print the pairs and stop")
    arguments = parser.parse_args()
    found = interpreters()
    chosen = [pair for pair in pairs() if re.search(arguments.only or "", str(pair))]
    if arguments.list:
        for pair in chosen:
            print(f"{pair!s:34} {found.get(pair.python, 'no interpreter')}")
        return 0
    runnable = [pair for pair in chosen if pair.python in found]
    missing = sorted({pair.python for pair in chosen} - set(found))
    if not runnable:
        print("No interpreter of a chosen pair was found.", file=sys.stderr)
        return 1
    ENVIRONMENTS.mkdir(exist_ok=True)
    failed = 0
    for pair in runnable:
        began = time.monotonic()
        passed, last = run(pair, found[pair.python])
        failed += not passed
        seconds = time.monotonic() - began
        print(
            f"{pair!s:34} {'passed' if passed else 'FAILED':7} {seconds:4.0f} s  {last}", flush=True
        )
    if missing:
        print(f"Not tried, for want of an interpreter: Python {', '.join(missing)}.")
    if failed:
        print(f"{failed} of {len(runnable)} pairs failed: see .matrix/*.log.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
