"""The study of exchanges: how well it groups, and what twenty thousand messages cost."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator

from tests.study.exchanges.labelled import LANGUAGES, questions
from tests.study.exchanges.many import many
from tests.study.exchanges.measure import best_naive, ours, quality
from wagtail_livechat.study.grouping import group

from ..figures import Figure
from ..workbench import Workbench


def run(bench: Workbench) -> Iterator[Figure]:
    for language in LANGUAGES:
        messages = questions(language)
        mine, naive = quality(messages, ours(messages, language)), best_naive(messages)
        for name in ("purity", "recall", "f1"):
            yield Figure(
                name=f"study.{language}.{name}",
                value=getattr(mine, name),
                unit="share",
                limit=getattr(naive, name),
            )
    texts = many(bench.number(20_000, 2_000), language="fr")
    began = time.perf_counter()
    group(texts, language="fr")
    yield Figure(name="study.seconds", value=time.perf_counter() - began, unit="s")
    # Apart from the clock: watching memory takes time of its own.
    tracemalloc.start()
    group(texts[: len(texts) // 4], language="fr")
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    yield Figure(name="study.memory", value=peak / 1e6, unit="MB")
