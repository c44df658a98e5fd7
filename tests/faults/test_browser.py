"""The parts that make scripted people behave as browsers do."""

from __future__ import annotations

import pytest

from tests.faults.outbox import RESEND_AFTER, Outbox
from tests.faults.screen import Screen
from tests.faults.web import Answer, BrokenAnswer, parse
from wagtail_livechat.protocol.commands import SendMessage
from wagtail_livechat.protocol.values import Kind, Message

FIRST, SECOND, THIRD = (f"00000000-0000-0000-0000-00000000000{n}" for n in (1, 2, 3))


def command(ref: str) -> SendMessage:
    return SendMessage(ref=ref, text=ref)


def refs(outbox: Outbox) -> list[str]:
    return [item.ref for item in outbox.take()]  # type: ignore[attr-defined]


class TestOutbox:
    def test_one_lane_sends_one_after_the_other(self) -> None:
        outbox = Outbox()
        for ref in (FIRST, SECOND):
            outbox.add(ref, "out", command(ref))
        assert refs(outbox) == [FIRST]
        assert refs(outbox) == []
        outbox.settle(FIRST)
        assert refs(outbox) == [SECOND]

    def test_lanes_do_not_wait_for_each_other(self) -> None:
        outbox = Outbox()
        outbox.add(FIRST, "one", command(FIRST))
        outbox.add(SECOND, "two", command(SECOND))
        assert refs(outbox) == [FIRST, SECOND]

    def test_a_hasty_tab_sends_several_and_promises_no_order(self) -> None:
        outbox = Outbox(at_once=2)
        for ref in (FIRST, SECOND, THIRD):
            outbox.add(ref, "out", command(ref))
        assert refs(outbox) == [FIRST, SECOND]
        assert not outbox.in_order

    def test_what_is_unanswered_is_due_again(self) -> None:
        outbox = Outbox()
        outbox.add(FIRST, "out", command(FIRST))
        assert refs(outbox) == [FIRST]
        due = outbox.next_due()
        assert due is not None and 0 < due <= RESEND_AFTER

    def test_a_new_line_makes_everything_due(self) -> None:
        outbox = Outbox()
        outbox.add(FIRST, "out", command(FIRST))
        outbox.take()
        outbox.reopened()
        assert refs(outbox) == [FIRST]

    def test_what_is_refused_for_now_waits_and_holds_its_place(self) -> None:
        outbox = Outbox()
        for ref in (FIRST, SECOND):
            outbox.add(ref, "out", command(ref))
        outbox.take()
        outbox.hold(FIRST, 60)
        assert refs(outbox) == []
        assert len(outbox) == 2


class TestScreen:
    def message(self, seq: int) -> Message:
        return Message(seq=seq, ref=FIRST, kind=Kind.VISITOR, text=str(seq), at=0)

    def shown(self, screen: Screen) -> list[int]:
        return [entry.seq for entry in screen.entries]

    def test_what_comes_too_early_is_held_until_the_gap_is_filled(self) -> None:
        screen = Screen()
        screen.receive([self.message(1), self.message(3)])
        assert self.shown(screen) == [1]
        assert screen.is_behind
        screen.receive([self.message(2)])
        assert self.shown(screen) == [1, 2, 3]
        assert not screen.is_behind

    def test_what_comes_twice_is_shown_once(self) -> None:
        screen = Screen()
        screen.receive([self.message(1), self.message(1), self.message(2)])
        screen.receive([self.message(2)])
        assert self.shown(screen) == [1, 2]

    def test_a_head_says_what_is_missing_at_the_end(self) -> None:
        screen = Screen()
        screen.receive([self.message(1)])
        screen.know_head(2)
        assert screen.is_behind


class TestAnswers:
    def test_an_answer_has_status_headers_and_body(self) -> None:
        raw = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: a=b\r\n\r\nok"
        assert parse(raw) == Answer(200, [("content-length", "2"), ("set-cookie", "a=b")], b"ok")

    def test_an_answer_in_chunks_is_put_together(self) -> None:
        raw = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n1\r\n!\r\n0\r\n\r\n"
        assert parse(raw).body == b"ok!"

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"HTTP/1.1 200 OK\r\nContent-",
            b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\no",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n",
        ],
    )
    def test_half_an_answer_is_none(self, raw: bytes) -> None:
        with pytest.raises(BrokenAnswer):
            parse(raw)
