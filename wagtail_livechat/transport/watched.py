"""What a process hears about visits, handed to those parts of it that look after them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wagtail_livechat.errors import LiveChatError

from .audience import Kind, Wake

if TYPE_CHECKING:
    from .process import Process


class Watched:
    """Between the hub and visits, watching and board."""

    def __init__(self, process: Process) -> None:
        self._process = process

    def hear(self, wake: Wake, *, from_here: bool) -> None:
        """Something is about visits; ids only, looked up where they matter."""
        process = self._process
        site_id = _number_in(wake.topic)
        match wake.kind:
            case Kind.VISIT:
                process.board.visit_changed(site_id, wake.id)
                if not from_here:
                    process.visits.heard_change(wake.id)
            case Kind.VISIT_OVER:
                if isinstance(wake.more, int):
                    process.visits.heard_withdrawal(wake.more)
                    process.board.visit_over(wake.id, wake.more)
                else:
                    process.visits.heard_end(wake.id)
                process.board.visit_changed(site_id, wake.id)
            case Kind.BANNER:
                process.loop.create_task(self._ask_again(site_id))
            case _:
                process.watching.look_soon()

    async def _ask_again(self, site_id: int) -> None:
        try:
            await self._process.visits.recheck(site_id)
        except LiveChatError:
            self._process.watching.look_soon()  # beside each write it is asked again anyway

    def card_changed(self, topic: str) -> None:
        """A row says whether its visitor is in a conversation."""
        self._process.board.site_changed(_number_in(topic))

    def staff_changed(self) -> None:
        """Whether anything is written depends on who is there."""
        if self._process.visits.sites:
            self._process.watching.look_soon()


def _number_in(topic: str) -> int:
    number = topic.partition(":")[2]
    return int(number) if number.isascii() and number.isdigit() else 0
