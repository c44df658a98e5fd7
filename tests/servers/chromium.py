"""A Chromium for the browser tests: found, else installed, else a clear refusal."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    "/usr/lib/chromium/chromium",
    "/snap/bin/chromium",
    "/opt/google/chrome/chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


class NoChromiumError(RuntimeError):
    """The browser tests cannot run on this machine."""


def find_chromium() -> str:
    """The path of a Chromium that starts: `CHROMIUM`, one on this machine, or a new one."""
    named = os.environ.get("CHROMIUM")
    if named:
        if not shutil.which(named):
            raise NoChromiumError(f"CHROMIUM names {named}, which is not a program.")
        return named
    found = _on_this_machine() or _of_playwright()
    if found is None and _install_by_playwright():
        found = _of_playwright()
    if found is None and _install_by_apt():
        found = _on_this_machine()
    if found is None:
        raise NoChromiumError(
            "The browser tests need Chromium: none was found, and neither `playwright install "
            "chromium` nor `apt-get install chromium` could bring one. Install it, or name its "
            "program in the environment variable CHROMIUM."
        )
    return found


def launch_arguments() -> list[str]:
    """Flags for every start: no calls home, and no sandbox for root, who can have none."""
    flags = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-default-apps",
        "--disable-domain-reliability",
        "--disable-gpu",
        "--disable-quic",
        "--disable-sync",
        "--no-first-run",
        # Small shared memory is usual in containers.
        "--disable-dev-shm-usage",
        # A page in the background keeps its timers: a test looks at two tabs in turn.
        "--disable-background-timer-throttling",
        "--disable-renderer-backgrounding",
        "--disable-backgrounding-occluded-windows",
    ]
    return [*flags, "--no-sandbox"] if os.geteuid() == 0 else flags


def _on_this_machine() -> str | None:
    names = (shutil.which(name) for name in NAMES)
    places = (place for place in PLACES if Path(place).exists())
    return next((path for path in (*names, *places) if path and _starts(path)), None)


def _of_playwright() -> str | None:
    """Playwright's own build, if it was downloaded before."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() and _starts(path) else None


def _starts(path: str) -> bool:
    """Ubuntu's `chromium-browser` may be a script that only asks for a snap."""
    return _succeeds([path, "--version"], within=60)


def _install_by_playwright() -> bool:
    with_libraries = ["--with-deps"] if os.geteuid() == 0 and shutil.which("apt-get") else []
    command = [sys.executable, "-m", "playwright", "install", *with_libraries, "chromium"]
    return _succeeds(command, within=600)


def _install_by_apt() -> bool:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"]
    return _succeeds(["apt-get", "update", "-q"], within=300) and _succeeds(install, within=900)


def _succeeds(command: Sequence[str], *, within: float) -> bool:
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            list(command),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=within,
            env=quiet,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


if __name__ == "__main__":
    print(find_chromium())
