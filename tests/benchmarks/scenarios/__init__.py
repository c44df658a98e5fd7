"""One module for each scenario: `run(bench)` yields its figures as they are measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Final

from ..figures import Figure
from ..workbench import Workbench

Scenario = Callable[[Workbench], Iterator[Figure]]

NAMES: Final = (
    "weights",
    "tag",
    "stuck",
    "study",
    "signpost",
    "echo",
    "messages",
    "acks",
    "idle",
    "connects",
    "fallback",
    "views",
    "visitors",
    "blocked",
    "delivered",
    "growth",
    "screen",
)


def scenario(name: str) -> Scenario:
    """The scenario of this name."""
    run: Scenario = import_module(f"{__name__}.{name}").run
    return run
