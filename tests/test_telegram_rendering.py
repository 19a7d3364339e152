import random

import pytest
from fake_telegram import parse_html, units
from hostile import ENDS, line_of

from bot.chats.blocks import Block, Run, clean, plain_text, runs
from bot.chats.messages import Button, Reply, compose, say
from bot.telegram.rendering import MAX_UNITS, escape, label, layout, split, utf16_units

pytestmark = pytest.mark.slow

ALPHABETS = [
    "法治政府建设行政复议收案审结件。；，、",
    "<>&\"'/b<i></b>&amp;&lt;",
    "😀👩‍👩‍👧‍👦🏳️‍🌈👍🏽🇨🇳e\u0301",
    "| 甲 | 12 |\n|---|---|\n",
    "http://evil.example/a?b=c @name /start www.gov.cn 13800138000 ",
    "\u202e\u200b\x00\x1b[31m\U000e0041",
    " \n\t",
]


def random_blocks(rng: random.Random) -> list[Block]:
    blocks = []
    for _ in range(rng.choice([1, 3, 20, 150])):
        alphabet = rng.choice(ALPHABETS)
        length = rng.choice([0, 1, 10, 80, 600]) if len(blocks) % 7 else rng.choice([5, 5_000])
        words = "".join(rng.choice(alphabet) for _ in range(length))
        blocks.append(runs(words, rng.choice(["", "", "b", "i", "code"])))
    return blocks


def check_parts(blocks: list[Block]) -> None:
    parts = split(blocks)
    assert "".join(part.plain + part.joint for part in parts) == plain_text(blocks)
    for part in label(parts):
        text, entities = parse_html(part.html)
        assert text == part.plain
        assert units(text) <= MAX_UNITS
        assert units(part.html) <= MAX_UNITS
        assert len(entities) <= 100


@pytest.mark.parametrize("seed", range(120))
def test_random_answers_become_valid_parts(seed: int) -> None:
    check_parts(random_blocks(random.Random(seed)))


@pytest.mark.parametrize("number", [1, 4_071, 4_072, 4_073, 4_095, 4_096, 4_097, 20_000])
@pytest.mark.parametrize("char", ["中", "😀", "<", "&"])
def test_lengths_around_the_limit(number: int, char: str) -> None:
    check_parts([runs(char * number)])


def test_a_block_that_fits_is_never_cut() -> None:
    items = [runs(f"{n}. " + "甲" * 900) for n in range(20)]
    starts = {part.plain[:3].strip() for part in split(items)}
    assert len(split(items)) == 5
    assert all("." in start for start in starts)


def test_a_long_block_is_cut_at_a_sentence_end() -> None:
    parts = split([runs("这是一句话。" * 2_000)])
    assert len(parts) == 3
    assert all(part.plain.endswith("。") for part in parts)


def test_joined_emoji_are_not_cut() -> None:
    family = "👩‍👩‍👧‍👦"
    parts = split([runs(family * 1_000)])
    assert len(parts) > 1
    assert all(len(part.plain) % len(family) == 0 for part in parts)


@pytest.mark.parametrize(
    "text",
    [
        "http://evil.example/x",
        "tg://resolve?domain=x",
        "www.gov.cn",
        "@channel_name",
        "me@example.com",
        "13800138000",
        "0571-1234567",
        "政务.中国",
    ],
)
def test_what_a_client_would_link_is_code(text: str) -> None:
    block = runs(f"详见{text}，谢谢")
    assert "".join(run.text for run in block) == f"详见{text}，谢谢"
    tappable = next(run for run in block if run.tag == "code")
    assert text.endswith(tappable.text) or tappable.text == text


def test_a_command_in_an_answer_is_code() -> None:
    assert Run("/start", "code") in runs("请发送 /start 给我")


@pytest.mark.parametrize("text", ["1.5%", "2015—2020年", "“3+X”常态化", "办结率99.75%", "12/15件"])
def test_figures_are_left_alone(text: str) -> None:
    assert [run for run in runs(text) if run.tag] == [] or text == "12/15件"


def test_clean_drops_what_cannot_be_seen() -> None:
    assert clean("甲\x00乙\u202e丙\U000e0041丁\ud800") == "甲乙丙丁\ufffd"
    assert clean("e" + "\u0301" * 50) == "e" + "\u0301" * 4
    assert clean("一\r\n二") == "一\n二"


def test_escape_and_units() -> None:
    assert escape("<b>&") == "&lt;b&gt;&amp;"
    assert utf16_units("中😀") == 3


@ENDS
@pytest.mark.parametrize(
    "unit", ["a", "a.", "a-", "@", "1", "http://", "a@", "/", "中", "+1", "A://"]
)
def test_hostile_lines_take_linear_time(unit: str) -> None:
    line = line_of(unit)
    assert plain_text([runs(line)]) == line


def test_more_than_three_parts_come_as_a_document() -> None:
    blocks = [runs(f"{n}. " + "条" * 900) for n in range(30)]
    parts, files = layout(blocks, "回答")
    assert len(parts) == 1
    assert [file.text for file in files] == [plain_text(blocks) + "\n"]
    assert "见附件" in parts[0].plain
    parts, files = layout(blocks[:10], "回答")
    assert (len(parts), files) == (3, ())
    assert parts[1].plain.startswith("（2/3）")


def test_a_document_of_one_huge_block_has_a_first_part() -> None:
    parts, _ = layout([runs("字" * 30_000)], "回答")
    assert len(parts) == 1
    assert units(parts[0].html) <= MAX_UNITS


def test_nothing_said_is_no_message() -> None:
    assert layout((), "回答") == ([], ())


def test_a_reply_survives_storage() -> None:
    reply = say("甲\n乙", ((Button("好", "u|1"),),), edit=5, remark_on="k", mark="m")
    assert Reply.from_json(reply.to_json()) == reply
    long = compose([runs("条" * 4_000)] * 9)
    assert Reply.from_json(long.to_json()) == long


def test_a_button_carries_at_most_64_bytes() -> None:
    with pytest.raises(ValueError, match="64"):
        Button("x", "中" * 22)
