"""What the signpost finds, beside Wagtail's own search, and how long it takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Literal

from ..figures import Figure
from ..seed import Plan
from ..workbench import Workbench

BOTH: tuple[Literal["sqlite", "postgres"], ...] = ("sqlite", "postgres")


def run(bench: Workbench) -> Iterator[Figure]:
    for vendor in BOTH:
        shop = bench.shop(vendor, Plan())
        pages = bench.number(5_000, 500)
        made = json.loads(
            bench.probe("tests.benchmarks.signpost_probe", str(pages), database=shop.database)
        )
        found, timed = made["found"], made["timed"]
        ours, plain, any_word = (
            found[name] for name in ("by_signpost", "by_plain_search", "by_any_word")
        )
        name = f"signpost.{vendor}"
        yield Figure(
            name=f"{name}.recall",
            value=ours["recall_at_3"],
            unit="of 1",
            limit=any_word["recall_at_3"],
        )
        yield Figure(
            name=f"{name}.rank",
            value=ours["mean_reciprocal_rank"],
            unit="of 1",
            limit=any_word["mean_reciprocal_rank"],
        )
        yield Figure(
            name=f"{name}.false",
            value=ours["answered_falsely"],
            unit="of 1",
            limit=any_word["answered_falsely"],
        )
        yield Figure(name=f"{name}.silent", value=ours["kept_silent"], unit="of 1")
        yield Figure(name=f"{name}.wrong", value=ours["wrong"], unit="of 1")
        yield Figure(name=f"{name}.plain.recall", value=plain["recall_at_3"], unit="of 1")
        yield Figure(name=f"{name}.plain.rank", value=plain["mean_reciprocal_rank"], unit="of 1")
        yield Figure(name=f"{name}.p50", value=timed["p50_ms"], unit="ms")
        yield Figure(name=f"{name}.p95", value=timed["p95_ms"], unit="ms")
        yield Figure(name=f"{name}.longest", value=timed["longest_ms"], unit="ms")
        yield Figure(name=f"{name}.first", value=timed["first_ms"], unit="ms")
        yield Figure(name=f"{name}.ready", value=timed["ready_s"], unit="s")
        yield Figure(name=f"{name}.memory", value=timed["memory_mb"], unit="MB")
