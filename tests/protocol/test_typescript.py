"""The browser's types are those of the structs."""

from wagtail_livechat.protocol import typescript
from wagtail_livechat.protocol.codec import agent_commands, visitor_commands


def test_the_types_that_are_committed_are_those_of_the_structs() -> None:
    assert typescript.TARGET.read_text("utf-8") == typescript.generate(), (
        "Run `python -m wagtail_livechat.protocol.typescript`."
    )


def test_every_command_is_a_type_of_its_own() -> None:
    generated = typescript.generate()
    for tag in visitor_commands.tags | agent_commands.tags:
        assert f'readonly type: "{tag}";' in generated


def test_a_browser_may_leave_out_what_has_a_default_and_the_server_leaves_out_nothing() -> None:
    generated = typescript.generate()
    hello = generated.split("export interface Hello {")[1].split("}")[0]
    assert "readonly since?: number;" in hello
    assert "readonly language: string;" in hello
    ack = generated.split("export interface Acknowledged {")[1].split("}")[0]
    assert "readonly seq: number | null;" in ack
