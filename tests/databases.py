"""Databases whose tables exist already, so that a run of the tests begins at once.

Laying out Wagtail's tables takes longer than most runs of the tests. It is done once for
each set of migrations, and every process of every run starts from a copy.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def migrate(address: str) -> None:
    """Lay out the tables of the test settings in the database at this address."""
    done = subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--skip-checks", "--verbosity", "0"],
        cwd=ROOT,
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "LIVECHAT_TEST_DATABASE": address,
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"The tables could not be made.\n{done.stdout}{done.stderr}")


def migrated_sqlite(scratch: Path) -> Path:
    """A SQLite file with all tables, kept in `scratch` until a migration changes."""
    scratch.mkdir(parents=True, exist_ok=True)
    kept = scratch / f"tables-{_state_of_the_migrations()}.sqlite3"
    with (scratch / "tables.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            making = scratch / "making.sqlite3"
            making.unlink(missing_ok=True)
            migrate(f"sqlite:///{making}")
            for old in scratch.glob("tables-*.sqlite3"):
                old.unlink()
            making.rename(kept)
    return kept


def copy_of_migrated_sqlite(scratch: Path, copy: Path) -> None:
    shutil.copy(migrated_sqlite(scratch), copy)


def _state_of_the_migrations() -> str:
    state = hashlib.sha256(f"{sys.version_info[:2]}".encode())
    for package in ("Django", "wagtail", "django-taggit"):
        state.update(f"{package} {version(package)}".encode())
    own = [*ROOT.glob("wagtail_livechat/migrations/*.py"), *ROOT.glob("tests/settings.py")]
    for path in sorted([*own, *ROOT.glob("example_site/*/migrations/*.py")]):
        state.update(path.read_bytes())
    return state.hexdigest()[:16]
