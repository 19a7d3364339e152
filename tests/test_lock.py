"""What the lock lets through and what it refuses; the expectation stands in the row."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from hostile import ENDS, line_of

from bot.lock.lock import judge

REPORTS = Path(__file__).parent.parent / "eval" / "reports"
REVIEW = (
    "2022年全区累计收到行政复议申请350件，同期增长75%；受理审结160件，同期下降8.6%；"
    "纠错案件28件，纠错率为17.5%，同比下降21.4个百分点；复议后无败诉案件。"
)
STAFF = "专业法制人员队伍力量不足，部分执法人员未取得执法资格，共处理2.5万余件，罚款约89.1亿元。"
MEETING = "8月28日，区长赵如浪主持召开第32次常务会议，审议通过《法治政府建设工作要点》（区政发〔2023〕12号）。"
PAID = "梳理补贴政策，再造发放流程，累计申请90户，共申请金额30万元，累计发放户数70户，累计发放金额20万元。"
SIGNED = "退回补充调查14件，不予同意处罚26件，集体讨论58件。评估得94.5分，列全盟第2位。"
SCOPE = ("上虞区", "上虞", "绍兴市", "2022")

RIGHT = [
    ("收到行政复议申请350件。", REVIEW),
    ("上虞区2022年收到行政复议申请350件，同期增长75%。", REVIEW),
    ("上虞区受理审结行政复议案件１６０件，同期下降８．６％。", REVIEW),
    ("纠错率17.5%，同比下降21.4个百分点。", REVIEW),
    ("纠错案件二十八件。", REVIEW),
    ("复议后没有败诉案件。", REVIEW),
    ("上虞区专业法制人员队伍力量不足。", STAFF),
    ("部分执法人员尚未取得执法资格。", STAFF),
    ("共处理25000余件。", STAFF),
    ("区长赵如浪主持召开常务会议。", MEETING),
    ("会议审议通过《法治政府建设工作要点》。", MEETING),
    ("8月28日召开第32次常务会议。", MEETING),
    ("收到申请350件，受理审结160件，相差190件。", REVIEW),
    ("Shangyu received 350 applications in 2022, up 75%.", REVIEW),
    ("The correction rate was 17.5 per cent, down 21.4 percentage points.", REVIEW),
    ("No case was lost after review.", REVIEW),
    ("The meeting was held on August 28.", MEETING),
    ("共申请金额30万元，累计申请90户。", PAID),
    ("26件不同意处罚，集体讨论58件。", SIGNED),  # 不同 is no denial, 不同意 is
    ("评估得94.5分，列全盟第2。", SIGNED),
]
WRONG = [
    ("收到行政复议申请351件。", REVIEW, "351件"),
    ("收到行政复议申请350万件。", REVIEW, "350万件"),
    ("收到行政复议申请350人。", REVIEW, "单位"),
    ("收到行政复议申请350余件。", REVIEW, "约数"),
    ("收到行政复议申请160件。", REVIEW, "350件"),
    ("受理审结350件，收到行政复议申请160件。", REVIEW, "别的事"),
    ("纠错率为17.5个百分点。", REVIEW, "17.5个百分点"),
    ("纠错率同比上升21.4个百分点。", REVIEW, "上升"),
    ("行政复议申请同期下降75%。", REVIEW, "下降"),
    ("复议后有败诉案件。", REVIEW, "否定"),
    ("收到行政复议申请350件，未受理。", REVIEW, "否定"),
    ("2021年全区累计收到行政复议申请350件。", REVIEW, "2021年"),
    ("柯桥区收到行政复议申请350件。", REVIEW, "柯桥"),
    ("青田收到行政复议申请350件。", REVIEW, "青田"),
    ("合计收到行政复议申请511件，受理审结160件。", REVIEW, "511件"),
    ("专业法制人员队伍力量充足。", STAFF, "不是原文的话"),
    ("执法人员取得执法资格。", STAFF, "否定"),
    ("共处理2.5万件。", STAFF, "约数"),
    ("罚款约89.1万元。", STAFF, "89.1万元"),
    ("区长王建国主持召开常务会议。", MEETING, "王建国"),
    ("审议通过《优化营商环境条例》。", MEETING, "优化营商环境条例"),
    ("8月29日召开第32次常务会议。", MEETING, "8月29日"),
    ("8月28日召开第33次常务会议。", MEETING, "33"),
    ("印发区政发〔2024〕12号文件。", MEETING, "文号"),
    ("会议由县司法局主持召开。", MEETING, "不是原文的话"),
    ("会议依托ChatGPT主持召开。", MEETING, "chatgpt"),
    ("区长赵如浪首次主持召开常务会议。", MEETING, "首次"),
    ("群众对治安状况普遍满意，领导班子换届平稳。", MEETING, "不是原文的话"),
    ("Shangyu received 351 applications.", REVIEW, "351"),
    ("Applications decreased; Keqiao District received 350.", REVIEW, "Keqiao"),
    ("Cases were lost after review.", "复议后无败诉案件。", "否定"),
    ("补贴政策累计发放90户。", PAID, "70户"),  # 发放 of another clause than the figure's
    ("评估得94.5分，列全盟第2批。", SIGNED, "批"),
    ("The SPP reviewed 350 applications.", REVIEW, "SPP"),
    ("They received three hundred and twelve applications.", REVIEW, "12"),
]


@pytest.mark.parametrize(("sentence", "quote"), RIGHT)
def test_a_right_sentence_is_let_through(sentence, quote):
    assert judge(sentence, [quote], SCOPE).problems == ()


@pytest.mark.parametrize(("sentence", "quote", "said"), WRONG)
def test_a_wrong_sentence_is_refused_with_its_fault(sentence, quote, said):
    problems = judge(sentence, [quote], SCOPE).problems
    assert said in "；".join(problems)


def test_without_quotes_nothing_is_supported():
    assert judge("收到行政复议申请350件。", []).problems == ("没有引用",)


def test_names_of_elsewhere_are_no_words_of_the_quotes():
    problems = judge("片区管委会收到行政复议申请350件。", [REVIEW], SCOPE).problems
    assert problems == ("“片区管委会”不是原文的话",)


def test_arithmetic_is_recomputed_and_marked():
    verdict = judge("收到申请350件，受理审结160件，相差190件。", [REVIEW])
    assert (verdict.problems, verdict.computed) == ((), True)
    verdict = judge("纠错案件28件，占受理审结160件的17.5%。", [REVIEW])
    assert verdict.problems == ()
    assert judge("收到申请350件，受理审结160件，相差191件。", [REVIEW]).problems != ()
    assert judge("行政复议申请相差190件。", [REVIEW]).problems != ()  # its operands are not shown


def real_sentences() -> list[str]:
    found = []
    for path in sorted(REPORTS.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        found += [s.strip() for s in re.split(r"(?<=[。；;])|\n", text)]
    return [s for s in found if 15 <= len(s) <= 160]


SENTENCES = real_sentences()


@pytest.mark.slow
def test_real_sentences_support_themselves_whole_and_lightly_reworded():
    refused = []
    for sentence in SENTENCES:
        clauses = re.split("[，,]", sentence.rstrip("。；;"))
        for said in (
            sentence,
            f"上虞区2022年{sentence}",
            "，".join(clauses[: max(1, len(clauses) - 1)]) + "。",
            "根据报告，" + sentence.replace("进一步", ""),
        ):
            if judge(said, [sentence], SCOPE).problems:
                refused.append(said)
    assert len(refused) <= 0.01 * 4 * len(SENTENCES), refused[:5]


@pytest.mark.slow
def test_one_changed_figure_is_always_refused():
    chance = random.Random(3)
    tried = 0
    for sentence in SENTENCES:
        for match in re.finditer(r"\d+(?:\.\d+)?", sentence):
            wrong = str(int(float(match[0])) + chance.choice([1, 3, 10, 1000]))
            said = sentence[: match.start()] + wrong + sentence[match.end() :]
            if re.search(rf"(?<!\d){wrong}(?!\d)", sentence):
                continue  # another figure of the sentence has this value
            assert judge(said, [sentence], SCOPE).problems, said
            tried += 1
    assert tried > 400


@pytest.mark.slow
@ENDS  # a line has 600 characters at most, so that pairs of them may cost, but not threes
@pytest.mark.parametrize("unit", ["不", "1", "，1件", "综", "a.b", "“"])
def test_a_hostile_line_is_judged(unit):
    refused = bool(judge(line_of(unit, 5_000), [REVIEW, STAFF], SCOPE).problems)
    assert refused == (unit != "a.b")  # which says nothing of a report
