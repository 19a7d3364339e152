"""Briefings and comparisons as a person sees them in a chat, however they were asked for."""

import io
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from fake_assistant import FakeAssistant, FakeLibrary
from fake_telegram import FakeTelegram
from telegram_bench import TEXTS, USER, bench

from bot.table import Cell, Column, Named, Row, Table
from bot.values import Cited, Sentence

pytestmark = pytest.mark.slow


def briefing(answer):
    """As the real assistant has it: a paragraph led in by a note, with a note under it."""
    return replace(
        answer,
        sentences=(
            Sentence("据报告，", "note"),
            *answer.sentences,
            Sentence("（摘自原文）", "note"),
        ),
        paragraph=True,
    )


def test_a_briefing_asked_for_in_plain_words_is_one_paragraph(
    tmp_path: Path, fake: FakeTelegram
) -> None:
    assistant = FakeAssistant(FakeLibrary(TEXTS), lines=3, shape=briefing)
    with bench(tmp_path, fake, assistant=assistant) as b:
        b.fake.say("给乙市2022年写一段简报", USER)
        sent = b.fake.wait_messages(1)[0]
        paragraph, under, _, scope = sent.text.split("\n")
        assert paragraph.startswith("据报告，")
        assert [paragraph.count(f"[{n}]") for n in (1, 2, 3)] == [1, 1, 1]
        assert under == "（摘自原文）"
        assert scope == "范围：乙市 · 2022"
        assert ("i", "据报告，") not in sent.entities  # to be copied in one type
        b.fake.say("/export", USER)
        name, data = b.fake.wait(lambda f: f.messages(method="sendDocument"))[0].file
        assert name.endswith(".docx")
        with zipfile.ZipFile(io.BytesIO(data)) as document:
            assert "行政复议收案34件" in document.read("word/document.xml").decode()


def table(rows: int, columns: int, *, silent: int = 0) -> Table:
    def cell(n: int) -> Cell:
        return Cell(f"{n}件", (("收案", Cited("r", 0, 2)),), Decimal(n), "件")

    said = [
        Row(f"r{n}", Named(f"{n}县（2023年度）", f"{n}县"), 2023, tuple([cell(n)] * columns))
        for n in range(1, rows + 1)
    ]
    none = [
        Row(f"s{n}", Named(f"乡{n}", ""), 2023, tuple([Cell()] * columns)) for n in range(silent)
    ]
    return Table(tuple(Column(f"件数{n}", True) for n in range(columns)), (*said, *none))


@pytest.mark.parametrize(
    ("rows", "columns", "silent", "shown"),
    [(2, 1, 0, False), (4, 1, 9, False), (5, 1, 0, True), (2, 2, 0, True), (1, 4, 3, False)],
)
@pytest.mark.parametrize("words", ["各地行政复议收案对比", "/compare 各地行政复议收案"])
def test_a_wide_table_comes_as_a_picture_too(
    tmp_path: Path,
    fake: FakeTelegram,
    words: str,
    rows: int,
    columns: int,
    silent: int,
    shown: bool,
) -> None:
    pytest.importorskip("PIL")
    wide = table(rows, columns, silent=silent)
    with bench(tmp_path, fake, assistant=FakeAssistant(FakeLibrary(TEXTS), table=wide)) as b:
        b.fake.say(words, USER)
        text = b.fake.wait_messages(1)[0]
        b.fake.say("/new", USER)  # in order: the picture is out when this is answered
        b.fake.wait_messages(2)
        pictures = fake.messages(method="sendPhoto")
        assert len(pictures) == shown
        assert text.buttons
        if shown:
            assert pictures[0].file[1].startswith(b"\x89PNG")
            assert pictures[0].at > text.at


def test_a_picture_telegram_does_not_take_comes_as_a_document(
    tmp_path: Path, fake: FakeTelegram
) -> None:
    pytest.importorskip("PIL")
    tall = FakeAssistant(FakeLibrary(TEXTS), table=table(40, 6))
    with bench(tmp_path, fake, assistant=tall) as b:
        b.fake.say("各地行政复议收案对比", USER)
        file = b.fake.wait(lambda f: f.messages(method="sendDocument"))[0].file
        assert file[1].startswith(b"\x89PNG")
        assert not fake.messages(method="sendPhoto")


def test_without_anything_to_draw_with_the_lines_are_sent(
    tmp_path: Path, fake: FakeTelegram, monkeypatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "bot.tables.charts", None)
    with bench(tmp_path, fake, assistant=FakeAssistant(FakeLibrary(TEXTS), table=table(5, 2))) as b:
        b.fake.say("各地行政复议收案对比", USER)
        assert b.fake.wait_messages(1)[0].buttons
        assert b.bot.figures()["failures"] == 0
