"""The chats' state in PostgreSQL: the tests of the file's that hold of both, and several processes."""

import sqlite3
from pathlib import Path

import postgres_server
import pytest
import test_chats_conversations
from test_chats_conversations import *  # noqa: F403 - the tests of this module, chosen below

from bot.chats.chat_records import Conversation
from bot.chats.shared import SharedConversations, open_chats
from retrieval.errors import LibraryError

pytestmark = pytest.mark.slow

for _name in (
    "test_a_damaged_file_is_set_aside",
    "test_the_file_is_for_its_owner_only",
    "test_synced_questions_are_on_the_disk_without_a_checkpoint",
    "test_syncing_holds_up_no_other_thread",
    "test_the_log_is_kept_short",
):
    del globals()[_name]


@pytest.fixture
def url(postgres):
    return postgres_server.fresh_database(postgres)


@pytest.fixture(autouse=True)
def _in_the_database(url, monkeypatch):
    stores = []

    def opened(path, clock):
        clocks = {"wall": lambda: clock.wall, "monotonic": lambda: clock.steady}
        stores.append(SharedConversations(path, url, **clocks))
        return stores[-1]

    monkeypatch.setattr(test_chats_conversations, "open_store", opened)
    yield
    for store in stores:
        store.close()


def test_two_processes_share_all_but_the_inbox(tmp_path: Path, url: str) -> None:
    one, other = (open_chats(tmp_path / name, url) for name in ("one.sqlite", "other.sqlite"))
    assert one.receive(5, lane="q7", user=7, chat=7, payload={"text": "问"}, counted=True)
    assert other.take(()) is None
    assert other.counts(7).user_minute == 1
    one.save_conversation(7, 7, Conversation({"place": "青山"}, "k"))
    one.save_conversation(7, 7, Conversation({"place": "绿水"}, "k"))
    assert other.conversation(7, 7) == Conversation({"place": "绿水"}, "k")
    key = one.add_answer(7, 7, {"id": "abc", "odd": "\ud800", "text": "\0"})
    assert [a.key for a in other.answers(7)] == [a.key for a in other.answers(7, 7)] == [key]
    assert other.answers(7, 8) == []
    assert other.redeem_pairing_code(one.new_pairing_code(), 9) == "user"
    assert 9 in one.members()["user"]
    button = one.add_button(7, {"go": 1})
    assert other.button(button) == (7, {"go": 1})
    other.forget_user(7)
    assert one.answers(7) == []
    one.close()
    other.close()


def test_an_answer_is_found_by_its_id(tmp_path: Path, url: str) -> None:
    store = open_chats(tmp_path / "x.sqlite", url)
    key = store.add_answer(7, 7, {"id": "abc"})
    found = store.answer_by_id("abc")
    assert found is not None
    assert found.key == key
    store.close()


def test_a_server_that_is_away_is_told(tmp_path: Path, url: str, monkeypatch) -> None:
    monkeypatch.setattr("retrieval.library.postgres.CONNECT_WAIT_S", 0.5)
    with pytest.raises(LibraryError, match="数据库连不上"):
        open_chats(tmp_path / "x.sqlite", "postgresql://u@127.0.0.1:9/x")
    store = open_chats(tmp_path / "x.sqlite", url)
    store._shared.close()
    monkeypatch.setattr(store._shared, "_url", "postgresql://u@127.0.0.1:9/x")
    with pytest.raises(sqlite3.OperationalError, match="数据库连不上"):
        store.conversation(7, 7)
    store.close()


def test_without_a_database_it_is_the_file(tmp_path: Path) -> None:
    store = open_chats(tmp_path / "x.sqlite")
    assert not isinstance(store, SharedConversations)
    store.close()
