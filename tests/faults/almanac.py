"""An answerer that names the message which it answers, as visitors of the harness name theirs.

So an answer can be known for what it is wherever it turns up. It is slow, or breaks, where
the question wants it to be.
"""

from __future__ import annotations

import re
import time
from typing import Final

from wagtail_livechat.answers.answerers import UNKNOWN, Answer, Answerer, Question

KNOWN: Final = "when is high water"
SLOW: Final = "when is high water in the far north"
BREAKS: Final = "when is high water on the moon"
UNKNOWN_TO_ALL: Final = "quand zyx wvut srqp"

SLOWLY: Final = 0.7
"""Seconds: long enough for somebody to pick up, or to die, meanwhile."""

_NAMED = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) (.*)")


class Almanac(Answerer):
    """Knows when the water is high."""

    name = "almanac"

    def answer(self, question: Question) -> Answer:
        """High water, under the name of the question."""
        asked = _NAMED.fullmatch(question.text)
        if asked is None or KNOWN not in asked[2]:
            return UNKNOWN
        if BREAKS in asked[2]:
            raise LookupError("There is no water.")
        if SLOW in asked[2]:
            time.sleep(SLOWLY)
        return Answer(knows=True, confidence=1.0, text=f"{asked[1]} At noon.", source=self.name)
