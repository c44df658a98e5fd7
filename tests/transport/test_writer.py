"""What waits is stored together; what fails, fails alone."""

import asyncio
import threading

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from tests.factories import make_visitor, new_ref
from wagtail_livechat import clock
from wagtail_livechat.conversations import hot_path
from wagtail_livechat.conversations.models import Message
from wagtail_livechat.errors import Busy, NotFound, Unavailable
from wagtail_livechat.transport import writer
from wagtail_livechat.transport.writer import Job, write
from wagtail_livechat.workers.models import Worker


def ignored(result, error):
    pass


def job(action, draft=None):
    return Job(action, draft, ignored)


def make_worker():
    now = clock.now()
    return Worker.objects.create(started_at=now, seen_at=now)


def raising(error):
    def action():
        make_worker()
        raise error

    return action


@pytest.fixture
def visitor(site):
    visitor = make_visitor(site)
    visitor.says("0")
    return visitor


def message(visitor, text, ref=None):
    ref = ref or new_ref()
    return Job(
        lambda: visitor.says(text, ref),
        hot_path.VisitorDraft(
            visitor_id=visitor.conversation.visitor_id, ref=ref, text=text, at=clock.now()
        ),
        ignored,
    )


def texts():
    return list(Message.objects.order_by("conversation", "seq").values_list("text", flat=True))


class TestABatch:
    def test_jobs_are_carried_out_in_the_order_in_which_they_came(self, visitor):
        jobs = [message(visitor, "1"), job(lambda: visitor.says("2")), message(visitor, "3")]
        outcomes = write(jobs)
        assert [result.seq for result, _ in outcomes] == [2, 3, 4]
        assert texts() == ["0", "1", "2", "3"]

    def test_one_that_is_refused_takes_nothing_with_it(self, visitor):
        outcomes = write([message(visitor, "1"), job(raising(NotFound())), message(visitor, "2")])
        assert [type(error) for _, error in outcomes] == [type(None), NotFound, type(None)]
        assert texts() == ["0", "1", "2"]
        assert Worker.objects.count() == 0

    @pytest.mark.parametrize("error", [ZeroDivisionError(), IntegrityError("poison")])
    def test_one_that_is_broken_takes_nothing_with_it(self, visitor, error, caplog):
        outcomes = write([message(visitor, "1"), job(raising(error)), message(visitor, "2")])
        assert outcomes[1][1] is error
        assert texts() == ["0", "1", "2"]

    def test_a_repeat_within_one_batch_is_stored_once_and_answered_twice(self, visitor):
        ref = new_ref()
        outcomes = write([message(visitor, "1", ref), message(visitor, "1", ref)])
        assert [result.seq for result, _ in outcomes] == [2, 2]
        assert texts() == ["0", "1"]

    def test_a_repeat_of_an_earlier_message_leaves_the_others_without_gap(self, visitor):
        ref = new_ref()
        write([message(visitor, "1", ref)])
        outcomes = write([message(visitor, "2"), message(visitor, "1", ref), message(visitor, "3")])
        assert [result.seq for result, _ in outcomes] == [3, 2, 4]
        assert texts() == ["0", "1", "2", "3"]

    def test_a_draft_that_is_not_plain_is_carried_out_by_its_action(self, site):
        stranger = make_visitor(site)
        ref = new_ref()
        draft = hot_path.VisitorDraft(visitor_id=999_999, ref=ref, text="x", at=clock.now())
        ((result, error),) = write([Job(lambda: stranger.says("x", ref), draft, ignored)])
        assert error is None and result.seq == 1


class TestADatabaseInTrouble:
    @pytest.fixture
    def failing_commits(self, monkeypatch):
        """So many transactions fail when they begin; then all is well again."""
        left = {"number": 0}
        enter = transaction.Atomic.__enter__

        def begin(atomic):
            if left["number"] > 0 and not connection.savepoint_ids[1:]:
                left["number"] -= 1
                raise OperationalError("database is locked")
            return enter(atomic)

        monkeypatch.setattr(transaction.Atomic, "__enter__", begin)
        return left

    def test_everybody_is_told_to_try_again_and_nothing_is_stored(self, visitor, failing_commits):
        failing_commits["number"] = 99
        outcomes = write([message(visitor, "1"), message(visitor, "2")])
        assert [type(error) for _, error in outcomes] == [Unavailable, Unavailable]
        assert all(error.retry_ms for _, error in outcomes)
        failing_commits["number"] = 0
        assert texts() == ["0"]

    def test_afterwards_it_goes_on(self, visitor, failing_commits):
        failing_commits["number"] = 1
        first = message(visitor, "1")
        write([first])
        ((result, error),) = write([first])
        assert error is None and result.seq == 2
        assert texts() == ["0", "1"]


class TestTheThread:
    """The real thread; these jobs need no tables."""

    @pytest.fixture
    def threaded(self, settings, monkeypatch):
        settings.WAGTAIL_LIVECHAT = {}

        def without_database(jobs):
            outcomes = []
            for each in jobs:
                try:
                    outcomes.append((each.action(), None))
                except Exception as error:
                    outcomes.append((None, error))
            return outcomes

        monkeypatch.setattr(writer, "write", without_database)

    async def test_answers_come_back_in_the_loop_and_work_is_done_outside(self, threaded):
        made = writer.Writer(asyncio.get_running_loop())
        name = await made.run(lambda: threading.current_thread().name)
        assert name == "livechat-write"
        answered_in = asyncio.get_running_loop().create_future()
        made.submit(
            lambda: 1, lambda result, error: answered_in.set_result(threading.current_thread())
        )
        assert await answered_in is threading.current_thread()
        await made.stop()

    async def test_what_was_taken_is_stored_before_the_end(self, threaded):
        made = writer.Writer(asyncio.get_running_loop())
        gate = threading.Event()
        stored = []
        made.submit(gate.wait, ignored)
        for number in range(50):
            made.submit(lambda number=number: stored.append(number), ignored)
        asyncio.get_running_loop().call_soon(gate.set)
        await made.stop()
        assert stored == list(range(50))
        with pytest.raises(Busy):
            made.submit(gate.wait, ignored)

    async def test_more_than_can_wait_is_refused_at_once(self, threaded):
        made = writer.Writer(asyncio.get_running_loop())
        gate = threading.Event()
        made.submit(gate.wait, ignored)
        with pytest.raises(Busy) as refusal:
            for _ in range(writer.MOST_WAITING + writer.MOST_AT_ONCE + 2):
                made.submit(gate.wait, ignored)
        assert refusal.value.retry_ms
        gate.set()
        await made.stop()

    async def test_what_waits_is_taken_together_up_to_a_bound(self, threaded, monkeypatch):
        sizes = []
        without_database = writer.write

        def measured(jobs):
            sizes.append(len(jobs))
            return without_database(jobs)

        monkeypatch.setattr(writer, "write", measured)
        made = writer.Writer(asyncio.get_running_loop())
        gate = threading.Event()
        made.submit(gate.wait, ignored)
        for _ in range(600):
            made.submit(lambda: None, ignored)
        gate.set()
        await made.run(lambda: None)
        await made.stop()
        assert sum(sizes) == 602
        assert max(sizes) == writer.MOST_AT_ONCE

    async def test_another_thread_may_wait_for_the_commit(self, threaded):
        made = writer.Writer(asyncio.get_running_loop())
        assert await asyncio.to_thread(made.run_from_thread, lambda: 42) == 42
        with pytest.raises(NotFound):
            await asyncio.to_thread(made.run_from_thread, raising_without_tables)
        await made.stop()

    async def test_a_caller_who_went_troubles_nobody(self, threaded):
        made = writer.Writer(asyncio.get_running_loop())
        gate = threading.Event()
        waiting = asyncio.ensure_future(made.run(gate.wait))
        await asyncio.sleep(0)
        waiting.cancel()
        gate.set()
        assert await made.run(lambda: 1) == 1
        await made.stop()


def raising_without_tables():
    raise NotFound


def test_without_a_server_one_writes_where_one_stands(visitor):
    assert writer.write_now(lambda: visitor.says("1")).seq == 2
    with pytest.raises(NotFound):
        writer.write_now(raising(NotFound()))


class TestWhatComesAfterMessages:
    @pytest.fixture
    def threaded(self, settings):
        settings.WAGTAIL_LIVECHAT = {}

    async def test_it_waits_until_no_message_does(self, threaded, monkeypatch):
        order: list[str] = []
        begun, opens = threading.Event(), threading.Event()

        def write_nothing(jobs):
            order.append("+".join(job.action() for job in jobs))
            return [(None, None)] * len(jobs)

        def first():
            begun.set()
            opens.wait()
            return "first"

        monkeypatch.setattr(writer, "write", write_nothing)
        made = writer.Writer(asyncio.get_running_loop())
        made.submit(first, ignored)
        await asyncio.to_thread(begun.wait)
        made.submit_after(lambda: "after", ignored)
        made.submit(lambda: "message", ignored)
        made.submit(lambda: "message", ignored)
        opens.set()
        await made.stop()
        assert order == ["first", "message+message", "after"]

    async def test_what_cannot_come_is_refused_and_messages_are_not(self, threaded, monkeypatch):
        opens = threading.Event()

        def write_nothing(jobs):
            opens.wait()
            return [(None, None)] * len(jobs)

        monkeypatch.setattr(writer, "write", write_nothing)
        made = writer.Writer(asyncio.get_running_loop())
        made.submit(lambda: None, ignored)
        with pytest.raises(Busy):
            for _ in range(writer.MOST_AFTERWARDS + 1):
                made.submit_after(lambda: None, ignored)
        made.submit(lambda: None, ignored)
        opens.set()
        await made.stop()

    async def test_what_waits_is_written_before_the_end(self, threaded, monkeypatch):
        written: list[str] = []

        def write_all(jobs):
            written.extend(job.action() for job in jobs)
            return [(None, None)] * len(jobs)

        monkeypatch.setattr(writer, "write", write_all)
        made = writer.Writer(asyncio.get_running_loop())
        made.submit_after(lambda: "last", ignored)
        await made.stop()
        assert written == ["last"]
