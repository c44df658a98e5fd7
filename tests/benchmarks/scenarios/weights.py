"""What a page of the host has to load: the bundles as they lie on disk, gzipped."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

from tests.servers.site import ROOT

from ..figures import Figure
from ..workbench import Workbench

FOLDER = ROOT / "wagtail_livechat" / "static" / "wagtail_livechat"


def kilobytes(*files: Path) -> float:
    """How much travels: each file gzipped by itself, in thousands of bytes."""
    return sum(len(gzip.compress(file.read_bytes(), 9)) for file in files) / 1000


def with_styles(name: str) -> list[Path]:
    """A bundle, and the style sheet of the same name where it has one."""
    return [file for suffix in (".js", ".css") if (file := FOLDER / f"{name}{suffix}").exists()]


def run(bench: Workbench) -> Iterator[Figure]:
    for figure, bundle in (("loader", "loader"), ("panel", "chat"), ("console", "console")):
        files = with_styles(bundle)
        if not files:
            raise FileNotFoundError(f"{FOLDER} holds no {bundle}.js: run `make assets`.")
        yield Figure(name=f"weight.{figure}", value=kilobytes(*files), unit="kB gzipped")
