"""Times the template tag inside a Django of its own, and prints the figures as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from time import perf_counter

ROUNDS = 7
TIMES = 2_000


def best_us(act: Callable[[], object]) -> float:
    """The least time that one call took, in the quietest of several rounds."""
    rounds = []
    for _ in range(ROUNDS):
        began = perf_counter()
        for _ in range(TIMES):
            act()
        rounds.append((perf_counter() - began) / TIMES)
    return min(rounds) * 1e6


def measure(port: int) -> dict[str, float]:
    from django.db import connection
    from django.template import Context, engines
    from django.test import RequestFactory
    from django.test.utils import CaptureQueriesContext
    from wagtail.models import Site

    request = RequestFactory(SERVER_NAME="localhost", SERVER_PORT=str(port)).get("/")
    page = Site.objects.get(is_default_site=True).root_page.specific
    django_engine = engines["django"]
    tag = django_engine.from_string("{% load livechat_tags %}{% livechat %}").template
    constant = django_engine.from_string("<script></script>").template
    body = "<ul>{% for n in numbers %}<li>{{ n }} {{ page.title }}</li>{% endfor %}</ul>"
    with_tag = django_engine.from_string(
        f"{{% load livechat_tags %}}{body}{{% livechat %}}"
    ).template
    bare = django_engine.from_string(body).template

    def context() -> Context:
        return Context({"request": request, "page": page, "numbers": range(40)})

    with CaptureQueriesContext(connection) as first:
        printed = tag.render(context())
    assert "<script" in printed, "The tag prints nothing here."
    with CaptureQueriesContext(connection) as warm:
        tag.render(context())
    return {
        "tag_us": best_us(lambda: tag.render(context())),
        "constant_us": best_us(lambda: constant.render(context())),
        "page_us": best_us(lambda: with_tag.render(context())),
        "bare_us": best_us(lambda: bare.render(context())),
        "queries": len(warm),
        "first_queries": len(first),
    }


def main() -> None:
    import django

    django.setup()
    print(json.dumps(measure(int(sys.argv[1]))))


if __name__ == "__main__":
    main()
