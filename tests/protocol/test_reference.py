"""The reference page says what the structs say."""

from wagtail_livechat.protocol import reference
from wagtail_livechat.protocol.codec import agent_commands, visitor_commands
from wagtail_livechat.protocol.typescript import reachable


def test_the_page_that_is_committed_is_that_of_the_structs() -> None:
    assert reference.TARGET.read_text("utf-8") == reference.generate(), (
        "Run `python -m wagtail_livechat.protocol.reference`."
    )


def test_every_command_and_every_piece_has_its_place() -> None:
    page = reference.generate()
    for tag in visitor_commands.tags | agent_commands.tags:
        assert page.count(f"### `{tag}`\n") == 1
    for cls in reachable():
        assert cls.__name__ in page or f"`{cls.__struct_config__.tag}`" in page


def test_the_bounds_are_told() -> None:
    page = reference.generate()
    assert "text, 1 to 4,000 characters" in page
    assert "16,384 bytes" in page
