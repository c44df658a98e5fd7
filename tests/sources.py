"""The files of the repository, as tests of the house itself look at them."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "wagtail_livechat"


def tracked_files(*patterns: str) -> list[Path]:
    """What git knows, or would after `git add`: neither ignored nor deleted files."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *patterns],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    return sorted(ROOT / name for name in listed if name and (ROOT / name).is_file())


def shown(path: Path) -> str:
    """How a test names a file."""
    return path.relative_to(ROOT).as_posix()
