import shutil
import threading
from pathlib import Path

import pytest

from bot.chats.chat_records import Conversation
from bot.chats.conversations import PAIRING_TRIES, ConversationStore


class Clock:
    def __init__(self) -> None:
        self.wall = 1_700_000_000.0
        self.steady = 50.0

    def pass_(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds


def open_store(path: Path, clock: Clock) -> ConversationStore:
    return ConversationStore(path, wall=lambda: clock.wall, monotonic=lambda: clock.steady)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> ConversationStore:
    return open_store(tmp_path / "chats.sqlite", clock)


def ask(store: ConversationStore, update_id: int, user: int = 7, lane: str = "") -> bool:
    return store.receive(
        update_id,
        lane=lane or f"q{user}",
        user=user,
        chat=user,
        payload={"text": "问"},
        counted=True,
    )


def test_an_update_is_stored_once(store: ConversationStore) -> None:
    assert ask(store, 1)
    assert not ask(store, 1)
    assert store.seen(1)
    assert not store.seen(2)
    assert store.counts(7).user_minute == 1


def test_a_lane_is_worked_in_order_and_alone(store: ConversationStore) -> None:
    for update_id, user in [(1, 7), (2, 7), (3, 8)]:
        ask(store, update_id, user)
    first = store.take(())
    assert first is not None
    assert first.update_id == 1
    second = store.take({first.lane})
    assert second is not None
    assert second.update_id == 3
    assert store.take({first.lane, second.lane}) is None
    store.finish(1)
    third = store.take({second.lane})
    assert third is not None
    assert third.update_id == 2


def test_begun_work_is_begun_again_after_a_crash(tmp_path: Path, clock: Clock) -> None:
    store = open_store(tmp_path / "chats.sqlite", clock)
    ask(store, 1)
    ask(store, 2)
    store.take(())
    store.keep_reply(1, {"parts": []})
    store.mark_sent(1, 2)
    again = open_store(tmp_path / "chats.sqlite", clock)  # the first was never closed
    assert again.take_over() == 1
    row = again.take(())
    assert row is not None
    assert (row.update_id, row.attempts, row.reply, row.sent) == (1, 2, {"parts": []}, 2)


def test_a_process_answers_what_it_received_and_what_the_dead_left(
    tmp_path: Path, clock: Clock
) -> None:
    one, other = (open_store(tmp_path / "chats.sqlite", clock) for _ in range(2))
    assert (one.take_over(), other.take_over()) == (0, 0)
    ask(one, 1)
    ask(other, 2)
    mine = other.take(())
    assert mine is not None
    assert mine.update_id == 2
    assert other.take(()) is None
    one.take(())
    third = open_store(tmp_path / "chats.sqlite", clock)
    assert third.take_over() == 0  # both are alive
    assert third.take(()) is None
    one.close()
    assert other.take_over() == 2
    assert [row.update_id for row in (other.take(()), other.take(())) if row] == [1, 2]
    other.close()
    third.close()


def test_a_finished_update_keeps_no_words(store: ConversationStore) -> None:
    ask(store, 1)
    store.take(())
    store.finish(1)
    assert store._rows("SELECT payload, reply FROM inbox") == [("{}", None)]
    assert not ask(store, 1)


def test_conversations_are_by_chat_and_user(store: ConversationStore) -> None:
    store.save_conversation(-1, 7, Conversation({"places": ["甲"]}, "k"))
    assert store.conversation(-1, 7) == Conversation({"places": ["甲"]}, "k")
    assert store.conversation(-1, 8) == Conversation()
    assert store.conversation(7, 7) == Conversation()
    store.forget_conversation(-1, 7)
    assert store.conversation(-1, 7) == Conversation()


def test_quotas_are_kept_over_a_restart(tmp_path: Path, clock: Clock) -> None:
    store = open_store(tmp_path / "chats.sqlite", clock)
    for update_id in range(4):
        ask(store, update_id)
    store.close()
    clock.pass_(10)
    assert open_store(tmp_path / "chats.sqlite", clock).counts(7).user_minute == 4


@pytest.mark.parametrize("step", [3_600, -86_400, 90_000])
def test_a_step_of_the_clock_changes_no_quota(
    store: ConversationStore, clock: Clock, step: float
) -> None:
    for update_id in range(5):
        ask(store, update_id)
    clock.wall += step
    assert store.counts(7).user_minute == 5
    assert 0 < store.counts(7).wait_s <= 60
    clock.pass_(61)
    assert store.counts(7).user_minute == 0
    assert store.counts(7).user_day == 5


def test_a_clock_set_back_while_stopped_frees_no_quota_and_locks_nobody(
    tmp_path: Path, clock: Clock
) -> None:
    store = open_store(tmp_path / "chats.sqlite", clock)
    for update_id in range(5):
        ask(store, update_id)
    store.close()
    clock.wall -= 86_400
    again = open_store(tmp_path / "chats.sqlite", clock)
    assert again.counts(7).user_minute == 5
    clock.pass_(61)
    assert again.counts(7).user_minute == 0


def test_a_pairing_code_works_once_and_for_an_hour(store: ConversationStore, clock: Clock) -> None:
    code = store.new_pairing_code("admin")
    assert store.redeem_pairing_code("wrong", 7) is None
    assert store.redeem_pairing_code(f" {code.lower()} ", 7) == "admin"
    assert store.redeem_pairing_code(code, 8) is None
    assert store.members()["admin"] == {7}
    late = store.new_pairing_code()
    clock.pass_(3_601)
    assert store.redeem_pairing_code(late, 8) is None


def test_guessing_voids_the_codes(store: ConversationStore) -> None:
    code = store.new_pairing_code()
    for guess in range(PAIRING_TRIES):
        assert store.redeem_pairing_code(f"{guess:04x}", 666) is None
    assert store.redeem_pairing_code(code, 7) is None


def test_a_damaged_file_is_set_aside(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "chats.sqlite"
    path.write_bytes(b"this is no database" * 500)
    store = open_store(path, clock)
    assert store.set_aside is not None
    assert store.set_aside.read_bytes().startswith(b"this is no")
    assert ask(store, 1)


def test_feedback_is_one_a_user_and_takes_remarks(store: ConversationStore) -> None:
    key = store.add_answer(7, 7, {"question": "问", "citations": []})
    answer = store.answer(key)
    assert answer is not None
    store.add_feedback(answer, 7, "good")
    store.add_feedback(answer, 7, "wrong")
    assert store.add_remark(key, 7, "应为10件")
    assert not store.add_remark(key, 8, "别人的话")
    (only,) = store.feedback()
    assert (only.verdict, only.remark, only.payload["question"]) == ("wrong", "应为10件", "问")
    assert store.feedback("good") == []


def test_purging_keeps_feedback_and_what_is_open(store: ConversationStore, clock: Clock) -> None:
    ask(store, 1)
    store.take(())
    store.finish(1)
    ask(store, 2, user=8)
    key = store.add_answer(7, 7, {"question": "问"})
    answer = store.answer(key)
    assert answer is not None
    store.add_feedback(answer, 7, "wrong")
    clock.pass_(200 * 86_400)
    store.purge()
    assert not store.seen(1)
    assert store.seen(2)
    assert store.answer(key) is None
    assert len(store.feedback()) == 1
    assert store.counts(7).all_day == 0


def test_the_file_is_for_its_owner_only(tmp_path: Path, clock: Clock) -> None:
    open_store(tmp_path / "chats.sqlite", clock)
    assert (tmp_path / "chats.sqlite").stat().st_mode & 0o077 == 0


def test_synced_questions_are_on_the_disk_without_a_checkpoint(
    store: ConversationStore, tmp_path: Path
) -> None:
    """What a power cut leaves: the files as they were when ``sync`` returned."""
    ask(store, 1)
    store.sync()
    folder = tmp_path / "after the cut"
    folder.mkdir()
    for path in tmp_path.glob("chats.sqlite*"):
        if not path.name.endswith("-shm"):
            shutil.copy(path, folder)
    assert ConversationStore(folder / "chats.sqlite").seen(1)


def test_syncing_holds_up_no_other_thread(store: ConversationStore, monkeypatch) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def busy_disk(_: int) -> None:
        begun.set()
        go_on.wait(5)

    monkeypatch.setattr("retrieval.library.generations.os.fsync", busy_disk)
    syncing = threading.Thread(target=store.sync)
    syncing.start()
    assert begun.wait(5)
    assert ask(store, 1)
    assert store.take(()) is not None
    assert syncing.is_alive()  # who is held up by it comes here when it has given up
    go_on.set()
    syncing.join()


def test_the_log_is_kept_short(store: ConversationStore, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("bot.chats.conversations.CHECKPOINT_BYTES", 200_000)
    log, sizes = tmp_path / "chats.sqlite-wal", []
    for number in range(400):
        ask(store, number)
        store.keep_reply(number, {"text": "答" * 300})
        if number % 10 == 0:
            store.sync()
            sizes.append(log.stat().st_size)
    assert max(sizes) < 1_000_000
    assert all(store.seen(number) for number in range(400))
