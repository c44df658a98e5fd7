"""What `{% livechat %}` costs a page of the host: once cold, then warm."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ..figures import Figure
from ..seed import Plan
from ..workbench import Workbench
from . import raw_limits


def run(bench: Workbench) -> Iterator[Figure]:
    shop = bench.shop("sqlite", Plan())
    measured = json.loads(
        bench.probe("tests.benchmarks.tag_probe", str(bench.port), database=shop.database)
    )
    yield Figure(
        name="tag.time",
        value=measured["tag_us"],
        unit="µs",
        limit=measured["constant_us"],
        pace=raw_limits.pace_of_echoes(bench),
    )
    yield Figure(name="tag.page", value=measured["page_us"], unit="µs", limit=measured["bare_us"])
    yield Figure(name="tag.queries", value=measured["queries"], unit="queries")
    yield Figure(name="tag.queries.first", value=measured["first_queries"], unit="queries")
