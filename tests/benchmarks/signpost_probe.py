"""What the signpost finds in the bookshop, and how long it takes among thousands of pages.

Run as a process of its own, in the environment of the shop. Prints the figures as JSON.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time
from dataclasses import asdict
from typing import Any

SYLLABLES = (
    "ba be bi bo bu da de di do ka ke ki ko la le li lo ma me mi mo ra re ri ro sa se si".split()
)
WORDS_ON_A_PAGE = 160
PASSAGES_ON_A_PAGE = 8


def measured() -> dict[str, Any]:
    """How the signpost and Wagtail's search do on the questions that judge."""
    from tests.answers.labelled import (
        by_any_word,
        by_plain_search,
        by_signpost,
        labelled,
        measure,
    )

    judges = [one for one in labelled() if one.judges]
    return {
        ranking.__name__: asdict(measure(ranking, judges))
        for ranking in (by_signpost, by_plain_search, by_any_word)
    }


def add_pages(number: int) -> None:
    """Pages with a vocabulary as texts have one: few words often, many seldom."""
    from django.contrib.contenttypes.models import ContentType
    from django.db import transaction
    from django.utils import timezone
    from wagtail.models import Page

    from example_site.bookshop.models import InformationPage
    from tests.answers.labelled import shop

    chance = random.Random(4)
    words = ["".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(12_000)]
    weights = [1 / place for place in range(1, len(words) + 1)]
    home = Page.objects.get(pk=shop().root_page_id)
    section = home.add_child(instance=InformationPage(title="Archive", slug="archive"))
    kind = ContentType.objects.get_for_model(InformationPage)
    now = timezone.now()
    with transaction.atomic():
        pages = Page.objects.bulk_create(
            Page(
                title=" ".join(chance.choices(words, weights, k=4)),
                slug=f"page-{place}",
                url_path=f"{section.url_path}page-{place}/",
                path=Page._get_path(section.path, section.depth + 1, place),
                depth=section.depth + 1,
                locale=section.locale,
                content_type=kind,
                live=True,
                first_published_at=now,
                last_published_at=now,
            )
            for place in range(1, number + 1)
        )
        for page in pages:
            text = [
                " ".join(chance.choices(words, weights, k=WORDS_ON_A_PAGE // PASSAGES_ON_A_PAGE))
                for _ in range(PASSAGES_ON_A_PAGE)
            ]
            more = InformationPage(page_ptr=page, introduction=". ".join(text) + ".", body="[]")
            more.save_base(raw=True)
        Page.objects.filter(pk=section.pk).update(numchild=number)


def timed(number: int) -> dict[str, Any]:
    """The first question after a start, and those that follow, with so many pages more."""
    from tests.answers.labelled import labelled, shop
    from wagtail_livechat.answers import page_index
    from wagtail_livechat.answers.answerers import Question
    from wagtail_livechat.answers.asking import answer

    add_pages(number)
    site_id = shop().pk
    questions = [
        Question(text=one.text, site_id=site_id, language=one.language)
        for one in labelled()
        if one.language == "en"
    ]
    page_index.forget()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    answer(questions[0])
    first = time.perf_counter() - began
    while not page_index.index_of(site_id, "en").is_ready:
        time.sleep(0.05)
    ready = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    took = []
    for question in questions:
        began = time.perf_counter()
        answer(question)
        took.append(time.perf_counter() - began)
    took.sort()
    longest = Question(text="lorem ipsum dolor opnning " * 160, site_id=site_id, language="en")
    began = time.perf_counter()
    answer(longest)
    return {
        "first_ms": first * 1000,
        "ready_s": ready,
        "memory_mb": (after - before) / 1024,
        "p50_ms": took[len(took) // 2] * 1000,
        "p95_ms": took[int(len(took) * 0.95)] * 1000,
        "longest_ms": (time.perf_counter() - began) * 1000,
    }


def main() -> None:
    import django

    django.setup()
    print(json.dumps({"found": measured(), "timed": timed(int(sys.argv[1]))}))


if __name__ == "__main__":
    main()
