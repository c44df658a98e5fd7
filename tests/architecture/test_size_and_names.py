"""Files are small and named by the noun that they hold."""

import pytest

from tests.sources import shown, tracked_files

LINES_AT_MOST = 450
# The few that are longer, each for a reason, and how far they may go: not an invitation.
LONGER = {
    # One object with one state each; cut in two, each half would reach into the other.
    "wagtail_livechat/static_src/connection/connection.ts": 600,
    "wagtail_livechat/static_src/console/desk.ts": 760,
    "wagtail_livechat/transport/hub.py": 680,
    # The vocabulary of the wire: one list, read from top to bottom.
    "wagtail_livechat/protocol/values.py": 560,
    # Whole people, played from their first click to their last.
    "tests/faults/clients.py": 760,
    "tests/frontend/assist/assist.test.ts": 880,
    "tests/frontend/chat/chat.test.ts": 540,
    "tests/frontend/console/desk.test.ts": 560,
}
# A style sheet is a list: its length is no burden, and the demo's is not part of the product.
SOURCES = ("*.py", "*.ts", "*.tsx", "*.mjs", "*.html")
# Made by a program from something that is small.
GENERATED = ("wagtail_livechat/static/", "wagtail_livechat/static_src/protocol.ts", "/migrations/")
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "services", "misc"}


def test_no_file_is_long() -> None:
    lengths = {
        shown(path): len(path.read_text().splitlines())
        for path in tracked_files(*SOURCES)
        if not any(generated in shown(path) for generated in GENERATED)
    }
    assert lengths
    assert {name: n for name, n in lengths.items() if n > LONGER.get(name, LINES_AT_MOST)} == {}


@pytest.mark.parametrize("where", ["wagtail_livechat", "example_site", "tests"])
def test_every_file_and_folder_has_a_name_that_says_something(where: str) -> None:
    names = [path.relative_to(path.parents[-1]) for path in tracked_files(where)]
    assert names
    assert [
        str(name)
        for name in names
        if NAMES_THAT_SAY_NOTHING & {part.partition(".")[0] for part in name.parts}
    ] == []
