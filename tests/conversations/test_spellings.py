"""Browser and server agree on what was written and how long it is: the list is read by both."""

import json
from pathlib import Path

import pytest

from wagtail_livechat.conversations.rules import normalise

SPELLINGS = json.loads(Path(__file__).with_name("spellings.json").read_text("utf-8"))


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_server_stores_what_the_browser_counted(spelling: dict[str, str | int]) -> None:
    stored = normalise(str(spelling["written"]))
    assert (stored, len(stored)) == (spelling["stored"], spelling["length"])
    assert normalise(stored) == stored
