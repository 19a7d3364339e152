"""The reader: its corpus, its models beside their card, and what is exact in a message."""

from __future__ import annotations

import json
from importlib import resources

import pytest

from eval.fits.reader.utterances import corpus_hash, parse_line, read_corpus
from retrieval.question import features
from retrieval.question.conversation import completed
from retrieval.question.exact import read_form, read_item, read_years, relative_year
from retrieval.question.question_layers import FILE
from retrieval.question.request import Ask, FakeReader, Form, Request
from retrieval.question.trained import FILES, TrainedReader

MODELS = resources.files("retrieval.question").joinpath("models")


def test_the_corpus_is_labelled_whole_and_mostly_by_hand() -> None:
    corpus = read_corpus()
    assert len(corpus) >= 8000
    assert sum(u.writer == "templates" for u in corpus) <= len(corpus) / 3
    assert len({u.writer for u in corpus}) >= 6


def test_the_shipped_models_are_those_of_this_corpus_and_code() -> None:
    card = json.loads(MODELS.joinpath("card.json").read_text("utf-8"))
    assert card["corpus"] == corpus_hash(), "run python -m eval.fits.reader"
    assert card["features"] == features.VERSION, "run python -m eval.fits.reader"
    assert sum(len(MODELS.joinpath(name).read_bytes()) for name in (FILE, *FILES)) <= 10_500_000


def test_a_line_is_read_with_its_spans_parts_and_history() -> None:
    line = "ask\tproblems/list+remedy/list\t{P:綦江}有什么{T:执法}问题，|打算怎么解决\tA || B"
    u = parse_line(line, "w")
    assert u.text == "綦江有什么执法问题，打算怎么解决"
    assert [(t.tag, u.text[t.start : t.end]) for t in u.tags] == [
        ("place", "綦江"),
        ("theme", "执法"),
    ]
    assert u.starts == (0, u.text.index("打算"))
    assert u.history == ("A", "B")
    assert u.frame == "<place>有什么<theme>问题，打算怎么解决"


@pytest.mark.parametrize(
    "line",
    [
        "ask\tproblems/list",
        "shout\tproblems/list\t綦江",
        "ask\tproblems/dance\t綦江",
        "ask\t-\t綦江",
        "ask\tproblems/list+plans/list\t綦江的问题和打算\t",
    ],
)
def test_a_wrong_line_is_told(line: str) -> None:
    with pytest.raises(ValueError, match=r"綦江|fields"):
        parse_line(line, "w")


@pytest.mark.parametrize(
    ("words", "years"),
    [
        ("2023年", (2023,)),
        ("23年度", (2023,)),
        ("98年", (1998,)),
        ("30年", ()),  # 为期30年的合同
        ("23、24两年", (2023, 2024)),
        ("24这年", (2024,)),
        ("22、23、24三年", (2022, 2023, 2024)),
        ("1840", ()),
        ("二〇二二年", (2022,)),
        ("一九九七年", (1997,)),
        ("2021到2023年", (2021, 2022, 2023)),
        ("2021年、2023年", (2021, 2023)),
        ("九十年代", tuple(range(1990, 2000))),
        ("去年", ()),
        ("", ()),
    ],
)
def test_years_of_any_century(words: str, years: tuple[int, ...]) -> None:
    assert read_years([words]) == years


@pytest.mark.parametrize(
    ("words", "offset"), [("去年", -1), ("前年", -2), ("明年", 1), ("当年", 0), ("2023年", None)]
)
def test_relative_years(words: str, offset: int | None) -> None:
    assert relative_year([words]) == offset


@pytest.mark.parametrize(
    ("words", "form"),
    [
        (["三点"], Form(points=3)),
        (["一张表"], Form(table=True)),
        (["200字左右", "给领导看的"], Form(chars=(180, 220), audience="领导")),
        (["不超过300字"], Form(chars=(200, 300))),
        (["两三百字"], Form(chars=(200, 300))),
        (["百来字"], Form(chars=(90, 110))),
        (["别超过一百五"], Form(chars=(100, 150))),
        (["一句话"], Form(chars=(30, 80))),
        (["每条一句话"], Form()),
        (["大白话", "简短"], Form(short=True, plain=True)),
        (["英文"], Form(english=True)),
    ],
)
def test_forms(words: list[str], form: Form) -> None:
    assert read_form(words, "綦江的问题") == form


@pytest.mark.parametrize(
    ("words", "item"),
    [
        ("第三条", (3, "")),
        ("最后一个", (-1, "")),
        ("倒数第二条", (-2, "")),
        ("讲物业的那条", (None, "物业")),
    ],
)
def test_items(words: str, item: tuple[int | None, str]) -> None:
    assert read_item([words]) == item


LAST = (
    Ask("figure", "tell", places=("玉山",), years=(2023,), theme=("复议",), words="复议多少件"),
)


@pytest.mark.parametrize(
    ("said", "act", "question", "wanted"),
    [
        (Ask("figure", "tell", places=("柯桥",)), "same", "那柯桥呢", {"places": ("柯桥",), "years": (), "theme": ("复议",)}),
        (Ask("figure", "tell", years=(2022,)), "same", "2022年呢", {"places": ("玉山",), "years": (2022,)}),
        (Ask("figure", "tell", theme=("诉讼",)), "same", "诉讼的呢", {"places": ("玉山",), "theme": ("诉讼",), "words": "诉讼多少件"}),
        (Ask("figure", "tell", everywhere=True), "same", "各县呢", {"places": (), "everywhere": True}),
        (Ask("problems", "list"), "ask", "问题呢", {"content": "problems", "places": ("玉山",), "years": (2023,), "theme": ()}),
        (Ask("causes", "list"), "ask", "为什么", {"content": "causes", "theme": ("复议",)}),
        (Ask("figure", "compare", places=("上虞",)), "ask", "它跟上虞比", {"places": ("玉山", "上虞"), "theme": ("复议",)}),
        (Ask("problems", "list", places=("上虞",)), "ask", "上虞的问题", {"places": ("上虞",), "years": ()}),
    ],
)  # fmt: skip
def test_a_follow_up_changes_slots(
    said: Ask, act: str, question: str, wanted: dict[str, object]
) -> None:
    request = Request(question, act, (said,))  # type: ignore[arg-type]
    (ask,) = completed(request, LAST)
    assert {name: getattr(ask, name) for name in wanted} == wanted


@pytest.mark.parametrize(
    ("question", "act"),
    [("闲置土地", "ask"), ("欠薪", "ask"), ("今天股市怎么样？", "off"), ("红烧肉怎么做", "off")],
)
def test_a_message_is_off_the_subject_only_when_that_is_sure(question: str, act: str) -> None:
    assert TrainedReader(()).read(question).act == act


@pytest.mark.parametrize("act", ["chat", "undo", "off", "source"])
def test_what_asks_nothing_has_no_asks(act: str) -> None:
    assert completed(Request("谢谢", act), LAST) == ()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "question",
    ["", "？？？", "\u200b", "a" * 10_000, "綦江" * 3000, "2023", "綦江", "🙂", "\x00\x01"],
)
def test_whatever_is_typed_is_read(question: str) -> None:
    request = TrainedReader().read(question)
    told = request.to_json()
    assert told["act"] in ("ask", "same", "rework", "item", "source", "undo", "chat", "off")
    assert told["reader"] == "trained"
    for tag in request.tags:
        assert request.question[tag.start : tag.end] == tag.text


@pytest.mark.parametrize(
    ("question", "act"),
    [
        ("第二水厂说好通水没通，推到啥时候", "ask"),
        ("孙桂兰那个法官 得的全国先进是吧", "ask"),
        ("短一点", "rework"),
    ],
)
def test_a_first_message_with_words_of_its_own_continues_nothing(question: str, act: str):
    assert TrainedReader().read(question).act == act


def test_a_fake_reader_returns_what_it_knows() -> None:
    known = Request("綦江的问题", "ask", (Ask("problems", "list", places=("綦江",)),))
    reader = FakeReader((known,))
    assert reader.read("綦江的问题") is known
    assert reader.read("别的").asks[0].content == "report"


@pytest.mark.parametrize(
    ("question", "years"),
    [
        ("复议这一块，清溪二三年收了多少件二四年收了多少件", (2023, 2024)),
        ("清溪二〇二三年列出了哪些问题", (2023,)),
    ],
)
def test_a_numeral_of_a_year_is_read_whole(question: str, years: tuple[int, ...]) -> None:
    request = TrainedReader(("清溪", "清溪县")).read(question)
    assert tuple(y for ask in request.asks for y in ask.years) == years
