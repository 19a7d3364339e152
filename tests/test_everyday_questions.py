"""Questions as analysts type them, on two years of one county that sets the traps of the genre."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from answering import assistant_over, talk

from bot.assistant import Assistant

pytestmark = pytest.mark.slow

LAST = """柳泉县人民政府2022年度法治政府建设情况报告
2022年，柳泉县扎实推进法治政府建设，现将情况报告如下：
一、主要举措和成效
（一）推进普法依法治理。培育“法律明白人”1200名，开展宣讲80场。办理法律援助案件310件。
（二）化解行政争议。一审应诉案件30件，行政机关负责人出庭应诉27件，出庭应诉率90%，败诉3件，败诉率10%。
二、存在的问题
（一）行政机关负责人出庭应诉率未达到100%。
三、下一步打算
（一）力争行政诉讼败诉率控制在8%以内。
"""

THIS = """柳泉县人民政府2023年度法治政府建设情况报告
2023年，柳泉县扎实推进法治政府建设，现将情况报告如下：
一、主要举措和成效
（一）优化营商环境。第一，推进审批改革。全年压减事项35项。第二，加强知识产权保护。有效发明专利420件。办理专利行政裁决12件，质押融资2.3亿元。
（二）推进普法依法治理。新增“法律明白人”150名，总数达1350名。办理法律援助案件345件。
（三）包容审慎监管。对轻微违法行为不予处罚29件。清偿政府拖欠企业账款4070万元。
（四）化解行政争议。收到行政复议申请40件，撤销2件；行政诉讼案件15件，败诉0件，败诉率0%。
（五）制定政府规章1件，即《柳泉县供热办法》。
二、存在的问题
（一）办案不平衡。个别所办案少。原因是存在畏难情绪。
（二）审核力量薄弱。法制员只有2名。原因是人员老化。
三、下一步打算
（一）深化府院联动。行政诉讼败诉率控制在3%以内。
"""

PROSE = """石桥县人民政府2023年度法治政府建设情况报告
2023年，石桥县推进法治政府建设，办理行政处罚案件88件。推行“首违不罚”，免罚12件。
回顾一年来的工作，虽有进步，但也要清醒看到差距：执法人员专业素质参差不齐；社区治理水平不均衡；部分处罚案件执行难。
下一步，将加强培训，推进执行。
"""

TOWN = """如东县石埠镇2023年度法治政府建设情况报告
2023年，石埠镇推进依法行政，现将情况报告如下：
【主要做法】
全年合法性审查各类合同52件。
表1 专项行动情况
专项行动名称 | 起止时间 | 出动人员
河道清理整治 | 3月-10月 | 120人次
违法建设整治 | 4月-12月 | 86人次
【存在不足】
执法人员断层；法律顾问作用发挥不充分。
【明年打算怎么做】
开设法治夜校，全年不少于12期；招录执法人员8名。
如东县石埠镇人民政府
"""


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    texts = {"last.txt": LAST, "this.txt": THIS, "prose.txt": PROSE}
    with assistant_over(tmp_path_factory.mktemp("everyday"), texts) as assistant:
        yield assistant


CASES = [
    # a sum is compared with a sum
    ("柳泉县法律明白人从2022年到2023年增加了多少", ["1200", "1350", "150"], ["1050"]),
    # two years named with one 年
    ("柳泉2022和2023年法律援助案件对比", ["310", "345", "多35"], []),
    # what was reached, not what was missed or aimed at
    ("柳泉2022年负责人出庭应诉率是多少", ["90%"], ["未达到100%"]),
    ("柳泉2022和2023年行政诉讼败诉率对比", ["10%", "0%"], ["8%"]),
    # premises about targets and in questions for a list
    ("柳泉2024年要把败诉率控制在5%以内对吗", ["不符", "3%以内"], ["是的"]),
    ("柳泉2024年要把败诉率控制在3%以内对吗", ["是的", "3%以内"], ["不符"]),
    ("柳泉2023年行政诉讼败诉2件，具体是哪两件", ["不符", "败诉0件"], []),
    # what an announcement announces
    ("柳泉2023年怎么保护知识产权的", ["420件", "2.3亿元"], ["35项"]),
    # the causes of every problem
    ("柳泉2023年那几条不足的原因分别是什么", ["畏难情绪", "人员老化"], []),
    # everyday words
    ("柳泉2023年欠企业的钱还了多少", ["4070万元"], ["420件"]),
    ("柳泉2023年被告上法庭输过没", ["败诉0件"], []),
    # either of two wordings
    ("哪些报告提到了“首违不罚”或者轻微违法不予处罚", ["石桥县", "柳泉县（2023年度）", "29件"], []),
    # problems without a heading
    ("石桥县还有哪些差距", ["共3条", "参差不齐", "不均衡", "执行难"], ["加强培训"]),
    # whose next step: the report's own
    ("柳泉2022年那份报告下一步要做什么", ["8%以内"], ["3%以内"]),
    # two years as wholes: what changed, and which lacks stayed, came and went
    ("柳泉2023年和2022年相比有什么变化", ["败诉率", "新提出的问题", "未再提到的问题"], []),
    # a rhetorical 不是 tells what is asked about
    ("柳泉2023年不是欠着企业的账款嘛，一共还了多少", ["4070万元"], ["420件"]),
    # next year's work is in this year's plans
    ("柳泉县2024年的工作举措", ["府院联动"], ["没有查到"]),
]


@pytest.mark.parametrize(("question", "said", "unsaid"), CASES, ids=[c[0] for c in CASES])
def test_everyday_question(
    asked: Assistant, question: str, said: list[str], unsaid: list[str]
) -> None:
    answer = talk(asked, question)
    words = " ".join(s.text for s in answer.sentences)
    assert answer.status == "answered"
    assert not [w for w in said if w not in words], words
    assert not [w for w in unsaid if w in words], words


@pytest.fixture(scope="module")
def with_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    texts = {"town.txt": TOWN, "prose.txt": PROSE}
    with assistant_over(tmp_path_factory.mktemp("town"), texts) as assistant:
        yield assistant


OF_A_TOWN = [
    ("石埠有哪些不足", ["共2条", "断层", "不充分"], ["石桥县", "法治夜校"]),
    ("石埠镇2024年要招几个执法人员", ["8名"], []),
    ("石埠下一步打算", ["法治夜校", "8名"], ["断层"]),
    ("石埠搞了哪几个专项行动", ["河道清理整治", "违法建设整治"], ["法律顾问"]),
]


@pytest.mark.parametrize(("question", "said", "unsaid"), OF_A_TOWN, ids=[c[0] for c in OF_A_TOWN])
def test_a_town_by_its_bare_name(
    with_town: Assistant, question: str, said: list[str], unsaid: list[str]
) -> None:
    """Its headings stand in 【】, and its table has lost its lines."""
    words = " ".join(s.text for s in talk(with_town, question).sentences)
    assert not [w for w in said if w not in words], words
    assert not [w for w in unsaid if w in words], words


def test_what_is_most_is_most_of_all_reports_however_many(tmp_path: Path) -> None:
    """More reports than one answer reads: the order still comes from all of them."""
    names = [a + b for a in "甘沙红白青石柳梅松竹兰桂槐榆枫" for b in "山水河岭桥关塘湾溪坪坝寨"]
    texts = {
        f"{n:02}.txt": f"{name}县人民政府2023年度法治政府建设情况报告\n2023年，{name}县推进法治政府建设，"
        f"现将情况报告如下：\n一、主要举措和成效\n（一）严格审核。全年审核规范性文件{20 + n * 7 % 180}件。\n"
        "二、存在的问题\n（一）执法力量不足。\n"
        for n, name in enumerate(names)
    }
    by_count = sorted(range(180), key=lambda n: n * 7 % 180)
    with assistant_over(tmp_path, texts) as assistant:
        most = talk(assistant, "哪个地方审核的规范性文件最多")
        least = talk(assistant, "哪个地方审核的规范性文件最少")
    assert f"{names[by_count[-1]]}县（2023年度），199件" in most.sentences[0].text
    assert f"{names[by_count[0]]}县（2023年度），20件" in least.sentences[0].text
