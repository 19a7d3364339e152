"""A folder that is followed: what comes, changes and goes reaches the library, with its line."""

from __future__ import annotations

import queue
import threading
import time

import pytest
from answering import BAISHUI, QINGSHAN

from bot.terminal.watching import follow, rounds_of
from retrieval.errors import LibraryBusy
from retrieval.library.library import Library
from retrieval.search.embedding import FakeEmbedder

WAIT_S = 60  # for what takes a second or two


@pytest.fixture
def shelf(tmp_path):
    with Library.open(tmp_path / "library", embedder=FakeEmbedder(), create=True) as library:
        yield library


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "papers"
    made.mkdir()
    return made


def statuses(shown):
    return [[(r.source, r.status) for r in results] for results in shown]


@pytest.mark.slow
def test_each_round_is_taken_in_and_told(shelf, folder):
    paper = folder / "青山.txt"
    shown, told = [], []

    def rounds():
        yield frozenset()
        paper.write_text(QINGSHAN, "utf-8")
        yield frozenset({paper})
        paper.write_text(QINGSHAN.replace("860件", "861件"), "utf-8")
        yield frozenset({paper})
        paper.unlink()
        yield frozenset({paper})

    follow(shelf, [folder], rounds(), shown.append, told.append, prune=True)
    assert statuses(shown) == [
        [("青山.txt", "added")],
        [("青山.txt", "updated")],
        [("青山.txt", "skipped")],
    ]
    assert shelf.reports() == ()
    assert told == []


@pytest.mark.slow
def test_a_round_that_fails_is_told_and_tried_again(shelf, folder, monkeypatch):
    paper = folder / "青山.txt"
    paper.write_text(QINGSHAN, "utf-8")
    shown, told = [], []
    real, tries = shelf.ingest, []

    def ingest(paths, **options):
        tries.append(paths)
        if len(tries) == 1:
            raise LibraryBusy("另一个进程正在写入")
        return real(paths, **options)

    monkeypatch.setattr(shelf, "ingest", ingest)
    follow(shelf, [folder], [frozenset({paper}), frozenset()], shown.append, told.append)
    assert told == ["另一个进程正在写入"]
    assert statuses(shown) == [[("青山.txt", "added")]]


@pytest.mark.slow
def test_a_real_folder_is_followed_until_it_is_told_to_stop(shelf, folder):
    early = folder / "白水.txt"
    since = time.time()
    early.write_text(BAISHUI, "utf-8")
    shown: queue.Queue = queue.Queue()
    stop = threading.Event()
    rounds = rounds_of([folder], since, stop)
    thread = threading.Thread(
        target=follow, args=(shelf, [folder], rounds, shown.put, lambda _: None)
    )
    thread.start()
    try:
        assert statuses([shown.get(timeout=WAIT_S)]) == [[("白水.txt", "added")]]
        (folder / "~$青山.docx").write_text("x")  # what Word leaves while it has a paper open
        (folder / "青山.txt").write_text(QINGSHAN, "utf-8")
        assert statuses([shown.get(timeout=WAIT_S)]) == [[("青山.txt", "added")]]
    finally:
        stop.set()
        thread.join(WAIT_S)
    assert not thread.is_alive()
