"""Terms of questions: what counts, what is talk, English, pinyin, and words by their sound."""

import pytest
from hostile import ENDS, FEW, line_of

from retrieval.genre.english import glosses, is_english, stem
from retrieval.genre.pinyin import from_pinyin, heard, looks_like_pinyin, syllables_of
from retrieval.question.terms import (
    Term,
    content_terms,
    is_theme,
    is_topical,
)

# question (places and years out) → its topical words, in order
TOPICS = [
    ("请问行政复议收到多少件？", "行政复议 收到"),
    ("收到的行政复议申请有多少件", "收到 行政复议"),
    ("数字政府的做法", "数字政府"),
    ("37.8%这个数字说的是什么", ""),
    ("有哪些全市首个", "全市 首个"),
    ("全县有多少法律顾问", "法律顾问"),
    ("地方性法规的落实情况", "地方性 法规"),
    ("哪些地方提到负面清单", "负面清单"),
    ("数据共享的证明事项有多少项", "数据共享 证明事项"),
    ("主要负责人怎么履职的", "负责人"),
    ("主要有哪些矛盾纠纷", "矛盾纠纷"),
    ("谁执法谁普法", "执法 普法"),
    ("败诉率最高的是谁", "败诉率"),
    ("自助办事项数", "自助办 事项"),
    ("治安警情降幅", "治安 警情 降幅"),
    ("执法流程图画了几张", "执法 流程图"),
    ("俺想问哈，调解员有多少个点儿啊", "调解员"),
    ("嗰啲信訪件數係幾多", "信访"),
    ("執法證辦了幾多本", "执法证"),
    ("有几个法治公园", "法治公园"),
    ("督查的重点内容是什么", "督查 重点"),
    ("规范性文件备案了几件，审查了几件？", "规范性文件 备案 审查"),
]


@pytest.mark.parametrize(("question", "topics"), TOPICS)
def test_topics_of_a_question(question: str, topics: str) -> None:
    assert [t.word for t in content_terms(question) if is_topical(t)] == topics.split()


@pytest.mark.parametrize(
    "question",
    ["请问一下", "谢谢", "那个怎么样", "有多少", "是什么情况呢", "列成表", "What about it?"],
)
def test_talk_has_no_terms(question: str) -> None:
    assert not [t for t in content_terms(question) if is_theme(t)]


def test_weights_rank_quoted_words_over_topics_over_talk() -> None:
    found = {t.word: t.weight for t in content_terms("“中介超市”减少了多少收费")}
    assert found["中介超市"] > found["收费"] > found["减少"] > 0


def test_synonyms_match_a_little_less_than_the_word() -> None:
    (term,) = content_terms("败诉率")
    assert term.match("行政诉讼败诉率为1%") == 1
    assert Term("复议", 1, ("行政复议",)).match("行政复议") == 1
    assert 0 < Term("红头文件", 1, ("规范性文件",)).match("规范性文件31件") < 1
    assert Term("败诉率", 1).match("一审案件202件") == 0


# English question → topical Chinese terms
ENGLISH = [
    ("How many audit projects were completed?", "审计项目"),
    ("How many exemptions from penalty were granted?", "免罚"),
    ("How many penalties were exempted?", "处罚 免罚"),
    ("Who chaired the first meeting of the committee?", "主持 会议 委员会"),
    ("What rank did it get in the rule of law assessment?", "排名 考评"),
    ("Why is enforcement quality unstable?", "执法 质量 不稳定"),
    ("How many companies got a legal check-up?", "法治体检"),
    ("How many mediation cases succeeded?", "调解 案件 成功"),
    ("How many normative documents were reviewed?", "规范性文件 审核"),
    ("reviewing normative documents", "审核 规范性文件"),
    ("Did the losing rate fall?", "败诉率"),
    ("How many cases were lost in first-instance litigation?", "案件 败诉 一审 诉讼"),
    ("Is that correct?", ""),
    ("What is the population?", "人口"),
    ("What is the crime rate?", "犯罪率"),
    ("How many penguins were counted?", "penguins"),
]


@pytest.mark.parametrize(("question", "topics"), ENGLISH)
def test_english_topics(question: str, topics: str) -> None:
    assert [t.word for t in content_terms(question) if is_topical(t)] == topics.split()


@pytest.mark.parametrize("change", ["grow", "grew", "increased", "decline", "fell", "dropping"])
def test_english_change_is_talk_not_topic(change: str) -> None:
    (term,) = content_terms(f"By how much did it {change}?")
    assert not is_theme(term)
    assert term.word in ("增长", "上升", "下降")


@pytest.mark.parametrize(
    ("forms", "same"),
    [
        ("review reviews reviewed reviewing", True),
        ("penalty penalties", True),
        ("resolve resolved resolving resolves", True),
        ("plan planned planning", True),
        ("succeed succeeded succeeds", True),
        ("license licence licenses", True),
        ("county country", False),
        ("form reform", False),
    ],
)
def test_stems(forms: str, same: bool) -> None:
    assert (len({stem(form) for form in forms.split()}) == 1) is same


def test_longest_english_phrase_wins() -> None:
    found = list(glosses("administrative reconsideration correction rate"))
    assert [g.chinese[0] for g in found] == ["行政复议", "纠错率"]


def test_language_of_a_question() -> None:
    assert is_english("What is the 中介超市 in this report?")
    assert not is_english("GDP是多少")


def test_chinese_name_in_english_matches_by_sound() -> None:
    name = next(t for t in content_terms("Which reports mention the Fengqiao experience?"))
    assert name.word == "fengqiao"
    assert name.match("坚持和发展新时代“枫桥经验”") > 0.8
    assert name.match("坚持和发展新时代浦江经验") == 0


# pinyin, and the genre's words in it
PINYIN = [
    ("xingzheng fuyi shouli duoshao jian", "行政复议 受理 多少 件"),
    ("xing zheng fu yi", "行政复议"),
    ("xingzhengfuyi", "行政复议"),
    ("hetong xieyi shencha duoshao jian", "合同 协议 审查 多少 件"),
    ("falv guwen yijianshu", "法律顾问 意见书"),
    ("falu guwen", "法律顾问"),
    ("zhifazheng duoshao ben", "执法证 多少 本"),
    ("zhongda juece shenhe", "重大决策 审核"),
    ("xinfang jian huajie duoshao", "信访件 化解 多少"),
    ("zhifarenyuanpeixun", "执法人员 培训"),
    ("baisulv", "败诉率"),
    ("zhongjie chaoshi", "中介超市"),
    ("shoudao ji ge yijian", "收到 几个 意见"),
]


@pytest.mark.parametrize(("spelled", "written"), PINYIN)
def test_pinyin(spelled: str, written: str) -> None:
    assert looks_like_pinyin(spelled)
    assert from_pinyin(spelled) == written


def test_syllables_that_name_nothing_are_dropped() -> None:
    assert from_pinyin("baipi buke 2023 fuyi") == "2023 复议"


@pytest.mark.parametrize(
    "text",
    ["", "2023", "行政fuyi", "What are the plans?", "case rate", "the same time", "GDP"],
)
def test_no_pinyin(text: str) -> None:
    assert not looks_like_pinyin(text)


@pytest.mark.parametrize(
    ("word", "split"),
    [("fengqiao", "feng qiao"), ("shangyu", "shang yu"), ("report", ""), ("tell", ""), ("", "")],
)
def test_syllables(word: str, split: str) -> None:
    assert syllables_of(word) == tuple(split.split())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("复义", "复议"), ("行政复义", "行政复议"), ("审合", "审核"), ("败素率", "败诉率"),
        ("条解", "调解"), ("培迅", "培训"), ("公正处", "公证处"), ("信防", "信访"),
        ("中介操市", "中介超市"), ("败速律", "败诉率"), ("操市", "操市"), ("复议", "复议"), ("调解", "调解"), ("猫", "猫"),
    ],
)  # fmt: skip
def test_word_with_one_wrong_character(typed: str, meant: str) -> None:
    assert heard(typed) == meant


@pytest.mark.slow
@ENDS
@pytest.mark.parametrize("unit", ["审", "谁", "请问多少", "ab ", "shi", "材料", "(", "a'"])
def test_hostile_question_takes_linear_time(unit: str) -> None:
    text = line_of(unit, FEW)
    assert len({term.word for term in content_terms(text)}) <= len(text)
    assert looks_like_pinyin(text) in (True, False)
    assert isinstance(from_pinyin(text), str)
